// What a model file says, before anything is looked up: equations as written, units, documentation,
// views. Printing it and reading the print gives the same value (up to places).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"
#include "syntax/ast.h"

namespace shamal::syntax {

// A name or other word as written (display it with base::display_name, compare with
// base::fold_name).
struct Word {
  std::string text;
  base::Span span;

  bool operator==(const Word& other) const { return text == other.text; }
};

enum class GraphicalKind : std::uint8_t { continuous, extrapolate, discrete };

// A graphical function: y over x, x ascending, as many of one as of the other (at least one).
// `x_scale` is kept when the file gave a scale instead of points.
struct GraphicalFunction {
  GraphicalKind kind = GraphicalKind::continuous;
  std::vector<double> x;
  std::vector<double> y;
  std::optional<std::pair<double, double>> x_scale;
  std::optional<std::pair<double, double>> y_scale;
  base::Span span;

  bool operator==(const GraphicalFunction& other) const {
    return kind == other.kind && x == other.x && y == other.y && x_scale == other.x_scale &&
           y_scale == other.y_scale;
  }
};

enum class VariableKind : std::uint8_t {
  stock,
  flow,
  auxiliary,
  graphical,  // a graphical function that stands alone and is called by its name
  module,
};

enum class Access : std::uint8_t { none, input, output };

// Numbers that an equation lists for the elements of an array: rows as written, one row if the text
// has no rows (Vensim: 1,2,3; 4,5,6; and TABBED ARRAY).
struct ConstantTable {
  std::vector<std::vector<double>> rows;
  base::Span span;

  bool operator==(const ConstantTable& other) const { return rows == other.rows; }
};

// One equation of a variable: for the whole of it (no subscripts), or for the elements that the
// subscripts name (one word a dimension: an element, or a dimension for all of its elements).
// Where the text could not be understood, which was reported, the tree is the number 0, so that
// later stages have something to go on with.
struct Equation {
  std::vector<Word> subscripts;
  std::optional<Expr> expr;     // stock: its initial value
  std::optional<Expr> initial;  // <init_eqn>: value at start only (active initial)
  std::optional<GraphicalFunction> gf;
  // Vensim only:
  std::optional<Expr> rate;                // stock: its rate of change, INTEG(rate, initial value)
  std::optional<ConstantTable> constants;  // instead of expr
  std::vector<std::vector<Word>> except;   // elements that subscripts cover and this does not
  base::Span span;

  bool operator==(const Equation& other) const {
    return subscripts == other.subscripts && expr == other.expr && initial == other.initial &&
           gf == other.gf && rate == other.rate && constants == other.constants &&
           except == other.except;
  }
};

struct Connection {
  Word to;
  Word from;

  bool operator==(const Connection&) const = default;
};

// A stock as a conveyor (4.2.1): what it says beside its contents and flows.
struct ConveyorDecl {
  std::optional<Expr> length;  // the transit time
  std::optional<Expr> capacity;
  std::optional<Expr> inflow_limit;  // per unit of time
  std::optional<Expr> sample;        // when the transit time is read anew; absent: always
  std::optional<Expr> arrest;
  bool discrete = false;
  bool batch_integrity = false;
  bool one_at_a_time = true;
  bool exponential_leak = false;
  base::Span span;

  bool operator==(const ConveyorDecl& other) const {
    return length == other.length && capacity == other.capacity &&
           inflow_limit == other.inflow_limit && sample == other.sample && arrest == other.arrest &&
           discrete == other.discrete && batch_integrity == other.batch_integrity &&
           one_at_a_time == other.one_at_a_time && exponential_leak == other.exponential_leak;
  }
};

// A flow as a leakage of a conveyor (4.3).
struct LeakDecl {
  std::optional<Expr> fraction;  // absent: the flow's equation tells it
  bool integers = false;
  double start = 0;  // of the zone that leaks, as part of the conveyor's length
  double end = 1;

  bool operator==(const LeakDecl&) const = default;
};

// Where on a conveyor an inflow lands (isee:spreadflow).
enum class SpreadFlow : std::uint8_t { beginning, even, dest, dist, source };

// How data are read between their points in time.
enum class DataMode : std::uint8_t { interpolate, hold_backward, look_forward, raw };

struct VariableDecl {
  VariableKind kind = VariableKind::auxiliary;
  Word name;
  std::vector<Word> dimensions;
  std::vector<Equation> equations;  // whole-variable equation first; then elements as written
  std::vector<Word> inflows;        // stocks, in priority order
  std::vector<Word> outflows;
  std::optional<bool> non_negative;  // absent: the model's behaviour decides
  std::optional<Expr> multiplier;    // flows: unit conversion for the downstream stock
  Access access = Access::none;
  // Event posters, formats, scales and what vendors add: markup for the round trip.
  std::vector<std::string> kept;
  std::optional<Word> units;
  std::string doc;
  // <range min= max=>: plausible values; an open end is infinite
  std::optional<std::pair<double, double>> range;
  std::optional<ConveyorDecl> conveyor;  // stocks; at most one of these two
  bool queue = false;
  std::vector<Expr> contents;    // of a conveyor or queue at the start, as a list, the front first
  std::optional<LeakDecl> leak;  // flows
  bool overflow = false;
  SpreadFlow spread = SpreadFlow::beginning;
  std::optional<Word> distribution;  // of SpreadFlow::dist: a graphical function
  // Vensim only; there `dimensions` is empty, since the equations tell the shape:
  bool data = false;  // values come from outside, or from a := equation
  std::optional<DataMode> data_mode;
  bool unchangeable = false;   // == : not to be set from outside
  bool supplementary = false;  // meant to be used by no other variable
  // modules
  std::optional<Word> resource;
  std::vector<Connection> connections;

