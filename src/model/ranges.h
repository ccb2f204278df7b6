// Vensim's subscript ranges: which elements they hold, how they map to one another, and where an
// element stands.
//
// Elements are named once for the whole model and may be in several ranges; a variable's subscript
// is a set of elements, whatever ranges its equations name. Every range is a Dimension of the
// model, and so is every set of elements that a variable has and no range names.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/model.h"

namespace shamal::model {

using ElementId = std::uint32_t;

class Ranges {
 public:
  struct Mapping {
    DimensionId target = kNone;
    // For each element of this range: the elements of the target that it stands for.
    std::vector<std::vector<ElementId>> to;
  };

  struct Range {
    std::vector<ElementId> elements;
    std::unordered_map<ElementId, std::uint32_t> places;
    // As the file lists them, where it names elements more than once to pair them with those of
    // another range; else empty.
    std::vector<ElementId> listed;
    std::vector<Mapping> mappings;
    DimensionId same_as = kNone;  // the range that this one is another name for (<->)
    bool declared = false;        // by the file, not made for a variable
  };

  explicit Ranges(const Model& model) : model_(model) {}

  ElementId intern(std::string_view name);
  std::optional<ElementId> find_element(std::string_view name) const;
  const std::string& name(ElementId element) const { return names_[element]; }  // as people read it

  // The range of a dimension of the model; those that nobody declared are added when asked for.
  const Range& of(DimensionId dimension);
  Range& declare(DimensionId dimension);

  // Where the elements of a list stand in a dimension; kNone for those that it lacks.
  std::uint32_t place(ElementId element, DimensionId dimension);

  // The element of `wanted` that stands for `element` of `given`, if `wanted` maps to it.
  std::optional<ElementId> map(DimensionId given, ElementId element, DimensionId wanted);
  bool maps(DimensionId given, DimensionId wanted);
  bool same(DimensionId a, DimensionId b);

  // The smallest declared range that holds all of them, the first of equal ones; and the largest,
  // which is their family.
  std::optional<DimensionId> smallest_with(const std::vector<ElementId>& elements);
  std::optional<DimensionId> family_of(ElementId element);
  // One-based: what an element's name is as a number.
  double number_of(ElementId element);

 private:
  const std::unordered_map<ElementId, ElementId>& mapped(DimensionId given, DimensionId wanted);
  DimensionId root(DimensionId range);

  const Model& model_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, ElementId> ids_;
  std::deque<Range> ranges_;  // by dimension; a deque, so that references stay valid
  std::vector<std::vector<DimensionId>> declared_with_;  // by element, in order
  std::map<std::pair<DimensionId, DimensionId>, std::unordered_map<ElementId, ElementId>> maps_;
};

}  // namespace shamal::model
