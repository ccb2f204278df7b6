#include "machine/x86_body.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "ir/reciprocals.h"

namespace shamal::machine {

namespace {

// Registers full of what operations need, at hand behind a pointer. Both precisions have the same
// places.
template <class Value, class Bits>
struct alignas(64) Pool {
  static constexpr std::size_t kCount = 64 / sizeof(Value);
  using Row = std::array<Value, kCount>;
  using BitsRow = std::array<Bits, kCount>;
  static constexpr Bits kSign = Bits{1} << (8 * sizeof(Bits) - 1);

  Row one = filled<Row>(Value{1});
  Row zero = filled<Row>(Value{0});
  Row least_quotient = filled<Row>(static_cast<Value>(ir::kLeastQuotient));
  Row not_a_number = filled<Row>(std::numeric_limits<Value>::quiet_NaN());
  BitsRow sign = filled<BitsRow>(kSign);
  BitsRow size = filled<BitsRow>(static_cast<Bits>(~kSign));  // all bits but the sign
  BitsRow all = filled<BitsRow>(static_cast<Bits>(~Bits{0}));

 private:
  template <class R>
  static constexpr R filled(typename R::value_type value) {
    R row{};
    row.fill(value);
    return row;
  }
};

constexpr Pool<double, std::uint64_t> kNativePool;
constexpr Pool<float, std::uint32_t> kSinglePool;
static_assert(sizeof kNativePool == sizeof kSinglePool);

}  // namespace

bool has_code(ir::Op op) {
  switch (op) {
    case ir::Op::copy:
    case ir::Op::negate:
    case ir::Op::logical_not:
    case ir::Op::absolute:
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
      return true;
    default:
      return false;
  }
}

const void* native_pool(bool single) {
  return single ? static_cast<const void*>(&kSinglePool) : &kNativePool;
}

namespace {

constexpr int kFirst = 14;  // of two registers for use within an operation
constexpr int kSecond = 15;
constexpr int kTable = 10;  // of four more for use within look-ups
constexpr int kFirstMask = 6;
constexpr int kSecondMask = 7;

// Of a row of kNativePool, the place in the pool of the precision.
Place pool(const void* of) {
  return {General::rdi, General::none,
          static_cast<std::int32_t>(static_cast<const char*>(of) -
                                    reinterpret_cast<const char*>(&kNativePool))};
}
Place one() { return pool(&kNativePool.one); }
Place zero() { return pool(&kNativePool.zero); }

int odd_quotients(const Assembler& to) { return to.masks_apart() ? kFirstMask : kFirst; }

class Body {
 public:
  Body(Assembler& to, const std::vector<Operation>& operations, BodyValues of, std::int32_t spills)
      : to_(to),
        operations_(operations),
        values_(std::move(of.values)),
        operands_(std::move(of.operands)),
        spills_(spills) {
    const bool looks_up =
        std::any_of(operations.begin(), operations.end(),
                    [](const Operation& operation) { return operation.table != nullptr; });
    for (int reg = 0; reg < (looks_up ? kTable : kFirst); ++reg) {
      numbers_.add(reg);
    }
    if (to_.avx512()) {
      for (int reg = 16; reg < 32; ++reg) {
        numbers_.add(reg);
      }
      for (int mask = 1; mask < kFirstMask; ++mask) {
        masks_.add(mask);
      }
    }
  }

  BodyEnd write() {
    for (at_ = 0; at_ < operations_.size(); ++at_) {
      write(operations_[at_]);
    }
    return {static_cast<std::int32_t>(last_uses_.size()) * to_.register_bytes(),
            std::move(detours_)};
  }

 private:
  // Registers of one kind that values may have.
  struct Bank {
    std::vector<int> all;
    std::array<std::ptrdiff_t, 32> owner{};  // a value, or -1
    std::array<bool, 32> held{};             // by what the operation has yet to read

