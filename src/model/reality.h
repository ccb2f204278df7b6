// Vensim's reality checks: statements that if something happens, something else must.
//
// A check is tested by a run of a changed model: what its condition names is forced to be true, and
// a variable says at each time whether the consequence fails.
// [Vensim user's guide, "Reality Check"; reference manual, "Reality Check Functions"]
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// The name of the added variable, which has the check's subscripts: 1 where the consequence fails.
inline constexpr const char* kViolated = "reality check violated";

// Changes the model for one constraint of it. Nothing if that worked; else why it cannot be tested,
// for people. Texts that are not understood are reported.
std::optional<std::string> apply_reality_check(const syntax::RealityCheck& check,
                                               syntax::ParsedModel& parsed, base::Sources& sources,
                                               base::Diagnostics& diagnostics);

}  // namespace shamal::model
