// How names compare, and which name was probably meant.
//
// XMILE 1.0, 3.2.2.2: names differ neither by case (Unicode case folding) nor by the kind or number
// of white space between words: space, no-break space, newline and underscore are equal and runs
// of them count as one. Vensim compares in the same way.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::base {

// The form under which a name is looked up: case folded, white space runs as one '_', none at the
// ends. Bytes that are not UTF-8 are kept as they are.
std::string fold_name(std::string_view name);

// The name as people read it: white space runs (and underscores) as one space.
std::string display_name(std::string_view name);

// The candidate nearest to `name` (Damerau-Levenshtein on folded names), if it is near enough to be
// a slip of the pen: at most a third of its length.
std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates);

}  // namespace shamal::base
