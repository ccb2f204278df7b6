#include "machine/nest.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace shamal::machine {

namespace {

Walk walk(const ir::Loop& loop, const ir::View& view, const Layout& layout, bool runs) {
  const auto width = static_cast<std::int64_t>(layout.width(view.base));
  const std::int64_t value = layout.single ? sizeof(float) : sizeof(double);
  Walk made;
  made.aside = layout.finds_aside(view.base);
  made.start = value * static_cast<std::int64_t>(
                           made.aside ? layout.place_aside(*layout.find_aside(view.base), view.base)
                                      : layout.place(view.base));
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    if (loop.extents[k] > 1) {
      made.strides.push_back(view.axes[k].stride * width * value);
    }
  }
  if (runs) {
    made.strides.push_back(width > 1 ? value : 0);
  }
  return made;
}

}  // namespace

Nest make_nest(const ir::Loop& loop, const std::vector<Operation>& operations,
               const Layout& layout) {
  const std::int64_t value = layout.single ? sizeof(float) : sizeof(double);
  Nest nest;
  nest.runs = layout.width(operations.front().dst.base) > 1;
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    if (loop.extents[k] > 1) {
      nest.extents.push_back(loop.extents[k]);
    }
  }
  if (nest.runs) {
    nest.extents.push_back(static_cast<std::int64_t>(layout.pitch));
  }
  for (const Operation& operation : operations) {
    auto& walks = nest.walks.emplace_back();
    for (std::uint32_t a = 0; a < operation.arity; ++a) {
      walks[a] = walk(loop, operation.args[a], layout, nest.runs);
    }
    walks[3] = walk(loop, operation.dst, layout, nest.runs);
    if (operation.euler && layout.leaves_aside(operation.dst.base)) {
      walks[3].left = value * static_cast<std::int64_t>(layout.place_aside(
                                  *layout.find_aside(operation.dst.base), operation.dst.base));
    }
  }
  for (std::size_t k = nest.rank(); k-- > 1;) {
    bool one = true;
    for_each_walk(nest, operations, [&](const Walk& of) {
      one = one && of.strides[k - 1] == of.strides[k] * nest.extents[k];
    });
    if (one) {
      nest.extents[k] *= nest.extents[k - 1];
      nest.extents.erase(nest.extents.begin() + static_cast<std::ptrdiff_t>(k - 1));
      for_each_walk(nest, operations, [&](Walk& of) {
        of.strides.erase(of.strides.begin() + static_cast<std::ptrdiff_t>(k - 1));
      });
    }
  }
  return nest;
}

namespace {

bool same(const Walk& a, const Walk& b) { return !(a < b) && !(b < a); }

// The result stands still along the last axis, and takes the values of one operand, or products of
// two, in their order. Nothing else in the nest meets such a result (plan.h).
bool is_fold(const Operation& operation, const std::array<Walk, 4>& walks) {
  if (operation.euler || operation.table != nullptr) {
    return false;
  }
  const auto into = [&](std::size_t a) { return same(walks[a], walks[3]); };
  const auto moves = [&](std::size_t a) { return walks[a].strides.back() != 0; };
  switch (operation.op) {
    case ir::Op::add:
    case ir::Op::multiply:
    case ir::Op::minimum:
    case ir::Op::maximum:
      return (into(0) && moves(1)) || (into(1) && moves(0));
    case ir::Op::add_product:
    case ir::Op::subtract_product:
      return into(0) && !into(1) && !into(2) && (moves(1) || moves(2));
    default:
      return false;
  }
}

// Whether turns along axis k and along the last one write the same places, so that they have to
// stay in order: sums along both, and results that overlap.
bool meet(const Nest& nest, std::size_t k) {
  return std::any_of(nest.walks.begin(), nest.walks.end(), [&](const std::array<Walk, 4>& walks) {
    const std::int64_t outer = std::abs(walks[3].strides[k]);
    const std::int64_t inner = std::abs(walks[3].strides.back());
    return inner == 0 ? outer == 0 : outer != 0 && outer < inner * nest.extents.back();
  });
}

}  // namespace

