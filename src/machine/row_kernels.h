// Included once by each rows_*.cpp, after the namespace-free part of the library: everything here
// is compiled for that file's processor and stays in its anonymous namespace.
//
// Each row of operations.def becomes one small class. Loops are templates over such classes, so
// that the compiler sees the operations inside the loop and vectorises what the processor can.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "machine/row.h"
#include "machine/segments.h"
#include "model/arithmetic.h"
#include "model/elementary_single.h"

namespace shamal::machine {

namespace {

using namespace model;

#if defined(__clang__)
#define SHAMAL_LANES_ARE_INDEPENDENT  // asks at run time
#else
#define SHAMAL_LANES_ARE_INDEPENDENT _Pragma("GCC ivdep")
#endif

#define SHAMAL_OPERATION(name, operands, meaning)                         \
  struct name##_operation {                                               \
    static constexpr std::size_t arity = operands;                        \
    [[gnu::always_inline]] static double apply([[maybe_unused]] double a, \
                                               [[maybe_unused]] double b, \
                                               [[maybe_unused]] double c, \
                                               [[maybe_unused]] double) { \
      return meaning;                                                     \
    }                                                                     \
  };
#define SHAMAL_UNARY(name, meaning) SHAMAL_OPERATION(name, 1, meaning)
#define SHAMAL_BINARY(name, meaning) SHAMAL_OPERATION(name, 2, meaning)
#define SHAMAL_TERNARY(name, meaning) SHAMAL_OPERATION(name, 3, meaning)
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
#undef SHAMAL_OPERATION

template <class Inner, class Outer>
struct LeftPair {
  static constexpr std::size_t arity = 3;
  [[gnu::always_inline]] static double apply(double a, double b, double c, double) {
    return Outer::apply(Inner::apply(a, b, 0, 0), c, 0, 0);
  }
};

template <class Inner, class Outer>
struct RightPair {
  static constexpr std::size_t arity = 3;
  [[gnu::always_inline]] static double apply(double a, double b, double c, double) {
    return Outer::apply(c, Inner::apply(a, b, 0, 0), 0, 0);
  }
};

template <class Comparison>
struct Choice {
  static constexpr std::size_t arity = 4;
  [[gnu::always_inline]] static double apply(double a, double b, double c, double d) {
    return Comparison::apply(a, b, 0, 0) != 0.0 ? c : d;
  }
};

// x^y in three loops: one iteration of all at once is more than a processor looks ahead, so that
// each would wait for the one before. Operands that are one value for all runs are spread first,
// as compilers make branches of what depends on them alone.
constexpr std::size_t kStaged = 64;

struct Staged {
  alignas(64) std::array<double, kStaged> values;

  const double* spread(double value, std::size_t count) {
    std::fill_n(values.begin(), std::min(kStaged, count), value);
    return values.data();
  }
};

template <unsigned held>
void along_power(const Operands& operands) {
  const Operands o = operands;
  const std::size_t eights = o.count & ~std::size_t{7};
  constexpr bool kOneX = (held & 1u) != 0;
  constexpr bool kOneY = (held & 2u) != 0;
  Staged one_x;
  Staged one_y;
  Staged high;
  Staged low;
  Staged size;
  for (std::uint32_t element = 0; element < o.extent; ++element) {
    const std::ptrdiff_t at = static_cast<std::int32_t>(element);
    double* const d = static_cast<double*>(o.d) + at * o.d_step;
    const double* const x = static_cast<const double*>(o.a[0]) + at * o.a_step[0];
    const double* const y = static_cast<const double*>(o.a[1]) + at * o.a_step[1];
    if (kOneX && kOneY) {
      std::fill_n(d, o.count, power(*x, *y));
      continue;
    }
    const double* const all_x = kOneX ? one_x.spread(*x, eights) : x;
    const double* const all_y = kOneY ? one_y.spread(*y, eights) : y;
    for (std::size_t from = 0; from < eights; from += kStaged) {
      const std::size_t count = std::min(kStaged, eights - from);
      const double* const xs = kOneX ? all_x : all_x + from;
      const double* const ys = kOneY ? all_y : all_y + from;
      if (!kOneX || from == 0) {
        SHAMAL_LANES_ARE_INDEPENDENT
        for (std::size_t i = 0; i < count; ++i) {
          const elementary::Sum log = elementary::log_of(std::fabs(xs[i]));
          high.values[i] = log.high;
          low.values[i] = log.low;
        }
      }
      SHAMAL_LANES_ARE_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) {
        size.values[i] = elementary::power_of({high.values[i], low.values[i]}, ys[i]);
      }
      SHAMAL_LANES_ARE_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) {
        d[from + i] = elementary::power_edges(xs[i], ys[i], size.values[i]);
      }
    }
    for (std::size_t i = eights; i < o.count; ++i) {
      asm volatile("");  // not worth a second vector loop
      d[i] = power(kOneX ? *x : x[i], kOneY ? *y : y[i]);
    }
  }
}

