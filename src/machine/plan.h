// Which instructions of a program become code: instructions of one loop nest that follow each other
// are one nest of operations, and a step of Euler's method joins the nest that computes the net
// flow. Of each operation the plan knows whether its result is wanted after the nest.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ir/program.h"
#include "machine/layout.h"
#include "machine/native_table.h"
#include "machine/target.h"

namespace shamal::machine {

struct PlannedStep {
  std::uint32_t function = ir::kNone;  // of the target, or
  std::uint32_t prepared = ir::kNone;  // of the block, if there is no code
  // Without code: what it looks at or writes in part, and what it writes.
  std::vector<ir::SlotSpan> met;
  std::vector<ir::SlotSpan> written;
};

struct Plan {
  std::array<std::vector<PlannedStep>, ir::kBlocks> blocks;
  // `rates` and a step of Euler's method in one, leaving nothing to observe; unless something must
  // happen between the two.
  std::optional<std::vector<PlannedStep>> euler;
  std::vector<PlannedStep> stocks;              // that step alone
  std::uint32_t functions = 0;                  // that the target was given
  std::map<std::uint32_t, NativeTable> tables;  // that they look at
};

// Gives the target the nests, each as soon as it is whole. `observed` are the slots that are looked
// at after `outputs`.
Plan make_plan(const ir::Program& program, const std::vector<ir::SlotSpan>& observed,
               const std::vector<TableView>& tables, const Layout& layout, Target& target);

}  // namespace shamal::machine
