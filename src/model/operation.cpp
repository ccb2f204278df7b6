#include "model/operation.h"

#include <array>

#include "model/arithmetic.h"

namespace shamal::model {

namespace {

struct Row {
  std::string_view name;
  int arity;
  double (*apply)(double, double, double);
};

constexpr std::array<Row, kOperations> kRows = {{
#define SHAMAL_UNARY(name, meaning) \
  {#name, 1, [](double a, double, double) -> double { return meaning; }},
#define SHAMAL_BINARY(name, meaning) \
  {#name, 2, [](double a, double b, double) -> double { return meaning; }},
#define SHAMAL_TERNARY(name, meaning) \
  {#name, 3, [](double a, double b, double c) -> double { return meaning; }},
#include "model/operations.def"
#undef SHAMAL_UNARY
#undef SHAMAL_BINARY
#undef SHAMAL_TERNARY
}};

}  // namespace

std::string_view name(Operation operation) {
  return kRows[static_cast<std::size_t>(operation)].name;
}

int arity(Operation operation) { return kRows[static_cast<std::size_t>(operation)].arity; }

double apply(Operation operation, double a, double b, double c) {
  return kRows[static_cast<std::size_t>(operation)].apply(a, b, c);
}

}  // namespace shamal::model
