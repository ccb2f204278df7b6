// Vensim's reality checks: statements that if something happens, something else must.
//
// A check is tested by a run of a changed model: what its condition names is forced to be true, and
// a variable says at each time whether the consequence fails.
// [Vensim user's guide, "Reality Check"; reference manual, "Reality Check Functions"]
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// The name of the added variable, which has the check's subscripts: 1 where the consequence fails.
inline constexpr const char* kViolated = "reality check violated";

// What became of one way to make the condition true.
struct RealityEdit {
  std::size_t ways = 1;               // that the condition has: one for each side of an :OR:
  std::optional<std::string> reason;  // why this one cannot be tested, for people
};

// Changes the model for one constraint of it, and one of the ways of its condition, from 0 on: the
// constraint holds if it holds for each. Texts that are not understood are reported.
RealityEdit apply_reality_check(const syntax::RealityCheck& check, std::size_t way,
                                syntax::ParsedModel& parsed, base::Sources& sources,
                                base::Diagnostics& diagnostics);

}  // namespace shamal::model
