#include "syntax/xml_open_tags.h"

#include <algorithm>
#include <array>
#include <vector>

#include "syntax/characters.h"

namespace shamal::syntax {

namespace {

struct Section {
  std::string_view open;
  std::string_view close;
};

constexpr Section kSections[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}};

constexpr std::array<std::string_view, 4> kVariables = {"stock", "flow", "aux", "module"};

bool is_variable(std::string_view name) {
  return std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end();
}

std::size_t after(std::string_view text, std::string_view what, std::size_t from) {
  const std::size_t found = text.find(what, from);
  return found == std::string_view::npos ? text.size() : found + what.size();
}

std::string_view tag_name(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && !is_blank(text[end]) && text[end] != '>' && text[end] != '/') {
    ++end;
  }
  return text.substr(at, end - at);
}

// Just behind the ">" of a tag, which may also stand within the quotation marks of an attribute.
std::size_t tag_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '>') {
    const bool quoted = text[at] == '"' || text[at] == '\'';
    at = quoted ? after(text, text.substr(at, 1), at + 1) : at + 1;
  }
  return std::min(at + 1, text.size());
}

}  // namespace

std::optional<OpenTag> find_open_tag(std::string_view text) {
  std::vector<OpenTag> open;
  std::size_t at = std::min(text.find('<'), text.size());
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    const auto* const section =
        std::find_if(std::begin(kSections), std::end(kSections),
                     [&](const Section& candidate) { return rest.starts_with(candidate.open); });
    if (section != std::end(kSections)) {
      at = after(text, section->close, at + section->open.size());
    } else if (rest.starts_with("</")) {
      const std::string_view name = tag_name(text, at + 2);
      if (open.empty()) {
        return std::nullopt;
      }
      if (open.back().name != name) {
        open.back().closed_by = name;
        if (!open.back().ends_before && is_variable(open.back().name) && name == "variables") {
          open.back().ends_before = at;
        }
        return open.back();
      }
      open.pop_back();
      at = tag_end(text, at);
    } else {
      const std::size_t end = tag_end(text, at);
      const std::string_view name = tag_name(text, at + 1);
      if (!open.empty() && !open.back().ends_before && is_variable(open.back().name) &&
          is_variable(name)) {
        open.back().ends_before = at;
      }
      if (!text.substr(at, end - at).ends_with("/>")) {
        open.push_back({name, at, {}, {}});
      }
      at = end;
    }
    at = std::min(text.find('<', at), text.size());
  }
  return open.empty() ? std::nullopt : std::optional(open.back());
}

}  // namespace shamal::syntax
