#include "machine/x86_loop.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "machine/nest.h"
#include "machine/x86_anchors.h"
#include "machine/x86_pool.h"

namespace shamal::machine {

namespace {

constexpr std::array<General, kMostPointers> kPointers = {General::rax, General::rdx, General::rsi,
                                                          General::r8,  General::r9,  General::r10,
                                                          General::r11, General::r13};

constexpr std::int32_t kAddressBytes = 8;  // of what lies aside, before the state's values

class LoopWriter {
 public:
  LoopWriter(const ir::Loop& loop, const std::vector<Operation>& operations, const Layout& layout,
             Guards guards, std::int64_t together, Assembler& to)
      : to_(to),
        guards_(guards),
        together_(together),
        nest_(make_nest(loop, operations, layout)),
        past_caches_(layout.use == AsideUse::left_past_caches),
        next_aside_(static_cast<std::int32_t>(layout.next_aside) * to.value_bytes()) {
    indexed_ = several(nest_, operations, values(Form::half), to_.value_bytes(), true);
    outer_ = indexed_ ? nest_.rank() - 1 : nest_.rank();
    operations_ = unroll(nest_, operations, outer_);
    for (const Strides& strides : find_pointers(nest_, operations_, outer_)) {
      pointers_.emplace(Pointer{false, strides}, General::none);
    }
    for (const Strides& strides : find_pointers_aside(nest_, operations_, outer_)) {
      pointers_.emplace(Pointer{true, strides}, General::none);
    }
    give_registers();
    if (indexed_) {
      parts_ = parts();
      turns_ = parts_.size() > 1 || parts_.front().turns > 1;
    }
    find_short_addresses();
  }

  void write() {
    begin();
    std::vector<std::size_t> heads;
    for (std::size_t k = 0; k < outer_; ++k) {
      to_.set_on_stack(counter(k), static_cast<std::int32_t>(nest_.extents[k]));
      heads.push_back(to_.here());
    }
    if (indexed_) {
      if (turns_) {
        to_.clear(General::rcx);
      }
      std::int64_t end = 0;
      for (const Part& part : parts_) {
        end += part.turns * part.copies * values(part.form) - part.done;
        innermost(part, end);
      }
    } else {
      body({Form::one, 1, 1, 0});
    }
    for (std::size_t k = outer_; k-- > 0;) {
      for (const auto& [pointer, reg] : pointers_) {
        move(reg, pointer.second[k]);
      }
      to_.decrease_on_stack(counter(k));
      to_.jump_if_not_zero(heads[k]);
      for (const auto& [pointer, reg] : pointers_) {
        move(reg, -pointer.second[k] * nest_.extents[k]);
      }
    }
    finish();
  }

 private:
  // Some turns of the innermost loop, each of as many registers. If some of its values are done
  // already, they are done again and not kept, so that a register is full.
  struct Part {
    Form form;
    std::int64_t copies;
    std::int64_t turns;
    std::int64_t done;
  };

  std::vector<Part> parts() const {
    std::vector<Part> made;
    const std::int64_t count = nest_.extents.back();
    std::int64_t rest = count;
    const auto take = [&](Form form, std::int64_t copies) {
      const std::int64_t step = copies * values(form);
      if (rest >= step) {
        made.push_back({form, copies, rest / step, 0});
        rest %= step;
      }
    };
    const auto take_rest = [&](Form form, std::int64_t copies) {
      made.push_back({form, copies, 1, copies * values(form) - rest});
      rest = 0;
    };
    if (to_.avx512()) {
      const std::int64_t whole = values(Form::whole);
      const std::int64_t half = values(Form::half);
      take(Form::whole, together_);
      if (rest > whole + half && count >= together_ * whole) {
        take_rest(Form::whole, together_);
      }
      take(Form::whole, 1);
      if (rest > half && count >= whole) {
        take_rest(Form::whole, 1);
      }
      take(Form::half, 1);
      if (rest > 1) {
        take_rest(Form::half, 1);
      }
    } else {
      take(Form::half, together_);
      take(Form::half, 1);
    }
    take(Form::one, 1);
    return made;
  }

  // On the stack, from rsp: the counters of the loops but the innermost, where the stack was, two
  // registers that are taken apart, and the values of the bodies, which do not cross lines of the
  // cache.
  std::int32_t counter(std::size_t k) const { return static_cast<std::int32_t>(8 * k); }
  std::int32_t former_stack() const { return counter(outer_); }
  std::int32_t apart() const {
    return (former_stack() + 8 + kMostRegisterBytes - 1) / kMostRegisterBytes * kMostRegisterBytes;
  }
  std::int32_t spills() const { return apart() + 2 * kMostRegisterBytes; }

