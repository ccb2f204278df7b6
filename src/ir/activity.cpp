#include "ir/activity.h"

#include <algorithm>

#include "ir/partials.h"
#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

class Activity {
 public:
  Activity(const Program& program, const std::vector<Slot>& parameters)
      : program_(program), active_(program.slots, 0) {
    for (const Slot parameter : parameters) {
      active_[parameter] = 1;
    }
  }

  std::vector<char> run(const std::vector<Link>& links) {
    do {
      changed_ = false;
      for (std::size_t b = 0; b < kBlocks; ++b) {
        follow(static_cast<Block>(b));
      }
      for (const Link& link : links) {
        if (active_[link.from] != 0) {
          mark(link.to);
        }
      }
    } while (changed_);
    return std::move(active_);
  }

 private:
  void mark(Slot slot) {
    changed_ = changed_ || active_[slot] == 0;
    active_[slot] = 1;
  }

  bool any(const std::vector<Slot>& slots) const {
    return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return active_[slot] != 0; });
  }

  bool depends(const Instruction& instruction) const {
    if (instruction.op == Op::delay_read) {
      const DelayLine& line = program_.delays[instruction.aux];
      return any(reached_slots(program_, instruction, 1)) ||
             std::any_of(active_.begin() + line.input, active_.begin() + line.input + line.count,
                         [](char c) { return c != 0; });
    }
    if (instruction.op == Op::gather) {
      const SlotSpan span = gathered_span(program_, instruction);
      const auto first = active_.begin() + span.base;
      return std::any_of(first, first + span.count, [](char c) { return c != 0; });
    }
    if (instruction.op == Op::procedure) {
      const Call& call = program_.calls[instruction.aux];
      for (std::size_t a = 0; a < call.inputs.size(); ++a) {
        const Call::Input& input = call.inputs[a];
        const bool matters = !differentiable(call.procedure) || has_partial(call.procedure, a);
        if (input.view != kNone && matters &&
            any(reached_slots(program_, instruction, {input.view, input.inner}))) {
          return true;
        }
      }
      return false;
    }
    for (std::size_t a = 0; a < instruction.args.size(); ++a) {
      const bool matters = !differentiable(instruction.op) || has_partial(instruction.op, a);
      if (instruction.args[a] != kNone && matters && any(reached_slots(program_, instruction, a))) {
        return true;
      }
    }
    return false;
  }

  void follow(Block block) {
    for (const Instruction& instruction : program_.block(block)) {
      if (depends(instruction)) {
        for (const Slot slot : written_slots(program_, instruction)) {
          mark(slot);
        }
      }
    }
  }

  const Program& program_;
  std::vector<char> active_;
  bool changed_ = false;
};

}  // namespace

std::vector<char> active_slots(const Program& program, const std::vector<Slot>& parameters,
                               const std::vector<Link>& links) {
  return Activity(program, parameters).run(links);
}

}  // namespace shamal::ir
