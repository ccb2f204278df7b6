#include "machine/x86_look_up.h"

#include <tuple>
#include <utility>

#include "machine/x86_pool.h"
#include "machine/x86_registers.h"

namespace shamal::machine {

namespace {

constexpr General kBase = General::r12;  // of the table

// Registers with what the points have.
struct Segments {
  int x;
  int y;
  int left;
  int right;
};

// With AVX-512: the columns in one register or in two, or fetched value by value.
Segments any_points(const NativeTable& table, Assembler& to) {
  constexpr Segments kAt{kLookUp, kLookUp + 1, kLookUp + 2, kLookUp + 3};
  to.whole_numbers(kSecond, kSecond);
  const std::int32_t rows = table.column_bytes / kRowBytes;
  if (rows > 2) {
    to.scale_by_value_bytes(kSecond);
  }
  std::int32_t column = table.columns;
  for (const auto& [reg, wanted] :
       {std::pair(kAt.x, table.wants_x()), std::pair(kAt.y, table.wants_y()),
        std::pair(kAt.left, table.wants_left()), std::pair(kAt.right, true)}) {
    const Place first{kBase, General::none, column};
    if (!wanted) {
      column += table.column_bytes;
      continue;
    }
    if (rows == 1) {
      to.permute(reg, kSecond, first);
    } else if (rows == 2) {
      to.load(reg, first);
      to.permute_two(reg, kSecond, {kBase, General::none, column + kRowBytes});
    } else {
      to.gather(reg, kFirstMask, kBase, kSecond, column);
    }
    column += table.column_bytes;
  }
  return kAt;
}

Place point(General at, std::int32_t offset = 0) { return {kBase, at, kPointsOffset + offset}; }

// All make segments of the points' numbers in kSecond.
Segments one_point(const NativeTable& table, Assembler& to) {
  constexpr Segments kAt{kSecond, kLookUp, kLookUp + 2, kLookUp + 1};
  const std::int32_t value = to.value_bytes();
  to.place_of_one(General::r15, kSecond);
  if (table.wants_x()) {
    to.load(kAt.x, point(General::r15));
  }
  if (table.wants_y()) {
    to.load(kAt.y, point(General::r15, value));
  }
  if (table.wants_left()) {
    to.load(kAt.left, point(General::r15, 2 * value));
  }
  to.load(kAt.right, point(General::r15, 3 * value));
  return kAt;
}

Segments four_points(const NativeTable& table, Assembler& to) {
  constexpr int kEven = kLookUp;
  constexpr int kEvenSlopes = kLookUp + 1;
  constexpr int kOdd = kLookUp + 2;
  constexpr int kOddSlopes = kLookUp + 3;
  constexpr std::int32_t kSlopes = 2 * sizeof(double);
  const bool points = table.wants_x();
  const auto load = [&](General at, int values, int slopes) {
    if (points) {
      to.load_lower(values, point(at));
    }
    to.load_lower(slopes, point(at, kSlopes));
  };
  const auto insert = [&](General at, int values, int slopes) {
    if (points) {
      to.insert_upper(values, point(at));
    }
    to.insert_upper(slopes, point(at, kSlopes));
  };
  to.places(kSecond);
  to.lower_to_general(General::r15, General::r14, kSecond);
  to.copy_lower_half(General::rbp, General::r15);
  load(General::rbp, kEven, kEvenSlopes);
  to.keep_upper_half(General::r15);
  load(General::r15, kOdd, kOddSlopes);
  to.copy_lower_half(General::rbp, General::r14);
  insert(General::rbp, kEven, kEvenSlopes);
  to.keep_upper_half(General::r14);
  insert(General::r14, kOdd, kOddSlopes);
  if (points) {
    to.pair_firsts(kSecond, kEven, kOdd);
  }
  if (table.wants_y()) {
    to.pair_seconds(kEven, kEven, kOdd);
  }
  if (table.wants_left()) {
    to.pair_firsts(kOdd, kEvenSlopes, kOddSlopes);
  }
  to.pair_seconds(kEvenSlopes, kEvenSlopes, kOddSlopes);
  return {kSecond, kEven, kOdd, kEvenSlopes};
}

// A point fills half a register: four of them in the lower halves of four registers, four in the
// upper ones, and then rows become columns.
Segments eight_points(const NativeTable& table, Assembler& to) {
  constexpr int kA = kLookUp;
  constexpr int kB = kLookUp + 1;
  constexpr int kC = kLookUp + 2;
  constexpr int kD = kLookUp + 3;
  to.places(kSecond);
  for (const bool upper : {false, true}) {
    if (upper) {
      to.move_upper_to_lower(kSecond, kSecond);
    }
    to.lower_to_general(General::r15, General::r14, kSecond);
    for (const auto& [both, first, second] :
         {std::tuple(General::r15, kA, kB), std::tuple(General::r14, kC, kD)}) {
      to.copy_lower_half(General::rbp, both);
      to.keep_upper_half(both);
      if (upper) {
        to.insert_upper(first, point(General::rbp));
        to.insert_upper(second, point(both));
      } else {
        to.load_lower(first, point(General::rbp));
        to.load_lower(second, point(both));
      }
    }
  }
  if (table.wants_x()) {
    to.mix_firsts(kSecond, kA, kB);  // x x y y
  }
  to.mix_lasts(kA, kA, kB);  // left left right right
  if (table.wants_x()) {
    to.mix_firsts(kB, kC, kD);
  }
  to.mix_lasts(kC, kC, kD);
  if (table.wants_x()) {
    to.pair_firsts(kD, kSecond, kB);
  }
  if (table.wants_y()) {
    to.pair_seconds(kB, kSecond, kB);
  }
  if (table.wants_left()) {
    to.pair_firsts(kSecond, kA, kC);
  }
  to.pair_seconds(kA, kA, kC);
  return {kD, kB, kSecond, kA};
}

}  // namespace

OnSegment find_segment(const NativeTable& table, int argument, Assembler& to) {
  const auto constant = [&to](TableConstant which) {
    return Place{kBase, General::none, which * to.value_bytes()};
  };
  const auto apply = [&](Arithmetic op, int left, TableConstant right) {
    if (to.wide() && !to.avx512()) {
      to.load_for_all(kLookUp, constant(right));
      to.arithmetic(op, kSecond, left, kLookUp);
    } else {
      to.arithmetic(op, kSecond, left, constant(right), true);
    }
  };
  to.set(kBase, reinterpret_cast<std::uint64_t>(table.rows.data()));
  to.load_for_all(kFirst, constant(kLeast));
  to.arithmetic(Arithmetic::maximum, kFirst, kFirst, argument);
  to.load_for_all(kSecond, constant(kMost));
  to.arithmetic(Arithmetic::minimum, kFirst, kSecond, kFirst);
  apply(Arithmetic::multiply, kFirst, kPerX);
  apply(Arithmetic::add, kSecond, kShift);
  if (!table.inside) {
    to.arithmetic(Arithmetic::maximum, kSecond, kSecond, zero());
    apply(Arithmetic::minimum, kSecond, kTop);
  }
  const Segments at = to.form == Form::whole ? any_points(table, to)
                      : to.form == Form::one ? one_point(table, to)
                      : to.single()          ? eight_points(table, to)
                                             : four_points(table, to);
  if (table.wants_x()) {
    to.arithmetic(Arithmetic::subtract, kFirst, kFirst, at.x);
  }
  if (table.wants_left()) {
    int below = kFirst;
    if (to.masks_apart()) {
      below = kFirstMask;
      to.mask_of_signs(below, kFirst);
    }
    to.blend(at.right, at.right, at.left, below);
  }
  if (table.steps) {
    to.arithmetic(Arithmetic::multiply, kFirst, kFirst, zero());  // NaN stays one
    return {at.right, kFirst};
  }
  to.arithmetic(Arithmetic::multiply, at.right, at.right, kFirst);
  return {at.y, at.right};
}

}  // namespace shamal::machine
