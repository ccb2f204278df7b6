// The derivatives of single operations: the one table that forward and reverse mode share.
//
// For r = op(a, b, c), the partial with respect to an argument x is the *product*
//
//   d * (∂op/∂x)
//
// where d is a tangent of x (forward mode) or the adjoint of r (reverse mode). A d of zero gives
// zero whatever the derivative is: both arms of a conditional are computed, and what is infinite or
// not a number in the arm that was not chosen must not leak into the gradient.
//
// Where an operation has a kink (MIN, MAX, ABS, IF, a graphical function's point) the derivative is
// that of the branch taken; ABS has 0 at 0. Where it is flat but for jumps (INT, SIGN, comparisons)
// it is 0. [Griewank2008, pp. 31-59, 341-344]
#pragma once

#include <optional>

#include "ir/emitter.h"

namespace shamal::ir {

struct Operands {
  std::array<Value, 3> args;  // as many as the operation has
  Value r;                    // its result
  Value d;
};

// Whether the operation's derivative is known (possibly zero everywhere).
bool differentiable(Op op);

// Whether the derivative with respect to an argument may differ from zero.
bool has_partial(Op op, std::size_t argument);

// Requires has_partial.
Value partial(Op op, std::size_t argument, const Operands& operands);

// 1 / x over x's loop, but computed once for each element of x: which all that are divided by it
// can share, and which leaves the time loop where x never changes. Infinite for subnormal numbers.
Value reciprocal(const Value& x);

// Whether the first argument only is what the others are added to, or taken from: then a fold's
// partials with respect to these are those of the operation.
bool sums(Op op);

// ---- instructions that are not elementwise: the same products, for the operand that matters

struct Flow {
  Emitter& emit;
  Value r;
  Value d;
};

// Appends the slope of each graphical function as a graphical function: that of table t is table
// t + the number given back.
Slot add_slopes(Program& program);
Value partial_of_lookup(const Instruction& instruction, Slot first_slope, const Flow& flow);

// Pathwise: the draw moves with its parameters, the uniform numbers behind it stay. Nothing for a
// distribution whose draws do not move smoothly.
std::optional<Value> partial_of_draw(const Instruction& instruction, std::size_t argument,
                                     const Flow& flow);

// Of procedures: the same questions.
bool differentiable(model::Procedure procedure);
bool has_partial(model::Procedure procedure, std::size_t argument);

// A number that tells a procedure what to do must be a constant: this one of the program in which
// the call was found first, or nothing.
std::optional<double> constant_argument(const Program& program, const Instruction& instruction,
                                        std::size_t argument);

// With respect to an argument with a partial, over the instruction's loop joined with that of the
// argument; `r` and `d` are views of either loop. Nothing if what the call does is not constant.
struct CallFlow {
  Emitter& emit;
  View r;
  View d;
};
std::optional<Value> partial_of_call(const Instruction& instruction, std::size_t argument,
                                     const std::optional<double>& what, const CallFlow& flow);
// Which argument says what the procedure does; kNone: none.
std::size_t telling_argument(model::Procedure procedure);

// ---- of procedures that are differentiated by recording them (model/procedure_derivative.h)

// The tangent of a call's result, from those of the arguments in `by`, which lie `shift` slots
// after the arguments; with memory if `keeper` is one. The call, to be added to the program's.
Call tangent_call(Emitter& emit, const Call& call, std::uint32_t by, Slot shift,
                  std::uint32_t keeper);

// The adjoint of an argument, over the instruction's loop joined with the argument's own.
struct ArgumentAdjoint {
  std::size_t argument = 0;
  Value value;
};
struct AdjointCall {
  std::uint32_t call = 0;  // among the program's
  std::vector<ArgumentAdjoint> adjoints;
};
// Appends a call for the adjoints of the arguments in `by` of an instruction's call; `d` is the
// adjoint of its result. Requires by != 0 and a loop of less than kMaxRank axes.
struct Memories {
  std::uint32_t keeper = kNone;  // of the adjoints of what is remembered: those of a step then
  std::uint32_t past = kNone;
};
AdjointCall adjoint_call(Emitter& emit, const Instruction& instruction, std::uint32_t by,
                         const View& d, const Memories& memories);

// Of the first of the least or greatest of x, or of a product of x, over the axes of a loop from
// `outer_rank` on.
Value partial_of_extremum(LoopId loop, std::uint32_t outer_rank, const View& x, const Flow& flow);
Value partial_of_product(LoopId loop, std::uint32_t outer_rank, const View& start, const View& x,
                         const Flow& flow);

// Where the start value of the fold at `position` of a block lies, unless it is more than a copy or
// depends on parameters.
std::optional<View> start_of_fold(const Program& program, const std::vector<Instruction>& block,
                                  std::size_t position, const std::vector<char>& active);

// Of a fold r = op(r, x_i) after the value in `start`, which does not depend on parameters, with
// respect to x_i, over the fold's whole loop. Nothing if `start` is needed and missing. Where
// several elements are the largest or smallest, the first counts.
std::optional<Value> partial_of_fold(const Instruction& instruction,
                                     const std::optional<View>& start, const Flow& flow);

}  // namespace shamal::ir
