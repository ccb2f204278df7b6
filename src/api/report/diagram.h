// Diagrams of stocks and flows as SVG.
#pragma once

#include <functional>
#include <string>

#include "syntax/diagram.h"

namespace shamal::api::report {

// What a name in a diagram stands for.
struct DiagramTarget {
  std::string link;    // of the variable's place on the page, without #; empty: none
  bool stock = false;  // Vensim's sketches do not say it reliably
};

std::string draw_diagram(const syntax::Diagram& diagram,
                         const std::function<DiagramTarget(const std::string&)>& find);

}  // namespace shamal::api::report
