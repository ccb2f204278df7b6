// One draw of a distribution. Only + - * / sqrt and the logarithms, exponentials and cosines that
// the rest of the arithmetic uses, so that draws are as reproducible as everything else.
#pragma once

#include <array>
#include <cstdint>

#include "base/random.h"
#include "model/operation.h"

namespace shamal::machine {

// Where a draw happens. `place` is the site's stream plus the element.
struct DrawPlace {
  base::PhiloxKey key;
  std::uint64_t place = 0;
  std::uint32_t step = 0;

  // The n-th pair of uniform numbers of this place.
  std::array<double, 2> pair(std::uint32_t n) const {
    return base::unit_interval(base::philox(
        {static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(place >> 32), step, n},
        key));
  }
};

//   uniform      [a, b); rounding may reach b
//   normal       mean a, standard deviation b
//   lognormal    mean a and standard deviation b of the result itself; NaN for a <= 0
//   exponential  mean a
//   poisson      mean a; 0 for a <= 0
// Parameters that are not a number, and an infinite Poisson mean, give NaN.
double draw(model::Distribution distribution, const DrawPlace& place, double a, double b);

}  // namespace shamal::machine
