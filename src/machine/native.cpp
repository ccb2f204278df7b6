#include "machine/native.h"

#include <algorithm>
#include <utility>

#include "ir/access.h"

namespace shamal::machine {

namespace {

// Those of the slots aside that code can reach there: of what is found, objects of their own that
// nothing writes; of what is left, levels.
std::vector<Aside> reachable(const ir::Program& program, const Layout& layout) {
  if (layout.aside.empty() || !code_reaches_aside()) {
    return {};
  }
  std::vector<ir::SlotSpan> able;
  if (layout.use == AsideUse::found) {
    const ir::Objects objects = ir::find_objects(program);
    std::vector<char> written(objects.all.size(), 0);
    for (const auto& block : program.blocks) {
      for (const ir::Instruction& instruction : block) {
        written[objects.of_slot[ir::reach(program, instruction, ir::write(program, instruction))
                                    .first]] = 1;
      }
    }
    for (std::size_t o = 0; o < objects.all.size(); ++o) {
      if (written[o] == 0) {
        able.push_back(objects.all[o]);
      }
    }
  } else {
    for (const ir::Stock& stock : program.stocks) {
      able.push_back({stock.level, stock.count});
    }
  }
  const auto before = [](const ir::SlotSpan& a, const ir::SlotSpan& b) {
    return std::tie(a.base, a.count) < std::tie(b.base, b.count);
  };
  std::sort(able.begin(), able.end(), before);
  std::vector<Aside> made;
  std::copy_if(layout.aside.begin(), layout.aside.end(), std::back_inserter(made),
               [&](const Aside& of) {
                 return std::binary_search(able.begin(), able.end(), of.span, before);
               });
  return made;
}

// Whether something without code looks at a slot of the span.
bool met_without_code(const Plan& plan, const ir::SlotSpan& span) {
  const auto meets = [&](const PlannedStep& step) {
    return std::any_of(step.met.begin(), step.met.end(), [&](const ir::SlotSpan& met) {
      return met.base < span.base + span.count && span.base < met.base + met.count;
    });
  };
  return std::any_of(plan.blocks.begin(), plan.blocks.end(), [&](const auto& block) {
    return std::any_of(block.begin(), block.end(), meets);
  });
}

}  // namespace

std::shared_ptr<const Native> Native::make(const ir::Program& program,
                                           const std::vector<ir::SlotSpan>& observed,
                                           const std::vector<TableView>& tables,
                                           const Layout& wanted, const CodeOptions& options) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30;
  Layout layout = wanted;
  layout.aside = reachable(program, wanted);
  const std::size_t values = layout.room() + (program.slots - layout.shared) * layout.pitch;
  std::unique_ptr<Target> target = make_target(layout, options, program.instructions());
  if (target == nullptr || values * sizeof(double) > kMostBytes) {
    return nullptr;
  }
  Plan plan = make_plan(program, observed, tables, layout, *target);
  const std::vector<NativeCode> functions = target->load();
  if (functions.size() != plan.functions) {
    return nullptr;
  }
  const auto ready = [&](std::vector<PlannedStep>& steps) {
    std::vector<NativeStep> made;
    for (PlannedStep& step : steps) {
      made.push_back(
          {step.function == ir::kNone ? nullptr : functions[step.function], std::move(step)});
    }
    return made;
  };
  std::shared_ptr<Native> made(new Native());
  for (const Aside& aside : wanted.aside) {
    const bool reached = layout.find_aside(aside.span.base) != nullptr;
    if (!reached || (layout.use == AsideUse::found && met_without_code(plan, aside.span))) {
      made->not_by_code_.push_back(aside);
    }
  }
  for (std::size_t b = 0; b < ir::kBlocks; ++b) {
    made->blocks_[b] = ready(plan.blocks[b]);
  }
  if (plan.euler) {
    made->euler_ = ready(*plan.euler);
    made->has_euler_ = true;
  }
  made->stocks_ = ready(plan.stocks);
  made->functions_ = functions.size();
  made->tables_ = std::move(plan.tables);
  made->target_ = std::move(target);
  return made;
}

}  // namespace shamal::machine
