// Two passes. The first looks at each part alone: indices, ranges, overlaps. Only if it finds
// nothing does the second follow the order of evaluation: what is set when, and what may be read.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "ir/program.h"
#include "model/procedure_derivative.h"

namespace shamal::ir {

namespace {

constexpr std::array<std::string_view, kBlocks> kBlockNames = {"initial", "rates", "outputs"};

class Verifier {
 public:
  explicit Verifier(const Program& program) : program_(program) {}

  std::vector<std::string> run() {
    check_parts();
    check_states();
    for (std::size_t b = 0; b < kBlocks; ++b) {
      for (std::size_t i = 0; i < program_.blocks[b].size(); ++i) {
        place_ = fmt::format("{}[{}]: ", kBlockNames[b], i);
        check_instruction(program_.blocks[b][i]);
      }
    }
    if (defects_.empty()) {
      check_order();
    }
    return std::move(defects_);
  }

 private:
  template <class... Args>
  void report(fmt::format_string<Args...> format, Args&&... args) {
    defects_.push_back(place_ + fmt::format(format, std::forward<Args>(args)...));
  }

  void check_parts() {
    if (program_.slots < kFirstFreeSlot) {
      report("fewer slots than the fixed ones");
    }
    if (program_.loops.empty() || program_.loops[0].rank != 0) {
      report("loop 0 must have rank 0");
    }
    for (std::size_t l = 0; l < program_.loops.size(); ++l) {
      check_loop(l);
    }
    for (std::size_t t = 0; t < program_.tables.size(); ++t) {
      check_table(t);
    }
    for (const std::vector<View>* views : {&program_.views, &program_.table_views}) {
      for (const View& view : *views) {
        for (const Axis& axis : view.axes) {
          if (axis.table >= 0 &&
              static_cast<std::size_t>(axis.table) >= program_.offset_tables.size()) {
            report("a view names offset table {}, which there is not", axis.table);
          }
        }
      }
    }
  }

  void check_loop(std::size_t l) {
    const Loop& loop = program_.loops[l];
    if (loop.rank > kMaxRank) {
      report("loop {} has rank {}", l, loop.rank);
      return;
    }
    std::uint64_t count = 1;
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      count *= loop.extents[k];
      if (loop.extents[k] == 0 || count > kNone) {
        report("loop {} has no or too many elements", l);
        return;
      }
    }
  }

  void check_table(std::size_t t) {
    const Table& table = program_.tables[t];
    if (table.x.empty() || table.x.size() != table.y.size()) {
      report("table {} has {} x and {} y", t, table.x.size(), table.y.size());
      return;
    }
    for (std::size_t i = 0; i < table.x.size(); ++i) {
      if (!std::isfinite(table.x[i]) || (i > 0 && table.x[i] < table.x[i - 1])) {
        report("table {} does not ascend at point {}", t, i);
        return;
      }
    }
  }

  // States have slots of their own, in range, and so have constants.
  void check_states() {
    std::vector<char> taken(program_.slots, 0);
    std::fill_n(taken.begin(), std::min<std::size_t>(kFirstFreeSlot, taken.size()), char{1});
    const auto take = [&](std::string_view what, Slot base, std::uint32_t count) {
      if (count == 0 || std::uint64_t{base} + count > program_.slots) {
        report("{} {}+{} is empty or out of range", what, base, count);
        return;
      }
      for (Slot slot = base; slot < base + count; ++slot) {
        if (taken[slot] != 0) {
          report("{} {}+{} shares slot {}", what, base, count, slot);
          return;
        }
        taken[slot] = 1;
      }
    };
    for (const Constant& constant : program_.constants) {
      take("constant", constant.slot, 1);
    }
    for (const Stock& stock : program_.stocks) {
      take("level", stock.level, stock.count);
      take("net flow", stock.net, stock.count);
    }
    for (const Memory& memory : program_.memories) {
      take("memory", memory.current, memory.count);
      take("next value", memory.next, memory.count);
    }
    for (const Device& device : program_.devices) {
      check_device(device);
    }
    for (const Port& port : program_.inputs) {
      take("input", port.base, port.count);
    }
    for (const Port& port : program_.results) {
      if (port.count == 0 || std::uint64_t{port.base} + port.count > program_.slots) {
        report("result {}+{} is empty or out of range", port.base, port.count);
      }
    }
    for (const Keeper& keeper : program_.keepers) {
      if (keeper.loop >= program_.loops.size() ||
          (keeper.call >= program_.calls.size() && !keeper.given)) {
        report("keeper of call {} over loop {}", keeper.call, keeper.loop);
      }
    }
    for (const DelayLine& delay : program_.delays) {
      if (delay.count == 0 || std::uint64_t{delay.input} + delay.count > program_.slots) {
        report("delay input {}+{} is empty or out of range", delay.input, delay.count);
      }
    }
  }

