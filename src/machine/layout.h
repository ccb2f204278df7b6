// Where a state keeps its slots.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "ir/program.h"

namespace shamal::machine {

// Slots whose values lie, as in the state, aside of it: at an address that changes from execution
// to execution (State::find_aside, leave_aside), so many values from there.
struct Aside {
  ir::SlotSpan span;
  std::size_t place = 0;

  bool operator<(const Aside& other) const {
    return std::tie(span.base, span.count, place) <
           std::tie(other.span.base, other.span.count, other.place);
  }
};

enum class AsideUse : std::uint8_t {
  found,            // what is read is read there
  left,             // steps of Euler's method leave levels there, too
  left_past_caches  // … for nobody who comes soon
};

struct Layout {
  ir::Slot shared = 0;    // slots of one value, which come first
  std::size_t pitch = 1;  // values of the others
  bool single = false;    // in single precision
  AsideUse use = AsideUse::found;
  std::vector<Aside> aside;       // ascending
  std::ptrdiff_t next_aside = 0;  // values to where they will lie in the next step; 0: unknown

  // Values from the first slot to the first that is not shared.
  std::size_t room() const {
    constexpr std::size_t kLine = 8;  // values of a cache line; a single run has no use for a gap
    return pitch == 1 ? shared : (shared + kLine - 1) / kLine * kLine;
  }
  std::size_t width(ir::Slot slot) const { return slot < shared ? 1 : pitch; }
  std::size_t place(ir::Slot slot) const {
    return slot < shared ? slot : room() + (slot - shared) * pitch;
  }

  // Null if the slot's values lie in the state alone.
  const Aside* find_aside(ir::Slot slot) const {
    auto after =
        std::upper_bound(aside.begin(), aside.end(), slot,
                         [](ir::Slot wanted, const Aside& of) { return wanted < of.span.base; });
    if (after == aside.begin()) {
      return nullptr;
    }
    const Aside& last = *--after;
    return slot < last.span.base + last.span.count ? &last : nullptr;
  }
  std::size_t place_aside(const Aside& of, ir::Slot slot) const {
    return of.place + (slot - of.span.base) * width(slot);
  }
  bool finds_aside(ir::Slot slot) const {
    return use == AsideUse::found && find_aside(slot) != nullptr;
  }
  bool leaves_aside(ir::Slot slot) const {
    return use != AsideUse::found && find_aside(slot) != nullptr;
  }

  bool operator<(const Layout& other) const {
    return std::tie(shared, pitch, single, use, next_aside, aside) <
           std::tie(other.shared, other.pitch, other.single, other.use, other.next_aside,
                    other.aside);
  }
};

}  // namespace shamal::machine
