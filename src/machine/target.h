// What makes functions of loop nests, for the processor that runs them: x86-64 (target_x86.cpp),
// WebAssembly (target_wasm.cpp), or none (target_none.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "ir/program.h"
#include "machine/layout.h"
#include "machine/native_table.h"
#include "machine/processor.h"

namespace shamal::machine {

// An operation of a nest; `euler` stands for arg0 + arg1 * arg2.
struct Operation {
  ir::Op op = ir::Op::copy;
  bool euler = false;
  std::uint32_t arity = 0;
  ir::View dst;
  std::array<ir::View, 3> args{};
  bool stored = true;                  // the result is wanted after the nest
  const NativeTable* table = nullptr;  // of a look-up
  bool changing = false;               // a divisor with a reciprocal: of either sign and any size
};

// Which divisions see to it themselves that they are right where they meet what is no ordinary
// number. Without guards they are faster, and raise flags there (machine/flags.h).
enum class Guards : std::uint8_t {
  none,
  changing,  // those whose divisors change: zeros that nobody looks at are not rare there
  all
};

struct CodeOptions {
  Processor processor = Processor::any;
  Guards guards = Guards::all;

  bool operator<(const CodeOptions& other) const {
    return std::tie(processor, guards) < std::tie(other.processor, other.guards);
  }
};

// One turn through a nest, over a state's values, before which lies the address of those aside.
using NativeCode = void (*)(void* values);

// Ways of moving through the state that a nest may have.
inline constexpr std::size_t kMostPointers = 8;

class Target {
 public:
  virtual ~Target() = default;  // and the code with it
  virtual bool has_code(ir::Op op) const = 0;
  // Whether it divides by them where it can (ir/reciprocals.h).
  virtual bool uses_reciprocals() const { return false; }
  // Of one nest: the code and the values on their way must stay near the processor.
  virtual std::size_t most_operations() const = 0;
  // Appends a function; `guarded` means with all guards, whatever the code is made with. Views of
  // one object within the nest are the same where one of them is written.
  virtual void write(const ir::Loop& loop, const std::vector<Operation>& operations,
                     bool guarded) = 0;
  // The functions as they were appended, ready to be called; none if the system refuses.
  virtual std::vector<NativeCode> load() = 0;
};

// Whether this processor and system have it at all.
bool code_possible(bool single);
// Whether reciprocals of divisors that change pay (ir/reciprocals.h).
bool shares_reciprocals();
// Whether code is so fast that long arrays are better computed again than left in memory
// (ir/recompute.h).
bool recomputes();
// Whether code finds and leaves values aside of the state (layout.h).
bool code_reaches_aside();
// For a program of so many instructions. Null if not.
std::unique_ptr<Target> make_target(const Layout& layout, const CodeOptions& options,
                                    std::size_t instructions);

}  // namespace shamal::machine
