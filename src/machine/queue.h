// Who stands in one queue of one run: batches, the oldest first, each what one inflow brought in
// one step.
//
// In each step the inflows' batches join, in the order of the inflows; then the outflows are
// served, in their order:
//
//   into stocks and out of the model   all that is there;
//   into a conveyor                    what it has room for: the front batch or as many as fit;
//                                      whole batches only, or the last of them in part;
//   overflows                          as above, but only of a queue in which an earlier outflow
//                                      into a conveyor wanted more than there was room for.
//
// Sources: XMILE 1.0, 3.7.3 and 4.2.1; isee systems, Stella help, "Queue Computation".
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "model/device.h"

namespace shamal::machine {

class Queue {
 public:
  explicit Queue(const model::QueueShape& shape) : shape_(&shape) {}

  // Inputs: batches, the front first. Output: their sum.
  void start(const double* in, std::size_t inputs, double* out);

  // Inputs: each inflow; for each outflow the most that it may take; both per unit of time.
  // Outputs: each outflow per unit of time, and the sum of what will be left.
  void serve(double dt, const double* in, double* out);

  // What was determined last takes place.
  void commit() { batches_ = coming_; }

  const std::deque<double>& contents() const { return batches_; }

 private:
  // Takes up to `most` from the front; whether more was wanted.
  bool take(const model::QueueShape::Outflow& outflow, double most, double& taken);

  const model::QueueShape* shape_;
  std::deque<double> batches_;
  std::deque<double> coming_;
};

}  // namespace shamal::machine
