#include "machine/machine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/defect.h"
#include "machine/flags.h"
#include "machine/reference.h"
#include "machine/segments.h"

namespace shamal::machine {

namespace {

void place(const Kernel& kernel, const Prepared& prepared, const RowStart& start, bool single,
           State& state, Operands& o) {
  const auto row = [&](ir::Slot slot) {
    return single ? static_cast<void*>(state.single_row(slot)) : state.row(slot);
  };
  o.d = row(start[kDst]);
  for (std::size_t k = 1; k <= prepared.arguments; ++k) {
    o.a[k - 1] = row(start[k]);
  }
  if (prepared.choice.op == ir::Op::lookup) {
    o.table = kernel.views().data() + start[kTable];
  }
}

// The addresses of one row, and how its loop is to be run.
//
// If the destination has one value a run, an argument that is the same in all runs is held, and the
// elements of an array are one long row where all its operands allow that. If the destination is
// the same in all runs, the elements take the place of the runs.
class Binder {
 public:
  Binder(const Kernel& kernel, State& state, Processor processor)
      : kernel_(kernel), state_(state), find_(find_row(processor)) {}

  // In single precision a row of singles, if there is one.
  State::Step bind(const Prepared& prepared) {
    if (state_.single() && prepared.special == nullptr) {
      State::Step step = bind(prepared, true);
      if (step.row != nullptr) {
        return step;
      }
    }
    return bind(prepared, false);
  }

 private:
  State::Step bind(const Prepared& prepared, bool single) {
    State::Step step;
    step.prepared = &prepared;
    step.single = single;
    step.one_row = prepared.rows == 1;
    if (prepared.special != nullptr) {
      return step;
    }
    const RowStart& start = prepared.starts[0];
    const bool own = state_.width(start[kDst]) > 1;
    const auto width = static_cast<std::uint32_t>(state_.width(start[kDst]));
    RowChoice choice = prepared.choice;
    choice.held = 0;
    choice.single = single;
    unsigned still = 0;
    bool flat = prepared.extent > 1 && prepared.strides[kDst] == 1 &&
                (prepared.choice.op != ir::Op::lookup || prepared.strides[kTable] == 0);
    for (std::size_t k = 1; k <= prepared.arguments; ++k) {
      const unsigned bit = 1u << (k - 1);
      const bool moves_along = prepared.strides[k] == 1;
      const bool stands = prepared.strides[k] == 0;
      const bool shared = state_.width(start[k]) == 1;
      choice.held |= own && shared ? bit : 0u;
      still |= stands ? bit : 0u;
      const bool apart = (prepared.apart & bit) != 0;
      flat = flat &&
             (own ? (shared ? stands : moves_along && apart) : (moves_along || stands) && apart);
    }
    Operands& o = step.operands;
    o.count = width;
    o.extent = prepared.extent;
    if (flat) {
      const unsigned held = own ? choice.held : still;
      choice.held = held;
      step.row = find_(choice);
      if (step.row != nullptr) {
        o.count = width * prepared.extent;
        o.extent = 1;
      } else {
        choice.held = own ? choice.held : 0u;
      }
    }
    if (step.row == nullptr) {
      step.row = find_(choice);
    }
    const auto step_of = [&](std::size_t k) {
      return prepared.strides[k] * static_cast<std::int32_t>(state_.width(start[k]));
    };
    o.d_step = step_of(kDst);
    for (std::size_t k = 1; k <= prepared.arguments; ++k) {
      o.a_step[k - 1] = step_of(k);
    }
    o.table_step = prepared.strides[kTable];
    place(kernel_, prepared, start, single, state_, o);
    if (may_remember(prepared, o)) {
      step.segments = make_segments(o.table, o.table_step, o.extent);
      o.segments = step.segments.data();
      choice.remembers = true;
      choice.held = o.a_step[0] == 0 ? 1 : 0;
      step.row = find_(choice);
    }
    return step;
  }

  // Look-ups of one value an element, each in its own table. If all of these are even and none has
  // steps, to find points is as quick.
  static bool may_remember(const Prepared& prepared, const Operands& o) {
    const bool alone = prepared.choice.op == ir::Op::lookup && prepared.rows == 1 && o.count == 1 &&
                       (prepared.extent == 1 || (o.d_step == 1 && prepared.apart == 1)) &&
                       (o.a_step[0] == 0 || o.a_step[0] == 1);
    for (std::uint32_t i = 0; alone && i < prepared.extent; ++i) {
      const TableView& table = o.table[std::ptrdiff_t{o.table_step} * i];
      if (table.per_x == 0 || table.steps) {
        return true;
      }
    }
    return false;
  }

