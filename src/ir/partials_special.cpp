// Derivatives of look-ups, draws and folds.
#include <algorithm>
#include <limits>

#include "ir/partials.h"
#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

View shifted(View view, Slot by) {
  view.base += by;
  return view;
}

// Discrete, with a point further left than any argument for what lies before the first.
Table slope_of(const Table& table) {
  Table slope;
  slope.kind = TableKind::discrete;
  slope.x.push_back(std::numeric_limits<double>::lowest());
  slope.y.push_back(0);
  const std::size_t last = table.x.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const double dx = i < last ? table.x[i + 1] - table.x[i] : 0.0;
    const bool flat = table.kind == TableKind::discrete || !(dx > 0);
    slope.x.push_back(table.x[i]);
    slope.y.push_back(flat ? 0.0 : (table.y[i + 1] - table.y[i]) / dx);
  }
  if (table.kind == TableKind::extrapolate && last > 0) {
    slope.y[0] = slope.y[1];
    slope.y[last + 1] = slope.y[last];
  }
  return slope;
}

}  // namespace

Slot add_slopes(Program& program) {
  const std::size_t count = program.tables.size();
  for (std::size_t t = 0; t < count; ++t) {
    program.tables.push_back(slope_of(program.tables[t]));
  }
  return static_cast<Slot>(count);
}

Value partial_of_lookup(const Instruction& instruction, Slot first_slope, const Flow& flow) {
  Program& program = flow.emit.program();
  program.table_views.push_back(shifted(program.table_views[instruction.aux], first_slope));
  const View slope = flow.emit.temporary(instruction.loop);
  flow.emit.emit(Op::lookup, instruction.loop, slope, {program.views[instruction.args[0]]},
                 static_cast<std::uint32_t>(program.table_views.size() - 1));
  return flow.emit.apply(Op::scale, {flow.d, flow.emit.value(instruction.loop, slope)});
}

std::optional<Value> partial_of_draw(const Instruction& instruction, std::size_t argument,
                                     const Flow& flow) {
  Emitter& emit = flow.emit;
  const auto apply = [&](Op op, const std::vector<Value>& args) { return emit.apply(op, args); };
  const auto number = [&](double x) { return emit.constant(instruction.loop, x); };
  const auto arg = [&](std::size_t a) {
    return emit.value(instruction.loop, emit.program().views[instruction.args[a]]);
  };
  switch (emit.program().random_sites[instruction.aux].distribution) {
    case Distribution::uniform: {  // r = a + (b - a) u
      const Value u = apply(Op::divide_or, {apply(Op::subtract, {flow.r, arg(0)}),
                                            apply(Op::subtract, {arg(1), arg(0)}), number(0.5)});
      return apply(Op::scale, {flow.d, argument == 1 ? u : apply(Op::subtract, {number(1.0), u})});
    }
    case Distribution::normal:  // r = a + b z
      if (argument == 0) {
        return flow.d;
      }
      return apply(Op::scale, {flow.d, apply(Op::divide_or, {apply(Op::subtract, {flow.r, arg(0)}),
                                                             arg(1), number(0.0)})});
    case Distribution::exponential:  // r = a e
      return apply(Op::scale, {flow.d, apply(Op::divide_or, {flow.r, arg(0), number(0.0)})});
    default:
      return std::nullopt;
  }
}

namespace {

// The loop of a fold as rows: axes that stay, and of those that are folded.
struct Rows {
  Loop loop;
  std::uint32_t outer_rank = 0;
  std::uint32_t outer = 1;
  std::uint32_t inner = 1;

  std::int32_t pitch() const { return static_cast<std::int32_t>(inner); }

  // An array of `length` slots a row (at least as many as are folded), seen from the loop.
  View view(Slot base, std::uint32_t length) const {
    View made{base, {}};
    std::int32_t stride = 1;
    for (std::size_t k = loop.rank; k-- > 0;) {
      if (k + 1 == outer_rank) {
        stride = static_cast<std::int32_t>(length);
      }
      made.axes[k].stride = stride;
      stride *= static_cast<std::int32_t>(loop.extents[k]);
    }
    return made;
  }
};

Rows rows_of(const Loop& loop, std::uint32_t outer_rank) {
  Rows rows;
  rows.loop = loop;
  rows.outer_rank = outer_rank;
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    (k < outer_rank ? rows.outer : rows.inner) *= loop.extents[k];
  }
  return rows;
}

// The axes of a fold in another order: those that stay, then those that are folded.
struct Order {
  std::vector<std::uint32_t> axes;
  std::uint32_t outer_rank = 0;

  Loop apply(const Loop& loop) const {
    Loop made = loop;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      made.extents[k] = loop.extents[axes[k]];
    }
    return made;
  }
  View apply(const View& view) const {
    View made = view;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      made.axes[k] = view.axes[axes[k]];
    }
    return made;
  }
  View undo(const View& view) const {
    View made = view;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      made.axes[axes[k]] = view.axes[k];
    }
    return made;
  }
};

Order order_of(const Program& program, const Instruction& instruction) {
  const View& result = program.views[instruction.dst];
  const Loop& loop = program.loops[instruction.loop];
  const auto stays = [&](std::uint32_t k) { return result.axes[k] != Axis{}; };
  Order made;
  for (const bool staying : {true, false}) {
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      if (stays(k) == staying) {
        made.axes.push_back(k);
      }
    }
    made.outer_rank = staying ? static_cast<std::uint32_t>(made.axes.size()) : made.outer_rank;
  }
  return made;
}

