// What conveyors and queues hold, as a list of numbers that equations may look at.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "model/device.h"

namespace shamal::machine {

// Of the slats of a belt or the batches of a queue, the front first. `place` is a one-based place,
// or of a rank its k; beyond the ends an element or rank is `beyond`. The least and greatest of
// nothing are no numbers.
template <class Amounts>
double look_at(const Amounts& amounts, model::Contents what, double place, double beyond) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const auto begin = amounts.begin();
  const auto end = amounts.end();
  const auto count = static_cast<double>(end - begin);
  double sum = 0;
  for (auto amount = begin; amount != end; ++amount) {
    sum += *amount;
  }
  switch (what) {
    case model::Contents::element: {
      const double whole = std::floor(place);
      return whole >= 1 && whole <= count ? *(begin + static_cast<std::ptrdiff_t>(whole) - 1)
                                          : beyond;
    }
    case model::Contents::size:
      return count;
    case model::Contents::least:
      return count > 0 ? *std::min_element(begin, end) : kNan;
    case model::Contents::greatest:
      return count > 0 ? *std::max_element(begin, end) : kNan;
    case model::Contents::mean:
      return sum / count;
    case model::Contents::deviation: {
      double squares = 0;
      for (auto amount = begin; amount != end; ++amount) {
        squares += (*amount - sum / count) * (*amount - sum / count);
      }
      return std::sqrt(squares / (count - 1));
    }
    case model::Contents::product: {
      double product = 1;
      for (auto amount = begin; amount != end; ++amount) {
        product *= *amount;
      }
      return product;
    }
    case model::Contents::rank: {
      const double whole = std::floor(place);
      if (!(whole >= 1 && whole <= count)) {
        return beyond;
      }
      std::vector<std::size_t> order(static_cast<std::size_t>(end - begin));
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [begin](std::size_t a, std::size_t b) {
        return *(begin + static_cast<std::ptrdiff_t>(a)) <
               *(begin + static_cast<std::ptrdiff_t>(b));
      });
      return static_cast<double>(order[static_cast<std::size_t>(whole) - 1]) + 1;
    }
  }
  return kNan;
}

}  // namespace shamal::machine