    void add(int reg) {
      all.push_back(reg);
      owner[static_cast<std::size_t>(reg)] = -1;
    }
    std::ptrdiff_t& owner_of(int reg) { return owner[static_cast<std::size_t>(reg)]; }
    bool& held_of(int reg) { return held[static_cast<std::size_t>(reg)]; }
  };
  Bank& bank(const Value& of) { return of.mask && to_.masks_apart() ? masks_ : numbers_; }
  // Masks for use within an operation; with AVX2 they lie where numbers do.
  int first_mask() const { return to_.masks_apart() ? kFirstMask : kFirst; }
  int second_mask() const { return to_.masks_apart() ? kSecondMask : kSecond; }

  Value& value(std::uint32_t a) { return values_[operands_[at_][a]]; }
  bool used_later(const Value& of) const { return !of.uses.empty() && of.uses.back() > at_; }
  // Now included: a register may hold what this operation has yet to fetch.
  std::size_t next_use(const Value& of) const {
    const auto next = std::lower_bound(of.uses.begin(), of.uses.end(), at_);
    return next == of.uses.end() ? operations_.size() : *next;
  }

  // 1 where the mask is set and 0 elsewhere.
  void number_of(int to, int mask) {
    if (to_.masks_apart()) {
      to_.load_where(mask, to, one());
    } else {
      to_.bitwise(Bitwise::conjunction, to, mask, one());
    }
  }

  void as_number(std::size_t id) {
    Value& of = values_[id];
    if (!of.mask) {
      return;
    }
    const int mask = of.reg;
    if (to_.masks_apart()) {
      leave(of);
      of.mask = false;
      take(id);
    }
    number_of(of.reg, mask);
    of.mask = false;
    of.at_home = false;  // where it may wait as a mask
    numbers_.held_of(of.reg) = true;
  }

  void leave(Value& of) {
    bank(of).owner_of(of.reg) = -1;
    of.reg = -1;
  }

  int take(std::size_t id) {
    Bank& from = bank(values_[id]);
    int best = -1;
    std::size_t latest = 0;
    for (const int reg : from.all) {
      if (from.owner_of(reg) < 0) {
        best = reg;
        break;
      }
      if (from.held_of(reg)) {
        continue;
      }
      const Value& other = values_[static_cast<std::size_t>(from.owner_of(reg))];
      // What lies at home already costs no store.
      const std::size_t next = next_use(other) * 2 + (other.at_home ? 1 : 0);
      if (best < 0 || next > latest) {
        best = reg;
        latest = next;
      }
    }
    if (from.owner_of(best) >= 0) {
      Value& other = values_[static_cast<std::size_t>(from.owner_of(best))];
      if (!other.at_home && next_use(other) < operations_.size()) {
        other.home = spill(other.uses.back());
        if (&from == &masks_) {
          to_.store_mask(other.home, best);
        } else {
          to_.store(other.home, best);
        }
        other.at_home = true;
      }
      leave(other);
    }
    from.owner_of(best) = static_cast<std::ptrdiff_t>(id);
    values_[id].reg = best;
    return best;
  }

  // A place on the stack until an operation is done; a mask stays one there.
  Place spill(std::size_t last_use) {
    const auto free = std::find_if(last_uses_.begin(), last_uses_.end(),
                                   [this](std::size_t use) { return use < at_; });
    const auto slot = static_cast<std::int32_t>(free - last_uses_.begin());
    if (free == last_uses_.end()) {
      last_uses_.push_back(last_use);
    } else {
      *free = last_use;
    }
    return {General::rsp, General::none, spills_ + slot * to_.register_bytes()};
  }

  // The operand in a register, as it is.
  int in_register(std::uint32_t a) {
    Value& of = value(a);
    if (of.reg < 0) {
      const int reg = take(operands_[at_][a]);
      if (&bank(of) == &masks_) {
        to_.load_mask(reg, of.home);
      } else if (of.spread) {
        to_.load_for_all(reg, of.home);
      } else {
        to_.load(reg, of.home);
      }
    }
    bank(of).held_of(of.reg) = true;
    return of.reg;
  }
  int number(std::uint32_t a) {
    in_register(a);
    as_number(operands_[at_][a]);
    return value(a).reg;
  }
  // Worth reading where it lies, by the only operation that wants it from there.
  bool from_memory(std::uint32_t a) {
    const Value& of = value(a);
    return of.reg < 0 && !of.mask && !(of.spread && to_.wide() && !to_.avx512()) && !used_later(of);
  }