// Arrays of one element more than are folded, along which something runs: where the rows begin, and
// the loop over all of them.
class Running {
 public:
  Running(Emitter& emit, const Rows& rows)
      : emit_(emit), rows_(rows), all_(emit.add(Loop{2, {rows.outer, rows.inner}})) {}

  // All of its elements begin as `start`.
  Slot make(const View& start) {
    const std::uint32_t count = rows_.outer * (rows_.inner + 1);
    const Slot array = emit_.slots(count);
    emit_.emit(Op::copy, emit_.add(Loop{1, {count}}), View{array, {{{1, -1}}}}, {start});
    return array;
  }
  // array[i + 1] = op(array[i], x[i]), x row-major; or, backwards, array[i] = op(array[i + 1],
  // x[i]).
  void run(Op op, Slot array, Slot x, bool backwards) {
    const std::int32_t step = backwards ? -1 : 1;
    const Slot from = backwards ? rows_.inner : 0;
    const View read{array + from, {{{rows_.pitch() + 1, -1}, {step, -1}}}};
    const View with{x + (backwards ? rows_.inner - 1 : 0), {{{rows_.pitch(), -1}, {step, -1}}}};
    View write = read;
    write.base = backwards ? write.base - 1 : write.base + 1;
    emit_.emit(op, all_, write, {read, with});
  }
  // array[i + shift], seen from the fold's loop.
  View at(Slot array, std::uint32_t shift) const {
    return rows_.view(array + shift, rows_.inner + 1);
  }

 private:
  Emitter& emit_;
  const Rows& rows_;
  LoopId all_;
};

}  // namespace

// d where x is the first element that equals r, else 0.
Value partial_of_extremum(LoopId loop, std::uint32_t outer_rank, const View& x, const Flow& flow) {
  Emitter& emit = flow.emit;
  const Rows rows = rows_of(emit.program().loops[loop], outer_rank);
  Running running(emit, rows);
  const Slot equal = emit.slots(rows.outer * rows.inner);
  const View equals = rows.view(equal, rows.inner);
  emit.emit(Op::equal, loop, equals, {x, flow.r.view});
  const Value zero = emit.constant(loop, 0.0);
  const Slot before = running.make(zero.view);  // how many equal ones come before
  running.run(Op::add, before, equal, false);
  const Value first = emit.apply(
      Op::select, {emit.value(loop, running.at(before, 0)), zero, emit.value(loop, equals)});
  return emit.apply(Op::select, {first, flow.d, zero});
}

// d times all the other factors.
Value partial_of_product(LoopId loop, std::uint32_t outer_rank, const View& start, const View& x,
                         const Flow& flow) {
  Emitter& emit = flow.emit;
  const Rows rows = rows_of(emit.program().loops[loop], outer_rank);
  Running running(emit, rows);
  const Slot factors = emit.slots(rows.outer * rows.inner);
  const Slot before = running.make(View{start.base, {}});
  const Slot after = running.make(emit.constant(loop, 1.0).view);
  emit.emit(Op::copy, loop, rows.view(factors, rows.inner), {x});
  running.run(Op::multiply, before, factors, false);
  running.run(Op::multiply, after, factors, true);
  const Value others = emit.apply(Op::multiply, {emit.value(loop, running.at(before, 0)),
                                                 emit.value(loop, running.at(after, 1))});
  return emit.apply(Op::scale, {flow.d, others});
}

std::optional<View> start_of_fold(const Program& program, const std::vector<Instruction>& block,
                                  std::size_t position, const std::vector<char>& active) {
  const Slot first = written_slots(program, block[position])[0];
  for (std::size_t i = position; i-- > 0;) {
    const std::vector<Slot> written = written_slots(program, block[i]);
    if (std::find(written.begin(), written.end(), first) == written.end()) {
      continue;
    }
    if (block[i].op != Op::copy || is_fold(program, block[i])) {
      return std::nullopt;
    }
    const std::vector<Slot> from = reached_slots(program, block[i], 0);
    const bool fixed =
        std::none_of(from.begin(), from.end(), [&](Slot slot) { return active[slot] != 0; });
    return fixed ? std::optional(program.views[block[i].args[0]]) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Value> partial_of_fold(const Instruction& instruction,
                                     const std::optional<View>& start, const Flow& flow) {
  const Program& program = flow.emit.program();
  if (instruction.op == Op::add) {
    return flow.d;
  }
  if (instruction.op == Op::subtract) {
    return flow.emit.apply(Op::negate, {flow.d});
  }
  if (!start) {
    return std::nullopt;
  }
  const Order order = order_of(program, instruction);
  const LoopId loop = flow.emit.add(order.apply(program.loops[instruction.loop]));
  const auto ordered = [&](const Value& of) { return flow.emit.value(loop, order.apply(of.view)); };
  const Flow turned{flow.emit, ordered(flow.r), ordered(flow.d)};
  const View x = order.apply(program.views[instruction.args[1]]);
  std::optional<Value> made;
  switch (instruction.op) {
    case Op::minimum:
    case Op::maximum:
      made = partial_of_extremum(loop, order.outer_rank, x, turned);
      break;
    case Op::multiply:
      made = partial_of_product(loop, order.outer_rank, *start, x, turned);
      break;
    default:
      return std::nullopt;
  }
  return flow.emit.value(instruction.loop, order.undo(made->view));
}

}  // namespace shamal::ir
