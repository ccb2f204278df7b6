// The XML within workbooks, for what liborcus passes over: elements with their attributes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <orcus/sax_parser.hpp>

namespace shamal::data {

using Attributes = std::map<std::string, std::string, std::less<>>;

inline std::string_view value(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string_view() : std::string_view(found->second);
}

// Collects the attributes of each element for `element(name, attributes)`, which the derived class
// has; prefixes say nothing.
template <typename Derived>
class Handler : public orcus::sax_handler {
 public:
  void attribute(const orcus::sax::parser_attribute& one) {
    attributes_.insert_or_assign(std::string(one.name), std::string(one.value));
  }
  void attribute(std::string_view, std::string_view) {}
  void start_element(const orcus::sax::parser_element& element) {
    static_cast<Derived*>(this)->element(element.name, attributes_);
    attributes_.clear();
  }

 private:
  Attributes attributes_;
};

template <typename Reader>
void parse(const std::vector<unsigned char>& part, Reader& reader) {
  orcus::sax_parser<Reader>(reinterpret_cast<const char*>(part.data()), part.size(), reader)
      .parse();
}

}  // namespace shamal::data