// What is the same for all is spread first: compilers make no vectors of conditions that stay what
// they are.
template <class X, class Y>
[[gnu::always_inline]] inline void raise(float* d, std::size_t count, X x, Y y) {
  alignas(64) std::array<float, kStaged> base;
  alignas(64) std::array<float, kStaged> exponent;
  for (std::size_t i = 0; i < count; ++i) {
    base[i] = x(i);
    exponent[i] = y(i);
  }
  SHAMAL_LANES_ARE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    d[i] = single::power(base[i], exponent[i]);
  }
}

template <class Operation>
[[gnu::always_inline]] inline double apply(double a, double b, double c, double d) {
  return Operation::apply(a, b, c, d);
}

template <class Operation>
[[gnu::always_inline]] inline float apply(float a, float b, float c, float d) {
  if constexpr (std::is_same_v<Operation, exponential_operation>) {
    return single::exponential(a);
  } else if constexpr (std::is_same_v<Operation, natural_log_operation>) {
    return single::natural_log(a);
  } else if constexpr (std::is_same_v<Operation, decimal_log_operation>) {
    return single::decimal_log(a);
  } else if constexpr (std::is_same_v<Operation, power_operation>) {
    return single::power(a, b);
  } else {
    return static_cast<float>(Operation::apply(a, b, c, d));
  }
}

template <class Number, class Operation, unsigned held>
void along(const Operands& operands) {
  const Operands o = operands;
  auto* d = static_cast<Number*>(o.d);
  std::array<const Number*, kMostArguments> a{};
  for (std::size_t k = 0; k < Operation::arity; ++k) {
    a[k] = static_cast<const Number*>(o.a[k]);
  }
  for (std::uint32_t element = 0; element < o.extent; ++element) {
    std::array<Number, kMostArguments> one{};
    for (std::size_t k = 0; k < Operation::arity; ++k) {
      one[k] = (held & (1u << k)) != 0 ? *a[k] : Number{0};
    }
    const auto argument = [&](std::size_t k, std::size_t i) __attribute__((always_inline)) {
      return k >= Operation::arity || (held & (1u << k)) != 0 ? one[k] : a[k][i];
    };
    const auto compute = [&](std::size_t i) __attribute__((always_inline)) {
      return apply<Operation>(argument(0, i), argument(1, i), argument(2, i), argument(3, i));
    };
    // Runs come in eights: the compiler sees that no vector is left half full.
    const std::size_t eights = o.count & ~std::size_t{7};
    if constexpr (std::is_same_v<Operation, power_operation>) {  // of singles
      for (std::size_t from = 0; from < eights; from += kStaged) {
        const auto from_here = [&](std::size_t k) {
          return [&, k ](std::size_t i) __attribute__((always_inline)) {
            return argument(k, from + i);
          };
        };
        raise(d + from, std::min(kStaged, eights - from), from_here(0), from_here(1));
      }
    } else {
      SHAMAL_LANES_ARE_INDEPENDENT
      for (std::size_t i = 0; i < eights; ++i) {
        d[i] = compute(i);
      }
    }
    for (std::size_t i = eights; i < o.count; ++i) {
      asm volatile("");  // not worth a second vector loop
      d[i] = compute(i);
    }
    d += o.d_step;
    for (std::size_t k = 0; k < Operation::arity; ++k) {
      a[k] += o.a_step[k];
    }
  }
}

constexpr unsigned kMasks = 16;
using Masks = std::array<RowKernel, kMasks>;

// By which of the operation's arguments are held.
template <class Number, class Operation, unsigned... held>
constexpr Masks masks(std::integer_sequence<unsigned, held...>) {
  constexpr unsigned kAll = (1u << Operation::arity) - 1;
  const auto one = []<unsigned mask>() -> RowKernel {
    if constexpr (mask <= kAll) {
      if constexpr (std::is_same_v<Operation, power_operation> && std::is_same_v<Number, double>) {
        return along_power<mask>;
      } else {
        return along<Number, Operation, mask>;
      }
    } else {
      return nullptr;
    }
  };
  return {one.template operator()<held>()...};
}

template <class Operation, class Number = double>
constexpr Masks kMasksOf = masks<Number, Operation>(std::make_integer_sequence<unsigned, kMasks>());

template <class Number>
constexpr std::array<const Masks*, ir::kElementwiseOps> kAlone = {{
#define SHAMAL_UNARY(name, meaning) &kMasksOf<name##_operation, Number>,
#define SHAMAL_BINARY(name, meaning) &kMasksOf<name##_operation, Number>,
#define SHAMAL_TERNARY(name, meaning) &kMasksOf<name##_operation, Number>,
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
}};

// ---- two at once: what real models have, (arithmetic, arithmetic) and (comparison, select), and
// what their adjoints have, sums of products

struct PairRow {
  ir::Op inner;
  ir::Op outer;
  const Masks* left;
  const Masks* right;
};