  void release() {
    for (std::uint32_t a = 0; a < operations_[at_].arity; ++a) {
      Value& of = value(a);
      if (of.reg >= 0 && !used_later(of)) {
        bank(of).held_of(of.reg) = false;
        leave(of);
      }
    }
  }

  int result() { return take(operands_[at_][3]); }
  int result_mask() {
    values_[operands_[at_][3]].mask = true;
    return result();
  }

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
    if (operands_[at_][left] != operands_[at_][right] && from_memory(right)) {
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
    if (operands_[at_][0] != operands_[at_][1] && from_memory(1)) {
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
    numbers_.held.fill(false);
    masks_.held.fill(false);
    if (operation.euler) {
      const int net = number(2);
      const int dt = number(1);
      to_.arithmetic(Arithmetic::multiply, kFirst, dt, net);
      const int level = number(0);
      release();
      to_.arithmetic(Arithmetic::add, result(), level, kFirst);
    } else if (operation.table != nullptr) {
      look_up(*operation.table);
    } else {
      compute(operation.op);
    }
    Value& made = values_[operands_[at_][3]];
    made.at_home = false;
    if (operation.stored) {
      as_number(operands_[at_][3]);
      to_.store(made.home, made.reg);
      made.at_home = true;
    }
    if (!used_later(made)) {
      leave(made);
    }
  }

  // As look_up of lookup_avx2.h and evaluate of table.h.
  void look_up(const NativeTable& table) {
    const auto row = [](std::int32_t which) {
      return Place{kBase, General::none, which * kRowBytes};
    };
    const int a = number(0);
    release();
    to_.set(kBase, reinterpret_cast<std::uint64_t>(table.rows.data()));
    to_.load(kFirst, row(kLeast));
    to_.arithmetic(Arithmetic::maximum, kFirst, kFirst, a);
    to_.load(kSecond, row(kMost));
    to_.arithmetic(Arithmetic::minimum, kFirst, kSecond, kFirst);
    to_.arithmetic(Arithmetic::multiply, kSecond, kFirst, row(kPerX));
    to_.arithmetic(Arithmetic::add, kSecond, kSecond, row(kShift));
    if (!table.inside) {
      to_.arithmetic(Arithmetic::maximum, kSecond, kSecond, zero());
      to_.arithmetic(Arithmetic::minimum, kSecond, kSecond, row(kTop));
    }
    const Segments at = to_.form == Form::whole ? any_points(table)
                        : to_.form == Form::one ? one_point()
                        : to_.single()          ? eight_points()
                                                : four_points();
    to_.arithmetic(Arithmetic::subtract, kFirst, kFirst, at.x);
    int below = kFirst;
    if (to_.masks_apart()) {
      below = kFirstMask;
      to_.mask_of_signs(below, kFirst);
    }
    to_.blend(at.left, at.right, at.left, below);
    to_.arithmetic(Arithmetic::multiply, at.left, at.left, kFirst);
    to_.arithmetic(Arithmetic::add, result(), at.y, at.left);
  }

  static constexpr General kBase = General::r12;  // of the table

  // Registers with what the points have.
  struct Segments {
    int x;
    int y;
    int left;
    int right;
  };

  // With AVX-512: the columns in one register or in two, or fetched value by value.
  Segments any_points(const NativeTable& table) {
    constexpr Segments kAt{kTable, kTable + 1, kTable + 2, kTable + 3};
    to_.whole_numbers(kSecond, kSecond);
    const std::int32_t rows = table.column_bytes / kRowBytes;
    if (rows > 2) {
      to_.scale_by_value_bytes(kSecond);
    }
    std::int32_t column = table.columns;
    for (const int to : {kAt.x, kAt.y, kAt.left, kAt.right}) {
      const Place first{kBase, General::none, column};
      if (rows == 1) {
        to_.permute(to, kSecond, first);
      } else if (rows == 2) {
        to_.load(to, first);
        to_.permute_two(to, kSecond, {kBase, General::none, column + kRowBytes});
      } else {
        to_.gather(to, kFirstMask, kBase, kSecond, column);
      }
      column += table.column_bytes;
    }
    return kAt;
  }

  static Place point(General at, std::int32_t offset = 0) {
    return {kBase, at, kPoints * kRowBytes + offset};
  }

  // All make segments of the points' numbers in kSecond.
  Segments one_point() {
    constexpr Segments kAt{kSecond, kTable, kTable + 2, kTable + 1};
    const std::int32_t value = to_.value_bytes();
    to_.place_of_one(General::r15, kSecond);
    to_.load(kAt.x, point(General::r15));
    to_.load(kAt.y, point(General::r15, value));
    to_.load(kAt.left, point(General::r15, 2 * value));
    to_.load(kAt.right, point(General::r15, 3 * value));
    return kAt;
  }

  Segments four_points() {
    constexpr int kEven = kTable;
    constexpr int kEvenSlopes = kTable + 1;
    constexpr int kOdd = kTable + 2;
    constexpr int kOddSlopes = kTable + 3;
    constexpr std::int32_t kSlopes = 2 * sizeof(double);
    to_.places(kSecond);
    to_.lower_to_general(General::r15, General::r14, kSecond);
    to_.copy_lower_half(General::rbp, General::r15);
    to_.load_lower(kEven, point(General::rbp));
    to_.load_lower(kEvenSlopes, point(General::rbp, kSlopes));
    to_.keep_upper_half(General::r15);
    to_.load_lower(kOdd, point(General::r15));
    to_.load_lower(kOddSlopes, point(General::r15, kSlopes));
    to_.copy_lower_half(General::rbp, General::r14);
    to_.insert_upper(kEven, point(General::rbp));
    to_.insert_upper(kEvenSlopes, point(General::rbp, kSlopes));
    to_.keep_upper_half(General::r14);
    to_.insert_upper(kOdd, point(General::r14));
    to_.insert_upper(kOddSlopes, point(General::r14, kSlopes));
    to_.pair_firsts(kSecond, kEven, kOdd);
    to_.pair_seconds(kEven, kEven, kOdd);
    to_.pair_firsts(kOdd, kEvenSlopes, kOddSlopes);
    to_.pair_seconds(kEvenSlopes, kEvenSlopes, kOddSlopes);
    return {kSecond, kEven, kOdd, kEvenSlopes};
  }

  // A point fills half a register: four of them in the lower halves of four registers, four in the
  // upper ones, and then rows become columns.
  Segments eight_points() {
    constexpr int kA = kTable;
    constexpr int kB = kTable + 1;
    constexpr int kC = kTable + 2;
    constexpr int kD = kTable + 3;
    to_.places(kSecond);
    for (const bool upper : {false, true}) {
      if (upper) {
        to_.move_upper_to_lower(kSecond, kSecond);
      }
      to_.lower_to_general(General::r15, General::r14, kSecond);
      for (const auto& [both, first, second] :
           {std::tuple(General::r15, kA, kB), std::tuple(General::r14, kC, kD)}) {
        to_.copy_lower_half(General::rbp, both);
        to_.keep_upper_half(both);
        if (upper) {
          to_.insert_upper(first, point(General::rbp));
          to_.insert_upper(second, point(both));
        } else {
          to_.load_lower(first, point(General::rbp));
          to_.load_lower(second, point(both));
        }
      }
    }
    to_.mix_firsts(kSecond, kA, kB);  // x x y y
    to_.mix_lasts(kA, kA, kB);        // left left right right
    to_.mix_firsts(kB, kC, kD);
    to_.mix_lasts(kC, kC, kD);
    to_.pair_firsts(kD, kSecond, kB);
    to_.pair_seconds(kB, kSecond, kB);
    to_.pair_firsts(kSecond, kA, kC);
    to_.pair_seconds(kA, kA, kC);
    return {kD, kB, kSecond, kA};
  }

  void compute(ir::Op op) {
    switch (op) {
      case ir::Op::copy: {
        if (value(0).reg < 0 && !value(0).mask && !used_later(value(0))) {
          const Place from = value(0).home;
          const bool spread = value(0).spread;
          const int to = result();
          spread ? to_.load_for_all(to, from) : to_.load(to, from);
        } else {
          const int a = number(0);
          release();
          to_.bitwise(Bitwise::disjunction, result(), a, a);
        }
        return;
      }
      case ir::Op::negate: {
        const int a = number(0);
        release();
        to_.load(kFirst, pool(&kNativePool.sign));
        to_.bitwise(Bitwise::exclusive, result(), a, kFirst);
        return;
      }
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
      case ir::Op::divide:
        return operations_[at_].arity == 3 ? divide_by_reciprocal()
                                           : binary(Arithmetic::divide, 0, 1);
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
        to_.arithmetic(Arithmetic::divide, kFirst, a, b);
        to_.compare(Comparison::equal, second_mask(), b, zero());
        release();
        to_.blend(result(), kFirst, c, second_mask());
        return;
      }
      default:
        return;
    }
  }

