#include "ir/guarded_products.h"

#include <array>
#include <utility>
#include <vector>

#include "ir/roles.h"

namespace shamal::ir {

namespace {

struct Product {
  Op guarded;
  Op plain;
  std::array<std::size_t, 2> factors;
};

constexpr Product kProducts[] = {{Op::scale, Op::multiply, {0, 1}},
                                 {Op::add_scaled, Op::add_product, {1, 2}},
                                 {Op::subtract_scaled, Op::subtract_product, {1, 2}}};

const Product* find(Op op) {
  for (const Product& product : kProducts) {
    if (product.guarded == op) {
      return &product;
    }
  }
  return nullptr;
}

// Infinite or no number for some finite arguments.
bool leaves_numbers(Op op) {
  switch (op) {
    case Op::divide:
    case Op::reciprocal:
    case Op::natural_log:
    case Op::decimal_log:
    case Op::square_root:
    case Op::power:
    case Op::modulo:
    case Op::truncated_modulo:
    case Op::arc_sine:
    case Op::arc_cosine:
      return true;
    default:
      return false;
  }
}

// Chooses a number where it could be none.
bool chooses(Op op) { return op == Op::select || op == Op::divide_or || find(op) != nullptr; }

// What may be no finite number, as far as that can be told from how it is made.
class Doubts : Roles {
 public:
  explicit Doubts(const Program& program) : Roles(program), doubtful_(objects(), 0) {}

  void look_at(const Instruction& instruction) {
    if (!elementwise(instruction.op) || chooses(instruction.op)) {
      return;
    }
    bool any = leaves_numbers(instruction.op);
    for_each_source(instruction, [&](std::uint32_t o) { any = any || doubtful_[o] != 0; });
    if (any) {
      doubtful_[target(instruction)] = 1;
    }
  }

  bool doubtful(const Instruction& instruction, std::size_t a) const {
    return doubtful_[object(instruction, argument(instruction, a))] != 0;
  }

 private:
  std::vector<char> doubtful_;  // by object
};

}  // namespace

Program with_guarded(Program program, Guarded products) {
  if (products == Guarded::all) {
    return program;
  }
  Doubts doubts(program);
  for (auto& block : program.blocks) {
    for (Instruction& instruction : block) {
      const Product* const product = find(instruction.op);
      if (product == nullptr) {
        doubts.look_at(instruction);
        continue;
      }
      const bool doubtful = doubts.doubtful(instruction, product->factors[0]) ||
                            doubts.doubtful(instruction, product->factors[1]);
      if (products == Guarded::none || !doubtful) {
        instruction.op = product->plain;
      }
    }
  }
  return program;
}

}  // namespace shamal::ir
