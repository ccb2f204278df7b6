// Models, groups, modules and macros (XMILE 1.0, 4, 4.6 to 4.8).
#include <iterator>

#include <fmt/format.h>

#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

namespace {

std::optional<VariableKind> variable_kind(std::string_view name) {
  if (name == "stock") {
    return VariableKind::stock;
  }
  if (name == "flow") {
    return VariableKind::flow;
  }
  if (name == "aux") {
    return VariableKind::auxiliary;
  }
  return name == "gf" ? std::optional(VariableKind::graphical) : std::nullopt;
}

}  // namespace

bool XmileReader::read_variables(std::string_view kind, pugi::xml_node node,
                                 std::vector<VariableDecl>& variables, std::vector<Group>* groups) {
  if (const auto found = variable_kind(kind)) {
    variables.push_back(read_variable(*found, node));
    std::move(embedded_.begin(), embedded_.end(), std::back_inserter(variables));
    embedded_.clear();
  } else if (kind == "module") {
    variables.push_back(read_module(node));
  } else if (kind == "group") {
    if (groups != nullptr) {
      groups->push_back(read_group(node));
    }
  } else {
    return kind == "dependencies";  // isee: derived from the equations
  }
  return true;
}

ModelDecl XmileReader::read_model(pugi::xml_node node) {
  ModelDecl model;
  model.name = name_attribute(node);
  if (node.attribute("resource")) {
    model.resource = attribute_word(node, "resource");
  }
  if (node.attribute("encryption-scheme")) {
    error(Code::unsupported_element, xml_.span(node), "an encrypted model",
          "save the model without a password");
    return model;
  }
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    if (name == "sim_specs") {
      model.sim_specs = read_sim_specs(child);
    } else if (name == "behavior") {
      model.behavior = read_behavior(child);
    } else if (name == "views") {
      model.views = xml_.markup(child);
    } else if (name == "variables") {
      for_elements(child, [&](std::string_view kind, pugi::xml_node entity) {
        return read_variables(kind, entity, model.variables, &model.groups);
      });
    } else if (name == "display" || name == "interface") {
      // Drafts before the standard: what is now in <views>.
    } else {
      // The same drafts had no <variables>.
      return read_variables(name, child, model.variables, &model.groups);
    }
    return true;
  });
  return model;
}

Group XmileReader::read_group(pugi::xml_node node) {
  Group group;
  group.name = required_name(node);
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    if (name == "doc") {
      group.doc = documentation(child);
    } else if (name == "entity") {
      group.entities.push_back(required_name(child));
    } else {
      return name == "display";
    }
    return true;
  });
  return group;
}

VariableDecl XmileReader::read_module(pugi::xml_node node) {
  VariableDecl module;
  module.kind = VariableKind::module;
  module.name = required_name(node);
  // Stella names a module's file by the attribute url.
  for (const char* attribute : {"resource", "url"}) {
    if (!module.resource && !std::string_view(node.attribute(attribute).value()).empty()) {
      module.resource = attribute_word(node, attribute);
    }
  }
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    // Stella writes some connections again, as <connect2>.
    if (name != "connect") {
      return name == "connect2" || read_property(name, child, module);
    }
    Connection connection{name_attribute(child, "to"), name_attribute(child, "from")};
    // A connection that is not made yet has an empty end.
    if (!connection.to.text.empty() && !connection.from.text.empty()) {
      module.connections.push_back(std::move(connection));
    }
    return true;
  });
  return module;
}

MacroDecl XmileReader::read_macro(pugi::xml_node node) {
  MacroDecl macro;
  macro.name = required_name(node);
  macro.filter = attribute_word(node, "filter").text;
  macro.apply_to = attribute_word(node, "applyto").text;
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    if (name == "parm") {
      MacroParameter parameter;
      parameter.name = name_text(child);
      if (const pugi::xml_attribute fallback = child.attribute("default")) {
        parameter.fallback = read_expression(xml_.value(fallback), macro.name.text);
      }
      macro.parameters.push_back(std::move(parameter));
    } else if (name == "shamal:output") {  // of the standard library: a further output
      macro.outputs.push_back(name_text(child));
    } else if (name == "eqn") {
      macro.expr = read_expression(xml_.text(child), macro.name.text);
    } else if (name == "format") {
      macro.format = trimmed_text(child);
    } else if (name == "doc") {
      macro.doc = documentation(child);
    } else if (name == "sim_specs") {
      macro.sim_specs = read_sim_specs(child, &macro);
    } else if (name == "dimensions") {
      macro.dimensions = read_dimensions(child, true);
    } else if (name == "variables") {
      for_elements(child, [&](std::string_view kind, pugi::xml_node entity) {
        return read_variables(kind, entity, macro.variables, nullptr);
      });
    } else {
      return name == "view" || name == "views";
    }
    return true;
  });
  return macro;
}

}  // namespace shamal::syntax
