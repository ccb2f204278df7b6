// Evaluation orders. Assignments are the nodes of two graphs, one of values during the run and one
// of values at the start (where stocks depend on their initial equations); an edge leads to what is
// needed first. Strongly connected components (Tarjan 1972) come out with dependencies first.
//
// A component of more than one assignment is a cycle, unless it comes from arrays that refer to
// their own other elements: then its arrayed assignments are made again, in pieces that can be
// computed one after another (model/pieces.h), and the orders are sought anew. Where an index is
// computed, it is known which element is meant only once the assignment is made for one element;
// there each element becomes an assignment of its own.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "model/pieces.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;

namespace {

enum class Phase { start, run };

// A plain number: loaded with the program, never computed.
bool is_constant(const Model& model, const Assignment& assignment) {
  return assignment.role == Role::value && assignment.start_expr == kNone &&
         model.nodes[assignment.expr].kind == NodeKind::constant;
}

class Orderer {
 public:
  explicit Orderer(Resolver& resolver) : resolver_(resolver), model_(resolver.model) {}

  void run() {
    for (;;) {
      index_givers();
      const Components at_run = components(Phase::run);
      const Components at_start = components(Phase::start);
      Cuts cuts = cuts_of(at_run, Phase::run);
      if (cuts.empty()) {
        cuts = cuts_of(at_start, Phase::start);
      }
      if (cuts.empty()) {
        if (!missing_.empty() || report_cycles(at_run, Phase::run) ||
            report_cycles(at_start, Phase::start)) {
          return;
        }
        write_orders(at_run, at_start);
        return;
      }
      split_assignments(cuts);
    }
  }

 private:
  struct Components {
    std::vector<std::vector<std::uint32_t>> groups;  // dependencies first
    std::vector<std::vector<std::uint32_t>> edges;   // by assignment
  };

  // The boxes that assignments are to be made in, by the axes that may be split.
  using Cuts = std::map<std::uint32_t, std::vector<PieceBox>>;

  // For each variable and kind of role: the assignment that gives each element its value, or just
  // one if it gives them all.
  struct Givers {
    std::vector<std::uint32_t> value;
    std::vector<std::uint32_t> initial;
  };

  static std::vector<std::uint32_t>& of_role(Givers& givers, Role role) {
    return role == Role::initial ? givers.initial : givers.value;
  }

  void index_givers() {
    givers_.assign(model_.variables.size(), {});
    for (std::uint32_t a = 0; a < model_.assignments.size(); ++a) {
      const Assignment& assignment = model_.assignments[a];
      if (assignment.role == Role::net || assignment.role == Role::next ||
          resolver_.recipes[a].filler) {
        continue;
      }
      std::vector<std::uint32_t>& givers = of_role(givers_[assignment.target], assignment.role);
      const Variable& variable = model_.variables[assignment.target];
      const std::uint32_t count = model_.element_count(variable);
      std::uint32_t covered = 1;
      for (const BoxSide& side : assignment.box) {
        covered *= side.axis == kNone ? 1 : assignment.axes[side.axis].size();
      }
      if (covered == count) {
        givers.assign(1, a);
        continue;
      }
      givers.resize(count, kNone);
      for_each_element(variable, assignment, [&](std::uint32_t flat) { givers[flat] = a; });
    }
  }

  template <class Visit>
  void for_each_element(const Variable& variable, const Assignment& assignment, Visit visit) const {
    std::vector<std::uint32_t> flats = {0};
    for (std::size_t d = 0; d < variable.dimensions.size(); ++d) {
      const std::uint32_t size = model_.dimensions[variable.dimensions[d]].size();
      const BoxSide& side = assignment.box[d];
      std::vector<std::uint32_t> next;
      for (const std::uint32_t flat : flats) {
        if (side.axis == kNone) {
          next.push_back(flat * size + side.element);
        } else {
          for (const std::uint32_t element : assignment.axes[side.axis].elements) {
            next.push_back(flat * size + element);
          }
        }
      }
      flats = std::move(next);
    }
    for (const std::uint32_t flat : flats) {
      visit(flat);
    }
  }

  // What of a variable is needed in a phase, if anything.
  std::optional<Role> needed_role(VariableId v, Phase phase) const {
    const Kind kind = model_.variables[v].kind;
    if (kind == Kind::stock || kind == Kind::memory || kind == Kind::initial_only) {
      return phase == Phase::run ? std::nullopt : std::optional(Role::initial);
    }
    return Role::value;
  }

