// XMILE 1.0, chapter 5 (views, 5.1; shapes with x and y, 6.1): the x and y of a stock with width
// and height are its corner, of a symbol without them its middle. Vensim's sketch is documented
// nowhere; the fields used here are those that the public models agree in:
//
//   *name of the view
//   10,id,name,x,y,half width,half height,shape,…   a variable; shape 3 is a box, 8 plain
//   11,id,…,x,y,…                                   a valve
//   12,id,text,x,y,half width,half height,…         a comment; the text 48 is a cloud
//   1,id,from,to,a,b,c,thickness,…,1|(x,y)|         an arrow; from or to a valve and a = 4, 100 or
//                                                   another sign of a pipe: thickness 22
#include "syntax/diagram.h"

#include <cmath>
#include <map>
#include <optional>

#include <pugixml.hpp>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/names.h"
#include "syntax/numbers.h"
#include "syntax/parsed_model.h"

namespace shamal::syntax {

namespace {

using Kind = DiagramShape::Kind;
using Point = std::pair<double, double>;

constexpr std::size_t kMaxShapes = 20'000;  // of a hostile file

// --- XMILE --------------------------------------------------------------------------------------

std::string shown(const char* name) { return base::display_name(read_plain_name(name)); }

// The middle of an arrow that leaves its beginning at an angle (degrees, counter-clockwise).
std::optional<Point> bow(const Point& from, const Point& to, double angle) {
  const double dx = to.first - from.first;
  const double dy = to.second - from.second;
  const double straight = std::atan2(-dy, dx);
  double turn = angle * 3.141592653589793 / 180 - straight;
  turn = std::remainder(turn, 2 * 3.141592653589793);
  const double length = std::hypot(dx, dy);
  if (std::abs(turn) < 0.05 || std::abs(turn) > 1.5 || length == 0) {
    return std::nullopt;
  }
  // The sagitta of the arc whose tangent at its beginning turns off by `turn`.
  const double sag = length / 2 * std::tan(turn / 2);
  return Point((from.first + to.first) / 2 + dy / length * sag,
               (from.second + to.second) / 2 - dx / length * sag);
}

class XmileView {
 public:
  Diagram read(pugi::xml_node view) {
    diagram_.title = view.attribute("name").as_string();
    for (const pugi::xml_node node : view.children()) {
      if (diagram_.shapes.size() < kMaxShapes) {
        read_shape(node);
      }
    }
    for (const pugi::xml_node node : view.children("connector")) {
      DiagramLine line;
      line.from = end_of(node.child("from"));
      line.to = end_of(node.child("to"));
      if (line.from == kNoShape || line.to == kNoShape) {
        continue;
      }
      const Point from = place(line.from);
      const Point to = place(line.to);
      line.points = {from, to};
      if (node.attribute("angle")) {
        if (const auto middle = bow(from, to, node.attribute("angle").as_double())) {
          line.points = {from, *middle, to};
          line.curved = true;
        }
      }
      diagram_.lines.push_back(std::move(line));
    }
    return std::move(diagram_);
  }

