// Stocks, flows, auxiliaries and their equations (XMILE 1.0, 4.1 to 4.5).
#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/parse_expression.h"
#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

namespace {

// Properties without a bearing on the simulation: of the standard and its drafts, and those of
// isee's that only say how a variable is drawn or made.
bool is_presentation(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "event_poster", "scale",           "format",        "mathml",
      "display",      "label_side",      "shape",         "isee:delay_aux",
      "isee:summing", "isee:autofilter", "isee:financial"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_point_list(std::string_view name) {
  return name == "xscale" || name == "yscale" || name == "xpts" || name == "ypts";
}

}  // namespace

std::optional<Expr> XmileReader::read_expression(const base::LocatedText& text,
                                                 std::string_view owner) {
  const std::size_t before = diagnostics_.errors();
  auto expr =
      parse_expression(text, diagnostics_, fmt::format("\"{}\"", base::display_name(owner)));
  if (!expr && diagnostics_.errors() > before) {
    expr.emplace();
    expr->text = "0";
    expr->span = trimmed(text).span();
  }
  return expr;
}

bool XmileReader::EquationNodes::take(std::string_view name, pugi::xml_node node) {
  pugi::xml_node* const place = name == "eqn"        ? &eqn
                                : name == "init_eqn" ? &init
                                : name == "gf"       ? &gf
                                                     : nullptr;
  if (place != nullptr) {
    *place = node;
  }
  if (place == &eqn) {
    all_eqns.push_back(node);
  }
  return place != nullptr;
}

// <gf> within a variable. With a name it is also a function for others to call; with nothing but a
// name it is such a function's call (4.1.3).
void XmileReader::read_embedded_graphical(pugi::xml_node node, const VariableDecl& variable,
                                          Equation& equation) {
  const Word name = name_attribute(node);
  const bool defines = node.child("ypts") || node.child("xpts");
  for_elements(node, [](std::string_view child, pugi::xml_node) { return is_point_list(child); });
  if (defines || name.text.empty()) {
    equation.gf = read_graphical(node, variable.name.text);
    const bool own_name = base::fold_name(name.text) == base::fold_name(variable.name.text);
    if (!name.text.empty() && !own_name) {
      VariableDecl function;
      function.kind = VariableKind::graphical;
      function.name = name;
      Equation& points = function.equations.emplace_back();
      points.gf = equation.gf;
      points.span = equation.gf->span;
      embedded_.push_back(std::move(function));
    }
  } else if (equation.expr) {
    Expr call;
    call.kind = ExprKind::call;
    call.text = name.text;
    call.span = name.span;
    call.args.push_back(std::move(*equation.expr));
    equation.expr = std::move(call);
  } else {
    error(Code::unsupported_element, xml_.span(node),
          fmt::format("graphical function named by \"{}\" without an equation of its own",
                      base::display_name(variable.name.text)),
          "write the call into the equation");
  }
}

// Nothing if there is no equation at all.
std::optional<Equation> XmileReader::read_equation(const EquationNodes& nodes,
                                                   const VariableDecl& variable) {
  Equation equation;
  const std::string& owner = variable.name.text;
  if (nodes.all_eqns.size() > 1) {
    error(Code::bad_value, xml_.span(nodes.all_eqns[1]),
          fmt::format("a second equation for \"{}\"", base::display_name(owner)),
          "keep one of them");
  }
  if (nodes.eqn && variable.access == Access::input) {
    base::Diagnostics own;
    const base::LocatedText text = xml_.text(nodes.eqn);
    equation.expr = parse_expression(text, own, fmt::format("\"{}\"", base::display_name(owner)));
    if (own.has_errors()) {
      equation.expr.reset();
      diagnostics_.add(Code::unread_input, own.sorted().front().span,
                       fmt::format("\"{}\"", base::display_name(owner)));
    }
  } else if (nodes.eqn) {
    equation.expr = read_expression(xml_.text(nodes.eqn), owner);
  }
  if (nodes.init) {
    equation.initial = read_expression(xml_.text(nodes.init), owner);
  }
  if (nodes.gf) {
    read_embedded_graphical(nodes.gf, variable, equation);
  }
  if (!equation.expr && !equation.initial && !equation.gf) {
    return std::nullopt;
  }
  equation.span = equation.expr      ? equation.expr->span
                  : equation.initial ? equation.initial->span
                                     : equation.gf->span;
  return equation;
}

// <element subscript="Boston, 2">
void XmileReader::read_element(pugi::xml_node node, VariableDecl& variable,
                               std::vector<Equation>& equations) {
  const pugi::xml_attribute attribute = node.attribute("subscript");
  std::vector<Word> subscripts = split_names(xml_.value(attribute), ',');
  if (subscripts.empty()) {
    error(Code::missing_attribute, xml_.span(node), "subscript of <element>",
          "add subscript=\"…\"");
    return;
  }
  EquationNodes nodes;
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    return nodes.take(name, child) || read_property(name, child, variable);
  });
  if (auto equation = read_equation(nodes, variable)) {
    equation->subscripts = std::move(subscripts);
    equations.push_back(std::move(*equation));
  }
}

