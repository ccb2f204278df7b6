// Whether chains agree, and how much their draws are worth.
//
// A series is one number of every draw, [chain][iteration] (Draws::series). Of M chains with N
// draws:
//
//   rhat      sqrt(var+ / W) of the halves of the chains, with W the mean variance within and var+
//             that of all together; of rank-normalised draws, and of their rank-normalised
//             distances from the median; the larger of the two [Vehtari2021]
//   bulk ESS  effective draws for the centre: of rank-normalised halves           [Vehtari2021]
//   tail ESS  the lesser of those for the 5 % and the 95 % quantile               [Vehtari2021]
//   nested    R-hat for many short chains: superchains of chains that started at one point; asks
//             whether their means differ by more than chains within them do       [Margossian2024]
//   MCSE      Monte Carlo standard error of the mean: sd / sqrt(ESS)
//   E-BFMI    mean squared step of the energy over its variance, of one chain; below 0.3 momenta do
//             not reach the energies that the posterior has                      [Betancourt2016]
//
// A series that does not vary, or is not finite, has R-hat infinite and no effective draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/inference/draws.h"

namespace shamal::analysis::inference {

double rhat(std::span<const double> series, std::size_t chains);
double nested_rhat(std::span<const double> series, std::size_t chains, std::size_t superchains);
double ess_bulk(std::span<const double> series, std::size_t chains);
double ess_tail(std::span<const double> series, std::size_t chains);
double ess_mean(std::span<const double> series, std::size_t chains);  // of the series as it is
double mcse_mean(std::span<const double> series, std::size_t chains);
double ebfmi(std::span<const double> energies);

// All of one coordinate.
struct ParameterDiagnostics {
  double mean = 0;
  double sd = 0;
  double mcse = 0;
  double rhat = 0;
  double nested_rhat = 0;  // 0 without superchains
  double ess_bulk = 0;
  double ess_tail = 0;

  // What a rule judges by.
  double deciding_rhat() const { return nested_rhat > 0 ? nested_rhat : rhat; }
};
ParameterDiagnostics diagnose(std::span<const double> series, std::size_t chains,
                              std::size_t superchains = 0);

// ---- when to stop

struct StoppingRule {
  double rhat = 1.01;
  double ess = 400;                // bulk and tail, of all chains together
  double divergent_share = 0.001;  // of all draws
  double ebfmi = 0.3;              // of every chain
  std::size_t superchains = 0;     // chains come in that many groups with one start each; then the
                                   // nested R-hat decides instead of the split one
  std::size_t least_iterations = 50;
  std::size_t most_iterations = 10000;  // what there is time for
};

enum class Trouble : std::uint8_t {
  stuck,         // does not vary, or is not finite
  modes,         // each chain has settled, but not where the others have
  disagreement,  // R-hat above the rule, chains still on their way
  few_draws,     // too few effective draws
};
std::string_view explain(Trouble trouble);

struct ParameterTrouble {
  std::size_t dimension = 0;
  Trouble trouble = Trouble::few_draws;
  ParameterDiagnostics diagnostics;
};

struct Verdict {
  enum class State : std::uint8_t { converged, go_on, will_not_converge };
  State state = State::go_on;
  std::vector<ParameterTrouble> parameters;  // those that keep it from converging
  double iterations_needed = 0;              // in all, judged by the slowest parameter
  std::size_t divergences = 0;
  std::size_t impossible = 0;  // draws whose trajectory met a failing model: a cliff, not a verdict
  bool too_many_divergences = false;           // never converged: the geometry is the trouble
  std::vector<std::size_t> low_energy_chains;  // with E-BFMI below the rule
};

// Converged: every parameter within the rule and no trouble with energies. Once there are 200
// iterations or half of what there is time for, it will not converge where parameters are stuck or
// in separate modes, or where it would need three times what there is time for (an estimate from
// few draws is loose), or where too many divergences are all that is wrong; nor where the time is
// over. Otherwise go on.
Verdict judge(const Draws& draws, const StoppingRule& rule);

}  // namespace shamal::analysis::inference
