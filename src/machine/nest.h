// How the operations of a loop nest walk through memory: axes that all of them walk evenly are one,
// and the runs are the last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "ir/program.h"
#include "machine/layout.h"
#include "machine/target.h"

namespace shamal::machine {

// Bytes that a view moves along each axis of the nest, the runs being the last one; and where it
// begins: in the state or aside of it. A result may be left aside, too, in the same order.
struct Walk {
  std::int64_t start = 0;
  std::vector<std::int64_t> strides;
  bool aside = false;
  std::optional<std::int64_t> left;

  bool operator<(const Walk& other) const {
    return std::tie(start, aside, strides) < std::tie(other.start, other.aside, other.strides);
  }
};

struct Nest {
  std::vector<std::int64_t> extents;
  std::vector<std::array<Walk, 4>> walks;  // by operation: arguments, then the result
  bool runs = false;                       // the last axis are the runs

  std::size_t rank() const { return extents.size(); }
};

template <class Visit>
void for_each_walk(Nest& nest, const std::vector<Operation>& operations, Visit visit) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    for (std::uint32_t a = 0; a < operations[i].arity; ++a) {
      visit(nest.walks[i][a]);
    }
    visit(nest.walks[i][3]);
  }
}

Nest make_nest(const ir::Loop& loop, const std::vector<Operation>& operations,
               const Layout& layout);

// As many values at once as a register holds, along the last axis: it is the runs, or every operand
// walks it value by value or stands still. Results walk; or, for a target that `folds`, they stand
// still where an operation takes one value after the other into its own result, as sums do.
bool several(const Nest& nest, const std::vector<Operation>& operations, std::int64_t values,
             std::int64_t value_bytes, bool folds);

// Several turns of the last loop but the innermost one (of the last, if none is innermost: `outer`
// loops are outside) become one: nothing is written twice that could be on its way in a register,
// as sums are, and short bodies are seldom interrupted. The operations of the longer body, as the
// nest has walks for them, at most so many. What the innermost loop and this one both sum or write
// stays in order: then nothing is changed.
std::vector<Operation> unroll(Nest& nest, const std::vector<Operation>& operations,
                              std::size_t outer, std::size_t most = 64);

using Strides = std::vector<std::int64_t>;

// Pointers into the state are told apart by how they move along the axes outside of the innermost
// loop; and so are those to what lies aside of it.
std::set<Strides> find_pointers(Nest& nest, const std::vector<Operation>& operations,
                                std::size_t outer);
std::set<Strides> find_pointers_aside(Nest& nest, const std::vector<Operation>& operations,
                                      std::size_t outer);

// A value on its way through a turn of the innermost loop: what an operation gave, or what lies in
// memory.
struct Passing {
  const Walk* walk = nullptr;
  std::int64_t copy = 0;
  bool in_memory = false;
  std::vector<std::size_t> uses;  // operations that read it, ascending
};

struct Passage {
  std::vector<Passing> values;
  std::vector<std::array<std::size_t, 4>> operands;  // by operation: arguments, then the result
};

// Of `copies` registers of values at once, each operation for all of them before the next. What
// stands still while they move (`indexed`) is one value for all copies.
Passage find_passage(const Nest& nest, const std::vector<Operation>& operations,
                     std::int64_t copies, bool indexed);

}  // namespace shamal::machine