#define SHAMAL_PAIR(x, y)                                                   \
  {ir::Op::x, ir::Op::y, &kMasksOf<LeftPair<x##_operation, y##_operation>>, \
   &kMasksOf<RightPair<x##_operation, y##_operation>>},
#define SHAMAL_PAIRS(x)    \
  SHAMAL_PAIR(x, add)      \
  SHAMAL_PAIR(x, subtract) \
  SHAMAL_PAIR(x, multiply) SHAMAL_PAIR(x, divide) SHAMAL_PAIR(x, minimum) SHAMAL_PAIR(x, maximum)

constexpr PairRow kPairs[] = {SHAMAL_PAIRS(add) SHAMAL_PAIRS(subtract) SHAMAL_PAIRS(multiply)
                                  SHAMAL_PAIRS(divide) SHAMAL_PAIRS(minimum) SHAMAL_PAIRS(maximum)
                                      SHAMAL_PAIR(scale, add) SHAMAL_PAIR(scale, subtract)};
#undef SHAMAL_PAIRS
#undef SHAMAL_PAIR

struct ChoiceRow {
  ir::Op inner;
  const Masks* masks;
};

constexpr ChoiceRow kChoices[] = {
    {ir::Op::less, &kMasksOf<Choice<less_operation>>},
    {ir::Op::less_equal, &kMasksOf<Choice<less_equal_operation>>},
    {ir::Op::greater, &kMasksOf<Choice<greater_operation>>},
    {ir::Op::greater_equal, &kMasksOf<Choice<greater_equal_operation>>},
    {ir::Op::equal, &kMasksOf<Choice<equal_operation>>},
    {ir::Op::not_equal, &kMasksOf<Choice<not_equal_operation>>},
};

// ---- look-ups

#if defined(__AVX2__)
#include "machine/lookup_avx2.h"
#else
inline void look_up(double* d, const double* a, std::size_t count, const TableView& table) {
  for (std::size_t i = 0; i < count; ++i) {
    d[i] = evaluate(table, a[i]);
  }
}
#endif

template <class Number, bool held>
void along_table(const Operands& operands) {
  const Operands o = operands;
  for (std::uint32_t element = 0; element < o.extent; ++element) {
    const std::int32_t at = static_cast<std::int32_t>(element);
    auto* const d = static_cast<Number*>(o.d) + static_cast<std::ptrdiff_t>(at) * o.d_step;
    const auto* const a =
        static_cast<const Number*>(o.a[0]) + static_cast<std::ptrdiff_t>(at) * o.a_step[0];
    const TableView& table = o.table[static_cast<std::ptrdiff_t>(at) * o.table_step];
    if constexpr (held) {
      const auto value = static_cast<Number>(evaluate(table, *a));
      for (std::size_t i = 0; i < o.count; ++i) {
        d[i] = value;
      }
    } else {
      look_up(d, a, o.count, table);
    }
  }
}

// Arguments are taken up before any result is written: they may lie where it goes.
template <class Number, bool held>
void along_segments(const Operands& o) {
  const std::size_t count = o.extent;
  const Segments at(o.segments, count);
  const auto* const a = static_cast<const Number*>(o.a[0]);
  auto* const d = static_cast<Number*>(o.d);
  const Number one = *a;
  const auto argument = [&](std::size_t i) __attribute__((always_inline)) {
    return at.argument(i, held ? one : a[i]);
  };
  unsigned elsewhere = 0;
  SHAMAL_LANES_ARE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    elsewhere += at.has(i, argument(i)) ? 0u : 1u;
  }
  if (elsewhere != 0) {
    for (std::size_t i = 0; i < count; ++i) {
      const double c = argument(i);
      if (!at.has(i, c)) {
        at.find(i, o.table[static_cast<std::ptrdiff_t>(i) * o.table_step], c);
      }
    }
  }
  SHAMAL_LANES_ARE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    d[i] = static_cast<Number>(at.value(i, argument(i)));
  }
}

template <class Number>
RowKernel find_alone(const RowChoice& choice) {
  if (choice.op == ir::Op::lookup && choice.remembers) {
    return choice.held == 0 ? along_segments<Number, false> : along_segments<Number, true>;
  }
  if (choice.op == ir::Op::lookup) {
    return choice.held == 0 ? along_table<Number, false> : along_table<Number, true>;
  }
  return (*kAlone<Number>[static_cast<std::size_t>(choice.op)])[choice.held];
}

RowKernel find(const RowChoice& choice) {
  if (choice.single) {
#if defined(__AVX2__)
    return choice.shape == Shape::one ? find_alone<float>(choice) : nullptr;
#else
    return nullptr;
#endif
  }
  if (choice.shape == Shape::one) {
    return find_alone<double>(choice);
  }
  if (choice.shape == Shape::choice) {
    for (const ChoiceRow& row : kChoices) {
      if (row.inner == choice.inner) {
        return (*row.masks)[choice.held];
      }
    }
    return nullptr;
  }
  for (const PairRow& row : kPairs) {
    if (row.inner == choice.inner && row.outer == choice.op) {
      return (choice.shape == Shape::left ? *row.left : *row.right)[choice.held];
    }
  }
  return nullptr;
}

}  // namespace

}  // namespace shamal::machine