 private:
  void read_shape(pugi::xml_node node) {
    static const std::map<std::string_view, Kind> kKinds = {
        {"stock", Kind::stock},  {"flow", Kind::flow},   {"aux", Kind::auxiliary},
        {"gf", Kind::auxiliary}, {"alias", Kind::ghost}, {"module", Kind::module},
        {"text_box", Kind::text}};
    const std::string_view tag = node.name();
    const auto kind = kKinds.find(tag);
    if (kind == kKinds.end() || !node.attribute("x")) {
      return;
    }
    DiagramShape shape;
    shape.kind = kind->second;
    shape.name = shape.kind == Kind::ghost  ? shown(node.child_value("of"))
                 : shape.kind == Kind::text ? std::string(trimmed(node.child_value()))
                                            : shown(node.attribute("name").as_string());
    shape.x = node.attribute("x").as_double();
    shape.y = node.attribute("y").as_double();
    shape.width = node.attribute("width").as_double();
    shape.height = node.attribute("height").as_double();
    const bool corner = shape.width > 0 && (shape.kind == Kind::stock ||
                                            shape.kind == Kind::module || shape.kind == Kind::text);
    if (corner) {
      shape.x += shape.width / 2;
      shape.y += shape.height / 2;
    }
    const std::size_t place = diagram_.shapes.size();
    if (shape.kind == Kind::ghost) {
      ghosts_[node.attribute("uid").as_string()] = place;
    } else if (shape.kind != Kind::text) {
      places_[base::fold_name(shape.name)] = place;
    }
    if (shape.kind == Kind::flow) {
      DiagramLine pipe;
      pipe.pipe = true;
      pipe.from = place;
      for (const pugi::xml_node point : node.child("pts").children("pt")) {
        pipe.points.emplace_back(point.attribute("x").as_double(),
                                 point.attribute("y").as_double());
      }
      if (pipe.points.size() > 1) {
        diagram_.lines.push_back(std::move(pipe));
      }
    }
    diagram_.shapes.push_back(std::move(shape));
  }

  std::size_t end_of(pugi::xml_node end) const {
    if (const pugi::xml_node alias = end.child("alias")) {
      const auto found = ghosts_.find(alias.attribute("uid").as_string());
      return found == ghosts_.end() ? kNoShape : found->second;
    }
    const auto found = places_.find(base::fold_name(shown(end.child_value())));
    return found == places_.end() ? kNoShape : found->second;
  }

  Point place(std::size_t shape) const {
    return {diagram_.shapes[shape].x, diagram_.shapes[shape].y};
  }

