#include "machine/queue.h"

#include <cmath>
#include <numeric>

namespace shamal::machine {

void Queue::start(const double* in, std::size_t inputs, double* out) {
  batches_.clear();
  for (std::size_t i = 0; i < inputs; ++i) {
    if (!(in[i] <= 0)) {
      batches_.push_back(in[i]);
    }
  }
  out[0] = std::accumulate(batches_.begin(), batches_.end(), 0.0);
}

bool Queue::take(const model::QueueShape::Outflow& outflow, double most, double& taken) {
  // A batch that fits but for rounding fits.
  constexpr double kAlmost = 1e-12;
  while (!coming_.empty()) {
    const double front = coming_.front();
    const double room = most - taken;
    if (front <= room || front - room <= kAlmost * front) {
      taken += front;
      coming_.pop_front();
    } else {
      if (room > 0 && !outflow.batch_integrity) {
        coming_.front() -= room;
        taken = most;
      }
      return true;
    }
    if (outflow.constrained && outflow.one_at_a_time) {
      return false;
    }
  }
  return false;
}

void Queue::serve(double dt, const double* in, double* out) {
  coming_ = batches_;
  for (std::size_t i = 0; i < shape_->inflows; ++i) {
    if (!(in[i] <= 0)) {
      coming_.push_back(in[i] * dt);
    }
  }
  bool blocked = false;
  for (std::size_t k = 0; k < shape_->outflows.size(); ++k) {
    const model::QueueShape::Outflow& outflow = shape_->outflows[k];
    double taken = 0;
    if (!outflow.overflow || blocked) {
      const double most = in[shape_->inflows + k] * dt;
      const bool wanted_more = take(outflow, most < 0 ? 0 : most, taken);
      blocked = outflow.overflow ? wanted_more : blocked || wanted_more;
    }
    out[k] = taken / dt;
  }
  out[shape_->outflows.size()] = std::accumulate(coming_.begin(), coming_.end(), 0.0);
}

}  // namespace shamal::machine