  void check_instruction(const Instruction& instruction) {
    if (static_cast<std::size_t>(instruction.op) >= kOps) {
      report("operation {}", static_cast<int>(instruction.op));
      return;
    }
    if (instruction.loop >= program_.loops.size() || !defects_.empty()) {
      // Reach can only be told for sound loops and views.
      if (instruction.loop >= program_.loops.size()) {
        report("loop {}", instruction.loop);
      }
      return;
    }
    const Loop& loop = program_.loops[instruction.loop];
    Loop wide = loop;  // for views that have the inner loop's axes as well
    const std::uint32_t aux = instruction.aux;
    int arity = row(instruction.op).arity;
    int least = arity;
    if (instruction.op == Op::divide) {
      arity = 3;
    }
    switch (instruction.op) {
      case Op::lookup:
        if (aux >= program_.table_views.size()) {
          report("table view {}", aux);
        } else {
          check_view(program_.table_views[aux], loop, 0, program_.tables.size());
        }
        break;
      case Op::delay_read:
        if (aux >= program_.delays.size()) {
          report("delay {}", aux);
        } else if (instruction.args[2] < program_.views.size()) {
          const DelayLine& delay = program_.delays[aux];
          check_view(program_.views[instruction.args[2]], loop, delay.input,
                     delay.input + std::uint64_t{delay.count});
        }
        break;
      case Op::random:
        if (aux >= program_.random_sites.size()) {
          report("random site {}", aux);
          return;
        }
        arity = least = ir::arity(program_.random_sites[aux].distribution);
        break;
      case Op::gather:
        if (aux >= program_.gathered.size() || program_.gathered[aux].count == 0 ||
            instruction.args[1] >= program_.views.size() ||
            std::uint64_t{gathered_span(program_, instruction).base} +
                    program_.gathered[aux].count >
                program_.slots) {
          report("reach of a gather {}", aux);
        }
        break;
      case Op::rank:
        if (aux >= program_.loops.size() || loop.rank + program_.loops[aux].rank > kMaxRank) {
          report("inner loop {}", aux);
          return;
        }
        wide.rank = loop.rank + program_.loops[aux].rank;
        std::copy_n(program_.loops[aux].extents.begin(), program_.loops[aux].rank,
                    wide.extents.begin() + loop.rank);
        least = 2;
        break;
      case Op::procedure:
        check_call(instruction);
        return;
      case Op::device:
        if (aux >= program_.device_uses.size()) {
          report("device use {}", aux);
          return;
        }
        check_device_use(instruction, loop);
        break;
      default:
        break;
    }
    if (instruction.dst >= program_.views.size()) {
      report("destination view {}", instruction.dst);
    } else {
      check_view(program_.views[instruction.dst], loop, kFirstFreeSlot, program_.slots);
    }
    for (int a = 0; a < static_cast<int>(instruction.args.size()); ++a) {
      const ViewId view = instruction.args[static_cast<std::size_t>(a)];
      if (view == kNone ? a < least : a >= arity || view >= program_.views.size()) {
        report("{} with argument {} = view {}", row(instruction.op).name, a, view);
      } else if (view != kNone) {
        const bool inner = instruction.op == Op::rank && a != 1;
        check_view(program_.views[view], inner ? wide : loop, 0, program_.slots);
      }
    }
  }