  void move(General reg, std::int64_t by) {
    if (reg != General::rbx && by != 0) {
      to_.add(reg, static_cast<std::int32_t>(by));
    }
  }

  // Of the registers that belong to the caller, those that are used: rbx always, the last pointer,
  // and what look-ups and, with AVX2, tests of masks want.
  void find_saved() {
    saved_ = {General::rbx};
    if (taken_ == kMostPointers) {
      saved_.push_back(General::r13);
    }
    const bool looks_up =
        std::any_of(operations_.begin(), operations_.end(),
                    [](const Operation& operation) { return operation.table != nullptr; });
    if (looks_up) {
      saved_.insert(saved_.end(), {General::rbp, General::r12, General::r14});
    }
    if (looks_up || !to_.avx512()) {
      saved_.push_back(General::r15);
    }
  }

  void begin() {
    find_saved();
    for (const General reg : saved_) {
      to_.push(reg);
    }
    to_.move(General::rax, General::rsp);
    frame_ = to_.add_later(General::rsp);
    to_.keep_bits(General::rsp, -kMostRegisterBytes);
    to_.store({General::rsp, General::none, former_stack()}, General::rax);
    to_.move(General::rbx, General::rdi);
    to_.set(General::rdi, reinterpret_cast<std::uint64_t>(native_pool(to_.single())));
    for (const auto& [pointer, reg] : pointers_) {
      if (pointer.first) {
        to_.load(reg, {General::rbx, General::none, -kAddressBytes});
      } else if (reg != General::rbx) {
        to_.move(reg, General::rbx);
      }
    }
    for (const auto& [at, reg] : anchors_) {
      to_.point(reg, at);
    }
  }

  static bool stands_still(const Strides& strides) {
    return std::all_of(strides.begin(), strides.end(), [](std::int64_t by) { return by == 0; });
  }

  void give_registers() {
    for (auto& [pointer, reg] : pointers_) {
      const auto& [aside, strides] = pointer;
      reg = !aside && stands_still(strides) ? General::rbx : kPointers[taken_++];
    }
  }

  // From pointers that stand still, for bodies of whole registers.
  void find_short_addresses() {
    if (!indexed_ || parts_.front().form != Form::whole) {
      return;
    }
    std::set<General> still;
    for (const auto& [pointer, reg] : pointers_) {
      if (stands_still(pointer.second)) {
        still.insert(reg);
      }
    }
    const Passage passage = find_passage(nest_, operations_, parts_.front().copies, true);
    std::vector<Value> values = find_values(passage, parts_.front());
    for (std::size_t i = 0; i < passage.operands.size(); ++i) {
      const auto operation = i / static_cast<std::size_t>(parts_.front().copies);
      Value& result = values[passage.operands[i][3]];
      result.at_home = operations_[operation].euler || operations_[operation].stored;
    }
    std::vector<Place> met;
    const auto meet = [&](const Place& at) {
      if (still.contains(at.base) && !reaches({at.base}, at)) {
        met.push_back(at);
      }
    };
    for (const Value& value : values) {
      if (value.at_home && !value.spread) {
        meet(value.home);
      }
      if (value.left) {
        meet(*value.left);
      }
    }
    for (const Place& anchor : find_anchors(std::move(met), kMostPointers - taken_)) {
      anchors_.emplace_back(anchor, kPointers[taken_++]);
    }
  }

  Place shortest(const Place& of) const {
    for (const auto& [anchor, reg] : anchors_) {
      if (to_.form == Form::whole && !reaches({of.base}, of) && reaches(anchor, of)) {
        return {reg, of.index, of.displacement - anchor.displacement};
      }
    }
    return of;
  }

  void finish() {
    to_.patch(frame_, -(spills() + spilled_));
    to_.load(General::rsp, {General::rsp, General::none, former_stack()});
    for (std::size_t i = saved_.size(); i-- > 0;) {
      to_.pop(saved_[i]);
    }
    to_.end();
    for (const Detour& detour : detours_) {
      write_detour(detour, to_);
    }
  }

  // What lies aside in the next step is far from the processor: a line for each that is met now.
  void fetch_next(const Passage& passage, const std::vector<Value>& values) {
    for (std::size_t v = 0; v < values.size(); ++v) {
      const Walk& walk = *passage.values[v].walk;
      const bool begins_line = passage.values[v].copy * to_.form_bytes() % kMostRegisterBytes == 0;
      if (values[v].spread || !begins_line) {
        continue;
      }
      const auto next = [this](Place at) {
        at.displacement += next_aside_;
        return at;
      };
      if (walk.aside) {
        to_.fetch(next(values[v].home));
      }
      if (values[v].left) {
        to_.fetch_to_write(next(*values[v].left));
      }
    }
  }

