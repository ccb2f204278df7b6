// Sorting and selecting among the elements of a vector.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "model/procedure_functions.h"
#include "model/table_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Vensim's :NA:, as its manual gives it: -2^109.
constexpr double kMissing = -0x1p109;

// Positions in sorted order; equal elements keep theirs, not-a-numbers come last.
std::vector<std::size_t> sorted(std::span<const double> vector, bool ascending) {
  std::vector<std::size_t> order(vector.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    const double a = vector[i];
    const double b = vector[j];
    if (std::isnan(a) || std::isnan(b)) {
      return !std::isnan(a) && std::isnan(b);
    }
    return ascending ? a < b : b < a;
  });
  return order;
}

}  // namespace

void vector_sort_order(const ProcedureInputs& in, std::span<double> out) {
  const std::vector<std::size_t> order = sorted(in.vector(0), in.number(1) > 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<double>(order[i]);
  }
}

void vector_rank(const ProcedureInputs& in, std::span<double> out) {
  const std::vector<std::size_t> order = sorted(in.vector(0), in.number(1) > 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[order[i]] = static_cast<double>(i) + 1;
  }
}

template <class Number>
void vector_reorder(const InputsOf<Number>& in, std::span<Number> out) {
  const std::span<const Number> vector = in.vector(0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double from = std::floor(plain(in.vector(1)[i]) + 0.5);
    out[i] = from >= 0 && from < static_cast<double>(vector.size())
                 ? vector[static_cast<std::size_t>(from)]
                 : Number(kMissing);
  }
}

// The numerical actions of Vensim's VECTOR SELECT: 0 to 5 weigh the expression by the selection, 6
// to 10 do not. Action 5 is the product of expression ^ selection: so the vendor's output tells
// (public model vector_select); its manual has them the other way round.
void vector_select(const ProcedureInputs& in, std::span<double> out) {
  const std::span<const double> selection = in.vector(0);
  const std::span<const double> expression = in.vector(1);
  const double action = std::floor(in.number(3) + 0.5);
  const double errors = std::floor(in.number(4) + 0.5);
  double count = 0;
  double sum = 0;
  double product = 1;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (std::size_t i = 0; i < selection.size(); ++i) {
    if (selection[i] == 0) {
      continue;
    }
    const double value = action == 5  ? std::pow(expression[i], selection[i])
                         : action < 5 ? selection[i] * expression[i]
                                      : expression[i];
    count += 1;
    sum += value;
    product *= value;
    least = value < least ? value : least;
    most = most < value ? value : most;
  }
  if (((errors == 1 || errors == 3) && count == 0) || ((errors == 2 || errors == 3) && count > 1)) {
    out[0] = kNan;  // Vensim stops the run
  } else if (count == 0) {
    out[0] = in.number(2);
  } else {
    const double results[] = {sum, product, least, most, sum / count, product,
                              sum, product, least, most, sum / count};
    out[0] = action >= 0 && action <= 10 ? results[static_cast<std::size_t>(action)] : kNan;
  }
}

template <class Number>
void vector_lookup(const InputsOf<Number>& in, std::span<Number> out) {
  const std::span<const Number> y = in.vector(0);
  const Number low = in.number(2);
  const Number high = in.number(3);
  std::vector<Number> x(y.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = x.size() == 1
               ? low
               : low + (high - low) * static_cast<double>(i) / static_cast<double>(x.size() - 1);
  }
  const PointsOf<Number> points{x, y};
  const Number at = in.number(1);
  switch (static_cast<int>(std::clamp(plain(in.number(4)), -1.0, 10.0))) {
    case 0:
      out[0] = interpolated(points, at);
      return;
    case 1:
      out[0] = area(points, low, at, false);
      return;
    case 2:
      out[0] = looked_backward(points, at);
      return;
    case 3:
      out[0] = extrapolated(points, at);
      return;
    case 4:
      out[0] = looked_forward(points, at);
      return;
    case 5:
      out[0] = inverted(points, at, false);
      return;
    case 6:
      out[0] = slope(points, at, false);
      return;
    case 7:
      out[0] = area(points, low, at, true);
      return;
    case 8:
      out[0] = inverted(points, at, true);
      return;
    case 9:
      out[0] = slope(points, at, true);
      return;
    default:
      out[0] = kNan;
  }
}

SHAMAL_FOR_BOTH(vector_reorder)
SHAMAL_FOR_BOTH(vector_lookup)

}  // namespace shamal::model::procedures
