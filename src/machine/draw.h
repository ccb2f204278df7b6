// One draw of a distribution. Only + - * / sqrt and the logarithms, exponentials and cosines that
// the rest of the arithmetic uses, so that draws are as reproducible as everything else.
#pragma once

#include <array>
#include <cstdint>

#include "base/random.h"
#include "model/operation.h"

namespace shamal::machine {

using DrawPlace = base::DrawPlace;

//   uniform      [a, b); rounding may reach b
//   normal       mean a, standard deviation b
//   lognormal    mean a and standard deviation b of the result itself; NaN for a <= 0
//   exponential  mean a
//   poisson      mean a; 0 for a <= 0
// Parameters that are not a number, and an infinite Poisson mean, give NaN.
double draw(model::Distribution distribution, const DrawPlace& place, double a, double b);

}  // namespace shamal::machine
