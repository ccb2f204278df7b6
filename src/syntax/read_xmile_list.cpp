// Equations that list the constants of an array: "1, 2, 3", or with a semicolon behind each row
// "1, 2; 3, 4;", and arrays with an <eqn> for each element. That is Vensim's notation, which
// converters have carried into XMILE. Both become one equation for each element.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/numbers.h"
#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

namespace {

bool is_list(std::string_view text) {
  const bool numeric = text.find_first_not_of("0123456789.eE+-,; \t\n") == std::string_view::npos;
  return numeric && text.find_first_of(",;") != std::string_view::npos;
}

std::vector<base::LocatedText> split(const base::LocatedText& text) {
  std::vector<base::LocatedText> parts;
  std::size_t begin = 0;
  while (begin < text.text.size()) {
    const std::size_t end = std::min(text.text.find_first_of(",;", begin), text.text.size());
    base::LocatedText part = trimmed(slice(text, begin, end));
    // Behind the last semicolon there is no row.
    if (!part.text.empty() || end < text.text.size()) {
      parts.push_back(std::move(part));
    }
    begin = end + 1;
  }
  return parts;
}

Expr constant(const base::LocatedText& text, double value) {
  Expr number;
  number.number = std::abs(value);
  number.text = text.text;
  number.span = text.span();
  if (!text.text.starts_with('-') && !text.text.starts_with('+')) {
    return number;
  }
  Expr sign;
  sign.kind = ExprKind::unary;
  sign.op = text.text[0] == '-' ? Operator::negate : Operator::plus;
  sign.span = number.span;
  number.text = std::string(trimmed(std::string_view(text.text).substr(1)));
  sign.args.push_back(std::move(number));
  return sign;
}

}  // namespace

// The subscripts of every element of a variable, row-major; nothing if its dimensions are not
// declared in this file.
std::vector<std::vector<std::string>> XmileReader::element_names(
    const VariableDecl& variable) const {
  constexpr std::size_t kMost = 1'000'000;
  std::vector<std::vector<std::string>> names = {{}};
  for (const Word& name : variable.dimensions) {
    const auto found = std::find_if(
        parsed_.dimensions.begin(), parsed_.dimensions.end(), [&](const DimensionDecl& d) {
          return base::fold_name(d.name.text) == base::fold_name(name.text);
        });
    if (found == parsed_.dimensions.end()) {
      return {};
    }
    std::vector<std::string> elements;
    for (const Word& element : found->elements) {
      elements.push_back(element.text);
    }
    if (found->elements.empty() && found->size && *found->size <= kMost) {
      for (std::size_t i = 1; i <= static_cast<std::size_t>(*found->size); ++i) {
        elements.push_back(std::to_string(i));
      }
    }
    if (elements.empty() || names.size() * elements.size() > kMost) {
      return {};
    }
    std::vector<std::vector<std::string>> longer;
    for (const std::vector<std::string>& before : names) {
      for (const std::string& element : elements) {
        longer.push_back(before);
        longer.back().push_back(element);
      }
    }
    names = std::move(longer);
  }
  return names;
}

bool XmileReader::read_constant_list(pugi::xml_node eqn, VariableDecl& variable) {
  const base::LocatedText text = xml_.text(eqn);
  if (variable.dimensions.empty() || !is_list(text.text)) {
    return false;
  }
  const std::vector<std::vector<std::string>> names = element_names(variable);
  if (names.empty()) {
    return false;
  }
  const std::vector<base::LocatedText> numbers = split(text);
  if (numbers.size() != names.size()) {
    error(Code::bad_value, trimmed(text).span(),
          fmt::format("{} numbers for the {} elements of \"{}\"", numbers.size(), names.size(),
                      base::display_name(variable.name.text)));
    return true;
  }
  for (std::size_t flat = 0; flat < names.size(); ++flat) {
    const auto value = read_value(numbers[flat], "an element");
    Equation& equation = variable.equations.emplace_back();
    equation.span = numbers[flat].span();
    equation.expr = constant(numbers[flat], value.value_or(0));
    for (const std::string& name : names[flat]) {
      equation.subscripts.push_back({name, equation.span});
    }
  }
  return true;
}

// Several <eqn> in an array: one for each element, row-major, as one converter writes them.
bool XmileReader::read_equation_list(const std::vector<pugi::xml_node>& eqns,
                                     VariableDecl& variable) {
  if (eqns.size() < 2 || variable.dimensions.empty()) {
    return false;
  }
  const std::vector<std::vector<std::string>> names = element_names(variable);
  if (names.size() != eqns.size()) {
    error(Code::bad_value, xml_.span(eqns[1]),
          fmt::format("{} equations for the {} elements of \"{}\"", eqns.size(), names.size(),
                      base::display_name(variable.name.text)));
    return true;
  }
  for (std::size_t flat = 0; flat < names.size(); ++flat) {
    Equation& equation = variable.equations.emplace_back();
    const base::LocatedText text = xml_.text(eqns[flat]);
    equation.span = trimmed(text).span();
    equation.expr = read_expression(text, variable.name.text);
    for (const std::string& name : names[flat]) {
      equation.subscripts.push_back({name, equation.span});
    }
  }
  return true;
}

}  // namespace shamal::syntax
