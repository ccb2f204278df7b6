// What subscripts and names mean in Vensim's language: ranges of the left side, ranges mapped to
// them, ranges that a function runs over (!), and elements as numbers.

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"
#include "model/vensim.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

namespace {

constexpr std::uint32_t kNowhere = kNone;

}  // namespace

// Which side of the equation a range on its right stands for: the one that names it, one that names
// the same range otherwise, or one that it is mapped to.
const Typer::Binding* Typer::side_of(DimensionId range) {
  Ranges& ranges = resolver_.vensim->ranges;
  for (const Binding& binding : bindings_) {
    if (binding.range == range) {
      return &binding;
    }
  }
  for (const Binding& binding : bindings_) {
    if (binding.range != kNone && ranges.same(binding.range, range)) {
      return &binding;
    }
  }
  for (const Binding& binding : bindings_) {
    if (binding.range != kNone && ranges.maps(binding.range, range)) {
      return &binding;
    }
  }
  return nullptr;
}

// The places in dimension `of` of what `range` stands for at each position of a side.
std::optional<Index> Typer::index_by_side(const Binding& binding, DimensionId range, DimensionId of,
                                          base::Span span) {
  Ranges& ranges = resolver_.vensim->ranges;
  Index index = index_of(binding);
  const bool mapped = binding.range != range && !ranges.same(binding.range, range);
  const auto translate = [&](std::uint32_t place) -> std::optional<std::uint32_t> {
    ElementId element = ranges.of(binding.dimension).elements[place];
    if (mapped) {
      const auto other = ranges.map(binding.range, element, range);
      if (!other) {
        fail(Code::shape_mismatch, span,
             fmt::format("no element of \"{}\" is mapped to \"{}\"",
                         resolver_.model.dimensions[range].name, ranges.name(element)));
        return std::nullopt;
      }
      element = *other;
    }
    const std::uint32_t found = ranges.place(element, of);
    if (found == kNowhere) {
      fail(Code::missing_element_equation, span,
           fmt::format("\"{}\" has no equation for \"{}\"", referred_, ranges.name(element)));
      return std::nullopt;
    }
    return found;
  };
  if (index.kind == Index::Kind::fixed) {
    const auto place = translate(index.element);
    if (!place) {
      return std::nullopt;
    }
    index.element = *place;
    return index;
  }
  for (std::uint32_t& element : index.elements) {
    const auto place = translate(element);
    if (!place) {
      return std::nullopt;
    }
    element = *place;
  }
  return index;
}

std::uint32_t Typer::axis_over(DimensionId range, ArrayContext& array) {
  for (const ArrayContext::Free& one : array.free) {
    if (one.dimension == range) {
      return one.axis;
    }
  }
  const auto size = resolver_.model.dimensions[range].size();
  std::vector<std::uint32_t> elements(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    elements[i] = i;
  }
  const std::uint32_t axis = add_axis(range, std::move(elements), array.mask());
  array.free.push_back({range, 0, axis, size});
  return axis;
}

std::optional<Index> Typer::vensim_index(const Expr& subscript, DimensionId of, Scope& scope,
                                         ArrayContext* array) {
  Ranges& ranges = resolver_.vensim->ranges;
  const auto range = resolver_.find_dimension(scope, subscript.text);
  if (!range) {
    const auto element = ranges.find_element(subscript.text);
    if (!element) {
      resolver_.unknown_subscript(subscript.text, subscript.span);
      return std::nullopt;
    }
    Index index;
    index.element = ranges.place(*element, of);
    if (index.element == kNowhere) {
      fail(Code::missing_element_equation, subscript.span,
           fmt::format("\"{}\" has no equation for \"{}\"", referred_, ranges.name(*element)));
      return std::nullopt;
    }
    return index;
  }
  const std::string& name = resolver_.model.dimensions[*range].name;
  if (subscript.bang && array == nullptr) {
    fail(Code::shape_mismatch, subscript.span, fmt::format("\"{}!\" outside of a function", name),
         "! marks the range that a function such as SUM runs over");
    return std::nullopt;
  }
  if (!subscript.bang) {
    if (const Binding* const side = side_of(*range)) {
      return index_by_side(*side, *range, of, subscript.span);
    }
    fail(Code::shape_mismatch, subscript.span,
         fmt::format("\"{}\" is not among the subscripts of \"{}\" on the left, nor mapped to one",
                     name, target_name()),
         fmt::format("name one of its elements, map it (\"{}: … -> …\"), or write \"{}!\" within "
                     "a function such as SUM",
                     name, name));
    return std::nullopt;
  }
  Index index;
  index.kind = Index::Kind::axis;
  index.axis = axis_over(*range, *array);
  for (const ElementId element : ranges.of(*range).elements) {
    index.elements.push_back(ranges.place(element, of));
    if (index.elements.back() == kNowhere) {
      fail(Code::missing_element_equation, subscript.span,
           fmt::format("\"{}\" has no equation for \"{}\"", referred_, ranges.name(element)));
      return std::nullopt;
    }
  }
  return index;
}

