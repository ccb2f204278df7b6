// One loop nest as machine code (native.h).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ir/program.h"
#include "machine/assembler.h"
#include "machine/native.h"
#include "machine/table.h"

namespace shamal::machine {

// An operation of the nest; `euler` stands for arg0 + arg1 * arg2.
struct Operation {
  ir::Op op = ir::Op::copy;
  bool euler = false;
  std::uint32_t arity = 0;
  ir::View dst;
  std::array<ir::View, 3> args{};
  bool stored = true;                  // the result is wanted after the nest
  const NativeTable* table = nullptr;  // of a look-up
};

// What TableView holds, each value as often as a register takes it, then the points; in single
// precision these are half as large. Only of evenly spaced points.
NativeTable native_table(const TableView& table, bool single);

bool has_code(ir::Op op);

// Pointers into the state that a nest can have: one for each way of moving through it.
inline constexpr std::size_t kMostPointers = 8;

// Appends a function. Views of one object within the nest are the same where one of them is
// written.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Assembler& to);

}  // namespace shamal::machine
