// Which tests of the model pass: the battery, and the bands that were registered before any fit.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/study.h"
#include "api/battery.h"

namespace shamal::api::report {

// A band over the draws: the share within it, and the value of the run at the medians.
struct BandResult {
  const analysis::Band* band = nullptr;
  double share = 0;
  double median = 0;
  bool passed = false;
};

std::string battery_html(std::span<const CheckResult> checks);
std::string bands_html(const analysis::Study& study, std::span<const BandResult> bands,
                       bool linked);

}  // namespace shamal::api::report