  // Half a line past the caches would wait for the other half, and there is room for few that wait.
  bool fills_lines(const Part& part) const {
    return part.form != Form::one && part.done == 0 &&
           part.copies * to_.form_bytes(part.form) >= kMostRegisterBytes;
  }

  // A register's values begin where a register of them would, if the first ones of the walk do.
  static bool fill_registers(std::int64_t start, const Strides& outer) {
    const auto whole = [](std::int64_t bytes) { return bytes % kMostRegisterBytes == 0; };
    return whole(start) && std::all_of(outer.begin(), outer.end(), whole);
  }

  std::int64_t values(Form form) const { return to_.form_bytes(form) / to_.value_bytes(); }

  void innermost(const Part& part, std::int64_t end) {
    const auto bytes = [this](std::int64_t count) {
      return static_cast<std::int32_t>(count * to_.value_bytes());
    };
    if (part.done > 0) {
      to_.add(General::rcx, -bytes(part.done));
    }
    const std::size_t head = to_.here();
    body(part);
    if (!turns_) {
      return;
    }
    to_.add(General::rcx, bytes(part.copies * values(part.form)));
    if (part.turns > 1) {
      to_.compare(General::rcx, bytes(end));
      to_.jump_if_below(head);
    }
  }

  Strides outer_strides(const Walk& of) const {
    return {of.strides.begin(), of.strides.begin() + static_cast<std::ptrdiff_t>(outer_)};
  }

  std::vector<Value> find_values(const Passage& passage, const Part& part) const {
    std::vector<Value> made;
    const std::int64_t register_bytes = to_.form_bytes(part.form);
    for (const Passing& of : passage.values) {
      const Strides outer = outer_strides(*of.walk);
      const bool moves = indexed_ && of.walk->strides.back() != 0;
      Value value;
      const auto at = [&](bool aside, std::int64_t start) {
        return Place{pointers_.at({aside, outer}), moves && turns_ ? General::rcx : General::none,
                     static_cast<std::int32_t>(start + of.copy * register_bytes)};
      };
      value.home = at(of.walk->aside, of.walk->start);
      if (of.walk->left) {
        value.left = at(true, *of.walk->left);
        value.past_caches =
            past_caches_ && moves && fills_lines(part) && fill_registers(*of.walk->left, outer);
      }
      value.spread = indexed_ && !moves;
      value.done = moves && of.copy == 0 ? part.done : 0;
      value.at_home = of.in_memory;
      value.uses = of.uses;
      made.push_back(std::move(value));
    }
    return made;
  }

  // Registers of values at once, each operation for all of them before the next.
  void body(const Part& part) {
    to_.form = part.form;
    const Passage passage = find_passage(nest_, operations_, part.copies, indexed_);
    BodyValues made;
    made.apart = apart();
    made.operands = passage.operands;
    made.values = find_values(passage, part);
    for (Value& value : made.values) {
      value.home = shortest(value.home);
      value.left = value.left ? std::optional(shortest(*value.left)) : std::nullopt;
    }
    if (next_aside_ != 0 && part.form != Form::one) {
      fetch_next(passage, made.values);
    }
    std::vector<Operation> all;
    for (const Operation& operation : operations_) {
      all.insert(all.end(), static_cast<std::size_t>(part.copies), operation);
    }
    BodyEnd end = write_body(all, std::move(made), spills(), guards_, to_);
    spilled_ = std::max(spilled_, end.spilled);
    std::move(end.detours.begin(), end.detours.end(), std::back_inserter(detours_));
  }

  Assembler& to_;
  Guards guards_;
  std::int64_t together_;
  Nest nest_;
  std::vector<Operation> operations_;
  bool indexed_ = false;  // the innermost loop counts bytes in rcx,
  bool turns_ = false;    // unless one turn is all
  std::vector<Part> parts_;
  std::size_t outer_ = 0;
  std::vector<General> saved_;
  std::size_t frame_ = 0;     // where the size of what is on the stack is to be written
  std::int32_t spilled_ = 0;  // bytes
  std::vector<Detour> detours_;
  using Pointer = std::pair<bool, Strides>;  // aside of the state
  std::map<Pointer, General> pointers_;
  std::size_t taken_ = 0;  // of kPointers
  std::vector<std::pair<Place, General>> anchors_;
  bool past_caches_;
  std::int32_t next_aside_;  // bytes
};

}  // namespace

void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Guards guards, std::int64_t together, Assembler& to) {
  LoopWriter(loop, operations, layout, guards, together, to).write();
}

}  // namespace shamal::machine