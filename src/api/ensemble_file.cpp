#include "api/ensemble_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "api/ensemble_parts.h"
#include "api/run_request.h"
#include "base/files.h"
#include "data/netcdf.h"
#include "data/netcdf_runs.h"

namespace shamal::api {

using base::Code;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kRequestHash = "request_sha256";
constexpr std::string_view kFailureTime = "failure_time";
constexpr std::string_view kFailureCause = "failure_cause";
constexpr std::string_view kFailedRuns = "failed_runs";
constexpr std::string_view kFirstFailure = "first_failure";

// A summary's part is written again after so long, or ten times what writing it takes.
constexpr double kCheckpointSeconds = 20;

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

// ---- results of every run

// Which label a failing slot has, and the labels.
class Causes {
 public:
  explicit Causes(const ir::Layout& layout) : layout_(layout) {
    for (const ir::LayoutVariable& variable : layout.variables) {
      if (!variable.alias) {
        names_.push_back(variable.name);
      }
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  double of(ir::Slot slot) const {
    double index = 0;
    for (const ir::LayoutVariable& variable : layout_.variables) {
      if (variable.alias) {
        continue;
      }
      if (slot >= variable.base && slot < variable.base + variable.count) {
        return index;
      }
      index += 1;
    }
    return -1;
  }

 private:
  const ir::Layout& layout_;
  std::vector<std::string> names_;
};

bool is_constant(const NamedVariable& column) {
  return column.variable->kind == ir::VariableKind::constant;
}

data::Dataset runs_header(const PreparedEnsemble& prepared, const Causes& causes) {
  data::Dataset made;
  made.dimensions.push_back({std::string(data::kRunDimension), 0, {}, {}, ""});
  const std::vector<double> times = save_times(prepared.plan);
  made.dimensions.push_back({std::string(data::kTimeDimension),
                             times.size(),
                             times,
                             {},
                             prepared.compiled->times.time_unit});
  made.dimensions.push_back(
      {std::string(kFailureCause), causes.names().size(), {}, causes.names(), ""});
  const auto over_runs = [&](std::string name, std::string unit, std::string kind) {
    made.variables.push_back({std::move(name), {0}, {}, std::move(unit), std::move(kind), ""});
  };
  for (const PreparedEnsemble::Parameter& parameter : prepared.parameters) {
    over_runs(parameter.name, parameter.unit, "parameter");
  }
  for (const PreparedEnsemble::Reading& reading : prepared.readings) {
    over_runs(reading.reading->id, "", "outcome");
  }
  over_runs(std::string(kFailureTime), prepared.compiled->times.time_unit, "");
  over_runs(std::string(kFailureCause) + "_index", "", "");
  ModelDimensions dimensions(prepared.compiled->layout, made);
  for (std::size_t c = 0; c < prepared.shown; ++c) {
    const NamedVariable& column = prepared.columns[c];
    std::vector<std::uint32_t> own = dimensions.of(column);
    if (!is_constant(column)) {
      own.insert(own.begin(), 1);
    }
    own.insert(own.begin(), 0);
    made.variables.push_back({full_name(prepared.compiled->layout, column),
                              std::move(own),
                              {},
                              column.variable->unit,
                              std::string(ir::kind_name(column.variable->kind)),
                              column.variable->doc});
  }
  made.attributes = ensemble_attributes(prepared);
  made.attributes[std::string(kRequestHash)] = request_hash(prepared);
  return made;
}

// Blocks as the file has them.
class RunsSink final : public sim::EnsembleSink {
 public:
  RunsSink(const PreparedEnsemble& prepared, const Causes& causes, data::RunsWriter& writer,
           EnsembleFileResult& result, base::Diagnostics& diagnostics)
      : prepared_(prepared),
        causes_(causes),
        writer_(writer),
        result_(result),
        diagnostics_(diagnostics),
        times_(save_times(prepared.plan)) {}

  std::shared_ptr<void> prepare(const sim::EnsembleBlock& block) const override {
    auto made = std::make_shared<data::RunsBlock>();
    const sim::Trajectories& results = block.results;
    const std::size_t runs = results.runs;
    made->first_run = block.first_run;
    made->runs = runs;
    std::vector<double> drawn(prepared_.parameters.size() * runs);
    if (!drawn.empty()) {
      prepared_.design->values(block.first_run, runs, drawn);
    }
    for (std::size_t i = 0; i < prepared_.parameters.size(); ++i) {
      const auto from = drawn.begin() + static_cast<std::ptrdiff_t>(i * runs);
      made->values.emplace_back(from, from + static_cast<std::ptrdiff_t>(runs));
    }
    for (const PreparedEnsemble::Reading& reading : prepared_.readings) {
      made->values.push_back(read_runs(reading, times_, results));
    }
    std::vector<double> time(runs, std::numeric_limits<double>::quiet_NaN());
    std::vector<double> cause(runs, -1);
    for (const FailedRun& failed : failed_runs(block)) {
      time[static_cast<std::size_t>(failed.run - block.first_run)] = failed.time;
      cause[static_cast<std::size_t>(failed.run - block.first_run)] = causes_.of(failed.slot);
    }
    made->values.push_back(std::move(time));
    made->values.push_back(std::move(cause));
    std::size_t first = 0;
    for (std::size_t c = 0; c < prepared_.shown; ++c) {
      const NamedVariable& column = prepared_.columns[c];
      const std::size_t count = column.element ? 1 : column.variable->count;
      std::vector<double>& values = made->values.emplace_back();
      values.reserve(runs * times_.size() * count);
      for (std::size_t run = 0; run < runs; ++run) {
        for (std::size_t t = 0; t < (is_constant(column) ? 1 : times_.size()); ++t) {
          const double* const from =
              &results.values[(run * times_.size() + t) * results.columns + first];
          values.insert(values.end(), from, from + count);
        }
      }
      first += count;
    }
    return made;
  }

  bool take(const sim::EnsembleBlock& block, const std::shared_ptr<void>& prepared) override {
    for (const FailedRun& failed : failed_runs(block)) {
      if (result_.failed++ == 0) {
        result_.first_failure = describe(prepared_, failed);
      }
    }
    return writer_.put(*static_cast<data::RunsBlock*>(prepared.get()), diagnostics_);
  }

 private:
  const PreparedEnsemble& prepared_;
  const Causes& causes_;
  data::RunsWriter& writer_;
  EnsembleFileResult& result_;
  base::Diagnostics& diagnostics_;
  std::vector<double> times_;
};

// Whether the file belongs to the ensemble of the header, apart from its runs.
bool same_ensemble(const data::Dataset& header, const data::Dataset& other, const std::string& path,
                   base::Diagnostics& diagnostics) {
  std::string difference;
  for (const auto& [name, text] : header.attributes) {
    const auto found = other.attributes.find(name);
    if (difference.empty() && (found == other.attributes.end() || found->second != text)) {
      difference = fmt::format("{} is \"{}\", not \"{}\"", name,
                               found == other.attributes.end() ? "" : found->second, text);
    }
  }
  if (difference.empty()) {
    data::Dataset a = header;
    data::Dataset b = other;
    a.dimensions.front().size = b.dimensions.front().size = 0;
    difference = a == b ? "" : "its variables are others";
  }
  if (!difference.empty()) {
    diagnostics.add(Code::request_bad_value, {},
                    fmt::format("\"{}\" is of another ensemble: {}", path, difference));
  }
  return difference.empty();
}

// Copies what a part has into a new file. Nothing after errors.
std::optional<data::RunsWriter> open_runs(const std::string& part, const data::Dataset& header,
                                          const data::RunsExtent& extent, bool resume,
                                          EnsembleFileResult& result,
                                          base::Diagnostics& diagnostics) {
  if (!resume || !fs::exists(part)) {
    return data::RunsWriter::create(part, header, extent, diagnostics);
  }
  auto reader = data::RunsReader::open(part, diagnostics);
  if (!reader || !same_ensemble(header, reader->header(), part, diagnostics)) {
    return std::nullopt;
  }
  if (reader->extent().first_run != extent.first_run || reader->extent().runs != extent.runs) {
    diagnostics.add(Code::request_bad_value, {}, fmt::format("\"{}\": another shard", part));
    return std::nullopt;
  }
  const std::string fresh = part + ".new";
  auto writer = data::RunsWriter::create(fresh, header, extent, diagnostics);
  std::size_t failure_time = 0;
  for (std::size_t v = 0; v < header.variables.size(); ++v) {
    failure_time = header.variables[v].name == kFailureTime ? v : failure_time;
  }
  for (std::uint64_t b = 0; writer && b < extent.blocks(); ++b) {
    const auto block = reader->block(b);
    if (!block) {
      break;
    }
    if (!writer->put(*block, diagnostics)) {
      return std::nullopt;
    }
    result.continued += block->runs;
    for (std::size_t r = 0; r < block->runs; ++r) {
      const double time = block->values[failure_time][r];
      if (!std::isnan(time) && result.failed++ == 0) {
        result.first_failure = fmt::format("run {}: at time {}", block->first_run + r, time);
      }
    }
  }
  std::error_code error;
  fs::rename(fresh, part, error);
  if (error) {
    diagnostics.add(Code::cannot_write_file, {}, fmt::format("\"{}\": {}", part, error.message()));
    return std::nullopt;
  }
  return writer;
}

bool finish(const std::string& part, const std::string& output, base::Diagnostics& diagnostics) {
  std::error_code error;
  fs::rename(part, output, error);
  if (error) {
    diagnostics.add(Code::cannot_write_file, {},
                    fmt::format("\"{}\": {}", output, error.message()));
  }
  return !error;
}

bool write_runs(const PreparedEnsemble& prepared, const EnsembleFileRequest& request,
                base::Progress* progress, EnsembleFileResult& result,
                base::Diagnostics& diagnostics) {
  const sim::EnsemblePlan& plan = prepared.plan;
  const sim::BlockRange range = range_of(prepared, request);
  const std::string part = part_path(request.output);
  const Causes causes(prepared.compiled->layout);
  const data::Dataset header = runs_header(prepared, causes);
  auto writer =
      open_runs(part, header, extent_of(plan, range), request.resume, result, diagnostics);
  if (!writer) {
    return false;
  }
  RunsSink sink(prepared, causes, *writer, result, diagnostics);
  sim::EnsembleSink* const sinks[] = {&sink};
  sim::EnsembleThreads threads = prepared.threads;
  threads.progress = progress;
  const sim::BlockRange left{range.first + writer->blocks(), range.end};
  const auto start = Clock::now();
  sim::simulate_ensemble(prepared.compiled->kernel, plan, left, sinks, threads);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  result.done = std::min(writer->blocks() * plan.block_runs(), result.runs);
  result.complete = writer->blocks() == range.size();
  return writer->close(diagnostics) && !diagnostics.has_errors() &&
         (!result.complete || finish(part, request.output, diagnostics));
}

// ---- statistics alone

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

}  // namespace

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

// ---- joining

namespace {

bool merge_runs(const std::vector<std::string>& inputs, const std::string& output,
                base::Diagnostics& diagnostics) {
  std::vector<data::RunsReader> readers;
  for (const std::string& path : inputs) {
    auto reader = data::RunsReader::open(path, diagnostics);
    if (!reader) {
      return false;
    }
    readers.push_back(std::move(*reader));
  }
  std::vector<std::size_t> order(readers.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return readers[a].extent().first_run < readers[b].extent().first_run;
  });
  const data::Dataset& header = readers[order.front()].header();
  data::RunsExtent extent = readers[order.front()].extent();
  for (std::size_t i = 1; i < order.size(); ++i) {
    const data::RunsReader& next = readers[order[i]];
    if (!same_ensemble(header, next.header(), inputs[order[i]], diagnostics)) {
      return false;
    }
    if (next.extent().first_run != extent.first_run + extent.runs ||
        next.extent().block_runs != extent.block_runs) {
      diagnostics.add(Code::request_bad_value, {},
                      fmt::format("\"{}\" begins with run {}, the one before it ends with run {}",
                                  inputs[order[i]], next.extent().first_run,
                                  extent.first_run + extent.runs - 1));
      return false;
    }
    extent.runs += next.extent().runs;
  }
  base::Replacement target(output);
  if (!target.create(diagnostics)) {
    return false;
  }
  auto writer = data::RunsWriter::create(target.path(), header, extent, diagnostics);
  for (std::size_t i = 0; writer && i < order.size(); ++i) {
    data::RunsReader& reader = readers[order[i]];
    for (std::uint64_t b = 0; b < reader.extent().blocks(); ++b) {
      const auto block = reader.block(b);
      if (!block) {
        diagnostics.add(Code::netcdf_failure, {},
                        fmt::format("\"{}\": block {} is not complete", inputs[order[i]], b));
        return false;
      }
      if (!writer->put(*block, diagnostics)) {
        return false;
      }
    }
  }
  return writer && writer->close(diagnostics) && target.commit(diagnostics);
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

}  // namespace

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
