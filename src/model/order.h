// Which assignment needs which, and in what groups they must be computed. Internal to model/.
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/resolver.h"

namespace shamal::model {

// Values at the start, where stocks depend on their initial equations, or during the run.
enum class Phase { start, run };

// Assignments that need each other, or one by itself.
struct Group {
  std::vector<std::uint32_t> members;
  // Found by going round (SIMULTANEOUS): the members stand in the order of one round.
  bool rounds = false;
  // Would be found so, but has more equations than kMostInRound.
  bool too_large = false;
};

// Equations of one circle of SIMULTANEOUS, which a program holds once for each round: more are
// reported as circular.
inline constexpr std::size_t kMostInRound = 2000;

struct Components {
  std::vector<Group> groups;                      // dependencies first
  std::vector<std::vector<std::uint32_t>> edges;  // by assignment: what it needs

  bool is_cycle(const Group& group) const;
};

// Elements, by variable and place, that are referred to and that no assignment gives a value to.
using MissingElements = std::set<std::pair<VariableId, std::uint32_t>>;

// The graphs of a model's assignments as they are now.
class Dependencies {
 public:
  // What is missing is reported once, and joins `missing`.
  Dependencies(Resolver& resolver, MissingElements& missing);

  Components components(Phase phase);

  // Whether an assignment makes a value that is found by going round.
  bool is_guessed(std::uint32_t a) const { return guessed_[model_.assignments[a].target] != 0; }

  // What of a variable is needed in a phase, if anything.
  std::optional<Role> needed_role(VariableId v, Phase phase) const;

  NodeId root_of(const Assignment& assignment, Phase phase) const;

  // Visits the nodes below a root whose values are needed at once, each once.
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

 private:
  // For each variable and kind of role: the assignment that gives each element its value, or just
  // one if it gives them all.
  struct Givers {
    std::vector<std::uint32_t> value;
    std::vector<std::uint32_t> initial;
  };

  static std::vector<std::uint32_t>& of_role(Givers& givers, Role role);
  void index_givers();
  void add_givers(const Reference& reference, base::Span place, Phase phase,
                  std::vector<std::uint32_t>& edges);
  void note_missing(VariableId v, std::uint32_t flat, base::Span place);
  void go_round(Components& components) const;

  Resolver& resolver_;
  Model& model_;
  std::vector<Givers> givers_;
  std::vector<char> guessed_;  // variables that are found by going round
  MissingElements& missing_;
  std::vector<std::uint32_t> visited_;
  std::uint32_t visit_mark_ = 0;
};

// A plain number: loaded with the program, never computed.
bool is_constant(const Model& model, const Assignment& assignment);

// The orders of the three blocks, and which variables are constants.
void write_orders(Resolver& resolver, Dependencies& dependencies, const Components& at_run,
                  const Components& at_start);

}  // namespace shamal::model
