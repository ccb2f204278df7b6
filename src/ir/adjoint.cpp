// One instruction at a time, from last to first: each adds to the adjoints of its arguments.
#include "ir/adjoint.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "ir/access.h"
#include "ir/activity.h"
#include "ir/adjoint_sums.h"
#include "ir/emitter.h"
#include "ir/improve_adjoint.h"
#include "ir/lasting.h"
#include "ir/partials.h"
#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

// Which slots of the renamed program take over values of which others, from step to step.
std::vector<Link> links(const Program& original, const SingleAssignment& of) {
  std::vector<Link> made;
  const auto add = [&](Slot state, Slot next, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      made.push_back({of.at_start[state + i], of.in_step[state + i]});
      made.push_back({of.in_step[next + i], of.in_step[state + i]});
    }
  };
  for (const Stock& stock : original.stocks) {
    add(stock.level, stock.net, stock.count);
  }
  for (const Memory& memory : original.memories) {
    add(memory.current, memory.next, memory.count);
  }
  return made;
}

class Reverser {
 public:
  Reverser(const Program& original, SingleAssignment of, const std::vector<Slot>& parameters)
      : original_(original),
        of_(std::move(of)),
        objects_(find_objects(of_.program)),
        active_(active_slots(of_.program, parameters, links(original, of_))),
        parameters_(parameters),
        emit_(made_.program, Block::rates),
        sums_(emit_, objects_, static_cast<Slot>(active_.size())) {
    made_.program = std::move(of_.program);
    first_slope_ = add_slopes(made_.program);
  }

  std::variant<Adjoint, NotDifferentiable> run(const std::vector<Port>& saved) {
    reverse_steps(saved);
    reverse_start();
    begin_with_zero();
    if (refusal_) {
      return *refusal_;
    }
    improve(made_);
    return std::move(made_);
  }

 private:
  // ---- the two sweeps

  void reverse_steps(const std::vector<Port>& saved) {
    begin_sweep(Block::rates, Block::rates);
    made_.step = input(0, 1).slot;
    const std::vector<Port> lasting = lasting_values(
        {original_, made_.program, of_.in_step, objects_, active_}, parameters_, saved);
    for (const Stock& stock : original_.stocks) {
      made_.states.push_back({stock.level, stock.count, stock.level});
      levels_.push_back(level(stock.count));
      add_from(levels_.back(), stock.count,
               [&](std::uint32_t i) { return of_.in_step[stock.net + i]; });
    }
    for (const Memory& memory : original_.memories) {
      made_.states.push_back({memory.current, memory.count, memory.current});
      made_.memory_seeds.push_back(seed(memory.next, memory.count));
    }
    for (const DelayLine& line : original_.delays) {
      made_.delay_seeds.push_back(seed(line.input, line.count));
    }
    for (const Port& array : saved) {
      made_.saved_seeds.push_back(seed_of_saved(array));
    }
    go_back_over_memories();
    sweep();
    for (std::size_t k = 0; k < seeds_of_results_.size(); ++k) {
      begin_result(k, std::nullopt);
    }
    for (std::size_t s = 0; s < levels_.size(); ++s) {
      const Stock& stock = original_.stocks[s];
      made_.program.stocks.push_back(
          {levels_[s], sums_.whole(stock.level, stock.count), stock.count});
    }
    for (const Memory& memory : original_.memories) {
      made_.memory_adjoints.push_back(result(memory.current, memory.count));
    }
    for (const Port& port : lasting) {
      lasting_.push_back({port.base, port.count, level(port.count)});
      made_.program.stocks.push_back(
          {lasting_.back().slot, sums_.whole(port.base, port.count), port.count});
    }
  }

  void reverse_start() {
    begin_sweep(Block::initial, Block::outputs);
    for (const AdjointPort& of : lasting_) {
      add_from(of.slot, of.count, [&](std::uint32_t i) { return of.original + i; });
    }
    for (std::size_t s = 0; s < levels_.size(); ++s) {
      const Stock& stock = original_.stocks[s];
      add_from(levels_[s], stock.count,
               [&](std::uint32_t i) { return of_.at_start[stock.level + i]; });
    }
    for (const Memory& memory : original_.memories) {
      const AdjointPort port = input(memory.current, memory.count);
      made_.start_seeds.push_back(port);
      add_from(port.slot, port.count,
               [&](std::uint32_t i) { return of_.at_start[memory.current + i]; });
    }
    sweep();
    for (const Slot parameter : parameters_) {
      made_.gradient.push_back(result(parameter, 1));
    }
  }

