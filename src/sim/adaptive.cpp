// Steps chosen by their error, for each run of a batch on its own.
//
// Between two steps of the time grid, t to t + dt, a run takes as many steps h as it needs. After a
// step from y to z with the error estimate e (of the method's row), its size is judged by
//
//   worst = max over stocks of |e| / (atol + rtol max(|y|, |z|))
//
// and the step stands if worst <= 1. Either way the next one is
//
//   h' = h * min(5, max(0.2, 0.9 worst^(-1/5)))
//
// but not longer than dt, and never longer right after a rejected one. [Hairer1993, pp. 167-169]
// The maximum rather than the root mean square: stocks that are at rest do not dilute the error of
// one that moves, and the one that is to blame for a failure has a name. The largest step that a
// run may take is remembered from one interval to the next.
//
// All runs of the batch evaluate their stages together; those that have arrived take steps of
// length 0, whose results are dropped. So a run's steps depend on itself alone. Memories, delays
// and random numbers stand still from t to t + dt. Jumps in time (STEP, PULSE) that fall between
// grid points are found by rejection, at the price of a few dozen steps.
//
// A stock that is infinite or not a number at the start of a step, or whose slope is, takes no part
// in the error: there is nothing to control, and the result says so. A run fails when the step
// becomes too small to move the time, or after kMostSteps steps within one interval; its stocks are
// NaN from there on.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/integrator.h"

namespace shamal::sim {

namespace {

constexpr double kSafety = 0.9;
constexpr double kLeastFactor = 0.2;
constexpr double kMostFactor = 5.0;
constexpr std::uint32_t kMostSteps = 100000;

struct Lane {
  double wanted = 0;        // the step that the error allows
  double passed = 0;        // time since the start of the interval
  double h = 0;             // the step being taken; 0: none
  bool rejected = false;    // the last one was
  std::uint32_t steps = 0;  // in this interval
  double worst = 0;
  std::size_t worst_level = 0;
  std::optional<LaneFailure> failure;
};

class AdaptiveIntegrator final : public Integrator {
 public:
  explicit AdaptiveIntegrator(const Integration& integration)
      : of_(integration), lanes_(integration.state.lanes()) {
    const std::size_t count = level_count(of_.kernel, of_.state);
    for (Levels* levels : {&start_, &trial_, &error_}) {
      levels->resize(count);
    }
    for (std::size_t i = 0; i < of_.method.stages; ++i) {
      slopes_[i].resize(count);
    }
    for (Lane& lane : lanes_) {
      lane.wanted = of_.dt;
    }
  }

  void advance(double time) override {
    read_levels(of_.kernel, of_.state, start_);
    read_net_flows(of_.kernel, of_.state, slopes_[0]);
    for (Lane& lane : lanes_) {
      lane.passed = 0;
      lane.steps = 0;
    }
    while (choose_steps(time)) {
      evaluate_stages(time);
      estimate_errors();
      for (std::size_t l = 0; l < lanes_.size(); ++l) {
        if (lanes_[l].h > 0) {
          judge(l);
        }
      }
    }
    write_levels(of_.kernel, start_, of_.state);
  }

  std::optional<LaneFailure> failure(std::size_t lane) const override {
    return lanes_[lane].failure;
  }

 private:
  // False once every run has arrived.
  bool choose_steps(double time) {
    bool any = false;
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
      Lane& lane = lanes_[l];
      const double left = of_.dt - lane.passed;
      lane.h = 0;
      if (lane.failure || left <= 0) {
        continue;
      }
      const double least = 4 * std::numeric_limits<double>::epsilon() *
                           std::max(std::fabs(time), std::fabs(time + of_.dt));
      if (lane.wanted <= least || lane.steps == kMostSteps) {
        fail(l, time);
        continue;
      }
      // Two even steps rather than a long and a tiny one.
      lane.h = lane.wanted >= left ? left : std::min(lane.wanted, left / 2);
      ++lane.steps;
      any = true;
    }
    return any;
  }

