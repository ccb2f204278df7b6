// What WebAssembly code does for an operation of a program: one row each, as a stack machine's
// program.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ir/program.h"
#include "machine/wasm_code.h"

namespace shamal::machine::wasm {

// An instruction on vectors, or what goes onto the stack: an argument as numbers or as a mask of
// where it is not zero, or a constant.
class Step {
 public:
  enum Push : std::uint16_t { a = 0x1000, b, c, truth_of_a, truth_of_b, zero, one, not_a_number };

  constexpr Step() = default;
  constexpr Step(Vector op) : value_(static_cast<std::uint16_t>(op)) {}
  constexpr Step(Push what) : value_(what) {}
  constexpr bool pushes() const { return value_ >= a; }
  constexpr Push what() const { return static_cast<Push>(value_); }
  constexpr Vector op() const { return static_cast<Vector>(value_); }

 private:
  std::uint16_t value_ = 0;
};

struct OperationRow {
  bool mask;  // gives all bits for true and none for false, instead of 1 and 0
  std::span<const Step> steps;
};

std::optional<OperationRow> find_operation(ir::Op op);  // nothing: has no code
OperationRow euler_step();                              // a + b c

}  // namespace shamal::machine::wasm
