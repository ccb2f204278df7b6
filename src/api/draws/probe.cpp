#include "api/draws/probe.h"

#include "analysis/reading.h"

namespace shamal::api {

void KeepAll::open(const ColumnsByName& columns) {
  for (const std::string& name : asked_) {
    kept_[name].columns = columns.at(name);
  }
}

void KeepAll::take(const sim::EnsembleBlock& block) {
  const sim::Trajectories& results = block.results;
  times_ = results.times.size();
  for (auto& [name, kept] : kept_) {
    for (std::size_t run = 0; run < results.runs; ++run) {
      for (std::size_t t = 0; t < times_; ++t) {
        for (std::size_t c = 0; c < kept.columns.count; ++c) {
          kept.values.push_back(results.value(run, t, kept.columns.first + c));
        }
      }
    }
  }
}

double KeepAll::at(const std::string& variable, std::uint64_t run, std::size_t time,
                   std::size_t element) const {
  const Kept& kept = kept_.at(variable);
  return kept.values[(run * times_ + time) * kept.columns.count + element];
}

std::vector<std::string> ReadCurves::variables() const {
  std::vector<std::string> names;
  for (const analysis::Reading& reading : readings_) {
    names.push_back(reading.variable.text);
  }
  return names;
}

void ReadCurves::open(const ColumnsByName& columns) {
  for (const analysis::Reading& reading : readings_) {
    columns_.push_back(columns.at(reading.variable.text).first);
  }
}

void ReadCurves::take(const sim::EnsembleBlock& block) {
  const sim::Trajectories& results = block.results;
  std::vector<double> curve(results.times.size());
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    const analysis::Reading& of = readings_[i];
    for (std::size_t run = 0; run < results.runs; ++run) {
      for (std::size_t t = 0; t < curve.size(); ++t) {
        curve[t] = of.scale * results.value(run, t, columns_[i]);
      }
      values[i].push_back(analysis::read_measure(of.measure, results.times, curve,
                                                 calendar_.time(of.from), calendar_.time(of.until),
                                                 of.level));
    }
  }
}

void KeepEnds::open(const ColumnsByName& columns) {
  for (const std::string& name : asked_) {
    columns_.push_back(columns.at(name));
  }
}

void KeepEnds::take(const sim::EnsembleBlock& block) {
  const sim::Trajectories& results = block.results;
  begin = results.times.front();
  end = results.times.back();
  for (std::size_t run = 0; run < results.runs; ++run) {
    std::vector<Ends>& kept = runs.emplace_back();
    for (const SavedColumns& columns : columns_) {
      Ends& of = kept.emplace_back();
      for (std::size_t c = columns.first; c < columns.first + columns.count; ++c) {
        of.first.push_back(results.value(run, 0, c));
        of.last.push_back(results.value(run, results.times.size() - 1, c));
      }
    }
  }
}

}  // namespace shamal::api
