#include "sim/recorder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "base/copy_past_caches.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace shamal::sim {

namespace {

constexpr std::size_t kLine = 8;  // results in a line of the cache

// Results larger than this leave the caches before somebody reads them: they are written past them.
constexpr std::size_t kBeyondCaches = std::size_t{4} << 20;  // bytes

using Pair = double __attribute__((vector_size(16)));
using Four = float __attribute__((vector_size(16)));

template <class Vector, class Value>
Vector load(const Value* from) {
  Vector made;
  std::memcpy(&made, from, sizeof made);
  return made;
}

void store(Pair pair, double* to) { std::memcpy(to, &pair, sizeof pair); }

// True if there is one that is not a number.
template <class Vector, class Value>
bool copy_and_look(const Value* from, std::size_t count, Value* to) {
  constexpr std::size_t kBeside = sizeof(Vector) / sizeof(Value);
  decltype(Vector{} != Vector{}) odd{};
  std::size_t i = 0;
  for (; i + kBeside <= count; i += kBeside) {
    const auto values = load<Vector>(from + i);
    std::memcpy(to + i, &values, sizeof values);
    odd |= values != values;
  }
  bool found = false;
  for (std::size_t k = 0; k < kBeside; ++k) {
    found = found || odd[k] != 0;
  }
  for (; i < count; ++i) {
    to[i] = from[i];
    found = found || std::isnan(to[i]);
  }
  return found;
}

// The runs k, k + 1, … of two rows: what each has, side by side.
void turn_pair(const double* above, const double* below, double* to, std::size_t apart) {
  for (std::size_t k = 0; k < kLine; k += 2, to += 2 * apart) {
    const auto a = load<Pair>(above + k);
    const auto b = load<Pair>(below + k);
    store(__builtin_shufflevector(a, b, 0, 2), to);
    store(__builtin_shufflevector(a, b, 1, 3), to + apart);
  }
}

void turn_pair(const float* above, const float* below, double* to, std::size_t apart) {
  for (std::size_t k = 0; k < kLine; k += 4, to += 4 * apart) {
    const auto a = load<Four>(above + k);
    const auto b = load<Four>(below + k);
    const Four first = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const Four last = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const auto pair = [](auto of) { return __builtin_convertvector(of, Pair); };
    store(pair(__builtin_shufflevector(first, first, 0, 1)), to);
    store(pair(__builtin_shufflevector(first, first, 2, 3)), to + apart);
    store(pair(__builtin_shufflevector(last, last, 0, 1)), to + 2 * apart);
    store(pair(__builtin_shufflevector(last, last, 2, 3)), to + 3 * apart);
  }
}

// `rows` rows of `beside` runs, `pitch` apart, to as many columns of `rows`, `apart` too.
template <class Value>
void turn(const Value* from, std::size_t pitch, std::size_t rows, std::size_t beside, double* to,
          std::size_t apart) {
  std::size_t i = 0;
  if (beside == kLine) {
    for (; i + 2 <= rows; i += 2) {
      turn_pair(from + i * pitch, from + (i + 1) * pitch, to + i, apart);
    }
  }
  for (; i < rows; ++i) {
    for (std::size_t k = 0; k < beside; ++k) {
      to[k * apart + i] = static_cast<double>(from[i * pitch + k]);
    }
  }
}

// Times that a block has: no more than there are, nor than fit.
std::size_t block_times(const Trajectories& into) {
  const std::size_t fit = Recorder::kPiece / std::max<std::size_t>(1, into.columns);
  return std::max<std::size_t>(1, std::min(fit, into.times.size()));
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
      block_(std::make_unique_for_overwrite<std::byte[]>(capacity_ * into.columns * lanes *
                                                         value_bytes())),
      noted_(lanes, false),
      turned_(std::make_unique_for_overwrite<double[]>(
          base::kPastCaches ? kLine * capacity_ * into.columns : 0)) {}

template <class Value>
void Recorder::add(const Value* values, bool alike) {
  Value* const to = block<Value>() + rows_++ * lanes_;
  if (alike) {
    std::fill_n(to, lanes_, *values);
    not_numbers_ = not_numbers_ || std::isnan(*values);
  } else {
    using Vector = std::conditional_t<std::is_same_v<Value, float>, Four, Pair>;
    not_numbers_ = copy_and_look<Vector>(values, lanes_, to) || not_numbers_;
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
  for (std::size_t lane = 0; lane < lanes_; lane += kLine) {
    const std::size_t beside = std::min(kLine, lanes_ - lane);
    const Value* const from = block<Value>() + lane;
    double* const to = into_.values.data() + (first_ + lane) * run_values + written_;
    if (!past) {
      turn(from, lanes_, rows_, beside, to, run_values);
      continue;
    }
    turn(from, lanes_, rows_, beside, turned_.get(), rows_);
    for (std::size_t k = 0; k < beside; ++k) {
      base::copy_past_caches(turned_.get() + k * rows_, rows_, to + k * run_values);
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
