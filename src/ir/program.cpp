#include "ir/program.h"

namespace shamal::ir {

namespace {

constexpr std::array<OpRow, kOps> kRows = {{
#define SHAMAL_UNARY(name, meaning) {Op::name, #name, 1, #meaning},
#define SHAMAL_BINARY(name, meaning) {Op::name, #name, 2, #meaning},
#define SHAMAL_TERNARY(name, meaning) {Op::name, #name, 3, #meaning},
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
    {Op::lookup, "lookup", 1, "table(a)"},
    {Op::gather, "gather", 2, "value of the slot a beyond b"},
    {Op::delay_read, "delay_read", 3, "c as it was a ago, b before the start"},
    {Op::random, "random", 2, "a draw with parameters a, b"},
    {Op::rank, "rank", 3, "position of the b-th smallest of a, ties by c"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kOps; ++i) {
    if (kRows[i].op != static_cast<Op>(i)) {
      return false;
    }
  }
  return true;
}
static_assert(in_order());

}  // namespace

const OpRow& row(Op op) { return kRows[static_cast<std::size_t>(op)]; }

std::uint32_t Loop::count() const {
  std::uint32_t product = 1;
  for (std::uint32_t axis = 0; axis < rank; ++axis) {
    product *= extents[axis];
  }
  return product;
}

int arity(Distribution distribution) {
  return distribution == Distribution::exponential || distribution == Distribution::poisson ? 1 : 2;
}

SlotSpan gathered_span(const Program& program, const Instruction& instruction) {
  const GatherReach& reach = program.gathered[instruction.aux];
  return {program.views[instruction.args[1]].base + static_cast<Slot>(reach.offset), reach.count};
}

std::vector<std::int64_t> offsets(const Program& program, const Loop& loop, const View& view,
                                  std::size_t first_axis) {
  // Axis by axis: each known offset is followed by the steps along the next axis.
  std::vector<std::int64_t> known{0};
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    const Axis& axis = view.axes[first_axis + k];
    std::vector<std::int64_t> longer;
    longer.reserve(known.size() * loop.extents[k]);
    for (const std::int64_t offset : known) {
      for (std::uint32_t i = 0; i < loop.extents[k]; ++i) {
        longer.push_back(offset +
                         (axis.table < 0
                              ? std::int64_t{axis.stride} * i
                              : program.offset_tables[static_cast<std::size_t>(axis.table)][i]));
      }
    }
    known = std::move(longer);
  }
  return known;
}

}  // namespace shamal::ir
