// One instruction at a time, from last to first: `accumulate` adds to the adjoint of an argument.
// The first to reach an adjoint writes it instead of adding, so that nothing has to be set to zero
// beforehand but what is added to, or read, only in part.
#include "ir/adjoint.h"

#include <algorithm>
#include <optional>

#include "ir/activity.h"
#include "ir/emitter.h"
#include "ir/partials.h"
#include "ir/remove_dead.h"
#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

View shifted(View view, Slot by) {
  view.base += by;
  return view;
}

// A row of `count` slots.
View row_of(Slot base) { return View{base, {{{1, -1}}}}; }

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
        active_(active_slots(of_.program, parameters, links(original, of_))),
        parameters_(parameters),
        emit_(made_.program, Block::rates) {
    made_.program = std::move(of_.program);
    first_slope_ = add_slopes(made_.program);
    values_ = static_cast<Slot>(active_.size());
  }

  std::variant<Adjoint, NotDifferentiable> run(const std::vector<Port>& saved) {
    reverse_steps(saved);
    reverse_start();
    if (refusal_) {
      return *refusal_;
    }
    return std::move(made_);
  }

 private:
  // ---- the two sweeps

  void reverse_steps(const std::vector<Port>& saved) {
    begin_sweep(Block::rates, Block::rates);
    made_.step = input(0, 1).slot;
    carry_in();
    for (const Stock& stock : original_.stocks) {
      made_.states.push_back({stock.level, stock.count, stock.level});
      made_.net_seeds.push_back(seed(stock.net, stock.count));
    }
    for (const Memory& memory : original_.memories) {
      made_.states.push_back({memory.current, memory.count, memory.current});
      made_.memory_seeds.push_back(seed(memory.next, memory.count));
    }
    for (const DelayLine& line : original_.delays) {
      made_.delay_seeds.push_back(seed(line.input, line.count));
    }
    for (const Port& array : saved) {
      made_.saved_seeds.push_back(seed(array.base, array.count));
    }
    sweep();
    for (const AdjointPort& state : made_.states) {
      made_.state_adjoints.push_back(result(state.original, state.count, state.slot));
    }
    for (const AdjointPort& in : made_.carried_in) {
      made_.carried_out.push_back(result(in.original, in.count, in.original));
    }
    end_sweep();
  }

  void reverse_start() {
    begin_sweep(Block::initial, Block::outputs);
    for (const AdjointPort& carried : made_.carried_out) {
      const LoopId loop = loop_of(carried.count);
      accumulate(loop, row_of(carried.original), emit_.value(loop, row_of(carried.slot)));
    }
    for (const AdjointPort& state : made_.states) {
      const AdjointPort port = input(state.original, state.count);
      made_.start_seeds.push_back(port);
      if (any_active(of_.in_step, state.original, state.count)) {
        const LoopId loop = loop_of(state.count);
        accumulate(loop, row_of(of_.at_start[state.original]),
                   emit_.value(loop, row_of(port.slot)));
      }
    }
    sweep();
    for (const Slot parameter : parameters_) {
      made_.gradient.push_back(result(parameter, 1, parameter));
    }
    end_sweep();
  }

  void begin_sweep(Block of, Block into) {
    swept_ = made_.program.block(of);
    into_ = into;
    emit_.set_block(into);
    adjoints_ = emit_.slots(values_);
    touched_.assign(values_, 0);
    zero_.assign(values_, 0);
    begin_ = made_.program.block(into).size();
  }

  void sweep() {
    for (std::size_t i = swept_.size(); i-- > 0 && !refusal_;) {
      emit_.release();
      reverse(swept_[i], i);
    }
    emit_.release();
  }

  // Zeros go before the first instruction of the sweep.
  void end_sweep() {
    std::vector<Instruction>& block = made_.program.block(into_);
    std::vector<Instruction> body(block.begin() + static_cast<std::ptrdiff_t>(begin_), block.end());
    block.resize(begin_);
    for (Slot first = 0; first < values_;) {
      Slot last = first;
      while (last < values_ && zero_[last] != 0) {
        ++last;
      }
      if (last > first) {
        const LoopId loop = loop_of(last - first);
        emit_.assign(row_of(adjoints_ + first), emit_.constant(loop, 0.0));
      }
      first = last + 1;
    }
    std::vector<Instruction>& now = made_.program.block(into_);
    now.insert(now.end(), body.begin(), body.end());
  }

  bool of_initial() const { return into_ == Block::outputs; }

  // ---- ports

  LoopId loop_of(std::uint32_t count) { return emit_.add(Loop{1, {count}}); }

  AdjointPort input(Slot original, std::uint32_t count) {
    const Slot slot = emit_.slots(count);
    made_.program.inputs.push_back({slot, count});
    return {original, count, slot};
  }

  bool any_active(const std::vector<Slot>& places, Slot base, std::uint32_t count) const {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (active_[places[base + i]] != 0) {
        return true;
      }
    }
    return false;
  }

  // An input whose values are added to the adjoint of an array.
  AdjointPort seed(Slot original, std::uint32_t count) {
    const AdjointPort port = input(original, count);
    if (any_active(of_.in_step, original, count)) {
      const LoopId loop = loop_of(count);
      accumulate(loop, row_of(of_.in_step[original]), emit_.value(loop, row_of(port.slot)));
    }
    return port;
  }

  // The adjoint of an array, wherever it has been left.
  AdjointPort result(Slot original, std::uint32_t count, Slot place) {
    for (Slot slot = place; slot < place + count; ++slot) {
      need(slot);
    }
    made_.program.results.push_back({adjoints_ + place, count});
    return {original, count, adjoints_ + place};
  }

  // What depends on parameters and never changes during the steps: its adjoint adds up over them.
  void carry_in() {
    std::vector<char> left(original_.slots, 0);
    for (const Slot parameter : parameters_) {
      left[parameter] = 1;
    }
    for (const Instruction& instruction : made_.program.block(Block::initial)) {
      for (const Slot slot : written_slots(made_.program, instruction)) {
        if (slot < original_.slots && active_[slot] != 0) {
          left[slot] = 1;
        }
      }
    }
    for (Slot first = 0; first < left.size();) {
      Slot last = first;
      while (last < left.size() && left[last] != 0) {
        ++last;
      }
      if (last > first) {
        const AdjointPort port = input(first, last - first);
        made_.carried_in.push_back(port);
        const LoopId loop = loop_of(port.count);
        accumulate(loop, row_of(first), emit_.value(loop, row_of(port.slot)));
      }
      first = last + 1;
    }
  }

  // ---- adjoints

  void need(Slot slot) {
    if (touched_[slot] == 0) {
      zero_[slot] = 1;
      touched_[slot] = 1;
    }
  }

  std::vector<Slot> slots_of(LoopId loop, const View& view) const {
    std::vector<Slot> slots;
    for (const std::int64_t offset : offsets(made_.program, made_.program.loops[loop], view)) {
      slots.push_back(static_cast<Slot>(view.base + offset));
    }
    return slots;
  }

  // adjoint(view) += value
  void accumulate(LoopId loop, const View& view, const Value& value) {
    std::vector<Slot> slots = slots_of(loop, view);
    const bool fresh =
        std::none_of(slots.begin(), slots.end(), [&](Slot slot) { return touched_[slot] != 0; });
    const View to = shifted(view, adjoints_);
    if (fresh) {
      std::vector<Slot> sorted = slots;
      std::sort(sorted.begin(), sorted.end());
      if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) {
        for (const Slot slot : slots) {
          touched_[slot] = 1;
        }
        write(to, value);
        return;
      }
    }
    for (const Slot slot : slots) {
      need(slot);
    }
    emit_.emit(Op::add, loop, to, {to, value.view});
  }

  // A value that was computed for this alone is computed in its place.
  void write(const View& to, const Value& value) {
    std::vector<Instruction>& block = made_.program.block(into_);
    const bool last = block.size() > begin_ && block.back().loop == value.loop &&
                      made_.program.views[block.back().dst] == value.view &&
                      emit_.is_temporary(value.view.base);
    if (last) {
      block.back().dst = emit_.add(to);
    } else {
      emit_.assign(to, value);
    }
  }

  bool any_active_argument(const Instruction& instruction, std::size_t a) const {
    if (instruction.args[a] == kNone) {
      return false;
    }
    const std::vector<Slot> slots = reached_slots(made_.program, instruction, a);
    return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return active_[slot] != 0; });
  }

  // ---- instructions

  void reverse(const Instruction& instruction, std::size_t position) {
    const std::vector<Slot> written = written_slots(made_.program, instruction);
    const auto is = [&](const std::vector<char>& marks) {
      return std::any_of(written.begin(), written.end(),
                         [&](Slot slot) { return marks[slot] != 0; });
    };
    if (!is(active_) || !is(touched_)) {
      return;
    }
    for (const Slot slot : written) {
      need(slot);
    }
    const Value r = emit_.value(instruction.loop, made_.program.views[instruction.dst]);
    const Value d = emit_.value(instruction.loop, shifted(r.view, adjoints_));
    if (is_fold(made_.program, instruction)) {
      reverse_fold(instruction, position, r, d);
      return;
    }
    switch (instruction.op) {
      case Op::lookup:
        reverse_lookup(instruction, d);
        return;
      case Op::delay_read:
        reverse_delay(instruction, d);
        return;
      case Op::random:
        reverse_random(instruction, r, d);
        return;
      default:
        break;
    }
    Operands operands{{}, r, d};
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
        refuse(instruction, "its derivative is not known");
      } else if (has_partial(instruction.op, a)) {
        accumulate(instruction.loop, operands.args[a].view, partial(instruction.op, a, operands));
      }
    }
  }

  void refuse(const Instruction& instruction, std::string why) {
    if (!refusal_) {
      refusal_ = NotDifferentiable{instruction.op, made_.program.views[instruction.dst].base,
                                   std::move(why)};
    }
  }

  void reverse_lookup(const Instruction& instruction, const Value& d) {
    if (any_active_argument(instruction, 0)) {
      accumulate(instruction.loop, made_.program.views[instruction.args[0]],
                 partial_of_lookup(instruction, first_slope_, {emit_, {}, d}));
    }
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
      accumulate(loop, made_.program.views[instruction.args[1]], d_start);
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
      const View lasting = emit_.lasting(loop);
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
        accumulate(instruction.loop, made_.program.views[instruction.args[a]], *share);
      } else {
        refuse(instruction, "draws of this distribution have no derivative by their parameters");
      }
    }
  }

  void reverse_fold(const Instruction& instruction, std::size_t position, const Value& r,
                    const Value& d) {
    if (!any_active_argument(instruction, 1)) {
      return;
    }
    const auto start = start_of_fold(made_.program, swept_, position, active_);
    const auto share = partial_of_fold(instruction, start, {emit_, r, d});
    if (share) {
      accumulate(instruction.loop, made_.program.views[instruction.args[1]], *share);
    } else {
      refuse(instruction, "a fold whose start varies, or of other than the last axes");
    }
  }

  const Program& original_;
  SingleAssignment of_;
  std::vector<char> active_;
  const std::vector<Slot>& parameters_;
  Adjoint made_;
  Emitter emit_;
  Slot values_ = 0;       // slots of the forward part
  Slot first_slope_ = 0;  // the slope of table t is table first_slope_ + t

  // of the sweep at hand
  Block into_ = Block::rates;
  std::vector<Instruction> swept_;
  Slot adjoints_ = 0;  // adjoint of slot s: adjoints_ + s
  std::size_t begin_ = 0;
  std::vector<char> touched_;  // has a value by now
  std::vector<char> zero_;     // must begin as zero
  std::optional<NotDifferentiable> refusal_;
};

}  // namespace

std::variant<Adjoint, NotDifferentiable> adjoint(const Program& program,
                                                 const std::vector<Slot>& parameters,
                                                 const std::vector<Port>& saved) {
  if (const Instruction* const called = first_procedure(program)) {
    return NotDifferentiable{Op::procedure, program.views[called->dst].base,
                             "procedures have no derivative yet"};
  }
  if (!program.device_uses.empty()) {
    return NotDifferentiable{Op::device, program.device_uses[0].base,
                             "what conveyors and queues hold has no derivative"};
  }
  std::optional<SingleAssignment> renamed = single_assignment(program);
  if (!renamed) {
    return NotDifferentiable{Op::copy, 0, "an array is overwritten in part"};
  }
  auto made = Reverser(program, std::move(*renamed), parameters).run(saved);
  if (Adjoint* const adjoint = std::get_if<Adjoint>(&made)) {
    remove_dead(adjoint->program);
  }
  return made;
}

}  // namespace shamal::ir
