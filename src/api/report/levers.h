// What the lines of effort change: each left out, and each alone, over draws and rival structures.
// Intervals, never a ranking; the order is that of the lines.
#pragma once

#include <string>

#include "analysis/study.h"
#include "api/experiment.h"

namespace shamal::api::report {

// Index of an outcome by id; the number of outcomes if there is none.
std::size_t outcome_index(const analysis::Study& study, std::string_view id);

// What is lost without the line: as it was less without it, draw by draw.
std::vector<double> effect_without(const Experiment& experiment, std::string_view line,
                                   std::size_t outcome);
// What the line does alone: only it less nothing at all.
std::vector<double> effect_alone(const Experiment& experiment, std::string_view line,
                                 std::size_t outcome);

// Whether the middle of an effect points the same way under every option of every structure.
struct StructureSigns {
  bool same = true;
  std::string exception;  // "X3: abundant", the first that differs
};
StructureSigns signs_by_structure(const analysis::Study& study, const Experiment& experiment,
                                  const std::vector<double>& effect);

// `linked`: the page has the equations, to be linked to.
std::string levers_html(const analysis::Study& study, const Experiment& experiment, bool linked);

// Every outcome under every option of every structure, side by side.
std::string structures_html(const analysis::Study& study, const Experiment& experiment,
                            bool linked);

}  // namespace shamal::api::report
