// A model as a list of typed instructions over numbered slots: what lowering makes, passes improve,
// the machine executes and the reference interpreter defines.
//
// A slot holds one double for each run. An array of n elements is n consecutive slots in row-major
// order. An instruction works on a whole loop nest of elements: its Loop gives the extents, and
// each operand is a View that says which slot belongs to which indices. Arrays therefore stay
// loops.
//
// Meaning of an elementwise instruction, for one run:
//   for every index tuple i of the loop, in row-major order:
//     value[dst(i)] = op(value[arg0(i)], value[arg1(i)], …)
// A division may have a third argument, which changes no result: the reciprocal of a divisor that
// stays what it is, or NaN (ir/reciprocals.h).
// A reduction is an elementwise instruction whose destination does not move along an axis:
//   sum(i) = sum(i) + x(i, j), after a copy of zero; the order of additions is the order of the
//   loop.
//
// A Program holds no names; the Layout (ir/layout.h) tells which slots belong to which variable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/device.h"
#include "model/operation.h"
#include "model/procedure.h"

namespace shamal::ir {

using Slot = std::uint32_t;

inline constexpr std::size_t kMaxRank = 8;

// Fixed slots, set by the simulation before any block runs.
inline constexpr Slot kTimeSlot = 0;
inline constexpr Slot kStepSlot = 1;  // DT
inline constexpr Slot kStartSlot = 2;
inline constexpr Slot kStopSlot = 3;
inline constexpr Slot kFirstFreeSlot = 4;

struct SlotSpan {
  Slot base = 0;
  std::uint32_t count = 1;

  bool operator==(const SlotSpan&) const = default;
};

enum class Op : std::uint8_t {
#define SHAMAL_UNARY(name, meaning) name,
#define SHAMAL_BINARY(name, meaning) name,
#define SHAMAL_TERNARY(name, meaning) name,
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
  // Not elementwise arithmetic alone:
  lookup,      // dst = table[aux view](arg0)
  gather,      // dst = value[slot of arg1's view + arg0], arg0 being a flat offset; 0 where arg0 is
               // NaN or leads out of the reach gathered[aux]
  delay_read,  // dst = what was at arg2 arg0 time units ago, or arg1 before the start; arg2 lies in
               // the input of delay line aux and is not read now
  random,      // dst = a draw of random_sites[aux] with parameters arg0, arg1 (as many as it has)
  rank,        // dst = 1-based flat position of the arg1-th smallest element of arg0 over the inner
               // loop `aux`, ties broken by arg2 (if any), then by position; NaN is the largest; a
               // fraction of arg1 is dropped; 0 if there is none. The views of arg0 and arg2 have
               // the axes of the loop first, then the inner ones.
  procedure,  // calls[aux], for each index tuple of the loop: the arguments are collected, a result
              // of the call's `result` loop is made and stored. The views of the destination and
              // of the arguments have the axes of the loop first, then their own inner ones.
  device,     // device_uses[aux]: from as many slots as it has inputs, arg0 being the first, to as
              // many as it has outputs, dst being the first
};

inline constexpr std::size_t kElementwiseOps = static_cast<std::size_t>(Op::lookup);
inline constexpr std::size_t kOps = static_cast<std::size_t>(Op::device) + 1;

struct OpRow {
  Op op;
  std::string_view name;
  int arity;                 // operands that are views, at most
  std::string_view meaning;  // of elementwise operations: the expression
};

const OpRow& row(Op op);

struct Loop {
  std::uint32_t rank = 0;
  std::array<std::uint32_t, kMaxRank> extents{};

  std::uint32_t count() const;  // product of the extents; 1 for rank 0
  bool operator==(const Loop&) const = default;
};

// How far an operand moves along one axis of the loop: by a stride, or by a table of offsets (a
// subrange, a mapping) that index i looks up.
struct Axis {
  std::int32_t stride = 0;
  std::int32_t table = -1;  // index into Program::offset_tables, or -1

