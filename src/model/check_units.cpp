#include "model/check_units.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace shamal::model {

using base::Code;
using units::Unit;

namespace {

// What a operation asks of its operands' units and gives.
enum class Rule : std::uint8_t {
  same,  // all operands and the result have one unit
  product,
  quotient,
  power,
  root,
  pure,        // operands and result are pure numbers
  comparison,  // operands have one unit; the result is a pure number
  logical,     // operands of any unit; the result is a pure number
  choice,      // the first operand is a condition, the others and the result have one unit
  quotient_or,
};

constexpr Rule rule_of(Operation operation) {
  using O = Operation;
  switch (operation) {
    case O::multiply:
      return Rule::product;
    case O::divide:
      return Rule::quotient;
    case O::power:
      return Rule::power;
    case O::square_root:
      return Rule::root;
    case O::divide_or:
      return Rule::quotient_or;
    case O::select:
      return Rule::choice;
    case O::less:
    case O::less_equal:
    case O::greater:
    case O::greater_equal:
    case O::equal:
    case O::not_equal:
      return Rule::comparison;
    case O::logical_and:
    case O::logical_or:
    case O::logical_not:
    case O::sign:
    case O::checked_index:
      return Rule::logical;
    case O::exponential:
    case O::natural_log:
    case O::decimal_log:
    case O::sine:
    case O::cosine:
    case O::tangent:
    case O::arc_sine:
    case O::arc_cosine:
    case O::arc_tangent:
    case O::hyperbolic_sine:
    case O::hyperbolic_cosine:
    case O::hyperbolic_tangent:
      return Rule::pure;
    default:
      return Rule::same;
  }
}

class Checker {
 public:
  Checker(const Model& model, const units::UnitSystem& system, base::Diagnostics& diagnostics)
      : model_(model), diagnostics_(diagnostics) {
    if (!model.sim.time_unit.empty()) {
      time_unit_ = system.unit(model.sim.time_unit);
    }
    known_.resize(model.nodes.size());
    done_.resize(model.nodes.size(), 0);
    hidden_.resize(model.variables.size());
    hidden_done_.resize(model.variables.size(), 0);
    for (std::uint32_t a = 0; a < model.assignments.size(); ++a) {
      const Assignment& assignment = model.assignments[a];
      const Variable& variable = model.variables[assignment.target];
      if (variable.hidden && !variable.unit && assignment.role != Role::net &&
          assignment.role != Role::next) {
        giver_.resize(model.variables.size(), kNone);
        if (giver_[assignment.target] == kNone) {
          giver_[assignment.target] = a;
        }
      }
    }
    giver_.resize(model.variables.size(), kNone);
  }

  void run() {
    for (const Variable& variable : model_.variables) {
      if (variable.alias_of != kNone) {
        agree(variable.unit, model_.variables[variable.alias_of].unit, variable.span,
              fmt::format("\"{}\" is connected to \"{}\":", variable.name,
                          model_.variables[variable.alias_of].name));
      }
    }
    for (const Assignment& assignment : model_.assignments) {
      const Variable& target = model_.variables[assignment.target];
      const Variable& user = target.owner == kNone ? target : model_.variables[target.owner];
      if (!user.unit) {
        continue;
      }
      const std::optional<Unit> declared = unit_of(assignment.target);
      if (assignment.role == Role::net) {
        check_rate(assignment, target, declared);
        continue;
      }
      check(assignment.expr, assignment, target, declared);
      if (assignment.start_expr != kNone) {
        check(assignment.start_expr, assignment, target, declared);
      }
    }
  }

 private:
  void check(NodeId expr, const Assignment& assignment, const Variable& target,
             const std::optional<Unit>& declared) {
    if (model_.nodes[expr].kind == NodeKind::constant) {
      return;  // a number takes the unit of its variable
    }
    const std::optional<Unit> found = infer(expr);
    agree(declared, found, assignment.span, fmt::format("\"{}\" is in", target.name), true);
  }

  void check_rate(const Assignment& assignment, const Variable& target,
                  const std::optional<Unit>& level) {
    const std::optional<Unit> rate = infer(assignment.expr);
    if (!level || !rate || !time_unit_ || *rate * *time_unit_ == *level) {
      return;
    }
    diagnostics_.add(Code::stock_flow_units, assignment.span,
                     fmt::format("\"{}\" is in {}, its flows are in {}", target.name,
                                 level->print(), rate->print()),
                     fmt::format("give the flows the unit {}", (*level / *time_unit_).print()));
  }

  void agree(const std::optional<Unit>& a, const std::optional<Unit>& b, base::Span span,
             const std::string& lead, bool equation = false) {
    if (a && b && !(*a == *b)) {
      diagnostics_.add(Code::unit_mismatch, span,
                       equation
                           ? fmt::format("{} {}, its equation in {}", lead, a->print(), b->print())
                           : fmt::format("{} {} and {}", lead, a->print(), b->print()));
    }
  }

