#include "analysis/inference/diagnostics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/normal.hpp>

namespace shamal::analysis::inference {

namespace {

using Series = std::span<const double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double mean_of(Series x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double variance_of(Series x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double value : x) {
    sum += (value - mean) * (value - mean);
  }
  return sum / static_cast<double>(x.size() - 1);
}

Series chain_of(Series series, std::size_t chains, std::size_t c) {
  const std::size_t n = series.size() / chains;
  return series.subspan(c * n, n);
}

bool varies(Series series) {
  const auto finite = [](double x) { return std::isfinite(x); };
  return series.size() > 1 && std::all_of(series.begin(), series.end(), finite) &&
         std::any_of(series.begin(), series.end(), [&](double x) { return x != series[0]; });
}

// Twice as many chains; a middle draw is left out.
std::vector<double> split(Series series, std::size_t chains) {
  const std::size_t n = series.size() / chains;
  const auto half = static_cast<std::ptrdiff_t>(n / 2);
  std::vector<double> halves;
  halves.reserve(series.size());
  for (std::size_t c = 0; c < chains; ++c) {
    const Series chain = chain_of(series, chains, c);
    halves.insert(halves.end(), chain.begin(), chain.begin() + half);
    halves.insert(halves.end(), chain.end() - half, chain.end());
  }
  return halves;
}

// Normal scores of the ranks, (r - 3/8) / (S + 1/4); ties share their mean rank.
std::vector<double> normal_scores(Series series) {
  std::vector<std::size_t> order(series.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return series[a] < series[b]; });
  std::vector<double> scores(series.size());
  const boost::math::normal normal;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && series[order[end]] == series[order[i]]) {
      ++end;
    }
    const double rank = (static_cast<double>(i + 1) + static_cast<double>(end)) / 2;
    const double score =
        boost::math::quantile(normal, (rank - 0.375) / (static_cast<double>(series.size()) + 0.25));
    for (; i < end; ++i) {
      scores[order[i]] = score;
    }
  }
  return scores;
}

double quantile_of(Series series, double p) {
  std::vector<double> sorted(series.begin(), series.end());
  const auto at = static_cast<std::ptrdiff_t>(p * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
  return sorted[static_cast<std::size_t>(at)];
}

struct Variances {
  double within = 0;  // W
  double plus = 0;    // var+
};

Variances variances_of(Series series, std::size_t chains) {
  const double n = static_cast<double>(series.size() / chains);
  std::vector<double> means(chains);
  double within = 0;
  for (std::size_t c = 0; c < chains; ++c) {
    const Series chain = chain_of(series, chains, c);
    means[c] = mean_of(chain);
    within += variance_of(chain) / static_cast<double>(chains);
  }
  const double between = chains > 1 ? variance_of(means) : 0.0;
  return {within, (n - 1) / n * within + between};
}

double plain_rhat(Series series, std::size_t chains) {
  const Variances v = variances_of(series, chains);
  return v.within > 0 ? std::sqrt(v.plus / v.within) : kInfinity;
}

// S / tau with tau = 1 + 2 sum of autocorrelations, summed in pairs as long as a pair is positive,
// each at most the one before [Geyer1992; Vehtari2021, eq. 10-13].
double plain_ess(Series series, std::size_t chains) {
  const std::size_t n = series.size() / chains;
  if (n < 4) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const Variances v = variances_of(series, chains);
  std::vector<double> centred(series.begin(), series.end());
  for (std::size_t c = 0; c < chains; ++c) {
    const double mean = mean_of(chain_of(series, chains, c));
    for (std::size_t i = 0; i < n; ++i) {
      centred[c * n + i] -= mean;
    }
  }
  const auto correlation = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t c = 0; c < chains; ++c) {
      const double* x = centred.data() + c * n;
      for (std::size_t i = 0; i + lag < n; ++i) {
        sum += x[i] * x[i + lag];
      }
    }
    const double covariance = sum / static_cast<double>(n - 1) / static_cast<double>(chains);
    return 1 - (v.within - covariance) / v.plus;
  };
  double tau = -1;
  double before = kInfinity;
  for (std::size_t lag = 0; lag + 1 < n; lag += 2) {
    const double pair =
        std::min(before, (lag == 0 ? 1.0 : correlation(lag)) + correlation(lag + 1));
    if (!(pair > 0)) {
      break;
    }
    tau += 2 * pair;
    before = pair;
  }
  const double draws = static_cast<double>(series.size());
  return std::min(draws / std::max(tau, 1e-300), draws * std::log10(draws));
}

}  // namespace

double rhat(Series series, std::size_t chains) {
  if (!varies(series) || series.size() / chains < 4) {
    return kInfinity;
  }
  const std::vector<double> halves = split(series, chains);
  const double median = quantile_of(halves, 0.5);
  std::vector<double> folded(halves);
  for (double& x : folded) {
    x = std::abs(x - median);
  }
  return std::max(plain_rhat(normal_scores(halves), 2 * chains),
                  plain_rhat(normal_scores(folded), 2 * chains));
}

double nested_rhat(Series series, std::size_t chains, std::size_t superchains) {
  if (!varies(series) || superchains < 2 || chains % superchains != 0) {
    return kInfinity;
  }
  const std::size_t size = chains / superchains;
  std::vector<double> means(superchains);
  double within = 0;
  for (std::size_t k = 0; k < superchains; ++k) {
    std::vector<double> chain_means(size);
    double inside = 0;
    for (std::size_t m = 0; m < size; ++m) {
      const Series chain = chain_of(series, chains, k * size + m);
      chain_means[m] = mean_of(chain);
      inside += chain.size() > 1 ? variance_of(chain) / static_cast<double>(size) : 0.0;
    }
    means[k] = mean_of(chain_means);
    within +=
        (inside + (size > 1 ? variance_of(chain_means) : 0.0)) / static_cast<double>(superchains);
  }
  return within > 0 ? std::sqrt(1 + variance_of(means) / within) : kInfinity;
}