  bool operator==(const Axis&) const = default;
};

// Slot of index tuple i: base + the sum of the axes' offsets. Axes beyond the loop's rank do not
// move.
struct View {
  Slot base = 0;
  std::array<Axis, kMaxRank> axes{};

  bool operator==(const View&) const = default;
};

using ViewId = std::uint32_t;
using LoopId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffu;

struct Instruction {
  Op op = Op::copy;
  LoopId loop = 0;
  ViewId dst = kNone;
  std::array<ViewId, 3> args{kNone, kNone, kNone};
  std::uint32_t aux = kNone;
  bool inner = false;  // only the next instruction reads the result: the two may be done as one
};

enum class TableKind : std::uint8_t { continuous, extrapolate, discrete };

// A graphical function: x strictly or weakly ascending, as many y as x, at least one.
// continuous: linear between points, the end values outside. extrapolate: linear also outside, from
// the last two points. discrete: y of the largest point whose x is not above the argument; the end
// values outside. Two points with the same x are a step: at that x and after it the later one
// holds. A NaN argument gives NaN.
struct Table {
  TableKind kind = TableKind::continuous;
  std::vector<double> x;
  std::vector<double> y;
};

// A stock: `count` slots of levels and as many of net flow, each contiguous. `rates` computes the
// net flow; the integration method changes the levels.
struct Stock {
  Slot level = 0;
  Slot net = 0;
  std::uint32_t count = 1;
};

// A value remembered from one step to the next (PREVIOUS): after `rates` at time t, the slots of
// `current` take those of `next`, all memories at once. `initial` sets `current`.
struct Memory {
  Slot current = 0;
  Slot next = 0;
  std::uint32_t count = 1;
};

// The past of `count` inputs (DELAY, DELAY FIXED). After `rates` at the start of each step the
// values of `input` are appended. Read by Op::delay_read. Delays are rounded to whole steps, at
// least one.
struct DelayLine {
  Slot input = 0;
  std::uint32_t count = 1;
};

// What remembers more than numbers in slots can hold: the contents of conveyors and queues. Each
// element of an array has one of its own, and each run.
//
// A device is used in blocks and changed between steps: its uses compute outputs from what it holds
// and from their inputs, as often as a block is executed; after `rates` at the start of each step
// the device takes what the last of these uses determined. At the inner stages of a step the uses
// give the outputs that they gave at its start. See machine/belt.h and machine/queue.h for what the
// actions mean.
using DeviceKind = model::DeviceKind;
using DeviceAction = model::DeviceAction;

struct Device {
  DeviceKind kind = DeviceKind::conveyor;
  std::uint32_t count = 1;        // elements
  model::ConveyorShape conveyor;  // tables: of Program::tables
  model::QueueShape queue;
};

struct DeviceUse {
  DeviceAction action = DeviceAction::conveyor_start;
  std::uint32_t device = 0;
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
  Slot base = 0;  // where the outputs of element 0 begin; those of the others follow
};

using Distribution = model::Distribution;

// Parameters of a distribution: 1 or 2.
int arity(Distribution distribution);

// A place in the model that draws random numbers: the value depends on the run's seed, the run, the
// step, `stream` + element, and nothing else. Sites with the same stream draw the same numbers.
struct RandomSite {
  Distribution distribution = Distribution::uniform;
  std::uint64_t stream = 0;
};

// One use of a procedure (model/procedure.h): what Op::procedure reads beyond its destination.
struct Call {
  struct Input {
    ViewId view = kNone;  // kNone: a graphical function or a seed, or a tangent that is zero
    LoopId inner = 0;
  };
  model::Procedure procedure{};
  std::vector<Input> inputs;  // one for each argument, then what a derivative starts from
  LoopId result = 0;
  std::uint32_t table_view = kNone;
  RandomSite site;
  std::uint32_t keeper = kNone;
  // Of a derivative (model/procedure_derivative.h): a bit for each argument that is followed, and,
  // of an adjoint, the keeper of what the procedure remembered when the step began.
  model::Derivative derivative = model::Derivative::none;
  std::uint32_t by = 0;
  std::uint32_t past = kNone;
};

// The memory of a call: a list of numbers for each element of `loop` and each run. After `rates` at
// the start of each step the call's arguments take it over the step; a given one is set by the
// caller of the blocks instead.
struct Keeper {
  LoopId loop = 0;
  std::uint32_t call = 0;
  bool given = false;
};

// Where a gather finds values: `count` slots from `offset` slots after (or, negative, before) the
// base of its second argument's view on.
struct GatherReach {
  std::int32_t offset = 0;
  std::uint32_t count = 1;
};

struct Constant {
  Slot slot = 0;
  double value = 0;
};

// Slots through which a caller that executes blocks by itself, instead of simulating, speaks with
// the program.
struct Port {
  Slot base = 0;
  std::uint32_t count = 1;
};

enum class Block : std::uint8_t {
  initial,  // once, at the start: all that never changes, then what the stocks start from
  rates,    // at every evaluation of the derivatives: from time, stocks and memories to net flows
  outputs,  // at save times, after rates: what is only looked at
};
inline constexpr std::size_t kBlocks = 3;

struct Program {
  std::uint32_t slots = kFirstFreeSlot;
  // Slots below this one hold the same value in all runs that are executed together.
  std::uint32_t shared = 0;
  std::vector<Constant> constants;  // literals and parameters, loaded before `initial`
  std::array<std::vector<Instruction>, kBlocks> blocks;
  std::vector<Loop> loops;  // loops[0] has rank 0
  std::vector<View> views;
  std::vector<std::vector<std::int32_t>> offset_tables;
  std::vector<Table> tables;
  std::vector<View> table_views;  // like views, but over tables instead of slots
  std::vector<Stock> stocks;
  std::vector<Memory> memories;
  std::vector<DelayLine> delays;
  std::vector<Device> devices;
  std::vector<DeviceUse> device_uses;
  std::vector<RandomSite> random_sites;
  std::vector<Port> inputs;   // set by the caller before each execution of `rates` and `outputs`
  std::vector<Port> results;  // of `rates` and `outputs`, read by the caller after each
  std::vector<Call> calls;
  std::vector<Keeper> keepers;
  std::vector<GatherReach> gathered;

