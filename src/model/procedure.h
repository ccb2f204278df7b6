// Functions that are more than arithmetic on numbers: of whole vectors and matrices (allocation,
// sorting, inversion), of graphical functions, of many parameters, with random draws, or with a
// memory of their own (conveyors, batches). One row each in procedures.def; the reference
// interpreter and the machine call the same function, for one run at a time, so that they cannot
// differ.
//
// How arguments reach a procedure is written as one letter each:
//   s  a number
//   v  a vector along the last index of the argument; a result 'v' runs along the same index
//   p  a profile: four numbers (type, priority, width, extra) for each element of that vector
//   w  a vector of its own: from the element that the last index names to the end of its dimension
//   o  the same, or a number for all of them
//   q  a profile for each element of the last 'w'
//   m  a square matrix: the last two indices
//   e  a number for each element of the vector, or one for all of them
//   r  an array over the indices marked with ! (or *) in any of the arguments 'r'
//   t  a graphical function
//   b  a bound in x, which may be left out: without the second the least x, without both all of
//      them
//   n  a number, which may be left out: NaN then
//   g  how the graphical function goes on (syntax::GraphicalKind): no argument of its own
//   d  the name of a dimension, which is not looked at
//   z  a seed, a constant: names a stream of random numbers; may be left out
//   y  a number that names a stream, of which every use has a part of its own
// and, with memory:
//   c  a number, now and at the end of each step
//   k  a number at the end of each step only: the result does not depend on it at once
//   i  a number at the start of the run
//   j  what the argument of the letter before it was at the start: no argument of its own
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace shamal::model {

enum class Procedure : std::uint8_t {
#define SHAMAL_PROCEDURE(name, arguments, result, unit) name,
#define SHAMAL_SMOOTH(name, arguments, result, unit, moves) name,
#define SHAMAL_KEEPER(name, arguments, unit) name,
#define SHAMAL_SMOOTH_KEEPER(name, arguments, unit, moves) name,
#include "model/procedures.def"
#undef SHAMAL_PROCEDURE
#undef SHAMAL_SMOOTH
#undef SHAMAL_KEEPER
#undef SHAMAL_SMOOTH_KEEPER
};

// What a procedure sees: of one run, at one tuple of the outer indices.
template <class Number>
struct InputsOf {
  std::span<const std::span<const Number>> arguments;  // letters t, d and z: empty
  std::span<const Number> x;                           // of the graphical function, ascending
  std::span<const Number> y;
  base::DrawPlace draw;
  double time = 0;
  double dt = 1;
  std::span<const Number> kept;  // its memory

  const Number& number(std::size_t argument) const { return arguments[argument][0]; }
  std::span<const Number> vector(std::size_t argument) const { return arguments[argument]; }
};
using ProcedureInputs = InputsOf<double>;

// What a procedure with memory keeps between steps; `start` leaves it not empty.
template <class Number>
using KeptOf = std::vector<Number>;
using Kept = KeptOf<double>;

// Numbers that are followed to find derivatives (model/recorded.h).
class Recorded;

// What is made of a procedure (model/procedure_derivative.h).
enum class Derivative : std::uint8_t {
  none,             // its result
  tangent,          // the tangent of the result, from those of arguments
  adjoint,          // the adjoints of arguments, from that of the result
  adjoint_of_step,  // of one with memory: those of arguments, from those of what it remembers next
};

// The functions of a procedure, for one kind of number.
template <class Number>
struct ProcedureFunctions {
  void (*apply)(const InputsOf<Number>&, std::span<Number> result) = nullptr;
  // With memory: `start` makes it from what is known at the start, `advance` takes it over a step,
  // both null otherwise. `apply` only looks at it, so that the stages of a step see the same.
  void (*start)(const InputsOf<Number>&, KeptOf<Number>&) = nullptr;
  void (*advance)(const InputsOf<Number>&, KeptOf<Number>&) = nullptr;
};

struct ProcedureRow {
  Procedure procedure;
  std::string_view name;
  std::string_view arguments;
  char result;  // s, v or m
  char unit;    // of the result, see procedures.def
  ProcedureFunctions<double> of;
  // Of a procedure that is differentiated by recording it: '+' for each argument that moves its
  // result other than by jumps.
  std::string_view moves = {};
  ProcedureFunctions<Recorded> recorded = {};

  bool keeps() const { return of.start != nullptr; }
  bool smooth() const { return recorded.apply != nullptr; }
  bool draws() const { return arguments.find_first_of("yz") != std::string_view::npos; }
  bool looks_up() const { return arguments.find('t') != std::string_view::npos; }
};

std::span<const ProcedureRow> procedure_rows();
const ProcedureRow& row(Procedure procedure);

}  // namespace shamal::model
