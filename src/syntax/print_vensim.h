// Trees and names: to text in Vensim's notation.
#pragma once

#include <string>
#include <string_view>

#include "syntax/ast.h"

namespace shamal::syntax {

// A place in printed text where a long line may be continued; whoever shows the text takes it out.
inline constexpr char kMayBreak = '\x01';

// A name of a variable, range, element or function: between quotation marks only where it must be.
std::string write_vensim_name(std::string_view name);

// A number where only numbers may stand: with its sign, or :NA:.
std::string write_vensim_number(double value);

// The equation in Vensim's notation, with kMayBreak behind operators and commas. Parsing it without
// them gives an equal tree, for every tree that Vensim's language can say: without XMILE's MOD,
// transposition, slices and positions, without infinities and with no negative number but :NA:.
std::string print_vensim(const Expr& expr);

}  // namespace shamal::syntax
