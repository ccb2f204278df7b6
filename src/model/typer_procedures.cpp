// Calls of procedures: how each argument is handed over, by the letters of procedure.h.

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "model/typer.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

namespace {

constexpr std::size_t kProfileSize = 4;

AxisMask bit(std::uint32_t axis) { return AxisMask{1} << axis; }

std::vector<std::uint32_t> following(std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> elements(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    elements[i] = first + i;
  }
  return elements;
}

}  // namespace

std::optional<Reference> Typer::array_reference(NodeId id, std::size_t least_indices) const {
  const Node& typed = node(id);
  if (typed.kind != NodeKind::reference) {
    return std::nullopt;
  }
  const Reference& found = resolver_.model.references[typed.index];
  return found.indices.size() < least_indices ? std::nullopt : std::optional(found);
}

const Dimension& Typer::dimension_of(const Reference& reference, std::size_t index) const {
  const Variable& variable = resolver_.model.variables[reference.variable];
  return resolver_.model.dimensions[variable.dimensions[index]];
}

bool Typer::spread(Reference& reference, std::size_t place, std::uint32_t count, AxisMask& inner) {
  Index& index = reference.indices[place];
  if (index.kind == Index::Kind::dynamic) {
    return false;
  }
  const std::uint32_t size = dimension_of(reference, place).size();
  std::vector<std::uint32_t> elements = index.elements;
  if (index.kind == Index::Kind::fixed) {
    elements = following(index.element, count == 0 ? size - index.element : count);
  }
  if (elements.back() >= size || (count != 0 && elements.size() != count)) {
    return false;
  }
  const Variable& variable = resolver_.model.variables[reference.variable];
  index.kind = Index::Kind::axis;
  index.axis = add_axis(variable.dimensions[place], elements, inner);
  index.elements = std::move(elements);
  inner |= bit(index.axis);
  return true;
}

std::optional<Call::Argument> Typer::vector_argument(const Expr& expr, Scope& scope,
                                                     std::uint32_t& along) {
  Call::Argument made{type(expr, scope), 0};
  std::uint32_t axis = kNone;
  if (auto found = array_reference(made.node, 1)) {
    Index& last = found->indices.back();
    if (last.kind == Index::Kind::axis) {
      axis = last.axis;
    } else if (last.kind == Index::Kind::fixed && assignment_.box_axes > 0 &&
               (node(made.node).axes & bit(assignment_.box_axes - 1)) != 0) {
      axis = assignment_.box_axes - 1;  // a slice of something with more indices
    } else if (last.kind == Index::Kind::fixed && assignment_.box_axes > 0) {
      // The first element of the range: the others follow it.
      axis = along != kNone ? along : assignment_.box_axes - 1;
      const std::uint32_t count = assignment_.axes[axis].size();
      if (last.element + count > dimension_of(*found, found->indices.size() - 1).size()) {
        return std::nullopt;
      }
      last.kind = Index::Kind::axis;
      last.axis = axis;
      last.elements = following(last.element, count);
      made.node = reference(found->variable, std::move(found->indices), expr.span);
    }
  } else {
    for (std::uint32_t a = 0; a < assignment_.box_axes; ++a) {
      axis = (node(made.node).axes & bit(a)) != 0 ? a : axis;
    }
  }
  if (axis == kNone || axis >= assignment_.box_axes || (along != kNone && axis != along)) {
    return std::nullopt;
  }
  along = axis;
  made.inner = bit(axis);
  return made;
}

std::optional<Call::Argument> Typer::profile_argument(const Expr& expr, Scope& scope,
                                                      std::uint32_t along, std::uint32_t own) {
  Call::Argument made{type(expr, scope), 0};
  auto found = array_reference(made.node, 2);
  if (!found) {
    return std::nullopt;
  }
  const std::size_t last = found->indices.size() - 1;
  Index& element = found->indices[last - 1];
  if (own == 0) {
    if (element.kind != Index::Kind::axis || element.axis != along) {
      return std::nullopt;
    }
    made.inner = bit(along);
  } else if (!spread(*found, last - 1, own, made.inner)) {
    return std::nullopt;
  }
  if (!spread(*found, last, kProfileSize, made.inner)) {
    return std::nullopt;
  }
  made.node = reference(found->variable, std::move(found->indices), expr.span);
  return made;
}

