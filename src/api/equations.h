// The equations of a model as people read them, for a reference guide.
#pragma once

#include <string>
#include <vector>

#include "api/compile.h"

namespace shamal::api {

struct ReportEquation {
  std::string name;        // module-qualified
  std::string kind;        // stock, flow, auxiliary, constant
  std::string dimensions;  // "Region × Kind"; empty for a scalar
  std::string unit;
  std::string doc;
  std::string text;               // "= a * b", or of what it is made
  std::vector<std::string> uses;  // names of the variables in it
};

// Of every variable that the file declares, in its order; inputs of modules are left out.
std::vector<ReportEquation> equations_of(const CompiledModel& compiled);

}  // namespace shamal::api
