// What a report says in sentences: computed once, for the page and for the terminal.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/comparison.h"
#include "api/report.h"

namespace shamal::api::report {

struct MissingPart {
  std::string line;  // "2 Political solutions"
  std::string text;
};

struct Outline {
  std::string window;                // "1 Jul 2013 to 1 Jan 2018"
  std::vector<std::string> caveats;  // found in the numbers themselves
  std::string rivals;                // how many series do worse than a naive rival
  std::string parameters;            // how many rest on what
  std::vector<MissingPart> missing;
};

Outline make_outline(const ReportInput& input, std::span<const analysis::ComparedSeries> series);

// Series of one window: how many are scored, how many can be compared with a rival, how many do
// worse than one of them.
struct RivalCount {
  std::size_t scored = 0;
  std::size_t compared = 0;
  std::size_t worse = 0;
};
RivalCount count_rivals(std::span<const analysis::ComparedSeries> series,
                        analysis::FitStatistics analysis::SplitFit::*window);

}  // namespace shamal::api::report