std::optional<Call::Argument> Typer::own_vector_argument(const Expr& expr, Scope& scope,
                                                         std::size_t dimensions,
                                                         std::uint32_t& size) {
  ArrayContext context = open_context();
  Call::Argument made{type(expr, scope, &context), 0};
  auto found = array_reference(made.node, dimensions);
  if (!found) {
    return std::nullopt;
  }
  const std::size_t count = found->indices.size();
  for (std::size_t i = count - dimensions; i < count; ++i) {
    const Index before = found->indices[i];
    if (!spread(*found, i, before.kind == Index::Kind::fixed ? size : 0, made.inner)) {
      return std::nullopt;
    }
    size = static_cast<std::uint32_t>(found->indices[i].elements.size());
  }
  made.node = reference(found->variable, std::move(found->indices), expr.span);
  // Other free axes would have to vanish in some way.
  return (node(made.node).axes & context.mask()) == 0 ? std::optional(made) : std::nullopt;
}

std::optional<std::uint32_t> Typer::graphical_argument(const Expr& function, Scope& scope) {
  const Symbol* symbol =
      function.kind == ExprKind::name ? resolver_.find_symbol(scope, function.text) : nullptr;
  const bool vensim = is_vensim(function);
  if (symbol == nullptr ||
      !(is_graphical(*symbol) || (vensim && symbol->kind == Symbol::Kind::parameter))) {
    return std::nullopt;
  }
  Expr call = function;
  call.kind = ExprKind::call;
  call.args.resize(1);
  call.args[0].span = function.span;
  const Node& looked = node(vensim ? vensim_lookup(*symbol, call, scope, nullptr)
                                   : type_symbol_call(*symbol, call, scope, nullptr));
  return looked.kind == NodeKind::lookup ? std::optional(looked.index) : std::nullopt;
}

NodeId Typer::kept_argument(char letter, const Expr& expr, Scope& scope) {
  if (letter == 'c' || letter == 'k') {
    return whole(as_variable(expr, scope, "input"), expr.span);
  }
  // Another key than that of the argument's variable.
  const Resolver::ExpansionKey key{&expr.span, &scope, recipe_.target, recipe_.part};
  auto found = resolver_.expansions.find(key);
  if (found == resolver_.expansions.end()) {
    const VariableId kept = keep_start(
        "start", expr.span, [&expr, &scope](Typer& typer) { return typer.type(expr, scope); });
    found = resolver_.expansions.emplace(key, kept).first;
  }
  return whole(found->second, expr.span);
}

NodeId Typer::type_element_offset(const Expr& expr, Scope& scope, ArrayContext* array) {
  const auto found = array_reference(type(expr.args[0], scope, array), 1);
  if (!found) {
    return fail(Code::shape_mismatch, expr.args[0].span,
                fmt::format("{} needs here an element of an array", expr.text));
  }
  const auto number = [&](double value) { return constant(value, expr.span); };
  const auto sum = [&](NodeId a, NodeId b) { return apply(Operation::add, {a, b}, expr.span); };
  const auto floored = [&](NodeId a) { return apply(Operation::floor, {a}, expr.span); };
  // The place of the element named, counted row by row, and then the offset.
  NodeId flat = floored(sum(type(expr.args[1], scope, array), number(0.5)));
  double stride = 1;
  for (std::size_t d = found->indices.size(); d-- > 0;) {
    const Index& index = found->indices[d];
    NodeId place = number(index.element);
    if (index.kind == Index::Kind::dynamic) {
      place = sum(index.node, number(-1));
    } else if (index.kind == Index::Kind::axis) {
      const std::vector<std::uint32_t>& elements = assignment_.axes[index.axis].elements;
      const double shift = static_cast<double>(index.elements.front()) - elements.front();
      for (std::size_t i = 0; i < elements.size(); ++i) {
        if (index.elements[i] != elements[i] + shift) {
          return fail(
              Code::shape_mismatch, expr.args[0].span,
              fmt::format("{} of an array whose elements stand in another order", expr.text));
        }
      }
      Node position;
      position.kind = NodeKind::axis_index;
      position.index = index.axis;
      position.axes = bit(index.axis);
      position.span = expr.span;
      place = sum(resolver_.add_node(position), number(shift - 1));
    }
    flat = sum(flat, apply(Operation::multiply, {place, number(stride)}, expr.span));
    stride *= dimension_of(*found, d).size();
  }
  const NodeId inside = apply(Operation::logical_and,
                              {apply(Operation::greater_equal, {flat, number(0)}, expr.span),
                               apply(Operation::less, {flat, number(stride)}, expr.span)},
                              expr.span);
  std::vector<Index> indices(found->indices.size());
  stride = 1;
  for (std::size_t d = indices.size(); d-- > 0;) {
    const double size = dimension_of(*found, d).size();
    NodeId place = floored(apply(Operation::divide, {flat, number(stride)}, expr.span));
    if (d > 0) {
      place = apply(Operation::modulo, {place, number(size)}, expr.span);
    }
    indices[d].kind = Index::Kind::dynamic;
    indices[d].node = sum(place, number(1));
    stride *= size;
  }
  constexpr double kMissing = -0x1p109;  // Vensim's :NA:
  return apply(
      Operation::select,
      {inside, reference(found->variable, std::move(indices), expr.span), number(kMissing)},
      expr.span);
}

