// The posterior of a study: what its priors, its model and what was observed in the calibration
// window say together about the parameters.
//
// A point is a vector of standard normal numbers z, one for each parameter (analysis/unit_prior.h):
// first the constants of the model that have priors, then for each group its spread and the effect
// of each element, then for each series the error, bias and breaks that are estimated. With y_i the
// observations, m_i(z) the model's values at their times and w_s the weights of their series,
//
//   log p(z | y) = Σ_k - z_k² / 2 + Σ_i w_s log p(y_i | m_i(z), s_i(z)) + constant
//
// Many points are run at once, in batches of lanes on several threads. The gradient is exact: the
// slope of each log p in m_i seeds the reverse sweep over the run (sim/gradient.h), and what that
// gives for each constant goes through θ'(z). Runs end with the calibration window; what is
// observed later is not part of this object.
//
// A point whose run gives a value that is not finite, or to which an observation gives no
// probability, has the density minus infinity; Counts says how many of each there were.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/fit_data.h"
#include "analysis/inference/density.h"
#include "analysis/study_files.h"
#include "analysis/unit_prior.h"
#include "api/compile.h"
#include "sim/gradient.h"

namespace shamal::api {

struct FitParameter {
  enum class Role : std::uint8_t { constant, spread, effect, error, bias, jump };
  Role role = Role::constant;
  std::string name;  // "travel.Peak departures", "error of isis_population, Syria"
  std::string unit;
  analysis::UnitPrior prior;
  std::size_t series = 0;  // of error, bias and jump
};

// A constant of the model and what moves it:
//   (prior ? (multiply ? own θ : θ) : own) × (group ? exp(τ z) : 1)
struct FitTarget {
  ir::Slot slot = 0;
  double own = 0;
  std::optional<std::size_t> prior;
  bool multiply = false;
  std::optional<std::size_t> spread;  // parameter τ
  std::size_t effect = 0;             // parameter z
};

struct PosteriorRequest {
  bool gradient = true;
  std::size_t threads = 0;            // 0: all
  std::vector<std::string> settings;  // constants that the fit keeps at other values
};

// Of evaluations of the density since it was made.
struct PosteriorCounts {
  std::atomic<std::uint64_t> runs{0};
  std::atomic<std::uint64_t> with_gradient{0};
  std::atomic<std::uint64_t> not_finite{0};  // runs in which an observed value was not finite
  std::atomic<std::uint64_t> impossible{0};  // to which an observation gave no probability
};

class Posterior {
 public:
  // All that is wrong is reported. With `request.gradient`, a model with an operation that has no
  // derivative is an error (fit_no_gradient) that names the operation and the variable. Refers to
  // its arguments.
  static std::optional<Posterior> make(const CompiledModel& compiled,
                                       const analysis::StudyFiles& files,
                                       const PosteriorRequest& request,
                                       base::Diagnostics& diagnostics);

  const std::vector<FitParameter>& parameters() const { return parameters_; }
  std::size_t dimensions() const { return parameters_.size(); }
  const std::vector<analysis::DataSeries>& series() const { return series_; }
  const std::vector<analysis::DataPoint>& points() const { return points_; }
  // Observations that the run does not reach; they point into the study's files.
  const std::vector<const analysis::Observation*>& outside() const { return outside_; }
  bool has_gradient() const { return differentiated_ != nullptr; }
  std::size_t steps() const { return steps_; }  // of one run

  // Called from one thread at a time. Refers to this object.
  analysis::inference::LogDensity density() const;
  const PosteriorCounts& counts() const { return *counts_; }

  // θ of a point, in the order of the parameters.
  std::vector<double> values(std::span<const double> z) const;

  // What sets the constants of runs at n points, row by row.
  sim::Inputs inputs(std::span<const double> points) const;

  struct Fitted {
    std::vector<double> modelled;        // [point of the density][data point], biases included
    std::vector<double> log_likelihood;  // likewise, without weights; of an event at its second
  };
  Fitted evaluate(std::span<const double> points) const;

  // How the model's value `raw` meets an observation at a point: bias, breaks and curve scale
  // applied, and the scale of its family. The observation need not be one of the density's.
  struct Met {
    double modelled = 0;
    double scale = 1;
  };
  Met observe(std::span<const double> z, const analysis::DataPoint& point, double raw) const;

  // What would have been observed: the quantile `u` of the observation's family.
  double replicate(const Met& met, const analysis::DataPoint& point, double u) const;

  // The posterior that there would be if z were the truth: each observation replaced by what would
  // have been observed, every series with its whole weight, without intervals and events, which
  // cannot be drawn anew. Nothing if the run of z has values that are not finite.
  std::optional<Posterior> replicated(std::span<const double> z, std::uint64_t seed) const;

  // Slopes of the modelled values (biases included) by z, at one point: [data point][parameter].
  // Costs a run backwards for each data point; needs a gradient.
  std::vector<double> jacobian(std::span<const double> z) const;

 private:
  friend class PosteriorBuilder;
  struct Place {  // of a data point in the trajectories
    std::size_t column = 0;
    std::size_t save = 0;
    double share = 0;  // of the save after it
  };
  struct SeriesParameters {
    std::optional<std::size_t> error;
    std::optional<std::size_t> bias;
    std::vector<std::size_t> jumps;
  };
  struct Lane;

  Posterior() = default;
  double log_likelihood(const sim::Trajectories& batch, std::size_t lane, Lane& of) const;
  void evaluate_lanes(std::span<const double> points, std::span<double> values,
                      std::span<double> gradients) const;
  double modelled(const sim::Trajectories& batch, std::size_t lane, const Place& place) const;
  double factor(const Lane& lane, const analysis::DataPoint& point) const;
  void spread_gradient(const Lane& lane, std::span<const double> by_slot,
                       std::span<double> by_z) const;
  Lane lane_of(std::span<const double> z) const;

  const CompiledModel* compiled_ = nullptr;
  std::shared_ptr<const sim::Differentiated> differentiated_;
  sim::RunSpec spec_;
  std::size_t steps_ = 0;
  std::vector<const analysis::Observation*> outside_;
  std::size_t threads_ = 1;
  std::vector<sim::Inputs::Override> fixed_;
  std::vector<FitParameter> parameters_;
  std::vector<FitTarget> targets_;
  std::vector<analysis::DataSeries> series_;
  std::vector<analysis::DataPoint> points_;
  std::vector<Place> places_;
  std::vector<SeriesParameters> of_series_;
  std::shared_ptr<PosteriorCounts> counts_ = std::make_shared<PosteriorCounts>();
};

}  // namespace shamal::api
