// Equations with marks around names, for pages that make links of them.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace shamal::syntax {

// Stand around every name of a variable or a function.
inline constexpr char kNameBegins = '\x02';
inline constexpr char kNameEnds = '\x03';

std::string print_marked(const Expr& expr);         // as print() does, in XMILE's notation
std::string print_vensim_marked(const Expr& expr);  // as print_vensim(), without kMayBreak

}  // namespace shamal::syntax
