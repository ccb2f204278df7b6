// A program made ready for execution: immutable, shared by all threads, cheap to copy.
//
// Preparation resolves every loop nest into `rows`, each a run of `extent` elements along which
// every operand moves by a fixed number of slots. Neighbouring axes that all operands walk evenly
// are merged first, so that most instructions have one row, and what is left of views, axes and
// offset tables is a list of where each row starts. Each instruction then carries the two functions
// that execute it, chosen here once: one for a batch of runs and one for a single run.
//
// Passes that fuse instructions or reuse slots have their place between Program and Kernel;
// functions for a newer processor, in the table of functions.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ir/program.h"
#include "machine/call.h"
#include "machine/table.h"

namespace shamal::machine {

class Kernel;
class State;
struct Prepared;

using Execute = void (*)(const Prepared&, const Kernel&, State&);

// dst, the arguments, and for Op::lookup the table.
inline constexpr std::size_t kOperands = 5;
inline constexpr std::size_t kDst = 0;
inline constexpr std::size_t kTable = 4;

using RowStart = std::array<std::uint32_t, kOperands>;  // slots; of kTable: a table

struct Prepared {
  Execute batch = nullptr;   // any number of runs
  Execute single = nullptr;  // one run
  const RowStart* starts = nullptr;
  std::uint32_t rows = 1;
  std::uint32_t extent = 1;
  std::array<std::int32_t, kOperands> strides{};
  std::uint32_t aux = ir::kNone;  // as in the instruction; of Op::rank and Op::procedure: which of
                                  // the kernel's
  // Every operand's slots follow each other, and no argument overlaps the destination but slot by
  // slot: a row may be done in any order, as one array.
  bool contiguous = false;
};

// Op::rank: where the ranked elements lie, from the slot of the argument, and those that break ties
// (if any do).
struct Ranked {
  std::vector<std::int64_t> elements;
  std::vector<std::int64_t> ties;
};

class Kernel {
 public:
  // The program is sound (ir::verify).
  explicit Kernel(ir::Program program);

  const ir::Program& program() const { return contents_->program; }
  const std::vector<Prepared>& block(ir::Block block) const {
    return contents_->blocks[static_cast<std::size_t>(block)];
  }
  const std::vector<PreparedTable>& tables() const { return contents_->tables; }
  const std::vector<Ranked>& ranked() const { return contents_->ranked; }
  const std::vector<PreparedCall>& calls() const { return contents_->calls; }

  // How many runs to execute together: enough for dispatch to cost nothing, few enough for the
  // values to stay near the processor.
  std::size_t batch_width() const;

 private:
  struct Contents {
    ir::Program program;
    std::vector<PreparedTable> tables;
    std::vector<Ranked> ranked;
    std::vector<PreparedCall> calls;
    std::vector<RowStart> starts;
    std::array<std::vector<Prepared>, ir::kBlocks> blocks;
  };

  std::shared_ptr<const Contents> contents_;
};

}  // namespace shamal::machine