  bool operator==(const VariableDecl&) const = default;
};

struct SimSpecs {
  std::optional<double> start;
  std::optional<double> stop;
  std::optional<double> dt;  // already 1/n for reciprocal="true"
  bool reciprocal = false;
  std::vector<Word> methods;  // as listed, lower case, first choice first
  std::string time_units;
  std::optional<double> save_interval;  // isee:save_interval
  base::Span span;

  bool operator==(const SimSpecs& other) const {
    return start == other.start && stop == other.stop && dt == other.dt &&
           reciprocal == other.reciprocal && methods == other.methods &&
           time_units == other.time_units && save_interval == other.save_interval;
  }
};

struct Behavior {
  std::optional<bool> stocks_non_negative;
  std::optional<bool> flows_non_negative;

  bool operator==(const Behavior&) const = default;
};

// Which element, or range, of another dimension stands for each element of this one (Vensim:
// DimA: … -> (DimB: B1, B2)).
struct Mapping {
  Word target;
  std::vector<Word> elements;  // of the target, in the order of the dimension; empty: by position

  bool operator==(const Mapping&) const = default;
};

struct DimensionDecl {
  Word name;
  std::vector<Word> elements;     // empty: numbered 1 … size
  std::optional<double> size;     // as given by the file
  std::optional<Expr> size_expr;  // inside macros the size may depend on a parameter
  // Vensim only; there an element may be the name of another range, for all of its elements:
  std::vector<Mapping> mappings;
  std::optional<Word> equivalent_to;  // <-> : another name for that dimension; no elements
  std::optional<Expr> source;         // GET DIRECT SUBSCRIPT(…): elements are read from a file

  bool operator==(const DimensionDecl&) const = default;
};

struct UnitDecl {
  Word name;
  std::optional<Word> equation;
  std::vector<Word> aliases;
  bool disabled = false;

  bool operator==(const UnitDecl&) const = default;
};

struct Group {
  Word name;
  std::string doc;
  std::vector<Word> entities;

  bool operator==(const Group&) const = default;
};

inline constexpr std::string_view kVensimSketch = R"(\\\---///)";

// One <model>: the root (no name), or a submodel that modules refer to.
struct ModelDecl {
  Word name;
  std::optional<Word> resource;
  std::optional<SimSpecs> sim_specs;
  Behavior behavior;
  std::vector<VariableDecl> variables;
  std::vector<Group> groups;
  // Kept for drawing and for the round trip: the raw XML of <views>, or Vensim's sketches, which
  // begin with kVensimSketch.
  std::string views;

  bool operator==(const ModelDecl&) const = default;
};

struct MacroParameter {
  Word name;
  std::optional<Expr> fallback;  // default="…"

  bool operator==(const MacroParameter&) const = default;
};

struct MacroDecl {
  Word name;
  std::vector<MacroParameter> parameters;
  std::optional<Expr> expr;
  std::optional<SimSpecs> sim_specs;  // its own; times that are computed from the parameters:
  std::optional<Expr> start;
  std::optional<Expr> stop;
  std::optional<Expr> dt;
  std::vector<DimensionDecl> dimensions;  // local to the macro (extension: sized by a parameter)
  std::vector<VariableDecl> variables;
  std::string format;
  std::string doc;
  std::string filter;  // option filters (3.6.2)
  std::string apply_to;
  std::vector<Word> outputs;  // variables that a call may name after a colon (Vensim)

  bool operator==(const MacroDecl&) const = default;
};

// A statement about behaviour that the model should obey, kept as text.
struct RealityCheck {
  enum class Kind : std::uint8_t { test_input, constraint };
  Kind kind = Kind::constraint;
  Word name;
  std::vector<Word> subscripts;
  std::string text;  // from :TEST INPUT: or :THE CONDITION: on
  std::string doc;

  bool operator==(const RealityCheck&) const = default;
};

enum class Dialect : std::uint8_t { xmile, vensim };

struct Header {
  std::string vendor;
  std::string product;
  std::string product_version;
  std::string name;
  std::string doc;

  bool operator==(const Header&) const = default;
};

struct ParsedModel {
  Dialect dialect = Dialect::xmile;
  Header header;
  SimSpecs sim_specs;  // the file's; a model's own are in ModelDecl
  Behavior behavior;
  std::vector<UnitDecl> units;
  std::vector<DimensionDecl> dimensions;
  std::vector<ModelDecl> models;  // as in the file; the root has no name (or is alone)
  std::vector<MacroDecl> macros;
  std::vector<Word> includes;      // resources named in <includes>, not read
  bool nan_beyond_arrays = false;  // an invalid index gives NaN instead of 0 (2.2.1)
  std::vector<std::string> kept;   // <data> and <style>: markup for the round trip
  std::vector<RealityCheck> reality_checks;
  base::FileId file = base::kNoFile;

  bool operator==(const ParsedModel& other) const {
    return dialect == other.dialect && header == other.header && sim_specs == other.sim_specs &&
           behavior == other.behavior && units == other.units && dimensions == other.dimensions &&
           models == other.models && macros == other.macros && includes == other.includes &&
           nan_beyond_arrays == other.nan_beyond_arrays && kept == other.kept &&
           reality_checks == other.reality_checks;
  }
};

// The index of the model that is simulated: the one without a name or, since some tools name it,
// the first that no module refers to. Requires a model.
std::size_t root_model(const ParsedModel& parsed);

}  // namespace shamal::syntax
