// XML text with one element a line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shamal::syntax {

// Text as the content of an element or an attribute. What a parser would change, above all the
// white space of attributes, is written as references.
void append_escaped(std::string& out, std::string_view text, bool attribute);

class XmlWriter {
 public:
  using Attributes = std::vector<std::pair<std::string_view, std::string>>;

  // <name a="…">, to be closed by close().
  void open(std::string_view name, const Attributes& attributes = {});
  void close();

  // <name a="…">text</name>, or <name a="…"/> if there is no text.
  void element(std::string_view name, const Attributes& attributes, std::string_view text = {});
  void element(std::string_view name, std::string_view text) { element(name, {}, text); }
  void element(std::string_view name) { element(name, {}, {}); }

  // XML as it is, on a line of its own.
  void raw(std::string_view xml);

  // The whole text; every element must be closed.
  std::string take() { return std::move(out_); }

 private:
  void indent() { out_.append(2 * open_.size(), ' '); }
  void start_tag(std::string_view name, const Attributes& attributes);

  std::string out_ = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
  std::vector<std::string> open_;
};

}  // namespace shamal::syntax
