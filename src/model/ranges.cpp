#include "model/ranges.h"

#include <algorithm>

#include "base/names.h"

namespace shamal::model {

ElementId Ranges::intern(std::string_view name) {
  const auto [found, fresh] =
      ids_.emplace(base::fold_name(name), static_cast<ElementId>(names_.size()));
  if (fresh) {
    names_.push_back(base::display_name(name));
    declared_with_.emplace_back();
  }
  return found->second;
}

std::optional<ElementId> Ranges::find_element(std::string_view name) const {
  const auto found = ids_.find(base::fold_name(name));
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const Ranges::Range& Ranges::of(DimensionId dimension) {
  if (ranges_.size() < model_.dimensions.size()) {
    ranges_.resize(model_.dimensions.size());
  }
  Range& range = ranges_[dimension];
  if (range.elements.empty()) {
    for (const std::string& element : model_.dimensions[dimension].elements) {
      const ElementId id = intern(element);
      range.places.emplace(id, static_cast<std::uint32_t>(range.elements.size()));
      range.elements.push_back(id);
    }
  }
  return range;
}

Ranges::Range& Ranges::declare(DimensionId dimension) {
  of(dimension);
  Range& range = ranges_[dimension];
  if (!range.declared) {
    range.declared = true;
    for (const ElementId element : range.elements) {
      declared_with_[element].push_back(dimension);
    }
  }
  return range;
}

std::uint32_t Ranges::place(ElementId element, DimensionId dimension) {
  const Range& range = of(dimension);
  const auto found = range.places.find(element);
  return found == range.places.end() ? kNone : found->second;
}

DimensionId Ranges::root(DimensionId range) {
  const DimensionId other = of(range).same_as;
  return other == kNone ? range : other;
}

bool Ranges::same(DimensionId a, DimensionId b) { return root(a) == root(b); }

// A range on the right side of an equation is mapped to one on the left: the mapping that the right
// one declares, to the left one itself, to another name of it, or to a range that holds its
// elements [Vensim reference manual, "Mapping of Subscript Ranges"].
const std::unordered_map<ElementId, ElementId>& Ranges::mapped(DimensionId given,
                                                               DimensionId wanted) {
  const auto key = std::pair(given, wanted);
  const auto known = maps_.find(key);
  if (known != maps_.end()) {
    return known->second;
  }
  std::unordered_map<ElementId, ElementId> result;
  const Mapping* chosen = nullptr;
  int best = 0;
  for (const DimensionId from : {wanted, root(wanted)}) {
    for (const Mapping& mapping : of(from).mappings) {
      const int fit = mapping.target == given ? 3 : same(mapping.target, given) ? 2 : 1;
      const auto& targets = of(mapping.target).places;
      const auto& elements = of(given).elements;
      const bool covers = fit > 1 || std::all_of(elements.begin(), elements.end(),
                                                 [&](ElementId e) { return targets.contains(e); });
      if (covers && fit > best) {
        best = fit;
        chosen = &mapping;
      }
    }
  }
  if (chosen != nullptr) {
    const auto& elements = of(wanted).elements;
    for (std::size_t i = 0; i < std::min(elements.size(), chosen->to.size()); ++i) {
      for (const ElementId target : chosen->to[i]) {
        result.emplace(target, elements[i]);
      }
    }
  }
  return maps_.emplace(key, std::move(result)).first->second;
}

bool Ranges::maps(DimensionId given, DimensionId wanted) { return !mapped(given, wanted).empty(); }

std::optional<ElementId> Ranges::map(DimensionId given, ElementId element, DimensionId wanted) {
  const auto& known = mapped(given, wanted);
  const auto found = known.find(element);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

std::optional<DimensionId> Ranges::smallest_with(const std::vector<ElementId>& elements) {
  std::optional<DimensionId> best;
  if (elements.empty()) {
    return best;
  }
  for (const DimensionId candidate : declared_with_[elements.front()]) {
    const Range& range = of(candidate);
    if (range.elements.size() < elements.size() ||
        (best && range.elements.size() >= of(*best).elements.size())) {
      continue;
    }
    if (std::all_of(elements.begin(), elements.end(),
                    [&](ElementId e) { return range.places.contains(e); })) {
      best = candidate;
    }
  }
  return best;
}

std::optional<DimensionId> Ranges::family_of(ElementId element) {
  std::optional<DimensionId> best;
  for (const DimensionId candidate : declared_with_[element]) {
    if (!best || of(candidate).elements.size() > of(*best).elements.size()) {
      best = candidate;
    }
  }
  return best;
}

double Ranges::number_of(ElementId element) {
  const auto family = family_of(element);
  return family ? place(element, *family) + 1.0 : 0.0;
}

}  // namespace shamal::model
