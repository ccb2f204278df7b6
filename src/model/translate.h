// Stage beside the pipeline: a model in the other language, or in its own without modules.
//
// The translation is made from the resolved model, so that what it says is what is simulated:
// modules are nested in place, equations name their subscripts, and what limits a flow stands in
// its equation. Where the other language has the same function, it is called; where it has not, the
// function is written out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

struct Translation {
  struct Renamed {
    std::string from;  // as results call it
    std::string to;
  };
  syntax::ParsedModel parsed;
  std::vector<std::string> losses;  // one sentence each: what the file no longer says, or says
                                    // otherwise
  std::vector<Renamed> variables;   // those with another name
  std::vector<Renamed> elements;    // "Dimension.element" likewise
};

// Nothing after errors: those of resolving, or a construct that cannot be said
// (unsupported_element).
std::optional<Translation> translate(const syntax::ParsedModel& parsed, syntax::Dialect to,
                                     base::Sources& sources, base::Diagnostics& diagnostics);

}  // namespace shamal::model
