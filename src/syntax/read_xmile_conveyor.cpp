// Conveyors and queues, and the flows that leave them (XMILE 1.0, 4.2.1 and 4.3).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/numbers.h"
#include "syntax/parse_expression.h"
#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

bool XmileReader::attribute_flag(pugi::xml_node node, const char* name, bool otherwise) {
  const Word word = attribute_word(node, name);
  const std::string value = ascii_lower(word.text);
  if (value == "true" || value == "1") {
    return true;
  }
  if (value == "false" || value == "0") {
    return false;
  }
  if (!value.empty()) {
    error(Code::bad_value, word.span, fmt::format("\"{}\" for {}", word.text, name),
          "write true or false");
  }
  return otherwise;
}

ConveyorDecl XmileReader::read_conveyor(pugi::xml_node node, std::string_view owner) {
  ConveyorDecl conveyor;
  conveyor.span = xml_.span(node);
  conveyor.discrete = attribute_flag(node, "discrete", false);
  conveyor.batch_integrity = attribute_flag(node, "batch_integrity", false);
  conveyor.one_at_a_time = attribute_flag(node, "one_at_a_time", true);
  conveyor.exponential_leak = attribute_flag(node, "exponential_leak", false);
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    std::optional<Expr>* const place = name == "len"        ? &conveyor.length
                                       : name == "capacity" ? &conveyor.capacity
                                       : name == "in_limit" ? &conveyor.inflow_limit
                                       : name == "sample"   ? &conveyor.sample
                                       : name == "arrest"   ? &conveyor.arrest
                                                            : nullptr;
    if (place != nullptr) {
      *place = read_expression(xml_.text(child), owner);
    }
    return place != nullptr;
  });
  if (!conveyor.length) {
    error(Code::missing_attribute, conveyor.span, "<len> of <conveyor>",
          "add its transit time: <len>4</len>");
  }
  return conveyor;
}

bool XmileReader::read_conveyor_property(std::string_view name, pugi::xml_node node,
                                         VariableDecl& variable) {
  if (name == "conveyor") {
    variable.conveyor = read_conveyor(node, variable.name.text);
  } else if (name == "queue") {
    variable.queue = read_flag(node);
  } else if (name == "overflow") {
    variable.overflow = read_flag(node);
  } else if (name == "leak") {
    if (!variable.leak) {
      variable.leak.emplace();
    }
    variable.leak->fraction = read_expression(xml_.text(node), variable.name.text);
  } else if (name == "leak_integers") {
    if (!variable.leak) {
      variable.leak.emplace();
    }
    variable.leak->integers = read_flag(node);
  } else if (name == "isee:distrib_eq") {
    variable.distribution = name_text(node);
  } else {
    return false;
  }
  return true;
}

void XmileReader::read_conveyor_attributes(pugi::xml_node node, VariableDecl& variable) {
  for (const char* name : {"leak_start", "leak_end"}) {
    const pugi::xml_attribute attribute = node.attribute(name);
    if (!attribute) {
      continue;
    }
    if (!variable.leak) {
      variable.leak.emplace();
    }
    const base::LocatedText text = xml_.value(attribute);
    const auto value = read_value(text, name);
    if (value && !(*value >= 0 && *value <= 1)) {
      error(Code::bad_value, trimmed(text).span(), fmt::format("\"{}\" for {}", text.text, name),
            "write a part of the conveyor's length, between 0 and 1");
    }
    (std::string_view(name) == "leak_start" ? variable.leak->start : variable.leak->end) =
        value.value_or(0);
  }
  const Word spread = attribute_word(node, "isee:spreadflow");
  if (!spread.text.empty()) {
    static constexpr std::array<std::string_view, 5> kNames = {"beginning", "even", "dest", "dist",
                                                               "source"};
    const auto* const found = std::find(kNames.begin(), kNames.end(), ascii_lower(spread.text));
    if (found == kNames.end()) {
      error(Code::unsupported_element, spread.span,
            fmt::format("isee:spreadflow=\"{}\" of \"{}\"", spread.text, variable.name.text),
            "write beginning, even, dest, dist or source");
    } else {
      variable.spread = static_cast<SpreadFlow>(found - kNames.begin());
    }
  }
}

namespace {

// Where the commas stand that are within no bracket and no quotation marks.
std::vector<std::size_t> find_commas(std::string_view text) {
  std::vector<std::size_t> commas;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '(' || c == '[' || c == '{')) {
      ++depth;
    } else if (!quoted && (c == ')' || c == ']' || c == '}')) {
      --depth;
    } else if (!quoted && depth == 0 && c == ',') {
      commas.push_back(i);
    }
  }
  return commas;
}

}  // namespace

// "10, 20, 30" for what a conveyor or queue holds at the start.
bool XmileReader::read_contents(pugi::xml_node eqn, VariableDecl& variable) {
  if ((!variable.conveyor && !variable.queue) || !variable.dimensions.empty()) {
    return false;
  }
  const base::LocatedText text = xml_.text(eqn);
  std::vector<std::size_t> ends = find_commas(text.text);
  if (ends.empty()) {
    return false;
  }
  ends.push_back(text.text.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    if (auto expr = read_expression(slice(text, begin, end), variable.name.text)) {
      variable.contents.push_back(std::move(*expr));
    }
    begin = end + 1;
  }
  return true;
}

}  // namespace shamal::syntax
