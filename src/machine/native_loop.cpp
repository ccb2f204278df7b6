#include "machine/native_loop.h"

#include <algorithm>
#include <map>
#include <utility>

namespace shamal::machine {

namespace {

// Bytes that a view moves along each axis of the nest, the runs being the last one; and where it
// begins.
struct Walk {
  std::int64_t start = 0;
  std::vector<std::int64_t> strides;

  bool operator<(const Walk& other) const {
    return start != other.start ? start < other.start : strides < other.strides;
  }
};

struct Nest {
  std::vector<std::int64_t> extents;
  std::vector<std::array<Walk, 4>> walks;  // by operation: arguments, then the result
  bool runs = false;                       // the last axis are the runs

  std::size_t rank() const { return extents.size(); }
};

Walk walk(const ir::Loop& loop, const ir::View& view, const Layout& layout, bool runs) {
  const auto width = static_cast<std::int64_t>(layout.width(view.base));
  const std::int64_t value = layout.single ? sizeof(float) : sizeof(double);
  Walk made;
  made.start = static_cast<std::int64_t>(layout.place(view.base)) * value;
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
               const Layout& layout) {
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

// As many values at once as a register holds, along the last axis: it is the runs, or every operand
// walks it value by value or stands still.
bool several(Nest& nest, const std::vector<Operation>& operations, const Assembler& to) {
  if (nest.rank() == 0 || nest.extents.back() < to.values()) {
    return false;
  }
  const std::int64_t value = to.value_bytes();
  bool even = true;
  for_each_walk(nest, operations, [&](const Walk& of) {
    even = even && (of.strides.back() == 0 || of.strides.back() == value);
  });
  for (std::size_t i = 0; i < operations.size(); ++i) {
    even = even && nest.walks[i][3].strides.back() == value;
  }
  return even;
}

using Strides = std::vector<std::int64_t>;

// Pointers are told apart by how they move along the axes outside of the innermost loop.
std::map<Strides, General> find_pointers(Nest& nest, const std::vector<Operation>& operations,
                                         std::size_t outer) {
  std::map<Strides, General> made;
  for_each_walk(nest, operations, [&](const Walk& of) {
    made.emplace(
        Strides(of.strides.begin(), of.strides.begin() + static_cast<std::ptrdiff_t>(outer)),
        General::none);
  });
  return made;
}

constexpr std::array<General, kMostPointers> kPointers = {General::rax, General::rdx, General::rsi,
                                                          General::r8,  General::r9,  General::r10,
                                                          General::r11, General::r13};
constexpr std::array<General, 6> kSaved = {General::rbx, General::rbp, General::r12,
                                           General::r13, General::r14, General::r15};

// Registers of values that one turn of a loop takes on side by side, so that the processor has
// something else to do where an operation waits for the one before it.
constexpr std::int64_t kTogether = 2;

constexpr std::int32_t kAligned = 32;  // bytes of a register

class LoopWriter {
 public:
  LoopWriter(const ir::Loop& loop, const std::vector<Operation>& operations, const Layout& layout,
             Assembler& to)
      : operations_(operations), to_(to), nest_(make_nest(loop, operations, layout)) {
    indexed_ = several(nest_, operations_, to_);
    outer_ = indexed_ ? nest_.rank() - 1 : nest_.rank();
    pointers_ = find_pointers(nest_, operations_, outer_);
  }

  void write() {
    begin();
    std::vector<std::size_t> heads;
    for (std::size_t k = 0; k < outer_; ++k) {
      to_.set_on_stack(counter(k), static_cast<std::int32_t>(nest_.extents[k]));
      heads.push_back(to_.here());
    }
    if (indexed_) {
      const std::int64_t count = nest_.extents.back();
      to_.clear(General::rcx);
      const std::int64_t values = to_.values();
      std::int64_t done = 0;
      for (const auto& [copies, step] :
           {std::pair(kTogether, kTogether * values), std::pair(std::int64_t{1}, values),
            std::pair(std::int64_t{1}, std::int64_t{1})}) {
        const std::int64_t end = count / step * step;
        if (end > done) {
          innermost(copies, step, end);
          done = end;
        }
      }
    } else {
      to_.wide = false;
      body(1);
    }
    for (std::size_t k = outer_; k-- > 0;) {
      for (const auto& [strides, reg] : pointers_) {
        move(reg, strides[k]);
      }
      to_.decrease_on_stack(counter(k));
      to_.jump_if_not_zero(heads[k]);
      for (const auto& [strides, reg] : pointers_) {
        move(reg, -strides[k] * nest_.extents[k]);
      }
    }
    finish();
  }

 private:
  // On the stack, from rsp: the counters of the loops but the innermost, where the stack was, and
  // the values of the bodies, which do not cross lines of the cache.
  std::int32_t counter(std::size_t k) const { return static_cast<std::int32_t>(8 * k); }
  std::int32_t former_stack() const { return counter(outer_); }
  std::int32_t spills() const { return (former_stack() + 8 + kAligned - 1) / kAligned * kAligned; }

  void move(General reg, std::int64_t by) {
    if (reg != General::rbx && by != 0) {
      to_.add(reg, static_cast<std::int32_t>(by));
    }
  }

  void begin() {
    for (const General reg : kSaved) {
      to_.push(reg);
    }
    to_.move(General::r12, General::rsp);
    frame_ = to_.add_later(General::rsp);
    to_.keep_bits(General::rsp, -kAligned);
    to_.store({General::rsp, General::none, former_stack()}, General::r12);
    to_.move(General::rbx, General::rdi);
    to_.set(General::rdi, reinterpret_cast<std::uint64_t>(native_pool(to_.single)));
    std::size_t next = 0;
    for (auto& [strides, reg] : pointers_) {
      const bool still =
          std::all_of(strides.begin(), strides.end(), [](std::int64_t by) { return by == 0; });
      reg = still ? General::rbx : kPointers[next++];
      if (!still) {
        to_.move(reg, General::rbx);
      }
    }
  }

  void finish() {
    to_.patch(frame_, -(spills() + spilled_));
    to_.load(General::rsp, {General::rsp, General::none, former_stack()});
    for (std::size_t i = kSaved.size(); i-- > 0;) {
      to_.pop(kSaved[i]);
    }
    to_.end();
  }

  void innermost(std::int64_t copies, std::int64_t step, std::int64_t end) {
    to_.wide = step > 1;
    const std::size_t head = to_.here();
    body(copies);
    to_.add(General::rcx, static_cast<std::int32_t>(step) * to_.value_bytes());
    to_.compare(General::rcx, static_cast<std::int32_t>(end * to_.value_bytes()));
    to_.jump_if_below(head);
  }

  // `copies` registers of values at once, each operation for all of them before the next.
  void body(std::int64_t copies) {
    BodyValues made;
    std::vector<Operation> all;
    std::map<std::pair<Walk, std::int64_t>, std::size_t> known;
    const auto fresh = [&](const Walk& of, std::int64_t copy, bool in_memory) {
      Value value;
      const Strides outer(of.strides.begin(),
                          of.strides.begin() + static_cast<std::ptrdiff_t>(outer_));
      const bool moves = indexed_ && of.strides.back() != 0;
      value.home = {pointers_.at(outer), moves ? General::rcx : General::none,
                    static_cast<std::int32_t>(of.start + copy * to_.values() * to_.value_bytes())};
      value.spread = indexed_ && !moves;
      value.at_home = in_memory;
      made.values.push_back(std::move(value));
      return made.values.size() - 1;
    };
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      for (std::int64_t copy = 0; copy < copies; ++copy) {
        auto& operands = made.operands.emplace_back();
        for (std::uint32_t a = 0; a < operations_[i].arity; ++a) {
          const Walk& of = nest_.walks[i][a];
          const std::int64_t own = indexed_ && of.strides.back() != 0 ? copy : 0;
          auto [place, is_new] = known.emplace(std::pair(of, own), 0);
          if (is_new) {
            place->second = fresh(of, own, true);
          }
          operands[a] = place->second;
          std::vector<std::size_t>& uses = made.values[operands[a]].uses;
          if (uses.empty() || uses.back() != all.size()) {
            uses.push_back(all.size());
          }
        }
        operands[3] = fresh(nest_.walks[i][3], copy, false);
        known[{nest_.walks[i][3], copy}] = operands[3];
        all.push_back(operations_[i]);
      }
    }
    spilled_ = std::max(spilled_, write_body(all, std::move(made), spills(), to_));
  }

  const std::vector<Operation>& operations_;
  Assembler& to_;
  Nest nest_;
  bool indexed_ = false;  // the innermost loop counts bytes in rcx
  std::size_t outer_ = 0;
  std::size_t frame_ = 0;     // where the size of what is on the stack is to be written
  std::int32_t spilled_ = 0;  // bytes
  std::map<Strides, General> pointers_;
};

}  // namespace

void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Assembler& to) {
  LoopWriter(loop, operations, layout, to).write();
}

}  // namespace shamal::machine