// The diagrams of a model, from XMILE's views or Vensim's sketches: what stands where, for drawing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shamal::syntax {

struct DiagramShape {
  enum class Kind { stock, flow, auxiliary, module, ghost, cloud, text };
  Kind kind = Kind::auxiliary;
  std::string name;  // of the variable, or the text
  double x = 0;      // the middle
  double y = 0;
  double width = 0;  // 0: as the drawer likes
  double height = 0;
};

inline constexpr std::size_t kNoShape = static_cast<std::size_t>(-1);

struct DiagramLine {
  bool pipe = false;  // of a flow; else an arrow from cause to effect
  // Of Diagram::shapes, kNoShape where nothing is known. A pipe's `from` is its flow.
  std::size_t from = kNoShape;
  std::size_t to = kNoShape;
  bool upstream = false;  // of a pipe: it leads from the flow back to its source
  std::vector<std::pair<double, double>> points;
  bool curved = false;  // three points: the middle one lies on the curve
};

struct Diagram {
  std::string title;
  std::vector<DiagramShape> shapes;
  std::vector<DiagramLine> lines;
};

// From ModelDecl::views. What is not understood is left out; a text that is no view gives nothing.
std::vector<Diagram> read_diagrams(std::string_view views);

// The same as a Vensim sketch (ModelDecl::views of the dialect), and as XMILE's <views>. Shapes
// without a name that are neither clouds nor texts are left out, and lines from or to them.
std::string write_sketches(const std::vector<Diagram>& diagrams);
std::string write_views(const std::vector<Diagram>& diagrams);

}  // namespace shamal::syntax
