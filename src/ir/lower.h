// Stage: Model → Program and Layout.
#pragma once

#include <optional>

#include "base/diagnostics.h"
#include "ir/layout.h"
#include "ir/program.h"
#include "model/model.h"

namespace shamal::ir {

struct Lowered {
  Program program;
  Layout layout;
};

// Nothing, after reporting, only for equations with more nested array indices than a loop has.
std::optional<Lowered> lower(const model::Model& model, base::Diagnostics& diagnostics);

}  // namespace shamal::ir
