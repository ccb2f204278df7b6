// Vensim's payoff definitions (.vpd) and optimisation controls (.voc), as far as they make a fit.
//
//   *C                                  *CL
//   Population|Census/0.01              Price|Price data/5
//
// Of payoffs calibration elements are read, whose weight w is one over a standard deviation: *C
// adds -((model - data) w)^2, *CL the same of the logarithms. Their sum is twice the logarithm of
// Gaussian densities, but for a constant, and that is what is made of them. Without "|data" the
// data have the name of the variable. A weight is a number or the name of a constant. Policy
// payoffs, other distributions (G, K, O, R, Y) and timings are refused by name.
//
//   :OPTIMIZER=POWELL
//   0 <= Birth rate = 0.03 <= 0.1 | 0.001
//
// Of controls the parameters and their bounds are read; both bounds must be numbers, because they
// become the bounds of a flat prior. Initial values and tolerances are checked and not used.
// Options must be ones that Vensim knows and have no effect, but for :SEED. Comments stand in
// braces or after :COMMENT. [Vensim, "Payoff Definitions"; "Extended Payoffs"; "Optimization
// Control"; "Optimization Options"]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/study.h"
#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::analysis {

struct PayoffElement {
  PlacedText variable;
  PlacedText data;
  double weight = 1;       // unless
  PlacedText weight_name;  // is that of a constant
  bool logarithmic = false;
};

struct SearchedConstant {
  PlacedText name;
  double low = 0;
  double high = 1;
};

struct OptimisationControl {
  std::vector<SearchedConstant> constants;
  std::optional<std::uint64_t> seed;
};

// All problems in one pass (bad_payoff); nothing if any is an error.
std::optional<std::vector<PayoffElement>> read_payoff(const base::Sources& sources,
                                                      base::FileId file,
                                                      base::Diagnostics& diagnostics);
std::optional<OptimisationControl> read_optimisation_control(const base::Sources& sources,
                                                             base::FileId file,
                                                             base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
