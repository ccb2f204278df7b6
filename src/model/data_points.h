// A series of data as look-ups: between its points as the variable's mode says, and as the
// functions that ask for data at other times need it.
#pragma once

#include "data/series.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// What Vensim's :NA: is as a number [Vensim reference manual, "Missing Values"].
inline constexpr double kVensimMissing = -0x1p109;

// Times closer than this part of a step are one time.
inline constexpr double kSameStep = 1e-6;

// Points in the order of time, the last of those at one time; without a value, none. A series
// without times is a single point.
syntax::GraphicalFunction points_of_series(const data::Series& series, base::Span span);

// interpolate: linear between points, the end values outside. hold_backward: the last point's
// value; look_forward: the next point's; both take the end values outside. raw: :NA: except at
// points.
syntax::GraphicalFunction data_lookup(const syntax::GraphicalFunction& points,
                                      syntax::DataMode mode, double step);

// The last point's value before a time, without the point at it.
syntax::GraphicalFunction before_lookup(const syntax::GraphicalFunction& points, double step);

}  // namespace shamal::model
