// Subscript ranges:
//
//   range   = name : element { , element } [ -> mapping { , mapping } ]
//           | name : GET DIRECT SUBSCRIPT( … ) [ -> … ]
//           | name <-> name
//   element = name | ( name - name )                 (A1-A3) is A1, A2, A3
//   mapping = name | ( name : element { , element } )
//
// An element that is itself a range stands for the elements of that range. [Vensim reference
// manual, "Subscripts", "Subranges" (22100), "Mapping of Subscript Ranges"]
#include <fmt/format.h>

#include "base/names.h"
#include "syntax/numbers.h"
#include "syntax/vensim_parser.h"

namespace shamal::syntax {

using base::Code;

namespace {

struct NumberedName {
  std::string_view stem;
  std::string_view digits;
  std::size_t number = 0;
};

// "layer 12" as "layer " and 12. Nothing without digits at the end.
std::optional<NumberedName> split(std::string_view name) {
  std::size_t digits = name.size();
  while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') {
    --digits;
  }
  if (digits == name.size() || name.size() - digits > 9) {
    return std::nullopt;
  }
  NumberedName result{name.substr(0, digits), name.substr(digits)};
  for (const char c : result.digits) {
    result.number = result.number * 10 + static_cast<std::size_t>(c - '0');
  }
  return result;
}

}  // namespace

// At the token behind the name.
void VensimParser::parse_dimension(VensimStatement& statement, Word name) {
  statement.kind = VensimStatement::Kind::dimension;
  DimensionDecl& dimension = statement.dimension;
  dimension.name = std::move(name);
  if (accept(Kind::equivalence)) {
    if (at(Kind::name)) {
      dimension.equivalent_to = take_word();
    } else {
      unexpected("write the name of another subscript range behind <->");
    }
  } else {
    advance();
    if (at(Kind::name) && token(1).kind == Kind::left_parenthesis) {
      dimension.source = parse_name().expr;
    } else {
      parse_elements(dimension.elements);
    }
    if (accept(Kind::arrow)) {
      parse_mappings(dimension);
    }
  }
  expect_end();
}

void VensimParser::parse_elements(std::vector<Word>& elements) {
  do {
    if (at(Kind::left_parenthesis)) {
      parse_numbered_elements(elements);
    } else if (at(Kind::name)) {
      elements.push_back(take_word());
    } else {
      missing_operand("elements have names, which begin with a letter");
    }
  } while (accept(Kind::comma));
}

void VensimParser::parse_numbered_elements(std::vector<Word>& elements) {
  const std::size_t opening = next_;
  advance();
  const std::size_t first = next_;
  const bool form = at(Kind::name) && token(1).kind == Kind::minus && token(2).kind == Kind::name;
  if (!form) {
    unexpected("write (A1-A3) for A1, A2, A3");
    skip_to_restart();
    expect_closing(Kind::right_parenthesis, opening);
    return;
  }
  const Word from = take_word();
  advance();
  const Word to = take_word();
  const base::Span span = span_from(first);
  expect_closing(Kind::right_parenthesis, opening);
  const auto low = split(from.text);
  const auto high = split(to.text);
  if (!low || !high || base::fold_name(low->stem) != base::fold_name(high->stem) ||
      low->number > high->number) {
    error(Code::bad_value, span,
          fmt::format("\"{} - {}\" for a series of elements", from.text, to.text),
          "write (A1-A3) for A1, A2, A3");
    return;
  }
  const std::size_t count = high->number - low->number + 1;
  if (count > elements_left_) {
    error(Code::array_too_large, span,
          fmt::format("the ranges of this file have more than {} elements", kMaxVensimElements));
    return;
  }
  elements_left_ -= count;
  for (std::size_t number = low->number; number <= high->number; ++number) {
    // As wide as the first one: A01, A02 (unverified).
    elements.push_back({fmt::format("{}{:0{}}", low->stem, number, low->digits.size()), from.span});
  }
}

void VensimParser::parse_mappings(DimensionDecl& dimension) {
  do {
    Mapping mapping;
    const std::size_t opening = next_;
    const bool explicit_elements = accept(Kind::left_parenthesis);
    if (!at(Kind::name)) {
      missing_operand("write the name of the range that is mapped to");
      continue;
    }
    mapping.target = take_word();
    if (explicit_elements) {
      if (accept(Kind::colon)) {
        parse_elements(mapping.elements);
      }
      expect_closing(Kind::right_parenthesis, opening);
    }
    dimension.mappings.push_back(std::move(mapping));
  } while (accept(Kind::comma));
}

}  // namespace shamal::syntax
