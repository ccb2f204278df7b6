#include "machine/native.h"

#include <utility>

namespace shamal::machine {

std::shared_ptr<const Native> Native::make(const ir::Program& program,
                                           const std::vector<ir::SlotSpan>& observed,
                                           const std::vector<TableView>& tables,
                                           const Layout& layout, const CodeOptions& options) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30;
  const std::size_t values = layout.room() + (program.slots - layout.shared) * layout.pitch;
  std::unique_ptr<Target> target = make_target(layout, options);
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
