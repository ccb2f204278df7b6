// Instructions whose lanes go different ways: element after element, run after run.
#include <algorithm>
#include <cmath>

#include "machine/call.h"
#include "machine/delay.h"
#include "machine/device.h"
#include "machine/draw.h"
#include "machine/kernel.h"
#include "machine/state.h"

namespace shamal::machine {

namespace {

// Calls visit(slots of the operands, index of the element) in row-major order.
template <class Visit>
void for_each_element(const Prepared& prepared, Visit visit) {
  std::uint32_t element = 0;
  for (std::uint32_t r = 0; r < prepared.rows; ++r) {
    RowStart at = prepared.starts[r];
    for (std::uint32_t e = 0; e < prepared.extent; ++e) {
      visit(at, element++);
      for (std::size_t k = 0; k < kOperands; ++k) {
        at[k] += static_cast<std::uint32_t>(prepared.strides[k]);
      }
    }
  }
}

void gather(const Prepared& prepared, const Kernel&, State& state) {
  const ir::SlotSpan& span = prepared.gathered;
  const double first = span.base;
  const double end = first + span.count;
  for_each_element(prepared, [&](const RowStart& at, std::uint32_t) {
    double* const d = state.row(at[kDst]);
    for (std::size_t lane = 0; lane < state.width(at[kDst]); ++lane) {
      const double to = at[2] + state.value(at[1], lane);
      d[lane] = to >= first && to < end ? state.value(static_cast<ir::Slot>(to), lane) : 0.0;
    }
  });
}

void delay_read(const Prepared& prepared, const Kernel& kernel, State& state) {
  const ir::Slot input = kernel.program().delays[prepared.aux].input;
  for_each_element(prepared, [&](const RowStart& at, std::uint32_t) {
    double* const d = state.row(at[kDst]);
    for (std::size_t lane = 0; lane < state.width(at[kDst]); ++lane) {
      d[lane] = delayed(state, prepared.aux, at[3] - input, lane, state.value(at[1], lane),
                        state.value(at[2], lane));
    }
  });
}

void random(const Prepared& prepared, const Kernel& kernel, State& state) {
  const ir::RandomSite& site = kernel.program().random_sites[prepared.aux];
  for_each_element(prepared, [&](const RowStart& at, std::uint32_t element) {
    double* const d = state.row(at[kDst]);
    for (std::size_t lane = 0; lane < state.width(at[kDst]); ++lane) {
      const DrawPlace place{state.random_key(lane), site.stream + element, state.step};
      d[lane] = draw(site.distribution, place, state.value(at[1], lane), state.value(at[2], lane));
    }
  });
}

void rank(const Prepared& prepared, const Kernel& kernel, State& state) {
  struct Entry {
    double value;
    double tie;
    std::uint32_t position;
  };
  const auto before = [](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); };
  const auto in_order = [before](const Entry& a, const Entry& b) {
    if (before(a.value, b.value) || before(b.value, a.value)) {
      return before(a.value, b.value);
    }
    if (before(a.tie, b.tie) || before(b.tie, a.tie)) {
      return before(a.tie, b.tie);
    }
    return a.position < b.position;
  };
  const Ranked& ranked = kernel.ranked()[prepared.aux];
  const std::size_t count = ranked.elements.size();
  std::vector<Entry> entries(count);
  for_each_element(prepared, [&](const RowStart& at, std::uint32_t) {
    double* const d = state.row(at[kDst]);
    for (std::size_t lane = 0; lane < state.width(at[kDst]); ++lane) {
      const double place = std::floor(state.value(at[2], lane));
      if (!(place >= 1 && place <= static_cast<double>(count))) {
        d[lane] = 0;
        continue;
      }
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto from = [&](std::uint32_t first, const std::vector<std::int64_t>& offsets) {
          return state.value(static_cast<ir::Slot>(first + offsets[i]), lane);
        };
        entries[i] = {from(at[1], ranked.elements),
                      ranked.ties.empty() ? 0.0 : from(at[3], ranked.ties), i};
      }
      const auto chosen = entries.begin() + static_cast<std::ptrdiff_t>(place) - 1;
      std::nth_element(entries.begin(), chosen, entries.end(), in_order);
      d[lane] = chosen->position + 1.0;
    }
  });
}

void procedure(const Prepared& prepared, const Kernel& kernel, State& state) {
  const PreparedCall& call = kernel.calls()[prepared.aux];
  CallFrame frame(kernel.program(), call);
  for (std::uint32_t element = 0; element < call.count; ++element) {
    for (std::size_t lane = 0; lane < state.width(call.result.first[element]); ++lane) {
      apply(*call.of, frame.collect(state, element, lane), state, element, lane, frame.result());
      frame.store(state, element, lane);
    }
  }
}

void device(const Prepared& prepared, const Kernel& kernel, State& state) {
  for_each_element(prepared, [&](const RowStart& at, std::uint32_t) {
    for (std::size_t lane = 0; lane < state.lanes(); ++lane) {
      use_device(state, kernel.program(), kernel.views(), prepared.aux, at[1], at[kDst], lane);
    }
  });
}

}  // namespace

Execute special_function(ir::Op op) {
  switch (op) {
    case ir::Op::gather:
      return gather;
    case ir::Op::delay_read:
      return delay_read;
    case ir::Op::random:
      return random;
    case ir::Op::rank:
      return rank;
    case ir::Op::procedure:
      return procedure;
    case ir::Op::device:
      return device;
    default:
      return nullptr;
  }
}

}  // namespace shamal::machine