  // [Brisebarre2004] (ir/reciprocals.h): q = a y, corrected by the remainder, y being the
  // reciprocal of b. For a zero it gives a zero of the right sign, as b is positive. Quotients that
  // are smaller than it is proved for, or no numbers, make a detour. In single precision, which
  // promises no bits, the product will do.
  void divide_by_reciprocal() {
    const int a = number(0);
    const bool fetch_b = operands_[at_][0] != operands_[at_][1] && from_memory(1);
    const bool fetch_y = from_memory(2);
    const int b = fetch_b ? -1 : number(1);
    const int y = fetch_y ? -1 : number(2);
    const Value& in_b = value(1);
    const Value& in_y = value(2);
    const int to = result();
    const int product = to_.single() ? to : kFirst;
    if (fetch_y) {
      to_.arithmetic(Arithmetic::multiply, product, a, in_y.home, in_y.spread);
    } else {
      to_.arithmetic(Arithmetic::multiply, product, a, y);
    }
    if (to_.single()) {
      to_.compare(Comparison::unordered, odd_quotients(to_), to, to);
    } else {
      to_.copy(to, kFirst);
      if (fetch_b) {
        to_.multiply_subtract(to, a, in_b.home, in_b.spread);
      } else {
        to_.multiply_subtract(to, a, b);
      }
      if (fetch_y) {
        to_.multiply_from(to, kFirst, in_y.home, in_y.spread);
      } else {
        to_.multiply_from(to, kFirst, y);
      }
      to_.bitwise(Bitwise::conjunction, kFirst, to, pool(&kNativePool.size));
      to_.compare(Comparison::not_at_least, odd_quotients(to_), kFirst,
                  pool(&kNativePool.least_quotient));
    }
    to_.test_mask(odd_quotients(to_), General::r15);
    const std::size_t jump = to_.jump_if_not_zero_later();
    detours_.push_back({to_.form, jump, to_.here(), !to_.single(), to, a, b, in_b});
    release();
  }

