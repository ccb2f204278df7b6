// Evaluation orders. A component of more than one assignment (dependencies.cpp) is a cycle, unless
// it comes from arrays that refer to their own other elements: then its arrayed assignments are
// made again, in pieces that can be computed one after another (model/pieces.h), and the orders are
// sought anew. Where an index is computed, it is known which element is meant only once the
// assignment is made for one element; there each element becomes an assignment of its own.

#include "model/order.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "model/pieces.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;

namespace {

class Orderer {
 public:
  explicit Orderer(Resolver& resolver) : resolver_(resolver), model_(resolver.model) {}

  void run() {
    for (;;) {
      Dependencies dependencies(resolver_, missing_);
      const Components at_run = dependencies.components(Phase::run);
      const Components at_start = dependencies.components(Phase::start);
      Cuts cuts = cuts_of(dependencies, at_run, Phase::run);
      if (cuts.empty()) {
        cuts = cuts_of(dependencies, at_start, Phase::start);
      }
      if (cuts.empty()) {
        if (missing_.empty() && !report_cycles(dependencies, at_run, Phase::run) &&
            !report_cycles(dependencies, at_start, Phase::start)) {
          write_orders(resolver_, dependencies, at_run, at_start);
        }
        return;
      }
      split_assignments(cuts);
    }
  }

 private:
  // The boxes that assignments are to be made in, by the axes that may be split.
  using Cuts = std::map<std::uint32_t, std::vector<PieceBox>>;

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

  Cuts cuts_of(Dependencies& dependencies, const Components& components, Phase phase) {
    Cuts cuts;
    for (const Group& group : components.groups) {
      if (!components.is_cycle(group)) {
        continue;
      }
      const std::vector<Member> members = members_of(dependencies, group.members, phase);
      const auto pieces = pieces_of(model_, members);
      const std::size_t before = cuts.size();
      for (std::size_t m = 0; pieces && m < members.size(); ++m) {
        if ((*pieces)[m].size() > 1) {
          cuts.emplace(members[m].assignment, (*pieces)[m]);
        }
      }
      if (cuts.size() == before) {
        for (const std::uint32_t a : group.members) {
          const std::vector<std::uint32_t> axes = divisible_axes(a);
          if (!axes.empty()) {
            cuts.emplace(a, single_elements(model_.assignments[a], axes));
          }
        }
      }
    }
    return cuts;
  }

  std::vector<Member> members_of(Dependencies& dependencies,
                                 const std::vector<std::uint32_t>& group, Phase phase) {
    std::set<VariableId> given;
    std::vector<Member> members;
    for (const std::uint32_t a : group) {
      const Assignment& assignment = model_.assignments[a];
      if (dependencies.needed_role(assignment.target, phase) == assignment.role) {
        members.push_back({a, divisible_axes(a), {}});
        given.insert(assignment.target);
      }
    }
    for (Member& member : members) {
      const NodeId root = dependencies.root_of(model_.assignments[member.assignment], phase);
      dependencies.for_each_node(root, [&](const Node& node) {
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

  // The limited outflows of a circle, and those of its variables that name them. Another outflow of
  // the same stock has them in its limit; only if nothing else helps, that counts as naming.
  void open_limits(Dependencies& dependencies, const Group& group, Phase phase) {
    std::set<VariableId> limited;
    for (const std::uint32_t a : group.members) {
      if (resolver_.is_limited(model_.assignments[a].target)) {
        limited.insert(model_.assignments[a].target);
      }
    }
    for (const bool neighbours : {false, true}) {
      const Resolver::SeenAsked before = resolver_.seen_asked;
      for (const std::uint32_t a : group.members) {
        const VariableId reader = model_.assignments[a].target;
        const NodeId root = dependencies.root_of(model_.assignments[a], phase);
        dependencies.for_each_node(root, [&](const Node& node) {
          if (node.kind != NodeKind::reference) {
            return;
          }
          const VariableId flow = model_.references[node.index].variable;
          if (limited.contains(flow) &&
              (neighbours || resolver_.info[flow].leaves != resolver_.info[reader].leaves)) {
            resolver_.seen_asked[model_.variables[flow].name].insert(model_.variables[reader].name);
          }
        });
      }
      if (resolver_.seen_asked != before) {
        return;
      }
    }
  }

  bool report_cycles(Dependencies& dependencies, const Components& components, Phase phase) {
    bool found = false;
    for (const Group& group : components.groups) {
      if (!components.is_cycle(group)) {
        continue;
      }
      found = true;
      open_limits(dependencies, group, phase);
      const std::vector<std::uint32_t> path = way_round(components, group.members);
      std::string text;
      constexpr std::size_t kShown = 8;
      for (std::size_t i = 0; i < std::min(path.size(), kShown); ++i) {
        text += fmt::format("\"{}\" needs ", label(path[i]));
      }
      text += path.size() > kShown ? fmt::format("… ({} more) needs ", path.size() - kShown) : "";
      text += fmt::format("\"{}\"", label(path[0]));
      resolver_.error(phase == Phase::run ? Code::circular_equations : Code::circular_initial,
                      model_.assignments[path[0]].span, text,
                      group.too_large
                          ? fmt::format("SIMULTANEOUS goes round in {} equations at most, and this "
                                        "circle has {}",
                                        kMostInRound, group.members.size())
                      : phase == Phase::run
                          ? "break the circle with a stock, a smooth or PREVIOUS"
                          : "give one of them a starting value that needs none of the others");
    }
    return found;
  }

  Resolver& resolver_;
  Model& model_;
  MissingElements missing_;
};

}  // namespace

void order_assignments(Resolver& resolver) { Orderer(resolver).run(); }

}  // namespace shamal::model
