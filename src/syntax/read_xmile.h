// XMILE 1.0: the reader of .xmile, .stmx and .itmx files.
#pragma once

#include <optional>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/parsed_model.h"

namespace shamal::syntax {

// What the file says (chapters 2 to 4 of the standard, and the habits of isee systems, xmutil and
// older drafts). Nothing if the file is no XMILE at all; otherwise a model, as far as it could be
// understood: the caller asks the diagnostics for errors. Other files that this one names are not
// read.
std::optional<ParsedModel> read_xmile(base::FileId file, const base::Sources& sources,
                                      base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
