// Graphical functions: calls of them, and arrays of them.

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

NodeId Typer::lookup(const syntax::VariableDecl& decl, Scope& scope,
                     const std::vector<DimensionId>& dimensions, NodeId argument, base::Span span) {
  const std::vector<std::uint32_t> tables = resolver_.graphical_tables(decl, scope, dimensions);
  if (tables.empty()) {
    return poison(span);
  }
  // One table for each element of the dimensions: bind them as a whole variable would be.
  std::vector<Index> indices;
  if (tables.size() > 1) {
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      std::uint32_t occurrence = 0;
      for (std::size_t j = 0; j < i; ++j) {
        occurrence += dimensions[j] == dimensions[i] ? 1 : 0;
      }
      auto index = bind_dimension(dimensions[i], occurrence, nullptr);
      if (!index) {
        return fail(Code::shape_mismatch, span,
                    fmt::format("the graphical function \"{}\" has the dimension \"{}\", which "
                                "\"{}\" lacks here",
                                base::display_name(decl.name.text),
                                resolver_.model.dimensions[dimensions[i]].name, target_name()));
      }
      indices.push_back(std::move(*index));
    }
  }
  return lookup_at(tables, dimensions, indices, argument, span);
}

// `tables` holds one table, or one for each element of the dimensions, kNone where there is none.
NodeId Typer::lookup_at(const std::vector<std::uint32_t>& tables,
                        const std::vector<DimensionId>& dimensions,
                        const std::vector<Index>& indices, NodeId argument, base::Span span) {
  Lookup made;
  if (tables.size() == 1) {
    made.tables = tables;
  } else {
    for (const Index& index : indices) {
      if (index.kind == Index::Kind::axis) {
        made.axes |= AxisMask{1} << index.axis;
      }
    }
    // Every combination of positions of the axes, in the order of the axes.
    std::vector<std::uint32_t> axes;
    std::size_t combinations = 1;
    for (std::uint32_t a = 0; a < assignment_.axes.size(); ++a) {
      if ((made.axes >> a & 1u) != 0) {
        axes.push_back(a);
        combinations *= assignment_.axes[a].size();
      }
    }
    for (std::size_t c = 0; c < combinations; ++c) {
      std::vector<std::uint32_t> position(assignment_.axes.size(), 0);
      std::size_t rest = c;
      for (std::size_t k = axes.size(); k-- > 0;) {
        position[axes[k]] = static_cast<std::uint32_t>(rest % assignment_.axes[axes[k]].size());
        rest /= assignment_.axes[axes[k]].size();
      }
      std::size_t flat = 0;
      for (std::size_t i = 0; i < dimensions.size(); ++i) {
        const Index& index = indices[i];
        const std::uint32_t element =
            index.kind == Index::Kind::axis ? index.elements[position[index.axis]] : index.element;
        flat = flat * resolver_.model.dimensions[dimensions[i]].size() + element;
      }
      made.tables.push_back(tables[flat]);
    }
  }
  if (std::find(made.tables.begin(), made.tables.end(), kNone) != made.tables.end()) {
    return fail(Code::missing_element_equation, span, "lookup");
  }
  return add_lookup(std::move(made), argument, span);
}

NodeId Typer::lookup_in(const syntax::GraphicalFunction& table, NodeId argument, base::Span span) {
  return add_lookup({0, {resolver_.table_of(table)}}, argument, span);
}

NodeId Typer::add_lookup(Lookup lookup, NodeId argument, base::Span span) {
  Node made;
  made.kind = NodeKind::lookup;
  made.arity = 1;
  made.args[0] = argument;
  made.axes = node(argument).axes | lookup.axes;
  made.index = static_cast<std::uint32_t>(resolver_.model.lookups.size());
  made.span = span;
  resolver_.model.lookups.push_back(std::move(lookup));
  return resolver_.add_node(made);
}

