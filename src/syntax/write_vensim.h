// ParsedModel to Vensim's .mdl.
#pragma once

#include <string>

#include "syntax/parsed_model.h"

namespace shamal::syntax {

// A model of the dialect vensim as a file, UTF-8. Reading it gives an equal ParsedModel, if the
// model came from the reader or from a translation into that dialect.
std::string write_vensim(const ParsedModel& parsed);

}  // namespace shamal::syntax