NodeId Typer::type_procedure(const Builtin& builtin, const Expr& expr, Scope& scope,
                             ArrayContext* array) {
  const ProcedureRow& called = row(builtin.procedure);
  if (array != nullptr && (called.result != 's' || called.keeps() || called.draws())) {
    return fail(Code::shape_mismatch, expr.span,
                fmt::format("{} within an array function", expr.text),
                "give it a variable of its own");
  }
  Call call;
  call.procedure = called.procedure;
  call.arguments.resize(called.arguments.size());
  std::uint32_t along = kNone;  // the axis of the result 'v'
  std::uint32_t own = 0;        // elements of the last 'w', or rows of the matrix
  ArrayContext marked = open_context();
  std::size_t next = 0;  // argument
  for (std::size_t i = 0; i < called.arguments.size(); ++i) {
    const char letter = called.arguments[i];
    Call::Argument& made = call.arguments[i];
    if (letter == 'j') {
      made.node = kept_argument(letter, expr.args[next - 1], scope);
      continue;
    }
    if (next >= expr.args.size()) {
      if (letter == 'g') {
        made.node = graphical_kind(call.lookup, expr.span);
      } else if (letter != 'z') {
        // A bound that is left out: of two all of the function, of one from its beginning.
        constexpr double kFar = std::numeric_limits<double>::infinity();
        const bool second = i > 0 && called.arguments[i - 1] == 'b';
        const double missing = letter == 'n'   ? std::numeric_limits<double>::quiet_NaN()
                               : letter != 'b' ? 0
                               : second        ? -kFar
                                               : kFar;
        made = {constant(missing, expr.span), letter == 'e' ? bit(along) : 0};
      }
      continue;
    }
    const Expr& arg = expr.args[next++];
    std::optional<Call::Argument> vector;
    std::string_view wanted;
    switch (letter) {
      case 's':
      case 'b':
      case 'n':
      case 'y':
        made.node = type(arg, scope, array);
        continue;
      case 'e':
        made = {type(arg, scope), bit(along)};
        continue;
      case 'r':
        made.node = type(arg, scope, &marked);
        continue;
      case 'c':
      case 'k':
      case 'i':
        made.node = kept_argument(letter, arg, scope);
        continue;
      case 'd':
      case 'z':
        continue;
      case 't':
        if (const auto found = graphical_argument(arg, scope)) {
          call.lookup = *found;
          continue;
        }
        return fail(Code::unknown_function, arg.span,
                    fmt::format("{} needs a graphical function", expr.text));
      case 'v':
        vector = vector_argument(arg, scope, along);
        wanted = "an array along the last index of the equation";
        break;
      case 'p':
        vector = profile_argument(arg, scope, along, 0);
        wanted =
            "a priority profile: the array's last index names the first of four elements, the "
            "one before runs along the equation";
        break;
      case 'o':
        if (arg.subscripts.empty()) {
          made.node = type(arg, scope);
          continue;
        }
        [[fallthrough]];
      case 'w':
        own = 0;
        vector = own_vector_argument(arg, scope, 1, own);
        wanted = "an array, whose last index names the first element";
        break;
      case 'q':
        vector = profile_argument(arg, scope, kNone, own);
        wanted = "a priority profile: the last two indices name the first elements";
        break;
      default: {  // 'm'
        own = 0;
        if (i + 1 < expr.args.size()) {
          const auto size = resolver_.constant_value(expr.args[i + 1], scope);
          own = size && *size >= 1 && *size < kMaxElements ? static_cast<std::uint32_t>(*size) : 0;
        }
        vector = own_vector_argument(arg, scope, 2, own);
        wanted = "a square matrix: an array whose last two indices have the same size";
        break;
      }
    }
    if (!vector) {
      return fail(Code::shape_mismatch, arg.span,
                  fmt::format("{} needs here {}", expr.text, wanted));
    }
    made = *vector;
  }
  return finish_procedure(called, std::move(call), expr, scope, along, own, marked);
}

