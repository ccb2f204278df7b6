// From groups to the orders of the three blocks: what changes during the run and the next step
// needs, what is only looked at, and what is computed once.
//
// A group that is computed in rounds stands in an order as often as it takes: its values of
// SIMULTANEOUS are guessed, then each round keeps them as they are, computes the others, and makes
// them anew. After the last round those that still change become NaN, and the others follow.

#include <algorithm>
#include <set>

#include "model/order.h"

namespace shamal::model {

namespace {

constexpr int kRounds = 100;

class Writer {
 public:
  Writer(Resolver& resolver, Dependencies& dependencies, const Components& at_run,
         const Components& at_start)
      : resolver_(resolver),
        model_(resolver.model),
        dependencies_(dependencies),
        at_run_(at_run),
        at_start_(at_start),
        dynamic_(model_.assignments.size(), 0),
        needed_(model_.assignments.size(), 0) {}

  void write() {
    mark_dynamic();
    const auto count = static_cast<std::uint32_t>(model_.assignments.size());
    const std::vector<char> kept = remembered();
    for (std::uint32_t a = 0; a < count; ++a) {
      const Assignment& assignment = model_.assignments[a];
      if (is_change(a) || (assignment.role == Role::value && kept[assignment.target] != 0)) {
        need(a);
      }
    }
    close(at_run_);
    for (const Group& group : at_run_.groups) {
      const std::uint32_t a = group.members[0];
      if (needed_[a] != 0 && (dynamic_[a] != 0 || is_change(a))) {
        append(group, model_.rates_order);
      }
    }
    const std::vector<char> in_rates = needed_;
    for (std::uint32_t a = 0; a < count; ++a) {
      if (model_.assignments[a].role == Role::value &&
          !model_.variables[model_.assignments[a].target].hidden) {
        need(a);
      }
    }
    close(at_run_);
    for (const Group& group : at_run_.groups) {
      const std::uint32_t a = group.members[0];
      if (needed_[a] != 0 && in_rates[a] == 0 && dynamic_[a] != 0) {
        append(group, model_.outputs_order);
      }
    }
    // At the start: all that never changes, and what initial values need.
    const std::vector<char> looked_at = needed_;
    needed_.assign(count, 0);
    for (std::uint32_t a = 0; a < count; ++a) {
      const Role role = model_.assignments[a].role;
      if (role == Role::initial || (role == Role::value && dynamic_[a] == 0 && looked_at[a] != 0)) {
        need(a);
      }
    }
    close(at_start_);
    for (const Group& group : at_start_.groups) {
      if (needed_[group.members[0]] != 0) {
        append(group, model_.initial_order);
      }
    }
    mark_constants();
  }

 private:
  bool is_change(std::uint32_t a) const {
    const Role role = model_.assignments[a].role;
    return role == Role::net || role == Role::next;
  }

  // What changes during the run.
  void mark_dynamic() {
    for (const Group& group : at_run_.groups) {
      bool changes = false;
      for (const std::uint32_t a : group.members) {
        changes = changes || changes_by_itself(model_.assignments[a]);
        for (const std::uint32_t needed : at_run_.edges[a]) {
          changes = changes || dynamic_[needed] != 0;
        }
      }
      for (const std::uint32_t a : group.members) {
        dynamic_[a] = changes ? 1 : 0;
      }
    }
  }

  bool changes_by_itself(const Assignment& assignment) {
    bool changes = assignment.start_expr != kNone;
    dependencies_.for_each_node(assignment.expr, [&](const Node& node) {
      switch (node.kind) {
        case NodeKind::fixed:
          changes = changes || node.index == 0 ||  // TIME, DT, STOPTIME
                    (node.index == 1 && model_.sim.dt_by != kNone) ||
                    (node.index == 3 && model_.sim.stop_by != kNone);
          break;
        case NodeKind::random:
        case NodeKind::device:
        case NodeKind::delay_read:
          changes = true;
          break;
        case NodeKind::procedure: {
          const ProcedureRow& called = row(model_.calls[node.index].procedure);
          changes = changes || called.keeps() || called.draws();
          break;
        }
        case NodeKind::reference: {
          const Kind kind = model_.variables[model_.references[node.index].variable].kind;
          changes = changes || kind == Kind::stock || kind == Kind::memory;
          break;
        }
        default:
          break;
      }
    });
    return changes;
  }

