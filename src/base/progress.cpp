#include "base/progress.h"

#include <algorithm>

namespace shamal::base {

Progress::Progress(Report report, std::chrono::milliseconds interval)
    : report_(std::move(report)), interval_(interval) {}

void Progress::advance(std::uint64_t units) {
  done_ += units;
  if (!report_) {
    return;
  }
  // A thread that finds another one reporting has nothing to add.
  if (reporting_.test_and_set(std::memory_order_acquire)) {
    return;
  }
  const Clock::time_point now = Clock::now();
  if (now - last_report_ >= interval_) {
    last_report_ = now;
    report_(*this);
  }
  reporting_.clear(std::memory_order_release);
}

double Progress::fraction() const {
  const auto expected = static_cast<double>(expected_.load());
  return expected > 0 ? std::min(1.0, static_cast<double>(done_.load()) / expected) : 0.0;
}

double Progress::elapsed_seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::optional<double> Progress::remaining_seconds() const {
  const double done = fraction();
  if (done <= 0) {
    return std::nullopt;
  }
  return elapsed_seconds() * (1 - done) / done;
}

}  // namespace shamal::base
