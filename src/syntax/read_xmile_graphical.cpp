// Graphical functions (XMILE 1.0, 3.1.4 and 4.1.3).
//
// Where points and a scale for x are both given, which the standard forbids and many tools write,
// the points count.
#include <limits>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/numbers.h"
#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

namespace {

std::string shown(std::string_view owner) {
  return fmt::format("\"{}\"", base::display_name(owner));
}

}  // namespace

// The numbers of <xpts> or <ypts>. Blanks around them do not matter, nor does a separator at the
// end.
std::optional<std::vector<double>> XmileReader::read_points(pugi::xml_node node,
                                                            std::string_view owner) {
  const base::LocatedText text = xml_.text(node);
  const std::string given = xml_.value(node.attribute("sep")).text;
  const char separator = given.empty() ? ',' : given[0];
  const bool blank = is_blank(separator);
  std::vector<double> points;
  for (std::size_t begin = 0; begin <= text.text.size();) {
    std::size_t end =
        blank ? text.text.find_first_of(" \t\n", begin) : text.text.find(separator, begin);
    end = std::min(end, text.text.size());
    const base::LocatedText part = trimmed(slice(text, begin, end));
    const bool last = end == text.text.size();
    begin = end + 1;
    if (part.text.empty() && (blank || last)) {
      continue;
    }
    const auto value =
        std::string_view(node.name()) == "ypts" && base::fold_name(part.text) == "nan"
            ? std::optional(std::numeric_limits<double>::quiet_NaN())
            : read_number(part.text);
    if (!value) {
      const bool other = given.empty() && part.text.find_first_of(" ;\t\n") != std::string::npos;
      error(Code::bad_value, part.text.empty() ? text.span() : part.span(),
            fmt::format("\"{}\" for a point of {}", part.text, shown(owner)),
            other ? "separate numbers with commas, or name the separator: sep=\";\"" : "");
      return std::nullopt;
    }
    points.push_back(*value);
  }
  return points;
}

// x points at equal distances over the scale. The product comes before the quotient, so that points
// which are whole numbers are so exactly: a discrete function steps at its point, not a rounding
// past it.
bool XmileReader::spread_over_scale(pugi::xml_node node, GraphicalFunction& gf,
                                    std::string_view owner) {
  const pugi::xml_node scale = node.child("xscale");
  if (!scale) {
    error(Code::bad_graphical_function, xml_.span(node),
          fmt::format("{} has neither xscale nor xpts", shown(owner)));
    return false;
  }
  gf.x_scale = read_bounds(scale);
  if (!gf.x_scale || !(gf.x_scale->first < gf.x_scale->second)) {
    error(Code::bad_graphical_function, xml_.span(scale),
          fmt::format("the x scale of {} is no range", shown(owner)),
          "write <xscale min=\"…\" max=\"…\"/> with min below max");
    return false;
  }
  const auto [min, max] = *gf.x_scale;
  const std::size_t count = gf.y.size();
  for (std::size_t i = 0; i < count; ++i) {
    const double last = count > 1 ? static_cast<double>(count - 1) : 1.0;
    gf.x.push_back(i + 1 == count && count > 1 ? max
                                               : min + (max - min) * static_cast<double>(i) / last);
  }
  return true;
}

bool XmileReader::check_points(pugi::xml_node node, const GraphicalFunction& gf,
                               std::string_view owner) {
  if (gf.x.size() != gf.y.size()) {
    error(
        Code::bad_graphical_function, xml_.span(node.child("xpts")),
        fmt::format("{} has {} x points and {} y points", shown(owner), gf.x.size(), gf.y.size()));
    return false;
  }
  for (std::size_t i = 1; i < gf.x.size(); ++i) {
    if (!(gf.x[i - 1] <= gf.x[i])) {
      error(Code::bad_graphical_function, xml_.span(node.child("xpts")),
            fmt::format("the x points of {} do not ascend: {} comes before {}", shown(owner),
                        write_number(gf.x[i - 1]), write_number(gf.x[i])));
      return false;
    }
  }
  const std::size_t count = gf.y.size();
  if (gf.kind == GraphicalKind::discrete && count > 1 && gf.y[count - 2] != gf.y[count - 1]) {
    diagnostics_.add(Code::discrete_end, xml_.span(node.child("ypts")),
                     fmt::format("in {}", shown(owner)));
  }
  return true;
}

bool XmileReader::read_all_points(pugi::xml_node node, GraphicalFunction& gf,
                                  std::string_view owner) {
  const pugi::xml_node x_points = node.child("xpts");
  const pugi::xml_node y_points = node.child("ypts");
  auto y = y_points ? read_points(y_points, owner) : std::vector<double>();
  auto x = x_points ? read_points(x_points, owner) : std::vector<double>();
  if (!x || !y) {
    return false;
  }
  gf.y = std::move(*y);
  gf.x = std::move(*x);
  if (gf.y.empty()) {
    error(Code::bad_graphical_function, xml_.span(y_points ? y_points : node),
          fmt::format("{} has no y points", shown(owner)));
    return false;
  }
  return (!gf.x.empty() || spread_over_scale(node, gf, owner)) && check_points(node, gf, owner);
}

GraphicalFunction XmileReader::read_graphical(pugi::xml_node node, std::string_view owner) {
  GraphicalFunction gf;
  gf.span = xml_.span(node);
  const Word type = attribute_word(node, "type");
  const std::string kind = ascii_lower(type.text);
  if (kind == "discrete" || ascii_lower(attribute_word(node, "discrete").text) == "true") {
    gf.kind = GraphicalKind::discrete;
  } else if (kind == "extrapolate") {
    gf.kind = GraphicalKind::extrapolate;
  } else if (!kind.empty() && kind != "continuous") {
    error(Code::bad_value, type.span,
          fmt::format("\"{}\" for the type of a graphical function", type.text),
          "write continuous, extrapolate or discrete");
  }
  gf.y_scale = read_bounds(node.child("yscale"));
  if (!read_all_points(node, gf, owner)) {
    // As for equations: something for later stages to go on with.
    gf.x = {0};
    gf.y = {0};
    gf.x_scale.reset();
  }
  return gf;
}

}  // namespace shamal::syntax
