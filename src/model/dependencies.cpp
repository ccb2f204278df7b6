// Assignments are the nodes of two graphs, one of values during the run and one of values at the
// start; an edge leads to what is needed first. Strongly connected components (Tarjan 1972) come
// out with dependencies first.
//
// A component that holds values of SIMULTANEOUS is computed by going round in it: such a value is
// taken as known within a round and made anew at its end. What is left without the edges to these
// values must have an order.

#include <algorithm>

#include <fmt/format.h>

#include "model/order.h"

namespace shamal::model {

using base::Code;

namespace {

template <class Visit>
void for_each_element(const Model& model, const Variable& variable, const Assignment& assignment,
                      Visit visit) {
  std::vector<std::uint32_t> flats = {0};
  for (std::size_t d = 0; d < variable.dimensions.size(); ++d) {
    const std::uint32_t size = model.dimensions[variable.dimensions[d]].size();
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

bool takes_part(const Assignment& assignment, Phase phase) {
  if (phase == Phase::run) {
    return assignment.role == Role::value || assignment.role == Role::net ||
           assignment.role == Role::next;
  }
  return assignment.role == Role::initial || assignment.role == Role::value;
}

// The strongly connected components of some nodes of a graph, with dependencies first.
template <class Followed>
std::vector<Group> strong_components(const std::vector<std::uint32_t>& members,
                                     const std::vector<std::vector<std::uint32_t>>& edges,
                                     Followed followed) {
  std::vector<Group> groups;
  const std::size_t count = edges.size();
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
  for (const std::uint32_t first : members) {
    if (order[first] != 0) {
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
      while (frame.edge < edges[v].size()) {
        const std::uint32_t w = edges[v][frame.edge++];
        if (!followed(v, w)) {
          continue;
        }
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
        Group group;
        for (;;) {
          const std::uint32_t w = stack.back();
          stack.pop_back();
          on_stack[w] = 0;
          group.members.push_back(w);
          if (w == v) {
            break;
          }
        }
        groups.push_back(std::move(group));
      }
      frames.pop_back();
      if (!frames.empty()) {
        const std::uint32_t parent = frames.back().node;
        low[parent] = std::min(low[parent], low[v]);
      }
    }
  }
  return groups;
}

}  // namespace

bool Components::is_cycle(const Group& group) const {
  if (group.rounds) {
    return false;
  }
  if (group.members.size() > 1) {
    return true;
  }
  const std::vector<std::uint32_t>& needed = edges[group.members[0]];
  return std::binary_search(needed.begin(), needed.end(), group.members[0]);
}

Dependencies::Dependencies(Resolver& resolver, MissingElements& missing)
    : resolver_(resolver),
      model_(resolver.model),
      guessed_(resolver.model.variables.size(), 0),
      missing_(missing) {
  index_givers();
  for (const Assignment& assignment : model_.assignments) {
    if (assignment.role == Role::guess) {
      guessed_[assignment.target] = 1;
    }
  }
}

std::vector<std::uint32_t>& Dependencies::of_role(Givers& givers, Role role) {
  return role == Role::initial ? givers.initial : givers.value;
}

void Dependencies::index_givers() {
  givers_.assign(model_.variables.size(), {});
  for (std::uint32_t a = 0; a < model_.assignments.size(); ++a) {
    const Assignment& assignment = model_.assignments[a];
    if (!(assignment.role == Role::value || assignment.role == Role::initial) ||
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
    for_each_element(model_, variable, assignment, [&](std::uint32_t flat) { givers[flat] = a; });
  }
}

std::optional<Role> Dependencies::needed_role(VariableId v, Phase phase) const {
  const Kind kind = model_.variables[v].kind;
  if (kind == Kind::stock || kind == Kind::memory || kind == Kind::initial_only) {
    return phase == Phase::run ? std::nullopt : std::optional(Role::initial);
  }
  return Role::value;
}

// Adds the assignments that give the referred-to elements their values.
void Dependencies::add_givers(const Reference& reference, base::Span place, Phase phase,
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
void Dependencies::note_missing(VariableId v, std::uint32_t flat, base::Span place) {
  if (!resolver_.info[v].partial || !missing_.emplace(v, flat).second) {
    return;
  }
  const Variable& variable = model_.variables[v];
  std::string subscripts;
  for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
    const Dimension& dimension = model_.dimensions[variable.dimensions[d]];
    subscripts =
        dimension.elements[flat % dimension.size()] + (subscripts.empty() ? "" : ",") + subscripts;
    flat /= dimension.size();
  }
  resolver_.error(Code::missing_element_equation, place,
                  fmt::format("\"{}\"[{}]", variable.name, subscripts));
}

NodeId Dependencies::root_of(const Assignment& assignment, Phase phase) const {
  return phase == Phase::start && assignment.start_expr != kNone ? assignment.start_expr
                                                                 : assignment.expr;
}

Components Dependencies::components(Phase phase) {
  const auto count = static_cast<std::uint32_t>(model_.assignments.size());
  Components result;
  result.edges.resize(count);
  std::vector<std::uint32_t> members;
  for (std::uint32_t a = 0; a < count; ++a) {
    const Assignment& assignment = model_.assignments[a];
    if (!takes_part(assignment, phase)) {
      continue;
    }
    members.push_back(a);
    std::vector<std::uint32_t>& edges = result.edges[a];
    const auto add_needs = [&](NodeId root) {
      for_each_node(root, [&](const Node& node) {
        if (node.kind == NodeKind::reference) {
          add_givers(model_.references[node.index], node.span, phase, edges);
        }
      });
    };
    add_needs(root_of(assignment, phase));
    if (is_guessed(a)) {
      for (const Assignment& guess : model_.assignments) {
        if (guess.role == Role::guess && guess.target == assignment.target) {
          add_needs(guess.expr);
        }
      }
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  result.groups =
      strong_components(members, result.edges, [](std::uint32_t, std::uint32_t) { return true; });
  go_round(result);
  return result;
}

// Groups that can be computed in rounds are marked so; of one that cannot, the circles that are
// left take its place.
void Dependencies::go_round(Components& components) const {
  const auto found = [&](std::uint32_t a) { return is_guessed(a); };
  std::vector<Group> groups;
  for (Group& group : components.groups) {
    if (group.members.size() < 2 ||
        std::none_of(group.members.begin(), group.members.end(), found)) {
      groups.push_back(std::move(group));
      continue;
    }
    if (group.members.size() > kMostInRound) {
      group.too_large = true;
      groups.push_back(std::move(group));
      continue;
    }
    std::vector<std::uint32_t> inside = group.members;
    std::sort(inside.begin(), inside.end());
    Group round;
    round.rounds = true;
    bool ordered = true;
    for (Group& one :
         strong_components(inside, components.edges, [&](std::uint32_t, std::uint32_t w) {
           return !found(w) && std::binary_search(inside.begin(), inside.end(), w);
         })) {
      ordered = ordered && one.members.size() == 1;
      if (one.members.size() > 1) {
        groups.push_back(std::move(one));
      } else {
        round.members.push_back(one.members[0]);
      }
    }
    if (ordered) {
      std::stable_partition(round.members.begin(), round.members.end(),
                            [&](std::uint32_t a) { return !found(a); });
      groups.push_back(std::move(round));
    }
  }
  components.groups = std::move(groups);
}

}  // namespace shamal::model
