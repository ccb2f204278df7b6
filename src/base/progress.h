// How far long work has come, and the wish to stop it. One object is shared by everybody who works
// on the task and by whoever watches; all members may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace shamal::base {

class Progress {
 public:
  // `report` is called from the threads that work, one at a time and at most once an interval.
  using Report = std::function<void(const Progress&)>;

  explicit Progress(Report report = {},
                    std::chrono::milliseconds interval = std::chrono::milliseconds(100));

  void cancel() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }

  // Units of work are the worker's own (steps of runs, samples); more may turn up on the way.
  void expect(std::uint64_t units) { expected_ += units; }
  void advance(std::uint64_t units);

  std::uint64_t expected() const { return expected_; }
  double fraction() const;  // 0 to 1
  double elapsed_seconds() const;
  std::optional<double> remaining_seconds() const;  // once there is something to judge by

 private:
  using Clock = std::chrono::steady_clock;

  Report report_;
  Clock::duration interval_;
  Clock::time_point start_ = Clock::now();
  std::atomic<bool> cancelled_{false};
  std::atomic<std::uint64_t> expected_{0};
  std::atomic<std::uint64_t> done_{0};
  std::atomic_flag reporting_;              // set while a thread reports
  Clock::time_point last_report_ = start_;  // of whoever has set it
};

}  // namespace shamal::base
