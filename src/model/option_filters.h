// Option filters (XMILE 1.0, 4.8.4): macros that run whenever a variable with an option is
// evaluated.
#pragma once

#include "syntax/parsed_model.h"

namespace shamal::model {

// Filters of the option non_negative become calls in the equations of flows: those of flows
// themselves, and those of stocks that apply to inflows or outflows. One that changes a stock's own
// value, which the standard advises against, becomes a flow of its own. The option itself is
// switched off then, since the filter takes its place. Other filters stay, and are refused where
// macros are declared.
void apply_option_filters(syntax::ParsedModel& parsed);

}  // namespace shamal::model
