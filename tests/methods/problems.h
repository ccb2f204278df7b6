// Problems with known solutions, as programs.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "sim/run.h"
#include "support/program_builder.h"

namespace shamal::testing {

struct Problem {
  std::string name;
  machine::Kernel kernel;
  ir::Slot level;  // the stock to look at
  double stop;
  std::function<double(double)> exact;  // its level at a time
};

// x'' = -x, x(0) = 1, x'(0) = 0
inline Problem oscillator() {
  ProgramBuilder b;
  const ir::Slot one = b.constant(1);
  const ir::Slot zero = b.constant(0);
  const ir::Slot x = b.slots(2);
  const ir::Slot net = b.slots(2);
  b.stock(x, net, 2);
  b.emit(ir::Block::initial, ir::Op::copy, x, {one});
  b.emit(ir::Block::initial, ir::Op::copy, x + 1, {zero});
  b.emit(ir::Block::rates, ir::Op::copy, net, {x + 1});
  b.emit(ir::Block::rates, ir::Op::negate, net + 1, {x});
  return {"oscillator", machine::Kernel(b.program), x, 8, [](double t) { return std::cos(t); }};
}

// p' = p (1 - p), p(0) = 1/10
inline Problem logistic() {
  ProgramBuilder b;
  const ir::Slot one = b.constant(1);
  const ir::Slot start = b.constant(0.1);
  const ir::Slot p = b.slots();
  const ir::Slot net = b.slots();
  const ir::Slot room = b.slots();
  b.stock(p, net);
  b.emit(ir::Block::initial, ir::Op::copy, p, {start});
  b.emit(ir::Block::rates, ir::Op::subtract, room, {one, p});
  b.emit(ir::Block::rates, ir::Op::multiply, net, {p, room});
  return {"logistic", machine::Kernel(b.program), p, 4,
          [](double t) { return 1 / (1 + 9 * std::exp(-t)); }};
}

// y' = y cos t, y(0) = 1: the slope depends on the time itself.
inline Problem driven() {
  ProgramBuilder b;
  const ir::Slot one = b.constant(1);
  const ir::Slot y = b.slots();
  const ir::Slot net = b.slots();
  const ir::Slot wave = b.slots();
  b.stock(y, net);
  b.emit(ir::Block::initial, ir::Op::copy, y, {one});
  b.emit(ir::Block::rates, ir::Op::cosine, wave, {ir::kTimeSlot});
  b.emit(ir::Block::rates, ir::Op::multiply, net, {y, wave});
  return {"driven", machine::Kernel(b.program), y, 8,
          [](double t) { return std::exp(std::sin(t)); }};
}

// The largest error at any recorded time.
inline double error(const Problem& problem, const sim::RunSpec& base, double dt) {
  sim::RunSpec spec = base;
  spec.stop = problem.stop;
  spec.dt = spec.save_interval = dt;
  spec.saved = {{problem.level, 1}};
  const sim::Trajectories made = sim::simulate(problem.kernel, spec, {});
  double most = 0;
  for (std::size_t i = 0; i < made.times.size(); ++i) {
    most = std::max(most, std::fabs(made.values[i] - problem.exact(made.times[i])));
  }
  return most;
}

}  // namespace shamal::testing
