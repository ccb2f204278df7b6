// The elementwise operations of the language, one enumerator a row of operations.def, and the
// distributions that random builtins draw from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace shamal::model {

enum class Operation : std::uint8_t {
#define SHAMAL_UNARY(name, meaning) name,
#define SHAMAL_BINARY(name, meaning) name,
#define SHAMAL_TERNARY(name, meaning) name,
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
};

inline constexpr std::size_t kOperations = 0
#define SHAMAL_UNARY(name, meaning) +1
#define SHAMAL_BINARY(name, meaning) +1
#define SHAMAL_TERNARY(name, meaning) +1
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
    ;

std::string_view name(Operation operation);
int arity(Operation operation);

// The operation applied to plain numbers; operands beyond its arity are ignored.
double apply(Operation operation, double a, double b = 0, double c = 0);

enum class Distribution : std::uint8_t { uniform, normal, lognormal, exponential, poisson };

}  // namespace shamal::model
