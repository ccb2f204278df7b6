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
  bool stored = true;                 // the result is wanted after the nest
  const TablePoint* table = nullptr;  // of a look-up: as native_table makes it
};

// A table for look-ups of the code: what TableView holds, each value four times, then the points.
// Only of evenly spaced points.
std::vector<TablePoint> native_table(const TableView& table);

bool has_code(ir::Op op);

// Values that the code wants to find behind its first argument.
struct alignas(32) NativePool {
  double one[4];
  double zero[4];
  double not_a_number[4];
  std::uint64_t sign[4];
  std::uint64_t size[4];  // all bits but the sign
  std::uint64_t all[4];
};
extern const NativePool kNativePool;

// Pointers into the state that a nest can have: one for each way of moving through it.
inline constexpr std::size_t kMostPointers = 8;

// Appends a function. Views of one object within the nest are the same where one of them is
// written.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Assembler& to);

}  // namespace shamal::machine
