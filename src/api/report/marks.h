// What tells one series from another: ink, shape and dash, together, so that a page printed in grey
// reads as well as one on a screen.
//
// Inks are classes of the style sheet (ink-0 …), from the palette of Okabe and Ito without its pale
// colours; all of them have a contrast of at least 3 to 1 against the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shamal::api::report {

inline constexpr std::size_t kInks = 5;

// A series of points: hollow marks are shown and not scored.
struct MarkStyle {
  std::size_t ink = 1;
  std::size_t shape = 0;  // circle, square, triangle, diamond, inverted triangle, cross
  bool filled = true;
};

struct LineStyle {
  std::size_t ink = 0;
  std::size_t dash = 0;  // solid, dashed, dotted, dash-dot
};

// One mark; `title` is what a pointer resting on it says, and may be empty.
std::string mark_svg(const MarkStyle& style, double x, double y, double radius,
                     std::string_view title);

// Small drawings for legends.
std::string mark_sample(const MarkStyle& style);
std::string line_sample(const LineStyle& style);

std::string ink_class(std::size_t ink);
std::string_view dash_array(std::size_t dash);  // empty for a solid line

}  // namespace shamal::api::report
