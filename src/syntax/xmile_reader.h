// Inside of the XMILE reader: what its parts share. Use read_xmile.h.
//
// The sections of a file are read by the members below, whose definitions lie in one file each:
//
//   read_xmile.cpp             the file, its header, its includes
//   read_xmile_settings.cpp    simulation specifications, units, dimensions, behavior
//   read_xmile_model.cpp       models, groups, modules, macros
//   read_xmile_variable.cpp    stocks, flows and auxiliaries with their equations
//   read_xmile_conveyor.cpp    conveyors, leakages, queues
//   read_xmile_list.cpp        equations that list the constants of an array
//   read_xmile_graphical.cpp   graphical functions
//   xmile_reader.cpp           texts, names, numbers
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "syntax/located_text.h"
#include "syntax/parsed_model.h"
#include "syntax/xml_file.h"

namespace shamal::syntax {

class XmileReader {
 public:
  XmileReader(const XmlFile& xml, base::Diagnostics& diagnostics)
      : xml_(xml), diagnostics_(diagnostics) {}

  ParsedModel read();

 private:
  // --- the file
  void read_header(pugi::xml_node node);
  void check_vendor(pugi::xml_node node);
  void read_options(pugi::xml_node node);

  // --- settings
  SimSpecs read_sim_specs(pugi::xml_node node, MacroDecl* macro = nullptr);
  void read_units(pugi::xml_node node);
  std::vector<DimensionDecl> read_dimensions(pugi::xml_node node, bool in_macro);
  void read_size(pugi::xml_node node, DimensionDecl& dimension, bool in_macro);
  Behavior read_behavior(pugi::xml_node node);

  // --- models
  ModelDecl read_model(pugi::xml_node node);
  bool read_variables(std::string_view kind, pugi::xml_node node,
                      std::vector<VariableDecl>& variables, std::vector<Group>* groups);
  Group read_group(pugi::xml_node node);
  VariableDecl read_module(pugi::xml_node node);
  MacroDecl read_macro(pugi::xml_node node);

  // --- variables
  struct EquationNodes {
    pugi::xml_node eqn, init, gf;
    std::vector<pugi::xml_node> all_eqns;
    bool take(std::string_view name, pugi::xml_node node);
  };
  VariableDecl read_variable(VariableKind kind, pugi::xml_node node);
  bool read_property(std::string_view name, pugi::xml_node node, VariableDecl& variable);
  void read_element(pugi::xml_node node, VariableDecl& variable, std::vector<Equation>& equations);
  std::optional<Equation> read_equation(const EquationNodes& nodes, const VariableDecl& variable);
  void read_embedded_graphical(pugi::xml_node node, const VariableDecl& variable,
                               Equation& equation);
  std::optional<Expr> read_expression(const base::LocatedText& text, std::string_view owner);
  bool read_constant_list(pugi::xml_node eqn, VariableDecl& variable);
  bool read_equation_list(const std::vector<pugi::xml_node>& eqns, VariableDecl& variable);
  std::vector<std::vector<std::string>> element_names(const VariableDecl& variable) const;

  // --- conveyors and queues
  bool read_conveyor_property(std::string_view name, pugi::xml_node node, VariableDecl& variable);
  void read_conveyor_attributes(pugi::xml_node node, VariableDecl& variable);
  ConveyorDecl read_conveyor(pugi::xml_node node, std::string_view owner);
  bool read_contents(pugi::xml_node eqn, VariableDecl& variable);
  bool attribute_flag(pugi::xml_node node, const char* name, bool otherwise);

  // --- graphical functions
  GraphicalFunction read_graphical(pugi::xml_node node, std::string_view owner);
  bool read_all_points(pugi::xml_node node, GraphicalFunction& gf, std::string_view owner);
  std::optional<std::vector<double>> read_points(pugi::xml_node node, std::string_view owner);
  bool spread_over_scale(pugi::xml_node node, GraphicalFunction& gf, std::string_view owner);
  bool check_points(pugi::xml_node node, const GraphicalFunction& gf, std::string_view owner);

  // --- texts, names, numbers
  std::string trimmed_text(pugi::xml_node node) const;
  std::string documentation(pugi::xml_node node) const;
  Word text_word(pugi::xml_node node) const;  // as written, trimmed
  Word attribute_word(pugi::xml_node node, const char* name) const;
  Word name_text(pugi::xml_node node) const;  // an identifier
  Word name_attribute(pugi::xml_node node, const char* name = "name") const;
  Word required_name(pugi::xml_node node);
  std::vector<Word> split_names(const base::LocatedText& text, char separator) const;
  std::optional<double> read_value(const base::LocatedText& text, std::string_view of);
  std::optional<double> number_text(pugi::xml_node node, std::string_view of);
  bool read_flag(pugi::xml_node node);  // <non_negative/>
  std::optional<std::pair<double, double>> read_bounds(pugi::xml_node node) const;

  // --- elements
  void error(base::Code code, base::Span span, std::string what, std::string fix = {}) {
    diagnostics_.add(code, span, std::move(what), std::move(fix));
  }
  void unknown(pugi::xml_node node);
  // A vendor's element whose meaning is not known: named once for each kind.
  void extension(pugi::xml_node node);

  // Calls read(name, child) for every element within the node. What it refuses, by returning
  // false, is a vendor's and passed over, or unknown and reported once.
  template <typename Read>
  void for_elements(pugi::xml_node node, Read read) {
    for (const pugi::xml_node child : node) {
      if (child.type() == pugi::node_element && !read(std::string_view(child.name()), child)) {
        unknown(child);
      }
    }
  }

  const XmlFile& xml_;
  base::Diagnostics& diagnostics_;
  ParsedModel parsed_;
  std::set<std::string, std::less<>> reported_;  // names of unknown elements

  // Named functions that were found within variables: they become variables of their own.
  std::vector<VariableDecl> embedded_;
};

}  // namespace shamal::syntax
