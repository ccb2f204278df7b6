#include "ir/quotients.h"

#include <map>

#include "ir/emitter.h"
#include "ir/partials.h"
#include "ir/roles.h"

namespace shamal::ir {

namespace {

// Operations whose result changes little where this argument does.
bool smooth(Op op, std::size_t argument) {
  switch (op) {
    case Op::copy:
    case Op::negate:
    case Op::absolute:
    case Op::reciprocal:
    case Op::square_root:
    case Op::exponential:
    case Op::natural_log:
    case Op::decimal_log:
    case Op::hyperbolic_sine:
    case Op::hyperbolic_cosine:
    case Op::hyperbolic_tangent:
    case Op::arc_tangent:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::minimum:
    case Op::maximum:
    case Op::scale:
      return true;
    case Op::power:  // of negative numbers only whole exponents are allowed
      return argument == 0;
    case Op::select:
      return argument != 0;
    case Op::divide_or:
      return argument != 1;
    default:
      return false;
  }
}

class Quotients : Roles {
 public:
  explicit Quotients(Program& program)
      : Roles(program), program_(program), emit_(program, Block::rates) {}

  void run(const std::vector<Slot>& exact) {
    exact_.assign(objects(), 0);
    for (const Slot slot : exact) {
      exact_[object(slot)] = 1;
    }
    const std::vector<Instruction> block = std::move(program_.block(Block::rates));
    program_.block(Block::rates).clear();
    find_exact(block);
    count(block);
    changes_ = changing();
    for (const Instruction& instruction : block) {
      if (!relaxed(instruction)) {
        program_.block(Block::rates).push_back(instruction);
        continue;
      }
      const Value divisor = emit_.value(instruction.loop, view(instruction.args[1]));
      const Value by = reciprocal(divisor);
      emit_.emit(Op::multiply, instruction.loop, view(instruction.dst),
                 {view(instruction.args[0]), by.view});
    }
  }

 private:
  // From last to first: what leads to something exact is.
  void find_exact(const std::vector<Instruction>& block) {
    for (std::size_t i = block.size(); i-- > 0;) {
      const Instruction& instruction = block[i];
      const bool all = exact_[target(instruction)] != 0;
      if (all || !elementwise(instruction.op)) {
        for_each_source(instruction, [this](std::uint32_t o) { exact_[o] = 1; });
        continue;
      }
      for (std::size_t a = 0; a < instruction.args.size(); ++a) {
        if (instruction.args[a] != kNone && !smooth(instruction.op, a)) {
          exact_[object(instruction, argument(instruction, a))] = 1;
        }
      }
    }
  }

  // How often something is divided by an object, in elements.
  void count(const std::vector<Instruction>& block) {
    for (const Instruction& instruction : block) {
      if (instruction.op == Op::divide || instruction.op == Op::reciprocal) {
        divided_[divisor(instruction)] += program_.loops[instruction.loop].count();
      }
    }
  }

  std::uint32_t divisor(const Instruction& instruction) const {
    return object(instruction, argument(instruction, instruction.op == Op::divide ? 1 : 0));
  }

  bool relaxed(const Instruction& instruction) const {
    if (instruction.op != Op::divide || exact_[target(instruction)] != 0) {
      return false;
    }
    const std::uint32_t o = divisor(instruction);
    return changes_[o] == 0 ||
           (settled(o, kRates) && divided_.at(o) >= 2 * std::uint64_t{span(o).count});
  }

  Program& program_;
  Emitter emit_;
  std::vector<char> exact_;    // by object
  std::vector<char> changes_;  // likewise
  std::map<std::uint32_t, std::uint64_t> divided_;
};

}  // namespace

void multiply_by_reciprocals(Program& program, const std::vector<Slot>& exact) {
  Quotients(program).run(exact);
}

}  // namespace shamal::ir
