// The reverse mode of differentiation: the adjoint program of a program.
//
// A simulation maps parameters p to trajectories step by step. With x_n what a step begins with
// (levels and memories), F the block `rates` (and `outputs`) and h a step of Euler's method,
//
//   (f_n, m_n, s_n) = F(x_n, p, t_n)      net flows, next memories, saved values
//   x_{n+1} = (levels + h f_n, m_n)
//
// the gradient of a function L of all saved values follows backwards from λ_N = 0 [Griewank2008,
// pp. 37-49, 291-297]. The adjoint is itself a program: its stocks are λ, the adjoints of levels,
// and those of p and of all else that never changes; their net flows are what one step adds. One
// execution of its block `rates` at step n takes
//
//   x_n, and the adjoints of f_n (the levels λ), of m_n, of s_n (∂L/∂s_n, but for levels) and of
//   what delay lines were given,
//
// computes all of F again, and then visits its instructions from last to first, each of which adds
// to the adjoints of its arguments what `partials.h` says. What is left are the net flows and the
// adjoints of the step's memories. All that is linear, so that the seeds may be 1/h of what they
// are: then a step back is a step of Euler's method forward, λ_n = λ_{n+1} + h (∂f/∂x)ᵀ λ_{n+1}. At
// the end the block `outputs` does the same for the block `initial`. The cost is a few forward
// runs, whatever the number of parameters; sim/gradient.h drives it.
//
// What procedures remember is a state as well: the caller gives it to the adjoint program for each
// step, whose own keepers hold its adjoints and go back over the step when it ends.
//
// The adjoint runs on the same machine.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "ir/program.h"
#include "ir/refusal.h"

namespace shamal::ir {

// Adjoint slots of an array: where the caller puts them (seed) or finds them (result).
struct AdjointPort {
  Slot original = 0;  // the array in the program that was differentiated
  std::uint32_t count = 1;
  Slot slot = 0;  // in the adjoint program
};

// Of saved values. Of those that are levels it is added to λ after the step back that they begin.
struct SavedSeed : AdjointPort {
  bool is_level = false;
};

// A value read from the past: its adjoint belongs to what the delay line was given then.
struct DelayedAdjoint {
  std::uint32_t delay = 0;
  std::vector<std::uint32_t> elements;  // of the line, for each slot below
  Slot lag = 0;                         // time units ago: a slot for each element
  Slot adjoint = 0;                     // likewise
};

struct Adjoint {
  // Its stocks: one for each stock of the original, in order, then what never changes. They begin
  // with zero. Its keepers: the original's, which are given, then those of adjoints.
  Program program;
  std::vector<std::uint32_t> lines;  // for each of its delay lines the original's

  // Before each execution of `rates` the caller sets these inputs …
  Slot step = 0;                          // the number of steps done
  std::vector<AdjointPort> states;        // the values of levels and memories
  std::vector<AdjointPort> memory_seeds;  // of next values, one for each memory
  std::vector<AdjointPort> delay_seeds;   // of inputs, one for each delay line
  std::vector<SavedSeed> saved_seeds;     // one for each saved array
  // … and finds these results, besides net flows:
  std::vector<AdjointPort> memory_adjoints;  // like memory_seeds
  std::vector<DelayedAdjoint> delayed;

  // Before the one execution of `outputs`, at the end: the adjoints of the first step's memories.
  std::vector<AdjointPort> start_seeds;  // like memory_seeds
  std::vector<AdjointPort> gradient;     // then: of each parameter
};

// Calls visit(slot) for every slot of the adjoint program that the caller uses, so that it may be
// moved.
template <class Visit>
void for_each_slot(Adjoint& of, Visit visit) {
  visit(of.step);
  for (std::vector<AdjointPort>* const ports :
       {&of.states, &of.memory_seeds, &of.delay_seeds, &of.memory_adjoints, &of.start_seeds,
        &of.gradient}) {
    for (AdjointPort& port : *ports) {
      visit(port.slot);
    }
  }
  for (SavedSeed& seed : of.saved_seeds) {
    visit(seed.slot);
  }
  for (DelayedAdjoint& delayed : of.delayed) {
    visit(delayed.lag);
    visit(delayed.adjoint);
  }
}

// With respect to `parameters` (slots of constants), for a function of the arrays `saved`.
std::variant<Adjoint, NotDifferentiable> adjoint(const Program& program,
                                                 const std::vector<Slot>& parameters,
                                                 const std::vector<Port>& saved);

}  // namespace shamal::ir
