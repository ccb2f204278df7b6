// The loops that do the work: one operation, or two at once, along a row of values.
//
// A row is `extent` elements of `count` values each. From one element to the next, every operand
// moves by its step. An operand whose bit is set in the mask `held` has one value for all `count`
// (it is the same in all runs); the others have one each. Values of an element do not depend on
// each other: the destination is an argument itself or apart from it.
//
// Rows of singles compute in double and round once, but for exp, log and pow, which are those of
// model/elementary_single.h.
//
// Which loops exist is a table for each processor: rows_base.cpp for any, rows_avx2.cpp,
// rows_avx512.cpp. All are compiled from row_kernels.h, and as every operation rounds on its own,
// all give the same bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ir/program.h"
#include "machine/processor.h"
#include "machine/table.h"

namespace shamal::machine {

inline constexpr std::size_t kMostArguments = 4;

struct Operands {
  void* d = nullptr;
  std::array<const void*, kMostArguments> a{};
  const TableView* table = nullptr;
  double* segments = nullptr;  // of look-ups that remember (segments.h)
  std::uint32_t count = 1;
  std::uint32_t extent = 1;
  std::int32_t d_step = 0;
  std::array<std::int32_t, kMostArguments> a_step{};
  std::int32_t table_step = 0;
};

using RowKernel = void (*)(const Operands&);

// Operations that are done two at once. The arguments are those of the inner operation, then the
// outer one's others in their order.
enum class Shape : std::uint8_t {
  one,    // op(a, b, c)
  left,   // outer(inner(a, b), c)
  right,  // outer(c, inner(a, b))
  choice  // inner is a comparison: inner(a, b) ? c : d
};

struct RowChoice {
  Shape shape = Shape::one;
  ir::Op op = ir::Op::copy;     // the outer one
  ir::Op inner = ir::Op::copy;  // of two
  unsigned held = 0;            // a bit for each argument
  bool remembers = false;       // a look-up: one value an element, of arguments side by side or one
  bool single = false;          // of singles, not doubles
};

// The loop for a choice; null if there is none, which is possible for two at once, and for singles
// where a processor has no code for them.
using FindRow = RowKernel (*)(const RowChoice&);

RowKernel find_row_base(const RowChoice& choice);
RowKernel find_row_avx2(const RowChoice& choice);
RowKernel find_row_avx512(const RowChoice& choice);

// Of the table for a processor.
FindRow find_row(Processor processor);

}  // namespace shamal::machine
