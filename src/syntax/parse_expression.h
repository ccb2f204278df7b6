// Equations: text to tree.
#pragma once

#include <optional>
#include <string_view>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/ast.h"

namespace shamal::syntax {

// The tree of an equation. Nothing if the text is empty (blanks and comments only), without a
// diagnostic: the caller knows whether an equation is needed. Nothing after errors; all that can be
// told apart are reported, with their places. `owner` names the variable in a message about an
// equation that a tool left unfinished ("???").
std::optional<Expr> parse_expression(const base::LocatedText& text, base::Diagnostics& diagnostics,
                                     std::string_view owner = "this place");

}  // namespace shamal::syntax
