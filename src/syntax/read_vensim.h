// Vensim: the reader of .mdl files, the text form of its models.
#pragma once

#include <optional>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/parsed_model.h"

namespace shamal::syntax {

// What the file says, as one root model without a name. Nothing if the text is not UTF-8 (convert
// it with base::to_utf8 beforehand: older versions of Vensim write Windows-1252); otherwise a
// model, as far as it could be understood: the caller asks the diagnostics for errors. Other files
// that this one names (GET DIRECT DATA, …) are not read.
std::optional<ParsedModel> read_vensim(base::FileId file, const base::Sources& sources,
                                       base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