bool XmileReader::read_property(std::string_view name, pugi::xml_node node,
                                VariableDecl& variable) {
  if (name == "units") {
    Word units = text_word(node);
    if (!units.text.empty()) {
      variable.units = std::move(units);
    }
  } else if (name == "doc") {
    variable.doc = documentation(node);
  } else if (name == "inflow") {
    variable.inflows.push_back(name_text(node));
  } else if (name == "outflow") {
    variable.outflows.push_back(name_text(node));
  } else if (name == "non_negative") {
    variable.non_negative = read_flag(node);
  } else if (name == "multiplier") {
    variable.multiplier = read_expression(xml_.text(node), variable.name.text);
  } else if (name == "range") {
    variable.range = read_bounds(node);
  } else if (name == "dimensions") {
    for (const pugi::xml_node dimension : node.children("dim")) {
      variable.dimensions.push_back(required_name(dimension));
    }
  } else {
    if (read_conveyor_property(name, node, variable)) {
      return true;
    }
    const bool foreign = name.find(':') != std::string_view::npos;
    if (foreign && !is_presentation(name)) {
      extension(node);
    }
    if (foreign || is_presentation(name)) {
      variable.kept.push_back(xml_.markup(node));
      return true;
    }
    return false;
  }
  return true;
}

VariableDecl XmileReader::read_variable(VariableKind kind, pugi::xml_node node) {
  VariableDecl variable;
  variable.kind = kind;
  variable.name = required_name(node);
  const Word access = attribute_word(node, "access");
  if (const std::string lower = ascii_lower(access.text); !lower.empty()) {
    variable.access = lower == "input"    ? Access::input
                      : lower == "output" ? Access::output
                                          : Access::none;
    if (variable.access == Access::none) {
      error(Code::bad_value, access.span, fmt::format("\"{}\" for access", access.text),
            "write input or output");
    }
  }
  read_conveyor_attributes(node, variable);
  EquationNodes nodes;
  std::vector<Equation> elements;
  for_elements(node, [&](std::string_view name, pugi::xml_node child) {
    if (name == "element") {
      read_element(child, variable, elements);
      return true;
    }
    return nodes.take(name, child) || read_property(name, child, variable) ||
           (kind == VariableKind::graphical && is_point_list(name));
  });
  if (kind == VariableKind::graphical && (node.child("xpts") || node.child("ypts"))) {
    Equation& equation = variable.equations.emplace_back();
    equation.gf = read_graphical(node, variable.name.text);
    equation.span = equation.gf->span;
  } else if (!(nodes.eqn && read_contents(nodes.eqn, variable)) &&
             !read_equation_list(nodes.all_eqns, variable) &&
             (!nodes.eqn || !read_constant_list(nodes.eqn, variable))) {
    if (auto equation = read_equation(nodes, variable)) {
      variable.equations.push_back(std::move(*equation));
    } else if (const pugi::xml_node mathml = node.child("mathml"); mathml && elements.empty()) {
      error(Code::unsupported_element, xml_.span(mathml),
            fmt::format("an equation in MathML only, of \"{}\"",
                        base::display_name(variable.name.text)),
            "write the equation in <eqn> as well (XMILE 1.0, 4.1)");
    }
  }
  std::move(elements.begin(), elements.end(), std::back_inserter(variable.equations));
  return variable;
}

}  // namespace shamal::syntax
