#include "machine/x86_body.h"

#include <algorithm>
#include <utility>

#include "machine/x86_division.h"
#include "machine/x86_look_up.h"
#include "machine/x86_pool.h"
#include "machine/x86_products.h"

namespace shamal::machine {

bool has_code(ir::Op op) {
  switch (op) {
    case ir::Op::copy:
    case ir::Op::negate:
    case ir::Op::logical_not:
    case ir::Op::absolute:
    case ir::Op::reciprocal:
    case ir::Op::square_root:
    case ir::Op::floor:
    case ir::Op::truncate:
    case ir::Op::round_half_even:
    case ir::Op::sign:
    case ir::Op::add:
    case ir::Op::subtract:
    case ir::Op::multiply:
    case ir::Op::divide:
    case ir::Op::minimum:
    case ir::Op::maximum:
    case ir::Op::less:
    case ir::Op::less_equal:
    case ir::Op::greater:
    case ir::Op::greater_equal:
    case ir::Op::equal:
    case ir::Op::not_equal:
    case ir::Op::logical_and:
    case ir::Op::logical_or:
    case ir::Op::checked_index:
    case ir::Op::scale:
    case ir::Op::select:
    case ir::Op::divide_or:
    case ir::Op::add_product:
    case ir::Op::subtract_product:
    case ir::Op::add_scaled:
    case ir::Op::subtract_scaled:
      return true;
    default:
      return false;
  }
}

namespace {

class Body : Registers {
 public:
  Body(Assembler& to, const std::vector<Operation>& operations, BodyValues of, std::int32_t apart,
       std::int32_t spills, Guards guards)
      : Registers(to, operations, std::move(of), spills),
        to_(to),
        operations_(operations),
        apart_(apart),
        divisions_(*this, to, operations, guards) {}

  BodyEnd write() {
    if (const std::int64_t done = most_done(); done > 0) {
      Place but_first = pool(&kNativePool.all_but);
      but_first.displacement += static_cast<std::int32_t>(done) * 2;
      to_.load_mask(kKeptMask, but_first);
    }
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      begin(i);
      write(operations_[i]);
    }
    return {spilled(), divisions_.take_detours()};
  }

 private:
  // A mask of where the operand is not zero; in `scratch` unless it is one already.
  int truth(std::uint32_t a, int scratch) {
    const int reg = in_register(a);
    if (value(a).mask) {
      return reg;
    }
    to_.compare(Comparison::not_equal, scratch, reg, zero());
    return scratch;
  }

  void binary(Arithmetic op, std::uint32_t left, std::uint32_t right) {
    const int a = number(left);
    if (!same(left, right) && from_memory(right)) {
      const Value& b = value(right);
      release();
      to_.arithmetic(op, result(), a, b.home, b.spread);
    } else {
      const int b = number(right);
      release();
      to_.arithmetic(op, result(), a, b);
    }
  }
  // Of operations that do not mind the order, whichever operand lies in memory comes second.
  void symmetric(Arithmetic op) {
    if (from_memory(0) && !from_memory(1)) {
      binary(op, 1, 0);
    } else {
      binary(op, 0, 1);
    }
  }

  void comparison(Comparison op) {
    const int a = number(0);
    if (!same(0, 1) && from_memory(1)) {
      const Value& b = value(1);
      release();
      to_.compare(op, result_mask(), a, b.home, b.spread);
    } else {
      const int b = number(1);
      release();
      to_.compare(op, result_mask(), a, b);
    }
  }

  void unary_bits(Bitwise op, const void* with) {
    const int a = number(0);
    release();
    to_.bitwise(op, result(), a, pool(with));
  }

  void rounding(Rounding how) {
    const int a = number(0);
    release();
    to_.round(how, result(), a);
  }

  void write(const Operation& operation) {
    if (operation.euler) {
      const int dt = number(1);
      const int level = number(0);
      const int net = negated_or_number(2);
      to_.arithmetic(Arithmetic::multiply, kFirst, dt, net);
      const bool out = value(2).negated;
      release();
      to_.arithmetic(out ? Arithmetic::subtract : Arithmetic::add, result(), level, kFirst);
    } else if (operation.table != nullptr) {
      look_up(*operation.table);
    } else if (to_.wide() && value(3).spread) {
      fold(operation.op);
    } else {
      compute(operation);
    }
    Value& made = value(3);
    made.at_home = false;
    if (operation.stored) {
      result_as_number();
      keep(made);
      made.at_home = true;
    }
    if (!used_later(made)) {
      leave(made);
    }
  }

  void keep(const Value& made) {
    keep(made, made.home);
    if (made.left && made.past_caches) {
      to_.store_past_caches(*made.left, made.reg);
    } else if (made.left) {
      keep(made, *made.left);
    }
  }
  void keep(const Value& made, const Place& at) {
    if (made.done > 0) {
      to_.store_where(kKeptMask, at, made.reg);
    } else if (made.spread) {
      one_by_one([&] { to_.store(at, made.reg); });
    } else {
      to_.store(at, made.reg);
    }
  }

