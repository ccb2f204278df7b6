// Stage printer: a Model for people (shamal emit --stage=model).
#pragma once

#include <string>

#include "model/model.h"

namespace shamal::model {

// Dimensions, then one assignment a line in evaluation order within each phase.
std::string print(const Model& model);

}  // namespace shamal::model
