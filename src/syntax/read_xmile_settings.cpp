// Simulation specifications, units, dimensions and behavior (XMILE 1.0, 2.3 to 2.6).
#include <cmath>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/numbers.h"
#include "syntax/parse_expression.h"
#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

SimSpecs XmileReader::read_sim_specs(pugi::xml_node node, MacroDecl* macro) {
  SimSpecs specs;
  specs.span = xml_.span(node);
  // A macro may compute its times from its parameters (4.8).
  const auto number = [&](pugi::xml_node child, std::optional<Expr> MacroDecl::*computed) {
    const base::LocatedText text = xml_.text(child);
    const auto plain = macro == nullptr ? number_text(child, child.name()) : read_number(text.text);
    if (macro != nullptr && !plain) {
      macro->*computed = read_expression(text, macro->name.text);
    }
    return plain;
  };
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    if (name == "start") {
      specs.start = number(child, &MacroDecl::start);
    } else if (name == "stop") {
      specs.stop = number(child, &MacroDecl::stop);
    } else if (name == "dt") {
      specs.dt = number(child, &MacroDecl::dt);
      specs.reciprocal = ascii_lower(attribute_word(child, "reciprocal").text) == "true";
      if (specs.reciprocal && !specs.dt && macro != nullptr) {
        error(Code::bad_value, text_word(child).span, "a reciprocal dt that is computed");
        specs.reciprocal = false;
      }
      if (specs.reciprocal && specs.dt) {
        if (*specs.dt == 0) {
          error(Code::bad_value, text_word(child).span, "\"0\" for a reciprocal dt");
        }
        specs.dt = 1 / *specs.dt;
      }
    } else {
      return name == "run";  // which groups or modules to run: always all
    }
    return true;
  });
  for (Word& method : split_names(xml_.value(node.attribute("method")), ',')) {
    method.text = ascii_lower(method.text);
    specs.methods.push_back(std::move(method));
  }
  specs.time_units = attribute_word(node, "time_units").text;
  for (const char* name : {"isee:save_interval", "save_interval"}) {
    if (const pugi::xml_attribute interval = node.attribute(name)) {
      specs.save_interval = read_value(xml_.value(interval), name);
    }
  }
  return specs;
}

void XmileReader::read_units(pugi::xml_node node) {
  for_elements(node, [&](std::string_view kind, pugi::xml_node child) {
    if (kind != "unit") {
      return kind == "units";  // older files of isee list here what is used, without names
    }
    UnitDecl unit;
    unit.name = required_name(child);
    unit.disabled = ascii_lower(attribute_word(child, "disabled").text) == "true";
    for_elements(child, [&](std::string_view name, pugi::xml_node part) {
      const Word word = text_word(part);
      if (name == "eqn") {
        unit.equation = word.text.empty() ? std::nullopt : std::optional(word);
      } else if (name == "alias") {
        if (!word.text.empty()) {
          unit.aliases.push_back(word);
        }
      } else {
        return false;
      }
      return true;
    });
    if (!unit.name.text.empty()) {
      parsed_.units.push_back(std::move(unit));
    }
    return true;
  });
}

void XmileReader::read_size(pugi::xml_node node, DimensionDecl& dimension, bool in_macro) {
  const pugi::xml_attribute attribute = node.attribute("size");
  if (!attribute || !dimension.elements.empty()) {
    return;  // tools write the number of elements, too
  }
  const base::LocatedText text = xml_.value(attribute);
  const auto size = read_number(text.text);
  if (!size && in_macro) {
    dimension.size_expr = read_expression(text, dimension.name.text);
  } else if (!size || *size < 1 || *size != std::floor(*size)) {
    error(Code::bad_value, trimmed(text).span(),
          fmt::format("\"{}\" for the size of dimension \"{}\"", text.text, dimension.name.text),
          "write a whole number of at least 1");
  } else {
    dimension.size = size;
  }
}

std::vector<DimensionDecl> XmileReader::read_dimensions(pugi::xml_node node, bool in_macro) {
  std::vector<DimensionDecl> dimensions;
  for_elements(node, [&](std::string_view kind, pugi::xml_node child) {
    if (kind != "dim") {
      return false;
    }
    DimensionDecl dimension;
    dimension.name = required_name(child);
    for_elements(child, [&](std::string_view name, pugi::xml_node element) {
      if (name == "elem") {
        dimension.elements.push_back(required_name(element));
      }
      return name == "elem";
    });
    read_size(child, dimension, in_macro);
    if (!dimension.name.text.empty()) {
      dimensions.push_back(std::move(dimension));
    }
    return true;
  });
  return dimensions;
}

// What stands for all entities counts for both kinds; what names one kind comes first.
Behavior XmileReader::read_behavior(pugi::xml_node node) {
  Behavior behavior;
  std::optional<bool> all;
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    const pugi::xml_node inner = child.child("non_negative");
    if (name == "non_negative") {
      all = read_flag(child);
    } else if (name == "stock" && inner) {
      behavior.stocks_non_negative = read_flag(inner);
    } else if (name == "flow" && inner) {
      behavior.flows_non_negative = read_flag(inner);
    } else {
      return name == "stock" || name == "flow" || name == "aux";
    }
    return true;
  });
  if (all) {
    behavior.stocks_non_negative = behavior.stocks_non_negative.value_or(*all);
    behavior.flows_non_negative = behavior.flows_non_negative.value_or(*all);
  }
  return behavior;
}

}  // namespace shamal::syntax
