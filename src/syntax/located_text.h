// Pieces of text that know where each of their bytes stands in a file.
#pragma once

#include <cstddef>

#include "base/source.h"

namespace shamal::syntax {

// A piece of located text.
base::LocatedText slice(const base::LocatedText& text, std::size_t begin, std::size_t end);

// Without blanks at its ends.
base::LocatedText trimmed(const base::LocatedText& text);

}  // namespace shamal::syntax
