// Lookups and lists of constants: the places where numbers stand without being expressions.
//
//   lookup    = ( [ "[" point - point { , point } "]" , ] point { , point } )
//             | ( number { , number } )              all x, then all y
//   point     = ( number , number )
//   constants = number { , number } { ; numbers } [ ; ]
//   tabbed    = TABBED ARRAY( numbers, one line a row )
//
// [Vensim reference manual, "Lookups"; "Subscripted Constants" (22070)]
#include <algorithm>

#include <fmt/format.h>

#include "syntax/vensim_parser.h"

namespace shamal::syntax {

using base::Code;

namespace {

// The value of an expression that is a number with signs before it.
std::optional<double> constant(const Expr& expr) {
  if (expr.kind == ExprKind::number) {
    return expr.number;
  }
  const bool sign = expr.kind == ExprKind::unary && expr.op != Operator::logical_not;
  const auto value = sign ? constant(expr.args[0]) : std::nullopt;
  return value && expr.op == Operator::negate ? std::optional(-*value) : value;
}

// Points of one x stay in the order in which they are listed.
void order_by_x(GraphicalFunction& gf) {
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < gf.x.size(); ++i) {
    points.emplace_back(gf.x[i], gf.y[i]);
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < points.size(); ++i) {
    gf.x[i] = points[i].first;
    gf.y[i] = points[i].second;
  }
}

}  // namespace

std::optional<double> VensimParser::parse_signed_number() {
  const std::size_t first = next_;
  double sign = 1;
  while (at(Kind::minus) || at(Kind::plus)) {
    sign *= at(Kind::minus) ? -1 : 1;
    advance();
  }
  if (!at(Kind::number) && !(at(Kind::kw_na) && next_ == first)) {
    unexpected("only numbers can stand here");
    return std::nullopt;
  }
  return sign * *constant(parse_primary().expr);
}

// Behind the opening parenthesis. Nothing after errors.
std::optional<GraphicalFunction> VensimParser::parse_lookup(std::size_t opening) {
  GraphicalFunction gf;
  // Input beyond the points gives the first or the last y [Vensim reference manual, "Lookups"
  // (22820)].
  gf.kind = GraphicalKind::continuous;
  const std::size_t errors = diagnostics_.errors();
  if (at(Kind::left_bracket)) {
    parse_lookup_scale(gf);
    accept(Kind::comma);
  }
  std::vector<double> numbers;
  while (diagnostics_.errors() == errors && !at(Kind::right_parenthesis) && !at(Kind::end)) {
    if (at(Kind::left_parenthesis) && numbers.empty()) {
      if (const auto point = parse_point()) {
        gf.x.push_back(point->first);
        gf.y.push_back(point->second);
      }
    } else if (!gf.x.empty()) {
      unexpected("write points: (x, y)");
    } else if (const auto number = parse_signed_number()) {
      numbers.push_back(*number);
    }
    if (!accept(Kind::comma) && !at(Kind::right_parenthesis) && !at(Kind::left_parenthesis)) {
      break;
    }
  }
  const bool well_formed = diagnostics_.errors() == errors;
  if (!well_formed) {
    skip_to_restart();
  }
  expect_closing(Kind::right_parenthesis, opening);
  gf.span = span_from(opening);
  if (diagnostics_.errors() > errors || !fill_lookup(gf, numbers)) {
    return std::nullopt;
  }
  return gf;
}

// [(xmin,ymin)-(xmax,ymax),(x,y)…]: the axes of the editor and its reference points, which are not
// kept.
void VensimParser::parse_lookup_scale(GraphicalFunction& gf) {
  const std::size_t opening = next_;
  advance();
  const auto low = parse_point();
  if (low && !accept(Kind::minus)) {
    unexpected("write the axes as [(xmin,ymin)-(xmax,ymax)]");
  } else if (low) {
    const auto high = parse_point();
    if (high) {
      gf.y_scale = std::pair(low->second, high->second);
    }
    while (high && accept(Kind::comma) && parse_point()) {
    }
  }
  expect_closing(Kind::right_bracket, opening);
}