  const Kernel& kernel_;
  State& state_;
  FindRow find_;
};

void bind(const Kernel& kernel, State& state, bool with_code, Processor processor) {
  state.native = with_code ? kernel.native(state.layout(), {processor, state.guards}) : nullptr;
  if (state.single() && !state.native) {
    base::defect("single precision was asked for where there is no machine code.");
  }
  Binder binder(kernel, state, processor);
  const auto bind_all = [&](const std::vector<Prepared>& block, const std::vector<NativeStep>& plan,
                            std::vector<State::Step>& steps) {
    steps.clear();
    for (const NativeStep& step : plan) {
      if (step.code == nullptr) {
        steps.push_back(binder.bind(block[step.planned.prepared]));
        steps.back().planned = &step.planned;
      } else {
        steps.emplace_back().code = step.code;
      }
    }
  };
  state.euler_steps.clear();
  state.euler_code.clear();
  state.stock_steps.clear();
  for (std::size_t b = 0; b < ir::kBlocks; ++b) {
    const auto which = static_cast<ir::Block>(b);
    const std::vector<Prepared>& block = kernel.block(which);
    if (state.native) {
      bind_all(block, state.native->block(which), state.steps[b]);
      continue;
    }
    state.steps[b].clear();
    for (const Prepared& prepared : block) {
      state.steps[b].push_back(binder.bind(prepared));
    }
  }
  if (state.native && state.native->euler() != nullptr) {
    bind_all(kernel.block(ir::Block::rates), *state.native->euler(), state.euler_steps);
    if (std::all_of(state.euler_steps.begin(), state.euler_steps.end(),
                    [](const State::Step& step) { return step.code != nullptr; })) {
      for (const State::Step& step : state.euler_steps) {
        state.euler_code.push_back(step.code);
      }
    }
  }
  if (state.native) {
    bind_all({}, state.native->stocks(), state.stock_steps);
  }
  state.steps_of = &kernel.block(ir::Block::initial);
  state.with_code = with_code;
  state.processor = processor;
}

// In single precision numbers that are too small for full digits are zeros, in what is read and in
// what is made: what decays gets there, and processors take a hundred times as long for them.
class SmallIsZero {
 public:
#if defined(__x86_64__)
  SmallIsZero() { _mm_setcsr(before_ | kBits); }
  ~SmallIsZero() { _mm_setcsr(before_); }
  SmallIsZero(const SmallIsZero&) = delete;
  SmallIsZero& operator=(const SmallIsZero&) = delete;

 private:
  static constexpr unsigned kBits = 0x8040;  // "flush to zero", "denormals are zeros" of MXCSR
  unsigned before_ = _mm_getcsr();
#endif
};

void take_steps(const Kernel& kernel, const std::vector<State::Step>& steps, State& state) {
  void* const values = state.code_values();
  const bool single = state.single();
  std::optional<SmallIsZero> zeros;
  if (single) {
    zeros.emplace();
  }
  bool after_row = false;  // the flags are clear
  for (const State::Step& step : steps) {
    if (step.code != nullptr) {
      step.code(values);
      after_row = false;
      continue;
    }
    const bool brought = single && !step.single;
    if (brought) {
      for (const ir::SlotSpan& span : step.planned->met) {
        state.bring(span);
      }
    }
    if (state.uses_flags() && !after_row) {
      state.flagged = state.flagged || flags_raised();
    }
    if (step.row == nullptr) {
      step.prepared->special(*step.prepared, kernel, state);
    } else if (step.one_row) {
      step.row(step.operands);
    } else {
      Operands row = step.operands;
      for (std::uint32_t r = 0; r < step.prepared->rows; ++r) {
        place(kernel, *step.prepared, step.prepared->starts[r], step.single, state, row);
        step.row(row);
      }
    }
    if (brought) {
      for (const ir::SlotSpan& span : step.planned->written) {
        state.give(span);
      }
    }
    if (state.uses_flags()) {
      clear_flags();
      after_row = true;
    }
  }
}

template <bool with_code, Processor most>
void execute_block(const Kernel& kernel, ir::Block block, State& state) {
  const Processor here = processor(most);
  if (state.steps_of != &kernel.block(ir::Block::initial) || state.with_code != with_code ||
      state.processor != here) {
    bind(kernel, state, with_code, here);
  }
  take_steps(kernel, state.steps[static_cast<std::size_t>(block)], state);
}

}  // namespace

void execute(const Kernel& kernel, ir::Block block, State& state) {
  execute_block<true, Processor::avx512>(kernel, block, state);
}

bool has_euler(const State& state) { return !state.euler_steps.empty(); }

void execute_euler(const Kernel& kernel, State& state) {
  take_steps(kernel, state.euler_steps, state);
}

void execute_euler(const Kernel& kernel, State& state, const TimedSteps& of) {
  std::optional<SmallIsZero> zeros;
  if (state.single()) {
    zeros.emplace();
  }
  for (std::uint32_t step = of.first; step < of.end; ++step) {
    state.step = step;
    state.fill(ir::kTimeSlot, of.start + step * of.dt);
    if (state.euler_code.empty()) {
      take_steps(kernel, state.euler_steps, state);
    }
    for (const NativeCode code : state.euler_code) {
      code(state.code_values());
    }
  }
}

bool step_stocks(const Kernel& kernel, State& state) {
  take_steps(kernel, state.stock_steps, state);
  return state.native != nullptr;
}

bool lacks_reciprocals(const Kernel& kernel, State& state) {
  const std::vector<ir::SlotSpan>& spans = kernel.reciprocals();
  return std::any_of(spans.begin(), spans.end(), [&](const ir::SlotSpan& span) {
    const float* const from = state.single_row(span.base);
    return std::any_of(from, from + state.values_of(span),
                       [](float value) { return std::isnan(value); });
  });
}

namespace {

constexpr std::array<Backend, 6> kBackends = {{
    {"machine", execute, true, false, "machine code where it can be made, rows where not"},
    {"avx2", execute_block<true, Processor::avx2>, true, false,
     "the same without what is newer than AVX2"},
    {"rows", execute_block<false, Processor::avx512>, true, false,
     "the vectorised machine without code of its own"},
    {"reference", execute_reference, false, false,
     "the interpreter that defines every result; slow"},
    {"single", execute, true, true, "machine code in single precision, for screening"},
    {"single-avx2", execute_block<true, Processor::avx2>, true, true,
     "the same without what is newer than AVX2"},
}};

}  // namespace

std::span<const Backend> backends() { return kBackends; }

bool single_possible() { return code_possible(true); }

const Backend* find_backend(std::string_view name) {
  for (const Backend& backend : kBackends) {
    if (backend.name == name) {
      return &backend;
    }
  }
  return nullptr;
}

}  // namespace shamal::machine
