#include "model/procedure.h"

#include <array>

#include "model/procedure_functions.h"

namespace shamal::model {

namespace {

constexpr ProcedureRow kRows[] = {
#define SHAMAL_PROCEDURE(name, arguments, result, unit) \
  {Procedure::name, #name, arguments, result, unit, {procedures::name}},
#define SHAMAL_SMOOTH(name, arguments, result, unit, moves) \
  {Procedure::name,                                         \
   #name,                                                   \
   arguments,                                               \
   result,                                                  \
   unit,                                                    \
   {procedures::name<double>},                              \
   moves,                                                   \
   {procedures::name<Recorded>}},
#define SHAMAL_KEEPER(name, arguments, unit) \
  {Procedure::name,                          \
   #name,                                    \
   arguments,                                \
   's',                                      \
   unit,                                     \
   {procedures::name, procedures::start_##name, procedures::advance_##name}},
#define SHAMAL_SMOOTH_KEEPER(name, arguments, unit, moves)          \
  {Procedure::name,                                                 \
   #name,                                                           \
   arguments,                                                       \
   's',                                                             \
   unit,                                                            \
   {procedures::name<double>, procedures::start_##name<double>,     \
    procedures::advance_##name<double>},                            \
   moves,                                                           \
   {procedures::name<Recorded>, procedures::start_##name<Recorded>, \
    procedures::advance_##name<Recorded>}},
#include "model/procedures.def"
#undef SHAMAL_PROCEDURE
#undef SHAMAL_SMOOTH
#undef SHAMAL_KEEPER
#undef SHAMAL_SMOOTH_KEEPER
};

}  // namespace

std::span<const ProcedureRow> procedure_rows() { return kRows; }

const ProcedureRow& row(Procedure procedure) { return kRows[static_cast<std::size_t>(procedure)]; }

}  // namespace shamal::model
