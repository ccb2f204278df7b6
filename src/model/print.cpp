#include "model/print.h"

#include <set>

#include <fmt/format.h>

namespace shamal::model {

namespace {

class Printer {
 public:
  explicit Printer(const Model& model) : model_(model) {}

  std::string print() {
    text_ = fmt::format("model \"{}\"\n", model_.name);
    const SimSpecs& sim = model_.sim;
    text_ += fmt::format("time {} to {} step {} save {} method {} unit \"{}\"\n", sim.start,
                         sim.stop, sim.dt, sim.save_interval, sim.method, sim.time_unit);
    for (const Dimension& dimension : model_.dimensions) {
      text_ += fmt::format("dimension {}:", dimension.name);
      for (const std::string& element : dimension.elements) {
        text_ += fmt::format(" {}", element);
      }
      text_ += "\n";
    }
    for (const Variable& variable : model_.variables) {
      if (variable.alias_of != kNone) {
        text_ += fmt::format("alias \"{}\" is \"{}\"\n", variable.name,
                             model_.variables[variable.alias_of].name);
      }
    }
    text_ += "constants\n";
    for (const Assignment& assignment : model_.assignments) {
      if (assignment.role == Role::value && assignment.start_expr == kNone &&
          model_.nodes[assignment.expr].kind == NodeKind::constant) {
        line(assignment, false);
      }
    }
    section("initial", model_.initial_order, true);
    section("rates", model_.rates_order, false);
    section("outputs", model_.outputs_order, false);
    return std::move(text_);
  }

 private:
  void section(const char* name, const std::vector<std::uint32_t>& order, bool start) {
    text_ += fmt::format("{}\n", name);
    std::set<std::uint32_t> printed;  // rounds are printed once
    for (const std::uint32_t a : order) {
      if (printed.insert(a).second) {
        line(model_.assignments[a], start);
      }
    }
  }

  void line(const Assignment& assignment, bool start) {
    assignment_ = &assignment;
    const Variable& variable = model_.variables[assignment.target];
    text_ += "  ";
    switch (assignment.role) {
      case Role::net:
        text_ += "d/dt ";
        break;
      case Role::next:
        text_ += "next ";
        break;
      case Role::initial:
        text_ += "init ";
        break;
      case Role::guess:
        text_ += "guess ";
        break;
      case Role::before:
        text_ += "before ";
        break;
      case Role::settled:
        text_ += "settle ";
        break;
      case Role::value:
        break;
    }
    text_ += fmt::format("\"{}\"", variable.name);
    if (!assignment.box.empty()) {
      text_ += "[";
      for (std::size_t d = 0; d < assignment.box.size(); ++d) {
        const BoxSide& side = assignment.box[d];
        text_ += d > 0 ? ", " : "";
        text_ += side.axis == kNone
                     ? model_.dimensions[variable.dimensions[d]].elements[side.element]
                     : axis_name(side.axis);
      }
      text_ += "]";
    }
    text_ += " = ";
    node(start && assignment.start_expr != kNone ? assignment.start_expr : assignment.expr);
    if (variable.unit) {
      text_ += fmt::format("  ({})", variable.unit->print());
    }
    text_ += "\n";
  }

  // i0:Location — the axis' number and dimension.
  std::string axis_name(std::uint32_t axis) const {
    const Axis& found = assignment_->axes[axis];
    const Dimension& dimension = model_.dimensions[found.dimension];
    return found.size() == dimension.size()
               ? fmt::format("i{}:{}", axis, dimension.name)
               : fmt::format("i{}:{} of {}", axis, found.size(), dimension.name);
  }

  std::string axes(AxisMask mask) const {
    std::string names;
    for (std::uint32_t a = 0; a < assignment_->axes.size(); ++a) {
      if ((mask >> a & 1u) != 0) {
        names += (names.empty() ? "" : ", ") + axis_name(a);
      }
    }
    return names;
  }

  void arguments(const Node& of) {
    for (std::size_t i = 0; i < of.arity; ++i) {
      text_ += i > 0 ? ", " : "";
      node(of.args[i]);
    }
  }

  void node(NodeId id) {
    const Node& of = model_.nodes[id];
    switch (of.kind) {
      case NodeKind::constant:
        text_ += fmt::format("{}", of.value);
        return;
      case NodeKind::fixed: {
        constexpr std::array<const char*, 4> kNames = {"TIME", "DT", "STARTTIME", "STOPTIME"};
        text_ += kNames[of.index];
        return;
      }
      case NodeKind::axis_index:
        text_ += fmt::format("position(i{})", of.index);
        return;
      case NodeKind::reference:
        reference(model_.references[of.index]);
        return;
      case NodeKind::apply:
        text_ += fmt::format("{}(", name(of.op));
        arguments(of);
        text_ += ")";
        return;
      case NodeKind::reduce:
        text_ +=
            fmt::format("fold {} over {} (", name(of.op), axes(model_.reductions[of.index].axes));
        arguments(of);
        text_ += ")";
        return;
      case NodeKind::lookup: {
        const Lookup& lookup = model_.lookups[of.index];
        text_ += lookup.tables.size() == 1
                     ? fmt::format("table {}(", lookup.tables[0])
                     : fmt::format("table {}…{} by {}(", lookup.tables.front(),
                                   lookup.tables.back(), axes(lookup.axes));
        arguments(of);
        text_ += ")";
        return;
      }
      case NodeKind::delay_read:
        text_ += fmt::format("delay {}(", of.index);
        arguments(of);
        text_ += ")";
        return;
      case NodeKind::random:
        text_ += fmt::format("random {}(", of.index);
        arguments(of);
        text_ += ")";
        return;
      case NodeKind::device:
        text_ += fmt::format("device {}(", of.index);
        arguments(of);
        text_ += ")";
        return;
      case NodeKind::rank:
        text_ += fmt::format("rank over {} (", axes(model_.reductions[of.index].axes));
        arguments(of);
        text_ += ")";
        return;
      case NodeKind::procedure:
        call(model_.calls[of.index]);
        return;
    }
  }

  void call(const Call& of) {
    text_ += row(of.procedure).name;
    if (of.result != 0) {
      text_ += fmt::format(" along {}", axes(of.result));
    }
    text_ += "(";
    std::string_view separator;
    for (const Call::Argument& argument : of.arguments) {
      if (argument.node == kNone) {
        continue;
      }
      text_ += separator;
      node(argument.node);
      if (argument.inner != 0) {
        text_ += fmt::format(" over {}", axes(argument.inner));
      }
      separator = ", ";
    }
    text_ += ")";
  }

  void reference(const Reference& of) {
    const Variable& variable = model_.variables[of.variable];
    text_ += fmt::format("\"{}\"", variable.name);
    if (of.indices.empty()) {
      return;
    }
    text_ += "[";
    for (std::size_t d = 0; d < of.indices.size(); ++d) {
      const Index& index = of.indices[d];
      text_ += d > 0 ? ", " : "";
      switch (index.kind) {
        case Index::Kind::fixed:
          text_ += model_.dimensions[variable.dimensions[d]].elements[index.element];
          break;
        case Index::Kind::axis: {
          const bool same = index.elements == assignment_->axes[index.axis].elements;
          text_ += fmt::format("i{}{}", index.axis, same ? "" : " mapped");
          break;
        }
        case Index::Kind::dynamic:
          node(index.node);
          break;
      }
    }
    text_ += "]";
  }

  const Model& model_;
  const Assignment* assignment_ = nullptr;
  std::string text_;
};

}  // namespace

std::string print(const Model& model) { return Printer(model).print(); }

}  // namespace shamal::model
