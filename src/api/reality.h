// The reality checks of a Vensim model, each tested by a run of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/compile.h"

namespace shamal::api {

struct CheckResult {
  enum class Verdict { passed, failed, not_tested };

  std::string name;
  Verdict verdict = Verdict::passed;
  double time = 0;      // of the first violation
  std::string element;  // of the check's subscripts, if it has any
  std::string reason;   // why it was not tested
};

// Every constraint of the model in the order of the file. Nothing if the model has errors, which
// are reported.
std::optional<std::vector<CheckResult>> test_reality(const std::string& path,
                                                     base::Sources& sources,
                                                     base::Diagnostics& diagnostics,
                                                     const CompileInputs& inputs = {});

}  // namespace shamal::api
