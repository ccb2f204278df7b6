#include "machine/x86_products.h"

#include "machine/x86_pool.h"

namespace shamal::machine {

namespace {

// The instructions write over one of the three: one that nothing later reads, best in a register
// already; or, where all are read later, a copy of the first.
std::uint32_t to_write_over(Registers& registers) {
  std::uint32_t found = 3;
  for (std::uint32_t a = 0; a < 3; ++a) {
    if (!registers.used_later(registers.value(a)) &&
        (found == 3 || (registers.value(found).reg < 0 && registers.value(a).reg >= 0))) {
      found = a;
    }
  }
  return found % 3;
}

}  // namespace

void write_product(Product product, Registers& registers, Assembler& to) {
  const std::uint32_t over = to_write_over(registers);
  registers.number(over);
  if (over == 0) {
    const std::uint32_t right = registers.from_memory(1) ? 1 : 2;
    const int left = registers.number(3 - right);
    if (registers.from_memory(right)) {
      const Value& by = registers.value(right);
      to.add_product(product, registers.result_over(0), left, by.home, by.spread);
    } else {
      const int by = registers.number(right);
      to.add_product(product, registers.result_over(0), left, by);
    }
    return;
  }
  const std::uint32_t other = 3 - over;
  if (registers.from_memory(other) && !registers.same(0, other)) {
    const int plus = registers.number(0);
    const Value& by = registers.value(other);
    to.multiply_to(product, registers.result_over(over), plus, by.home, by.spread);
    return;
  }
  const int by = registers.number(other);
  if (registers.from_memory(0)) {
    const Value& plus = registers.value(0);
    to.multiply_to(product, registers.result_over(over), plus.home, by, plus.spread);
  } else {
    const int plus = registers.number(0);
    to.multiply_to(product, registers.result_over(over), plus, by);
  }
}

void write_product_or_nothing(Product product, Registers& registers, Assembler& to) {
  const int a = registers.number(0);
  const int b = registers.number(1);
  const int c = registers.number(2);
  if (to.masks_apart()) {
    to.compare(Comparison::not_equal, kFirstMask, b, zero());
    to.compare_where(kFirstMask, Comparison::not_equal, kSecondMask, c, zero());
    to.add_product_where(kSecondMask, product, registers.result_over(0), b, c);
    return;
  }
  to.compare(Comparison::equal, kFirst, b, zero());
  to.compare(Comparison::equal, kSecond, c, zero());
  to.bitwise(Bitwise::disjunction, kFirst, kFirst, kSecond);
  to.copy(kSecond, a);
  to.add_product(product, kSecond, b, c);
  registers.release();
  to.blend(registers.result(), kSecond, a, kFirst);
}

}  // namespace shamal::machine
