// What the lines of effort change: each left out, and each alone, over draws and rival structures.
// Intervals, never a ranking; the order is that of the lines.
#pragma once

#include <string>

#include "analysis/study.h"
#include "api/experiment.h"
#include "api/report/spread.h"

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

// The structure between whose answers the middle of an effect differs most, and what it is under
// the two; null: none by more than three times what chance among so many draws would explain.
struct StructureSpread {
  const analysis::Structure* structure = nullptr;
  std::size_t low_option = 0;
  std::size_t high_option = 0;
  Spread low;
  Spread high;
};
StructureSpread widest_structure(const analysis::Study& study, const Experiment& experiment,
                                 const std::vector<double>& effect);

// The title of a line up to its colon.
std::string short_title(const analysis::Line& line);

// `linked`: the page has the equations, to be linked to.
std::string levers_html(const analysis::Study& study, const Experiment& experiment, bool linked);

// Every outcome under every option of every structure, side by side.
std::string structures_html(const analysis::Study& study, const Experiment& experiment,
                            bool linked);

}  // namespace shamal::api::report