  // Adds the assignments that give the referred-to elements their values.
  void add_givers(const Reference& reference, base::Span place, Phase phase,
                  std::vector<std::uint32_t>& edges) {
    const Variable& variable = model_.variables[reference.variable];
    const auto role = needed_role(reference.variable, phase);
    if (!role) {
      return;
    }
    const std::vector<std::uint32_t>& givers = of_role(givers_[reference.variable], *role);
    if (givers.size() <= 1) {
      edges.insert(edges.end(), givers.begin(), givers.end());
      return;
    }
    std::vector<std::uint32_t> flats = {0};
    for (std::size_t d = 0; d < reference.indices.size(); ++d) {
      const std::uint32_t size = model_.dimensions[variable.dimensions[d]].size();
      const Index& index = reference.indices[d];
      std::vector<std::uint32_t> next;
      for (const std::uint32_t flat : flats) {
        if (index.kind == Index::Kind::fixed) {
          next.push_back(flat * size + index.element);
        } else if (index.kind == Index::Kind::axis) {
          for (const std::uint32_t element : index.elements) {
            next.push_back(flat * size + element);
          }
        } else {
          for (std::uint32_t element = 0; element < size; ++element) {
            next.push_back(flat * size + element);
          }
        }
      }
      flats = std::move(next);
    }
    for (const std::uint32_t flat : flats) {
      if (givers[flat] != kNone) {
        edges.push_back(givers[flat]);
      } else {
        note_missing(reference.variable, flat, place);
      }
    }
  }

  // In Vensim's language some elements of an array may lack an equation, as long as nobody asks for
  // them.
  void note_missing(VariableId v, std::uint32_t flat, base::Span place) {
    if (!resolver_.info[v].partial || !missing_.emplace(v, flat).second) {
      return;
    }
    const Variable& variable = model_.variables[v];
    std::string subscripts;
    for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
      const Dimension& dimension = model_.dimensions[variable.dimensions[d]];
      subscripts = dimension.elements[flat % dimension.size()] + (subscripts.empty() ? "" : ",") +
                   subscripts;
      flat /= dimension.size();
    }
    resolver_.error(Code::missing_element_equation, place,
                    fmt::format("\"{}\"[{}]", variable.name, subscripts));
  }

  NodeId root_of(const Assignment& assignment, Phase phase) const {
    return phase == Phase::start && assignment.start_expr != kNone ? assignment.start_expr
                                                                   : assignment.expr;
  }

