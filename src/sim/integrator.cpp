#include "sim/integrator.h"

#include <algorithm>

namespace shamal::sim {

std::size_t level_count(const machine::Kernel& kernel, const machine::State& state) {
  std::size_t count = 0;
  for (const ir::Stock& stock : kernel.program().stocks) {
    count += stock.count * state.width(stock.level);
  }
  return count;
}

void read_levels(const machine::Kernel& kernel, machine::State& state, Levels& levels) {
  double* to = levels.data();
  for (const ir::Stock& stock : kernel.program().stocks) {
    state.bring({stock.level, stock.count});
    to = std::copy_n(state.row(stock.level), stock.count * state.width(stock.level), to);
  }
}

void read_net_flows(const machine::Kernel& kernel, machine::State& state, Levels& nets) {
  double* to = nets.data();
  for (const ir::Stock& stock : kernel.program().stocks) {
    state.bring({stock.net, stock.count});
    to = std::copy_n(state.row(stock.net), stock.count * state.width(stock.level), to);
  }
}

void write_levels(const machine::Kernel& kernel, const Levels& levels, machine::State& state) {
  const double* from = levels.data();
  for (const ir::Stock& stock : kernel.program().stocks) {
    std::copy_n(from, stock.count * state.width(stock.level), state.row(stock.level));
    state.give({stock.level, stock.count});
    from += stock.count * state.width(stock.level);
  }
}

void weigh(const std::array<double, kMaxStages>& weights, std::size_t stages,
           const std::array<Levels, kMaxStages>& slopes, Levels& sum) {
  bool first = true;
  for (std::size_t j = 0; j < stages; ++j) {
    const double weight = weights[j];
    if (weight == 0) {
      continue;
    }
    const double* const slope = slopes[j].data();
    double* const to = sum.data();
    if (first) {
      for (std::size_t i = 0; i < sum.size(); ++i) {
        to[i] = weight * slope[i];
      }
    } else {
      for (std::size_t i = 0; i < sum.size(); ++i) {
        to[i] += weight * slope[i];
      }
    }
    first = false;
  }
}

namespace {

// Euler's method: y + h k, without a copy of anything.
class EulerIntegrator final : public Integrator {
 public:
  explicit EulerIntegrator(const Integration& integration) : of_(integration) {}

  void advance(double) override {
    machine::State& state = of_.state;
    if (machine::step_stocks(of_.kernel, state)) {
      return;
    }
    for (const ir::Stock& stock : of_.kernel.program().stocks) {
      double* const level = state.row(stock.level);
      const double* const net = state.row(stock.net);
      for (std::size_t i = 0; i < stock.count * state.width(stock.level); ++i) {
        level[i] += of_.dt * net[i];
      }
    }
  }

  std::optional<LaneFailure> failure(std::size_t) const override { return std::nullopt; }

 private:
  Integration of_;
};

class FixedIntegrator final : public Integrator {
 public:
  explicit FixedIntegrator(const Integration& integration) : of_(integration) {
    const std::size_t count = level_count(of_.kernel, of_.state);
    start_.resize(count);
    sum_.resize(count);
    for (std::size_t i = 0; i < of_.method.stages; ++i) {
      slopes_[i].resize(count);
    }
  }

  void advance(double time) override {
    read_levels(of_.kernel, of_.state, start_);
    read_net_flows(of_.kernel, of_.state, slopes_[0]);
    for (std::size_t i = 1; i < of_.method.stages; ++i) {
      of_.state.fill(ir::kTimeSlot, time + of_.method.c[i] * of_.dt);
      step_by(of_.method.a[i], i);
      of_.backend.execute(of_.kernel, ir::Block::rates, of_.state);
      read_net_flows(of_.kernel, of_.state, slopes_[i]);
    }
    step_by(of_.method.b, of_.method.stages);
  }

  std::optional<LaneFailure> failure(std::size_t) const override { return std::nullopt; }

 private:
  void step_by(const std::array<double, kMaxStages>& weights, std::size_t stages) {
    weigh(weights, stages, slopes_, sum_);
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      sum_[i] = start_[i] + of_.dt * sum_[i];
    }
    write_levels(of_.kernel, sum_, of_.state);
  }

  Integration of_;
  Levels start_;
  Levels sum_;
  std::array<Levels, kMaxStages> slopes_;
};

}  // namespace

std::unique_ptr<Integrator> make_integrator(const Integration& integration) {
  if (integration.method.adaptive()) {
    return make_adaptive_integrator(integration);
  }
  if (integration.method.stages == 1) {
    return std::make_unique<EulerIntegrator>(integration);
  }
  return std::make_unique<FixedIntegrator>(integration);
}

}  // namespace shamal::sim