  std::optional<Unit> unit_of(VariableId v) {
    const Variable& variable = model_.variables[v];
    if (variable.unit || !variable.hidden || !variable.unit_text.empty()) {
      return variable.unit;
    }
    // A hidden variable has the unit of what it stands for; on the way round a loop it is unknown.
    if (hidden_done_[v] == 0) {
      hidden_done_[v] = 1;
      if (giver_[v] != kNone &&
          model_.nodes[model_.assignments[giver_[v]].expr].kind != NodeKind::constant) {
        hidden_[v] = infer(model_.assignments[giver_[v]].expr);
      }
    }
    return hidden_[v];
  }

  std::optional<Unit> infer(NodeId id) {
    if (done_[id] == 0) {
      done_[id] = 1;
      known_[id] = compute(id);
    }
    return known_[id];
  }

  std::optional<Unit> compute(NodeId id) {
    const Node& node = model_.nodes[id];
    switch (node.kind) {
      case NodeKind::constant:
        if (node.value == 0 || !std::isfinite(node.value) || node.index == 1) {
          return std::nullopt;
        }
        return Unit::dimensionless();
      case NodeKind::fixed:
        return time_unit_;
      case NodeKind::axis_index:
      case NodeKind::rank:
        return Unit::dimensionless();
      case NodeKind::reference:
        return unit_of(model_.references[node.index].variable);
      case NodeKind::apply:
        return compute_apply(node);
      case NodeKind::reduce: {
        const std::optional<Unit> child = infer(node.args[0]);
        return node.op == Operation::multiply && child && !child->is_dimensionless() ? std::nullopt
                                                                                     : child;
      }
      case NodeKind::lookup:
        infer(node.args[0]);
        return std::nullopt;
      case NodeKind::delay_read:
        agree(time_unit_, infer(node.args[0]), node.span, "a delay time is in", false);
        return infer(node.args[1]);
      case NodeKind::random:
        return infer(node.args[0]);
      case NodeKind::procedure: {
        const Call& call = model_.calls[node.index];
        std::optional<Unit> result;
        const char rule = row(call.procedure).unit;
        for (std::size_t i = 0; i < call.arguments.size(); ++i) {
          if (call.arguments[i].node != kNone) {
            const std::optional<Unit> unit = infer(call.arguments[i].node);
            result = rule == static_cast<char>('0' + i) ? unit : result;
          }
        }
        return rule == 'p' ? Unit::dimensionless() : result;
      }
      case NodeKind::device:
        return std::nullopt;
    }
    return std::nullopt;
  }

  void require_pure(const std::optional<Unit>& unit, const Node& node) {
    if (unit && !unit->is_dimensionless()) {
      diagnostics_.add(Code::unit_not_dimensionless, node.span,
                       fmt::format("{} of {}", name(node.op), unit->print()),
                       "divide by a reference value of the same unit");
    }
  }

  std::optional<Unit> compute_apply(const Node& node) {
    std::array<std::optional<Unit>, 3> args;
    for (std::size_t i = 0; i < node.arity; ++i) {
      args[i] = infer(node.args[i]);
    }
    const auto& [a, b, c] = args;
    const auto either = [](const std::optional<Unit>& x, const std::optional<Unit>& y) {
      return x ? x : y;
    };
    switch (rule_of(node.op)) {
      case Rule::same:
        agree(a, b, node.span, fmt::format("{} of", name(node.op)));
        return either(a, b);
      case Rule::product:
        return a && b ? std::optional(*a * *b) : std::nullopt;
      case Rule::quotient:
        return a && b ? std::optional(*a / *b) : std::nullopt;
      case Rule::quotient_or: {
        const auto quotient = a && b ? std::optional(*a / *b) : std::nullopt;
        agree(quotient, c, node.span, "quotient and its substitute in");
        return either(quotient, c);
      }
      case Rule::power: {
        require_pure(b, node);
        if (!a || a->is_dimensionless()) {
          return a;
        }
        const Node& exponent = model_.nodes[node.args[1]];
        const double halves = exponent.value * 2;
        if (exponent.kind == NodeKind::constant && halves == std::floor(halves) &&
            std::fabs(halves) < 200) {
          return a->pow(static_cast<std::int32_t>(halves), 2);
        }
        require_pure(a, node);
        return std::nullopt;
      }
      case Rule::root:
        return a ? std::optional(a->pow(1, 2)) : std::nullopt;
      case Rule::pure:
        require_pure(a, node);
        return Unit::dimensionless();
      case Rule::comparison:
        agree(a, b, node.span, "comparison of");
        return Unit::dimensionless();
      case Rule::logical:
        return Unit::dimensionless();
      case Rule::choice:
        agree(b, c, node.span, "alternatives in");
        return either(b, c);
    }
    return std::nullopt;
  }

  const Model& model_;
  base::Diagnostics& diagnostics_;
  std::optional<Unit> time_unit_;
  std::vector<std::optional<Unit>> known_;
  std::vector<char> done_;
  std::vector<std::optional<Unit>> hidden_;
  std::vector<char> hidden_done_;
  std::vector<std::uint32_t> giver_;
};

}  // namespace

void check_units(const Model& model, const units::UnitSystem& system,
                 base::Diagnostics& diagnostics) {
  Checker(model, system, diagnostics).run();
}

}  // namespace shamal::model
