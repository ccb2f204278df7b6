// Derivatives of smooth procedures, by recording them (model/recorded.h). `by` has a bit for each
// argument that is followed.
//
// What comes behind the arguments: of a tangent, those of the arguments, each where the argument
// itself is among them (empty unless followed); of an adjoint, that of the result. Adjoints of
// arguments are given one argument after the other, those that are followed.
//
// A memory's tangents follow its numbers in one list. Its adjoints are a list of their own, of what
// is remembered after a step; empty ones are zero. At the first step the memory is what the
// arguments make at the start, so that they get its adjoint.
#pragma once

#include <cstdint>
#include <span>

#include "model/procedure.h"

namespace shamal::model {

// How many inputs a call has.
std::size_t input_count(const ProcedureRow& row, Derivative derivative);

// Without a start, `in.kept` is given.
void apply_tangent(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                   std::span<double> result);
void start_tangent(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                   Kept& kept);
void advance_tangent(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                     Kept& kept);

// `first`: the memory is made at the start, not given.
void apply_adjoint(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in, bool first,
                   std::span<double> result);
void apply_adjoint_of_step(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                           bool first, std::span<const double> next, std::span<double> result);
// From the adjoints of what is remembered after the step to those before it.
void advance_adjoint(const ProcedureRow& row, const ProcedureInputs& in, Kept& adjoints);

}  // namespace shamal::model
