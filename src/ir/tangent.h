// The forward mode of differentiation: a program that carries, beside every value v, its derivative
// v̇ along a direction in the space of the parameters, instruction by instruction [Griewank2008,
// pp. 31-37]. Levels, memories and delay lines have derivatives that are levels, memories and delay
// lines themselves, so that the result is simulated like any other program, by any method.
#pragma once

#include <variant>
#include <vector>

#include "ir/adjoint.h"
#include "ir/program.h"

namespace shamal::ir {

struct Tangent {
  Program program;
  // The derivative of slot s is in slot shift + s. For a parameter that is a constant, 0 unless it
  // is set: the direction.
  Slot shift = 0;
};

std::variant<Tangent, NotDifferentiable> tangent(const Program& program,
                                                 const std::vector<Slot>& parameters);

}  // namespace shamal::ir
