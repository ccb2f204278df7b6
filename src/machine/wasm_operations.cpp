#include "machine/wasm_operations.h"

#include <array>

namespace shamal::machine::wasm {

namespace {

using enum Step::Push;
using V = Vector;
using Op = ir::Op;

constexpr bool kMask = true;
constexpr bool kNumber = false;

struct Row {
  Op op;
  bool mask;
  std::array<Step, 15> steps;  // the rest are empty
  std::size_t count;
};

template <class... Steps>
constexpr Row row(Op op, bool mask, Steps... steps) {
  return {op, mask, {Step(steps)...}, sizeof...(steps)};
}

// The meanings of model/operations.def.
constexpr Row kRows[] = {
    row(Op::copy, kNumber, a),
    row(Op::negate, kNumber, a, V::negate),
    row(Op::logical_not, kMask, truth_of_a, V::invert),
    row(Op::absolute, kNumber, a, V::absolute),
    row(Op::square_root, kNumber, a, V::square_root),
    row(Op::reciprocal, kNumber, one, a, V::divide),
    row(Op::floor, kNumber, a, V::floor),
    row(Op::truncate, kNumber, a, V::truncate),
    row(Op::round_half_even, kNumber, a, V::nearest),
    row(Op::sign, kNumber, a, zero, V::greater, one, V::both, a, zero, V::less, one, V::both,
        V::subtract),
    row(Op::add, kNumber, a, b, V::add),
    row(Op::subtract, kNumber, a, b, V::subtract),
    row(Op::multiply, kNumber, a, b, V::multiply),
    row(Op::divide, kNumber, a, b, V::divide),
    row(Op::minimum, kNumber, a, b, V::minimum),
    row(Op::maximum, kNumber, a, b, V::maximum),
    row(Op::less, kMask, a, b, V::less),
    row(Op::less_equal, kMask, a, b, V::less_equal),
    row(Op::greater, kMask, a, b, V::greater),
    row(Op::greater_equal, kMask, a, b, V::greater_equal),
    row(Op::equal, kMask, a, b, V::equal),
    row(Op::not_equal, kMask, a, b, V::not_equal),
    row(Op::logical_and, kMask, truth_of_a, truth_of_b, V::both),
    row(Op::logical_or, kMask, truth_of_a, truth_of_b, V::either),
    row(Op::checked_index, kNumber, a, V::floor, one, V::subtract, not_a_number, one, a, V::floor,
        V::less_equal, a, V::floor, b, V::less_equal, V::both, V::choose),
    row(Op::scale, kNumber, a, b, V::multiply, a, zero, V::equal, b, zero, V::equal, V::either,
        V::without),
    row(Op::select, kNumber, b, c, truth_of_a, V::choose),
    row(Op::divide_or, kNumber, c, a, b, V::divide, b, zero, V::equal, V::choose),
};

constexpr Row kEuler = row(Op::copy, kNumber, a, b, c, V::multiply, V::add);

}  // namespace

std::optional<OperationRow> find_operation(ir::Op op) {
  for (const Row& row : kRows) {
    if (row.op == op) {
      return OperationRow{row.mask, {row.steps.data(), row.count}};
    }
  }
  return std::nullopt;
}

OperationRow euler_step() { return {kNumber, {kEuler.steps.data(), kEuler.count}}; }

}  // namespace shamal::machine::wasm
