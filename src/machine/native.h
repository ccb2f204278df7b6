// Programs as machine code: instructions of one loop nest that follow each other become one loop
// over their elements and runs, in which values pass from operation to operation in registers. What
// only the loop itself reads is never stored.
//
// The code does each operation of the program as the rows of row.h do, several values at once, so
// that the bits are the same. What it cannot do (functions, look-ups in uneven tables, procedures,
// axes with offset tables) is left to them: a plan (plan.h) is a list of both. What writes the code
// is the target (target.h): for x86-64 with AVX2 or AVX-512, or, in WebAssembly, more WebAssembly.
//
// In single precision it does twice as many at once, on values of its own (State::single_row());
// what neither it nor a row of singles can do is done in double precision, for which the plan says
// what to bring over.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "ir/program.h"
#include "machine/layout.h"
#include "machine/plan.h"
#include "machine/target.h"

namespace shamal::machine {

struct NativeStep {
  NativeCode code = nullptr;
  PlannedStep planned;
};

class Native {
 public:
  // `observed` are the slots that are looked at after `outputs`. Null if it is not possible here.
  static std::shared_ptr<const Native> make(const ir::Program& program,
                                            const std::vector<ir::SlotSpan>& observed,
                                            const std::vector<TableView>& tables,
                                            const Layout& layout, const CodeOptions& options);

  const std::vector<NativeStep>& block(ir::Block block) const {
    return blocks_[static_cast<std::size_t>(block)];
  }
  // `rates` and a step of Euler's method in one, leaving nothing to observe; null if something
  // must happen between the two.
  const std::vector<NativeStep>* euler() const { return has_euler_ ? &euler_ : nullptr; }
  // The step after `rates`.
  const std::vector<NativeStep>& stocks() const { return stocks_; }
  // What of the slots aside has to be in the state's own rows as well, as something else than code
  // looks at them; or, if they are to be left there, what code does not leave.
  const std::vector<Aside>& not_by_code() const { return not_by_code_; }
  std::size_t functions() const { return functions_; }
  // Whether divisions by what is settled may be products (ir/reciprocals.h).
  bool uses_reciprocals() const { return target_->uses_reciprocals(); }

 private:
  Native() = default;

  std::array<std::vector<NativeStep>, ir::kBlocks> blocks_;
  std::vector<NativeStep> euler_;
  bool has_euler_ = false;
  std::vector<NativeStep> stocks_;
  std::vector<Aside> not_by_code_;
  std::size_t functions_ = 0;
  std::map<std::uint32_t, NativeTable> tables_;
  std::unique_ptr<Target> target_;
};

}  // namespace shamal::machine