  const std::vector<Instruction>& block(Block b) const {
    return blocks[static_cast<std::size_t>(b)];
  }
  std::vector<Instruction>& block(Block b) { return blocks[static_cast<std::size_t>(b)]; }
  std::size_t instructions() const;  // of all blocks
};

// The slots that a gather may read.
SlotSpan gathered_span(const Program& program, const Instruction& instruction);

// Slots from `base` for every index tuple of the loop, in row-major order, by a view whose axes
// `first_axis` and on belong to the loop.
std::vector<std::int64_t> offsets(const Program& program, const Loop& loop, const View& view,
                                  std::size_t first_axis = 0);

// The loop `outer` with the axes of `inner` behind its own, for views that have both.
Loop joined(const Loop& outer, const Loop& inner);

// Everything that an instruction reads or writes as views: `inner` is the loop behind the
// instruction's own that the view has axes for (loops[0] if none). Not the slots that gather finds,
// nor what delay lines and keepers hold.
struct Access {
  ViewId view = kNone;
  LoopId inner = 0;
  std::uint32_t count = 1;  // neighbouring slots at each place, of a device's inputs and outputs
};
std::vector<Access> reads(const Program& program, const Instruction& instruction);
// Views that say where something is, whose values the instruction itself does not read: the array
// of a gather, the input of a delay line, and what a keeper reads at the end of a step.
std::vector<Access> places(const Program& program, const Instruction& instruction);
Access write(const Program& program, const Instruction& instruction);

// Our own mistakes, never the user's. Every slot, view, loop and table is in range; nothing writes
// constants, fixed slots or, after the start, levels and memories; nothing is read that was not
// set, and no evaluation of a block sees what an earlier one left. Empty if the program is sound.
std::vector<std::string> verify(const Program& program);

// For people: one instruction a line.
std::string print(const Program& program);

}  // namespace shamal::ir
