// Variables as a whole: how their dimensions are bound to the indices of an equation, or to those
// that an array function runs over.
#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;

std::uint32_t Typer::add_axis(DimensionId dimension, std::vector<std::uint32_t> elements,
                              AxisMask before) {
  for (std::uint32_t a = assignment_.box_axes; a < assignment_.axes.size(); ++a) {
    const Axis& known = assignment_.axes[a];
    if ((folded_ >> a & 1u) != 0 && before >> a == 0 && known.dimension == dimension &&
        known.elements == elements) {
      folded_ &= ~(AxisMask{1} << a);
      return a;
    }
  }
  if (assignment_.axes.size() == kMaxAxes) {
    fail(Code::array_too_large, recipe_.span,
         fmt::format("more than {} indices in one equation", kMaxAxes));
    return kMaxAxes - 1;
  }
  assignment_.axes.push_back({dimension, std::move(elements)});
  return static_cast<std::uint32_t>(assignment_.axes.size() - 1);
}

NodeId Typer::reference(VariableId variable, std::vector<Index> indices, base::Span span) {
  Node made;
  made.kind = NodeKind::reference;
  made.span = span;
  for (const Index& index : indices) {
    if (index.kind == Index::Kind::axis) {
      made.axes |= AxisMask{1} << index.axis;
    } else if (index.kind == Index::Kind::dynamic) {
      made.axes |= node(index.node).axes;
    }
  }
  made.index = static_cast<std::uint32_t>(resolver_.model.references.size());
  resolver_.model.references.push_back({resolver_.resolve_alias(variable), std::move(indices)});
  return resolver_.add_node(made);
}

Index Typer::index_of(const Binding& binding) const {
  Index index;
  if (binding.axis == kNone) {
    index.element = binding.element;
  } else {
    index.kind = Index::Kind::axis;
    index.axis = binding.axis;
    index.elements = assignment_.axes[binding.axis].elements;
  }
  return index;
}

Index Typer::free_axis(ArrayContext& array, DimensionId dimension, std::uint32_t occurrence,
                       std::vector<std::uint32_t> elements, bool range) {
  const auto size = static_cast<std::uint32_t>(elements.size());
  const DimensionId key = range ? kNone : dimension;
  Index index;
  index.kind = Index::Kind::axis;
  index.elements = elements;
  for (const ArrayContext::Free& one : array.free) {
    if (one.dimension == key && one.occurrence == occurrence && one.size == size) {
      index.axis = one.axis;
      return index;
    }
  }
  index.axis = add_axis(dimension, std::move(elements), array.mask());
  array.free.push_back({key, occurrence, index.axis, size});
  return index;
}

namespace {

std::vector<std::uint32_t> all_elements(const Dimension& dimension) {
  std::vector<std::uint32_t> elements(dimension.size());
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    elements[i] = i;
  }
  return elements;
}

}  // namespace

std::optional<Index> Typer::bind_dimension(DimensionId dimension, std::uint32_t occurrence,
                                           ArrayContext* array) {
  if (array != nullptr) {
    return free_axis(*array, dimension, occurrence,
                     all_elements(resolver_.model.dimensions[dimension]), false);
  }
  for (const Binding& binding : bindings_) {
    if (binding.dimension == dimension && occurrence-- == 0) {
      return index_of(binding);
    }
  }
  return std::nullopt;
}

std::optional<Index> Typer::bind_context(VariableId variable, std::size_t i) const {
  const std::vector<Side>& sides = resolver_.info[variable].sides;
  for (std::size_t s = 0; s < sides.size() && s < bindings_.size(); ++s) {
    if (!sides[s].fixed && i-- == 0) {
      return index_of(bindings_[s]);
    }
  }
  return std::nullopt;
}

std::optional<Index> Typer::bind_named(DimensionId named, DimensionId of) {
  for (const Binding& binding : bindings_) {
    if (binding.dimension != named) {
      continue;
    }
    Index index = index_of(binding);
    if (named == of) {
      return index;
    }
    // Another dimension: its elements are found by name in this one, or else by position.
    const Dimension& from = resolver_.model.dimensions[named];
    const Dimension& to = resolver_.model.dimensions[of];
    const auto map = [&](std::uint32_t element) -> std::optional<std::uint32_t> {
      const auto found = resolver_.find_element(of, from.elements[element]);
      if (found) {
        return found;
      }
      return from.size() == to.size() ? std::optional(element) : std::nullopt;
    };
    if (index.kind == Index::Kind::fixed) {
      const auto element = map(index.element);
      if (!element) {
        return std::nullopt;
      }
      index.element = *element;
      return index;
    }
    for (std::uint32_t& element : index.elements) {
      const auto mapped = map(element);
      if (!mapped) {
        return std::nullopt;
      }
      element = *mapped;
    }
    return index;
  }
  return std::nullopt;
}

