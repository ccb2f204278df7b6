// Statistics of an ensemble in a file; while it runs, the state of the statistics.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "api/ensemble_kinds.h"
#include "base/files.h"
#include "data/netcdf.h"

namespace shamal::api {

using base::Code;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kFailedRuns = "failed_runs";
constexpr std::string_view kFirstFailure = "first_failure";

// A summary's part is written again after so long, or ten times what writing it takes.
constexpr double kCheckpointSeconds = 20;

// Attributes that the part carries besides the summary.
data::Dataset summary_part(const PreparedEnsemble& prepared, const sim::Summary& summary,
                           const EnsembleFileResult& result) {
  data::Dataset made = summary.state();
  made.attributes = ensemble_attributes(prepared);
  made.attributes[std::string(kRequestHash)] = request_hash(prepared);
  made.attributes[std::string(kFailedRuns)] = fmt::format("{}", result.failed);
  made.attributes[std::string(kFirstFailure)] = result.first_failure;
  return made;
}

class SummarySink final : public sim::EnsembleSink {
 public:
  SummarySink(const PreparedEnsemble& prepared, sim::Summary& summary, std::string part,
              EnsembleFileResult& result, base::Diagnostics& diagnostics)
      : prepared_(prepared),
        summary_(summary),
        part_(std::move(part)),
        result_(result),
        diagnostics_(diagnostics) {}

  std::shared_ptr<void> prepare(const sim::EnsembleBlock& block) const override {
    return summary_.prepare(block);
  }
  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>& prepared) override {
    for (const FailedRun& failed : failed_runs(block)) {
      if (result_.failed++ == 0) {
        result_.first_failure = describe(prepared_, failed);
      }
    }
    summary_.take(block, prepared);
    const auto now = Clock::now();
    return std::chrono::duration<double>(now - last_).count() < wait_ || checkpoint();
  }
  bool checkpoint() {
    const auto start = Clock::now();
    const bool good =
        data::write_netcdf(summary_part(prepared_, summary_, result_), part_, diagnostics_);
    last_ = Clock::now();
    wait_ = std::max(kCheckpointSeconds, 10 * std::chrono::duration<double>(last_ - start).count());
    return good;
  }

 private:
  const PreparedEnsemble& prepared_;
  sim::Summary& summary_;
  std::string part_;
  EnsembleFileResult& result_;
  base::Diagnostics& diagnostics_;
  Clock::time_point last_ = Clock::now();
  double wait_ = kCheckpointSeconds;
};

// `fans` with the variables of `state` beside its own.
data::Dataset with_state(data::Dataset fans, const data::Dataset& state) {
  const auto shift = static_cast<std::uint32_t>(fans.dimensions.size());
  fans.dimensions.insert(fans.dimensions.end(), state.dimensions.begin(), state.dimensions.end());
  for (data::Variable variable : state.variables) {
    for (std::uint32_t& dimension : variable.dimensions) {
      dimension += shift;
    }
    fans.variables.push_back(std::move(variable));
  }
  return fans;
}

std::optional<sim::Summary> open_summary(const PreparedEnsemble& prepared,
                                         const EnsembleFileRequest& request,
                                         const sim::EnsembleThreads& threads,
                                         EnsembleFileResult& result,
                                         base::Diagnostics& diagnostics) {
  const sim::EnsemblePlan& plan = prepared.plan;
  const sim::BlockRange range = range_of(prepared, request);
  const std::string part = part_path(request.output);
  if (request.resume && fs::exists(part)) {
    const auto state = data::read_netcdf(part, diagnostics);
    if (!state) {
      return std::nullopt;
    }
    const auto hash = state->attributes.find(std::string(kRequestHash));
    auto known = sim::Summary::from_state(*state);
    if (!known || hash == state->attributes.end()) {
      diagnostics.add(Code::netcdf_failure, {},
                      fmt::format("\"{}\" is no part of an ensemble, or damaged", part));
      return std::nullopt;
    }
    if (hash->second != request_hash(prepared) || !known->fits(plan) ||
        known->taken().first != range.first || known->taken().end > range.end) {
      diagnostics.add(Code::request_bad_value, {},
                      fmt::format("\"{}\": another request or shard", part));
      return std::nullopt;
    }
    const data::RunsExtent done = extent_of(plan, known->taken());
    result.continued = known->taken().size() > 0 ? done.runs : 0;
    result.failed = std::stoull("0" + state->attributes.at(std::string(kFailedRuns)));
    result.first_failure = state->attributes.at(std::string(kFirstFailure));
    return known;
  }
  std::optional<sim::BinEdges> edges;
  if (!sim::exact_fits(plan.runs, plan.cells(), prepared.request->memory)) {
    edges = sim::pilot_edges(prepared.compiled->kernel, plan, threads);
    if (!edges) {
      return std::nullopt;  // cancelled
    }
  }
  return sim::Summary(plan, range, std::move(edges));
}

}  // namespace

