// Effective draws a second of every sampler on the posterior of a study, one thread. The first
// begins at draws of the prior, the others at its draws: they need not find the posterior.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace shamal::bench {

struct SamplerBench {
  std::string name;
  std::size_t chains = 0;
  std::size_t draws = 0;          // of each chain
  std::uint64_t evaluations = 0;  // of the density, all chains, without the warm-up
  double seconds = 0;             // of the processor, without the warm-up
  double warmup_seconds = 0;
  double rhat = 0;            // the worst parameter's
  double ess = 0;             // the least of all bulk and tail ESS
  std::vector<double> means;  // of z, and its standard deviations
  std::vector<double> sds;

  double rate() const { return ess / seconds; }
  double rate_with_warmup() const { return ess / (seconds + warmup_seconds); }
};

// A hierarchical study of so many regions, whose rates resemble each other and are to be found from
// four figures each: regions + 2 parameters. The path of the study; empty if it cannot be written.
std::string write_regions_study(const std::string& folder, std::size_t regions);

// Prints a table; `only` names a sampler, or is empty for all. False if the study cannot be loaded.
bool run_sampler_bench(const std::string& study, const std::string& only, std::size_t chains,
                       double seconds);

}  // namespace shamal::bench
