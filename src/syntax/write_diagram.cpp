// Diagrams as Vensim's sketch and as XMILE's views: what stands where, in the plainest form that
// both programs' files have in common. See diagram.cpp for the fields of a sketch.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "syntax/diagram.h"
#include "syntax/names.h"
#include "syntax/parsed_model.h"
#include "syntax/print_vensim.h"
#include "syntax/xml_writer.h"

namespace shamal::syntax {

namespace {

using Kind = DiagramShape::Kind;
using Point = std::pair<double, double>;

bool is_drawn(const DiagramShape& shape) {
  return !shape.name.empty() || shape.kind == Kind::cloud;
}

// The stock or cloud at the end of a pipe, or kNoShape.
std::size_t shape_at(const Diagram& diagram, const Point& point) {
  for (std::size_t i = 0; i < diagram.shapes.size(); ++i) {
    const DiagramShape& shape = diagram.shapes[i];
    const bool box = shape.kind == Kind::stock;
    const double dx = box ? (shape.width > 0 ? shape.width : 90) / 2 + 8 : 12;
    const double dy = box ? (shape.height > 0 ? shape.height : 40) / 2 + 8 : 12;
    if ((box || shape.kind == Kind::cloud) && is_drawn(shape) &&
        std::abs(shape.x - point.first) <= dx && std::abs(shape.y - point.second) <= dy) {
      return i;
    }
  }
  return kNoShape;
}

// The ends of each flow's pipe: of the source first.
std::map<std::size_t, std::pair<Point, Point>> pipes(const Diagram& diagram) {
  std::map<std::size_t, std::pair<Point, Point>> ends;
  for (const DiagramLine& line : diagram.lines) {
    if (!line.pipe || line.from == kNoShape || line.points.size() < 2) {
      continue;
    }
    const DiagramShape& flow = diagram.shapes[line.from];
    const Point middle(flow.x, flow.y);
    if (line.to == kNoShape) {
      ends[line.from] = {line.points.front(), line.points.back()};
      continue;
    }
    auto& both = ends.try_emplace(line.from, middle, middle).first->second;
    (line.upstream ? both.first : both.second) = line.points.back();
  }
  return ends;
}

class Sketch {
 public:
  explicit Sketch(const Diagram& diagram) : diagram_(diagram) {}

  std::string write(const std::string& title) {
    out_ = fmt::format(
        "{} Sketch information - do not modify anything except names\n"
        "V300  Do not put anything below this section - it will be ignored\n*{}\n"
        "$192-192-192,0,Arial|10||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0\n",
        kVensimSketch, title);
    for (std::size_t i = 0; i < diagram_.shapes.size(); ++i) {
      if (is_drawn(diagram_.shapes[i])) {
        write_shape(i);
      }
    }
    for (const auto& [flow, ends] : pipes(diagram_)) {
      if (ids_.contains(flow)) {
        write_pipe(ids_[flow], ends.second, 4);
        write_pipe(ids_[flow], ends.first, 100);
      }
    }
    for (const DiagramLine& line : diagram_.lines) {
      if (!line.pipe && ids_.contains(line.from) && ids_.contains(line.to)) {
        const Point middle = line.curved ? line.points[1] : Point(0, 0);
        out_ += fmt::format("1,{},{},{},{},0,0,0,0,64,0,-1--1--1,,1|({:.0f},{:.0f})|\n", ++id_,
                            ids_[line.from], ids_[line.to], line.curved ? 1 : 0, middle.first,
                            middle.second);
      }
    }
    return std::move(out_);
  }

 private:
  void variable(const DiagramShape& shape, double y, int form, int bits) {
    const double width = std::clamp(3.0 * static_cast<double>(shape.name.size()), 20.0, 60.0);
    out_ += fmt::format("10,{},{},{:.0f},{:.0f},{:.0f},{},{},{},0,0,0,0,0,0\n", id_,
                        write_vensim_name(shape.name), shape.x, y, form == 3 ? 40 : width,
                        form == 3 ? 20 : 11, form, bits);
  }

  void write_shape(std::size_t place) {
    const DiagramShape& shape = diagram_.shapes[place];
    ids_[place] = ++id_;
    switch (shape.kind) {
      case Kind::stock:
        variable(shape, shape.y, 3, 3);
        return;
      case Kind::flow:
        out_ += fmt::format("11,{},48,{:.0f},{:.0f},6,8,34,3,0,0,1,0,0,0\n", id_, shape.x, shape.y);
        ++id_;
        variable(shape, shape.y + 19, 40, 3);
        return;
      case Kind::ghost:
        variable(shape, shape.y, 8, 2);
        return;
      case Kind::cloud:
        out_ +=
            fmt::format("12,{},48,{:.0f},{:.0f},10,8,0,3,0,0,-1,0,0,0\n", id_, shape.x, shape.y);
        return;
      case Kind::text: {
        std::string line = shape.name;
        std::replace(line.begin(), line.end(), '\n', ' ');
        out_ += fmt::format("12,{},0,{:.0f},{:.0f},{:.0f},{:.0f},8,4,0,0,-1,0,0,0\n{}\n", id_,
                            shape.x, shape.y, std::max(20.0, shape.width / 2),
                            std::max(10.0, shape.height / 2), line);
        return;
      }
      case Kind::auxiliary:
      case Kind::module:
        variable(shape, shape.y, 8, 3);
        return;
    }
  }

