#include "ir/pair.h"

#include "ir/roles.h"

namespace shamal::ir {

namespace {

// Operations that stand well as the inner or the outer one of a pair (machine/row_kernels.h).
bool arithmetic(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::divide ||
         op == Op::minimum || op == Op::maximum;
}
bool comparison(Op op) {
  return op == Op::less || op == Op::less_equal || op == Op::greater || op == Op::greater_equal ||
         op == Op::equal || op == Op::not_equal;
}

class Pairing : Roles {
 public:
  Pairing(Program& program, const std::vector<SlotSpan>& saved)
      : Roles(program), program_(program), saved_(saved) {}

  void pair() {
    std::vector<char> saved(objects(), 0);
    for (const SlotSpan& span : saved_) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        saved[object(slot)] = 1;
      }
    }
    struct Use {
      std::uint32_t reads = 0;
      std::size_t block = 0;
      std::size_t reader = 0;
    };
    std::vector<Use> uses(objects());
    for (std::size_t b = 0; b < kBlocks; ++b) {
      for (std::size_t i = 0; i < program_.blocks[b].size(); ++i) {
        for_each_source(program_.blocks[b][i], [&](std::uint32_t o) {
          ++uses[o].reads;
          uses[o].block = b;
          uses[o].reader = i;
        });
      }
    }
    for (std::size_t b = kRates; b < kBlocks; ++b) {
      std::vector<Instruction>& block = program_.blocks[b];
      std::vector<std::size_t> first(block.size(), kNone);  // of the pair that ends here
      std::vector<char> taken(block.size(), 0);
      for (std::size_t i = 0; i < block.size(); ++i) {
        const Instruction& inner = block[i];
        const std::uint32_t o = target(inner);
        const Use& use = uses[o];
        if (taken[i] != 0 || !single(o, b) || saved[o] != 0 || use.reads != 1 || use.block != b ||
            use.reader <= i || first[use.reader] != kNone) {
          continue;
        }
        const Instruction& outer = block[use.reader];
        if (!fits(inner, outer) || !can_wait(inner, b)) {
          continue;
        }
        first[use.reader] = i;
        taken[i] = taken[use.reader] = 1;
      }
      std::vector<char> moves(block.size(), 0);
      for (const std::size_t i : first) {
        if (i != kNone) {
          moves[i] = 1;
        }
      }
      std::vector<Instruction> made;
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (first[i] != kNone) {
          made.push_back(block[first[i]]);
          made.back().inner = true;
        }
        if (moves[i] == 0) {
          made.push_back(block[i]);
        }
      }
      block = std::move(made);
    }
  }

 private:
  bool fits(const Instruction& inner, const Instruction& outer) const {
    if (inner.loop != outer.loop) {
      return false;
    }
    const bool sum = outer.op == Op::add || outer.op == Op::subtract;
    const bool arithmetic_pair =
        (arithmetic(inner.op) && arithmetic(outer.op)) || (inner.op == Op::scale && sum);
    const bool choice =
        comparison(inner.op) && outer.op == Op::select && view(outer.args[0]) == view(inner.dst);
    bool same = false;
    for (const ViewId arg : outer.args) {
      same = same || (arg != kNone && view(arg) == view(inner.dst));
    }
    return same && (arithmetic_pair || choice);
  }

  // Its operands are the same at any later place of the block.
  bool can_wait(const Instruction& inner, std::size_t b) const {
    bool stays = true;
    for_each_source(inner, [&](std::uint32_t o) { stays = stays && settled(o, b); });
    return stays;
  }

  Program& program_;
  const std::vector<SlotSpan>& saved_;
};

}  // namespace

void pair(Program& program, const std::vector<SlotSpan>& saved) { Pairing(program, saved).pair(); }

}  // namespace shamal::ir