  void evaluate_stages(double time) {
    for (std::size_t i = 1; i < of_.method.stages; ++i) {
      for (std::size_t l = 0; l < lanes_.size(); ++l) {
        of_.state.set(ir::kTimeSlot, l, time + lanes_[l].passed + of_.method.c[i] * lanes_[l].h);
      }
      weigh(of_.method.a[i], i, slopes_, trial_);
      for_each_value([this](std::size_t at, const Lane& lane) {
        trial_[at] = start_[at] + lane.h * trial_[at];
      });
      write_levels(of_.kernel, trial_, of_.state);
      of_.backend.execute(of_.kernel, ir::Block::rates, of_.state);
      read_net_flows(of_.kernel, of_.state, slopes_[i]);
    }
    // The last stage is the end of the step: trial_ holds its levels, the last slope its slope.
  }

  void estimate_errors() {
    weigh(of_.method.error, of_.method.stages, slopes_, error_);
    for (Lane& lane : lanes_) {
      lane.worst = 0;
    }
    for_each_value([this](std::size_t at, Lane& lane) {
      if (!std::isfinite(start_[at]) || !std::isfinite(slopes_[0][at])) {
        return;
      }
      const double size = std::max(std::fabs(start_[at]), std::fabs(trial_[at]));
      const double allowed = of_.tolerances.absolute + of_.tolerances.relative * size;
      const double ratio = std::fabs(lane.h * error_[at]) / allowed;
      if (!(ratio <= lane.worst)) {
        lane.worst = std::isfinite(ratio) ? ratio : std::numeric_limits<double>::infinity();
        lane.worst_level = at / of_.state.pitch();
      }
    });
  }

  void judge(std::size_t l) {
    Lane& lane = lanes_[l];
    const bool stands = lane.worst <= 1;
    const double factor = std::clamp(kSafety * std::pow(lane.worst, -1.0 / of_.method.order),
                                     kLeastFactor, lane.rejected || !stands ? 1.0 : kMostFactor);
    const double next = std::min(lane.h * factor, of_.dt);
    lane.rejected = !stands;
    if (!stands) {
      lane.wanted = next;
      return;
    }
    // A step cut short by the end of the interval says nothing against longer ones.
    const double left = of_.dt - lane.passed;
    lane.wanted = lane.h < lane.wanted ? std::max(lane.wanted, next) : next;
    lane.passed = lane.h >= left ? of_.dt : lane.passed + lane.h;
    for (std::size_t at = l; at < start_.size(); at += of_.state.pitch()) {
      start_[at] = trial_[at];
      slopes_[0][at] = slopes_[of_.method.stages - 1][at];
    }
  }

  void fail(std::size_t l, double time) {
    lanes_[l].failure = LaneFailure{time + lanes_[l].passed, level_slot(lanes_[l].worst_level)};
    for (std::size_t at = l; at < start_.size(); at += of_.state.pitch()) {
      start_[at] = std::numeric_limits<double>::quiet_NaN();
    }
  }

  ir::Slot level_slot(std::size_t level) const {
    for (const ir::Stock& stock : of_.kernel.program().stocks) {
      if (level < stock.count) {
        return stock.level + static_cast<ir::Slot>(level);
      }
      level -= stock.count;
    }
    return 0;
  }

  // visit(index among the levels, lane), for the runs; lanes beyond the last one are left alone.
  template <class Visit>
  void for_each_value(Visit visit) {
    for (std::size_t first = 0; first < start_.size(); first += of_.state.pitch()) {
      for (std::size_t l = 0; l < lanes_.size(); ++l) {
        visit(first + l, lanes_[l]);
      }
    }
  }

  Integration of_;
  std::vector<Lane> lanes_;
  Levels start_;  // where the step begins
  Levels trial_;  // where it may end
  Levels error_;
  std::array<Levels, kMaxStages> slopes_;
};

}  // namespace

std::unique_ptr<Integrator> make_adaptive_integrator(const Integration& integration) {
  return std::make_unique<AdaptiveIntegrator>(integration);
}

}  // namespace shamal::sim