  template <class Visit>
  void for_each_node(NodeId root, Visit visit) {
    ++visit_mark_;
    visited_.resize(model_.nodes.size(), 0);
    std::vector<NodeId> open = {root};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      if (visited_[id] == visit_mark_) {
        continue;
      }
      visited_[id] = visit_mark_;
      const Node& node = model_.nodes[id];
      visit(node);
      const std::size_t looked_at = node.kind == NodeKind::delay_read ? 2 : 3;
      for (std::size_t i = 0; i < looked_at; ++i) {
        if (node.args[i] != kNone) {
          open.push_back(node.args[i]);
        }
      }
      if (node.kind == NodeKind::procedure) {
        const Call& call = model_.calls[node.index];
        for (std::size_t i = 0; i < call.arguments.size(); ++i) {
          // What a memory takes in at the end of a step is not needed at once.
          if (call.arguments[i].node != kNone && row(call.procedure).arguments[i] != 'k') {
            open.push_back(call.arguments[i].node);
          }
        }
      }
      if (node.kind == NodeKind::reference) {
        for (const Index& index : model_.references[node.index].indices) {
          if (index.kind == Index::Kind::dynamic) {
            open.push_back(index.node);
          }
        }
      }
    }
  }

  bool takes_part(const Assignment& assignment, Phase phase) const {
    if (phase == Phase::run) {
      return assignment.role != Role::initial;
    }
    return assignment.role == Role::initial || assignment.role == Role::value;
  }

  Components components(Phase phase) {
    const auto count = static_cast<std::uint32_t>(model_.assignments.size());
    Components result;
    result.edges.resize(count);
    for (std::uint32_t a = 0; a < count; ++a) {
      const Assignment& assignment = model_.assignments[a];
      if (!takes_part(assignment, phase)) {
        continue;
      }
      std::vector<std::uint32_t>& edges = result.edges[a];
      for_each_node(root_of(assignment, phase), [&](const Node& node) {
        if (node.kind == NodeKind::reference) {
          add_givers(model_.references[node.index], node.span, phase, edges);
        }
      });
      std::sort(edges.begin(), edges.end());
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    }
    // Tarjan's algorithm with a stack of its own.
    std::vector<std::uint32_t> order(count, 0);
    std::vector<std::uint32_t> low(count, 0);
    std::vector<char> on_stack(count, 0);
    std::vector<std::uint32_t> stack;
    std::uint32_t next = 1;
    struct Frame {
      std::uint32_t node;
      std::size_t edge;
    };
    std::vector<Frame> frames;
    for (std::uint32_t first = 0; first < count; ++first) {
      if (order[first] != 0 || !takes_part(model_.assignments[first], phase)) {
        continue;
      }
      frames.push_back({first, 0});
      while (!frames.empty()) {
        Frame& frame = frames.back();
        const std::uint32_t v = frame.node;
        if (frame.edge == 0) {
          order[v] = low[v] = next++;
          stack.push_back(v);
          on_stack[v] = 1;
        }
        bool descended = false;
        while (frame.edge < result.edges[v].size()) {
          const std::uint32_t w = result.edges[v][frame.edge++];
          if (order[w] == 0) {
            frames.push_back({w, 0});
            descended = true;
            break;
          }
          if (on_stack[w] != 0) {
            low[v] = std::min(low[v], order[w]);
          }
        }
        if (descended) {
          continue;
        }
        if (low[v] == order[v]) {
          std::vector<std::uint32_t> group;
          for (;;) {
            const std::uint32_t w = stack.back();
            stack.pop_back();
            on_stack[w] = 0;
            group.push_back(w);
            if (w == v) {
              break;
            }
          }
          result.groups.push_back(std::move(group));
        }
        frames.pop_back();
        if (!frames.empty()) {
          const std::uint32_t parent = frames.back().node;
          low[parent] = std::min(low[parent], low[v]);
        }
      }
    }
    return result;
  }

  static bool is_cycle(const Components& components, const std::vector<std::uint32_t>& group) {
    if (group.size() > 1) {
      return true;
    }
    const std::vector<std::uint32_t>& edges = components.edges[group[0]];
    return std::binary_search(edges.begin(), edges.end(), group[0]);
  }

  // The axes of an assignment's box along which it may be split.
  std::vector<std::uint32_t> divisible_axes(std::uint32_t a) const {
    std::vector<std::uint32_t> axes;
    std::uint32_t axis = 0;
    for (const Side& side : resolver_.recipes[a].sides) {
      if (!side.fixed) {
        if (!side.whole && (model_.assignments[a].whole >> axis & 1u) == 0) {
          axes.push_back(axis);
        }
        ++axis;
      }
    }
    return axes;
  }

  Cuts cuts_of(const Components& components, Phase phase) {
    Cuts cuts;
    for (const auto& group : components.groups) {
      if (!is_cycle(components, group)) {
        continue;
      }
      const std::vector<Member> members = members_of(group, phase);
      const auto pieces = pieces_of(model_, members);
      const std::size_t before = cuts.size();
      for (std::size_t m = 0; pieces && m < members.size(); ++m) {
        if ((*pieces)[m].size() > 1) {
          cuts.emplace(members[m].assignment, (*pieces)[m]);
        }
      }
      if (cuts.size() == before) {
        for (const std::uint32_t a : group) {
          const std::vector<std::uint32_t> axes = divisible_axes(a);
          if (!axes.empty()) {
            cuts.emplace(a, single_elements(model_.assignments[a], axes));
          }
        }
      }
    }
    return cuts;
  }

  std::vector<Member> members_of(const std::vector<std::uint32_t>& group, Phase phase) {
    std::set<VariableId> given;
    std::vector<Member> members;
    for (const std::uint32_t a : group) {
      const Assignment& assignment = model_.assignments[a];
      if (needed_role(assignment.target, phase) == assignment.role) {
        members.push_back({a, divisible_axes(a), {}});
        given.insert(assignment.target);
      }
    }
    for (Member& member : members) {
      for_each_node(root_of(model_.assignments[member.assignment], phase), [&](const Node& node) {
        if (node.kind == NodeKind::reference &&
            given.contains(model_.references[node.index].variable)) {
          member.needed.push_back(&model_.references[node.index]);
        }
      });
    }
    return members;
  }

  static std::vector<PieceBox> single_elements(const Assignment& assignment,
                                               const std::vector<std::uint32_t>& axes) {
    std::vector<PieceBox> boxes = {{}};
    for (const std::uint32_t axis : axes) {
      std::vector<PieceBox> next;
      for (const PieceBox& box : boxes) {
        for (std::uint32_t at = 0; at < assignment.axes[axis].size(); ++at) {
          next.push_back(box);
          next.back().push_back({at});
        }
      }
      boxes = std::move(next);
    }
    return boxes;
  }

  void split_assignments(const Cuts& cuts) {
    std::vector<Assignment> made;
    std::deque<Recipe> recipes;
    const std::size_t before = resolver_.recipes.size();
    for (std::uint32_t a = 0; a < before; ++a) {
      const auto cut = cuts.find(a);
      if (cut == cuts.end()) {
        made.push_back(std::move(model_.assignments[a]));
        recipes.push_back(std::move(resolver_.recipes[a]));
        continue;
      }
      const Recipe& whole = resolver_.recipes[a];
      const std::vector<std::uint32_t> axes = divisible_axes(a);
      for (const PieceBox& box : cut->second) {
        Recipe one = whole;
        std::uint32_t axis = 0;
        std::size_t next = 0;
        for (Side& side : one.sides) {
          if (side.fixed) {
            continue;
          }
          if (next < axes.size() && axes[next] == axis) {
            std::vector<std::uint32_t> elements;
            for (const std::uint32_t at : box[next]) {
              elements.push_back(side.elements[at]);
            }
            side.elements = std::move(elements);
            // A side that was iterated keeps its place among the target's dimensions.
            side.fixed = side.elements.size() == 1;
            ++next;
          }
          ++axis;
        }
        recipes.push_back(std::move(one));
        made.push_back(resolver_.make(recipes.back()));
      }
    }
    // Expansions are remembered, so nothing new should have come up; if it has, it is made.
    for (std::size_t a = before; a < resolver_.recipes.size(); ++a) {
      recipes.push_back(std::move(resolver_.recipes[a]));
      made.push_back(resolver_.make(recipes.back()));
    }
    resolver_.recipes = std::move(recipes);
    model_.assignments = std::move(made);
  }

  std::string label(std::uint32_t a) const {
    const Assignment& assignment = model_.assignments[a];
    const Variable& variable = model_.variables[assignment.target];
    std::string text = variable.name;
    std::string subscripts;
    for (std::size_t d = 0; d < assignment.box.size(); ++d) {
      if (assignment.box[d].axis == kNone) {
        subscripts += (subscripts.empty() ? "" : ",") +
                      model_.dimensions[variable.dimensions[d]].elements[assignment.box[d].element];
      }
    }
    return subscripts.empty() ? text : fmt::format("{}[{}]", text, subscripts);
  }

  // One shortest way round within the component, from its first assignment.
  std::vector<std::uint32_t> way_round(const Components& components,
                                       const std::vector<std::uint32_t>& group) const {
    std::vector<std::uint32_t> members = group;
    std::sort(members.begin(), members.end());
    const auto inside = [&](std::uint32_t a) {
      return std::binary_search(members.begin(), members.end(), a);
    };
    const std::uint32_t start = members.front();
    std::vector<std::uint32_t> queue = {start};
    std::vector<std::uint32_t> from(model_.assignments.size(), kNone);
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const std::uint32_t w : components.edges[queue[i]]) {
        if (w == start) {
          std::vector<std::uint32_t> path;
          for (std::uint32_t v = queue[i]; v != kNone; v = from[v]) {
            path.push_back(v);
          }
          std::reverse(path.begin(), path.end());
          return path;
        }
        if (inside(w) && from[w] == kNone) {
          from[w] = queue[i];
          queue.push_back(w);
        }
      }
    }
    return members;
  }

  bool report_cycles(const Components& components, Phase phase) {
    bool found = false;
    for (const auto& group : components.groups) {
      if (!is_cycle(components, group)) {
        continue;
      }
      found = true;
      const std::vector<std::uint32_t> path = way_round(components, group);
      std::string text;
      constexpr std::size_t kShown = 8;
      for (std::size_t i = 0; i < std::min(path.size(), kShown); ++i) {
        text += fmt::format("\"{}\" needs ", label(path[i]));
      }
      text += path.size() > kShown ? fmt::format("… ({} more) needs ", path.size() - kShown) : "";
      text += fmt::format("\"{}\"", label(path[0]));
      resolver_.error(phase == Phase::run ? Code::circular_equations : Code::circular_initial,
                      model_.assignments[path[0]].span, text,
                      phase == Phase::run
                          ? "break the circle with a stock, a smooth or PREVIOUS"
                          : "give one of them a starting value that needs none of the others");
    }
    return found;
  }

  void write_orders(const Components& at_run, const Components& at_start) {
    const std::size_t count = model_.assignments.size();
    // What changes during the run.
    std::vector<char> dynamic(count, 0);
    for (const auto& group : at_run.groups) {
      const std::uint32_t a = group[0];
      const Assignment& assignment = model_.assignments[a];
      bool changes = assignment.start_expr != kNone;
      for_each_node(assignment.expr, [&](const Node& node) {
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
      for (const std::uint32_t needed : at_run.edges[a]) {
        changes = changes || dynamic[needed] != 0;
      }
      dynamic[a] = changes ? 1 : 0;
    }
    // What the next step needs, and what is only looked at.
    std::vector<char> needed(count, 0);
    std::vector<std::uint32_t> open;
    const auto need = [&](std::uint32_t a) {
      if (needed[a] == 0) {
        needed[a] = 1;
        open.push_back(a);
      }
    };
    const auto close = [&](const Components& components) {
      while (!open.empty()) {
        const std::uint32_t a = open.back();
        open.pop_back();
        for (const std::uint32_t w : components.edges[a]) {
          need(w);
        }
      }
    };
    const std::set<VariableId> controls = {model_.sim.dt_by, model_.sim.stop_by,
                                           model_.sim.save_by};
    std::vector<char> is_delay_input(model_.variables.size(), 0);
    for (const Delay& delay : model_.delays) {
      is_delay_input[delay.input] = 1;
    }
    for (const Call& call : model_.calls) {
      if (!row(call.procedure).keeps()) {
        continue;
      }
      for (const Call::Argument& argument : call.arguments) {
        if (argument.node != kNone && model_.nodes[argument.node].kind == NodeKind::reference) {
          is_delay_input[model_.references[model_.nodes[argument.node].index].variable] = 1;
        }
      }
    }
    for (std::uint32_t a = 0; a < count; ++a) {
      const Assignment& assignment = model_.assignments[a];
      if (assignment.role == Role::net || assignment.role == Role::next ||
          (assignment.role == Role::value &&
           (is_delay_input[assignment.target] != 0 || controls.contains(assignment.target)))) {
        need(a);
      }
    }
    close(at_run);
    for (const auto& group : at_run.groups) {
      const std::uint32_t a = group[0];
      const bool moves = dynamic[a] != 0 || model_.assignments[a].role == Role::net ||
                         model_.assignments[a].role == Role::next;
      if (needed[a] != 0 && moves) {
        model_.rates_order.push_back(a);
      }
    }
    const std::vector<char> in_rates = needed;
    for (std::uint32_t a = 0; a < count; ++a) {
      if (model_.assignments[a].role == Role::value &&
          !model_.variables[model_.assignments[a].target].hidden) {
        need(a);
      }
    }
    close(at_run);
    for (const auto& group : at_run.groups) {
      const std::uint32_t a = group[0];
      if (needed[a] != 0 && in_rates[a] == 0 && dynamic[a] != 0) {
        model_.outputs_order.push_back(a);
      }
    }
    // At the start: all that never changes, and what initial values need.
    std::vector<char> invariant_needed = needed;
    needed.assign(count, 0);
    for (std::uint32_t a = 0; a < count; ++a) {
      const Role role = model_.assignments[a].role;
      if (role == Role::initial ||
          (role == Role::value && dynamic[a] == 0 && invariant_needed[a] != 0)) {
        need(a);
      }
    }
    close(at_start);
    for (const auto& group : at_start.groups) {
      const std::uint32_t a = group[0];
      if (needed[a] != 0 && !is_constant(model_, model_.assignments[a])) {
        model_.initial_order.push_back(a);
      }
    }
    const auto drop_constants = [&](std::vector<std::uint32_t>& order) {
      order.erase(std::remove_if(
                      order.begin(), order.end(),
                      [&](std::uint32_t a) { return is_constant(model_, model_.assignments[a]); }),
                  order.end());
    };
    drop_constants(model_.rates_order);
    drop_constants(model_.outputs_order);
    mark_constants();
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
  std::vector<Givers> givers_;
  std::set<std::pair<VariableId, std::uint32_t>> missing_;
  std::vector<std::uint32_t> visited_;
  std::uint32_t visit_mark_ = 0;
};

}  // namespace

void order_assignments(Resolver& resolver) { Orderer(resolver).run(); }

}  // namespace shamal::model
