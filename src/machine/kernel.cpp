#include "machine/kernel.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "ir/access.h"

namespace shamal::machine {

namespace {

using Views = std::array<std::optional<ir::View>, kOperands>;

// A loop and the operands' views of it, on the way to rows.
struct Nest {
  ir::Loop loop;
  Views views;

  void remove_axis(std::uint32_t k) {
    std::copy(loop.extents.begin() + k + 1, loop.extents.end(), loop.extents.begin() + k);
    --loop.rank;
    for (std::optional<ir::View>& view : views) {
      if (view) {
        std::copy(view->axes.begin() + k + 1, view->axes.end(), view->axes.begin() + k);
      }
    }
  }

  bool evenly(std::uint32_t k) const {
    return std::all_of(views.begin(), views.end(), [k](const std::optional<ir::View>& view) {
      return !view || view->axes[k].table < 0;
    });
  }

  // Axes k and k + 1 together are one axis.
  bool mergeable(std::uint32_t k) const {
    return evenly(k) && evenly(k + 1) &&
           std::all_of(views.begin(), views.end(), [&](const std::optional<ir::View>& view) {
             return !view || view->axes[k].stride ==
                                 std::int64_t{view->axes[k + 1].stride} * loop.extents[k + 1];
           });
  }
};

// Axes of one element only move the base.
void drop_single_elements(Nest& nest, const ir::Program& program) {
  for (std::uint32_t k = nest.loop.rank; k-- > 0;) {
    if (nest.loop.extents[k] > 1) {
      continue;
    }
    for (std::optional<ir::View>& view : nest.views) {
      if (view && view->axes[k].table >= 0) {
        view->base += static_cast<ir::Slot>(
            program.offset_tables[static_cast<std::size_t>(view->axes[k].table)][0]);
      }
    }
    nest.remove_axis(k);
  }
}

void merge_axes(Nest& nest) {
  for (std::uint32_t k = nest.loop.rank; k-- > 1;) {
    if (nest.mergeable(k - 1)) {
      nest.loop.extents[k] *= nest.loop.extents[k - 1];
      nest.remove_axis(k - 1);
    }
  }
}

bool elementwise(ir::Op op) { return static_cast<std::size_t>(op) < ir::kElementwiseOps; }

// The views of one instruction, or of an inner one and the one that reads it, and which loop does
// them.
Views operand_views(const ir::Program& program, const ir::Instruction& instruction,
                    const ir::Instruction* inner, Prepared& made) {
  Views views;
  views[kDst] = program.views[instruction.dst];
  std::size_t next = 1;
  const auto take = [&](ir::ViewId id) {
    if (id != ir::kNone) {
      views[next++] = program.views[id];
    }
  };
  // What is beyond the operation's own operands, the reciprocal of a divisor, rows do not use.
  const auto arguments = [](const ir::Instruction& of) {
    return std::span(of.args).first(static_cast<std::size_t>(ir::row(of.op).arity));
  };
  made.choice.op = instruction.op;
  if (inner == nullptr) {
    for (const ir::ViewId arg : arguments(instruction)) {
      take(arg);
    }
    if (instruction.op == ir::Op::lookup) {
      views[kTable] = program.table_views[instruction.aux];
    }
  } else {
    made.choice.inner = inner->op;
    for (const ir::ViewId arg : arguments(*inner)) {
      take(arg);
    }
    const ir::View& result = program.views[inner->dst];
    for (std::size_t a = 0; a < arguments(instruction).size(); ++a) {
      if (instruction.args[a] == ir::kNone) {
        continue;
      }
      if (program.views[instruction.args[a]] == result) {
        made.choice.shape = instruction.op == ir::Op::select ? Shape::choice
                            : a == 0                         ? Shape::left
                                                             : Shape::right;
      } else {
        take(instruction.args[a]);
      }
    }
  }
  made.arguments = static_cast<std::uint32_t>(next - 1);
  return views;
}

// Within each row, whether operand k is the destination itself or apart from it.
bool apart_or_same(const Prepared& prepared, const std::vector<RowStart>& starts, std::size_t k) {
  const std::int64_t reach = std::int64_t{prepared.strides[k]} * (prepared.extent - 1);
  for (const RowStart& start : starts) {
    const std::int64_t d = start[kDst];
    const std::int64_t a = start[k];
    const std::int64_t low = a + std::min<std::int64_t>(0, reach);
    const std::int64_t high = a + std::max<std::int64_t>(0, reach);
    const bool apart = high < d || low >= d + prepared.extent;
    if (!apart && (prepared.strides[k] != 1 || a != d)) {
      return false;
    }
  }
  return true;
}

void find_overlaps(const std::vector<RowStart>& starts, Prepared& prepared) {
  prepared.contiguous = prepared.strides[kDst] == 1 || prepared.extent == 1;
  for (std::size_t k = 1; k <= prepared.arguments; ++k) {
    const bool apart = prepared.extent == 1 || apart_or_same(prepared, starts, k);
    prepared.apart |= apart ? 1u << (k - 1) : 0u;
    prepared.contiguous =
        prepared.contiguous && apart && (prepared.strides[k] == 1 || prepared.extent == 1);
  }
}

// Where every row starts, for the axes outside of the rows. Operands that an operation lacks stay
// at slot 0 and are not looked at.
std::vector<RowStart> row_starts(const Nest& outer, const ir::Program& program) {
  std::vector<RowStart> starts(outer.loop.count());
  for (std::size_t k = 0; k < kOperands; ++k) {
    if (outer.views[k]) {
      const auto offsets = ir::offsets(program, outer.loop, *outer.views[k]);
      for (std::size_t r = 0; r < offsets.size(); ++r) {
        starts[r][k] = static_cast<std::uint32_t>(outer.views[k]->base + offsets[r]);
      }
    }
  }
  return starts;
}

Ranked ranked_by(const ir::Program& program, const ir::Instruction& instruction) {
  const ir::Loop& inner = program.loops[instruction.aux];
  const std::uint32_t first_axis = program.loops[instruction.loop].rank;
  const auto offsets = [&](ir::ViewId view) {
    return ir::offsets(program, inner, program.views[view], first_axis);
  };
  const ir::ViewId ties = instruction.args[2];
  return {offsets(instruction.args[0]),
          ties == ir::kNone ? std::vector<std::int64_t>{} : offsets(ties)};
}

// All but where the rows lie, which is given back.
std::vector<RowStart> prepare(const ir::Program& program, const ir::Instruction& instruction,
                              const ir::Instruction* inner, Prepared& made) {
  if (instruction.op == ir::Op::procedure) {  // finds its operands by itself
    made.special = special_function(instruction.op);
    return {RowStart{}};
  }
  Nest nest{program.loops[instruction.loop], operand_views(program, instruction, inner, made)};
  drop_single_elements(nest, program);
  merge_axes(nest);
  if (nest.loop.rank > 0 && nest.evenly(nest.loop.rank - 1)) {
    const std::uint32_t last = nest.loop.rank - 1;
    made.extent = nest.loop.extents[last];
    for (std::size_t k = 0; k < kOperands; ++k) {
      made.strides[k] = nest.views[k] ? nest.views[k]->axes[last].stride : 0;
    }
    nest.remove_axis(last);
  }
  std::vector<RowStart> starts = row_starts(nest, program);
  made.rows = static_cast<std::uint32_t>(starts.size());
  find_overlaps(starts, made);
  if (!elementwise(instruction.op) && instruction.op != ir::Op::lookup) {
    made.special = special_function(instruction.op);
  }
  return starts;
}

}  // namespace

Kernel::Kernel(ir::Program program, std::optional<std::vector<ir::SlotSpan>> observed) {
  auto contents = std::make_shared<Contents>();
  contents->observed = std::move(observed);
  contents->program = std::move(program);
  for (const ir::Table& table : contents->program.tables) {
    contents->tables.emplace_back(table);
  }
  for (const PreparedTable& table : contents->tables) {
    contents->views.push_back(table.view());
  }
  for (std::size_t b = 0; b < ir::kBlocks; ++b) {
    const ir::Instruction* inner = nullptr;
    for (const ir::Instruction& instruction : contents->program.blocks[b]) {
      if (instruction.inner) {
        inner = &instruction;
        continue;
      }
      Prepared& made = contents->blocks[b].emplace_back();
      made.aux = instruction.aux;
      if (instruction.op == ir::Op::gather) {
        made.gathered = ir::gathered_span(contents->program, instruction);
      }
      if (instruction.op == ir::Op::rank) {
        made.aux = static_cast<std::uint32_t>(contents->ranked.size());
        contents->ranked.push_back(ranked_by(contents->program, instruction));
      } else if (instruction.op == ir::Op::procedure) {
        made.aux = static_cast<std::uint32_t>(contents->calls.size());
        contents->calls.push_back(prepare_call(contents->program, instruction));
      }
      const auto starts =
          prepare(contents->program, instruction, std::exchange(inner, nullptr), made);
      contents->starts.insert(contents->starts.end(), starts.begin(), starts.end());
    }
  }
  for (const ir::Keeper& keeper : contents->program.keepers) {
    contents->keepers.push_back(prepare_keeper(contents->program, keeper));
  }
  for (const ir::Instruction& instruction : contents->program.block(ir::Block::rates)) {
    if (instruction.op == ir::Op::divide && instruction.args[2] != ir::kNone) {
      const auto [low, high] = ir::reach(contents->program, instruction, {instruction.args[2], 0});
      contents->reciprocals.push_back({low, high - low + 1});
    }
  }
  const RowStart* start = contents->starts.data();
  for (std::vector<Prepared>& block : contents->blocks) {
    for (Prepared& made : block) {
      made.starts = start;
      start += made.rows;
    }
  }
  contents_ = std::move(contents);
}

std::size_t batch_lines(std::size_t lines) {
  const bool even = processor() == Processor::avx512;
  return (lines % 2 == 0) == even ? lines : lines + 1;
}

std::size_t Kernel::batch_width(std::size_t value_bytes) const {
  constexpr std::size_t kKilo = std::size_t{1} << 10;
  // The most lines for which the state has so many bytes. Of the smallest programs, so many that a
  // step is more than the calls it takes; of the largest, for which no cache is large enough,
  // enough for the code to be worth fetching.
  struct Choice {
    std::size_t lines;
    std::size_t most_bytes;
  };
  constexpr std::array<Choice, 7> kChoices = {{{30, 24 * kKilo},
                                               {14, 192 * kKilo},
                                               {10, 192 * kKilo},
                                               {6, 192 * kKilo},
                                               {4, 896 * kKilo},
                                               {2, 8192 * kKilo},
                                               {4, std::numeric_limits<std::size_t>::max()}}};
  constexpr std::size_t kLineBytes = 64;
  const std::size_t slots = program().slots - program().shared;
  const auto choice = std::find_if(kChoices.begin(), kChoices.end(), [&](const Choice& of) {
    return of.lines * kLineBytes * slots <= of.most_bytes;
  });
  return batch_lines(choice->lines) * (kLineBytes / value_bytes);
}

std::shared_ptr<const Native> Kernel::native(const Layout& layout,
                                             const CodeOptions& options) const {
  if (!contents_->observed) {
    return nullptr;
  }
  constexpr std::size_t kRemembered = 8;
  const base::Lock lock(contents_->mutex);
  auto& known = contents_->natives;
  const Contents::NativeKey key(layout, options);
  const auto found = known.find(key);
  if (found != known.end()) {
    return found->second;
  }
  if (known.size() == kRemembered) {
    known.clear();
  }
  return known[key] = Native::make(program(), *contents_->observed, views(), layout, options);
}

Guards Kernel::need_more(Guards guards) const {
  const auto next = static_cast<Guards>(static_cast<std::uint8_t>(guards) + 1);
  contents_->needed_guards = std::max(next, needed_guards());  // another thread may know of more
  return next;
}

std::shared_ptr<const Kernel::Special> Kernel::specialised(const ir::Wanted& wanted) const {
  constexpr std::size_t kRemembered = 4;
  const base::Lock lock(contents_->mutex);
  auto& known = contents_->specialised;
  for (const auto& [of, special] : known) {
    if (of == wanted) {
      return special;
    }
  }
  ir::Wanted all = wanted;
  all.shared_reciprocals = !wanted.single && shares_reciprocals();
  all.recomputed = recomputes();
  ir::Specialised made = ir::specialise(program(), all);
  std::vector<ir::SlotSpan> observed;
  for (const ir::SlotSpan& span : wanted.saved) {
    for (ir::Slot slot = span.base; slot < span.base + span.count; ++slot) {
      observed.push_back({made.place[slot], 1});
    }
  }
  auto special = std::make_shared<const Special>(
      Special{Kernel(std::move(made.program), std::move(observed)), std::move(made.place)});
  if (known.size() == kRemembered) {
    known.erase(known.begin());
  }
  known.emplace_back(wanted, special);
  return special;
}

}  // namespace shamal::machine
