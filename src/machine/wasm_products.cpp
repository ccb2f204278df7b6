#include "machine/wasm_products.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace shamal::machine::wasm {

namespace {

bool has_reciprocal(const Operation& operation) {
  return !operation.euler && operation.op == ir::Op::divide && operation.arity == 3;
}

bool on_divider(const Operation& operation) {
  return !operation.euler &&
         (operation.op == ir::Op::divide || operation.op == ir::Op::divide_or ||
          operation.op == ir::Op::reciprocal || operation.op == ir::Op::square_root);
}

// The divider and the units that do all else work at the same time: neither is to wait for the
// other. Cycles for a vector, about, on a processor that divides two numbers in four; what is
// loaded and what waits on the stack included.
double part_by_products(const std::vector<Operation>& operations) {
  constexpr double kDivider = 4;
  constexpr double kProducts = 1.5;
  constexpr double kOther = 0.5;
  constexpr double kLookUp = 8;
  double divider = 0;
  double others = 0;
  double possible = 0;
  for (const Operation& operation : operations) {
    divider += on_divider(operation) ? kDivider : 0;
    others += operation.table != nullptr ? kLookUp : kOther;
    possible += has_reciprocal(operation) ? 1 : 0;
  }
  const double best = (divider - others) / (kDivider + kProducts);
  return possible == 0 ? 0 : std::clamp(best / possible, 0.0, 1.0);
}

constexpr double kOrdinary = 0x1p-511;
static_assert(std::popcount(std::bit_cast<std::uint64_t>(kOrdinary)) == 1);

}  // namespace

Products::Products(const std::vector<Operation>& operations)
    : part_(part_by_products(operations)) {}

void Products::begin(Code& code) const {
  constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
  for (const auto& [local, value] : {std::pair(kSign, std::bit_cast<double>(kSignBit)),
                                     std::pair(kSize, std::bit_cast<double>(~kSignBit)),
                                     std::pair(kScale, 0x1p100), std::pair(kLeast, kOrdinary)}) {
    code.constant(value);
    code.set(locals_[local]);
  }
}

bool Products::next(const Operation& operation, bool first_copy) {
  if (!any() || !has_reciprocal(operation)) {
    return false;
  }
  if (first_copy) {
    due_ += part_ - (due_ >= 1 ? 1 : 0);
  }
  return due_ >= 1;
}

void Products::divide(const std::function<void(std::size_t)>& push, Code& code) const {
  const auto own = [&](Local local) { code.get(locals_[local]); };
  push(0);
  push(2);
  code.vector(Vector::multiply);
  code.set(locals_[kProduct]);
  push(1);
  own(kProduct);
  push(0);
  own(kSign);
  code.vector(Vector::unlike);
  code.vector(Vector::multiply_add);
  push(2);
  own(kProduct);
  code.vector(Vector::multiply_from);
  code.set(locals_[kProduct]);
  push(0);
  own(kScale);
  own(kProduct);
  code.vector(Vector::multiply_add);
  own(kSize);
  code.vector(Vector::both);
  own(kLeast);
  code.vector(Vector::minimum);
  own(kMet);
  code.vector(Vector::either);
  code.set(locals_[kMet]);
  own(kProduct);
}

void Products::end(std::uint32_t flags, Code& code) const {
  code.constant(0);
  code.constant(0);
  code.memory(Vector::load, flags);
  code.get(locals_[kMet]);
  code.get(locals_[kLeast]);
  code.vector(Vector::without);
  code.vector(Vector::either);
  code.memory(Vector::store, flags);
}

}  // namespace shamal::machine::wasm
