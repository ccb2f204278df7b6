#include "ir/tangent.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "ir/access.h"
#include "ir/activity.h"
#include "ir/emitter.h"
#include "ir/partials.h"
#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

View shifted(View view, Slot by) {
  view.base += by;
  return view;
}

std::vector<Link> links(const Program& program) {
  std::vector<Link> made;
  for (const Stock& stock : program.stocks) {
    for (std::uint32_t i = 0; i < stock.count; ++i) {
      made.push_back({stock.net + i, stock.level + i});
    }
  }
  for (const Memory& memory : program.memories) {
    for (std::uint32_t i = 0; i < memory.count; ++i) {
      made.push_back({memory.next + i, memory.current + i});
    }
  }
  return made;
}

class Follower {
 public:
  Follower(const Program& program, const std::vector<Slot>& parameters)
      : old_(program),
        active_(active_slots(program, parameters, links(program))),
        emit_(made_.program, Block::initial) {
    made_.program = program;
    made_.shift = program.slots;
    made_.program.slots *= 2;
    first_slope_ = add_slopes(made_.program);
    for (const Constant& constant : old_.constants) {
      made_.program.constants.push_back({made_.shift + constant.slot, 0.0});
    }
    for (const Stock& stock : old_.stocks) {
      made_.program.stocks.push_back(
          {made_.shift + stock.level, made_.shift + stock.net, stock.count});
    }
    for (const Memory& memory : old_.memories) {
      made_.program.memories.push_back(
          {made_.shift + memory.current, made_.shift + memory.next, memory.count});
    }
    for (const DelayLine& line : old_.delays) {
      made_.program.delays.push_back({made_.shift + line.input, line.count});
    }
  }

  std::variant<Tangent, NotDifferentiable> run() {
    for (std::size_t b = 0; b < kBlocks; ++b) {
      made_.program.blocks[b].clear();
      emit_.set_block(static_cast<Block>(b));
      for (std::size_t i = 0; i < old_.blocks[b].size() && !refusal_; ++i) {
        block_ = b;
        at_ = i;
        made_.program.blocks[b].push_back(old_.blocks[b][i]);
        follow(old_.blocks[b], i);
      }
    }
    if (refusal_) {
      return *refusal_;
    }
    return std::move(made_);
  }

 private:
  bool active(const Instruction& instruction, std::size_t a) const {
    if (instruction.args[a] == kNone) {
      return false;
    }
    if (instruction.op == Op::gather && a == 1) {
      const SlotSpan span = gathered_span(old_, instruction);
      const auto first = active_.begin() + span.base;
      return std::any_of(first, first + span.count, [](char c) { return c != 0; });
    }
    const std::vector<Slot> slots = reached_slots(old_, instruction, a);
    return std::any_of(slots.begin(), slots.end(), [&](Slot s) { return active_[s] != 0; });
  }

  void refuse(std::string why) {
    if (!refusal_) {
      refusal_ = refusal(old_, old_.blocks[block_], at_, std::move(why));
    }
  }

  Value value(const Instruction& instruction, ViewId view, bool derivative) {
    return emit_.value(instruction.loop,
                       shifted(old_.views[view], derivative ? made_.shift : Slot{0}));
  }

  void follow(const std::vector<Instruction>& block, std::size_t position) {
    const Instruction& instruction = block[position];
    if (instruction.op == Op::procedure) {
      follow_call(instruction);
      return;
    }
    if (is_fold(old_, instruction)) {
      follow_fold(block, position);
      return;
    }
    if (reads_own_results(old_, instruction)) {
      refuse("an array that is changed while it is read");
      return;
    }
    const View to = shifted(old_.views[instruction.dst], made_.shift);
    std::optional<Value> sum;
    for (std::size_t a = 0; a < instruction.args.size() && !refusal_; ++a) {
      const std::optional<Value> part = part_of(instruction, a);
      if (part) {
        sum = sum ? emit_.apply(Op::add, {*sum, *part}) : *part;
      }
    }
    emit_.assign(to, sum ? *sum : emit_.constant(instruction.loop, 0.0));
  }

  bool active_input(const Instruction& instruction, const Call::Input& input) const {
    if (input.view == kNone) {
      return false;
    }
    const std::vector<Slot> slots =
        reached_slots(old_, instruction, Access{input.view, input.inner});
    return std::any_of(slots.begin(), slots.end(), [&](Slot s) { return active_[s] != 0; });
  }

  // Uses of a call, which share its memory, share that of its tangents.
  void follow_recorded(const Instruction& instruction) {
    const Call& call = old_.calls[instruction.aux];
    const View to = shifted(old_.views[instruction.dst], made_.shift);
    std::uint32_t by = 0;
    for (std::size_t a = 0; a < call.inputs.size(); ++a) {
      const bool followed =
          has_partial(call.procedure, a) && active_input(instruction, call.inputs[a]);
      by |= followed ? 1u << a : 0u;
    }
    if (by == 0) {
      const LoopId whole = emit_.add(loop_of(old_, instruction, write(old_, instruction)));
      emit_.assign(to, emit_.constant(whole, 0.0));
      return;
    }
    const auto [known, fresh] = tangent_calls_.emplace(
        instruction.aux, static_cast<std::uint32_t>(made_.program.calls.size()));
    if (fresh) {
      const auto keeper = static_cast<std::uint32_t>(made_.program.keepers.size());
      if (call.keeper != kNone) {
        made_.program.keepers.push_back({instruction.loop, known->second});
      }
      made_.program.calls.push_back(
          tangent_call(emit_, call, by, made_.shift, call.keeper == kNone ? kNone : keeper));
    }
    emit_.emit(Op::procedure, instruction.loop, to, {}, known->second);
  }