// One index for each dimension from `first` on.
std::optional<std::vector<Index>> Typer::vensim_indices(const std::vector<DimensionId>& dimensions,
                                                        std::size_t first, const Expr& expr,
                                                        Scope& scope, ArrayContext* array) {
  if (expr.subscripts.size() + first != dimensions.size()) {
    fail(Code::wrong_subscript_count, expr.span,
         dimensions.size() == first
             ? fmt::format("\"{}\": it has none", base::display_name(expr.text))
             : fmt::format("\"{}\": it has {}, not {}", base::display_name(expr.text),
                           dimensions.size() - first, expr.subscripts.size()));
    return std::nullopt;
  }
  std::vector<Index> indices;
  referred_ = base::display_name(expr.text);
  for (std::size_t i = first; i < dimensions.size(); ++i) {
    auto index = vensim_index(expr.subscripts[i - first], dimensions[i], scope, array);
    if (!index) {
      return std::nullopt;
    }
    indices.push_back(std::move(*index));
  }
  return indices;
}

NodeId Typer::vensim_reference(VariableId variable, const Expr& expr, Scope& scope,
                               ArrayContext* array) {
  const std::vector<DimensionId> dimensions = resolver_.model.variables[variable].dimensions;
  const std::uint32_t context = resolver_.info[variable].context;
  auto own = vensim_indices(dimensions, context, expr, scope, array);
  if (!own) {
    return poison(expr.span);
  }
  std::vector<Index> indices;
  for (std::size_t i = 0; i < context; ++i) {
    const auto index = bind_context(variable, i);
    if (!index) {
      return fail(Code::shape_mismatch, expr.span,
                  fmt::format("\"{}\"", base::display_name(expr.text)));
    }
    indices.push_back(*index);
  }
  indices.insert(indices.end(), std::make_move_iterator(own->begin()),
                 std::make_move_iterator(own->end()));
  return reference(variable, std::move(indices), expr.span);
}

// The name of an element is its number in the largest range that has it; the name of a range is the
// number of the element that it stands for here.
NodeId Typer::vensim_number(const Expr& expr, Scope& scope, ArrayContext* array, bool& found) {
  Ranges& ranges = resolver_.vensim->ranges;
  found = true;
  const auto range = resolver_.find_dimension(scope, expr.text);
  if (!range) {
    const auto element = ranges.find_element(expr.text);
    found = element && ranges.family_of(*element);
    return found ? constant(ranges.number_of(*element), expr.span) : kNone;
  }
  const Binding* const side = side_of(*range);
  const ArrayContext::Free* free = nullptr;
  if (side == nullptr && array != nullptr) {
    for (const ArrayContext::Free& one : array->free) {
      free = one.dimension == *range ? &one : free;
    }
  }
  if (side == nullptr && free == nullptr) {
    return fail(Code::shape_mismatch, expr.span,
                fmt::format("\"{}\" is not among the subscripts of \"{}\" on the left, nor mapped "
                            "to one",
                            base::display_name(expr.text), target_name()));
  }
  Index index;
  if (side != nullptr) {
    referred_ = base::display_name(expr.text);
    const auto bound = index_by_side(*side, *range, *range, expr.span);
    if (!bound) {
      return poison(expr.span);
    }
    index = *bound;
  } else {
    index.kind = Index::Kind::axis;
    index.axis = free->axis;
    index.elements = assignment_.axes[free->axis].elements;
  }
  if (index.kind == Index::Kind::fixed) {
    return constant(ranges.number_of(ranges.of(*range).elements[index.element]), expr.span);
  }
  return reference(resolver_.numbers_of(*range), {std::move(index)}, expr.span);
}

// NAME[subscripts](x), where NAME is a lookup or stands for one.
NodeId Typer::vensim_lookup(const Symbol& symbol, const Expr& expr, Scope& scope,
                            ArrayContext* array) {
  if (expr.args.size() != 1) {
    return fail(
        Code::wrong_argument_count, expr.span,
        fmt::format("\"{}\": it takes 1, not {}", base::display_name(expr.text), expr.args.size()));
  }
  const NodeId argument = type(expr.args[0], scope, array);
  // A parameter of a macro: the lookup that was handed over, with the subscripts of that place.
  const Symbol* lookup = &symbol;
  const Expr* written = &expr;
  Scope* place = &scope;
  for (int depth = 0; lookup != nullptr && lookup->kind == Symbol::Kind::parameter; ++depth) {
    written = lookup->argument;
    place = lookup->scope;
    lookup = written->kind == ExprKind::name && depth < 100
                 ? resolver_.find_symbol(*place, written->text)
                 : nullptr;
  }
  if (lookup == nullptr || lookup->kind != Symbol::Kind::graphical) {
    return fail(Code::unknown_function, expr.span,
                fmt::format("\"{}\": it is no lookup", base::display_name(written->text)),
                "a product is written with *");
  }
  const std::vector<DimensionId> dimensions =
      resolver_.shape_of(*lookup->decl, *lookup->scope).dimensions;
  const auto indices = vensim_indices(dimensions, 0, *written, *place, array);
  if (!indices) {
    return poison(expr.span);
  }
  const std::vector<std::uint32_t> tables = resolver_.vensim_tables(*lookup->decl, *lookup->scope);
  return lookup_at(tables, dimensions, *indices, argument, expr.span);
}

}  // namespace shamal::model
