#include "syntax/xml_file.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "syntax/characters.h"
#include "syntax/xml_encoding.h"
#include "syntax/xml_open_tags.h"
#include "syntax/xml_writer.h"

namespace shamal::syntax {

namespace {

using base::Code;

constexpr std::size_t kLargestXml = std::size_t{256} << 20;
// Elements and attributes cost up to a hundred bytes each, whatever their length in the file.
constexpr std::size_t kMostMarkup = std::size_t{1} << 23;
constexpr int kDeepestXml = 200;

base::Span span_at(base::FileId file, std::size_t begin, std::size_t end) {
  return {file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

// Where the first byte stands that is part of no UTF-8 character, from the beginning of a line or
// character on.
std::size_t first_bad_byte(std::string_view text, std::size_t line = 0) {
  while (line < text.size()) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    if (!base::is_utf8(text.substr(line, end - line))) {
      break;
    }
    line = end + 1;
  }
  for (std::size_t at = line; at < text.size();) {
    const std::size_t length = sequence_length(text[at]);
    if (!base::is_utf8(text.substr(at, length))) {
      return at;
    }
    at += length;
  }
  return text.size();
}

bool is_in_view(std::string_view text, std::size_t at) {
  const std::size_t begin = text.rfind("<views", at);
  const std::size_t end = text.rfind("</views", at);
  return begin != std::string_view::npos && (end == std::string_view::npos || end < begin);
}

// Stella writes names of fonts as the system gives them. Where what it says of itself is right
// otherwise, such bytes become question marks; `text` keeps its length.
void repair_views(base::FileId file, std::string& text, base::Diagnostics& diagnostics) {
  constexpr std::size_t kLargestRepaired = std::size_t{16} << 20;
  constexpr int kMostRepairs = 100;
  const std::string encoding = declared_encoding(text);
  if (text.size() > kLargestRepaired ||
      (!encoding.empty() && encoding != "utf-8" && encoding != "utf8")) {
    return;
  }
  std::string repaired = text;
  const std::size_t first = first_bad_byte(text);
  int repairs = 0;
  for (std::size_t at = first; at < repaired.size(); at = first_bad_byte(repaired, at)) {
    if (!is_in_view(repaired, at) || ++repairs > kMostRepairs) {
      return;
    }
    repaired[at] = '?';
  }
  if (first < text.size()) {
    diagnostics.add(Code::view_not_utf8, span_at(file, first, first + 1), "",
                    "choose another font in that view");
    text = std::move(repaired);
  }
}

bool check_text(base::FileId file, std::string_view text, base::Diagnostics& diagnostics) {
  if (const auto much = too_much_xml(text)) {
    diagnostics.add(Code::file_too_large, span_at(file, 0, 0), *much);
    return false;
  }
  if (!base::is_utf8(text)) {
    const std::size_t at = first_bad_byte(text);
    const std::string encoding = declared_encoding(text);
    const bool other = !encoding.empty() && encoding != "utf-8" && encoding != "utf8";
    diagnostics.add(Code::not_utf8, span_at(file, at, at + 1),
                    other ? fmt::format("but \"{}\", which cannot be read", encoding) : "",
                    "save the file as UTF-8");
    return false;
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    diagnostics.add(Code::bad_xml, span_at(file, nul, nul + 1), "a NUL character");
    return false;
  }
  return true;
}

void report_malformed(base::FileId file, std::string_view text,
                      const pugi::xml_parse_result& result, base::Diagnostics& diagnostics) {
  const auto at =
      std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0)), text.size());
  const bool mismatch = result.status == pugi::status_end_element_mismatch;
  if (const auto open = mismatch ? find_open_tag(text) : std::nullopt) {
    diagnostics.add(Code::bad_xml, span_at(file, open->begin, open->begin + 1 + open->name.size()),
                    fmt::format("<{}> is not closed", open->name),
                    open->closed_by.empty()
                        ? fmt::format("add </{}>", open->name)
                        : fmt::format("add </{}> before </{}>", open->name, open->closed_by));
    return;
  }
  std::string what = result.description();
  what[0] = static_cast<char>(what[0] - 'A' + 'a');
  diagnostics.add(Code::bad_xml, span_at(file, at, at + 1), what);
}

