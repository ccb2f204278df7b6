// What the resolver keeps of a model in Vensim's language: its subscript ranges, and which equation
// of an array gives which elements their values.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "model/ranges.h"
#include "model/resolver.h"

namespace shamal::model {

// A call that only the resolver makes: (x, start) is what x was one step ago.
inline constexpr const char* kOwnPrevious = "·previous";

// Elements for which one equation holds. An equation may have several boxes, when :EXCEPT: or a
// more particular equation takes elements out of the middle.
struct VensimBox {
  const syntax::Equation* equation = nullptr;
  std::vector<Side> sides;
};

// An array, as all of its equations together tell it.
struct VensimShape {
  std::vector<DimensionId> dimensions;
  std::vector<VensimBox> boxes;
  bool partial = false;  // some combination of elements has no equation
};

struct Vensim {
  explicit Vensim(const Model& model) : ranges(model) {}

  Ranges ranges;
  std::unordered_map<const syntax::VariableDecl*, VensimShape> shapes;
  // Dimensions of elements that no range holds alone.
  std::map<std::vector<ElementId>, DimensionId> parts;
  // Hidden arrays of the numbers that elements stand for, by range.
  std::unordered_map<DimensionId, VariableId> numbers;
};

}  // namespace shamal::model
