#include "analysis/inference/scores.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/special_functions/gamma.hpp>

namespace shamal::analysis::inference {

namespace {

std::vector<double> sorted(std::span<const double> x) {
  std::vector<double> result(x.begin(), x.end());
  std::sort(result.begin(), result.end());
  return result;
}

double quantile_of_sorted(std::span<const double> x, double p) {
  const double at = p * static_cast<double>(x.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, x.size() - 1);
  return x[below] + (at - static_cast<double>(below)) * (x[above] - x[below]);
}

bool covers_sorted(std::span<const double> x, double observed, double share) {
  return quantile_of_sorted(x, (1 - share) / 2) <= observed &&
         observed <= quantile_of_sorted(x, (1 + share) / 2);
}

}  // namespace

double crps(std::span<const double> draws, double observed) {
  // With x sorted, the sum of |x_i - x_j| over all pairs is 2 sum (2 i + 1 - n) x_i.
  const std::vector<double> x = sorted(draws);
  const double n = static_cast<double>(x.size());
  double error = 0;
  double spread = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    error += std::abs(x[i] - observed) / n;
    // Measured from the observed value: the sum is the same, and large levels do not cancel.
    spread += (2 * static_cast<double>(i) + 1 - n) * (x[i] - observed) / (n * n);
  }
  return error - spread;
}

double quantile_of_draws(std::span<const double> draws, double p) {
  return quantile_of_sorted(sorted(draws), p);
}

bool covers(std::span<const double> draws, double observed, double share) {
  return covers_sorted(sorted(draws), observed, share);
}

void Coverage::add(std::span<const double> draws, double observed) {
  const std::vector<double> x = sorted(draws);
  ++forecasts;
  inside_50 += covers_sorted(x, observed, 0.5);
  inside_80 += covers_sorted(x, observed, 0.8);
  inside_95 += covers_sorted(x, observed, 0.95);
}

double log_mean_exp(std::span<const double> x) {
  const double high = *std::max_element(x.begin(), x.end());
  if (!std::isfinite(high)) {
    return high;
  }
  double sum = 0;
  for (const double value : x) {
    sum += std::exp(value - high);
  }
  return high + std::log(sum / static_cast<double>(x.size()));
}

namespace {

struct Pareto {
  double k = 0;
  double sigma = 0;
};

// The generalised Pareto distribution of ascending exceedances, by the profile of its likelihood in
// theta = k / sigma averaged over a grid [Zhang2009]; k is drawn towards 0.5 as by ten more points
// [Vehtari2024].
Pareto fit_pareto(std::span<const double> x) {
  const double n = static_cast<double>(x.size());
  const std::size_t grid = 30 + static_cast<std::size_t>(std::sqrt(n));
  const double quartile = x[static_cast<std::size_t>(std::floor(n / 4 + 0.5)) - 1];
  std::vector<double> theta(grid), likelihood(grid);
  const auto mean_log = [&](double t) {
    double sum = 0;
    for (const double value : x) {
      sum += std::log1p(-t * value) / n;
    }
    return sum;
  };
  for (std::size_t j = 0; j < grid; ++j) {
    const double at = static_cast<double>(j) + 0.5;
    theta[j] = 1 / x.back() + (1 - std::sqrt(static_cast<double>(grid) / at)) / (3 * quartile);
    const double k = mean_log(theta[j]);
    likelihood[j] = n * (std::log(-theta[j] / k) - k - 1);
  }
  const double high = *std::max_element(likelihood.begin(), likelihood.end());
  double weights = 0;
  double sum = 0;
  for (std::size_t j = 0; j < grid; ++j) {
    const double w = std::exp(likelihood[j] - high);
    weights += w;
    sum += w * theta[j];
  }
  const double t = sum / weights;
  const double k = mean_log(t);
  return {(k * n + 5) / (n + 10), -k / t};
}

}  // namespace