  void begin_sweep(Block of, Block into) {
    swept_ = made_.program.block(of);
    into_ = into;
    emit_.set_block(into);
    sums_.begin(into);
  }

  void sweep() {
    for (std::size_t i = swept_.size(); i-- > 0 && !refusal_;) {
      at_ = i;
      reverse(swept_[i], i);
    }
  }

  bool of_initial() const { return into_ == Block::outputs; }

  // ---- ports

  LoopId loop_of(std::uint32_t count) { return emit_.add(Loop{1, {count}}); }

  AdjointPort input(Slot original, std::uint32_t count) {
    const Slot slot = emit_.slots(count);
    made_.program.inputs.push_back({slot, count});
    return {original, count, slot};
  }

  // An input whose values are added to the adjoint of an array.
  AdjointPort seed(Slot original, std::uint32_t count) {
    const AdjointPort port = input(original, count);
    add_from(port.slot, count, [&](std::uint32_t i) { return of_.in_step[original + i]; });
    return port;
  }

  SavedSeed seed_of_saved(const Port& array) {
    for (std::size_t s = 0; s < levels_.size(); ++s) {
      const Stock& stock = original_.stocks[s];
      if (array.base >= stock.level && array.base + array.count <= stock.level + stock.count) {
        return {{array.base, array.count, levels_[s] + (array.base - stock.level)}, true};
      }
    }
    return {seed(array.base, array.count), false};
  }

  // Adds `count` neighbouring values to the adjoints of the active ones among the places: in runs
  // of neighbours within an object.
  template <class Place>
  void add_from(Slot values, std::uint32_t count, Place place) {
    for (std::uint32_t first = 0; first < count;) {
      std::uint32_t last = first + 1;
      bool any = active_[place(first)] != 0;
      while (last < count && place(last) == place(first) + (last - first) &&
             objects_.of_slot[place(last)] == objects_.of_slot[place(first)]) {
        any = any || active_[place(last)] != 0;
        ++last;
      }
      if (any) {
        const LoopId loop = loop_of(last - first);
        sums_.accumulate(loop, row_of(place(first)), emit_.value(loop, row_of(values + first)));
      }
      first = last;
    }
  }

  // The level of a stock of the adjoint; somebody adds to it between steps and wants it afterwards.
  Slot level(std::uint32_t count) {
    const Slot slot = emit_.slots(count);
    made_.program.results.push_back({slot, count});
    return slot;
  }

  void begin_with_zero() {
    emit_.set_block(Block::initial);
    for (const Stock& stock : made_.program.stocks) {
      emit_.assign(row_of(stock.level), emit_.constant(loop_of(stock.count), 0.0));
    }
  }

  AdjointPort result(Slot place, std::uint32_t count) {
    const Slot at = sums_.whole(place, count);
    made_.program.results.push_back({at, count});
    return {place, count, at};
  }

  bool any_active_argument(const Instruction& instruction, std::size_t a) const {
    if (instruction.args[a] == kNone) {
      return false;
    }
    return any_active(reached_slots(made_.program, instruction, a));
  }