// Walks without recursion: the depth is what is in question.
bool check_depth(const XmlFile& xml, base::Diagnostics& diagnostics) {
  pugi::xml_node node = xml.root();
  int depth = 1;
  while (node) {
    if (depth > kDeepestXml) {
      diagnostics.add(Code::nesting_too_deep, xml.span(node),
                      fmt::format("in XML: more than {} levels", kDeepestXml));
      return false;
    }
    if (node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    // The root has no sibling that counts.
    if (!node || depth <= 1) {
      return true;
    }
    node = node.next_sibling();
  }
  return true;
}

struct Reference {
  std::uint32_t code_point = 0;
  std::size_t length = 0;
};

// The character that "&…;" at the start of the text stands for. Nothing for names that XML does not
// know and for numbers that are no character: they stay as they are written.
std::optional<Reference> read_reference(std::string_view text) {
  const std::size_t end = text.substr(0, 12).find(';');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view name = text.substr(1, end - 1);
  static constexpr std::pair<std::string_view, char> kNamed[] = {
      {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"apos", '\''}, {"quot", '"'}};
  for (const auto& [known, character] : kNamed) {
    if (name == known) {
      return Reference{static_cast<std::uint32_t>(character), end + 1};
    }
  }
  const bool hexadecimal = name.starts_with("#x");
  if (!name.starts_with("#") || name.size() < (hexadecimal ? 3u : 2u)) {
    return std::nullopt;
  }
  std::uint32_t point = 0;
  for (const char c : name.substr(hexadecimal ? 2 : 1)) {
    const char lower = static_cast<char>(c | 0x20);
    std::uint32_t digit = 0;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (hexadecimal && lower >= 'a' && lower <= 'f') {
      digit = static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
    point = point * (hexadecimal ? 16 : 10) + digit;
    if (point > 0x10ffff) {
      return std::nullopt;
    }
  }
  if (point == 0 || (point >= 0xd800 && point < 0xe000)) {
    return std::nullopt;
  }
  return Reference{point, end + 1};
}

}  // namespace

std::optional<std::string> too_much_xml(std::string_view text) {
  if (text.size() > kLargestXml) {
    return fmt::format("for XML: more than {} MiB", kLargestXml >> 20);
  }
  const auto markup = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c == '<' || c == '='; }));
  if (markup > kMostMarkup) {
    return fmt::format("for XML: more than {} tags and attributes", kMostMarkup);
  }
  return std::nullopt;
}

std::unique_ptr<XmlFile> XmlFile::parse(base::FileId file, const base::Sources& sources,
                                        base::Diagnostics& diagnostics) {
  std::unique_ptr<XmlFile> xml(new XmlFile);
  xml->file_ = file;
  xml->source_ = sources.text(file);
  repair_views(file, xml->source_, diagnostics);
  if (!check_text(file, xml->source_, diagnostics)) {
    return nullptr;
  }
  pugi::xml_parse_result result;
  do {
    xml->buffer_ = xml->source_;
    result = xml->document_.load_buffer_inplace(xml->buffer_.data(), xml->buffer_.size(),
                                                pugi::parse_default, pugi::encoding_utf8);
  } while (result.status == pugi::status_end_element_mismatch && xml->close_variable(diagnostics));
  if (!result) {
    report_malformed(file, sources.text(file), result, diagnostics);
    return nullptr;
  }
  const pugi::xml_node second = xml->root().next_sibling();
  if (second) {
    diagnostics.add(Code::bad_xml, xml->span(second), "more than one outermost element");
    return nullptr;
  }
  return check_depth(*xml, diagnostics) ? std::move(xml) : nullptr;
}

// Adds the end tag of a variable that lacks it, with a warning. False if that is not what is wrong.
bool XmlFile::close_variable(base::Diagnostics& diagnostics) {
  constexpr std::size_t kMostRepairs = 20;
  const auto open = find_open_tag(source_);
  if (!open || !open->ends_before || added_.size() >= kMostRepairs) {
    return false;
  }
  const std::string tag = fmt::format("</{}>", open->name);
  const std::size_t begin = place(open->begin);
  diagnostics.add(Code::repaired_xml, span_at(file_, begin, begin + 1 + open->name.size()),
                  fmt::format("of <{}>", open->name), fmt::format("add {}", tag));
  const Added made{place(*open->ends_before), tag.size()};
  source_.insert(*open->ends_before, tag);
  added_.insert(std::upper_bound(added_.begin(), added_.end(), made,
                                 [](const Added& a, const Added& b) { return a.at < b.at; }),
                made);
  return true;
}