  void check_call(const Instruction& instruction) {
    if (instruction.aux >= program_.calls.size()) {
      report("call {}", instruction.aux);
      return;
    }
    const Call& call = program_.calls[instruction.aux];
    if (static_cast<std::size_t>(call.procedure) >= model::procedure_rows().size()) {
      report("procedure {}", static_cast<int>(call.procedure));
      return;
    }
    const model::ProcedureRow& row = model::row(call.procedure);
    const Loop& loop = program_.loops[instruction.loop];
    const auto check = [&](std::string_view what, ViewId view, LoopId inner, Slot first) {
      if (view >= program_.views.size() || inner >= program_.loops.size() ||
          loop.rank + program_.loops[inner].rank > kMaxRank) {
        report("{} with {} = view {}, inner loop {}", row.name, what, view, inner);
        return;
      }
      check_view(program_.views[view], joined(loop, program_.loops[inner]), first, program_.slots);
    };
    check("destination", instruction.dst, call.result, kFirstFreeSlot);
    if (call.derivative > model::Derivative::adjoint_of_step ||
        call.inputs.size() != model::input_count(row, call.derivative)) {
      report("{} with {} inputs for derivative {}", row.name, call.inputs.size(),
             static_cast<int>(call.derivative));
      return;
    }
    for (std::size_t a = 0; a < call.inputs.size(); ++a) {
      const bool argument = a < row.arguments.size();
      const bool view =
          argument ? std::string_view("tdz").find(row.arguments[a]) == std::string_view::npos
                   : call.derivative != model::Derivative::tangent ||
                         ((call.by >> (a - row.arguments.size())) & 1u) != 0;
      if (view) {
        check("an argument", call.inputs[a].view, call.inputs[a].inner, 0);
      } else if (call.inputs[a].view != kNone) {
        report("{} with argument {} = view {}", row.name, a, call.inputs[a].view);
      }
    }
    check_derivative(call, row);
    if (row.looks_up() != (call.table_view != kNone) ||
        (row.looks_up() && call.table_view >= program_.table_views.size())) {
      report("{} with table view {}", row.name, call.table_view);
    } else if (row.looks_up()) {
      check_view(program_.table_views[call.table_view], loop, 0, program_.tables.size());
    }
    const bool keeps = row.keeps() && call.derivative != model::Derivative::adjoint;
    if (keeps != (call.keeper != kNone)) {
      report("{} with keeper {}", row.name, call.keeper);
    } else if (keeps) {
      check_keeper(instruction, call.keeper);
    }
  }

  void check_keeper(const Instruction& instruction, std::uint32_t keeper) {
    if (keeper >= program_.keepers.size() || program_.keepers[keeper].loop != instruction.loop ||
        (program_.keepers[keeper].call != instruction.aux && !program_.keepers[keeper].given)) {
      report("call {} with keeper {}", instruction.aux, keeper);
    }
  }

  // What is followed can be, and an adjoint has room for all of it.
  void check_derivative(const Call& call, const model::ProcedureRow& row) {
    std::uint64_t wanted = 0;
    for (std::size_t a = 0; a < 32; ++a) {
      if (((call.by >> a) & 1u) == 0) {
        continue;
      }
      const bool smooth = a < row.moves.size() && row.moves[a] == '+';
      if (!smooth || call.inputs[a].view == kNone ||
          call.inputs[a].inner >= program_.loops.size()) {
        report("a derivative of {} by argument {}", row.name, a);
        return;
      }
      wanted += program_.loops[call.inputs[a].inner].count();
    }
    const bool adjoint = call.derivative == model::Derivative::adjoint ||
                         call.derivative == model::Derivative::adjoint_of_step;
    if ((call.derivative != model::Derivative::none && !row.smooth()) ||
        (call.derivative == model::Derivative::none && call.by != 0) ||
        (adjoint && wanted != program_.loops[call.result].count())) {
      report("derivative {} of {}", static_cast<int>(call.derivative), row.name);
    }
    const bool past = call.past != kNone;
    if ((past && (!adjoint || !row.keeps() || call.past >= program_.keepers.size())) ||
        (call.derivative == model::Derivative::adjoint_of_step && (!past || !row.keeps()))) {
      report("{} with past keeper {}", row.name, call.past);
    }
  }

  // What leads out of a device's shape leads somewhere.
  void check_device(const Device& device) {
    if (device.kind > DeviceKind::queue) {
      report("a device of kind {}", static_cast<int>(device.kind));
    }
    for (const model::ConveyorShape::Inflow& inflow : device.conveyor.inflows) {
      if (inflow.spread > model::Spread::source ||
          (inflow.spread == model::Spread::dist && inflow.table >= program_.tables.size())) {
        report("an inflow of spread {} and table {}", static_cast<int>(inflow.spread),
               inflow.table);
      } else if (inflow.spread == model::Spread::source) {
        const Device* const from =
            inflow.device < program_.devices.size() ? &program_.devices[inflow.device] : nullptr;
        if (from == nullptr || from->kind != DeviceKind::conveyor || from->count < device.count ||
            inflow.leak >= from->conveyor.leaks.size()) {
          report("an inflow from leakage {} of device {}", inflow.leak, inflow.device);
        }
      }
    }
  }

