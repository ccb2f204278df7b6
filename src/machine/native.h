// Programs as machine code, for x86-64 with AVX2: instructions of one loop nest that follow each
// other become one loop over their elements and runs, in which values pass from operation to
// operation in registers. What only the loop itself reads is never stored.
//
// The code does each operation of the program as the rows of row.h do, four values at once, so that
// the bits are the same. What it cannot do (functions, look-ups in uneven tables, procedures, axes
// with offset tables) is left to them: a plan is a list of both.
//
// In single precision it does eight at once, on values of its own (State::singles()); what it
// cannot do is still done in double precision, for which the plan says what to bring over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "ir/program.h"
#include "machine/table.h"

namespace shamal::machine {

// Where a state keeps its slots.
struct Layout {
  ir::Slot shared = 0;       // slots of one value, which come first
  std::size_t pitch = 1;     // values of the others
  bool single = false;       // in single precision
  std::size_t room() const;  // values from the first slot to the first that is not shared
  std::size_t width(ir::Slot slot) const { return slot < shared ? 1 : pitch; }
  std::size_t place(ir::Slot slot) const {
    return slot < shared ? slot : room() + (slot - shared) * pitch;
  }
};

// A table for look-ups of the code; native_body.h makes it.
struct NativeTable {
  std::vector<TablePoint> rows;
  bool inside = false;  // as in TableView
};

using NativeCode = void (*)(void* values);

struct NativeStep {
  NativeCode code = nullptr;
  std::uint32_t prepared = 0;  // of the block, if there is no code
  // Without code: what it looks at or writes in part, and what it writes.
  std::vector<ir::SlotSpan> met;
  std::vector<ir::SlotSpan> written;
};

class Native {
 public:
  // Whether this processor and system have it at all.
  static bool possible();

  // `observed` are the slots that are looked at after `outputs`. Null if it is not possible here.
  static std::shared_ptr<const Native> make(const ir::Program& program,
                                            const std::vector<ir::SlotSpan>& observed,
                                            const std::vector<TableView>& tables,
                                            const Layout& layout);
  ~Native();
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;

  const std::vector<NativeStep>& block(ir::Block block) const {
    return blocks_[static_cast<std::size_t>(block)];
  }
  // `rates` and a step of Euler's method in one, leaving nothing to observe; null if something
  // must happen between the two.
  const std::vector<NativeStep>* euler() const { return has_euler_ ? &euler_ : nullptr; }

 private:
  Native() = default;

  std::array<std::vector<NativeStep>, ir::kBlocks> blocks_;
  std::vector<NativeStep> euler_;
  bool has_euler_ = false;
  std::map<std::uint32_t, NativeTable> tables_;
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace shamal::machine
