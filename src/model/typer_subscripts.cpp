// References with subscripts: elements, dimensions, *, ranges, @n, and indices that are computed.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

// *:Part within an array function: the elements of the dimension that `Part` holds, by name.
std::optional<Index> Typer::part_index(const Expr& subscript, DimensionId of, Scope& scope,
                                       ArrayContext* array) {
  const Expr& named = subscript.args[1];
  const auto part =
      named.kind == ExprKind::name ? resolver_.find_dimension(scope, named.text) : std::nullopt;
  if (!part) {
    fail(Code::unknown_dimension, named.span,
         fmt::format("\"{}\"", base::display_name(named.text)));
    return std::nullopt;
  }
  const Dimension& dimension = resolver_.model.dimensions[of];
  if (array == nullptr) {
    fail(Code::shape_mismatch, subscript.span,
         fmt::format("*:{} stands for several elements of \"{}\"", named.text, dimension.name),
         "use it within an array function such as SUM");
    return std::nullopt;
  }
  Index index;
  index.kind = Index::Kind::axis;
  for (const std::string& element : resolver_.model.dimensions[*part].elements) {
    const auto found = resolver_.find_element(of, element);
    if (!found) {
      fail(Code::unknown_element_name, named.span,
           fmt::format("\"{}\" of dimension \"{}\"", element, dimension.name));
      return std::nullopt;
    }
    index.elements.push_back(*found);
  }
  index.axis = axis_over(*part, *array);
  return index;
}