  Diagram diagram_;
  std::map<std::string, std::size_t> places_;
  std::map<std::string, std::size_t> ghosts_;
};

std::vector<Diagram> read_xmile_views(std::string_view views) {
  pugi::xml_document document;
  const std::string text(views);
  if (!document.load_string(text.c_str())) {
    return {};
  }
  std::vector<Diagram> diagrams;
  const pugi::xml_node root = document.document_element();
  const auto add = [&](pugi::xml_node view) {
    const std::string_view type = view.attribute("type").as_string();
    if (type.empty() || type == "stock_flow") {
      diagrams.push_back(XmileView().read(view));
    }
  };
  if (std::string_view(root.name()) == "view") {
    add(root);
  }
  for (const pugi::xml_node view : root.children("view")) {
    add(view);
  }
  return diagrams;
}

// --- Vensim -------------------------------------------------------------------------------------

// The fields of a line; one between quotation marks may hold commas.
std::vector<std::string> fields(std::string_view line) {
  std::vector<std::string> result(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && (quoted || result.back().empty())) {
      quoted = !quoted;
    } else if (c == '\\' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      result.back() += line[++i];
    } else if (c == ',' && !quoted) {
      result.emplace_back();
    } else {
      result.back() += c;
    }
  }
  return result;
}

class VensimSketch {
 public:
  std::vector<Diagram> read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      read_line(trimmed(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    finish();
    return std::move(diagrams_);
  }

 private:
  struct Arrow {
    std::string from;
    std::string to;
    bool pipe = false;
    bool upstream = false;
    std::optional<Point> middle;
  };

  static double number(const std::vector<std::string>& parts, std::size_t at) {
    return at < parts.size() ? read_number(parts[at]).value_or(0) : 0;
  }

  void read_line(std::string_view line) {
    if (line.starts_with('*')) {
      finish();
      open_ = true;
      diagram_.title = std::string(line.substr(1));
      return;
    }
    // A comment's text stands on the line behind it.
    if (comment_) {
      comment_ = false;
      diagram_.shapes.back().name = std::string(line);
      return;
    }
    if (!open_ || diagram_.shapes.size() >= kMaxShapes) {
      return;
    }
    const std::vector<std::string> parts = fields(line);
    if (parts[0] == "1" && parts.size() > 7) {
      Arrow arrow{parts[2], parts[3], parts[7] == "22", parts[4] == "100", std::nullopt};
      const std::size_t open = line.rfind("|(");
      const std::size_t comma = line.find(',', std::min(open, line.size()));
      const std::size_t close = line.find(')', std::min(comma, line.size()));
      if (close != std::string_view::npos) {
        const auto x = read_number(line.substr(open + 2, comma - open - 2));
        const auto y = read_number(line.substr(comma + 1, close - comma - 1));
        if (x && y && (*x != 0 || *y != 0)) {
          arrow.middle = Point(*x, *y);
        }
      }
      arrows_.push_back(std::move(arrow));
      return;
    }
    if ((parts[0] != "10" && parts[0] != "11" && parts[0] != "12") || parts.size() < 9) {
      return;
    }
    DiagramShape shape;
    shape.x = number(parts, 3);
    shape.y = number(parts, 4);
    shape.width = 2 * number(parts, 5);
    shape.height = 2 * number(parts, 6);
    const auto form = static_cast<int>(number(parts, 7));
    const auto bits = static_cast<int>(number(parts, 8));
    // The name of a flow stands behind its valve.
    if (parts[0] == "10" && (form & 32) != 0 && !diagram_.shapes.empty() &&
        diagram_.shapes.back().kind == Kind::flow && diagram_.shapes.back().name.empty()) {
      diagram_.shapes.back().name = base::display_name(parts[2]);
      places_[parts[1]] = diagram_.shapes.size() - 1;
      return;
    }
    places_[parts[1]] = diagram_.shapes.size();
    if (parts[0] == "11") {
      shape.kind = Kind::flow;
      shape.width = 0;
    } else if (parts[0] == "12") {
      const bool cloud = parts[2] == "48";
      shape.kind = cloud ? Kind::cloud : Kind::text;
      shape.name = cloud || parts[2] == "0" ? "" : parts[2];
      comment_ = !cloud && (bits & 4) != 0;
    } else {
      shape.name = base::display_name(parts[2]);
      shape.kind = (form & 3) == 3 && form < 8 ? Kind::stock : Kind::auxiliary;
      // A shadow: the variable stands elsewhere.
      if ((bits & 1) == 0) {
        shape.kind = Kind::ghost;
      }
    }
    diagram_.shapes.push_back(std::move(shape));
  }

  void finish() {
    for (const Arrow& arrow : arrows_) {
      const auto from = places_.find(arrow.from);
      const auto to = places_.find(arrow.to);
      if (from == places_.end() || to == places_.end()) {
        continue;
      }
      DiagramLine line;
      line.pipe = arrow.pipe;
      line.upstream = arrow.upstream;
      line.from = from->second;
      line.to = to->second;
      const DiagramShape& begin = diagram_.shapes[line.from];
      const DiagramShape& end = diagram_.shapes[line.to];
      line.points.emplace_back(begin.x, begin.y);
      if (arrow.middle && !arrow.pipe) {
        line.points.push_back(*arrow.middle);
        line.curved = true;
      }
      line.points.emplace_back(end.x, end.y);
      diagram_.lines.push_back(std::move(line));
    }
    if (open_ && !diagram_.shapes.empty()) {
      diagrams_.push_back(std::move(diagram_));
    }
    diagram_ = {};
    arrows_.clear();
    places_.clear();
    open_ = false;
    comment_ = false;
  }

  std::vector<Diagram> diagrams_;
  Diagram diagram_;
  std::vector<Arrow> arrows_;
  std::map<std::string, std::size_t> places_;
  bool open_ = false;
  bool comment_ = false;
};

}  // namespace

std::vector<Diagram> read_diagrams(std::string_view views) {
  if (views.starts_with(kVensimSketch)) {
    return VensimSketch().read(views);
  }
  return views.empty() ? std::vector<Diagram>{} : read_xmile_views(views);
}

}  // namespace shamal::syntax
