#include "sim/recorder.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/copy_past_caches.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace shamal::sim {

namespace {

// Results larger than this leave the caches before somebody reads them: they are written past them.
constexpr std::size_t kBeyondCaches = std::size_t{4} << 20;  // bytes

template <class Value>
const TurnOf<Value>& turn_of() {
  if constexpr (std::is_same_v<Value, float>) {
    return turn().floats;
  } else {
    return turn().doubles;
  }
}

// Times that a block has: no more than there are, nor than fit.
std::size_t block_times(const Trajectories& into) {
  const std::size_t fit = Recorder::kPiece / std::max<std::size_t>(1, into.columns);
  return std::max<std::size_t>(1, std::min(fit, into.times.size()));
}

std::size_t lines_of(std::size_t bytes) {
  constexpr std::size_t kBytes = kLine * sizeof(double);
  return (bytes + kBytes - 1) / kBytes;
}

}  // namespace

Recorder::Recorder(Trajectories& into, const std::vector<SlotRange>& columns, std::size_t first,
                   std::size_t lanes, bool single)
    : into_(into),
      columns_(columns),
      first_(first),
      lanes_(lanes),
      single_(single),
      capacity_(block_times(into)),
      block_(std::make_unique_for_overwrite<Line[]>(
          lines_of(capacity_ * into.columns * lanes * value_bytes()))),
      noted_(lanes, false),
      turned_lines_(lines_of(capacity_ * into.columns * sizeof(double)) | 1),
      turned_(
          std::make_unique_for_overwrite<Line[]>(base::kPastCaches ? kLine * turned_lines_ : 0)) {}

template <class Value>
void Recorder::add(const Value* values, bool alike) {
  Value* const to = block<Value>() + rows_++ * lanes_;
  if (alike) {
    std::fill_n(to, lanes_, *values);
    not_numbers_ = not_numbers_ || std::isnan(*values);
  } else {
    not_numbers_ = turn_of<Value>().copy_and_look(values, lanes_, to) || not_numbers_;
  }
}

template void Recorder::add(const double*, bool);
template void Recorder::add(const float*, bool);

void Recorder::end_time() {
  if (rows_ == capacity_ * into_.columns) {
    write();
  }
}

void Recorder::write() { single_ ? write_of<float>() : write_of<double>(); }

template <class Value>
void Recorder::write_of() {
  if (not_numbers_) {
    note_not_numbers<Value>();
  }
  const std::size_t run_values = into_.times.size() * into_.columns;
  const bool past = base::kPastCaches && into_.values.size() * sizeof(double) > kBeyondCaches;
  const auto turn = turn_of<Value>().turn;
  for (std::size_t lane = 0; lane < lanes_; lane += kLine) {
    const std::size_t beside = std::min(kLine, lanes_ - lane);
    const Value* const from = block<Value>() + lane;
    double* const to = into_.values.data() + (first_ + lane) * run_values + written_;
    if (!past) {
      turn(from, lanes_, rows_, beside, to, run_values);
      continue;
    }
    auto* const turned = reinterpret_cast<double*>(turned_.get());
    turn(from, lanes_, rows_, beside, turned, turned_lines_ * kLine);
    for (std::size_t k = 0; k < beside; ++k) {
      base::copy_past_caches(turned + k * turned_lines_ * kLine, rows_, to + k * run_values);
    }
  }
#if defined(__SSE2__)
  if (past) {
    _mm_sfence();
  }
#endif
  written_ += rows_;
  rows_ = 0;
}

void Recorder::leave_rest() {
  const std::size_t run_values = into_.times.size() * into_.columns;
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    std::fill_n(into_.values.data() + (first_ + lane) * run_values + written_,
                run_values - written_, 0.0);
  }
}

template <class Value>
void Recorder::note_not_numbers() {
  not_numbers_ = false;
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    for (std::size_t i = 0; i < rows_ && !noted_[lane]; ++i) {
      if (std::isnan(block<Value>()[i * lanes_ + lane])) {
        noted_[lane] = true;
        const std::size_t at = written_ + i;
        into_.not_a_number.push_back(
            {first_ + lane, into_.times[at / into_.columns], slot_of(at % into_.columns)});
      }
    }
  }
}

ir::Slot Recorder::slot_of(std::size_t column) const {
  for (const SlotRange& range : columns_) {
    if (column < range.count) {
      return range.base + static_cast<ir::Slot>(column);
    }
    column -= range.count;
  }
  return ir::kNone;
}

}  // namespace shamal::sim
