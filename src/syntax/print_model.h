// A model file as it was understood, for people: `shamal emit --stage=parsed`.
#pragma once

#include <string>

#include "syntax/parsed_model.h"

namespace shamal::syntax {

// One line for each fact, indented by what it belongs to. Meant to be read and compared, not to be
// read in again; that is write_xmile's.
std::string print(const ParsedModel& parsed);

}  // namespace shamal::syntax