NodeId Typer::subscripted(VariableId variable, const Expr& expr, Scope& scope,
                          ArrayContext* array) {
  if (is_vensim(expr)) {
    return vensim_reference(variable, expr, scope, array);
  }
  const Variable& referred = resolver_.model.variables[variable];
  const std::vector<DimensionId> dimensions = referred.dimensions;
  const std::string name = referred.name;
  const std::uint32_t context = resolver_.info[variable].context;
  std::size_t first = 0;
  std::vector<Index> indices;
  if (expr.subscripts.size() + context == dimensions.size()) {
    for (; first < context; ++first) {
      const auto index = bind_context(variable, first);
      if (!index) {
        return fail(Code::shape_mismatch, expr.span, fmt::format("\"{}\"", name));
      }
      indices.push_back(*index);
    }
  } else if (expr.subscripts.size() != dimensions.size()) {
    return fail(Code::wrong_subscript_count, expr.span,
                dimensions.empty() ? fmt::format("\"{}\": it is not an array", name)
                                   : fmt::format("\"{}\": it has {}, not {}", name,
                                                 dimensions.size(), expr.subscripts.size()));
  }
  std::uint32_t ranges = 0;
  NodeId beyond = kNone;  // 0, or NaN where a computed index is out of range
  const bool gives_nan = resolver_.gives_nan_beyond_arrays();
  for (std::size_t i = first; i < dimensions.size(); ++i) {
    const Expr& subscript = expr.subscripts[i - first];
    const DimensionId of = dimensions[i];
    const Dimension& dimension = resolver_.model.dimensions[of];
    std::uint32_t occurrence = 0;
    for (std::size_t j = first; j < i; ++j) {
      occurrence += dimensions[j] == of && indices[j].kind == Index::Kind::axis ? 1 : 0;
    }
    const auto bad_element = [&](const Expr& at) {
      const auto near = base::nearest_name(at.text, dimension.elements);
      return fail(
          Code::unknown_element_name, at.span,
          fmt::format("\"{}\" of dimension \"{}\"", base::display_name(at.text), dimension.name),
          near ? fmt::format("did you mean \"{}\"?", *near) : "");
    };
    Index index;
    switch (subscript.kind) {
      case ExprKind::wildcard: {
        if (array != nullptr) {
          // What stands for an element of the equation is not run over: W[Region, *] * x[*].
          occurrence = 0;
          for (std::size_t j = first; j < i; ++j) {
            const bool runs = std::any_of(
                array->free.begin(), array->free.end(), [&](const ArrayContext::Free& free) {
                  return free.axis == indices[j].axis && indices[j].kind == Index::Kind::axis;
                });
            occurrence += dimensions[j] == of && runs ? 1 : 0;
          }
        }
        auto bound = bind_dimension(of, occurrence, array);
        if (!bound) {
          return fail(Code::shape_mismatch, subscript.span,
                      fmt::format("* stands for all of \"{}\", which \"{}\" lacks here",
                                  dimension.name, target_name()),
                      "use * within an array function such as SUM");
        }
        index = std::move(*bound);
        break;
      }
      case ExprKind::range: {
        if (subscript.args[0].kind == ExprKind::wildcard) {
          auto part = part_index(subscript, of, scope, array);
          if (!part) {
            return poison(subscript.span);
          }
          index = std::move(*part);
          break;
        }
        // Both ends are elements, by name or by number.
        std::array<std::uint32_t, 2> ends{};
        for (std::size_t end = 0; end < 2; ++end) {
          const Expr& at = subscript.args[end];
          std::optional<std::uint32_t> element;
          if (at.kind == ExprKind::name) {
            element = resolver_.find_element(of, at.text);
            if (!element) {
              return bad_element(at);
            }
          } else {
            const auto number = resolver_.constant_value(at, scope);
            if (!number || *number < 1 || *number > dimension.size()) {
              return fail(Code::unknown_element_name, at.span,
                          fmt::format("the ends of a range are elements 1 to {} of \"{}\"",
                                      dimension.size(), dimension.name));
            }
            element = static_cast<std::uint32_t>(*number) - 1;
          }
          ends[end] = *element;
        }
        if (ends[1] < ends[0]) {
          return fail(Code::unknown_element_name, subscript.span, "the range runs backwards");
        }
        std::vector<std::uint32_t> elements;
        for (std::uint32_t e = ends[0]; e <= ends[1]; ++e) {
          elements.push_back(e);
        }
        if (array != nullptr) {
          index = free_axis(*array, of, ranges++, std::move(elements), true);
          break;
        }
        // Outside of an array function the range fills the equation's own array, in order.
        const Binding* target = nullptr;
        std::uint32_t skip = occurrence;
        for (const Binding& binding : bindings_) {
          if (binding.dimension == of && skip-- == 0) {
            target = &binding;
            break;
          }
        }
        if (target == nullptr && bindings_.size() == dimensions.size()) {
          target = &bindings_[i];
        }
        if (target == nullptr) {
          return fail(Code::shape_mismatch, subscript.span,
                      fmt::format("the range has no dimension of \"{}\" to fill", target_name()));
        }
        const std::uint32_t wanted = resolver_.model.dimensions[target->dimension].size();
        if (wanted != elements.size()) {
          resolver_.diagnostics.add(Code::range_resized, subscript.span,
                                    fmt::format("{} elements for {}", elements.size(), wanted));
        }
        // One-based position + start of the range; beyond its end an index that gives zero.
        NodeId position;
        if (target->axis == kNone) {
          position = constant(target->element + 1.0, subscript.span);
        } else {
          Node made;
          made.kind = NodeKind::axis_index;
          made.index = target->axis;
          made.axes = AxisMask{1} << target->axis;
          made.span = subscript.span;
          position = resolver_.add_node(made);
        }
        const NodeId inside =
            apply(Operation::less_equal,
                  {position, constant(static_cast<double>(elements.size()), subscript.span)},
                  subscript.span);
        const NodeId shifted =
            apply(Operation::add, {position, constant(ends[0], subscript.span)}, subscript.span);
        index.kind = Index::Kind::dynamic;
        index.node = apply(Operation::select, {inside, shifted, constant(0, subscript.span)},
                           subscript.span);
        break;
      }
      case ExprKind::position: {
        const double position = subscript.number;
        if (position < 1 || position > static_cast<double>(bindings_.size()) ||
            position != static_cast<double>(static_cast<std::size_t>(position))) {
          return fail(Code::bad_position, subscript.span,
                      fmt::format("@{} in an equation of \"{}\", which has {} dimensions", position,
                                  target_name(), bindings_.size()));
        }
        const Binding& binding = bindings_[static_cast<std::size_t>(position) - 1];
        const Dimension& from = resolver_.model.dimensions[binding.dimension];
        if (from.size() != dimension.size()) {
          return fail(Code::shape_mismatch, subscript.span,
                      fmt::format("\"{}\" has {} elements, \"{}\" has {}", from.name, from.size(),
                                  dimension.name, dimension.size()));
        }
        index = index_of(binding);
        break;
      }
      case ExprKind::name: {
        if (subscript.subscripts.empty()) {
          if (const auto element = resolver_.find_element(of, subscript.text)) {
            index.element = *element;
            break;
          }
          if (const auto named = resolver_.find_dimension(scope, subscript.text)) {
            auto bound = bind_named(*named, of);
            if (!bound && array != nullptr && *named == of) {
              bound = bind_dimension(of, occurrence, array);
            }
            if (!bound) {
              return fail(Code::shape_mismatch, subscript.span,
                          fmt::format("\"{}\" is not a dimension of \"{}\", or does not fit "
                                      "\"{}\" of \"{}\"",
                                      base::display_name(subscript.text), target_name(),
                                      dimension.name, name));
            }
            index = std::move(*bound);
            break;
          }
          const Symbol* symbol = resolver_.find_symbol(scope, subscript.text);
          const std::string folded = base::fold_name(subscript.text);
          if (symbol == nullptr &&
              find_builtin(folded, resolver_.origin_at(expr.span)) == nullptr &&
              subscript.text.find('.') == std::string::npos) {
            return bad_element(subscript);
          }
        }
        [[fallthrough]];
      }
      default: {
        const NodeId value = type(subscript, scope, array);
        const Node& typed = node(value);
        if (typed.kind == NodeKind::constant) {
          const double whole_number = std::floor(typed.value);
          if (whole_number >= 1 && whole_number <= dimension.size()) {
            index.element = static_cast<std::uint32_t>(whole_number) - 1;
            break;
          }
          if (subscript.kind == ExprKind::number) {
            resolver_.diagnostics.add(Code::index_out_of_range, subscript.span,
                                      fmt::format("{} in dimension \"{}\" of {} elements",
                                                  typed.value, dimension.name, dimension.size()));
          }
          // Nothing else is looked at: it is that of the whole reference.
          return constant(gives_nan ? std::numeric_limits<double>::quiet_NaN() : 0.0, expr.span);
        }
        index.kind = Index::Kind::dynamic;
        index.node = value;
        if (gives_nan) {
          const NodeId place =
              apply(Operation::checked_index, {value, constant(dimension.size(), subscript.span)},
                    subscript.span);
          const NodeId zero =
              apply(Operation::multiply, {place, constant(0, subscript.span)}, subscript.span);
          beyond = beyond == kNone ? zero : apply(Operation::add, {beyond, zero}, subscript.span);
        }
      }
    }
    indices.push_back(std::move(index));
  }
  const NodeId value = reference(variable, std::move(indices), expr.span);
  return beyond == kNone ? value : apply(Operation::add, {value, beyond}, expr.span);
}

}  // namespace shamal::model
