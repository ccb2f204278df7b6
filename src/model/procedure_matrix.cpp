// Square matrices by elimination with row pivoting [Golub2013, 3.4].
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "model/procedure_functions.h"

namespace shamal::model::procedures {

namespace {

std::size_t rows_of(std::span<const double> matrix) {
  return static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
}

// Eliminates column after column of the n by n matrix `a`, doing the same to the columns of `b`
// (n by width). The determinant, 0 if the matrix is singular.
double eliminate(std::vector<double>& a, std::span<double> b, std::size_t n, std::size_t width) {
  double determinant = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      pivot = std::fabs(a[i * n + k]) > std::fabs(a[pivot * n + k]) ? i : pivot;
    }
    const double found = a[pivot * n + k];
    if (found == 0) {
      return 0;
    }
    if (pivot != k) {
      determinant = -determinant;
      std::swap_ranges(&a[k * n], &a[k * n] + n, &a[pivot * n]);
      std::swap_ranges(&b[k * width], &b[k * width] + width, &b[pivot * width]);
    }
    determinant *= found;
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i * n + k] / found;
      for (std::size_t j = k; j < n; ++j) {
        a[i * n + j] -= factor * a[k * n + j];
      }
      for (std::size_t j = 0; j < width; ++j) {
        b[i * width + j] -= factor * b[k * width + j];
      }
    }
  }
  return determinant;
}

}  // namespace

void invert_matrix(const ProcedureInputs& in, std::span<double> out) {
  std::vector<double> a(in.vector(0).begin(), in.vector(0).end());
  const std::size_t n = rows_of(in.vector(0));
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    out[i * n + i] = 1;
  }
  if (eliminate(a, out, n, n) == 0) {
    std::fill(out.begin(), out.end(), std::numeric_limits<double>::quiet_NaN());
    return;
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = out[i * n + j];
      for (std::size_t k = i + 1; k < n; ++k) {
        sum -= a[i * n + k] * out[k * n + j];
      }
      out[i * n + j] = sum / a[i * n + i];
    }
  }
}

void determinant(const ProcedureInputs& in, std::span<double> out) {
  std::vector<double> a(in.vector(0).begin(), in.vector(0).end());
  const std::size_t n = rows_of(in.vector(0));
  std::vector<double> none(1);
  out[0] = eliminate(a, none, n, 0);
}

}  // namespace shamal::model::procedures
