#include "api/report/diagram.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/report/text.h"

namespace shamal::api::report {

using syntax::Diagram;
using syntax::DiagramLine;
using syntax::DiagramShape;
using Kind = DiagramShape::Kind;

namespace {

constexpr double kStockWidth = 90;
constexpr double kStockHeight = 40;
constexpr double kCharacter = 6.1;  // width of one, at the size of the style sheet
constexpr std::size_t kLine = 18;   // characters of a name before it is broken

std::vector<std::string> broken(const std::string& name, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t begin = 0;
  while (begin < name.size()) {
    const std::size_t end = std::min(name.find(' ', begin), name.size());
    const std::string word = name.substr(begin, end - begin);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return lines;
}

struct Box {
  double left = 1e300;
  double top = 1e300;
  double right = -1e300;
  double bottom = -1e300;

  void add(double x, double y, double dx, double dy) {
    left = std::min(left, x - dx);
    right = std::max(right, x + dx);
    top = std::min(top, y - dy);
    bottom = std::max(bottom, y + dy);
  }
};

class Drawer {
 public:
  explicit Drawer(const std::function<DiagramTarget(const std::string&)>& find) : find_(find) {}

  std::string draw(const Diagram& diagram) {
    for (const DiagramShape& shape : diagram.shapes) {
      if (is_box(shape)) {
        boxes_[{std::lround(shape.x), std::lround(shape.y)}] = half_size(shape);
      }
    }
    for (const DiagramLine& line : diagram.lines) {
      draw_line(line);
    }
    for (const DiagramShape& shape : diagram.shapes) {
      draw_shape(shape);
    }
    if (!(box_.right > box_.left)) {
      return "";
    }
    const double margin = 12;
    const double width = box_.right - box_.left + 2 * margin;
    const double height = box_.bottom - box_.top + 2 * margin;
    return fmt::format(
        "<svg class=\"diagram\" viewBox=\"{:.0f} {:.0f} {:.0f} {:.0f}\" width=\"{:.0f}\" "
        "height=\"{:.0f}\" role=\"img\" aria-label=\"{}\">{}</svg>",
        box_.left - margin, box_.top - margin, width, height, width, height,
        escape(diagram.title.empty() ? "Diagram" : diagram.title), lines_ + shapes_);
  }

 private:
  void draw_line(const DiagramLine& line) {
    std::string path;
    for (const auto& [x, y] : line.points) {
      box_.add(x, y, 4, 4);
    }
    const auto& points = line.points;
    if (line.curved && points.size() == 3) {
      // The middle one lies on the curve: the control point stands twice as far off.
      const double cx = 2 * points[1].first - (points[0].first + points[2].first) / 2;
      const double cy = 2 * points[1].second - (points[0].second + points[2].second) / 2;
      path = fmt::format("M{:.0f},{:.0f}Q{:.0f},{:.0f} {:.0f},{:.0f}", points[0].first,
                         points[0].second, cx, cy, points[2].first, points[2].second);
    } else {
      for (const auto& [x, y] : points) {
        path += fmt::format("{}{:.0f},{:.0f}", path.empty() ? "M" : "L", x, y);
      }
    }
    if (line.pipe) {
      lines_ +=
          fmt::format("<path class=\"pipe\" d=\"{}\"/><path class=\"bore\" d=\"{}\"/>", path, path);
      return;
    }
    lines_ += fmt::format("<path class=\"arrow\" d=\"{}\"/>", path);
    draw_head(line);
  }

  bool is_box(const DiagramShape& shape) const {
    return shape.kind == Kind::stock || shape.kind == Kind::module ||
           (shape.kind == Kind::auxiliary && !shape.name.empty() && find_(shape.name).stock);
  }

  static std::pair<double, double> half_size(const DiagramShape& shape) {
    return {(shape.width > 0 ? shape.width : kStockWidth) / 2,
            (shape.height > 0 ? shape.height : kStockHeight) / 2};
  }

  // The head of an arrow stands off the middle of what it points to: at the edge of a box.
  void draw_head(const DiagramLine& line) {
    const auto& points = line.points;
    const auto& tip = points.back();
    const auto& before = points[points.size() - 2];
    const double dx = tip.first - before.first;
    const double dy = tip.second - before.second;
    const double length = std::hypot(dx, dy);
    if (length < 1) {
      return;
    }
    double back = std::min(14.0, length / 3);
    const auto box = boxes_.find({std::lround(tip.first), std::lround(tip.second)});
    if (box != boxes_.end()) {
      const auto [half_width, half_height] = box->second;
      back = std::min({half_width * length / std::max(std::abs(dx), 1e-9),
                       half_height * length / std::max(std::abs(dy), 1e-9), 0.8 * length});
    }
    const double x = tip.first - dx / length * back;
    const double y = tip.second - dy / length * back;
    const double angle = std::atan2(dy, dx) * 180 / 3.141592653589793;
    lines_ += fmt::format(
        "<path class=\"head\" transform=\"translate({:.0f},{:.0f})rotate({:.0f})\" "
        "d=\"M0,0L-7,3L-7,-3z\"/>",
        x, y, angle);
  }

  void draw_shape(const DiagramShape& shape) {
    const DiagramTarget target = shape.name.empty() ? DiagramTarget{} : find_(shape.name);
    std::string drawn;
    const bool box = is_box(shape);
    double text_y = shape.y;
    if (box) {
      const double width = 2 * half_size(shape).first;
      const double height = 2 * half_size(shape).second;
      drawn += fmt::format(
          "<rect class=\"{}\" x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\"/>",
          shape.kind == Kind::module ? "module" : "stock", shape.x - width / 2,
          shape.y - height / 2, width, height);
      box_.add(shape.x, shape.y, width / 2, height / 2);
    } else if (shape.kind == Kind::flow) {
      drawn += fmt::format("<path class=\"valve\" d=\"M{0:.0f},{1:.0f}l14,0l-14,12l14,0z\"/>",
                           shape.x - 7, shape.y - 6);
      box_.add(shape.x, shape.y, 9, 9);
      text_y = shape.y + 20;
    } else if (shape.kind == Kind::cloud) {
      drawn += fmt::format("<circle class=\"cloud\" cx=\"{:.0f}\" cy=\"{:.0f}\" r=\"9\"/>", shape.x,
                           shape.y);
      box_.add(shape.x, shape.y, 10, 10);
    }
    if (!shape.name.empty()) {
      drawn += label(shape, text_y);
    }
    if (!target.link.empty()) {
      drawn = fmt::format("<a href=\"#{}\">{}</a>", target.link, drawn);
    }
    shapes_ += drawn;
  }

  std::string label(const DiagramShape& shape, double y) {
    const bool wide = shape.kind == Kind::text && shape.width > 0;
    const auto lines =
        broken(shape.name,
               wide ? static_cast<std::size_t>(std::max(10.0, shape.width / kCharacter)) : kLine);
    const double first = y - 6.5 * static_cast<double>(lines.size() - 1);
    std::string text = fmt::format("<text{} x=\"{:.0f}\" y=\"{:.0f}\">",
                                   shape.kind == Kind::ghost  ? " class=\"ghost\""
                                   : shape.kind == Kind::text ? " class=\"note\""
                                                              : "",
                                   shape.x, first);
    std::size_t longest = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      longest = std::max(longest, lines[i].size());
      text += i == 0 ? escape(lines[i])
                     : fmt::format("<tspan x=\"{:.0f}\" dy=\"13\">{}</tspan>", shape.x,
                                   escape(lines[i]));
    }
    box_.add(shape.x, y, kCharacter / 2 * static_cast<double>(longest),
             7 * static_cast<double>(lines.size()));
    return text + "</text>";
  }

  const std::function<DiagramTarget(const std::string&)>& find_;
  std::map<std::pair<long, long>, std::pair<double, double>> boxes_;  // by place: half their size
  std::string lines_;
  std::string shapes_;
  Box box_;
};

}  // namespace

std::string draw_diagram(const Diagram& diagram,
                         const std::function<DiagramTarget(const std::string&)>& find) {
  return Drawer(find).draw(diagram);
}

}  // namespace shamal::api::report
