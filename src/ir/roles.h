// Who reads and writes what in a program, by object: what the passes of ir/specialise.h go by.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ir/access.h"
#include "ir/program.h"

namespace shamal::ir {

struct Wanted;

inline constexpr std::size_t kInitial = static_cast<std::size_t>(Block::initial);
inline constexpr std::size_t kRates = static_cast<std::size_t>(Block::rates);
inline constexpr std::size_t kOutputs = static_cast<std::size_t>(Block::outputs);

inline bool elementwise(Op op) { return static_cast<std::size_t>(op) < kElementwiseOps; }

// Of a program that stays alive. Who changes it beyond the meaning of single instructions looks
// again: find(), or find_writers() where objects are to stay what they were.
class Roles {
 public:
  explicit Roles(const Program& program) : of_(program) { find(); }

  void find() {
    objects_ = find_objects(of_);
    find_writers();
  }
  void find_writers();

  std::uint32_t object(Slot slot) const { return objects_.of_slot[slot]; }
  // Of what the access reaches: with offset tables, a view's base need not lie in it.
  std::uint32_t object(const Instruction& instruction, const Access& access) const {
    return object(reach(of_, instruction, access).first);
  }
  std::uint32_t target(const Instruction& instruction) const {
    return object(instruction, write(of_, instruction));
  }
  // Calls visit(object) for every object that the instruction reads or names.
  template <class Visit>
  void for_each_source(const Instruction& instruction, Visit visit) const {
    for (const Access& access : reads(of_, instruction)) {
      visit(object(instruction, access));
    }
    for (const Access& access : places(of_, instruction)) {
      visit(object(instruction, access));
    }
    if (instruction.op == Op::gather) {
      visit(object(gathered_span(of_, instruction).base));
    }
  }
  std::size_t objects() const { return objects_.all.size(); }
  const View& view(ViewId id) const { return of_.views[id]; }

  // Of instructions other than procedures.
  Access argument(const Instruction& instruction, std::size_t a) const {
    return {instruction.args[a], instruction.op == Op::rank && a != 1 ? instruction.aux : 0};
  }

  // Its uses in several blocks name the same slots.
  bool remembers(const Instruction& instruction) const {
    if (instruction.op != Op::procedure) {
      return instruction.op == Op::device;
    }
    const Call& call = of_.calls[instruction.aux];
    return call.keeper != kNone || call.past != kNone;
  }

  // `initial` gives the object a value for itself, and the running blocks give it another.
  bool two_lives(std::uint32_t o) const {
    return state_[o] == 0 && writers_[o].whole && writers_[o].count[kInitial] > 0 &&
           written_while_running(o);
  }
  bool written_while_running(std::uint32_t o) const {
    return writers_[o].count[kRates] + writers_[o].count[kOutputs] > 0;
  }
  // One instruction of this block gives the object its value, and no other touches it afterwards.
  bool single(std::uint32_t o, std::size_t b) const {
    return state_[o] == 0 && writers_[o].whole && writers_[o].count[b] == 1 &&
           writers_[o].count[kRates] + writers_[o].count[kOutputs] == 1;
  }
  // Nothing of the running blocks after this one changes it any more.
  bool settled(std::uint32_t o, std::size_t b) const {
    return !written_while_running(o) ||
           (writers_[o].whole && writers_[o].count[kRates] + writers_[o].count[kOutputs] == 1 &&
            (b == kOutputs || writers_[o].count[kRates] == 1));
  }

  // By object: whether it may differ from step to step.
  std::vector<char> changing() const;
  // By object: whether it may differ between runs.
  std::vector<char> varying(const Wanted& wanted) const;

  struct Writers {
    std::array<std::uint32_t, kBlocks> count{};  // instructions, by block
    bool whole = true;                           // each of them all elements, each once
  };

  const Writers& writers(std::uint32_t o) const { return writers_[o]; }
  // The simulation itself sets or reads it: it stays where it is.
  bool is_state(std::uint32_t o) const { return state_[o] != 0; }
  const SlotSpan& span(std::uint32_t o) const { return objects_.all[o]; }

 private:
  bool covers(const Instruction& instruction) const;

  const Program& of_;
  Objects objects_;
  std::vector<Writers> writers_;
  std::vector<char> state_;
};

}  // namespace shamal::ir
