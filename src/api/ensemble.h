// Ensembles: a model run many times with values of its constants that a design chooses.
//
//   api::EnsembleRequest request;
//   api::add_priors(files.study, request);        // what may vary: the [[prior]]s
//   api::add_outcomes(files.study, request);      // what is read off each run: the [[outcome]]s
//   request.run.columns = {"indicators.Daesh area", "displacement.IDPs[Ninawa]"};
//   request.design.runs = 2000;
//   const auto made = api::run_ensemble(*compiled, request, diagnostics, &progress);
//
//   made->fans   for each column X the variables
//                  "X"            (quantile, time, dimensions of X): the fan; dimension `quantile`
//                                 has the probabilities as its values
//                  "X mean", "X standard deviation", "X minimum", "X maximum", "X count"
//                                 (time, dimensions of X)
//   made->runs   dimension `run`: a variable for each parameter (what was drawn), for each reading
//   by
//                its id, and failure_time (NaN where all went well)
//   made->failures   runs in which a saved value was not a number, or whose step control gave up;
//                they count in fans only as far as they have numbers
//
// The same request gives the same bits for any number of threads and any width of a batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/design.h"
#include "analysis/study.h"
#include "api/run.h"
#include "base/progress.h"
#include "sim/ensemble.h"
#include "sim/summary.h"

namespace shamal::api {

// A constant, one element of an array of constants, or a whole array that moves together.
struct UncertainParameter {
  std::string name;
  bool multiply = false;  // the draw multiplies the model's own value or values
  analysis::Marginal marginal;
  base::Span span;  // where it was written, if in a file
};

struct EnsembleReading {
  std::string id;
  std::string variable;  // a scalar, or one element
  double scale = 1;
  analysis::Measure measure = analysis::Measure::value;
  double from = 0;  // times of the model
  double until = 0;
  double level = 0;
  base::Span span;
};

// A design from a file: what each run sets.
struct DesignTable {
  std::vector<std::string> names;  // constants, or single elements
  std::vector<double> values;      // [run][name]
};

struct EnsembleRequest {
  RunRequest run;             // settings, times, method, columns to save, seed of everything random
  std::vector<double> times;  // when to save; empty: at the save interval
  std::vector<UncertainParameter> parameters;
  analysis::DesignRequest design;    // its seed is that of the run
  std::optional<DesignTable> table;  // in place of parameters and design
  std::vector<double> quantiles = {0.05, 0.25, 0.5, 0.75, 0.95};
  std::vector<EnsembleReading> readings;
  std::size_t threads = 0;  // 0: all
  std::size_t batch_width = 0;
  std::uint64_t memory = std::uint64_t{512} << 20;  // bytes for exact quantiles; beyond it, in bins
};

void add_priors(const analysis::Study& study, EnsembleRequest& request);
void add_outcomes(const analysis::Study& study, EnsembleRequest& request);

// A request checked against its model. Refers to both.
struct PreparedEnsemble {
  struct Parameter {
    std::string name;
    std::string unit;
  };
  struct Reading {
    const EnsembleReading* reading = nullptr;
    std::size_t column = 0;
  };
  const Runnable* compiled = nullptr;
  const EnsembleRequest* request = nullptr;
  sim::EnsemblePlan plan;
  std::shared_ptr<const analysis::Design> design;
  std::vector<Parameter> parameters;   // in the order of the design's numbers
  std::vector<NamedVariable> columns;  // in the order of plan.run.saved
  std::size_t shown = 0;               // columns that were asked for; the others serve readings
  std::vector<Reading> readings;
  sim::EnsembleThreads threads;
};

// Nothing after errors in the request.
std::optional<PreparedEnsemble> prepare_ensemble(const Runnable& compiled,
                                                 const EnsembleRequest& request,
                                                 base::Diagnostics& diagnostics);

struct FailedRun {
  std::uint64_t run = 0;
  double time = 0;
  ir::Slot slot = 0;
  bool step_control = false;  // else a saved value was not a number
};

// The failures of a block, by run.
std::vector<FailedRun> failed_runs(const sim::EnsembleBlock& block);

// Dimensions and variables of the fans, from a summary of all blocks.
data::Dataset fans_of(const PreparedEnsemble& prepared, const sim::Summary& summary);

// Attributes of the result: model, engine, seed, design, times.
std::map<std::string, std::string> ensemble_attributes(const PreparedEnsemble& prepared);

struct EnsembleResult {
  data::Dataset fans;
  data::Dataset runs;
  std::vector<FailedRun> failures;
};

// All of it in memory: for some thousands of runs. Nothing after errors in the request, or if the
// progress was cancelled.
std::optional<EnsembleResult> run_ensemble(const Runnable& compiled, const EnsembleRequest& request,
                                           base::Diagnostics& diagnostics,
                                           base::Progress* progress = nullptr);

}  // namespace shamal::api