bool write_summary(const PreparedEnsemble& prepared, const EnsembleFileRequest& request,
                   base::Progress* progress, EnsembleFileResult& result,
                   base::Diagnostics& diagnostics) {
  const sim::EnsemblePlan& plan = prepared.plan;
  const sim::BlockRange range = range_of(prepared, request);
  const std::string part = part_path(request.output);
  sim::EnsembleThreads threads = prepared.threads;
  threads.progress = progress;
  if (!base::write_file(part + ".new", "", diagnostics)) {
    return false;  // at once, not after the runs
  }
  std::error_code ignored;
  fs::remove(part + ".new", ignored);
  const auto start = Clock::now();
  auto summary = open_summary(prepared, request, threads, result, diagnostics);
  if (!summary) {
    return !diagnostics.has_errors();
  }
  SummarySink sink(prepared, *summary, part, result, diagnostics);
  sim::EnsembleSink* const sinks[] = {&sink};
  const sim::BlockRange left{summary->taken().end, range.end};
  sim::simulate_ensemble(prepared.compiled->kernel, plan, left, sinks, threads);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  result.done = std::min(summary->taken().size() * plan.block_runs(), result.runs);
  result.complete = summary->taken().end == range.end;
  if (diagnostics.has_errors()) {
    return false;
  }
  if (!result.complete) {
    return sink.checkpoint();
  }
  data::Dataset made = fans_of(prepared, *summary);
  made.attributes[std::string(kRequestHash)] = request_hash(prepared);
  made.attributes[std::string(kFailedRuns)] = fmt::format("{}", result.failed);
  made.attributes[std::string(kFirstFailure)] = result.first_failure;
  if (range.size() < plan.blocks()) {
    made = with_state(std::move(made), summary->state());
  }
  if (!data::write_netcdf(made, request.output, diagnostics)) {
    return false;
  }
  fs::remove(part, ignored);
  return true;
}

bool merge_summaries(std::vector<data::Dataset> parts, const std::vector<std::string>& inputs,
                     const std::string& output, base::Diagnostics& diagnostics) {
  struct Part {
    std::size_t index;
    sim::Summary summary;
  };
  std::vector<Part> known;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto summary = sim::Summary::from_state(parts[i]);
    if (!summary || parts[i].find_dimension("quantile") == std::nullopt) {
      diagnostics.add(Code::netcdf_failure, {},
                      fmt::format("\"{}\" is no shard of a summary", inputs[i]));
      return false;
    }
    known.push_back({i, std::move(*summary)});
  }
  std::sort(known.begin(), known.end(), [](const Part& a, const Part& b) {
    return a.summary.taken().first < b.summary.taken().first;
  });
  sim::Summary& whole = known.front().summary;
  data::Dataset& made = parts[known.front().index];
  std::uint64_t failed = 0;
  std::string first_failure;
  for (Part& part : known) {
    const auto& attributes = parts[part.index].attributes;
    const auto text = [&](std::string_view name) {
      const auto found = attributes.find(std::string(name));
      return found == attributes.end() ? std::string() : found->second;
    };
    if (text(kRequestHash) != made.attributes[std::string(kRequestHash)] ||
        (&part != &known.front() && !whole.join(std::move(part.summary)))) {
      diagnostics.add(Code::request_bad_value, {},
                      fmt::format("\"{}\" does not follow \"{}\"", inputs[part.index],
                                  inputs[known.front().index]));
      return false;
    }
    const std::string count = text(kFailedRuns);
    failed += count.empty() || count.size() > 18 ? 0 : std::stoull(count);
    first_failure = first_failure.empty() ? text(kFirstFailure) : first_failure;
  }
  // The fans anew, over what the first part has; its state is dropped or replaced.
  std::erase_if(made.variables, [](const data::Variable& of) {
    return std::find(of.dimensions.begin(), of.dimensions.end(), 0u) == of.dimensions.end();
  });
  std::size_t used = 0;
  for (const data::Variable& variable : made.variables) {
    for (const std::uint32_t dimension : variable.dimensions) {
      used = std::max<std::size_t>(used, dimension + 1);
    }
  }
  made.dimensions.resize(used);
  if (!fill_fans(whole, made)) {
    diagnostics.add(Code::netcdf_failure, {}, fmt::format("\"{}\"", inputs[known.front().index]));
    return false;
  }
  made.attributes[std::string(kFailedRuns)] = fmt::format("{}", failed);
  made.attributes[std::string(kFirstFailure)] = first_failure;
  if (whole.complete()) {
    return data::write_netcdf(made, output, diagnostics);
  }
  return data::write_netcdf(with_state(std::move(made), whole.state()), output, diagnostics);
}

}  // namespace shamal::api
