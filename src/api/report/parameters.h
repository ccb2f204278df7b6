// The list of what a model assumes: every parameter with its value, range and origin.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analysis/observations.h"
#include "api/report.h"
#include "api/report/sources.h"

namespace shamal::api::report {

// How many parameters rest on what.
struct BasisCount {
  std::array<std::size_t, 4> of = {};  // by Basis

  std::size_t operator[](Basis basis) const { return of[static_cast<std::size_t>(basis)]; }
  std::size_t total() const { return of[0] + of[1] + of[2] + of[3]; }
};

BasisCount count_bases(std::span<const ReportParameter> parameters,
                       const analysis::SourceList& sources);

// "control" of "control.Clearing time"; empty if the name has no module.
std::string module_of(const ReportParameter& parameter);

// A table of counts, then one table a module, in the order of the parameters. `linked`: the page
// has the equations, to be linked to.
std::string parameter_list(std::span<const ReportParameter> parameters,
                           const analysis::SourceList& sources, bool linked);

}  // namespace shamal::api::report
