// Adjoints while they add up, one instruction after the other: a part of ir/adjoint.h.
//
// The first to reach an adjoint writes it instead of adding, so that nothing has to be set to zero
// beforehand but what is added to, or read, only in part. A sum over all of an object is a new
// array: values that do not change are what ir/specialise.h can share and pair.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/access.h"
#include "ir/emitter.h"

namespace shamal::ir {

class AdjointSums {
 public:
  // Of the values in slots below `values`, which belong to these objects.
  AdjointSums(Emitter& emit, const Objects& objects, Slot values)
      : emit_(emit), objects_(objects), values_(values) {}

  // Nobody has reached anything; instructions go to a block, which the emitter writes as well.
  void begin(Block into);

  // adjoint(view) += value, or -= value
  void accumulate(LoopId loop, const View& view, Value value, bool negative = false);

  bool reached(Slot slot) const { return reached_[slot] != 0 || awaited_[slot] != 0; }
  // Those that nobody has reached yet begin as zero.
  void need(const std::vector<Slot>& slots);
  // Where the adjoint of neighbouring slots of one object begins, all of it having a value.
  Slot whole(Slot place, std::uint32_t count);
  // The view of the adjoints of what a view shows, `slot` being one of the slots.
  View of(const View& view, Slot slot);

  // Partials are linear in the adjoint they begin with: its sign can wait for the sum, so that what
  // goes in here and out there is multiplied and divided once.
  struct Signed {
    Value value;
    bool negative = false;
  };
  Signed with_sign(const Value& d, Slot slot) const;

 private:
  // What an adjoint is the negative of, if it was written so and nothing was added to it since.
  struct Negative {
    LoopId loop;
    View view;
    View of;
  };

  // A fold into slots of its own: folds into the same ones would have to follow each other, loop
  // after loop. They are added up when the adjoint is looked at.
  struct Part {
    Slot home;                // of the object's first slot
    std::vector<Slot> slots;  // of the object, ascending, that it has
  };

  LoopId loop_of(std::size_t count) {
    return emit_.add(Loop{1, {static_cast<std::uint32_t>(count)}});
  }
  std::vector<Instruction>& block() { return emit_.program().block(into_); }
  std::vector<Slot> slots_of(LoopId loop, const View& view) const;
  View home_of(const View& view, Slot slot);
  void need_zero(const std::vector<Slot>& slots);
  void fold(LoopId loop, const View& view, const Value& value, bool negative,
            std::vector<Slot> slots);
  void settle(std::uint32_t object);
  std::optional<View> take_negation(const Value& value);
  bool just_made(const Value& value);
  void write(const View& to, const Value& value);

  Emitter& emit_;
  const Objects& objects_;
  Slot values_;
  Block into_ = Block::rates;
  std::size_t begin_ = 0;                           // of this sweep's instructions
  std::vector<Slot> homes_;                         // where the adjoints of an object are now
  std::vector<std::optional<Negative>> negatives_;  // by object
  std::vector<char> reached_;                       // whose adjoint has a value by now
  std::vector<char> awaited_;                       // … or gets one when it is looked at
  std::unordered_map<std::uint32_t, std::vector<Part>> parts_;  // by object
};

// A row of slots.
inline View row_of(Slot base) { return View{base, {{{1, -1}}}}; }

}  // namespace shamal::ir
