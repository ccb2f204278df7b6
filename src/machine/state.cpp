#include "machine/state.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/copy_past_caches.h"
#include "base/large_memory.h"
#include "machine/flags.h"

namespace shamal::machine {

namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kLineLanes = kCacheLine / sizeof(double);

std::size_t pitch_for(std::size_t lanes) {
  return lanes == 1 ? 1 : (lanes + kLineLanes - 1) / kLineLanes * kLineLanes;
}

template <class Value>
Value* allocate(std::size_t count) {
  auto* values = static_cast<Value*>(base::allocate_large(count * sizeof(Value)));
  std::fill_n(values, count, Value{0});
  return values;
}

// Of the same slots in two states that are laid out alike.
template <class From, class To>
void convert(const From* from, To* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = static_cast<To>(from[i]);
  }
}

}  // namespace

State::State(const ir::Program& program, std::size_t lanes, std::uint64_t seed,
             std::uint64_t first_run, bool single)
    : lanes_(lanes),
      pitch_(pitch_for(lanes)),
      shared_(program.shared),
      slots_(program.slots),
      layout_{shared_, pitch_, single, AsideUse::found, {}},
      room_(allocate<double>(kLineLanes + layout_.room() + (program.slots - shared_) * pitch_)),
      values_(room_.get() + kLineLanes),
      singles_(single ? allocate<float>(layout_.room() + (program.slots - shared_) * pitch_)
                      : nullptr),
      own_(values_ + layout_.room()),
      past_(program.delays.size()) {
  for (std::size_t lane = 0; lane < pitch_; ++lane) {
    random_keys_.push_back(base::random_key(seed, first_run + std::min(lane, lanes - 1)));
  }
  for (const ir::DelayLine& delay : program.delays) {
    past_shapes_.push_back({delay.count, width(delay.input)});
  }
  for (const ir::Keeper& keeper : program.keepers) {
    kept_.emplace_back(program.loops[keeper.loop].count() * pitch_);
  }
  for (const ir::Constant& constant : program.constants) {
    fill(constant.slot, constant.value);
  }
  holdings_ = make_holdings(program, lanes);
  std::size_t outputs = 0;
  for (const ir::DeviceUse& use : program.device_uses) {
    output_places_.push_back(outputs);
    output_counts_.push_back(use.outputs);
    outputs += std::size_t{use.outputs} * program.devices[use.device].count * pitch_;
  }
  outputs_.resize(outputs);
}

void State::forget_flags() {
  clear_flags();
  flagged = false;
}

bool State::trusted() const {
  return native == nullptr || guards == Guards::all ||
         (!flagged && !(uses_flags() && flags_raised()));
}

void State::commit_devices() {
  machine::commit_devices(holdings_);
  devices_stand_still_ = true;
}

double* State::device_outputs(std::uint32_t use, std::uint32_t element) {
  return outputs_.data() + output_places_[use] + element * output_counts_[use] * pitch_;
}

std::size_t State::values_of(ir::SlotSpan span) const {
  const ir::Slot last = span.base + span.count - 1;
  return layout_.place(last) + width(last) - layout_.place(span.base);
}

std::span<std::byte> State::code_bytes(ir::SlotSpan span) {
  const std::size_t value = single() ? sizeof(float) : sizeof(double);
  auto* const first = static_cast<std::byte*>(code_values()) + layout_.place(span.base) * value;
  return {first, span.count == 0 ? 0 : values_of(span) * value};
}

void State::bring(ir::SlotSpan span) {
  if (single() && span.count > 0) {
    const std::size_t first = layout_.place(span.base);
    convert(singles_.get() + first, values_ + first, values_of(span));
  }
}

void State::give(ir::SlotSpan span) {
  if (single() && span.count > 0) {
    const std::size_t first = layout_.place(span.base);
    convert(values_ + first, singles_.get() + first, values_of(span));
  }
}

void State::bring_all() { bring({0, slots_}); }

void State::fill_all(ir::Slot slot, double value) {
  std::fill_n(row(slot), width(slot), value);
  give({slot, 1});
}

void State::set(ir::Slot slot, std::size_t lane, double value) {
  double* const lanes = row(slot);
  if (width(slot) == 1) {
    *lanes = value;
    give({slot, 1});
    return;
  }
  lanes[lane] = value;
  if (lane + 1 == lanes_) {
    std::fill(lanes + lanes_, lanes + pitch_, value);
  }
  if (single()) {
    const std::size_t from = layout_.place(slot);
    convert(lanes + lane, singles_.get() + from + lane,
            (lane + 1 == lanes_ ? pitch_ : lane + 1) - lane);
  }
}

void State::lay_aside(AsideUse use, std::vector<Aside> slots, std::ptrdiff_t next) {
  layout_.use = use;
  layout_.aside = std::move(slots);
  layout_.next_aside = next;
  std::sort(layout_.aside.begin(), layout_.aside.end());
}

const std::vector<Aside>& State::aside_without_code() const {
  return native == nullptr ? layout_.aside : native->not_by_code();
}

// Code looks for the address there (target.h).
void State::set_aside(double* at) {
  aside_ = at;
  std::memcpy(values_ - 1, &at, sizeof(at));
}

void State::find_aside(const double* from) {
  set_aside(const_cast<double*>(from));
  for (const Aside& of : aside_without_code()) {
    std::copy_n(aside_ + of.place, values_of(of.span), row(of.span.base));
  }
}

void State::leave_aside(double* to) { set_aside(to); }

void State::complete_aside() {
  for (const Aside& of : aside_without_code()) {
    if (layout_.use == AsideUse::left_past_caches) {
      base::copy_past_caches(row(of.span.base), values_of(of.span), aside_ + of.place);
    } else {
      std::copy_n(row(of.span.base), values_of(of.span), aside_ + of.place);
    }
  }
}

double State::past(std::uint32_t delay, std::uint32_t element, std::uint32_t at_step,
                   std::size_t lane) const {
  const Past& of = past_shapes_[delay];
  return past_[delay][(at_step * of.count + element) * of.width + (of.width == 1 ? 0 : lane)];
}

void State::append_delays(const ir::Program& program) {
  for (std::size_t d = 0; d < past_.size(); ++d) {
    const double* const input = row(program.delays[d].input);
    bring({program.delays[d].input, program.delays[d].count});
    past_[d].insert(past_[d].end(), input, input + past_shapes_[d].count * past_shapes_[d].width);
  }
}

void State::hold_memories(const ir::Program& program) {
  held_.clear();
  for (const ir::Memory& memory : program.memories) {
    const auto next = code_bytes({memory.next, memory.count});
    held_.insert(held_.end(), next.begin(), next.end());
  }
}

void State::update_memories(const ir::Program& program) {
  auto from = held_.begin();
  for (const ir::Memory& memory : program.memories) {
    const auto current = code_bytes({memory.current, memory.count});
    std::copy_n(from, current.size(), current.begin());
    from += static_cast<std::ptrdiff_t>(current.size());
  }
}

}  // namespace shamal::machine
