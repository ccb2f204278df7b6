// The functions of procedures.def. Internal to model/.
#pragma once

#include "model/procedure.h"

namespace shamal::model::procedures {

#define SHAMAL_PROCEDURE(name, arguments, result, unit) \
  void name(const ProcedureInputs& in, std::span<double> out);
#define SHAMAL_KEEPER(name, arguments, unit)                   \
  void name(const ProcedureInputs& in, std::span<double> out); \
  void start_##name(const ProcedureInputs& in, Kept& kept);    \
  void advance_##name(const ProcedureInputs& in, Kept& kept);
#include "model/procedures.def"
#undef SHAMAL_PROCEDURE
#undef SHAMAL_KEEPER

}  // namespace shamal::model::procedures
