// ParsedModel to XMILE 1.0.
#pragma once

#include <string>

#include "syntax/parsed_model.h"

namespace shamal::syntax {

// A file in the order that the standard recommends, UTF-8. Reading it gives an equal ParsedModel,
// if the model came from a reader: names are not empty, numbers are finite, texts have no blanks at
// their ends.
std::string write_xmile(const ParsedModel& parsed);

}  // namespace shamal::syntax
