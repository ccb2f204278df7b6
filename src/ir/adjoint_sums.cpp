#include "ir/adjoint_sums.h"

#include <algorithm>
#include <numeric>

namespace shamal::ir {

namespace {

View shifted(View view, Slot by) {
  view.base += by;
  return view;
}

// Calls visit(first, count) for runs of neighbours among ascending slots.
template <class Visit>
void for_each_run(const std::vector<Slot>& slots, Visit visit) {
  for (std::size_t first = 0; first < slots.size();) {
    std::size_t last = first + 1;
    while (last < slots.size() && slots[last] == slots[first] + (last - first)) {
      ++last;
    }
    visit(slots[first], last - first);
    first = last;
  }
}

}  // namespace

void AdjointSums::begin(Block into) {
  parts_.clear();
  into_ = into;
  begin_ = block().size();
  homes_.assign(objects_.all.size(), kNone);
  negatives_.assign(objects_.all.size(), std::nullopt);
  reached_.assign(values_, 0);
  awaited_.assign(values_, 0);
}

Slot AdjointSums::whole(Slot place, std::uint32_t count) {
  std::vector<Slot> slots(count);
  std::iota(slots.begin(), slots.end(), place);
  need(slots);
  return of(row_of(place), place).base;
}

void AdjointSums::need(const std::vector<Slot>& slots) {
  for (const Slot slot : slots) {
    settle(objects_.of_slot[slot]);
  }
  need_zero(slots);
}

void AdjointSums::need_zero(const std::vector<Slot>& slots) {
  std::vector<Slot> fresh;
  for (const Slot slot : slots) {
    if (reached_[slot] == 0) {
      reached_[slot] = 1;
      fresh.push_back(slot);
    }
  }
  std::sort(fresh.begin(), fresh.end());
  for_each_run(fresh, [&](Slot first, std::size_t count) {
    emit_.assign(home_of(row_of(first), first), emit_.constant(loop_of(count), 0.0));
  });
}

View AdjointSums::of(const View& view, Slot slot) {
  settle(objects_.of_slot[slot]);
  return home_of(view, slot);
}

View AdjointSums::home_of(const View& view, Slot slot) {
  const std::uint32_t object = objects_.of_slot[slot];
  if (homes_[object] == kNone) {
    homes_[object] = emit_.slots(objects_.all[object].count);
  }
  return shifted(view, homes_[object] - objects_.all[object].base);
}

void AdjointSums::fold(LoopId loop, const View& view, const Value& value, bool negative,
                       std::vector<Slot> slots) {
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  const std::uint32_t object = objects_.of_slot[slots[0]];
  const Slot base = objects_.all[object].base;
  const Slot home = emit_.slots(objects_.all[object].count);
  for_each_run(slots, [&](Slot first, std::size_t count) {
    emit_.assign(row_of(home + (first - base)), emit_.constant(loop_of(count), 0.0));
  });
  const View to = shifted(view, home - base);
  emit_.emit(negative ? Op::subtract : Op::add, loop, to, {to, value.view});
  for (const Slot slot : slots) {
    awaited_[slot] = 1;
  }
  parts_[object].push_back({home, std::move(slots)});
}

void AdjointSums::settle(std::uint32_t object) {
  const auto found = parts_.find(object);
  if (found == parts_.end()) {
    return;
  }
  const std::vector<Part> parts = std::move(found->second);
  parts_.erase(found);
  const Slot base = objects_.all[object].base;
  for (const Part& part : parts) {
    for_each_run(part.slots, [&](Slot first, std::size_t count) {
      const LoopId loop = loop_of(count);
      accumulate(loop, row_of(first), emit_.value(loop, row_of(part.home + (first - base))));
    });
  }
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
  if (!distinct) {
    fold(loop, view, value, negative, std::move(sorted));
    return;
  }
  if (std::none_of(slots.begin(), slots.end(), touched)) {
    for (const Slot slot : slots) {
      reached_[slot] = 1;
    }
    const View to = home_of(view, slots[0]);
    if (negative) {
      emit_.emit(Op::negate, loop, to, {value.view});
      negatives_[object] = Negative{loop, to, value.view};
    } else {
      write(to, value);
    }
    return;
  }
  const bool whole = slots.size() == objects_.all[object].count &&
                     std::all_of(slots.begin(), slots.end(), touched);
  need_zero(slots);
  const View before = home_of(view, slots[0]);
  if (whole) {
    homes_[object] = kNone;
  }
  emit_.emit(negative ? Op::subtract : Op::add, loop, home_of(view, slots[0]),
             {before, value.view});
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
