// SHIFT IF TRUE(level[…, first], condition, size, accumulate, new), which moves the contents of the
// elements of a level on to the next ones: written out as rates of the level, before the model is
// resolved.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// The elements that a subscript stands for: of a range all of them, in order.
using ElementsOf = std::function<std::vector<std::string>(const syntax::Word& subscript)>;

// What cannot be written out is reported (unsupported_function) and replaced by 0.
void rewrite_shifts(const syntax::ParsedModel& parsed, syntax::ModelDecl& model,
                    const ElementsOf& elements_of, base::Diagnostics& diagnostics);

}  // namespace shamal::model