bool several(const Nest& nest, const std::vector<Operation>& operations, std::int64_t values,
             std::int64_t value_bytes, bool folds) {
  // To take a register apart costs what it saves in another operation or two.
  constexpr std::size_t kWorthFolding = 3;
  if (nest.rank() == 0 || nest.extents.back() < values) {
    return false;
  }
  std::size_t folded = 0;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const std::array<Walk, 4>& walks = nest.walks[i];
    for (std::uint32_t a = 0; a < operations[i].arity; ++a) {
      const std::int64_t by = walks[a].strides.back();
      if (by != 0 && by != value_bytes) {
        return false;
      }
    }
    const std::int64_t by = walks[3].strides.back();
    if (by != value_bytes && !(folds && by == 0 && is_fold(operations[i], walks))) {
      return false;
    }
    folded += by == 0 ? 1 : 0;
  }
  return folded * kWorthFolding <= operations.size();
}

std::vector<Operation> unroll(Nest& nest, const std::vector<Operation>& operations,
                              std::size_t outer, std::size_t most) {
  if (outer == 0) {
    return operations;
  }
  const std::size_t k = outer - 1;
  if (outer < nest.rank() && meet(nest, k)) {
    return operations;
  }
  const std::size_t fit = most / operations.size();
  std::int64_t turns = std::min(nest.extents[k], static_cast<std::int64_t>(fit));
  while (turns > 1 && nest.extents[k] % turns != 0) {
    --turns;
  }
  if (turns <= 1) {
    return operations;
  }
  std::vector<Operation> all;
  std::vector<std::array<Walk, 4>> walks;
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      all.push_back(operations[i]);
      if (nest.walks[i][3].strides[k] == 0) {
        all.back().stored = operations[i].stored && turn + 1 == turns;
      }
      std::array<Walk, 4> moved = nest.walks[i];
      for (Walk& of : moved) {
        if (!of.strides.empty()) {
          of.start += of.strides[k] * turn;
          if (of.left) {
            *of.left += of.strides[k] * turn;
          }
          of.strides[k] *= turns;
        }
      }
      walks.push_back(std::move(moved));
    }
  }
  nest.extents[k] /= turns;
  nest.walks = std::move(walks);
  return all;
}

namespace {

template <class Wanted>
std::set<Strides> pointers(Nest& nest, const std::vector<Operation>& operations, std::size_t outer,
                           Wanted wanted) {
  std::set<Strides> made;
  for_each_walk(nest, operations, [&](const Walk& of) {
    if (wanted(of)) {
      made.emplace(of.strides.begin(), of.strides.begin() + static_cast<std::ptrdiff_t>(outer));
    }
  });
  return made;
}

}  // namespace

std::set<Strides> find_pointers(Nest& nest, const std::vector<Operation>& operations,
                                std::size_t outer) {
  return pointers(nest, operations, outer, [](const Walk& of) { return !of.aside; });
}

std::set<Strides> find_pointers_aside(Nest& nest, const std::vector<Operation>& operations,
                                      std::size_t outer) {
  return pointers(nest, operations, outer, [](const Walk& of) { return of.aside || of.left; });
}

Passage find_passage(const Nest& nest, const std::vector<Operation>& operations,
                     std::int64_t copies, bool indexed) {
  Passage made;
  std::map<std::pair<Walk, std::int64_t>, std::size_t> known;
  const auto fresh = [&](const Walk& of, std::int64_t copy, bool in_memory) {
    made.values.push_back({&of, copy, in_memory, {}});
    return made.values.size() - 1;
  };
  for (std::size_t i = 0; i < operations.size(); ++i) {
    for (std::int64_t copy = 0; copy < copies; ++copy) {
      const std::size_t at = made.operands.size();
      auto& operands = made.operands.emplace_back();
      const auto own = [&](const Walk& of) {
        return indexed && of.strides.back() == 0 ? std::int64_t{0} : copy;
      };
      for (std::uint32_t a = 0; a < operations[i].arity; ++a) {
        const Walk& of = nest.walks[i][a];
        const auto [place, is_new] = known.emplace(std::pair(of, own(of)), 0);
        if (is_new) {
          place->second = fresh(of, own(of), true);
        }
        operands[a] = place->second;
        std::vector<std::size_t>& uses = made.values[operands[a]].uses;
        if (uses.empty() || uses.back() != at) {
          uses.push_back(at);
        }
      }
      const Walk& to = nest.walks[i][3];
      operands[3] = fresh(to, own(to), false);
      known[{to, own(to)}] = operands[3];
    }
  }
  return made;
}

}  // namespace shamal::machine
