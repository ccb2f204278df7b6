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
    {Op::procedure, "procedure", 0, "a call"},
    {Op::device, "device", 1, "what a device makes of the inputs from a on"},
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

std::size_t Program::instructions() const {
  std::size_t count = 0;
  for (const std::vector<Instruction>& block : blocks) {
    count += block.size();
  }
  return count;
}

Loop joined(const Loop& outer, const Loop& inner) {
  Loop made = outer;
  for (std::uint32_t k = 0; k < inner.rank && made.rank < kMaxRank; ++k) {
    made.extents[made.rank++] = inner.extents[k];
  }
  return made;
}

namespace {

// Whether an input of a call is looked at only when the step ends.
bool at_the_end(const Call& call, std::size_t input) {
  const std::string_view letters = model::row(call.procedure).arguments;
  switch (call.derivative) {
    case model::Derivative::none:
    case model::Derivative::tangent:
      return letters[input % letters.size()] == 'k';
    case model::Derivative::adjoint:
      return false;
    case model::Derivative::adjoint_of_step:
      return input == letters.size();
  }
  return false;
}

// Visits every view but the destination, and whether it is only a place.
template <class Visit>
void for_each_operand(const Program& program, const Instruction& instruction, Visit visit) {
  if (instruction.op == Op::procedure) {
    const Call& call = program.calls[instruction.aux];
    for (std::size_t a = 0; a < call.inputs.size(); ++a) {
      if (call.inputs[a].view != kNone) {
        visit(Access{call.inputs[a].view, call.inputs[a].inner}, at_the_end(call, a));
      }
    }
    return;
  }
  for (std::size_t a = 0; a < instruction.args.size(); ++a) {
    if (instruction.args[a] != kNone) {
      const bool only_a_place =
          (instruction.op == Op::gather && a == 1) || (instruction.op == Op::delay_read && a == 2);
      const bool inner = instruction.op == Op::rank && a != 1;
      const bool device = instruction.op == Op::device;
      visit(Access{instruction.args[a], inner ? instruction.aux : 0,
                   device ? program.device_uses[instruction.aux].inputs : 1},
            only_a_place);
    }
  }
}

std::vector<Access> operands(const Program& program, const Instruction& instruction, bool places) {
  std::vector<Access> found;
  for_each_operand(program, instruction, [&](const Access& access, bool only_a_place) {
    if (only_a_place == places) {
      found.push_back(access);
    }
  });
  return found;
}

}  // namespace

std::vector<Access> reads(const Program& program, const Instruction& instruction) {
  return operands(program, instruction, false);
}

std::vector<Access> places(const Program& program, const Instruction& instruction) {
  return operands(program, instruction, true);
}

Access write(const Program& program, const Instruction& instruction) {
  return {instruction.dst,
          instruction.op == Op::procedure ? program.calls[instruction.aux].result : 0,
          instruction.op == Op::device ? program.device_uses[instruction.aux].outputs : 1};
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