  // An operand as a number that may also be the mask of this operation, which stays one.
  int number_beside(std::uint32_t a) {
    Value& of = value(a);
    if (of.reg >= 0 && of.mask && operands_[at_][a] == operands_[at_][0]) {
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
  std::vector<Value> values_;
  std::vector<std::array<std::size_t, 4>> operands_;
  std::int32_t spills_;
  std::vector<Detour> detours_;
  std::vector<std::size_t> last_uses_;  // of what waits on the stack, by place
  Bank numbers_;
  Bank masks_;  // of AVX-512 alone
  std::size_t at_ = 0;
};

}  // namespace

BodyEnd write_body(const std::vector<Operation>& operations, BodyValues values, std::int32_t spills,
                   Assembler& to) {
  return Body(to, operations, std::move(values), spills).write();
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
  if (detour.maybe_zero) {
    back_if_zeros(detour, to);
  }
  if (detour.divisor < 0) {
    const Value& divisor = detour.divisor_in_memory;
    to.arithmetic(Arithmetic::divide, detour.quotient, detour.dividend, divisor.home,
                  divisor.spread);
  } else {
    to.arithmetic(Arithmetic::divide, detour.quotient, detour.dividend, detour.divisor);
  }
  to.jump(detour.back);
}

}  // namespace shamal::machine
