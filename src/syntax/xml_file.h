// An XML file as a tree whose every piece of text knows its place.
//
// pugixml parses in a copy of the text and leaves pointers into it, so that the offset of a node or
// an attribute in the copy is its offset in the file. pugixml then decodes entities in place, which
// loses the places behind them; text() and value() therefore decode the file's own bytes again and
// remember where each came from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::syntax {

// What of a text is beyond the limits of an XML file, if anything.
std::optional<std::string> too_much_xml(std::string_view text);

class XmlFile {
 public:
  // Nothing after an error: text that is not UTF-8 or not XML, or beyond a limit.
  static std::unique_ptr<XmlFile> parse(base::FileId file, const base::Sources& sources,
                                        base::Diagnostics& diagnostics);

  pugi::xml_node root() const { return document_.document_element(); }

  // The start of the element's tag: "<aux".
  base::Span span(pugi::xml_node node) const;

  // All text directly within the element, with CDATA sections. An element without text has the
  // place of its tag.
  base::LocatedText text(pugi::xml_node node) const;

  base::LocatedText value(pugi::xml_attribute attribute) const;

  // The node as XML without blanks between elements, comments and CDATA sections. Reading it gives
  // the same XML again.
  std::string markup(pugi::xml_node node) const;

 private:
  XmlFile() = default;

  // Where it stands in the text that was parsed; `place` is where that is in the file.
  std::optional<std::size_t> offset(const char* at) const;
  std::uint32_t place(std::size_t at) const;
  bool close_variable(base::Diagnostics& diagnostics);

  enum class Content { text, attribute, verbatim };
  void append_markup(std::string& out, pugi::xml_node node) const;
  std::optional<std::size_t> append_text(base::LocatedText& out, pugi::xml_node text) const;
  std::size_t append_decoded(base::LocatedText& out, std::size_t begin, std::string_view stop,
                             Content content) const;

  base::FileId file_ = base::kNoFile;
  struct Added {
    std::size_t at;  // in the file
    std::size_t length;
  };
  std::string source_;        // the file's text, with end tags that it lacks
  std::vector<Added> added_;  // in the order of the text
  std::string buffer_;
  pugi::xml_document document_;
};

}  // namespace shamal::syntax
