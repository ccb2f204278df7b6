#include "machine/reference.h"

#include <cmath>

#include "machine/call.h"
#include "machine/delay.h"
#include "machine/device.h"
#include "machine/draw.h"
#include "machine/table.h"
#include "model/operation.h"

namespace shamal::machine {

namespace {

using ir::Op;

// One run of a batch, executing one instruction at a time.
class Interpreter {
 public:
  Interpreter(const Kernel& kernel, State& state, std::size_t lane)
      : kernel_(kernel), program_(kernel.program()), state_(state), lane_(lane) {}

  void execute(const ir::Instruction& instruction) {
    const ir::Loop& loop = program_.loops[instruction.loop];
    Indices indices{};
    for (std::uint32_t element = 0; element < loop.count(); ++element) {
      if (instruction.op == Op::procedure) {
        call(instruction, indices, element);
      } else if (instruction.op == Op::device) {
        use_device(state_, program_, kernel_.views(), instruction.aux,
                   slot(instruction.args[0], indices), slot(instruction.dst, indices), lane_);
      } else {
        value(instruction.dst, indices) = compute(instruction, indices, element);
      }
      advance(indices, loop, 0);
    }
  }

 private:
  using Indices = std::array<std::uint32_t, ir::kMaxRank>;

  // The next index tuple of the loop, whose axes begin at `first`; after the last one, all zeros.
  static void advance(Indices& indices, const ir::Loop& loop, std::size_t first) {
    for (std::size_t k = loop.rank; k-- > 0;) {
      if (++indices[first + k] < loop.extents[k]) {
        return;
      }
      indices[first + k] = 0;
    }
  }

  // Indices beyond the rank are zero, and so are their axes.
  ir::Slot place(const ir::View& view, const Indices& indices) const {
    std::int64_t slot = view.base;
    for (std::size_t k = 0; k < ir::kMaxRank; ++k) {
      const ir::Axis& axis = view.axes[k];
      slot += axis.table < 0
                  ? std::int64_t{axis.stride} * indices[k]
                  : program_.offset_tables[static_cast<std::size_t>(axis.table)][indices[k]];
    }
    return static_cast<ir::Slot>(slot);
  }

  ir::Slot slot(ir::ViewId view, const Indices& indices) const {
    return place(program_.views[view], indices);
  }
  double& value(ir::Slot slot) { return state_.value(slot, lane_); }
  double& value(ir::ViewId view, const Indices& indices) { return value(slot(view, indices)); }

  double compute(const ir::Instruction& instruction, const Indices& indices,
                 std::uint32_t element) {
    std::array<double, 3> args{};
    for (std::size_t a = 0; a < args.size(); ++a) {
      if (instruction.args[a] != ir::kNone) {
        args[a] = value(instruction.args[a], indices);
      }
    }
    switch (instruction.op) {
      case Op::lookup: {
        const ir::Slot table = place(program_.table_views[instruction.aux], indices);
        return evaluate(kernel_.views()[table], args[0]);
      }
      case Op::gather: {
        const double to = slot(instruction.args[1], indices) + args[0];
        const ir::SlotSpan span = ir::gathered_span(program_, instruction);
        return to >= span.base && to < span.base + span.count ? value(static_cast<ir::Slot>(to))
                                                              : 0.0;
      }
      case Op::delay_read: {
        const ir::Slot input = program_.delays[instruction.aux].input;
        return delayed(state_, instruction.aux, slot(instruction.args[2], indices) - input, lane_,
                       args[0], args[1]);
      }
      case Op::random: {
        const ir::RandomSite& site = program_.random_sites[instruction.aux];
        const DrawPlace at{state_.random_key(lane_), site.stream + element, state_.step};
        return draw(site.distribution, at, args[0], args[1]);
      }
      case Op::rank:
        return rank(instruction, indices, std::floor(args[1]));
      default:
        return model::apply(static_cast<model::Operation>(instruction.op), args[0], args[1],
                            args[2]);
    }
  }

  // Visits the slot of a view for every index tuple of the inner loop, the outer ones standing.
  template <class Visit>
  void for_each_inner(const ir::Instruction& instruction, const ir::Access& access,
                      const Indices& outer, Visit visit) {
    const ir::Loop& inner = program_.loops[access.inner];
    Indices indices = outer;
    for (std::uint32_t i = 0; i < inner.count(); ++i) {
      visit(slot(access.view, indices));
      advance(indices, inner, program_.loops[instruction.loop].rank);
    }
  }

  void call(const ir::Instruction& instruction, const Indices& outer, std::uint32_t element) {
    const ir::Call& called = program_.calls[instruction.aux];
    std::vector<std::vector<double>> values(called.inputs.size());
    std::vector<std::span<const double>> arguments;
    for (std::size_t a = 0; a < values.size(); ++a) {
      if (called.inputs[a].view != ir::kNone) {
        for_each_inner(instruction, {called.inputs[a].view, called.inputs[a].inner}, outer,
                       [&](ir::Slot from) { values[a].push_back(value(from)); });
      }
      arguments.emplace_back(values[a]);
    }
    model::ProcedureInputs in;
    in.arguments = arguments;
    if (called.table_view != ir::kNone) {
      const ir::Table& table =
          program_.tables[place(program_.table_views[called.table_view], outer)];
      in.x = table.x;
      in.y = table.y;
    }
    in.draw = {state_.random_key(lane_), called.site.stream + element, state_.step};
    in.time = value(ir::kTimeSlot);
    in.dt = value(ir::kStepSlot);
    std::vector<double> result(program_.loops[called.result].count());
    apply(called, in, state_, element, lane_, result);
    std::size_t i = 0;
    for_each_inner(instruction, ir::write(program_, instruction), outer,
                   [&](ir::Slot to) { value(to) = result[i++]; });
  }

  static bool before(double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

  // The element that has wanted - 1 others before it.
  double rank(const ir::Instruction& instruction, const Indices& outer, double wanted) {
    const ir::Loop& inner = program_.loops[instruction.aux];
    const std::size_t first = program_.loops[instruction.loop].rank;
    const ir::ViewId ties = instruction.args[2];
    Indices mine = outer;
    for (std::uint32_t i = 0; i < inner.count(); ++i) {
      const double value_i = value(instruction.args[0], mine);
      const double tie_i = ties == ir::kNone ? 0.0 : value(ties, mine);
      double place = 1;
      Indices other = outer;
      for (std::uint32_t j = 0; j < inner.count(); ++j) {
        const double value_j = value(instruction.args[0], other);
        const double tie_j = ties == ir::kNone ? 0.0 : value(ties, other);
        const bool equal = !before(value_i, value_j) && !before(value_j, value_i);
        const bool tied = equal && !before(tie_i, tie_j) && !before(tie_j, tie_i);
        if (before(value_j, value_i) || (equal && before(tie_j, tie_i)) || (tied && j < i)) {
          place += 1;
        }
        advance(other, inner, first);
      }
      if (place == wanted) {
        return i + 1.0;
      }
      advance(mine, inner, first);
    }
    return 0;
  }

  const Kernel& kernel_;
  const ir::Program& program_;
  State& state_;
  std::size_t lane_;
};

}  // namespace

void execute_reference(const Kernel& kernel, ir::Block block, State& state) {
  for (std::size_t lane = 0; lane < state.lanes(); ++lane) {
    Interpreter interpreter(kernel, state, lane);
    for (const ir::Instruction& instruction : kernel.program().block(block)) {
      interpreter.execute(instruction);
    }
  }
}

}  // namespace shamal::machine
