// A graph of elements: those of one assignment that differ along axes which may be split are nodes
// of their own. An element is ready when all that it needs has been computed. Kahn's algorithm
// [Kahn1962] takes one ready node after another; here a turn takes all ready ones of an assignment
// at once, which is a piece. Assignments that are ready as a whole come first; if there is none,
// the one of which the largest part is ready. That order is valid, whatever the choice; fewer
// pieces make a shorter program.
//
// What a sum runs over is needed by every element that the sum is part of. So that this does not
// give edges by their product, a reference has nodes as well: one for each position on the axes
// that its indices and the assignment share.
#include "model/pieces.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace shamal::model {

namespace {

using Positions = std::vector<std::uint32_t>;

constexpr std::size_t kMostEdges = 100'000'000;

// Visits all combinations of positions below the sizes, the last one moving fastest.
template <class Visit>
void for_each_position(const Positions& sizes, Visit visit) {
  if (std::find(sizes.begin(), sizes.end(), 0u) != sizes.end()) {
    return;
  }
  Positions at(sizes.size(), 0);
  for (;;) {
    visit(at);
    std::size_t k = sizes.size();
    while (k > 0 && ++at[k - 1] == sizes[k - 1]) {
      at[--k] = 0;
    }
    if (k == 0) {
      return;
    }
  }
}

// The boxes that a set of positions on axes from `axis` on consists of: positions on that axis
// behind which the same things lie stay together.
void add_boxes(std::vector<Positions> set, std::size_t axis, std::size_t axes, PieceBox& before,
               std::vector<PieceBox>& boxes) {
  if (axis == axes) {
    boxes.push_back(before);
    return;
  }
  std::map<std::uint32_t, std::vector<Positions>> behind;
  for (Positions& position : set) {
    behind[position[axis]].push_back(std::move(position));
  }
  const auto tail_less = [axis](const Positions& a, const Positions& b) {
    const auto from = static_cast<std::ptrdiff_t>(axis) + 1;
    return std::lexicographical_compare(a.begin() + from, a.end(), b.begin() + from, b.end());
  };
  std::map<std::vector<Positions>, Positions> alike;  // what lies behind, and where
  for (auto& [at, list] : behind) {
    std::sort(list.begin(), list.end(), tail_less);
    for (Positions& position : list) {
      position[axis] = 0;
    }
    alike[std::move(list)].push_back(at);
  }
  for (const auto& [list, at] : alike) {
    before.push_back(at);
    add_boxes(list, axis + 1, axes, before, boxes);
    before.pop_back();
  }
}

class Graph {
 public:
  Graph(const Model& model, const std::vector<Member>& members)
      : model_(model), members_(members) {}

  std::optional<std::vector<std::vector<PieceBox>>> run() {
    number_elements();
    for (std::uint32_t m = 0; m < members_.size(); ++m) {
      for (const Reference* const reference : members_[m].needed) {
        add_edges(m, *reference);
        if (edges_.size() > kMostEdges) {
          return std::nullopt;
        }
      }
    }
    return take_turns();
  }

 private:
  const Assignment& assignment(std::uint32_t m) const {
    return model_.assignments[members_[m].assignment];
  }

  void number_elements() {
    std::uint32_t next = 0;
    for (std::uint32_t m = 0; m < members_.size(); ++m) {
      const Assignment& made = assignment(m);
      const Variable& variable = model_.variables[made.target];
      Positions sizes;
      std::uint32_t count = 1;
      for (const std::uint32_t axis : members_[m].axes) {
        sizes.push_back(made.axes[axis].size());
        count *= sizes.back();
      }
      first_.push_back(next);
      sizes_.push_back(sizes);
      auto& nodes = node_of_[made.target];
      nodes.resize(model_.element_count(variable), kNone);
      Positions box;
      for (std::uint32_t axis = 0; axis < made.box_axes; ++axis) {
        box.push_back(made.axes[axis].size());
      }
      for_each_position(box, [&](const Positions& at) {
        std::uint32_t flat = 0;
        for (std::size_t d = 0; d < made.box.size(); ++d) {
          const BoxSide& side = made.box[d];
          flat = flat * model_.dimensions[variable.dimensions[d]].size() +
                 (side.axis == kNone ? side.element : made.axes[side.axis].elements[at[side.axis]]);
        }
        std::uint32_t node = 0;
        for (std::size_t k = 0; k < sizes.size(); ++k) {
          node = node * sizes[k] + at[members_[m].axes[k]];
        }
        nodes[flat] = next + node;
      });
      next += count;
    }
    elements_ = nodes_ = next;
  }

