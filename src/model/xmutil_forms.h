// What xmutil wrote for functions of Vensim that XMILE lacks, under their own names again:
//
//   LOOKUP(COSH, x)            COSH(x)            it took the name for a look-up's; other tools,
//                                                 such as Simlin, write its files again
//   DELAYN(x, time, n, start)  DELAY N(x, time, start, n)      Vensim's, discrete and of an order
//   SMTHN(x, time, n, start)   SMOOTH N(x, time, start, n)     that may vary
//
// [xmutil's output beside the .mdl that it came from, in the public collection test-models:
// subscripted_trig, subscript_aggregation, delays, smooth]
//
// A look-up of just the points (0, 1) and (1, 1) by TIME is what it writes for a variable whose
// data stood elsewhere; it is named (stand_in).
#pragma once

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// The first is undone in any XMILE file, where no variable has the name; the others in xmutil's.
void restore_xmutil_forms(syntax::ParsedModel& parsed, base::Diagnostics& diagnostics);

}  // namespace shamal::model
