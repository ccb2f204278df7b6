#include "api/ensemble_file.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "api/ensemble_kinds.h"
#include "api/run_request.h"
#include "data/netcdf.h"

namespace shamal::api {

using base::Code;

namespace fs = std::filesystem;

std::string part_path(const std::string& output) { return output + ".part"; }

sim::BlockRange range_of(const PreparedEnsemble& prepared, const EnsembleFileRequest& request) {
  return sim::shard(prepared.plan, request.shard, request.shards);
}

data::RunsExtent extent_of(const sim::EnsemblePlan& plan, sim::BlockRange range) {
  const std::uint64_t first = range.first * plan.block_runs();
  return {first, std::min(range.end * plan.block_runs(), plan.runs) - first, plan.block_runs()};
}

std::string describe(const PreparedEnsemble& prepared, const FailedRun& failed) {
  return fmt::format("run {}: {} at time {}{}", failed.run,
                     slot_name(prepared.compiled->layout, failed.slot), failed.time,
                     failed.step_control ? ", step size control" : "");
}

EnsembleSize ensemble_size(const PreparedEnsemble& prepared, const EnsembleFileRequest& request) {
  const sim::EnsemblePlan& plan = prepared.plan;
  const sim::BlockRange range = range_of(prepared, request);
  EnsembleSize made;
  made.runs = range.size() == 0 ? 0 : extent_of(plan, range).runs;
  made.steps = sim::grid_of(plan.run).saves.back();
  made.blocks = range.size();
  made.threads = prepared.threads.count();
  made.columns = plan.columns();
  made.times = plan.times();
  made.exact_quantiles = sim::exact_fits(plan.runs, plan.cells(), prepared.request->memory);
  made.memory_bytes = sim::memory_bound(prepared.compiled->kernel, plan, prepared.threads);
  const std::uint64_t block = plan.block_runs() * plan.cells() * sizeof(double);
  if (request.summary_only) {
    // The state, and a copy of it while a checkpoint is written; blocks in work hold copies too.
    made.memory_bytes += 2 * sim::Summary::memory_bound(plan, range, made.exact_quantiles) +
                         4 * made.threads * block;
    made.file_bytes = plan.cells() * (prepared.request->quantiles.size() + 5) * sizeof(double);
  } else {
    made.memory_bytes += 4 * made.threads * block;
    made.file_bytes = made.runs * sizeof(double) *
                      (plan.cells() + prepared.parameters.size() + prepared.readings.size() + 3);
  }
  return made;
}

std::optional<EnsembleFileResult> write_ensemble(const PreparedEnsemble& prepared,
                                                 const EnsembleFileRequest& request,
                                                 base::Progress* progress,
                                                 base::Diagnostics& diagnostics) {
  EnsembleFileResult result;
  const std::string part = part_path(request.output);
  result.runs = ensemble_size(prepared, request).runs;
  if (result.runs == 0) {
    diagnostics.add(Code::request_bad_value, {},
                    fmt::format("shard {} of {}: the ensemble has {} blocks of runs", request.shard,
                                request.shards, prepared.plan.blocks()),
                    "take no more shards than blocks");
    return std::nullopt;
  }
  if (fs::exists(part)) {
    if (!request.resume && !request.restart) {
      diagnostics.add(Code::request_bad_value, {},
                      fmt::format("\"{}\" holds an ensemble that was interrupted", part),
                      "--resume goes on with it, --restart drops it");
      return std::nullopt;
    }
    if (request.restart) {
      std::error_code ignored;
      fs::remove(part, ignored);
    }
  }
  const bool good = request.summary_only
                        ? write_summary(prepared, request, progress, result, diagnostics)
                        : write_runs(prepared, request, progress, result, diagnostics);
  if (!good) {
    return std::nullopt;
  }
  result.path = result.complete ? request.output : part;
  return result;
}

bool merge_ensembles(const std::vector<std::string>& inputs, const std::string& output,
                     base::Diagnostics& diagnostics) {
  // A summary has the variable summary_head; read without what comes in blocks, either is small.
  std::vector<data::Dataset> parts;
  std::size_t summaries = 0;
  for (const std::string& path : inputs) {
    auto part = data::read_netcdf_without_runs(path, diagnostics);
    if (!part) {
      return false;
    }
    summaries += part->find("summary_head") != nullptr ? 1 : 0;
    parts.push_back(std::move(*part));
  }
  if (summaries == 0) {
    parts.clear();
    return merge_runs(inputs, output, diagnostics);
  }
  return merge_summaries(std::move(parts), inputs, output, diagnostics);
}

}  // namespace shamal::api
