#include "machine/x86_loop.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "machine/nest.h"
#include "machine/x86_pool.h"

namespace shamal::machine {

namespace {

constexpr std::array<General, kMostPointers> kPointers = {General::rax, General::rdx, General::rsi,
                                                          General::r8,  General::r9,  General::r10,
                                                          General::r11, General::r13};
constexpr std::array<General, 6> kSaved = {General::rbx, General::rbp, General::r12,
                                           General::r13, General::r14, General::r15};

// Registers of values that one turn of a loop takes on side by side, so that the processor has
// something else to do where an operation waits for the one before it.
constexpr std::int64_t kTogether = 2;

constexpr std::int32_t kAligned = 64;  // bytes of a register

class LoopWriter {
 public:
  LoopWriter(const ir::Loop& loop, const std::vector<Operation>& operations, const Layout& layout,
             Guards guards, Assembler& to)
      : to_(to), guards_(guards), nest_(make_nest(loop, operations, layout)) {
    indexed_ = several(nest_, operations, values(Form::half), to_.value_bytes());
    outer_ = indexed_ ? nest_.rank() - 1 : nest_.rank();
    operations_ = unroll(nest_, operations, outer_);
    for (const Strides& strides : find_pointers(nest_, operations_, outer_)) {
      pointers_.emplace(strides, General::none);
    }
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
      std::int64_t done = 0;
      for (const auto& [form, copies] :
           {std::pair(Form::whole, kTogether), std::pair(Form::whole, std::int64_t{1}),
            std::pair(Form::half, to_.avx512() ? std::int64_t{1} : kTogether),
            std::pair(Form::half, std::int64_t{1}), std::pair(Form::one, std::int64_t{1})}) {
        const std::int64_t step = copies * values(form);
        const std::int64_t end = done + (count - done) / step * step;
        if (end > done && (form != Form::whole || to_.avx512())) {
          innermost(form, copies, end);
          done = end;
        }
      }
    } else {
      to_.form = Form::one;
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
    to_.set(General::rdi, reinterpret_cast<std::uint64_t>(native_pool(to_.single())));
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
    for (const Detour& detour : detours_) {
      write_detour(detour, to_);
    }
  }

  std::int64_t values(Form form) const { return to_.form_bytes(form) / to_.value_bytes(); }

  void innermost(Form form, std::int64_t copies, std::int64_t end) {
    to_.form = form;
    const std::size_t head = to_.here();
    body(copies);
    to_.add(General::rcx, static_cast<std::int32_t>(copies) * to_.form_bytes());
    to_.compare(General::rcx, static_cast<std::int32_t>(end * to_.value_bytes()));
    to_.jump_if_below(head);
  }

  // `copies` registers of values at once, each operation for all of them before the next.
  void body(std::int64_t copies) {
    const Passage passage = find_passage(nest_, operations_, copies, indexed_);
    BodyValues made;
    made.operands = passage.operands;
    for (const Passing& of : passage.values) {
      const Strides outer(of.walk->strides.begin(),
                          of.walk->strides.begin() + static_cast<std::ptrdiff_t>(outer_));
      const bool moves = indexed_ && of.walk->strides.back() != 0;
      Value value;
      value.home = {pointers_.at(outer), moves ? General::rcx : General::none,
                    static_cast<std::int32_t>(of.walk->start + of.copy * to_.form_bytes())};
      value.spread = indexed_ && !moves;
      value.at_home = of.in_memory;
      value.uses = of.uses;
      made.values.push_back(std::move(value));
    }
    std::vector<Operation> all;
    for (const Operation& operation : operations_) {
      all.insert(all.end(), static_cast<std::size_t>(copies), operation);
    }
    BodyEnd end = write_body(all, std::move(made), spills(), guards_, to_);
    spilled_ = std::max(spilled_, end.spilled);
    std::move(end.detours.begin(), end.detours.end(), std::back_inserter(detours_));
  }

  Assembler& to_;
  Guards guards_;
  Nest nest_;
  std::vector<Operation> operations_;
  bool indexed_ = false;  // the innermost loop counts bytes in rcx
  std::size_t outer_ = 0;
  std::size_t frame_ = 0;     // where the size of what is on the stack is to be written
  std::int32_t spilled_ = 0;  // bytes
  std::vector<Detour> detours_;
  std::map<Strides, General> pointers_;
};

}  // namespace

void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Guards guards, Assembler& to) {
  LoopWriter(loop, operations, layout, guards, to).write();
}

}  // namespace shamal::machine