// Each row of operations.def becomes one small class; the loops below are written once and
// instantiated for all of them, so that the compiler sees the operation inside the loop and
// vectorises what the processor can.
//
// Lanes do not depend on each other: a row of lanes is either the destination itself or apart from
// it. (`__restrict` would forbid the former.)
#include <cmath>

#include "machine/functions.h"
#include "machine/state.h"
#include "model/arithmetic.h"

namespace shamal::machine {

namespace {

using model::checked_index;
using model::floored_modulo;
using model::log_gamma;
using model::truth;

#if defined(__clang__)
#define SHAMAL_LANES_ARE_INDEPENDENT  // asks at run time
#else
#define SHAMAL_LANES_ARE_INDEPENDENT _Pragma("GCC ivdep")
#endif

#define SHAMAL_OPERATION(name, operands, meaning)                             \
  struct name##_operation {                                                   \
    static constexpr int arity = operands;                                    \
    static double apply([[maybe_unused]] double a, [[maybe_unused]] double b, \
                        [[maybe_unused]] double c) {                          \
      return meaning;                                                         \
    }                                                                         \
  };
#define SHAMAL_UNARY(name, meaning) SHAMAL_OPERATION(name, 1, meaning)
#define SHAMAL_BINARY(name, meaning) SHAMAL_OPERATION(name, 2, meaning)
#define SHAMAL_TERNARY(name, meaning) SHAMAL_OPERATION(name, 3, meaning)
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
#undef SHAMAL_OPERATION

// d[i] = operation(a[i], b[i], c[i]); an argument whose bit is set in `held` is the same for all i.
template <class Operation, unsigned held>
void apply_row(double* d, const double* a, const double* b, const double* c, std::size_t count) {
  const double held_a = a[0];
  const double held_b = Operation::arity > 1 ? b[0] : 0.0;
  const double held_c = Operation::arity > 2 ? c[0] : 0.0;
  SHAMAL_LANES_ARE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    d[i] = Operation::apply((held & 1u) != 0 ? held_a : a[i],
                            (held & 2u) != 0 || Operation::arity < 2 ? held_b : b[i],
                            (held & 4u) != 0 || Operation::arity < 3 ? held_c : c[i]);
  }
}

// Where the operands of one element lie among the values.
struct Places {
  std::array<std::ptrdiff_t, 4> at;
  std::array<std::ptrdiff_t, 4> step;

  Places(const Prepared& prepared, std::uint32_t r, std::size_t pitch) {
    for (std::size_t k = 0; k < at.size(); ++k) {
      at[k] = static_cast<std::ptrdiff_t>(prepared.starts[r][k] * pitch);
      step[k] = prepared.strides[k] * static_cast<std::ptrdiff_t>(pitch);
    }
  }
  void advance() {
    for (std::size_t k = 0; k < at.size(); ++k) {
      at[k] += step[k];
    }
  }
};

template <class Operation, unsigned held>
void apply_row(double* values, const Places& places, std::size_t count) {
  apply_row<Operation, held>(values + places.at[0], values + places.at[1], values + places.at[2],
                             values + places.at[3], count);
}

template <class Operation>
void batch(const Prepared& prepared, const Kernel&, State& state) {
  const std::size_t pitch = state.pitch();
  const std::size_t elements = prepared.contiguous ? 1 : prepared.extent;
  const std::size_t count = prepared.contiguous ? prepared.extent * pitch : pitch;
  for (std::uint32_t r = 0; r < prepared.rows; ++r) {
    Places places(prepared, r, pitch);
    for (std::size_t e = 0; e < elements; ++e) {
      apply_row<Operation, 0>(state.row(0), places, count);
      places.advance();
    }
  }
}

template <class Operation>
void strided(const Prepared& prepared, const Kernel&, State& state) {
  double* const values = state.row(0);
  for (std::uint32_t r = 0; r < prepared.rows; ++r) {
    Places places(prepared, r, 1);
    for (std::uint32_t e = 0; e < prepared.extent; ++e) {
      values[places.at[0]] =
          Operation::apply(values[places.at[1]], values[places.at[2]], values[places.at[3]]);
      places.advance();
    }
  }
}

template <class Operation>
void scalar(const Prepared& prepared, const Kernel&, State& state) {
  const RowStart& at = prepared.starts[0];
  *state.row(at[kDst]) = Operation::apply(*state.row(at[1]), *state.row(at[2]), *state.row(at[3]));
}

template <class Operation, unsigned held>
void row(const Prepared& prepared, const Kernel&, State& state) {
  for (std::uint32_t r = 0; r < prepared.rows; ++r) {
    apply_row<Operation, held>(state.row(0), Places(prepared, r, 1), prepared.extent);
  }
}

template <class Operation>
constexpr Functions functions() {
  Functions made{batch<Operation>, strided<Operation>, scalar<Operation>, {row<Operation, 0>}};
  if constexpr (Operation::arity == 2) {
    made.row[1] = row<Operation, 1>;
    made.row[2] = row<Operation, 2>;
  }
  if constexpr (Operation::arity == 3) {
    made.row[2] = row<Operation, 2>;
    made.row[4] = row<Operation, 4>;
    made.row[6] = row<Operation, 6>;
  }
  return made;
}

constexpr std::array<Functions, ir::kElementwiseOps> kFunctions = {{
#define SHAMAL_UNARY(name, meaning) functions<name##_operation>(),
#define SHAMAL_BINARY(name, meaning) functions<name##_operation>(),
#define SHAMAL_TERNARY(name, meaning) functions<name##_operation>(),
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
}};

}  // namespace

Functions elementwise_functions(ir::Op op) { return kFunctions[static_cast<std::size_t>(op)]; }

}  // namespace shamal::machine