std::optional<std::pair<double, double>> VensimParser::parse_point() {
  const std::size_t opening = next_;
  if (!accept(Kind::left_parenthesis)) {
    unexpected("write points: (x, y)");
    return std::nullopt;
  }
  const auto x = parse_signed_number();
  if (x && !accept(Kind::comma)) {
    unexpected("write points: (x, y)");
    return std::nullopt;
  }
  const auto y = x ? parse_signed_number() : std::nullopt;
  if (!y) {
    return std::nullopt;
  }
  expect_closing(Kind::right_parenthesis, opening);
  return std::pair(*x, *y);
}

bool VensimParser::fill_lookup(GraphicalFunction& gf, const std::vector<double>& numbers) {
  const auto half = static_cast<std::ptrdiff_t>(numbers.size() / 2);
  if (!numbers.empty()) {
    gf.x.assign(numbers.begin(), numbers.begin() + half);
    gf.y.assign(numbers.begin() + half, numbers.end());
  }
  if (gf.x.size() != gf.y.size()) {
    error(Code::bad_graphical_function, gf.span,
          fmt::format("{} numbers, so that one has no partner", numbers.size()),
          "write all x, then as many y; or points: (x, y)");
    return false;
  }
  if (gf.x.empty()) {
    error(Code::bad_graphical_function, gf.span, "no points", "write points: (x, y)");
    return false;
  }
  // Vensim reads points that are listed backwards in the order of x.
  if (gf.x.size() > 1 && std::is_sorted(gf.x.begin(), gf.x.end(), std::greater_equal<>())) {
    std::reverse(gf.x.begin(), gf.x.end());
    std::reverse(gf.y.begin(), gf.y.end());
  }
  const auto descent = std::adjacent_find(gf.x.begin(), gf.x.end(), std::greater<>());
  if (descent != gf.x.end()) {
    diagnostics_.add(Code::unordered_points, gf.span,
                     fmt::format("x falls from {} to {}", *descent, *(descent + 1)),
                     "order the points by x");
    order_by_x(gf);
  }
  return true;
}

// From the comma or semicolon behind the first number on.
std::optional<ConstantTable> VensimParser::parse_constant_list(const Expr& first_value,
                                                               std::size_t first) {
  const auto value = constant(first_value);
  if (!value) {
    unexpected("a list holds numbers only");
    return std::nullopt;
  }
  ConstantTable table;
  table.rows = {{*value}};
  while (at(Kind::comma) || at(Kind::semicolon)) {
    const bool row = at(Kind::semicolon);
    advance();
    if (row && at(Kind::end)) {
      break;
    }
    const auto number = parse_signed_number();
    if (!number) {
      return std::nullopt;
    }
    if (row) {
      table.rows.emplace_back();
    }
    table.rows.back().push_back(*number);
  }
  table.span = span_from(first);
  return table;
}

// A call with the numbers; the rows wait in tabbed_array_.
VensimParser::Tree VensimParser::parse_tabbed_array(std::size_t first) {
  ConstantTable table;
  const std::size_t opening = next_;
  advance();
  while (!at(Kind::right_parenthesis) && !at(Kind::end)) {
    if (token().line_break || table.rows.empty()) {
      table.rows.emplace_back();
    }
    const auto number = parse_signed_number();
    if (!number) {
      skip_to_restart();
      break;
    }
    table.rows.back().push_back(*number);
  }
  expect_closing(Kind::right_parenthesis, opening);
  table.span = span_from(first);
  std::vector<double> numbers;
  for (const std::vector<double>& row : table.rows) {
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  tabbed_array_ = std::move(table);
  return table_call(first, "TABBED ARRAY", {}, numbers);
}

VensimParser::Tree VensimParser::table_call(std::size_t first, std::string_view function,
                                            std::vector<Tree> args,
                                            const std::vector<double>& numbers) {
  for (const double number : numbers) {
    args.push_back(placeholder(first));
    args.back().expr.number = number;
  }
  Tree call = make(ExprKind::call, first, std::move(args), Operator::add);
  call.expr.text = call.expr.kind == ExprKind::call ? function : "";
  return call;
}

}  // namespace shamal::syntax
