#include "ir/adjoint_sums.h"

#include <algorithm>
#include <numeric>

namespace shamal::ir {

namespace {

View shifted(View view, Slot by) {
  view.base += by;
  return view;
}

}  // namespace

void AdjointSums::begin(Block into) {
  into_ = into;
  begin_ = block().size();
  homes_.assign(objects_.all.size(), kNone);
  negatives_.assign(objects_.all.size(), std::nullopt);
  reached_.assign(values_, 0);
}

Slot AdjointSums::whole(Slot place, std::uint32_t count) {
  std::vector<Slot> slots(count);
  std::iota(slots.begin(), slots.end(), place);
  need(slots);
  return of(row_of(place), place).base;
}

void AdjointSums::need(const std::vector<Slot>& slots) {
  std::vector<Slot> fresh;
  for (const Slot slot : slots) {
    if (reached_[slot] == 0) {
      reached_[slot] = 1;
      fresh.push_back(slot);
    }
  }
  std::sort(fresh.begin(), fresh.end());
  for (std::size_t first = 0; first < fresh.size();) {
    std::size_t last = first + 1;
    while (last < fresh.size() && fresh[last] == fresh[first] + (last - first)) {
      ++last;
    }
    const LoopId loop = loop_of(last - first);
    emit_.assign(of(row_of(fresh[first]), fresh[first]), emit_.constant(loop, 0.0));
    first = last;
  }
}

View AdjointSums::of(const View& view, Slot slot) {
  const std::uint32_t object = objects_.of_slot[slot];
  if (homes_[object] == kNone) {
    homes_[object] = emit_.slots(objects_.all[object].count);
  }
  return shifted(view, homes_[object] - objects_.all[object].base);
}

std::vector<Slot> AdjointSums::slots_of(LoopId loop, const View& view) const {
  std::vector<Slot> slots;
  for (const std::int64_t offset : offsets(emit_.program(), emit_.program().loops[loop], view)) {
    slots.push_back(static_cast<Slot>(view.base + offset));
  }
  return slots;
}

AdjointSums::Signed AdjointSums::with_sign(const Value& d, Slot slot) const {
  const std::optional<Negative>& known = negatives_[objects_.of_slot[slot]];
  if (known && known->loop == d.loop && known->view == d.view) {
    return {Value{d.emitter, d.loop, known->of}, true};
  }
  return {d, false};
}

void AdjointSums::accumulate(LoopId loop, const View& view, Value value, bool negative) {
  const std::vector<Slot> slots = slots_of(loop, view);
  const auto touched = [&](Slot slot) { return reached_[slot] != 0; };
  std::vector<Slot> sorted = slots;
  std::sort(sorted.begin(), sorted.end());
  const bool distinct = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  const std::uint32_t object = objects_.of_slot[slots[0]];
  negatives_[object] = std::nullopt;
  if (const std::optional<View> negated = take_negation(value)) {
    value.view = *negated;
    negative = !negative;
  }
  if (distinct && std::none_of(slots.begin(), slots.end(), touched)) {
    for (const Slot slot : slots) {
      reached_[slot] = 1;
    }
    const View to = of(view, slots[0]);
    if (negative) {
      emit_.emit(Op::negate, loop, to, {value.view});
      negatives_[object] = Negative{loop, to, value.view};
    } else {
      write(to, value);
    }
    return;
  }
  const bool whole = distinct && slots.size() == objects_.all[object].count &&
                     std::all_of(slots.begin(), slots.end(), touched);
  need(slots);
  const View before = of(view, slots[0]);
  if (whole) {
    homes_[object] = kNone;
  }
  emit_.emit(negative ? Op::subtract : Op::add, loop, of(view, slots[0]), {before, value.view});
}

// What the value is the negative of, if it has just been computed as one; that goes.
std::optional<View> AdjointSums::take_negation(const Value& value) {
  std::vector<Instruction>& done = block();
  if (done.size() == begin_ || done.back().op != Op::negate || !just_made(value)) {
    return std::nullopt;
  }
  const View of = emit_.program().views[done.back().args[0]];
  done.pop_back();
  return of;
}

// By the last instruction, for this alone.
bool AdjointSums::just_made(const Value& value) {
  const std::vector<Instruction>& done = block();
  return done.size() > begin_ && done.back().loop == value.loop &&
         emit_.program().views[done.back().dst] == value.view &&
         emit_.is_temporary(value.view.base);
}

// A value that was computed for this alone is computed in its place.
void AdjointSums::write(const View& to, const Value& value) {
  if (just_made(value)) {
    block().back().dst = emit_.add(to);
  } else {
    emit_.assign(to, value);
  }
}

}  // namespace shamal::ir
