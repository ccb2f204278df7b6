// Equations that list the constants of an array: "1, 2, 3", or with a semicolon behind each row
// "1, 2; 3, 4;". That is Vensim's notation, which converters have carried into XMILE. Such an
// equation becomes one equation for each element.
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

bool XmileReader::read_constant_list(pugi::xml_node eqn, VariableDecl& variable) {
  const base::LocatedText text = xml_.text(eqn);
  if (variable.dimensions.empty() || !is_list(text.text)) {
    return false;
  }
  std::vector<const DimensionDecl*> dimensions;
  std::size_t count = 1;
  for (const Word& name : variable.dimensions) {
    const auto found = std::find_if(
        parsed_.dimensions.begin(), parsed_.dimensions.end(), [&](const DimensionDecl& d) {
          return base::fold_name(d.name.text) == base::fold_name(name.text);
        });
    if (found == parsed_.dimensions.end() || found->elements.empty()) {
      return false;
    }
    dimensions.push_back(&*found);
    count *= found->elements.size();
  }
  const std::vector<base::LocatedText> numbers = split(text);
  if (numbers.size() != count) {
    error(Code::bad_value, trimmed(text).span(),
          fmt::format("{} numbers for the {} elements of \"{}\"", numbers.size(), count,
                      base::display_name(variable.name.text)));
    return true;
  }
  for (std::size_t flat = 0; flat < count; ++flat) {
    const auto value = read_value(numbers[flat], "an element");
    Equation& equation = variable.equations.emplace_back();
    equation.span = numbers[flat].span();
    equation.expr = constant(numbers[flat], value.value_or(0));
    std::size_t stride = count;
    for (const DimensionDecl* dimension : dimensions) {
      stride /= dimension->elements.size();
      const Word& element = dimension->elements[flat / stride % dimension->elements.size()];
      equation.subscripts.push_back({element.text, equation.span});
    }
  }
  return true;
}

}  // namespace shamal::syntax