  void follow_call(const Instruction& instruction) {
    const Call& call = old_.calls[instruction.aux];
    if (model::row(call.procedure).smooth()) {
      follow_recorded(instruction);
      return;
    }
    const View to = shifted(old_.views[instruction.dst], made_.shift);
    const LoopId whole = emit_.add(loop_of(old_, instruction, write(old_, instruction)));
    emit_.assign(to, emit_.constant(whole, 0.0));
    const std::size_t tells = telling_argument(call.procedure);
    for (std::size_t a = 0; a < call.inputs.size() && !refusal_; ++a) {
      const Call::Input& input = call.inputs[a];
      if (!active_input(instruction, input)) {
        continue;
      }
      if (!differentiable(call.procedure)) {
        refuse(fmt::format("{} has no derivative", model::row(call.procedure).name));
      } else if (has_partial(call.procedure, a)) {
        const std::optional<double> what = tells == std::size_t{kNone}
                                               ? std::nullopt
                                               : constant_argument(old_, instruction, tells);
        const std::optional<Value> part = partial_of_call(
            instruction, a, what,
            {emit_, old_.views[instruction.dst], shifted(old_.views[input.view], made_.shift)});
        if (part) {
          emit_.emit(Op::add, part->loop, to, {to, part->view});
        } else {
          refuse(
              fmt::format("what {} is told to do is no constant", model::row(call.procedure).name));
        }
      }
    }
  }

  // What argument a contributes; nothing if it is constant.
  std::optional<Value> part_of(const Instruction& instruction, std::size_t a) {
    if (instruction.op == Op::delay_read) {
      return a == 0 ? std::optional(past_of(instruction)) : std::nullopt;
    }
    if (!active(instruction, a)) {
      return std::nullopt;
    }
    const Value r = value(instruction, instruction.dst, false);
    const Value d = value(instruction, instruction.args[a], true);
    if (instruction.op == Op::lookup) {
      return partial_of_lookup(instruction, first_slope_, {emit_, r, d});
    }
    if (instruction.op == Op::random) {
      const auto part = partial_of_draw(instruction, a, {emit_, r, d});
      if (!part) {
        refuse("draws of this distribution have no derivative by their parameters");
      }
      return part;
    }
    if (instruction.op == Op::gather && a == 1) {
      const View result = emit_.temporary(instruction.loop);
      emit_.emit(Op::gather, instruction.loop, result, {old_.views[instruction.args[0]], d.view},
                 instruction.aux);
      return emit_.value(instruction.loop, result);
    }
    if (instruction.op == Op::gather) {
      return std::nullopt;
    }
    if (!differentiable(instruction.op)) {
      refuse(fmt::format("the derivative of {} is not known", row(instruction.op).name));
      return std::nullopt;
    }
    if (!has_partial(instruction.op, a)) {
      return std::nullopt;
    }
    Operands operands{{}, r, d};
    for (std::size_t k = 0; k < instruction.args.size(); ++k) {
      if (instruction.args[k] != kNone) {
        operands.args[k] = value(instruction, instruction.args[k], false);
      }
    }
    return partial(instruction.op, a, operands);
  }

  // The line of derivatives, as long ago.
  Value past_of(const Instruction& instruction) {
    const View result = emit_.temporary(instruction.loop);
    emit_.emit(
        Op::delay_read, instruction.loop, result,
        {old_.views[instruction.args[0]], shifted(old_.views[instruction.args[1]], made_.shift),
         shifted(old_.views[instruction.args[2]], made_.shift)},
        static_cast<std::uint32_t>(old_.delays.size() + instruction.aux));
    return emit_.value(instruction.loop, result);
  }

  void follow_fold(const std::vector<Instruction>& block, std::size_t position) {
    const Instruction& instruction = block[position];
    if (sums(instruction.op)) {
      const View to = shifted(old_.views[instruction.dst], made_.shift);
      for (std::size_t a = 1; a < instruction.args.size(); ++a) {
        if (const std::optional<Value> part = part_of(instruction, a)) {
          emit_.emit(Op::add, part->loop, to, {to, part->view});
        }
      }
      return;
    }
    const auto start = start_of_fold(old_, block, position, active_);
    if (!active(instruction, 1)) {
      if (!start) {
        refuse("a fold whose start varies");
      }
      return;
    }
    const auto part = partial_of_fold(instruction, start,
                                      {emit_, value(instruction, instruction.dst, false),
                                       value(instruction, instruction.args[1], true)});
    if (!part) {
      refuse("a fold whose start varies");
      return;
    }
    const View to = shifted(old_.views[instruction.dst], made_.shift);
    emit_.emit(Op::add, instruction.loop, to, {to, part->view});
  }

  const Program& old_;
  std::vector<char> active_;
  Tangent made_;
  Emitter emit_;
  Slot first_slope_ = 0;
  std::map<std::uint32_t, std::uint32_t> tangent_calls_;  // by call
  std::size_t block_ = 0;                                 // the instruction at hand
  std::size_t at_ = 0;
  std::optional<NotDifferentiable> refusal_;
};

}  // namespace

std::variant<Tangent, NotDifferentiable> tangent(const Program& program,
                                                 const std::vector<Slot>& parameters) {
  if (!program.device_uses.empty()) {
    return device_refusal(program);
  }
  return Follower(program, parameters).run();
}

}  // namespace shamal::ir
