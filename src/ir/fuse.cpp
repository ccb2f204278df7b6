#include "ir/fuse.h"

#include <optional>

#include "ir/roles.h"

namespace shamal::ir {

namespace {

class Fusing : Roles {
 public:
  explicit Fusing(Program& program) : Roles(program), program_(program) {}

  void run() {
    count_readers();
    std::vector<Instruction>& block = program_.block(Block::rates);
    std::vector<std::size_t> writer(objects(), kNone);
    std::vector<char> gone(block.size(), 0);
    for (std::size_t i = 0; i < block.size(); ++i) {
      Instruction& sum = block[i];
      for (const std::size_t a : {std::size_t{1}, std::size_t{0}}) {
        const std::optional<std::size_t> product = product_of(sum, a, writer);
        if (product) {
          const Instruction& of = block[*product];
          const ViewId before = sum.args[1 - a];
          sum.op = sum.op == Op::add ? Op::add_scaled : Op::subtract_scaled;
          sum.args = {before, of.args[0], of.args[1]};
          gone[*product] = 1;
        }
      }
      writer[target(sum)] = i;
    }
    std::vector<Instruction> kept;
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (gone[i] == 0) {
        kept.push_back(block[i]);
      }
    }
    block = std::move(kept);
  }

 private:
  void count_readers() {
    readers_.assign(objects(), 0);
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        for_each_source(instruction, [this](std::uint32_t o) { ++readers_[o]; });
      }
    }
  }

  // The instruction that makes the argument of a sum, if the two can be one.
  std::optional<std::size_t> product_of(const Instruction& sum, std::size_t a,
                                        const std::vector<std::size_t>& writer) const {
    const bool wanted = sum.op == Op::add || (sum.op == Op::subtract && a == 1);
    if (!wanted) {
      return std::nullopt;
    }
    const std::uint32_t o = object(sum, argument(sum, a));
    if (readers_[o] != 1 || !single(o, kRates) || writer[o] == kNone) {
      return std::nullopt;
    }
    const Instruction& made = program_.block(Block::rates)[writer[o]];
    bool fits =
        made.op == Op::scale && made.loop == sum.loop && view(made.dst) == view(sum.args[a]);
    for_each_source(made, [&](std::uint32_t from) { fits = fits && settled(from, kRates); });
    return fits ? std::optional(writer[o]) : std::nullopt;
  }

  Program& program_;
  std::vector<std::uint32_t> readers_;  // by object
};

}  // namespace

void fuse_products(Program& program) { Fusing(program).run(); }

}  // namespace shamal::ir