// The indices of these dimensions of a variable, as the equation binds them; nothing, after
// reporting, if it lacks one.
std::optional<std::vector<Index>> Typer::bind_all(VariableId variable,
                                                  const std::vector<DimensionId>& dimensions,
                                                  base::Span span, ArrayContext* array,
                                                  bool reversed) {
  std::vector<Index> indices;
  const std::uint32_t context = resolver_.info[variable].context;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    std::uint32_t occurrence = 0;
    for (std::size_t j = 0; j < i; ++j) {
      occurrence += dimensions[j] == dimensions[i] ? 1 : 0;
    }
    // The dimensions that a macro's variables take over from its use are always bound.
    std::optional<Index> index = !reversed && i < context
                                     ? bind_context(variable, i)
                                     : bind_dimension(dimensions[i], occurrence, array);
    if (!index) {
      const std::string& name = resolver_.model.dimensions[dimensions[i]].name;
      fail(Code::shape_mismatch, span,
           fmt::format("\"{}\" has the dimension \"{}\", which \"{}\" lacks here",
                       resolver_.model.variables[variable].name, name, target_name()),
           fmt::format("name an element of \"{}\" in brackets, or sum over it", name));
      return std::nullopt;
    }
    indices.push_back(std::move(*index));
  }
  return indices;
}

NodeId Typer::whole(VariableId variable, base::Span span, ArrayContext* array, bool reversed) {
  const Variable& referred = resolver_.model.variables[variable];
  std::vector<DimensionId> dimensions = referred.dimensions;
  if (reversed) {
    dimensions = {referred.dimensions.rbegin(), referred.dimensions.rend()};
  }
  auto indices = bind_all(variable, dimensions, span, array, reversed);
  if (!indices) {
    return poison(span);
  }
  if (reversed) {
    indices = {indices->rbegin(), indices->rend()};
  }
  return reference(variable, std::move(*indices), span);
}

// In files that xmutil wrote: the side of the equation over a dimension of the same elements. To
// Vensim ranges with the same elements are one.
std::optional<Index> Typer::bind_alike(DimensionId dimension) {
  const std::size_t size = resolver_.model.dimensions[dimension].size();
  for (const Binding& binding : bindings_) {
    const Dimension& other = resolver_.model.dimensions[binding.dimension];
    const bool alike =
        other.size() == size &&
        std::all_of(other.elements.begin(), other.elements.end(), [&](const std::string& element) {
          return resolver_.find_element(dimension, element).has_value();
        });
    if (alike) {
      return bind_named(binding.dimension, dimension);
    }
  }
  return std::nullopt;
}

NodeId Typer::summed(VariableId variable, base::Span span) {
  const std::vector<DimensionId>& dimensions = resolver_.model.variables[variable].dimensions;
  const std::uint32_t context = resolver_.info[variable].context;
  std::vector<Index> indices;
  AxisMask folded = 0;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    const auto occurrence = static_cast<std::uint32_t>(std::count(
        dimensions.begin(), dimensions.begin() + static_cast<std::ptrdiff_t>(i), dimensions[i]));
    std::optional<Index> index = i < context ? bind_context(variable, i)
                                             : bind_dimension(dimensions[i], occurrence, nullptr);
    if (!index && resolver_.origin_at(span) == Origin::vensim) {
      index = bind_alike(dimensions[i]);
    }
    if (!index) {
      index.emplace();
      index->kind = Index::Kind::axis;
      index->elements = all_elements(resolver_.model.dimensions[dimensions[i]]);
      index->axis = add_axis(dimensions[i], index->elements, folded);
      folded |= AxisMask{1} << index->axis;
    }
    indices.push_back(std::move(*index));
  }
  return reduce(Operation::add, 0, reference(variable, std::move(indices), span), folded, span);
}

NodeId Typer::part(VariableId variable, std::uint32_t element, base::Span span) {
  std::vector<DimensionId> dimensions = resolver_.model.variables[variable].dimensions;
  dimensions.pop_back();
  auto indices = bind_all(variable, dimensions, span, nullptr, false);
  if (!indices) {
    return poison(span);
  }
  indices->emplace_back().element = element;
  return reference(variable, std::move(*indices), span);
}

NodeId Typer::device(std::uint32_t use, VariableId inputs) {
  std::vector<DimensionId> dimensions = resolver_.model.variables[inputs].dimensions;
  const DimensionId last = dimensions.back();
  dimensions.pop_back();
  const base::Span span = recipe_.span;
  auto indices = bind_all(inputs, dimensions, span, nullptr, false);
  if (!indices) {
    return poison(span);
  }
  Index all;
  all.kind = Index::Kind::axis;
  all.elements = all_elements(resolver_.model.dimensions[last]);
  all.axis = add_axis(last, all.elements);
  indices->push_back(std::move(all));
  Node made;
  made.kind = NodeKind::device;
  made.index = use;
  made.arity = 1;
  made.args[0] = reference(inputs, std::move(*indices), span);
  made.axes =
      assignment_.box_axes >= kMaxAxes ? ~AxisMask{0} : (AxisMask{1} << assignment_.box_axes) - 1;
  made.span = span;
  return resolver_.add_node(made);
}

}  // namespace shamal::model