  // The action is one of the device's kind, with the inputs and outputs that it works on
  // (machine/belt.h, machine/queue.h).
  bool fits(const DeviceUse& use, const Device& device) const {
    const std::size_t leaks = device.conveyor.leaks.size();
    const std::size_t outflows = device.queue.outflows.size();
    switch (use.action) {
      case DeviceAction::conveyor_start:
        return device.kind == DeviceKind::conveyor && use.inputs >= 2 + leaks && use.outputs == 1;
      case DeviceAction::conveyor_release:
        return device.kind == DeviceKind::conveyor && use.inputs >= 4 + 2 * leaks &&
               use.outputs == 2 + leaks;
      case DeviceAction::conveyor_accept:
        return device.kind == DeviceKind::conveyor &&
               use.inputs >= device.conveyor.inflows.size() && use.outputs == 1;
      case DeviceAction::queue_start:
        return device.kind == DeviceKind::queue && use.outputs == 1;
      case DeviceAction::queue_serve:
        return device.kind == DeviceKind::queue && use.inputs >= device.queue.inflows + outflows &&
               use.outputs == outflows + 1;
      case DeviceAction::look:
        return use.inputs >= 3 && use.outputs == 1;
    }
    return false;
  }

  // Outputs and inputs lie within the slots, and every element's outputs at its place.
  void check_device_use(const Instruction& instruction, const Loop& loop) {
    const DeviceUse& use = program_.device_uses[instruction.aux];
    if (use.device >= program_.devices.size() || use.outputs == 0 || use.inputs == 0) {
      report("device {} with {} inputs and {} outputs", use.device, use.inputs, use.outputs);
      return;
    }
    if (!fits(use, program_.devices[use.device])) {
      report("device {} does action {} from {} inputs to {} outputs", use.device,
             static_cast<int>(use.action), use.inputs, use.outputs);
      return;
    }
    const std::uint64_t end =
        use.base + std::uint64_t{program_.devices[use.device].count} * use.outputs;
    if (end > program_.slots || use.inputs > program_.slots) {
      report("outputs {} to {} of a device, or {} inputs", use.base, end, use.inputs);
      return;
    }
    if (instruction.dst >= program_.views.size() || instruction.args[0] >= program_.views.size()) {
      return;  // reported with the views of all instructions
    }
    check_view(program_.views[instruction.dst], loop, use.base, end - (use.outputs - 1));
    check_view(program_.views[instruction.args[0]], loop, 0, program_.slots - (use.inputs - 1));
    for (const std::int64_t offset : offsets(program_, loop, program_.views[instruction.dst])) {
      if ((program_.views[instruction.dst].base + offset - use.base) % use.outputs != 0) {
        report("outputs of a device that begin at {}",
               program_.views[instruction.dst].base + offset);
      }
    }
  }

  // Every index tuple leads to [first, end).
  void check_view(const View& view, const Loop& loop, std::uint64_t first, std::uint64_t end) {
    for (std::uint32_t k = loop.rank; k < kMaxRank; ++k) {
      if (view.axes[k] != Axis{}) {
        report("view {} moves along axis {}, which the loop lacks", view.base, k);
      }
    }
    std::int64_t low = view.base;
    std::int64_t high = view.base;
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      const Axis& axis = view.axes[k];
      if (axis.table < 0) {
        const std::int64_t last = std::int64_t{axis.stride} * (loop.extents[k] - std::int64_t{1});
        low += std::min<std::int64_t>(0, last);
        high += std::max<std::int64_t>(0, last);
        continue;
      }
      const auto& table = program_.offset_tables[static_cast<std::size_t>(axis.table)];
      if (table.size() < loop.extents[k]) {
        report("offset table {} is shorter than {}", axis.table, loop.extents[k]);
        return;
      }
      const auto [least, most] =
          std::minmax_element(table.begin(), table.begin() + loop.extents[k]);
      low += *least;
      high += *most;
    }
    if (low < static_cast<std::int64_t>(first) || high >= static_cast<std::int64_t>(end)) {
      report("view {} reaches {} to {}, outside of {} to {}", view.base, low, high, first, end);
    }
  }

  // ---- the order of evaluation

  std::vector<Slot> reach(const Access& access, LoopId outer) const {
    const View& view = program_.views[access.view];
    const Loop loop = joined(program_.loops[outer], program_.loops[access.inner]);
    std::vector<Slot> slots;
    for (const std::int64_t offset : offsets(program_, loop, view)) {
      for (std::uint32_t i = 0; i < access.count; ++i) {
        slots.push_back(static_cast<Slot>(view.base + offset + i));
      }
    }
    return slots;
  }

  std::vector<Slot> reads(const Instruction& instruction) const {
    std::vector<Slot> slots;
    for (const Access& access : ir::reads(program_, instruction)) {
      const auto more = reach(access, instruction.loop);
      slots.insert(slots.end(), more.begin(), more.end());
    }
    return slots;
  }

