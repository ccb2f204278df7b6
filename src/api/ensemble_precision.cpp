#include "api/ensemble_precision.h"

#include <algorithm>
#include <utility>

#include "api/run_request.h"
#include "sim/precision.h"

namespace shamal::api {

namespace {

class Keep final : public sim::EnsembleSink {
 public:
  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>&) override {
    results = block.results;
    return true;
  }

  sim::Trajectories results;
};

sim::Trajectories first_block(const PreparedEnsemble& prepared, std::string_view backend) {
  sim::EnsembleThreads threads;
  threads.threads = 1;
  threads.backend = machine::find_backend(backend);
  Keep keep;
  sim::EnsembleSink* const sinks[] = {&keep};
  sim::simulate_ensemble(prepared.compiled->kernel, prepared.plan, {0, 1}, sinks, threads);
  return std::move(keep.results);
}

}  // namespace

PrecisionError precision_error(const PreparedEnsemble& prepared) {
  const sim::Trajectories exact = first_block(prepared, "machine");
  const auto apart = sim::relative_differences(exact, first_block(prepared, "single"));
  const auto worst = std::max_element(apart.begin(), apart.end());
  PrecisionError made{exact.runs, worst == apart.end() ? 0.0 : *worst, ""};
  if (made.relative > 0) {
    auto column = static_cast<std::size_t>(worst - apart.begin());
    for (const sim::SlotRange& range : prepared.plan.run.saved) {
      if (column < range.count) {
        made.variable =
            slot_name(prepared.compiled->layout, range.base + static_cast<ir::Slot>(column));
        break;
      }
      column -= range.count;
    }
  }
  return made;
}

}  // namespace shamal::api
