// Results of every run in a file that grows block by block.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "api/ensemble_kinds.h"
#include "base/files.h"
#include "data/netcdf.h"

namespace shamal::api {

using base::Code;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kFailureTime = "failure_time";
constexpr std::string_view kFailureCause = "failure_cause";

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

}  // namespace

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

}  // namespace shamal::api
