// A program made ready for execution: immutable, shared by all threads, cheap to copy.
//
// Preparation resolves every loop nest into `rows`, each a run of `extent` elements along which
// every operand moves by a fixed number of slots. Neighbouring axes that all operands walk evenly
// are merged first, so that most instructions have one row, and what is left of views, axes and
// offset tables is a list of where each row starts. An instruction marked `inner` is prepared
// together with the next one, as one loop (row.h).
//
// A kernel made from a program as it was lowered knows every variable; specialised() makes one that
// knows what a simulation wants (ir/specialise.h) and is much faster.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "ir/program.h"
#include "ir/specialise.h"
#include "machine/call.h"
#include "machine/native.h"
#include "machine/row.h"
#include "machine/table.h"

namespace shamal::machine {

class Kernel;
class State;
struct Prepared;

using Execute = void (*)(const Prepared&, const Kernel&, State&);

// dst, the arguments, and for Op::lookup the table.
inline constexpr std::size_t kDst = 0;
inline constexpr std::size_t kTable = kMostArguments + 1;
inline constexpr std::size_t kOperands = kMostArguments + 2;

using RowStart = std::array<std::uint32_t, kOperands>;  // slots; of kTable: a table

struct Prepared {
  RowChoice choice;           // of a loop, unless
  Execute special = nullptr;  // lanes go different ways
  std::uint32_t arguments = 0;
  const RowStart* starts = nullptr;
  std::uint32_t rows = 1;
  std::uint32_t extent = 1;
  std::array<std::int32_t, kOperands> strides{};
  std::uint32_t aux = ir::kNone;  // as in the instruction; of Op::rank and Op::procedure: which of
                                  // the kernel's
  ir::SlotSpan gathered;          // of Op::gather: what it may read
  // A bit for each argument that within every row is the destination itself, slot by slot, or apart
  // from it.
  unsigned apart = 0;
  // Every operand's slots follow each other, and all are apart: a row may be done in any order, as
  // one array.
  bool contiguous = false;
};

// Op::rank: where the ranked elements lie, from the slot of the argument, and those that break ties
// (if any do).
struct Ranked {
  std::vector<std::int64_t> elements;
  std::vector<std::int64_t> ties;
};

// Of the cache, that batches like their values to be: at least so many. With AVX-512 a register is
// a line, and code takes two at a time; elsewhere slots an even number of lines apart would crowd
// into a few sets of the first cache.
std::size_t batch_lines(std::size_t lines);

class Kernel {
 public:
  // The program is sound (ir::verify). Whoever says which slots will be looked at after `outputs`
  // may have machine code made of it, which leaves nothing in the others.
  explicit Kernel(ir::Program program,
                  std::optional<std::vector<ir::SlotSpan>> observed = std::nullopt);

  const ir::Program& program() const { return contents_->program; }
  const std::vector<Prepared>& block(ir::Block block) const {
    return contents_->blocks[static_cast<std::size_t>(block)];
  }
  const std::vector<TableView>& views() const { return contents_->views; }  // of the tables
  const std::vector<Ranked>& ranked() const { return contents_->ranked; }
  const std::vector<PreparedCall>& calls() const { return contents_->calls; }
  const std::vector<PreparedCall>& keepers() const { return contents_->keepers; }
  // Where `rates` looks for the reciprocals of divisors (ir/reciprocals.h).
  const std::vector<ir::SlotSpan>& reciprocals() const { return contents_->reciprocals; }

  // Machine code for a state of such a layout, made once and remembered; null if there is none.
  std::shared_ptr<const Native> native(const Layout& layout, const CodeOptions& options) const;
  // The guards that code for this kernel was found to need. Whoever finds that `guards` do not
  // suffice says so, and tries the next.
  Guards needed_guards() const { return contents_->needed_guards; }
  Guards need_more(Guards guards) const;

  // How many runs to execute together: enough for dispatch to cost nothing, few enough for the
  // values, of so many bytes each, to stay near the processor.
  std::size_t batch_width(std::size_t value_bytes = sizeof(double)) const;

  // The kernel for what is wanted, and where it keeps the slots of this one (kNone: nowhere).
  // Made once and remembered: a caller may ask again for every block of an ensemble.
  struct Special;
  std::shared_ptr<const Special> specialised(const ir::Wanted& wanted) const;

 private:
  struct Contents {
    ir::Program program;
    std::vector<PreparedTable> tables;
    std::vector<TableView> views;
    std::vector<Ranked> ranked;
    std::vector<PreparedCall> calls;
    std::vector<PreparedCall> keepers;
    std::vector<ir::SlotSpan> reciprocals;
    std::vector<RowStart> starts;
    std::array<std::vector<Prepared>, ir::kBlocks> blocks;

    mutable base::Mutex mutex;
    mutable std::vector<std::pair<ir::Wanted, std::shared_ptr<const Special>>> specialised;
    std::optional<std::vector<ir::SlotSpan>> observed;
    using NativeKey = std::pair<Layout, CodeOptions>;
    mutable std::map<NativeKey, std::shared_ptr<const Native>> natives;
    mutable std::atomic<Guards> needed_guards = Guards::none;
  };

  std::shared_ptr<const Contents> contents_;
};

struct Kernel::Special {
  Kernel kernel;
  std::vector<ir::Slot> place;
};

Execute special_function(ir::Op op);  // of operations that are not loops of row.h

}  // namespace shamal::machine