std::uint32_t XmlFile::place(std::size_t at) const {
  for (auto added = added_.begin(); added != added_.end() && at > added->at; ++added) {
    at = std::max(added->at, at - std::min(at, added->length));
  }
  return static_cast<std::uint32_t>(at);
}

std::optional<std::size_t> XmlFile::offset(const char* at) const {
  // Empty values may point to a literal of the library.
  const std::less<const char*> before;
  if (before(at, buffer_.data()) || !before(at, buffer_.data() + buffer_.size())) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(at - buffer_.data());
}

base::Span XmlFile::span(pugi::xml_node node) const {
  const std::string_view name = node.name();
  const auto begin = offset(node.name());
  if (!begin || *begin == 0) {
    return span_at(file_, 0, 0);
  }
  const std::size_t place_of_tag = place(*begin - 1);
  return span_at(file_, place_of_tag, place_of_tag + 1 + name.size());
}

// Decodes as XML prescribes: references, ends of lines as one newline, and in attributes all white
// space as spaces. Returns where it stopped.
std::size_t XmlFile::append_decoded(base::LocatedText& out, std::size_t begin,
                                    std::string_view stop, Content content) const {
  std::size_t at = begin;
  const std::string_view source = source_;
  while (at < source.size() && !source.substr(at).starts_with(stop)) {
    std::string piece(1, source[at]);
    std::size_t length = 1;
    if (source[at] == '\r') {
      piece = "\n";
      length = source.substr(at).starts_with("\r\n") ? 2 : 1;
    }
    if (content == Content::attribute && is_blank(piece[0])) {
      piece = " ";
    }
    if (source[at] == '&' && content != Content::verbatim) {
      if (const auto reference = read_reference(source.substr(at))) {
        piece.clear();
        append_utf8(piece, reference->code_point);
        length = reference->length;
      }
    }
    out.text += piece;
    out.offsets.insert(out.offsets.end(), piece.size(), place(at));
    at += length;
  }
  return at;
}

// Where the text ends; nothing if the node is no text.
std::optional<std::size_t> XmlFile::append_text(base::LocatedText& out, pugi::xml_node text) const {
  const bool verbatim = text.type() == pugi::node_cdata;
  const auto begin = offset(text.value());
  if ((!verbatim && text.type() != pugi::node_pcdata) || !begin) {
    return std::nullopt;
  }
  return append_decoded(out, *begin, verbatim ? "]]>" : "<",
                        verbatim ? Content::verbatim : Content::text);
}

base::LocatedText XmlFile::text(pugi::xml_node node) const {
  base::LocatedText out;
  out.file = file_;
  std::uint32_t end = span(node).begin;
  for (const pugi::xml_node child : node) {
    const auto text_end = append_text(out, child);
    end = text_end ? place(*text_end) : end;
  }
  out.offsets.push_back(end);
  return out;
}

base::LocatedText XmlFile::value(pugi::xml_attribute attribute) const {
  base::LocatedText out;
  out.file = file_;
  std::size_t end = 0;
  const auto begin = offset(attribute.value());
  if (begin && *begin > 0) {
    end = append_decoded(out, *begin, std::string_view(source_).substr(*begin - 1, 1),
                         Content::attribute);
  }
  out.offsets.push_back(place(end));
  return out;
}

// Recursion is safe: the depth was checked.
void XmlFile::append_markup(std::string& out, pugi::xml_node node) const {
  if (node.type() != pugi::node_element) {
    base::LocatedText text;
    append_text(text, node);
    // Blanks alone, from a CDATA section, would be taken for the layout of the file.
    const bool blank = !text.text.empty() && trimmed(std::string_view(text.text)).empty();
    out += blank ? fmt::format("&#{};", static_cast<int>(text.text[0])) : "";
    append_escaped(out, std::string_view(text.text).substr(blank ? 1 : 0), false);
    return;
  }
  out += '<';
  out += node.name();
  for (const pugi::xml_attribute attribute : node.attributes()) {
    out += ' ';
    out += attribute.name();
    out += "=\"";
    append_escaped(out, value(attribute).text, true);
    out += '"';
  }
  if (!node.first_child()) {
    out += "/>";
    return;
  }
  out += '>';
  for (const pugi::xml_node child : node) {
    append_markup(out, child);
  }
  out += "</";
  out += node.name();
  out += '>';
}

std::string XmlFile::markup(pugi::xml_node node) const {
  std::string out;
  append_markup(out, node);
  return out;
}

}  // namespace shamal::syntax
