#include "syntax/located_text.h"

#include <string_view>

#include "syntax/characters.h"

namespace shamal::syntax {

base::LocatedText slice(const base::LocatedText& text, std::size_t begin, std::size_t end) {
  base::LocatedText result;
  result.text = text.text.substr(begin, end - begin);
  result.file = text.file;
  const auto first = text.offsets.begin() + static_cast<std::ptrdiff_t>(begin);
  result.offsets.assign(first, first + static_cast<std::ptrdiff_t>(end - begin) + 1);
  return result;
}

base::LocatedText trimmed(const base::LocatedText& text) {
  const std::string_view inner = trimmed(std::string_view(text.text));
  const auto begin = inner.empty() ? 0 : static_cast<std::size_t>(inner.data() - text.text.data());
  return slice(text, begin, begin + inner.size());
}

}  // namespace shamal::syntax
