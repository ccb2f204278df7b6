// WITH LOOKUP, TABBED ARRAY, GET DIRECT DATA and GET DIRECT LOOKUPS define what kind of variable
// has them as its equation. Within a larger expression each becomes a variable of its own, with the
// subscripts of the equation's left side, before the model is resolved. (Unverified: that Vensim
// takes them there.)
#pragma once

#include <vector>

#include "syntax/parsed_model.h"

namespace shamal::model {

// The new variables stand behind the others, each named after the one whose equation held it.
void rewrite_inner_tables(std::vector<syntax::VariableDecl>& variables);

}  // namespace shamal::model
