// Procedures at work: where the arguments of a call lie, and one run's values of them side by side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/program.h"
#include "model/procedure.h"

namespace shamal::machine {

class Kernel;
class State;

// A call with its views resolved: for each element of the outer loop a first slot, and the steps
// from it to what is handed over together.
struct PreparedCall {
  struct Operand {
    std::vector<ir::Slot> first;        // for each outer element; empty: nothing to collect
    std::vector<std::int64_t> offsets;  // of the inner loop
  };
  const ir::Call* of = nullptr;  // in the kernel's program
  std::uint32_t count = 1;       // outer elements
  Operand result;
  std::vector<Operand> arguments;
  std::vector<std::uint32_t> tables;  // for each outer element; empty: none
};

PreparedCall prepare_call(const ir::Program& program, const ir::Instruction& instruction);
PreparedCall prepare_keeper(const ir::Program& program, const ir::Keeper& keeper);

// The arguments of one call for one run at one outer element, and room for its result.
class CallFrame {
 public:
  CallFrame(const ir::Program& program, const PreparedCall& call);

  // What `state` holds now. The spans stay valid until the next call.
  model::ProcedureInputs collect(const State& state, std::uint32_t element, std::size_t lane);
  std::span<double> result() { return result_; }
  void store(State& state, std::uint32_t element, std::size_t lane) const;

 private:
  const ir::Program& program_;
  const PreparedCall& call_;
  std::vector<double> values_;
  std::vector<std::span<const double>> arguments_;
  std::vector<double> result_;
};

// What a call makes of its inputs, and of what it remembers. A memory that is empty is started.
void apply(const ir::Call& call, model::ProcedureInputs in, State& state, std::uint32_t element,
           std::size_t lane, std::span<double> result);

// The end of a step: every keeper, but for given ones, takes in what its call's arguments are.
void advance_keepers(const Kernel& kernel, State& state);

// What keepers will hold after the step that is under way, while the step's stages still see what
// they held at its start.
class KeepersAhead {
 public:
  void advance(const Kernel& kernel, State& state);  // finds it
  void exchange(State& state);                       // takes it

 private:
  std::vector<model::Kept> other_;
};

}  // namespace shamal::machine