  bool any_active(const std::vector<Slot>& slots) const {
    return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return active_[slot] != 0; });
  }

  // ---- instructions

  void reverse(const Instruction& instruction, std::size_t position) {
    const std::vector<Slot> written = written_slots(made_.program, instruction);
    const bool reached =
        std::any_of(written.begin(), written.end(), [&](Slot slot) { return sums_.reached(slot); });
    if (!any_active(written) || !reached) {
      return;
    }
    sums_.need(written);
    const Value r = emit_.value(instruction.loop, made_.program.views[instruction.dst]);
    const Value d = emit_.value(instruction.loop, sums_.of(r.view, written[0]));
    const AdjointSums::Signed of = sums_.with_sign(d, written[0]);
    if (instruction.op == Op::procedure) {
      reverse_call(instruction, d);
      return;
    }
    if (is_fold(made_.program, instruction)) {
      reverse_fold(instruction, position, r, of);
      return;
    }
    switch (instruction.op) {
      case Op::lookup:
        reverse_lookup(instruction, of);
        return;
      case Op::delay_read:
        reverse_delay(instruction, d);
        return;
      case Op::gather:
        reverse_gather(instruction, d);
        return;
      case Op::random:
        reverse_random(instruction, r, d);
        return;
      default:
        break;
    }
    Operands operands{{}, r, of.value};
    for (std::size_t a = 0; a < instruction.args.size(); ++a) {
      if (instruction.args[a] != kNone) {
        operands.args[a] = emit_.value(instruction.loop, made_.program.views[instruction.args[a]]);
      }
    }
    for (std::size_t a = 0; a < instruction.args.size(); ++a) {
      if (!any_active_argument(instruction, a)) {
        continue;
      }
      if (!differentiable(instruction.op)) {
        refuse(fmt::format("the derivative of {} is not known", row(instruction.op).name));
      } else if (has_partial(instruction.op, a)) {
        sums_.accumulate(instruction.loop, operands.args[a].view,
                         partial(instruction.op, a, operands), of.negative);
      }
    }
  }

  // At the slots of the program that is differentiated.
  void refuse(std::string why) {
    if (refusal_) {
      return;
    }
    NotDifferentiable found = refusal(made_.program, swept_, at_, std::move(why));
    std::vector<Slot> slots;
    for (const Slot slot : found.slots) {
      for (const std::vector<Slot>* const places : {&of_.in_step, &of_.at_start}) {
        const auto place = std::find(places->begin(), places->end(), slot);
        if (place != places->end()) {
          slots.push_back(static_cast<Slot>(place - places->begin()));
          break;
        }
      }
    }
    found.slots = std::move(slots);
    refusal_ = std::move(found);
  }

  void reverse_lookup(const Instruction& instruction, const AdjointSums::Signed& d) {
    if (any_active_argument(instruction, 0)) {
      sums_.accumulate(instruction.loop, made_.program.views[instruction.args[0]],
                       partial_of_lookup(instruction, first_slope_, {emit_, {}, d.value}),
                       d.negative);
    }
  }

  // Every place i of the loop has read one slot s of the reach, base of i + floor(offset of i):
  //   adjoint(s) += offset of i is the one that leads to s ? d of i : 0
  // over all i and s, a sum over the loop.
  void reverse_gather(const Instruction& instruction, const Value& d) {
    constexpr std::size_t kMost = 1u << 16;
    const SlotSpan span = gathered_span(made_.program, instruction);
    const auto first = active_.begin() + span.base;
    if (std::none_of(first, first + span.count, [](char c) { return c != 0; })) {
      return;
    }
    const Loop loop = made_.program.loops[instruction.loop];
    if (loop.rank == kMaxRank || std::size_t{loop.count()} * span.count > kMost) {
      refuse("an array is looked into at too many places");
      return;
    }
    const LoopId pairs = emit_.add(joined(loop, Loop{1, {span.count}}));
    const Value offset = emit_.value(instruction.loop, made_.program.views[instruction.args[0]]);
    const Value whole = emit_.apply(Op::floor, {offset});
    const Slot wanted = emit_.slots(loop.count() * span.count);
    Slot next = wanted;
    for (const Slot base : reached_slots(made_.program, instruction, 1)) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        made_.program.constants.push_back({next++, static_cast<double>(slot) - base});
      }
    }
    const View offsets = emit_.row_major(pairs, wanted);
    const Value leads =
        emit_.apply(Op::equal, {emit_.value(pairs, whole.view), emit_.value(pairs, offsets)});
    const Value share =
        emit_.apply(Op::select, {leads, emit_.value(pairs, d.view), emit_.constant(pairs, 0.0)});
    View into{span.base, {}};
    into.axes[loop.rank].stride = 1;
    sums_.accumulate(pairs, into, share);
  }

  // What was read is the start value, or what the line was given some steps ago.
  void reverse_delay(const Instruction& instruction, const Value& d) {
    const LoopId loop = instruction.loop;
    const auto fixed = [&](Slot slot) { return emit_.value(loop, View{slot, {}}); };
    const auto apply = [&](Op op, const std::vector<Value>& args) { return emit_.apply(op, args); };
    const Value lag = emit_.value(loop, made_.program.views[instruction.args[0]]);
    if (any_active_argument(instruction, 1)) {
      Value d_start = d;
      if (!of_initial()) {
        const Value ago =
            apply(Op::maximum,
                  {emit_.constant(loop, 1.0),
                   apply(Op::floor, {apply(Op::add, {apply(Op::divide, {lag, fixed(kStepSlot)}),
                                                     emit_.constant(loop, 0.5)})})});
        d_start = apply(Op::select, {apply(Op::greater, {ago, fixed(made_.step)}), d,
                                     emit_.constant(loop, 0.0)});
      }
      sums_.accumulate(loop, made_.program.views[instruction.args[1]], d_start);
    }
    if (of_initial()) {
      return;
    }
    const Slot input = made_.program.delays[instruction.aux].input;
    DelayedAdjoint delayed{instruction.aux, {}, 0, 0};
    for (const Slot slot : reached_slots(made_.program, instruction, 2)) {
      delayed.elements.push_back(slot - input);
    }
    const auto count = static_cast<std::uint32_t>(delayed.elements.size());
    const auto keep = [&](const Value& value) {
      const View lasting = emit_.temporary(loop);
      emit_.assign(lasting, value);
      made_.program.results.push_back({lasting.base, count});
      return lasting.base;
    };
    delayed.lag = keep(lag);
    delayed.adjoint = keep(d);
    made_.delayed.push_back(std::move(delayed));
  }

  void reverse_random(const Instruction& instruction, const Value& r, const Value& d) {
    for (std::size_t a = 0; a < 2; ++a) {
      if (!any_active_argument(instruction, a)) {
        continue;
      }
      if (const auto share = partial_of_draw(instruction, a, {emit_, r, d})) {
        sums_.accumulate(instruction.loop, made_.program.views[instruction.args[a]], *share);
      } else {
        refuse("draws of this distribution have no derivative by their parameters");
      }
    }
  }

  void reverse_call(const Instruction& instruction, const Value& d) {
    const Call call = made_.program.calls[instruction.aux];
    if (model::row(call.procedure).smooth()) {
      reverse_recorded(instruction, call, d);
      return;
    }
    for (std::size_t a = 0; a < call.inputs.size() && !refusal_; ++a) {
      const Call::Input& input = call.inputs[a];
      if (!any_active_input(instruction, input)) {
        continue;
      }
      if (!differentiable(call.procedure)) {
        refuse(fmt::format("{} has no derivative", model::row(call.procedure).name));
      } else if (has_partial(call.procedure, a)) {
        const std::optional<Value> part =
            partial_of_call(instruction, a, what_to_do(instruction),
                            {emit_, made_.program.views[instruction.dst], d.view});
        if (part) {
          sums_.accumulate(part->loop, made_.program.views[input.view], *part);
        } else {
          refuse(
              fmt::format("what {} is told to do is no constant", model::row(call.procedure).name));
        }
      }
    }
  }

  bool any_active_input(const Instruction& instruction, const Call::Input& input) const {
    return input.view != kNone &&
           any_active(reached_slots(made_.program, instruction, {input.view, input.inner}));
  }

  // ---- recorded procedures

  // Those arguments that its result moves with and that depend on parameters.
  std::uint32_t followed(const Instruction& instruction, const Call& call) const {
    std::uint32_t by = 0;
    for (std::size_t a = 0; a < call.inputs.size(); ++a) {
      const bool follows =
          has_partial(call.procedure, a) && any_active_input(instruction, call.inputs[a]);
      by |= follows ? 1u << a : 0u;
    }
    return by;
  }

  void accumulate_adjoints(const Instruction& instruction, const Call& call, std::uint32_t by,
                           const View& d, const Memories& memories) {
    if (by == 0) {
      return;
    }
    if (made_.program.loops[instruction.loop].rank == kMaxRank) {
      refuse(fmt::format("{} has too many subscripts to be followed",
                         model::row(call.procedure).name));
      return;
    }
    for (const ArgumentAdjoint& of : adjoint_call(emit_, instruction, by, d, memories).adjoints) {
      sums_.accumulate(of.value.loop, made_.program.views[call.inputs[of.argument].view], of.value);
    }
  }

  // Of the result. What a procedure remembers gets its adjoint when the step ends, from a place
  // where that of the result is then.
  void reverse_recorded(const Instruction& instruction, const Call& call, const Value& d) {
    Memories memories;
    std::uint32_t by = followed(instruction, call);
    if (call.keeper != kNone && !of_initial()) {
      memories.past = call.keeper;
      begin_result(call.keeper, d);
    }
    for (std::size_t a = 0; a < call.inputs.size(); ++a) {
      // It looks at these only when a step ends.
      by &= model::row(call.procedure).arguments[a] == 'k' ? ~(1u << a) : ~0u;
    }
    accumulate_adjoints(instruction, call, by, d.view, memories);
  }

  // Where the adjoint of a keeper's result is, once it is known: `d`, or nothing has reached it.
  void begin_result(std::size_t keeper, const std::optional<Value>& d) {
    std::optional<Value>& seed = seeds_of_results_[keeper];
    if (seed) {
      emit_.assign(seed->view, d ? *d : emit_.constant(seed->loop, 0.0));
      seed = std::nullopt;
    }
  }

  // The end of a step comes last, and so first on the way back: what procedures will remember got
  // its adjoint from the step after this one, and their arguments have theirs from it.
  void go_back_over_memories() {
    seeds_of_results_.assign(original_.keepers.size(), std::nullopt);
    for (Keeper& keeper : made_.program.keepers) {
      keeper.given = true;
    }
    for (at_ = 0; at_ < swept_.size(); ++at_) {
      const Instruction& instruction = swept_[at_];
      const std::uint32_t past =
          instruction.op == Op::procedure ? made_.program.calls[instruction.aux].keeper : kNone;
      if (past == kNone) {
        continue;
      }
      const Call call = made_.program.calls[instruction.aux];
      const std::uint32_t by = followed(instruction, call);
      if (by == 0) {
        continue;
      }
      const View d = emit_.temporary(instruction.loop);
      seeds_of_results_[past] = emit_.value(instruction.loop, d);
      const auto keeper = static_cast<std::uint32_t>(made_.program.keepers.size());
      const auto next = static_cast<std::uint32_t>(made_.program.calls.size());
      made_.program.keepers.push_back({instruction.loop, next});
      accumulate_adjoints(instruction, call, by, d, {keeper, past});
    }
  }

  // As the program that was differentiated has it.
  std::optional<double> what_to_do(const Instruction& instruction) const {
    const std::size_t tells = telling_argument(made_.program.calls[instruction.aux].procedure);
    if (tells == std::size_t{kNone}) {
      return std::nullopt;
    }
    Instruction original = instruction;
    original.aux = of_.call_of[instruction.aux];
    return constant_argument(original_, original, tells);
  }

  void reverse_fold(const Instruction& instruction, std::size_t position, const Value& r,
                    const AdjointSums::Signed& d) {
    if (!any_active_argument(instruction, 1)) {
      return;
    }
    const auto start = start_of_fold(made_.program, swept_, position, active_);
    const auto share = partial_of_fold(instruction, start, {emit_, r, d.value});
    if (share) {
      sums_.accumulate(instruction.loop, made_.program.views[instruction.args[1]], *share,
                       d.negative);
    } else {
      refuse("a fold whose start varies");
    }
  }

  const Program& original_;
  SingleAssignment of_;
  Objects objects_;  // of the forward part
  std::vector<char> active_;
  const std::vector<Slot>& parameters_;
  Adjoint made_;
  Emitter emit_;
  AdjointSums sums_;
  Slot first_slope_ = 0;      // the slope of table t is table first_slope_ + t
  std::vector<Slot> levels_;  // the adjoints of the stocks' levels
  std::vector<AdjointPort> lasting_;
  std::vector<std::optional<Value>> seeds_of_results_;  // of keepers, that are not known yet

  // of the sweep at hand
  Block into_ = Block::rates;
  std::vector<Instruction> swept_;
  std::size_t at_ = 0;  // the instruction at hand
  std::optional<NotDifferentiable> refusal_;
};

}  // namespace

std::variant<Adjoint, NotDifferentiable> adjoint(const Program& program,
                                                 const std::vector<Slot>& parameters,
                                                 const std::vector<Port>& saved) {
  if (!program.device_uses.empty()) {
    return device_refusal(program);
  }
  std::optional<SingleAssignment> renamed = single_assignment(program);
  if (!renamed) {
    return NotDifferentiable{Op::copy, {}, "an array is overwritten in part"};
  }
  return Reverser(program, std::move(*renamed), parameters).run(saved);
}

}  // namespace shamal::ir
