// Square matrices by elimination with row pivoting [Golub2013, 3.4].
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "model/procedure_functions.h"

namespace shamal::model::procedures {

namespace {

template <class Number>
std::size_t rows_of(std::span<const Number> matrix) {
  return static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
}

// Eliminates column after column of the n by n matrix `a`, doing the same to the columns of `b`
// (n by width). The determinant, 0 if the matrix is singular.
template <class Number>
Number eliminate(std::vector<Number>& a, std::span<Number> b, std::size_t n, std::size_t width) {
  Number determinant = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      pivot = std::fabs(plain(a[i * n + k])) > std::fabs(plain(a[pivot * n + k])) ? i : pivot;
    }
    const Number found = a[pivot * n + k];
    if (found == 0) {
      return 0;
    }
    if (pivot != k) {
      determinant = -determinant;
      std::swap_ranges(&a[k * n], &a[k * n] + n, &a[pivot * n]);
      std::swap_ranges(b.begin() + k * width, b.begin() + (k + 1) * width,
                       b.begin() + pivot * width);
    }
    determinant *= found;
    for (std::size_t i = k + 1; i < n; ++i) {
      const Number factor = a[i * n + k] / found;
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

// The determinant of what is left of `a` without row i and column j, with the sign of that place:
// how fast the determinant of `a` changes with that element. It is right where `a` is singular.
double cofactor(std::span<const double> a, std::size_t n, std::size_t i, std::size_t j) {
  std::vector<double> minor;
  for (std::size_t k = 0; k < n * n; ++k) {
    if (k / n != i && k % n != j) {
      minor.push_back(a[k]);
    }
  }
  const double determinant = eliminate<double>(minor, {}, n - 1, 0);
  return (i + j) % 2 == 0 ? determinant : -determinant;
}

}  // namespace

template <class Number>
void invert_matrix(const InputsOf<Number>& in, std::span<Number> out) {
  std::vector<Number> a(in.vector(0).begin(), in.vector(0).end());
  const std::size_t n = rows_of(in.vector(0));
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    out[i * n + i] = 1;
  }
  if (eliminate<Number>(a, out, n, n) == 0) {
    std::fill(out.begin(), out.end(), std::numeric_limits<double>::quiet_NaN());
    return;
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = 0; j < n; ++j) {
      Number sum = out[i * n + j];
      for (std::size_t k = i + 1; k < n; ++k) {
        sum -= a[i * n + k] * out[k * n + j];
      }
      out[i * n + j] = sum / a[i * n + i];
    }
  }
}

template <class Number>
void determinant(const InputsOf<Number>& in, std::span<Number> out) {
  const std::span<const Number> matrix = in.vector(0);
  const std::size_t n = rows_of(matrix);
  std::vector<double> a;
  for (const Number& element : matrix) {
    a.push_back(plain(element));
  }
  std::vector<double> eliminated = a;
  out[0] = eliminate<double>(eliminated, {}, n, 0);
  if constexpr (std::is_same_v<Number, Recorded>) {
    for (std::size_t k = 0; k < n * n; ++k) {
      out[0] += cofactor(a, n, k / n, k % n) * (matrix[k] - a[k]);
    }
  }
}

SHAMAL_FOR_BOTH(invert_matrix)
SHAMAL_FOR_BOTH(determinant)

}  // namespace shamal::model::procedures
