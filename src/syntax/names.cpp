#include "syntax/names.h"

#include <algorithm>
#include <array>

#include "syntax/characters.h"

namespace shamal::syntax {

bool is_keyword(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kKeywords = {"if", "then", "else", "and",
                                                                "or", "not",  "mod"};
  const std::string lower = ascii_lower(text);
  return std::find(kKeywords.begin(), kKeywords.end(), lower) != kKeywords.end();
}

namespace {

bool begins_bare(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) && name.front() != '$' && name.front() != '_';
}

}  // namespace

bool is_bare_name(std::string_view name) {
  constexpr std::string_view kNoBreakSpace = "\xc2\xa0";
  return begins_bare(name) && name.back() != '_' &&
         std::all_of(name.begin(), name.end(), is_name_character) && !is_keyword(name) &&
         name.find(kNoBreakSpace) == std::string_view::npos;
}

std::string quote(std::string_view name) {
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string write_name(std::string_view name) {
  std::string qualified;
  std::size_t at = 0;
  while (true) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    const std::string_view part = name.substr(at, dot - at);
    std::string joined(part);
    std::replace(joined.begin(), joined.end(), ' ', '_');
    const bool root = part.empty() && at == 0 && dot < name.size();
    // A dot between parts that are no names belongs to the name: "No. 5", "v1.5".
    if (!root && !is_bare_name(joined)) {
      return quote(name);
    }
    qualified += is_bare_name(part) || root ? std::string(part) : quote(part);
    if (dot == name.size()) {
      return qualified;
    }
    qualified += '.';
    at = dot + 1;
  }
}

std::string read_plain_name(std::string_view written) {
  std::string_view name = trimmed(written);
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  std::string result;
  result.reserve(name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char next = name[i] == '\\' && i + 1 < name.size() ? name[i + 1] : '\0';
    if (next == 'n' || next == '"' || next == '\\') {
      result += next == 'n' ? '\n' : next;
      ++i;
    } else {
      result += name[i];
    }
  }
  return result;
}

std::string write_plain_name(std::string_view name) {
  const bool ambiguous =
      !name.empty() && (is_blank(name.front()) || is_blank(name.back()) || name.front() == '"');
  const std::string quoted = quote(name);
  if (ambiguous) {
    return quoted;
  }
  std::string result;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    // Within a name a quotation mark needs no backslash.
    if (quoted[i] == '\\' && quoted[i + 1] == '"') {
      continue;
    }
    result += quoted[i];
    if (quoted[i] == '\\') {
      result += quoted[++i];
    }
  }
  return result;
}

}  // namespace shamal::syntax