  void add_edges(std::uint32_t m, const Reference& reference) {
    const Assignment& made = assignment(m);
    const Variable& variable = model_.variables[reference.variable];
    const Positions& node_of = node_of_.at(reference.variable);
    // The axes that its indices name: those that tell nodes apart first, then the others; and the
    // dimensions in which any element may be meant.
    std::vector<std::uint32_t> axes;
    for (const std::uint32_t axis : members_[m].axes) {
      for (const Index& index : reference.indices) {
        if (index.kind == Index::Kind::axis && index.axis == axis &&
            std::find(axes.begin(), axes.end(), axis) == axes.end()) {
          axes.push_back(axis);
        }
      }
    }
    const std::size_t shared = axes.size();
    Positions sizes;
    for (const Index& index : reference.indices) {
      if (index.kind == Index::Kind::axis &&
          std::find(axes.begin(), axes.end(), index.axis) == axes.end()) {
        axes.push_back(index.axis);
      }
    }
    for (const std::uint32_t axis : axes) {
      sizes.push_back(made.axes[axis].size());
    }
    for (std::size_t d = 0; d < reference.indices.size(); ++d) {
      if (reference.indices[d].kind == Index::Kind::dynamic) {
        sizes.push_back(model_.dimensions[variable.dimensions[d]].size());
      }
    }
    const std::uint32_t hubs = nodes_;
    std::uint32_t hub_count = 1;
    for (std::size_t k = 0; k < shared; ++k) {
      hub_count *= sizes[k];
    }
    nodes_ += hub_count;
    for_each_position(sizes, [&](const Positions& at) {
      std::uint32_t flat = 0;
      std::size_t dynamic = axes.size();
      for (std::size_t d = 0; d < reference.indices.size(); ++d) {
        const Index& index = reference.indices[d];
        std::uint32_t element = index.element;
        if (index.kind == Index::Kind::axis) {
          const auto place = std::find(axes.begin(), axes.end(), index.axis) - axes.begin();
          element = index.elements[at[static_cast<std::size_t>(place)]];
        } else if (index.kind == Index::Kind::dynamic) {
          element = at[dynamic++];
        }
        flat = flat * model_.dimensions[variable.dimensions[d]].size() + element;
      }
      if (node_of[flat] != kNone) {
        std::uint32_t hub = 0;
        for (std::size_t k = 0; k < shared; ++k) {
          hub = hub * sizes[k] + at[k];
        }
        edges_.emplace_back(node_of[flat], hubs + hub);
      }
    });
    std::uint32_t node = first_[m];
    for_each_position(sizes_[m], [&](const Positions& at) {
      std::uint32_t hub = 0;
      for (std::size_t k = 0; k < shared; ++k) {
        const auto place = std::find(members_[m].axes.begin(), members_[m].axes.end(), axes[k]) -
                           members_[m].axes.begin();
        hub = hub * sizes[k] + at[static_cast<std::size_t>(place)];
      }
      edges_.emplace_back(hubs + hub, node++);
    });
  }