namespace {

bool has_graphical(const syntax::VariableDecl& decl) {
  for (const syntax::Equation& equation : decl.equations) {
    if (equation.gf) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool Typer::is_graphical(const Symbol& symbol) const {
  return symbol.kind == Symbol::Kind::graphical ||
         (symbol.kind == Symbol::Kind::variable &&
          resolver_.info[symbol.variable].decl != nullptr &&
          has_graphical(*resolver_.info[symbol.variable].decl));
}

// The graphical function, or one of an array of them: function[element](x).
NodeId Typer::lookup_of(const syntax::VariableDecl& decl, Scope& of,
                        const std::vector<DimensionId>& dimensions, const Expr& call, Scope& scope,
                        ArrayContext* array) {
  const NodeId argument = type(call.args[0], scope, array);
  if (call.subscripts.empty()) {
    return lookup(decl, of, dimensions, argument, call.span);
  }
  const std::vector<std::uint32_t> tables = resolver_.graphical_tables(decl, of, dimensions);
  if (tables.empty()) {
    return poison(call.span);
  }
  if (call.subscripts.size() != dimensions.size()) {
    return fail(Code::wrong_subscript_count, call.span,
                fmt::format("\"{}\": it has {}, not {}", base::display_name(call.text),
                            dimensions.size(), call.subscripts.size()));
  }
  std::size_t flat = 0;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const Expr& subscript = call.subscripts[d];
    const Dimension& dimension = resolver_.model.dimensions[dimensions[d]];
    std::optional<std::uint32_t> element;
    if (subscript.kind == ExprKind::name) {
      if (resolver_.find_dimension(scope, subscript.text) == dimensions[d]) {
        // function[Dimension](x): as without brackets, if all are dimensions
        return lookup(decl, of, dimensions, argument, call.span);
      }
      element = resolver_.find_element(dimensions[d], subscript.text);
    } else if (const auto number = resolver_.constant_value(subscript, scope);
               number && *number >= 1 && *number <= dimension.size()) {
      element = static_cast<std::uint32_t>(*number) - 1;
    }
    if (!element) {
      return fail(Code::unknown_element_name, subscript.span,
                  fmt::format("\"{}\" of dimension \"{}\"", base::display_name(subscript.text),
                              dimension.name),
                  "name an element: which function is meant must be known before the run");
    }
    flat = flat * dimension.size() + *element;
  }
  return add_lookup({0, {tables.size() == 1 ? tables[0] : tables[flat]}}, argument, call.span);
}

NodeId Typer::type_symbol_call(const Symbol& symbol, const Expr& expr, Scope& scope,
                               ArrayContext* array) {
  if (expr.args.size() != 1) {
    return fail(
        Code::wrong_argument_count, expr.span,
        fmt::format("\"{}\": it takes 1, not {}", base::display_name(expr.text), expr.args.size()));
  }
  if (symbol.kind == Symbol::Kind::graphical) {
    return lookup_of(*symbol.decl, *symbol.scope,
                     resolver_.dimensions_of(*symbol.decl, *symbol.scope), expr, scope, array);
  }
  const VariableInfo& info = resolver_.info[symbol.variable];
  if (info.decl != nullptr && has_graphical(*info.decl)) {
    return lookup_of(*info.decl, *info.scope, resolver_.model.variables[symbol.variable].dimensions,
                     expr, scope, array);
  }
  const std::vector<DimensionId> dimensions = resolver_.model.variables[symbol.variable].dimensions;
  if (dimensions.empty()) {
    return fail(Code::unknown_function, expr.span,
                fmt::format("\"{}\": it is a variable", base::display_name(expr.text)),
                "a product is written with *");
  }
  // A(k): the k-th element in row-major order (3.3.2).
  const NodeId flat = apply(Operation::subtract,
                            {apply(Operation::floor, {type(expr.args[0], scope, array)}, expr.span),
                             constant(1, expr.span)},
                            expr.span);
  std::vector<Index> indices(dimensions.size());
  double stride = 1;
  for (std::size_t i = dimensions.size(); i-- > 0;) {
    const double size = resolver_.model.dimensions[dimensions[i]].size();
    NodeId position = apply(
        Operation::floor,
        {apply(Operation::divide, {flat, constant(stride, expr.span)}, expr.span)}, expr.span);
    if (i > 0) {
      position = apply(Operation::modulo, {position, constant(size, expr.span)}, expr.span);
    }
    indices[i].kind = Index::Kind::dynamic;
    indices[i].node = apply(Operation::add, {position, constant(1, expr.span)}, expr.span);
    stride *= size;
  }
  return reference(symbol.variable, std::move(indices), expr.span);
}

}  // namespace shamal::model