  // Variables whose values are kept from step to step, or say when it ends.
  std::vector<char> remembered() const {
    std::vector<char> kept(model_.variables.size(), 0);
    for (const VariableId control : {model_.sim.dt_by, model_.sim.stop_by, model_.sim.save_by}) {
      if (control != kNone) {
        kept[control] = 1;
      }
    }
    for (const Delay& delay : model_.delays) {
      kept[delay.input] = 1;
    }
    for (const Call& call : model_.calls) {
      if (!row(call.procedure).keeps()) {
        continue;
      }
      for (const Call::Argument& argument : call.arguments) {
        if (argument.node != kNone && model_.nodes[argument.node].kind == NodeKind::reference) {
          kept[model_.references[model_.nodes[argument.node].index].variable] = 1;
        }
      }
    }
    return kept;
  }

  void need(std::uint32_t a) {
    if (needed_[a] == 0) {
      needed_[a] = 1;
      open_.push_back(a);
    }
  }

  void close(const Components& components) {
    while (!open_.empty()) {
      const std::uint32_t a = open_.back();
      open_.pop_back();
      for (const std::uint32_t w : components.edges[a]) {
        need(w);
      }
    }
  }

  void append(const Group& group, std::vector<std::uint32_t>& order) const {
    if (!group.rounds) {
      if (!is_constant(model_, model_.assignments[group.members[0]])) {
        order.push_back(group.members[0]);
      }
      return;
    }
    std::set<VariableId> targets;
    for (const std::uint32_t a : group.members) {
      targets.insert(model_.assignments[a].target);
    }
    const auto append_role = [&](Role role) {
      for (std::uint32_t a = 0; a < model_.assignments.size(); ++a) {
        const Assignment& assignment = model_.assignments[a];
        const VariableId of = role == Role::before && assignment.role == role
                                  ? model_.references[model_.nodes[assignment.expr].index].variable
                                  : assignment.target;
        if (assignment.role == role && targets.contains(of)) {
          order.push_back(a);
        }
      }
    };
    const auto guessed = [&](std::uint32_t a) { return dependencies_.is_guessed(a); };
    const auto first_guessed = std::find_if(group.members.begin(), group.members.end(), guessed);
    append_role(Role::guess);
    for (int round = 0; round < kRounds; ++round) {
      append_role(Role::before);
      order.insert(order.end(), group.members.begin(), group.members.end());
    }
    append_role(Role::settled);
    order.insert(order.end(), group.members.begin(), first_guessed);
  }

  void mark_constants() {
    std::vector<char> constant(model_.variables.size(), 0);
    std::vector<char> other(model_.variables.size(), 0);
    for (const Assignment& assignment : model_.assignments) {
      (is_constant(model_, assignment) ? constant : other)[assignment.target] = 1;
    }
    for (std::size_t v = 0; v < model_.variables.size(); ++v) {
      Variable& variable = model_.variables[v];
      variable.constant = constant[v] != 0 && other[v] == 0;
      const syntax::VariableDecl* const decl = resolver_.info[v].decl;
      variable.structural = resolver_.info[v].structural || (decl != nullptr && decl->unchangeable);
    }
  }

  Resolver& resolver_;
  Model& model_;
  Dependencies& dependencies_;
  const Components& at_run_;
  const Components& at_start_;
  std::vector<char> dynamic_;
  std::vector<char> needed_;
  std::vector<std::uint32_t> open_;
};

}  // namespace

bool is_constant(const Model& model, const Assignment& assignment) {
  return assignment.role == Role::value && assignment.start_expr == kNone &&
         model.nodes[assignment.expr].kind == NodeKind::constant;
}

void write_orders(Resolver& resolver, Dependencies& dependencies, const Components& at_run,
                  const Components& at_start) {
  Writer(resolver, dependencies, at_run, at_start).write();
}

}  // namespace shamal::model
