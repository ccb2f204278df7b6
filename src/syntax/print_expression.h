// Trees: back to text.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace shamal::syntax {

// The equation in XMILE's notation. Parsing it gives an equal tree, for every tree whose numbers
// are finite and not negative, as the parser makes them; a negative number is written in
// parentheses, and the parentheses below may carry a tree at the limit of nesting beyond it.
//
// Parentheses stand where the grammar needs them, and where only experts would not miss them: a
// sign after an operator, NOT below a comparison, a conditional inside anything.
std::string print(const Expr& expr);

}  // namespace shamal::syntax