LeftOut leave_one_out(std::span<const double> log_likelihood) {
  const std::size_t n = log_likelihood.size();
  std::vector<double> log_weight(n);
  for (std::size_t i = 0; i < n; ++i) {
    log_weight[i] = -log_likelihood[i];
  }
  const double high = *std::max_element(log_weight.begin(), log_weight.end());
  LeftOut result{-HUGE_VAL, HUGE_VAL};
  if (!std::isfinite(high)) {  // a draw holds the observation impossible: its weight is infinite
    return result;
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return log_weight[a] < log_weight[b]; });
  const double draws = static_cast<double>(n);
  const auto tail = static_cast<std::size_t>(std::min(0.2 * draws, 3 * std::sqrt(draws)));
  result.pareto_k = 0;
  if (tail >= 5) {
    const double cutoff = std::exp(log_weight[order[n - tail - 1]] - high);
    std::vector<double> exceedance;
    for (std::size_t i = n - tail; i < n; ++i) {
      exceedance.push_back(std::exp(log_weight[order[i]] - high) - cutoff);
    }
    if (exceedance.front() > 0) {
      const Pareto pareto = fit_pareto(exceedance);
      result.pareto_k = pareto.k;
      for (std::size_t i = 0; i < tail; ++i) {
        const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(tail);
        const double quantile =
            std::abs(pareto.k) < 1e-10
                ? -pareto.sigma * std::log1p(-p)
                : pareto.sigma * std::expm1(-pareto.k * std::log1p(-p)) / pareto.k;
        // Not above the largest weight there was.
        log_weight[order[n - tail + i]] = std::min(high, high + std::log(cutoff + quantile));
      }
    }
  }
  std::vector<double> both(n);
  for (std::size_t i = 0; i < n; ++i) {
    both[i] = log_weight[i] + log_likelihood[i];
  }
  result.log_score = log_mean_exp(both) - log_mean_exp(log_weight);
  return result;
}

LeaveOneOut leave_each_out(std::span<const double> log_likelihood, std::size_t observations) {
  LeaveOneOut result;
  const std::size_t draws = log_likelihood.size() / observations;
  double in_sample = 0;
  for (std::size_t i = 0; i < observations; ++i) {
    const std::span<const double> one = log_likelihood.subspan(i * draws, draws);
    result.observations.push_back(leave_one_out(one));
    result.log_score += result.observations.back().log_score;
    result.doubtful += !(result.observations.back().pareto_k < 0.7);
    in_sample += log_mean_exp(one);
  }
  result.effective_parameters = in_sample - result.log_score;
  const double n = static_cast<double>(observations);
  double squares = 0;
  for (const LeftOut& one : result.observations) {
    const double deviation = one.log_score - result.log_score / n;
    squares += deviation * deviation;
  }
  result.standard_error = observations > 1 ? std::sqrt(n * squares / (n - 1)) : 0.0;
  return result;
}

// The objective is concave in w, and w_k <- mean over i of w_k p_ik / sum_j w_j p_ij (the weights
// of a mixture of given components by expectation and maximisation) climbs it without steps to
// choose.
std::vector<double> stacking_weights(std::span<const double> log_scores, std::size_t models) {
  const std::size_t n = log_scores.size() / models;
  std::vector<double> density(log_scores.size());
  for (std::size_t i = 0; i < n; ++i) {
    const std::span<const double> row = log_scores.subspan(i * models, models);
    const double high = *std::max_element(row.begin(), row.end());
    for (std::size_t k = 0; k < models; ++k) {
      // An observation that every model holds impossible says nothing of them.
      density[i * models + k] = std::isfinite(high) ? std::exp(row[k] - high) : 1.0;
    }
  }
  std::vector<double> weights(models, 1 / static_cast<double>(models));
  for (int iteration = 0; iteration < 100000; ++iteration) {
    std::vector<double> next(models);
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < models; ++k) {
        sum += weights[k] * density[i * models + k];
      }
      for (std::size_t k = 0; k < models; ++k) {
        next[k] += weights[k] * density[i * models + k] / (sum * static_cast<double>(n));
      }
    }
    double change = 0;
    for (std::size_t k = 0; k < models; ++k) {
      change = std::max(change, std::abs(next[k] - weights[k]));
    }
    weights = std::move(next);
    if (change < 1e-12) {
      break;
    }
  }
  return weights;
}

std::size_t calibration_rank(std::span<const double> draws, double truth) {
  return static_cast<std::size_t>(
      std::count_if(draws.begin(), draws.end(), [&](double x) { return x < truth; }));
}

Uniformity test_uniformity(std::span<const std::size_t> ranks, std::size_t draws,
                           std::size_t bins) {
  const std::size_t values = draws + 1;
  if (bins == 0) {
    bins = std::clamp<std::size_t>(ranks.size() / 10, 5, 20);
    bins = std::min(bins, values);
  }
  Uniformity result;
  result.counts.resize(bins);
  std::vector<double> share(bins);  // of the ranks: bins may differ by one rank
  for (std::size_t rank = 0; rank < values; ++rank) {
    share[rank * bins / values] += 1 / static_cast<double>(values);
  }
  for (const std::size_t rank : ranks) {
    ++result.counts[rank * bins / values];
  }
  for (std::size_t b = 0; b < bins; ++b) {
    const double expected = share[b] * static_cast<double>(ranks.size());
    const double difference = static_cast<double>(result.counts[b]) - expected;
    result.chi_squared += difference * difference / expected;
  }
  result.p = boost::math::gamma_q(static_cast<double>(bins - 1) / 2, result.chi_squared / 2);
  return result;
}

}  // namespace shamal::analysis::inference
