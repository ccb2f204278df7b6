#include "machine/x86_division.h"

#include <algorithm>
#include <utility>

#include "machine/processor.h"
#include "machine/x86_pool.h"

namespace shamal::machine {

namespace {

// What a register's worth of an operation takes, about, of the two units that all of them share
// with AVX-512.
double unit_time(const Operation& operation) {
  constexpr double kLookUp = 12;
  if (operation.euler) {
    return 2;
  }
  if (operation.table != nullptr) {
    return kLookUp;
  }
  switch (operation.op) {
    case ir::Op::reciprocal:
      return 0;
    case ir::Op::divide:
      return operation.arity < 3 ? 0 : operation.changing ? 4 : 3;
    case ir::Op::divide_or:
    case ir::Op::square_root:
    case ir::Op::floor:
    case ir::Op::truncate:
    case ir::Op::round_half_even:
      return 2;
    case ir::Op::sign:
    case ir::Op::scale:
    case ir::Op::add_scaled:
    case ir::Op::subtract_scaled:
      return 3;
    case ir::Op::checked_index:
      return 6;
    default:
      return 1;
  }
}

bool divides(const Operation& operation) {
  return !operation.euler && (operation.op == ir::Op::reciprocal ||
                              (operation.op == ir::Op::divide && operation.arity == 2));
}

// The part of a body's divisions that the units do by products, so that they and the divider work
// at the same time. In the same unit, a division takes the divider 35; products take 14.
double part_by_products(const std::vector<Operation>& operations, Guards guards,
                        const Assembler& to) {
  constexpr double kDivider = 35;
  constexpr double kProducts = 14;
  if (guards != Guards::none || !to.avx512() || to.single() || to.form != Form::whole ||
      !slow_divider()) {
    return 0;
  }
  double units = 0;
  double divisions = 0;
  for (const Operation& operation : operations) {
    units += unit_time(operation);
    divisions += divides(operation) ? 1 : 0;
  }
  return divisions == 0 ? 0
                        : std::max(0.0, (kDivider - units / divisions) / (kDivider + kProducts));
}

int odd_quotients(const Assembler& to) { return to.masks_apart() ? kFirstMask : kFirst; }

}  // namespace

Divisions::Divisions(Registers& registers, Assembler& to, const std::vector<Operation>& operations,
                     Guards guards)
    : registers_(registers),
      to_(to),
      guards_(guards),
      part_by_products_(part_by_products(operations, guards, to)) {}

void Divisions::write(const Operation& operation) {
  // Guards for divisors of any size cost more than the divider, other than with AVX-512.
  if (operation.arity == 3 && !(operation.changing && guards_ != Guards::none && !to_.avx512())) {
    by_reciprocal(operation.changing);
    return;
  }
  by_products_ += part_by_products_;
  const bool products = by_products_ >= 1;
  by_products_ -= products ? 1 : 0;
  if (operation.op == ir::Op::reciprocal) {
    const int a = registers_.number(0);
    if (products) {
      const int to = invert(a);
      to_.change_signs(to, a, pool(&kNativePool.sign));
      registers_.release();
      return;
    }
    to_.load(kFirst, one());
    registers_.release();
    to_.quietly(Arithmetic::divide, registers_.result(), kFirst, a);
    return;
  }
  const int a = registers_.number(0);
  const int b = registers_.number(1);
  if (products) {
    by_products(a, b);
    return;
  }
  registers_.release();
  to_.quietly(Arithmetic::divide, registers_.result(), a, b);
}

// The reciprocal of the divisor's size in the result, from 14 bits by Newton's method; the last
// step but one is rounded up, so that the last one rounds rightly for every divisor [Cornea1999].
int Divisions::invert(int b) {
  const int to = registers_.result();
  to_.bitwise(Bitwise::conjunction, kFirst, b, pool(&kNativePool.size));
  to_.reciprocal_about(to, kFirst);
  for (const bool up : {false, true, false}) {
    to_.copy(kSecond, to);
    to_.multiply_to(Product::subtracted, kSecond, one(), kFirst);
    if (up) {
      to_.multiply_to_up(to, to, kSecond);
    } else {
      to_.multiply_to(Product::added, to, to, kSecond);
    }
  }
  return to;
}

// By the divisor's reciprocal, as below.
void Divisions::by_products(int a, int b) {
  const int to = invert(b);
  to_.arithmetic(Arithmetic::multiply, kSecond, a, to);
  to_.multiply_subtract(kFirst, a, kSecond);
  to_.multiply_to(Product::subtracted, kFirst, kSecond, to);
  to_.copy(to, kFirst);
  to_.change_signs(to, b, pool(&kNativePool.sign));
  registers_.release();
}

// [Brisebarre2004] (ir/reciprocals.h): q = a y, corrected by the remainder, y being the
// reciprocal of b. For a zero it gives a zero of the right sign if b is positive; else it takes
// the sign of the product. Quotients that are smaller than it is proved for, or no numbers, make
// a detour.
void Divisions::by_reciprocal(bool changing) {
  if (to_.single()) {
    return by_product_alone();
  }
  const int a = registers_.number(0);
  const bool fetch_b = !registers_.same(0, 1) && registers_.from_memory(1);
  const bool fetch_y = registers_.from_memory(2);
  const int b = fetch_b ? -1 : registers_.number(1);
  const int y = fetch_y ? -1 : registers_.number(2);
  const Value& in_b = registers_.value(1);
  const Value& in_y = registers_.value(2);
  const int to = registers_.result();
  if (fetch_y) {
    to_.arithmetic(Arithmetic::multiply, kFirst, a, in_y.home, in_y.spread);
  } else {
    to_.arithmetic(Arithmetic::multiply, kFirst, a, y);
  }
  to_.copy(to, kFirst);
  if (fetch_b) {
    to_.multiply_subtract(to, a, in_b.home, in_b.spread);
  } else {
    to_.multiply_subtract(to, a, b);
  }
  if (fetch_y) {
    to_.multiply_to(Product::subtracted, to, kFirst, in_y.home, in_y.spread);
  } else {
    to_.multiply_to(Product::subtracted, to, kFirst, y);
  }
  if (changing) {
    to_.take_signs(to, kFirst, pool(&kNativePool.sign), kSecond);
  }
  if (guards_ == Guards::none || (guards_ == Guards::changing && !changing)) {
    return registers_.release();
  }
  to_.bitwise(Bitwise::conjunction, kFirst, to, pool(&kNativePool.size));
  to_.compare(Comparison::not_at_least, odd_quotients(to_), kFirst,
              pool(&kNativePool.least_quotient));
  if (changing) {
    add_odd_divisors(fetch_b, b);
  }
  detour_if_odd(to, a, b);
  registers_.release();
}

// In single precision. What is no number may want for a reciprocal.
void Divisions::by_product_alone() {
  if (guards_ != Guards::all) {
    const int a = registers_.number(0);
    const bool fetch = registers_.from_memory(2);
    const Value& in_y = registers_.value(2);
    const int y = fetch ? -1 : registers_.number(2);
    registers_.release();
    const int to = registers_.result();
    fetch ? to_.arithmetic(Arithmetic::multiply, to, a, in_y.home, in_y.spread)
          : to_.arithmetic(Arithmetic::multiply, to, a, y);
    return;
  }
  const int a = registers_.number(0);
  const int b = !registers_.same(0, 1) && registers_.from_memory(1) ? -1 : registers_.number(1);
  const int y = registers_.number(2);
  const int to = registers_.result();
  to_.arithmetic(Arithmetic::multiply, to, a, y);
  to_.compare(Comparison::unordered, odd_quotients(to_), to, to);
  detour_if_odd(to, a, b);
  registers_.release();
}

void Divisions::detour_if_odd(int quotient, int dividend, int divisor) {
  to_.test_mask(odd_quotients(to_), General::r15);
  const std::size_t jump = to_.jump_if_not_zero_later();
  detours_.push_back(
      {to_.form, jump, to_.here(), quotient, dividend, divisor, registers_.value(1)});
}

// Those outside of what quotients by reciprocals are proved for, to the odd quotients. With
// AVX-512.
void Divisions::add_odd_divisors(bool fetch, int b) {
  if (fetch) {
    const Value& divisor = registers_.value(1);
    b = kSecond;
    divisor.spread ? to_.load_for_all(b, divisor.home) : to_.load(b, divisor.home);
  }
  to_.bitwise(Bitwise::conjunction, kFirst, b, pool(&kNativePool.size));
  for (const auto& [odd, bound] :
       {std::pair(Comparison::not_at_least, pool(&kNativePool.least_divisor)),
        std::pair(Comparison::greater, pool(&kNativePool.most_divisor))}) {
    to_.compare(odd, kSecondMask, kFirst, bound);
    to_.mask_operation(Bitwise::disjunction, kFirstMask, kFirstMask, kSecondMask);
  }
}

namespace {

// Zeros divided are as they should be, if the quotient is a zero too.
void back_if_zeros(const Detour& detour, Assembler& to) {
  if (to.masks_apart()) {
    to.compare_where(kFirstMask, Comparison::not_equal, kSecondMask, detour.dividend, zero());
    to.compare_where(kFirstMask, Comparison::not_equal, kFirstMask, detour.quotient, zero());
    to.test_either(kFirstMask, kSecondMask);
    to.jump_if_zero(detour.back);
    return;
  }
  const auto test_odd = [&](int reg) {
    to.compare(Comparison::not_equal, kSecond, reg, zero());
    to.bitwise(Bitwise::conjunction, kSecond, kSecond, kFirst);
    to.test_mask(kSecond, General::r15);
  };
  test_odd(detour.dividend);
  const std::size_t divide = to.jump_if_not_zero_later();
  test_odd(detour.quotient);
  to.jump_if_zero(detour.back);
  to.lead(divide, to.here());
}

}  // namespace

void write_detour(const Detour& detour, Assembler& to) {
  to.form = detour.form;
  to.lead(detour.from, to.here());
  if (!to.single()) {
    back_if_zeros(detour, to);
  }
  const int quotient = to.single() ? kSecond : detour.quotient;
  if (detour.divisor < 0) {
    const Value& divisor = detour.divisor_in_memory;
    to.arithmetic(Arithmetic::divide, quotient, detour.dividend, divisor.home, divisor.spread);
  } else {
    to.arithmetic(Arithmetic::divide, quotient, detour.dividend, detour.divisor);
  }
  if (to.single()) {
    // The others stay products: what a run gets does not depend on those beside it.
    to.blend(detour.quotient, detour.quotient, quotient, odd_quotients(to));
  }
  to.jump(detour.back);
}

}  // namespace shamal::machine
