#include "differential/programs_generator.h"

#include <algorithm>
#include <random>

#include "support/program_builder.h"

namespace shamal::testing {

namespace {

using ir::Block;
using ir::Op;
using ir::Slot;
using ir::ViewId;

struct Array {
  Slot base;
  std::uint32_t count;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  GeneratedProgram run() {
    make_constants();
    make_states();
    make_tables();
    fill_block(Block::initial, 2 + below(5));
    start_states();
    readable_.insert(readable_.end(), states_.begin(), states_.end());
    fill_block(Block::rates, 4 + below(14));
    finish_states();
    fill_block(Block::outputs, below(5));
    return {std::move(b_.program), std::move(varied_)};
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool chance(std::uint32_t percent) { return below(100) < percent; }
  // Mostly tame, now and then a value that operations stumble over.
  double number() {
    constexpr std::array<double, 8> kAwkward = {0.0, -0.0, 1.0, -1.0, 1e300, 1e-300, 0.5, 3.0};
    return chance(15) ? kAwkward[below(8)] : below(2001) / 500.0 - 2.0;
  }

  template <class T>
  const T& any_of(const std::vector<T>& from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }

  std::vector<double> numbers(std::uint32_t count) {
    std::vector<double> made;
    for (std::uint32_t i = 0; i < count; ++i) {
      made.push_back(number());
    }
    return made;
  }

  void make_constants() {
    const std::uint32_t arrays = 3 + below(3);
    for (std::uint32_t a = 0; a < arrays; ++a) {
      const std::uint32_t count = a == 0 ? 1 : 1 + below(40);
      readable_.push_back({b_.constants(numbers(count)), count});
    }
    for (const ir::Constant& constant : b_.program.constants) {
      if (chance(50)) {
        varied_.push_back(constant.slot);
      }
    }
    readable_.push_back({ir::kTimeSlot, 4});
  }

  void make_states() {
    for (std::uint32_t s = 1 + below(3); s > 0; --s) {
      const std::uint32_t count = 1 + below(12);
      const Slot level = b_.slots(count);
      b_.stock(level, b_.slots(count), count);
      states_.push_back({level, count});
    }
    for (std::uint32_t m = below(3); m > 0; --m) {
      const std::uint32_t count = 1 + below(6);
      const Slot current = b_.slots(count);
      b_.memory(current, b_.slots(count), count);
      states_.push_back({current, count});
    }
    for (std::uint32_t d = below(3); d > 0; --d) {
      const std::uint32_t count = 1 + below(6);
      b_.delay(b_.slots(count), count);
    }
  }

  void make_tables() {
    for (std::uint32_t t = 1 + below(3); t > 0; --t) {
      ir::Table table;
      table.kind = static_cast<ir::TableKind>(below(3));
      double x = number();
      const bool even = chance(60);
      for (std::uint32_t i = 1 + below(9); i > 0; --i) {
        table.x.push_back(x);
        table.y.push_back(number());
        x += even ? 0.25 : chance(20) ? 0.0 : below(100) / 50.0;
      }
      b_.program.tables.push_back(std::move(table));
    }
  }

  // ---- loops and views

  // How the operands of an instruction walk their arrays: each in its own way, all in order (what
  // the machine does as one array), or all with strides that do not belong to the extents.
  enum class Walk { mixed, in_order, skewed };

  // Also chooses how the instruction's operands walk.
  ir::LoopId make_loop(std::uint32_t most_rank = 3) {
    walk_ = chance(30) ? Walk::in_order : chance(15) ? Walk::skewed : Walk::mixed;
    std::vector<std::uint32_t> extents;
    for (std::uint32_t rank = below(most_rank + 1); rank > 0; --rank) {
      extents.push_back(1 + below(chance(20) ? 9 : 4));
    }
    return extents.empty() ? 0 : b_.loop(extents);
  }

  const ir::Loop& loop(ir::LoopId id) const { return b_.program.loops[id]; }

  ir::Axis make_axis(std::uint32_t extent, std::int32_t natural) {
    switch (walk_ == Walk::mixed ? below(10) : 9) {
      case 0:
      case 1:
        return {0, -1};
      case 2:
        return {static_cast<std::int32_t>(below(7)) - 3, -1};
      case 3: {
        std::vector<std::int32_t> offsets;
        for (std::uint32_t i = 0; i < extent + below(2); ++i) {
          offsets.push_back(static_cast<std::int32_t>(below(8)) - 2);
        }
        return {0, b_.offset_table(std::move(offsets))};
      }
      default:
        return {natural, -1};
    }
  }

  // Least and greatest offset of a view.
  std::pair<std::int64_t, std::int64_t> reach(const ir::View& view, const ir::Loop& over) const {
    const auto all = ir::offsets(b_.program, over, view);
    const auto [low, high] = std::minmax_element(all.begin(), all.end());
    return {*low, *high};
  }

  // A view of (part of) [base, base + count) in any order.
  ir::View view_of(const Array& array, const ir::Loop& over) {
    ir::View view;
    std::int32_t natural = 1;
    for (std::size_t k = over.rank; k-- > 0;) {
      view.axes[k] = make_axis(over.extents[k], natural);
      natural *=
          static_cast<std::int32_t>(over.extents[walk_ == Walk::skewed && k > 0 ? k - 1 : k]);
    }
    for (std::size_t k = 0;; ++k) {
      const auto [low, high] = reach(view, over);
      if (high - low < array.count && low <= array.base) {
        const auto room = static_cast<std::uint32_t>(array.count - (high - low));
        view.base = static_cast<Slot>(array.base - low + (chance(50) ? 0 : below(room)));
        return view;
      }
      view.axes[k] = {};
    }
  }

  ViewId source(const ir::Loop& over) { return b_.view(view_of(any_of(readable_), over)); }

  // All of an array, in its order.
  ViewId whole(const Array& array) { return b_.view(array.base, {1}); }
  ir::LoopId loop_over(const Array& array) { return b_.loop({array.count}); }

  // ---- instructions

  void fill_block(Block block, std::uint32_t instructions) {
    block_ = block;
    written_.clear();
    for (std::uint32_t i = 0; i < instructions; ++i) {
      add_instruction();
    }
    if (block == Block::initial) {
      // Temporaries of one block, or what lasts: both occur.
      lasting_.insert(lasting_.end(), written_.begin(), written_.end());
    }
  }

  // A new array, or one that this block has already written.
  Array target(std::uint32_t count, bool& fresh) {
    fresh = written_.empty() || chance(75);
    if (!fresh) {
      const Array known = any_of(written_);
      fresh = known.count < count;
      if (!fresh) {
        return known;
      }
    }
    return {b_.slots(count), count};
  }

  void add_instruction() {
    switch (below(14)) {
      case 0:
      case 1:
        return add_reduction();
      case 2:
      case 3:
        return add_lookup();
      case 4:
        return add_gather();
      case 5:
        return add_delay_read();
      case 6:
        return add_random();
      case 7:
        return add_rank();
      case 8:
        return add_recurrence();
      case 9:
        return add_procedure();
      default:
        return add_elementwise();
    }
  }

  void add(Op op, ir::LoopId id, const std::vector<ViewId>& args, std::uint32_t aux = ir::kNone) {
    bool fresh = false;
    const std::uint32_t count = loop(id).count();
    const Array array = target(count, fresh);
    ir::View view;
    if (fresh) {
      // Every slot of a new array is written, mostly in order.
      std::int32_t stride = 1;
      for (std::size_t k = loop(id).rank; k-- > 0;) {
        view.axes[k].stride = stride;
        stride *= static_cast<std::int32_t>(loop(id).extents[k]);
      }
      view.base = array.base;
      if (walk_ == Walk::skewed) {
        b_.emit(block_, Op::copy, id, b_.view(view), {source(loop(0))});
        view = view_of(array, loop(id));
      }
      if (loop(id).rank == 1 && chance(20)) {
        view.axes[0].stride = -1;
        view.base = array.base + count - 1;
      }
    } else {
      view = view_of(array, loop(id));  // may overlap the arguments in any way
    }
    b_.emit(block_, op, id, b_.view(view), args, aux);
    if (fresh) {
      written_.push_back(array);
      readable_.push_back(array);
    }
  }

  Op operation() {
    constexpr std::array<Op, 8> kCommon = {Op::add,     Op::subtract, Op::multiply, Op::divide,
                                           Op::minimum, Op::maximum,  Op::sine,     Op::select};
    return chance(50) ? kCommon[below(8)] : static_cast<Op>(below(ir::kElementwiseOps));
  }

  void add_elementwise() {
    const Op op = operation();
    const ir::LoopId id = make_loop();
    std::vector<ViewId> args;
    for (int a = 0; a < ir::row(op).arity; ++a) {
      args.push_back(source(loop(id)));
    }
    add(op, id, args);
  }

  void add_reduction() {
    constexpr std::array<Op, 6> kFolds = {Op::add,     Op::multiply,    Op::minimum,
                                          Op::maximum, Op::add_product, Op::subtract_scaled};
    const ir::LoopId outer = make_loop(2);
    const Array result{b_.slots(loop(outer).count()), loop(outer).count()};
    std::vector<std::uint32_t> extents(loop(outer).extents.begin(),
                                       loop(outer).extents.begin() + loop(outer).rank);
    std::vector<std::int32_t> strides;
    for (std::size_t k = 0; k < extents.size(); ++k) {
      std::int32_t stride = 1;
      for (std::size_t j = k + 1; j < extents.size(); ++j) {
        stride *= static_cast<std::int32_t>(extents[j]);
      }
      strides.push_back(stride);
    }
    const ViewId start = b_.view(result.base, strides);
    b_.emit(block_, Op::copy, outer, start, {source(loop(outer))});
    // The folded axis: anywhere.
    const std::size_t at = below(static_cast<std::uint32_t>(extents.size()) + 1);
    extents.insert(extents.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(7));
    strides.insert(strides.begin() + static_cast<std::ptrdiff_t>(at), 0);
    const ir::LoopId all = b_.loop(extents);
    const ViewId sum = b_.view(result.base, strides);
    const Op op = kFolds[below(6)];
    std::vector<ViewId> args = {sum, source(loop(all))};
    if (ir::row(op).arity == 3) {
      args.push_back(source(loop(all)));
    }
    b_.emit(block_, op, all, sum, args);
    written_.push_back(result);
    readable_.push_back(result);
  }

  // x[i + shift] from x[i], or the other way round, or with one x[k] for all: what may not be done
  // as one array.
  void add_recurrence() {
    if (written_.empty()) {
      return add_elementwise();
    }
    const Array array = any_of(written_);
    if (array.count < 3) {
      return add_elementwise();
    }
    walk_ = Walk::in_order;
    const std::uint32_t shift = 1 + below(2);
    const ir::LoopId id = b_.loop({array.count - shift});
    ViewId to = b_.view(array.base + shift, {1});
    ViewId from = b_.view(array.base, {1});
    if (chance(30)) {
      std::swap(to, from);
    }
    const ViewId other = chance(40) ? b_.view(array.base + below(array.count)) : source(loop(id));
    b_.emit(block_, chance(50) ? Op::subtract : Op::add, id, to, {from, other});
  }

  void add_lookup() {
    const ir::LoopId id = make_loop();
    const auto tables = static_cast<std::uint32_t>(b_.program.tables.size());
    b_.program.table_views.push_back(view_of({0, tables}, loop(id)));
    const auto aux = static_cast<std::uint32_t>(b_.program.table_views.size() - 1);
    add(Op::lookup, id, {source(loop(id))}, aux);
  }

  // An index computed as lowering does it: in range, or not a number.
  void add_gather() {
    const ir::LoopId id = make_loop(2);
    const Array array = any_of(readable_);
    const Slot size = b_.constant(array.count);
    const Slot index = b_.slots();
    b_.emit(block_, Op::checked_index, 0, b_.view(index), {source(loop(0)), b_.view(size)});
    b_.program.views.push_back({array.base, {}});
    const auto from = static_cast<ViewId>(b_.program.views.size() - 1);
    add(Op::gather, id, {chance(80) ? b_.view(index) : source(loop(id)), from},
        b_.gathered(array.count));
  }

  void add_delay_read() {
    if (b_.program.delays.empty() || block_ == Block::outputs) {
      return add_elementwise();
    }
    const auto line = below(static_cast<std::uint32_t>(b_.program.delays.size()));
    const ir::DelayLine delay = b_.program.delays[line];
    const ir::LoopId id = make_loop(2);
    const ViewId element = b_.view(view_of({delay.input, delay.count}, loop(id)));
    add(Op::delay_read, id, {source(loop(id)), source(loop(id)), element}, line);
  }

  void add_random() {
    const auto distribution = static_cast<ir::Distribution>(below(5));
    const std::uint32_t site =
        b_.random_site(distribution, (std::uint64_t{below(3)} << 32) + below(100));
    const ir::LoopId id = make_loop(2);
    std::vector<ViewId> args;
    for (int a = 0; a < ir::arity(distribution); ++a) {
      args.push_back(source(loop(id)));
    }
    add(Op::random, id, args, site);
  }

  void add_rank() {
    const ir::LoopId id = make_loop(2);
    const ir::LoopId inner = b_.loop({1 + below(6)});
    ir::Loop wide = loop(id);
    wide.extents[wide.rank++] = loop(inner).extents[0];
    std::vector<ViewId> args = {source(wide), source(loop(id))};
    if (chance(50)) {
      args.push_back(source(wide));
    }
    add(Op::rank, id, args, inner);
  }

  // A procedure over whole vectors, with numbers, a graphical function or draws beside them.
  void add_procedure() {
    using model::Procedure;
    constexpr std::array<Procedure, 9> kSome = {
        Procedure::vector_rank,        Procedure::vector_sort_order, Procedure::vector_reorder,
        Procedure::vector_select,      Procedure::invert_matrix,     Procedure::determinant,
        Procedure::allocate_available, Procedure::lookup_slope,      Procedure::gamma};
    const Procedure procedure = kSome[below(kSome.size())];
    const model::ProcedureRow& row = model::row(procedure);
    const ir::LoopId id = make_loop(2);
    const std::uint32_t size = 1 + below(4);
    const ir::LoopId vector = b_.loop({size});
    const ir::LoopId profile = b_.loop({size, 4});
    const ir::LoopId matrix = b_.loop({size, size});
    ir::Call call;
    call.procedure = procedure;
    for (const char letter : row.arguments) {
      if (letter == 'z') {
        call.inputs.push_back({});
        continue;
      }
      if (letter == 't') {
        const auto tables = static_cast<std::uint32_t>(b_.program.tables.size());
        b_.program.table_views.push_back(view_of({0, tables}, loop(id)));
        call.table_view = static_cast<std::uint32_t>(b_.program.table_views.size() - 1);
        call.inputs.push_back({});
        continue;
      }
      const ir::LoopId inner = letter == 'v' || letter == 'r' ? vector
                               : letter == 'p'                ? profile
                               : letter == 'm'                ? matrix
                                                              : 0;
      call.inputs.push_back({source(ir::joined(loop(id), loop(inner))), inner});
    }
    call.result = row.result == 'v' ? vector : row.result == 'm' ? matrix : 0;
    call.site.stream = below(100);
    const ir::Loop wide = ir::joined(loop(id), loop(call.result));
    ir::View view;
    view.base = b_.slots(wide.count());
    std::int32_t stride = 1;
    for (std::size_t k = wide.rank; k-- > 0;) {
      view.axes[k].stride = stride;
      stride *= static_cast<std::int32_t>(wide.extents[k]);
    }
    b_.program.calls.push_back(std::move(call));
    b_.emit(block_, Op::procedure, id, b_.view(view), {},
            static_cast<std::uint32_t>(b_.program.calls.size() - 1));
    written_.push_back({view.base, wide.count()});
    readable_.push_back({view.base, wide.count()});
  }

  // ---- states

  void start_states() {
    block_ = Block::initial;
    for (const Array& state : states_) {
      const ir::LoopId id = loop_over(state);
      b_.emit(block_, Op::copy, id, whole(state), {source(loop(id))});
    }
    readable_.insert(readable_.end(), lasting_.begin(), lasting_.end());
  }

  void finish_states() {
    const auto tame = [&](const Array& array) {
      // Bounded, so that runs do not all end as infinities.
      const ir::LoopId id = loop_over(array);
      const ViewId view = whole(array);
      const ViewId from = source(loop(id));
      b_.emit(Block::rates, chance(70) ? Op::sine : Op::copy, id, view, {from});
    };
    for (const ir::Stock& stock : b_.program.stocks) {
      tame({stock.net, stock.count});
    }
    for (const ir::Memory& memory : b_.program.memories) {
      tame({memory.next, memory.count});
    }
    for (const ir::DelayLine& delay : b_.program.delays) {
      tame({delay.input, delay.count});
    }
  }

  std::mt19937_64 random_;
  ProgramBuilder b_;
  std::vector<Slot> varied_;
  std::vector<Array> readable_;  // has a value at this point of the block
  std::vector<Array> written_;   // by the block being made
  std::vector<Array> lasting_;
  std::vector<Array> states_;
  Block block_ = Block::initial;
  Walk walk_ = Walk::mixed;
};

}  // namespace

GeneratedProgram generate_program(std::uint64_t seed) { return Generator(seed).run(); }

}  // namespace shamal::testing