double ess_mean(Series series, std::size_t chains) {
  return varies(series) ? plain_ess(split(series, chains), 2 * chains) : 0.0;
}

double ess_bulk(Series series, std::size_t chains) {
  return varies(series) ? plain_ess(normal_scores(split(series, chains)), 2 * chains) : 0.0;
}

double ess_tail(Series series, std::size_t chains) {
  if (!varies(series)) {
    return 0;
  }
  const std::vector<double> halves = split(series, chains);
  double least = kInfinity;
  for (const double p : {0.05, 0.95}) {
    const double level = quantile_of(halves, p);
    std::vector<double> below(halves.size());
    for (std::size_t i = 0; i < halves.size(); ++i) {
      below[i] = halves[i] <= level;
    }
    least = std::min(least, varies(below) ? plain_ess(below, 2 * chains) : 0.0);
  }
  return least;
}

double mcse_mean(Series series, std::size_t chains) {
  return std::sqrt(variance_of(series) / ess_mean(series, chains));
}

double ebfmi(Series energies) {
  double steps = 0;
  for (std::size_t i = 1; i < energies.size(); ++i) {
    steps += (energies[i] - energies[i - 1]) * (energies[i] - energies[i - 1]);
  }
  return steps / (variance_of(energies) * static_cast<double>(energies.size() - 1));
}

ParameterDiagnostics diagnose(Series series, std::size_t chains, std::size_t superchains) {
  return {mean_of(series),
          std::sqrt(variance_of(series)),
          mcse_mean(series, chains),
          rhat(series, chains),
          superchains > 0 ? nested_rhat(series, chains, superchains) : 0.0,
          ess_bulk(series, chains),
          ess_tail(series, chains)};
}

std::string_view explain(Trouble trouble) {
  switch (trouble) {
    case Trouble::stuck:
      return "it does not vary, or is not finite";
    case Trouble::modes:
      return "each chain has settled, but not where the others have: separate modes";
    case Trouble::disagreement:
      return "the chains do not agree yet";
    case Trouble::few_draws:
      break;
  }
  return "too few effective draws";
}

namespace {

// Of every chain alone: its halves agree and it has moved about, so that time will not change it.
bool every_chain_has_settled(Series series, std::size_t chains) {
  for (std::size_t c = 0; c < chains; ++c) {
    const Series chain = chain_of(series, chains, c);
    if (!(rhat(chain, 1) < 1.05) || !(ess_bulk(chain, 1) > 50)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Verdict judge(const Draws& draws, const StoppingRule& rule) {
  Verdict verdict;
  const std::size_t iterations = draws.iterations();
  if (iterations < std::max<std::size_t>(rule.least_iterations, 8)) {
    return verdict;
  }
  const double n = static_cast<double>(iterations);
  bool hopeless = false;
  for (std::size_t j = 0; j < draws.dimensions; ++j) {
    const std::vector<double> series = draws.series(j);
    const ParameterDiagnostics of = diagnose(series, draws.chains, rule.superchains);
    const double deciding = of.deciding_rhat();
    const double ess = std::min(of.ess_bulk, of.ess_tail);
    if (deciding <= rule.rhat && ess >= rule.ess) {
      verdict.iterations_needed = std::max(verdict.iterations_needed, n * rule.ess / ess);
      continue;
    }
    ParameterTrouble found{j, Trouble::few_draws, of};
    if (!varies(series)) {
      found.trouble = Trouble::stuck;
      hopeless = true;
    } else if (of.rhat > 1.1 && every_chain_has_settled(series, draws.chains)) {
      found.trouble = Trouble::modes;
      hopeless = true;
    } else if (!(deciding <= rule.rhat)) {
      found.trouble = Trouble::disagreement;
    }
    // R-hat^2 - 1 and 1 / ESS fall as 1 / n.
    const double by_rhat = (deciding * deciding - 1) / (rule.rhat * rule.rhat - 1);
    const double by_ess = ess > 0 ? rule.ess / ess : kInfinity;
    verdict.iterations_needed = std::max(verdict.iterations_needed, n * std::max(by_rhat, by_ess));
    verdict.parameters.push_back(found);
  }
  std::vector<double> energies(iterations);
  for (std::size_t c = 0; c < draws.chains; ++c) {
    for (std::size_t i = 0; i < iterations; ++i) {
      verdict.divergences += draws.at(i, c).divergent;
      verdict.impossible += draws.at(i, c).impossible;
      energies[i] = draws.at(i, c).energy;
    }
    if (ebfmi(energies) < rule.ebfmi) {  // false where there are no energies
      verdict.low_energy_chains.push_back(c);
    }
  }
  verdict.too_many_divergences = static_cast<double>(verdict.divergences) >
                                 rule.divergent_share * n * static_cast<double>(draws.chains);
  const bool energies_good = !verdict.too_many_divergences && verdict.low_energy_chains.empty();
  if (verdict.parameters.empty() && energies_good) {
    verdict.state = Verdict::State::converged;
    return verdict;
  }
  const bool enough_seen = n >= 200 || 2 * iterations >= rule.most_iterations;
  const bool over = iterations >= rule.most_iterations ||
                    verdict.iterations_needed > 3 * static_cast<double>(rule.most_iterations);
  const bool divergent_alone = verdict.parameters.empty() && verdict.too_many_divergences;
  if (enough_seen && (hopeless || divergent_alone || over)) {
    verdict.state = Verdict::State::will_not_converge;
  }
  return verdict;
}

}  // namespace shamal::analysis::inference