// How a graphical function goes on, as a number. Of an array of them it must be the same.
NodeId Typer::graphical_kind(std::uint32_t lookup, base::Span span) {
  const Lookup& of = resolver_.model.lookups[lookup];
  const auto kind = [&](std::uint32_t table) { return resolver_.model.tables[table].kind; };
  for (const std::uint32_t table : of.tables) {
    if (kind(table) != kind(of.tables.front())) {
      return fail(Code::shape_mismatch, span, "graphical functions of several types");
    }
  }
  return constant(static_cast<double>(kind(of.tables.front())), span);
}

NodeId Typer::finish_procedure(const ProcedureRow& called, Call call, const Expr& expr,
                               Scope& scope, std::uint32_t along, std::uint32_t own,
                               const ArrayContext& marked) {
  if (called.result == 'v') {
    call.result = bit(along);
  } else if (called.result == 'm') {
    const std::uint32_t box = assignment_.box_axes;
    if (box < 2 || assignment_.axes[box - 1].size() != own ||
        assignment_.axes[box - 2].size() != own) {
      return fail(Code::shape_mismatch, expr.span,
                  fmt::format("{} gives a matrix of {} by {}", expr.text, own, own),
                  "the last two indices of the equation take it");
    }
    call.result = bit(box - 1) | bit(box - 2);
  }
  Node made;
  made.kind = NodeKind::procedure;
  made.span = expr.span;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    Call::Argument& argument = call.arguments[i];
    if (argument.node == kNone) {
      continue;
    }
    if (called.arguments[i] == 'r') {
      argument.inner = marked.mask();
      if (argument.inner == 0) {
        return fail(Code::shape_mismatch, expr.span,
                    fmt::format("{} needs an array to run over", expr.text));
      }
    }
    const AxisMask axes = node(argument.node).axes & ~argument.inner;
    if ((axes & call.result) != 0) {
      return fail(Code::shape_mismatch, node(argument.node).span,
                  fmt::format("an argument of {} that must be the same for all elements of its "
                              "result",
                              expr.text));
    }
    made.axes |= axes;
  }
  if (call.lookup != kNone) {
    made.axes |= resolver_.model.lookups[call.lookup].axes;
  }
  if (called.draws()) {
    // Each element of an array draws its own numbers.
    made.axes |= static_cast<AxisMask>((AxisMask{1} << assignment_.box_axes) - 1);
    RandomSite site;
    site.stream = resolver_.next_stream(expr, scope, recipe_.target);
    if (called.arguments.back() == 'z' && expr.args.size() == called.arguments.size()) {
      const auto seeded = seeded_stream(expr.args.back(), scope, site.stream);
      if (!seeded) {
        return fail(Code::constant_required, expr.args.back().span, "the seed");
      }
      site.stream = *seeded;
    }
    call.site = static_cast<std::uint32_t>(resolver_.model.random_sites.size());
    resolver_.model.random_sites.push_back(site);
  }
  made.axes |= call.result;
  assignment_.whole |= call.result;
  made.index = static_cast<std::uint32_t>(resolver_.model.calls.size());
  resolver_.model.calls.push_back(std::move(call));
  return resolver_.add_node(made);
}

}  // namespace shamal::model
