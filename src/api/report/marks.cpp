#include "api/report/marks.h"

#include <array>

#include <fmt/format.h>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

// The outline of a shape around a point; all have about the area of the circle.
std::string outline(std::size_t shape, double x, double y, double r) {
  const auto at = [&](double dx, double dy) {
    return pixels(x + dx * r) + " " + pixels(y + dy * r);
  };
  switch (shape % 6) {
    case 1:
      return "M" + at(-0.9, -0.9) + "H" + pixels(x + 0.9 * r) + "V" + pixels(y + 0.9 * r) + "H" +
             pixels(x - 0.9 * r) + "Z";
    case 2:
      return "M" + at(0, -1.25) + "L" + at(1.15, 0.8) + "L" + at(-1.15, 0.8) + "Z";
    case 3:
      return "M" + at(0, -1.3) + "L" + at(1.2, 0) + "L" + at(0, 1.3) + "L" + at(-1.2, 0) + "Z";
    case 4:
      return "M" + at(0, 1.25) + "L" + at(1.15, -0.8) + "L" + at(-1.15, -0.8) + "Z";
    default:
      return "M" + at(-1, -1) + "L" + at(1, 1) + "M" + at(1, -1) + "L" + at(-1, 1);
  }
}

}  // namespace

std::string ink_class(std::size_t ink) { return fmt::format("ink-{}", ink % kInks); }

std::string_view dash_array(std::size_t dash) {
  constexpr std::array<std::string_view, 4> kDashes = {"", "7 3.5", "2 3", "9 3 2 3"};
  return kDashes[dash % kDashes.size()];
}

std::string mark_svg(const MarkStyle& style, double x, double y, double radius,
                     std::string_view title) {
  const std::string classes =
      fmt::format("mark {}{}", ink_class(style.ink), style.filled ? "" : " hollow");
  const std::string content =
      title.empty() ? std::string() : fmt::format("<title>{}</title>", escape(title));
  std::string element;
  if (style.shape % 6 == 0) {
    element = fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"", classes, pixels(x),
                          pixels(y), pixels(radius));
    return content.empty() ? element + "/>" : element + ">" + content + "</circle>";
  }
  element = fmt::format("<path class=\"{}\" d=\"{}\"", classes, outline(style.shape, x, y, radius));
  return content.empty() ? element + "/>" : element + ">" + content + "</path>";
}

std::string mark_sample(const MarkStyle& style) {
  return "<svg class=\"sample\" width=\"14\" height=\"12\" viewBox=\"0 0 14 12\" "
         "aria-hidden=\"true\">" +
         mark_svg(style, 7, 6, 4, "") + "</svg>";
}

std::string line_sample(const LineStyle& style) {
  const std::string_view dash = dash_array(style.dash);
  return fmt::format(
      "<svg class=\"sample\" width=\"26\" height=\"12\" viewBox=\"0 0 26 12\" aria-hidden=\"true\">"
      "<path class=\"curve {}\" d=\"M1 6H25\"{}/></svg>",
      ink_class(style.ink),
      dash.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", dash));
}

}  // namespace shamal::api::report
