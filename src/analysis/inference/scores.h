// How good forecasts were, and which model to believe for the next one.
//
// Scores of draws against what was observed are proper: nobody gains by saying other than what he
// believes [Gneiting2007].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shamal::analysis::inference {

// Continuous ranked probability score, in the units of what was observed; of a single draw it is
// the absolute error. Less is better.
//
//   CRPS = mean |x_i - y| - mean |x_i - x_j| / 2
double crps(std::span<const double> draws, double observed);

// Where `p` of the draws lie below, by a line between order statistics (Hyndman and Fan's type 7).
double quantile_of_draws(std::span<const double> draws, double p);

// Whether the central interval that holds `share` of the draws holds the observed value.
bool covers(std::span<const double> draws, double observed, double share);

// Of many forecasts: how many central intervals held what was observed, at 50, 80 and 95 %.
struct Coverage {
  std::size_t forecasts = 0;
  std::size_t inside_50 = 0;
  std::size_t inside_80 = 0;
  std::size_t inside_95 = 0;

  void add(std::span<const double> draws, double observed);
};

// log of the mean of exp(x): the log score of an observation from its log densities under the
// posterior's draws. More is better.
double log_mean_exp(std::span<const double> x);

// ---- leaving one out, without fitting again [Vehtari2017; Vehtari2024]
//
// What the posterior without observation i would say of i, by weighing each draw with the inverse
// of its likelihood of i. The largest weights are replaced by quantiles of a generalised Pareto
// distribution fitted to them; its shape k says whether that can be trusted: below 0.7 it can.

struct LeftOut {
  double log_score = 0;  // elpd of this observation
  double pareto_k = 0;
};

// `log_likelihood`: of one observation under every draw.
LeftOut leave_one_out(std::span<const double> log_likelihood);

struct LeaveOneOut {
  std::vector<LeftOut> observations;
  double log_score = 0;       // their sum
  double standard_error = 0;  // of the sum, as of independent observations
  double effective_parameters = 0;
  std::size_t doubtful = 0;  // with k of 0.7 or more
};

// `log_likelihood`: [observation][draw].
LeaveOneOut leave_each_out(std::span<const double> log_likelihood, std::size_t observations);

// ---- stacking [Yao2018]: weights of models, not negative and with sum 1, that maximise
//
//   sum over observations of log(sum over models of w_k exp(score of k on i))
//
// Unlike the posterior probabilities of models they do not all go to one of two alike models, and
// do not assume that one of them is true. `log_scores`: [observation][model], from leave_each_out
// or from a hold-out window.
std::vector<double> stacking_weights(std::span<const double> log_scores, std::size_t models);

// ---- simulation-based calibration [Talts2018]
//
// A parameter is drawn from its prior, data are simulated with it, and the fit must not be able to
// tell the true value from draws of its posterior: its rank among `draws` of them is uniform on
// 0 … draws. Draws must be about independent: thin them first.

std::size_t calibration_rank(std::span<const double> draws, double truth);

struct Uniformity {
  std::vector<std::size_t> counts;  // of each bin
  double chi_squared = 0;
  double p = 0;  // that uniform ranks would give as much or more
};

// `draws` as above; the draws + 1 ranks are shared out among `bins` of equal size, as far as the
// division goes: bins = 0 takes one for ten of the ranks given, 5 to 20. Requires bins to be at
// least 2 and at most draws + 1.
Uniformity test_uniformity(std::span<const std::size_t> ranks, std::size_t draws,
                           std::size_t bins = 0);

}  // namespace shamal::analysis::inference