  std::vector<Slot> writes(const Instruction& instruction) const {
    return reach(write(program_, instruction), instruction.loop);
  }

  void mark_states(std::vector<char>& marks, bool levels, bool nexts) const {
    const auto mark = [&](Slot base, std::uint32_t count) {
      std::fill_n(marks.begin() + base, count, char{1});
    };
    for (const Stock& stock : program_.stocks) {
      mark(levels ? stock.level : stock.net, stock.count);
    }
    for (const Memory& memory : program_.memories) {
      mark(nexts ? memory.next : memory.current, memory.count);
    }
  }

  void check_order() {
    std::vector<char> fixed(program_.slots, 0);
    std::fill_n(fixed.begin(), kFirstFreeSlot, char{1});
    for (const Constant& constant : program_.constants) {
      fixed[constant.slot] = 1;
    }
    std::vector<char> known = fixed;
    check_block(Block::initial, fixed, known);

    // From here on only the simulation changes levels and memories.
    mark_states(fixed, true, false);
    for (const Port& port : program_.inputs) {
      std::fill_n(fixed.begin() + port.base, port.count, char{1});
      std::fill_n(known.begin() + port.base, port.count, char{1});
    }
    place_ = "after initial: ";
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      if (fixed[slot] != 0 && known[slot] == 0) {
        report("the state in slot {} has no value", slot);
      }
    }
    check_block(Block::rates, fixed, known);
    std::vector<char> wanted(program_.slots, 0);
    mark_states(wanted, false, true);
    for (const DelayLine& delay : program_.delays) {
      std::fill_n(wanted.begin() + delay.input, delay.count, char{1});
    }
    for (const Keeper& keeper : program_.keepers) {
      if (keeper.given) {
        continue;
      }
      for (const Call::Input& input : program_.calls[keeper.call].inputs) {
        if (input.view != kNone) {
          for (const Slot slot : reach({input.view, input.inner}, keeper.loop)) {
            wanted[slot] = static_cast<char>(wanted[slot] != 0 || fixed[slot] == 0);
          }
        }
      }
    }
    place_ = "after rates: ";
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      if (wanted[slot] != 0 && known[slot] == 0) {
        report("slot {} (a net flow, next value, or input of a delay or keeper) has no value",
               slot);
      }
    }

    // What `rates` or the step reads of `initial` has to survive `outputs`; so have the nets.
    std::vector<char> kept = fixed;
    std::vector<char> set(program_.slots, 0);
    for (const Instruction& instruction : program_.block(Block::rates)) {
      for (const Slot slot : reads(instruction)) {
        kept[slot] = static_cast<char>(kept[slot] != 0 || set[slot] == 0);
      }
      for (const Slot slot : writes(instruction)) {
        set[slot] = 1;
      }
    }
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      kept[slot] = static_cast<char>(kept[slot] != 0 || wanted[slot] != 0);
    }
    check_block(Block::outputs, kept, known);
    place_ = "after outputs: ";
    for (const Port& port : program_.results) {
      for (Slot slot = port.base; slot < port.base + port.count; ++slot) {
        if (known[slot] == 0) {
          report("the result in slot {} has no value", slot);
        }
      }
    }
  }

  // Writes spare `kept`. A read finds what is known, and what this block writes only once written.
  void check_block(Block block, const std::vector<char>& kept, std::vector<char>& known) {
    const std::vector<Instruction>& instructions = program_.block(block);
    std::vector<std::uint32_t> to_come(program_.slots, 0);
    for (const Instruction& instruction : instructions) {
      for (const Slot slot : writes(instruction)) {
        ++to_come[slot];
      }
    }
    std::vector<char> written(program_.slots, 0);
    for (std::size_t i = 0; i < instructions.size(); ++i) {
      place_ = fmt::format("{}[{}]: ", kBlockNames[static_cast<std::size_t>(block)], i);
      for (const Slot slot : reads(instructions[i])) {
        if (known[slot] == 0) {
          report("reads slot {}, which has no value yet", slot);
          known[slot] = 1;
        } else if (written[slot] == 0 && to_come[slot] != 0) {
          report("reads slot {} before this block writes it", slot);
          written[slot] = 1;
        }
      }
      for (const Slot slot : writes(instructions[i])) {
        if (kept[slot] != 0) {
          report("writes slot {}, which is not its to write", slot);
        }
        known[slot] = 1;
        written[slot] = 1;
      }
    }
  }

  const Program& program_;
  std::vector<std::string> defects_;
  std::string place_;
};

}  // namespace

std::vector<std::string> verify(const Program& program) { return Verifier(program).run(); }

}  // namespace shamal::ir