  template <class Write>
  void one_by_one(Write write) {
    const Form form = std::exchange(to_.form, Form::one);
    write();
    to_.form = form;
  }

  // Into a result that stands still: one value after the other, as they lie in memory.
  void fold(ir::Op op) {
    switch (op) {
      case ir::Op::add_product:
        return fold_products(Product::added);
      case ir::Op::subtract_product:
        return fold_products(Product::subtracted);
      default:
        return fold_values(op);
    }
  }

  void fold_values(ir::Op op) {
    const std::uint32_t sum = value(0).spread ? 0 : 1;
    const std::uint32_t from = 1 - sum;
    Place next = in_order(from, apart_);
    const std::int64_t count = values_to_fold(from);
    int before = number(sum);
    release();
    const int to = result();
    one_by_one([&] {
      for (std::int64_t i = 0; i < count; ++i) {
        fold_one(op, sum, to, before, next);
        before = to;
        next.displacement += to_.value_bytes();
      }
    });
  }

  // One of the factors may stand still.
  void fold_products(Product product) {
    const std::uint32_t from = value(1).spread ? 2 : 1;
    const std::uint32_t other = 3 - from;
    const bool both = !value(other).spread;
    Place next = in_order(from, apart_);
    Place beside = both ? in_order(other, apart_ + kMostRegisterBytes) : Place{};
    const std::int64_t count = values_to_fold(from);
    const int by = both ? kFirst : number(other);
    number(0);
    const int to = result_over(0);
    one_by_one([&] {
      for (std::int64_t i = 0; i < count; ++i) {
        if (both) {
          to_.load(kFirst, beside);
          beside.displacement += to_.value_bytes();
        }
        to_.add_product(product, to, by, next);
        next.displacement += to_.value_bytes();
      }
    });
  }

  // Where the values of an operand lie, but for those that are done; if nowhere yet, at a place on
  // the stack.
  Place in_order(std::uint32_t a, std::int32_t on_stack) {
    if (!value(a).is_number() || !value(a).at_home) {
      number(a);
    }
    Place first = value(a).home;
    if (!value(a).at_home) {
      first = {General::rsp, General::none, on_stack};
      to_.store(first, value(a).reg);
    }
    first.displacement += static_cast<std::int32_t>(value(a).done) * to_.value_bytes();
    return first;
  }

  std::int64_t values_to_fold(std::uint32_t a) {
    return to_.form_bytes() / to_.value_bytes() - value(a).done;
  }

  // b < a ? b : a is the minimum, and alike the maximum.
  void fold_one(ir::Op op, std::uint32_t sum, int to, int before, const Place& next) {
    switch (op) {
      case ir::Op::add:
        return to_.arithmetic(Arithmetic::add, to, before, next);
      case ir::Op::multiply:
        return to_.arithmetic(Arithmetic::multiply, to, before, next);
      default: {
        const Arithmetic which = op == ir::Op::minimum ? Arithmetic::minimum : Arithmetic::maximum;
        if (sum == 1) {
          return to_.arithmetic(which, to, before, next);
        }
        to_.load(kFirst, next);
        return to_.arithmetic(which, to, kFirst, before);
      }
    }
  }

  void look_up(const NativeTable& table) {
    const int a = number(0);
    release();
    const OnSegment at = find_segment(table, a, to_);
    to_.arithmetic(Arithmetic::add, result(), at.y, at.rise);
  }

