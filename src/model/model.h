// A model with every name resolved: variables, dimensions, and assignments whose expressions know
// their shape. Modules are nested in place, macros and builtins with memory are expanded into
// hidden variables, so that what is left is stocks, flows, auxiliaries and elementwise operations.
//
// An assignment gives values to a box of a variable's elements: all of an array (apply to all), one
// element, or anything between. It iterates over *axes*; each axis runs over elements of one
// dimension. The first axes are those of the box; more are added for the inside of array functions
// (SUM over j). A node of an expression carries the set of axes along which its value varies, as a
// bit mask: that is its shape.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/source.h"
#include "model/device.h"
#include "model/operation.h"
#include "model/procedure.h"
#include "syntax/parsed_model.h"
#include "units/unit.h"

namespace shamal::model {

using DimensionId = std::uint32_t;
using VariableId = std::uint32_t;
using NodeId = std::uint32_t;
using AxisMask = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffu;
inline constexpr std::size_t kMaxAxes = 32;  // bits of an AxisMask

struct Dimension {
  std::string name;
  std::vector<std::string> elements;  // "1", "2", … for a numbered dimension
  bool hidden = false;                // made by the compiler
  std::uint32_t size() const { return static_cast<std::uint32_t>(elements.size()); }
};

// One axis of an assignment: iterates over these elements of the dimension.
struct Axis {
  DimensionId dimension = kNone;
  std::vector<std::uint32_t> elements;
  std::uint32_t size() const { return static_cast<std::uint32_t>(elements.size()); }
};

// How one dimension of a referred-to array is indexed.
struct Index {
  enum class Kind : std::uint8_t { fixed, axis, dynamic };
  Kind kind = Kind::fixed;
  std::uint32_t element = 0;            // fixed
  std::uint32_t axis = 0;               // axis: which, and
  std::vector<std::uint32_t> elements;  //   the array's element at each position of the axis
  NodeId node = kNone;                  // dynamic: a one-based index; out of range gives 0
};

struct Reference {
  VariableId variable = kNone;
  std::vector<Index> indices;
};

// A graphical function over an argument: one table, or one for each position of `axes` (row-major).
struct Lookup {
  AxisMask axes = 0;
  std::vector<std::uint32_t> tables;  // indices into Model::tables
};

struct Reduction {
  AxisMask axes = 0;  // the axes that vanish
  double start = 0;   // value before the first element
};

enum class NodeKind : std::uint8_t {
  constant,    // value; index 1: a plain number handed to a macro, which may have any unit
  fixed,       // one of the simulation's own slots (TIME, DT, STARTTIME, STOPTIME); index = slot
  axis_index,  // one-based position in its dimension of the axis `index`
  reference,   // Model::references[index]
  apply,       // op of args
  reduce,      // op folded over Model::reductions[index] of args[0]
  lookup,      // Model::lookups[index] of args[0]
  delay_read,  // Model::delays[index] as it was args[0] ago, args[1] before the start
  random,      // a draw of Model::random_sites[index] with parameters args
  device,      // the outputs of Model::device_uses[index] from the inputs args[0], over the box;
               // args[0] has one axis more
  rank,        // position of the args[1]-th smallest of args[0] over the axes of reductions[index]
  procedure,   // Model::calls[index]; its arguments are there
};

struct Node {
  NodeKind kind = NodeKind::constant;
  Operation op = Operation::copy;
  std::uint8_t arity = 0;
  AxisMask axes = 0;
  double value = 0;
  std::uint32_t index = 0;
  std::array<NodeId, 3> args{kNone, kNone, kNone};
  base::Span span;
};

// One use of a procedure. Along the axes `result` its value is made as a whole, for each position
// of the other axes of the node; an argument is handed over as a whole along the axes `inner`.
struct Call {
  struct Argument {
    NodeId node = kNone;  // kNone: a graphical function or a seed
    AxisMask inner = 0;
  };
  Procedure procedure{};
  std::vector<Argument> arguments;
  AxisMask result = 0;
  std::uint32_t lookup = kNone;  // Model::lookups, without an argument of its own
  std::uint32_t site = kNone;    // Model::random_sites
};

// The elements of one dimension that an assignment covers: axis `axis` of the assignment, or one
// element.
struct BoxSide {
  std::uint32_t axis = kNone;
  std::uint32_t element = 0;
};

enum class Role : std::uint8_t {
  value,    // an auxiliary's or flow's value at every time
  initial,  // a value at the start only: of a stock or memory, or what INIT and DELAY keep
  next,     // of a memory or a stepped stock: what it will hold after this step
  net,      // of a stock: its rate of change
  // Of a variable that is found by going round in a circle of equations (SIMULTANEOUS):
  guess,    // what the first round takes for it
  before,   // keeps what it is before a round, in a variable of its own
  settled,  // its value, or NaN if the last round still changed it
};

struct Assignment {
  VariableId target = kNone;
  Role role = Role::value;
  std::vector<BoxSide> box;    // one for each dimension of the target
  std::vector<Axis> axes;      // those of the box first, in the order of the dimensions
  std::uint32_t box_axes = 0;  // how many
  AxisMask whole = 0;          // axes of the box whose elements can only be computed together
  NodeId expr = kNone;
  NodeId start_expr = kNone;  // used instead at the start (<init_eqn>), or kNone
  base::Span span;
};

enum class Kind : std::uint8_t {
  stock,
  flow,
  auxiliary,
  initial_only,  // hidden: computed once, at the start
  memory,        // hidden: holds last step's value
};

struct Variable {
  std::string name;  // as people read it, module-qualified
  Kind kind = Kind::auxiliary;
  std::vector<DimensionId> dimensions;
  std::string unit_text;
  std::optional<units::Unit> unit;
  std::string doc;
  std::optional<std::pair<double, double>> range;
  bool hidden = false;          // made by the compiler
  bool stepped = false;         // of a stock: its next value is computed, not its rate of change
  bool constant = false;        // every element is a plain number: can be set, unless
  bool structural = false;      // it fixed the size of something
  VariableId owner = kNone;     // of a hidden one: the variable whose equation it is part of
  VariableId alias_of = kNone;  // a module's input that is connected: shares the other's values
  base::Span span;
};

struct Delay {
  VariableId input = kNone;  // hidden auxiliary
};

// A conveyor or queue (ir/program.h).
struct Device {
  DeviceKind kind = DeviceKind::conveyor;
  VariableId stock = kNone;
  ConveyorShape conveyor;  // tables: of Model::tables
  QueueShape queue;
};

struct DeviceUse {
  DeviceAction action = DeviceAction::conveyor_start;
  std::uint32_t device = 0;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
};

struct RandomSite {
  Distribution distribution = Distribution::uniform;
  std::uint64_t stream = 0;
};

struct SimSpecs {
  double start = 0;
  double stop = 0;
  double dt = 1;
  double save_interval = 1;
  std::string method = "euler";
  std::string time_unit;
  // Variables that give these times anew at each step (Vensim); the values above are a first guess.
  VariableId stop_by = kNone;
  VariableId dt_by = kNone;
  VariableId save_by = kNone;
  VariableId start_by = kNone;  // gave the start, at Time 0
};

struct Model {
  std::string name;
  SimSpecs sim;
  // Deques: references stay valid while more are added.
  std::deque<Dimension> dimensions;
  std::deque<Variable> variables;
  std::vector<Assignment> assignments;
  std::vector<Node> nodes;
  std::vector<Reference> references;
  std::vector<Lookup> lookups;
  std::vector<Reduction> reductions;
  std::vector<syntax::GraphicalFunction> tables;
  std::vector<Delay> delays;
  std::vector<Device> devices;
  std::vector<DeviceUse> device_uses;
  std::vector<RandomSite> random_sites;
  std::vector<Call> calls;

  // Evaluation orders: indices into assignments. Every value stands after those it needs.
  std::vector<std::uint32_t> initial_order;
  std::vector<std::uint32_t> rates_order;
  std::vector<std::uint32_t> outputs_order;

  std::uint32_t element_count(const Variable& variable) const;
};

}  // namespace shamal::model
