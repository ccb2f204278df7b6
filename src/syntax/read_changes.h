// Vensim's changes files (.cin): other values for constants and look-ups of a model.
//
//   initial resources = 2e12
//   yield[North] = 3.5               yield[Crop] = 1, 2, 3
//   table ((0,0),(1,0.5),(2,1))      table = ... as in a model
//
// Lines as in a model, without ~ and |; an equation goes on while a parenthesis is open and after a
// line that ends in a comma or =. Lines of an optimization's control file are understood too:
// 0 <= yield = 3 <= 10 sets the value in the middle, and lines that begin with a colon are passed
// over [Vensim reference manual, "Changes files"].
#pragma once

#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/parsed_model.h"

namespace shamal::syntax {

// One variable with one equation for each change, in the order of the file. Adds bad_changes.
std::vector<VariableDecl> read_changes(base::FileId file, const base::Sources& sources,
                                       base::Diagnostics& diagnostics);

// Puts them into the model; the last change of a value wins. Only constants and look-ups can be
// changed. Adds request_unknown_variable, request_not_constant and bad_changes.
void apply_changes(const std::vector<VariableDecl>& changes, ParsedModel& parsed,
                   base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
