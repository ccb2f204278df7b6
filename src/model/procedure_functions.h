// The functions of procedures.def. Internal to model/.
#pragma once

#include "model/procedure.h"
#include "model/recorded.h"

namespace shamal::model::procedures {

#define SHAMAL_PROCEDURE(name, arguments, result, unit) \
  void name(const ProcedureInputs& in, std::span<double> out);
#define SHAMAL_SMOOTH(name, arguments, result, unit, moves) \
  template <class Number>                                   \
  void name(const InputsOf<Number>& in, std::span<Number> out);
#define SHAMAL_KEEPER(name, arguments, unit)                   \
  void name(const ProcedureInputs& in, std::span<double> out); \
  void start_##name(const ProcedureInputs& in, Kept& kept);    \
  void advance_##name(const ProcedureInputs& in, Kept& kept);
#define SHAMAL_SMOOTH_KEEPER(name, arguments, unit, moves)             \
  template <class Number>                                              \
  void name(const InputsOf<Number>& in, std::span<Number> out);        \
  template <class Number>                                              \
  void start_##name(const InputsOf<Number>& in, KeptOf<Number>& kept); \
  template <class Number>                                              \
  void advance_##name(const InputsOf<Number>& in, KeptOf<Number>& kept);
#include "model/procedures.def"
#undef SHAMAL_PROCEDURE
#undef SHAMAL_SMOOTH
#undef SHAMAL_KEEPER
#undef SHAMAL_SMOOTH_KEEPER

// The two kinds of number that a smooth procedure is written for.
#define SHAMAL_FOR_BOTH(name)                                            \
  template void name(const InputsOf<double>& in, std::span<double> out); \
  template void name(const InputsOf<Recorded>& in, std::span<Recorded> out);
#define SHAMAL_KEEPER_FOR_BOTH(name)                                                \
  SHAMAL_FOR_BOTH(name)                                                             \
  template void start_##name(const InputsOf<double>& in, KeptOf<double>& kept);     \
  template void start_##name(const InputsOf<Recorded>& in, KeptOf<Recorded>& kept); \
  template void advance_##name(const InputsOf<double>& in, KeptOf<double>& kept);   \
  template void advance_##name(const InputsOf<Recorded>& in, KeptOf<Recorded>& kept);

}  // namespace shamal::model::procedures
