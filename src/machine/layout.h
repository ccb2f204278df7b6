// Where a state keeps its slots.
#pragma once

#include <cstddef>

#include "ir/program.h"

namespace shamal::machine {

struct Layout {
  ir::Slot shared = 0;    // slots of one value, which come first
  std::size_t pitch = 1;  // values of the others
  bool single = false;    // in single precision

  // Values from the first slot to the first that is not shared.
  std::size_t room() const {
    constexpr std::size_t kLine = 8;  // values of a cache line; a single run has no use for a gap
    return pitch == 1 ? shared : (shared + kLine - 1) / kLine * kLine;
  }
  std::size_t width(ir::Slot slot) const { return slot < shared ? 1 : pitch; }
  std::size_t place(ir::Slot slot) const {
    return slot < shared ? slot : room() + (slot - shared) * pitch;
  }
};

}  // namespace shamal::machine
