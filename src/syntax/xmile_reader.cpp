// Texts, names and numbers of XMILE elements.
#include "syntax/xmile_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/names.h"
#include "syntax/numbers.h"

namespace shamal::syntax {

using base::Code;

std::string XmileReader::trimmed_text(pugi::xml_node node) const {
  return std::string(trimmed(std::string_view(xml_.text(node).text)));
}

// HTML is usually escaped, so that the file holds it as text. Where it is not, its elements are
// taken as they are written.
std::string XmileReader::documentation(pugi::xml_node node) const {
  const bool elements = std::any_of(node.begin(), node.end(), [](const pugi::xml_node& child) {
    return child.type() == pugi::node_element;
  });
  if (!elements) {
    return trimmed_text(node);
  }
  std::string text;
  for (const pugi::xml_node child : node) {
    text += xml_.markup(child);
  }
  return std::string(trimmed(std::string_view(text)));
}

Word XmileReader::text_word(pugi::xml_node node) const {
  const base::LocatedText text = trimmed(xml_.text(node));
  return {text.text, text.text.empty() ? xml_.span(node) : text.span()};
}

Word XmileReader::attribute_word(pugi::xml_node node, const char* name) const {
  const base::LocatedText text = trimmed(xml_.value(node.attribute(name)));
  return {text.text, text.text.empty() ? xml_.span(node) : text.span()};
}

Word XmileReader::name_text(pugi::xml_node node) const {
  Word word = text_word(node);
  word.text = read_plain_name(word.text);
  return word;
}

Word XmileReader::name_attribute(pugi::xml_node node, const char* name) const {
  Word word = attribute_word(node, name);
  word.text = read_plain_name(word.text);
  return word;
}

Word XmileReader::required_name(pugi::xml_node node) {
  Word word = name_attribute(node);
  if (word.text.empty()) {
    error(Code::missing_attribute, xml_.span(node), fmt::format("name of <{}>", node.name()),
          "add name=\"…\"");
  }
  return word;
}

namespace {

// Where the name ends that begins here: separators within quotation marks belong to it.
std::size_t find_name_end(std::string_view text, std::size_t begin, char separator) {
  bool quoted = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == separator && !quoted) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::vector<Word> XmileReader::split_names(const base::LocatedText& text, char separator) const {
  std::vector<Word> words;
  for (std::size_t begin = 0; begin <= text.text.size();) {
    const std::size_t end = find_name_end(text.text, begin, separator);
    const base::LocatedText part = trimmed(slice(text, begin, end));
    if (!part.text.empty()) {
      words.push_back({read_plain_name(part.text), part.span()});
    }
    begin = end + 1;
  }
  return words;
}

std::optional<double> XmileReader::read_value(const base::LocatedText& text, std::string_view of) {
  const auto value = read_number(text.text);
  if (!value) {
    const base::LocatedText shown = trimmed(text);
    error(Code::bad_value, shown.span(), fmt::format("\"{}\" for {}", shown.text, of),
          "write a number");
  }
  return value;
}

std::optional<double> XmileReader::number_text(pugi::xml_node node, std::string_view of) {
  const base::LocatedText text = xml_.text(node);
  if (trimmed(std::string_view(text.text)).empty()) {
    return std::nullopt;
  }
  return read_value(text, of);
}

// The element alone means true; older versions of tools write any case and blanks.
bool XmileReader::read_flag(pugi::xml_node node) {
  const base::LocatedText text = trimmed(xml_.text(node));
  const std::string value = ascii_lower(text.text);
  if (value.empty() || value == "true" || value == "1") {
    return true;
  }
  if (value != "false" && value != "0") {
    error(Code::bad_value, text.span(), fmt::format("\"{}\" for {}", text.text, node.name()),
          "write true or false");
  }
  return false;
}

// Ranges and scales guide the eye only: what is no pair of numbers is no range.
std::optional<std::pair<double, double>> XmileReader::read_bounds(pugi::xml_node node) const {
  const auto min = read_number(xml_.value(node.attribute("min")).text);
  const auto max = read_number(xml_.value(node.attribute("max")).text);
  return min && max ? std::optional(std::pair(*min, *max)) : std::nullopt;
}

void XmileReader::unknown(pugi::xml_node node) {
  const std::string_view name = node.name();
  const bool foreign = name.find(':') != std::string_view::npos || node.attribute("xmlns");
  if (!foreign && reported_.emplace(name).second) {
    diagnostics_.add(Code::unknown_element, xml_.span(node), fmt::format("<{}>", name));
  }
}

void XmileReader::extension(pugi::xml_node node) {
  if (reported_.emplace(node.name()).second) {
    diagnostics_.add(Code::unknown_extension, xml_.span(node), fmt::format("<{}>", node.name()));
  }
}

}  // namespace shamal::syntax
