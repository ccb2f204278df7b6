// Vensim's sensitivity control files (.vsc): which constants vary, how, and in how many
// simulations.
//
//   250,M,1234,,0
//   PRICE OF STEEL=RANDOM TRIANGULAR(.5,1.5,.5,1,1.5)
//   BUILDING TIME[North]=RANDOM UNIFORM(11,15)
//
// The first line has the number of simulations (200), the method, the seed (1234), the file of
// method F, and whether warnings are shown. Methods: U one constant at a time, M all together, L
// Latin hypercube, G grid, F the rows of a file. [Vensim, "Sensitivity Control"; "Distributions"]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/design.h"
#include "analysis/marginal.h"
#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::analysis {

struct SensitivityControl {
  struct Constant {
    PlacedText name;
    Marginal marginal;
  };
  DesignRequest design;  // with G the number of simulations is that of levels
  PlacedText file;       // of method F, as written
  std::vector<Constant> constants;
};

// All problems in one pass (request_bad_value); nothing if any is an error.
std::optional<SensitivityControl> read_sensitivity_control(const base::Sources& sources,
                                                           base::FileId file,
                                                           base::Diagnostics& diagnostics);

// A table of runs: names of constants above, a row of values for each run; an empty cell repeats
// the value above it. Separated by tabs, commas or semicolons.
struct RunTable {
  std::vector<PlacedText> names;
  std::vector<double> values;  // [run][name]
};

// Nothing after bad_table or bad_cell.
std::optional<RunTable> read_run_table(const base::Sources& sources, base::FileId file,
                                       base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
