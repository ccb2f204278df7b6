// Whether the XML parts of a workbook end all that they begin: tags, quotation marks, comments and
// references. liborcus reads beyond the end of a part that does not.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <orcus/zip_archive.hpp>
#include <orcus/zip_archive_stream.hpp>

#include "data/sheet_readers.h"

namespace shamal::data {

namespace {

// What begins with the first ends with the second; longer beginnings come before shorter ones.
struct Markup {
  std::string_view begin;
  std::string_view end;
};
constexpr Markup kMarkup[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

// Behind a tag that begins at `at`; npos if it does not end.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  while ((at = text.find_first_of("\"'>", at)) != std::string_view::npos && text[at] != '>') {
    at = text.find(text[at], at + 1);
    at += at == std::string_view::npos ? 0 : 1;
  }
  return at == std::string_view::npos ? at : at + 1;
}

// A reference ends within a few characters.
bool has_open_reference(std::string_view text) {
  constexpr std::size_t kLongest = 16;
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const std::size_t end = text.find_first_of(";<&", at + 1);
    if (end == std::string_view::npos || text[end] != ';' || end - at > kLongest) {
      return true;
    }
  }
  return false;
}

bool is_closed(std::string_view text) {
  // The archive's reader puts a NUL behind each part.
  const std::size_t last = text.find_last_not_of(std::string_view(" \t\r\n\0", 5));
  if (last == std::string_view::npos || text[last] != '>' || has_open_reference(text)) {
    return false;
  }
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const auto markup =
        std::find_if(std::begin(kMarkup), std::end(kMarkup),
                     [&](const Markup& one) { return text.substr(at).starts_with(one.begin); });
    if (markup == std::end(kMarkup)) {
      at = end_of_tag(text, at);
    } else {
      const std::size_t end = text.find(markup->end, at + markup->begin.size());
      at = end == std::string_view::npos ? end : end + markup->end.size();
    }
    if (at == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

void check_parts(std::string_view bytes) {
  orcus::zip_archive_stream_blob stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        bytes.size());
  orcus::zip_archive archive(&stream);
  archive.load();
  std::vector<unsigned char> part;
  for (std::size_t i = 0; i < archive.get_file_entry_count(); ++i) {
    const std::string name(archive.get_file_entry_name(i));
    if (!name.ends_with(".xml") && !name.ends_with(".rels")) {
      continue;
    }
    part.clear();
    if (archive.read_file_entry(name, part) &&
        !is_closed({reinterpret_cast<const char*>(part.data()), part.size()})) {
      throw std::runtime_error(fmt::format("its part \"{}\" is not well-formed XML", name));
    }
  }
}

}  // namespace shamal::data
