#include "sim/recorder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/copy_past_caches.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace shamal::sim {

namespace {

constexpr std::size_t kBlock = 8192;  // numbers: 64 KiB
constexpr std::size_t kLine = 8;      // numbers in a line of the cache

// Results larger than this leave the caches before somebody reads them: they are written past them.
constexpr std::size_t kBeyondCaches = std::size_t{4} << 20;  // bytes

using Pair = double __attribute__((vector_size(16)));
using Bits = long long __attribute__((vector_size(16)));

// True if there is one that is not a number.
template <class Value>
bool copy_and_look(const Value* from, std::size_t count, double* to) {
  Bits odd{};
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    const Pair pair = {static_cast<double>(from[i]), static_cast<double>(from[i + 1])};
    std::memcpy(to + i, &pair, sizeof pair);
    odd |= pair != pair;
  }
  bool last = false;
  for (; i < count; ++i) {
    to[i] = static_cast<double>(from[i]);
    last = last || std::isnan(to[i]);
  }
  return (odd[0] | odd[1]) != 0 || last;
}

Pair load(const double* from) {
  Pair pair;
  std::memcpy(&pair, from, sizeof pair);
  return pair;
}

void store(Pair pair, double* to) { std::memcpy(to, &pair, sizeof pair); }

// Times that a block has: no more than there are, nor than fit.
std::size_t block_times(const Trajectories& into, std::size_t lanes) {
  const std::size_t fit = kBlock / std::max<std::size_t>(1, into.columns * lanes);
  return std::max<std::size_t>(1, std::min(fit, into.times.size()));
}

// `rows` rows of a line of the cache, `pitch` apart, to as many columns of `rows`.
void turn_line(const double* from, std::size_t pitch, std::size_t rows, double* to) {
  std::size_t i = 0;
  for (; i + 2 <= rows; i += 2, from += 2 * pitch) {
    for (std::size_t k = 0; k < kLine; k += 2) {
      const Pair above = load(from + k);
      const Pair below = load(from + pitch + k);
      store(__builtin_shufflevector(above, below, 0, 2), to + k * rows + i);
      store(__builtin_shufflevector(above, below, 1, 3), to + (k + 1) * rows + i);
    }
  }
  for (; i < rows; ++i) {
    for (std::size_t k = 0; k < kLine; ++k) {
      to[k * rows + i] = from[k];
    }
  }
}

}  // namespace

Recorder::Recorder(Trajectories& into, const std::vector<SlotRange>& columns, std::size_t first,
                   std::size_t lanes)
    : into_(into),
      columns_(columns),
      first_(first),
      lanes_(lanes),
      capacity_(block_times(into, lanes)),
      block_(std::make_unique_for_overwrite<double[]>(capacity_ * into.columns * lanes)),
      noted_(lanes, false),
      turned_(std::make_unique_for_overwrite<double[]>(
          lanes == 1 ? 0 : kLine * capacity_ * into.columns)) {}

template <class Value>
void Recorder::add(const Value* values, bool alike) {
  double* const to = block_.get() + rows_++ * lanes_;
  if (alike) {
    const auto value = static_cast<double>(*values);
    std::fill_n(to, lanes_, value);
    not_numbers_ = not_numbers_ || std::isnan(value);
  } else {
    not_numbers_ = copy_and_look(values, lanes_, to) || not_numbers_;
  }
}

template void Recorder::add(const double*, bool);
template void Recorder::add(const float*, bool);

void Recorder::end_time() {
  if (rows_ == capacity_ * into_.columns) {
    write();
  }
}

void Recorder::write() {
  if (not_numbers_) {
    note_not_numbers();
  }
  const std::size_t run_values = into_.times.size() * into_.columns;
  const bool large = into_.values.size() * sizeof(double) > kBeyondCaches;
  for (std::size_t lane = 0; lane < lanes_; lane += kLine) {
    const std::size_t beside = std::min(kLine, lanes_ - lane);
    const double* from = block_.get() + lane;
    const double* turned = turned_.get();
    if (lanes_ == 1) {
      turned = from;
    } else if (beside == kLine) {
      turn_line(from, lanes_, rows_, turned_.get());
    } else {
      for (std::size_t i = 0; i < rows_; ++i, from += lanes_) {
        for (std::size_t k = 0; k < beside; ++k) {
          turned_[k * rows_ + i] = from[k];
        }
      }
    }
    double* const to = into_.values.data() + (first_ + lane) * run_values + written_;
    for (std::size_t k = 0; k < beside; ++k) {
      const double* const run = turned + k * rows_;
      if (large) {
        base::copy_past_caches(run, rows_, to + k * run_values);
      } else {
        std::copy_n(run, rows_, to + k * run_values);
      }
    }
  }
#if defined(__SSE2__)
  if (large) {
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

void Recorder::note_not_numbers() {
  not_numbers_ = false;
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    for (std::size_t i = 0; i < rows_ && !noted_[lane]; ++i) {
      if (std::isnan(block_[i * lanes_ + lane])) {
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