  void write_pipe(std::size_t valve, const Point& end, int way) {
    const std::size_t shape = shape_at(diagram_, end);
    std::size_t id = 0;
    if (shape != kNoShape) {
      id = ids_[shape];
    } else {
      id = ++id_;
      out_ +=
          fmt::format("12,{},48,{:.0f},{:.0f},10,8,0,3,0,0,-1,0,0,0\n", id, end.first, end.second);
    }
    out_ += fmt::format("1,{},{},{},{},0,0,22,0,0,0,-1--1--1,,1|({:.0f},{:.0f})|\n", ++id_, valve,
                        id, way, end.first, end.second);
  }

  const Diagram& diagram_;
  std::string out_;
  std::size_t id_ = 0;
  std::map<std::size_t, std::size_t> ids_;  // by shape; of a flow its valve's
};

std::string pixels(double value) { return fmt::format("{:.0f}", value); }

void write_view(const Diagram& diagram, XmlWriter& xml) {
  XmlWriter::Attributes attributes = {{"type", "stock_flow"}};
  if (!diagram.title.empty()) {
    attributes.emplace_back("name", diagram.title);
  }
  xml.open("view", attributes);
  const auto ends = pipes(diagram);
  std::map<std::size_t, std::string> uids;
  for (std::size_t i = 0; i < diagram.shapes.size(); ++i) {
    const DiagramShape& shape = diagram.shapes[i];
    const XmlWriter::Attributes place = {{"x", pixels(shape.x)}, {"y", pixels(shape.y)}};
    XmlWriter::Attributes named = {{"name", write_plain_name(shape.name)}};
    named.insert(named.end(), place.begin(), place.end());
    if (!is_drawn(shape)) {
      continue;
    }
    switch (shape.kind) {
      case Kind::stock:
        xml.element("stock", named);
        break;
      case Kind::flow: {
        xml.open("flow", named);
        const auto pipe = ends.find(i);
        if (pipe != ends.end()) {
          xml.open("pts");
          for (const Point& point : {pipe->second.first, pipe->second.second}) {
            xml.element("pt", {{"x", pixels(point.first)}, {"y", pixels(point.second)}});
          }
          xml.close();
        }
        xml.close();
        break;
      }
      case Kind::ghost: {
        uids[i] = fmt::format("{}", i + 1);
        XmlWriter::Attributes alias = place;
        alias.emplace_back("uid", uids[i]);
        xml.open("alias", alias);
        xml.element("of", write_name(shape.name));
        xml.close();
        break;
      }
      case Kind::text:
        xml.element("text_box", place, shape.name);
        break;
      case Kind::auxiliary:
        xml.element("aux", named);
        break;
      case Kind::cloud:
      case Kind::module:
        break;
    }
  }
  for (const DiagramLine& line : diagram.lines) {
    if (line.pipe || line.from == kNoShape || line.to == kNoShape ||
        diagram.shapes[line.from].name.empty() || diagram.shapes[line.to].name.empty() ||
        uids.contains(line.to)) {
      continue;
    }
    xml.open("connector");
    if (uids.contains(line.from)) {
      xml.open("from");
      xml.element("alias", {{"uid", uids[line.from]}});
      xml.close();
    } else {
      xml.element("from", write_name(diagram.shapes[line.from].name));
    }
    xml.element("to", write_name(diagram.shapes[line.to].name));
    xml.close();
  }
  xml.close();
}

}  // namespace

std::string write_sketches(const std::vector<Diagram>& diagrams) {
  std::string text;
  for (const Diagram& diagram : diagrams) {
    const std::string title = diagram.title.empty()
                                  ? fmt::format("View {}", &diagram - diagrams.data() + 1)
                                  : diagram.title;
    text += Sketch(diagram).write(title);
  }
  return text;
}

std::string write_views(const std::vector<Diagram>& diagrams) {
  if (diagrams.empty()) {
    return "";
  }
  XmlWriter xml;
  xml.open("views");
  for (const Diagram& diagram : diagrams) {
    write_view(diagram, xml);
  }
  xml.close();
  const std::string text = xml.take();
  return text.substr(text.find("<views"));
}

}  // namespace shamal::syntax
