// Which tag was left open, for a better message than the XML parser's own.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace shamal::syntax {

struct OpenTag {
  std::string_view name;
  std::size_t begin = 0;       // of its "<"
  std::string_view closed_by;  // the end tag that came instead; empty at the end of the file
  // Of a variable of XMILE, which holds no other: where the next one begins, or the end of the
  // list.
  std::optional<std::size_t> ends_before;
};

// The first element whose end tag is missing: the innermost one open at an end tag of another name,
// or at the end of the text. Nothing if all tags match.
std::optional<OpenTag> find_open_tag(std::string_view text);

}  // namespace shamal::syntax