  void compute(const Operation& operation) {
    const ir::Op op = operation.op;
    switch (op) {
      case ir::Op::copy:
        number(0);
        result_over(0);
        return;
      case ir::Op::negate:  // until somebody wants it with its sign
        number(0);
        result_over(0);
        value(3).negated = true;
        return;
      case ir::Op::absolute:
        return unary_bits(Bitwise::conjunction, &kNativePool.size);
      case ir::Op::logical_not: {
        const int a = in_register(0);
        const bool mask = value(0).mask;
        release();
        const int to = result_mask();
        if (!mask) {
          to_.compare(Comparison::equal, to, a, zero());
        } else if (to_.masks_apart()) {
          to_.complement(to, a);
        } else {
          to_.bitwise(Bitwise::difference, to, a, pool(&kNativePool.all));
        }
        return;
      }
      case ir::Op::square_root: {
        const int a = number(0);
        release();
        to_.square_root(result(), a);
        return;
      }
      case ir::Op::floor:
        return rounding(Rounding::down);
      case ir::Op::truncate:
        return rounding(Rounding::to_zero);
      case ir::Op::round_half_even:
        return rounding(Rounding::as_set);
      case ir::Op::sign: {
        const int a = number(0);
        to_.compare(Comparison::greater, first_mask(), a, zero());
        number_of(kFirst, first_mask());
        to_.compare(Comparison::less, second_mask(), a, zero());
        number_of(kSecond, second_mask());
        release();
        to_.arithmetic(Arithmetic::subtract, result(), kFirst, kSecond);
        return;
      }
      case ir::Op::add:
        return symmetric(Arithmetic::add);
      case ir::Op::multiply:
        return symmetric(Arithmetic::multiply);
      case ir::Op::subtract:
        return binary(Arithmetic::subtract, 0, 1);
      case ir::Op::reciprocal:
      case ir::Op::divide:
        return divisions_.write(operation);
      case ir::Op::minimum:  // b < a ? b : a
        return binary(Arithmetic::minimum, 1, 0);
      case ir::Op::maximum:  // b > a ? b : a
        return binary(Arithmetic::maximum, 1, 0);
      case ir::Op::less:
        return comparison(Comparison::less);
      case ir::Op::less_equal:
        return comparison(Comparison::less_equal);
      case ir::Op::greater:
        return comparison(Comparison::greater);
      case ir::Op::greater_equal:
        return comparison(Comparison::greater_equal);
      case ir::Op::equal:
        return comparison(Comparison::equal);
      case ir::Op::not_equal:
        return comparison(Comparison::not_equal);
      case ir::Op::logical_and:
      case ir::Op::logical_or: {
        const int a = truth(0, first_mask());
        const int b = truth(1, second_mask());
        release();
        return combine(op == ir::Op::logical_and ? Bitwise::conjunction : Bitwise::disjunction,
                       result_mask(), a, b);
      }
      case ir::Op::checked_index: {
        const int a = number(0);
        const int b = number(1);
        const int to = result();
        to_.round(Rounding::down, kFirst, a);
        const int least = second_mask();
        const int most = to_.masks_apart() ? kFirstMask : to;
        to_.compare(Comparison::greater_equal, least, kFirst, one());
        to_.compare(Comparison::less_equal, most, kFirst, b);
        combine(Bitwise::conjunction, least, least, most);
        to_.arithmetic(Arithmetic::subtract, kFirst, kFirst, one());
        to_.load(to, pool(&kNativePool.not_a_number));
        to_.blend(to, to, kFirst, least);
        return release();
      }
      case ir::Op::scale: {
        const int a = number(0);
        const int b = number(1);
        if (to_.masks_apart()) {
          to_.compare(Comparison::not_equal, kFirstMask, a, zero());
          to_.compare_where(kFirstMask, Comparison::not_equal, kSecondMask, b, zero());
          release();
          to_.multiply_where(kSecondMask, result(), a, b);
          return;
        }
        to_.compare(Comparison::equal, kFirst, a, zero());
        to_.compare(Comparison::equal, kSecond, b, zero());
        to_.bitwise(Bitwise::disjunction, kFirst, kFirst, kSecond);
        to_.arithmetic(Arithmetic::multiply, kSecond, a, b);
        release();
        to_.bitwise(Bitwise::difference, result(), kFirst, kSecond);
        return;
      }
      case ir::Op::select: {
        const int mask = truth(0, first_mask());
        const int b = number_beside(1);
        const int c = number_beside(2);
        release();
        to_.blend(result(), c, b, mask);
        return;
      }
      case ir::Op::divide_or: {
        const int a = number(0);
        const int b = number(1);
        const int c = number(2);
        to_.quietly(Arithmetic::divide, kFirst, a, b);
        to_.compare(Comparison::equal, second_mask(), b, zero());
        release();
        to_.blend(result(), kFirst, c, second_mask());
        return;
      }
      case ir::Op::add_product:
        return write_product(Product::added, *this, to_);
      case ir::Op::subtract_product:
        return write_product(Product::subtracted, *this, to_);
      case ir::Op::add_scaled:
        return write_product_or_nothing(Product::added, *this, to_);
      case ir::Op::subtract_scaled:
        return write_product_or_nothing(Product::subtracted, *this, to_);
      default:
        return;
    }
  }

  // An operand as a number, or that with the other sign.
  int negated_or_number(std::uint32_t a) { return value(a).mask ? number(a) : in_register(a); }

  // An operand as a number that may also be the mask of this operation, which stays one.
  int number_beside(std::uint32_t a) {
    Value& of = value(a);
    if (of.reg >= 0 && of.mask && same(a, 0)) {
      number_of(kSecond, of.reg);
      return kSecond;
    }
    return number(a);
  }

  void combine(Bitwise op, int to, int left, int right) {
    if (to_.masks_apart()) {
      to_.mask_operation(op, to, left, right);
    } else {
      to_.bitwise(op, to, left, right);
    }
  }

  Assembler& to_;
  const std::vector<Operation>& operations_;
  std::int32_t apart_;
  Divisions divisions_;
};

}  // namespace

BodyEnd write_body(const std::vector<Operation>& operations, BodyValues values, std::int32_t spills,
                   Guards guards, Assembler& to) {
  const std::int32_t apart = values.apart;
  return Body(to, operations, std::move(values), apart, spills, guards).write();
}

}  // namespace shamal::machine