  std::optional<std::vector<std::vector<PieceBox>>> take_turns() {
    // Edges by what they come from.
    std::vector<std::uint32_t> begin(nodes_ + 1, 0);
    pending_.assign(nodes_, 0);
    for (const auto& [from, to] : edges_) {
      ++begin[from + 1];
      ++pending_[to];
    }
    for (std::size_t n = 0; n < nodes_; ++n) {
      begin[n + 1] += begin[n];
    }
    std::vector<std::uint32_t> targets(edges_.size());
    std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
    for (const auto& [from, to] : edges_) {
      targets[next[from]++] = to;
    }
    edges_.clear();

    member_of_.resize(elements_);
    left_.resize(members_.size());
    ready_.resize(members_.size());
    for (std::uint32_t m = 0; m < members_.size(); ++m) {
      const std::uint32_t end = m + 1 < members_.size() ? first_[m + 1] : elements_;
      left_[m] = end - first_[m];
      std::fill(member_of_.begin() + first_[m], member_of_.begin() + end, m);
    }
    std::vector<std::uint32_t> open;
    const auto release = [&](std::uint32_t node) {
      if (node >= elements_) {
        open.push_back(node);
      } else {
        note_ready(node);
      }
    };
    const auto close = [&] {
      while (!open.empty()) {
        const std::uint32_t node = open.back();
        open.pop_back();
        for (std::uint32_t e = begin[node]; e < begin[node + 1]; ++e) {
          if (--pending_[targets[e]] == 0) {
            release(targets[e]);
          }
        }
      }
    };
    for (std::uint32_t node = 0; node < nodes_; ++node) {
      if (pending_[node] == 0) {
        release(node);
      }
    }
    close();
    std::vector<std::vector<PieceBox>> result(members_.size());
    std::uint32_t taken = 0;
    while (taken < elements_) {
      const std::uint32_t m = choose();
      if (m == kNone) {
        return std::nullopt;
      }
      const std::vector<std::uint32_t> piece = std::move(ready_[m]);
      ready_[m].clear();
      left_[m] -= static_cast<std::uint32_t>(piece.size());
      taken += static_cast<std::uint32_t>(piece.size());
      add_piece(m, piece, result[m]);
      open.insert(open.end(), piece.begin(), piece.end());
      close();
    }
    return result;
  }

  void note_ready(std::uint32_t node) {
    const std::uint32_t m = member_of_[node];
    ready_[m].push_back(node);
    if (ready_[m].size() == left_[m]) {
      complete_.push_back(m);
    }
  }

  // What is computed next; kNone if nothing is ready.
  std::uint32_t choose() {
    while (!complete_.empty()) {
      const std::uint32_t m = complete_.back();
      complete_.pop_back();
      if (!ready_[m].empty() && ready_[m].size() == left_[m]) {
        return m;
      }
    }
    std::uint32_t best = kNone;
    double part = 0;
    for (std::uint32_t m = 0; m < members_.size(); ++m) {
      const double of_it = ready_[m].empty() ? 0 : static_cast<double>(ready_[m].size()) / left_[m];
      if (of_it > part) {
        part = of_it;
        best = m;
      }
    }
    return best;
  }

  void add_piece(std::uint32_t m, const std::vector<std::uint32_t>& piece,
                 std::vector<PieceBox>& boxes) const {
    const Positions& sizes = sizes_[m];
    PieceBox before;
    std::vector<Positions> set;
    for (const std::uint32_t node : piece) {
      Positions at(sizes.size());
      std::uint32_t rest = node - first_[m];
      for (std::size_t k = sizes.size(); k-- > 0;) {
        at[k] = rest % sizes[k];
        rest /= sizes[k];
      }
      set.push_back(std::move(at));
    }
    add_boxes(std::move(set), 0, sizes.size(), before, boxes);
  }

  const Model& model_;
  const std::vector<Member>& members_;
  std::vector<std::uint32_t> first_;  // by member: its first node
  std::vector<Positions> sizes_;
  std::unordered_map<VariableId, Positions> node_of_;  // by element
  std::uint32_t elements_ = 0;  // nodes below are elements, others of references
  std::uint32_t nodes_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges_;  // what is needed, and by what
  std::vector<std::uint32_t> pending_;
  std::vector<std::uint32_t> member_of_;
  std::vector<std::uint32_t> left_;                // by member: elements not computed yet
  std::vector<std::vector<std::uint32_t>> ready_;  //   and those that are ready
  std::vector<std::uint32_t> complete_;            // members that are ready as a whole
};

}  // namespace

std::optional<std::vector<std::vector<PieceBox>>> pieces_of(const Model& model,
                                                            const std::vector<Member>& members) {
  return Graph(model, members).run();
}

}  // namespace shamal::model
