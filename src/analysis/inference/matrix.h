// The few operations on small dense matrices that samplers need, row by row in a vector.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace shamal::analysis::inference {

// L of L L^T = a, d x d [Golub2013, 4.2]; false where `a` is not positive definite.
inline bool cholesky(std::span<const double> a, std::size_t d, std::vector<double>& lower) {
  lower.assign(d * d, 0);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i * d + j];
      for (std::size_t k = 0; k < j; ++k) {
        sum -= lower[i * d + k] * lower[j * d + k];
      }
      if (i != j) {
        lower[i * d + j] = sum / lower[j * d + j];
      } else if (sum > 0) {
        lower[i * d + i] = std::sqrt(sum);
      } else {
        return false;
      }
    }
  }
  return true;
}

// x of L x = b, in place.
inline void solve_lower(std::span<const double> lower, std::size_t d, std::span<double> x) {
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      x[i] -= lower[i * d + k] * x[k];
    }
    x[i] /= lower[i * d + i];
  }
}

// Many vectors at once, element by element: vector c's element i is x[i * n + c]. The matrix, which
// may be larger than the caches, is read once for each sixteen vectors.
namespace block {

constexpr std::size_t kWidth = 16;

// to += times L x (kTransposed: L' x).
template <bool kTransposed>
void add_lower(std::span<const double> lower, std::size_t d, std::size_t n, double times,
               std::span<const double> x, std::span<double> to) {
  for (std::size_t first = 0; first < n; first += kWidth) {
    const std::size_t width = std::min(kWidth, n - first);
    for (std::size_t i = 0; i < d; ++i) {
      double sum[kWidth] = {};
      const std::size_t begin = kTransposed ? i : 0;
      const std::size_t end = kTransposed ? d : i + 1;
      for (std::size_t k = begin; k < end; ++k) {
        const double factor = kTransposed ? lower[k * d + i] : lower[i * d + k];
        const double* const of = x.data() + k * n + first;
        if (width == kWidth) {
          for (std::size_t c = 0; c < kWidth; ++c) {
            sum[c] += factor * of[c];
          }
        } else {
          for (std::size_t c = 0; c < width; ++c) {
            sum[c] += factor * of[c];
          }
        }
      }
      for (std::size_t c = 0; c < width; ++c) {
        to[i * n + first + c] += times * sum[c];
      }
    }
  }
}

}  // namespace block

// x (rows x columns) with rows and columns exchanged.
inline void transpose(std::span<const double> x, std::size_t rows, std::size_t columns,
                      std::span<double> to) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      to[j * rows + i] = x[i * columns + j];
    }
  }
}

// Eigenvectors (the columns of `vectors`) and eigenvalues of a symmetric matrix, by Jacobi's
// rotations [Golub2013, 8.5]: each makes one element off the diagonal zero; a few sweeps over all
// of them leave nothing.
inline void eigen(std::vector<double> a, std::size_t d, std::vector<double>& vectors,
                  std::vector<double>& values) {
  vectors.assign(d * d, 0);
  values.resize(d);
  for (std::size_t j = 0; j < d; ++j) {
    vectors[j * d + j] = 1;
  }
  for (int sweep = 0; sweep < 50; ++sweep) {
    double outside = 0;
    double inside = 0;
    for (std::size_t p = 0; p < d; ++p) {
      inside += a[p * d + p] * a[p * d + p];
      for (std::size_t q = p + 1; q < d; ++q) {
        outside += a[p * d + q] * a[p * d + q];
      }
    }
    if (outside <= 1e-30 * inside) {
      break;
    }
    for (std::size_t p = 0; p < d; ++p) {
      for (std::size_t q = p + 1; q < d; ++q) {
        if (a[p * d + q] == 0) {
          continue;
        }
        const double theta = (a[q * d + q] - a[p * d + p]) / (2 * a[p * d + q]);
        const double t = std::copysign(1 / (std::fabs(theta) + std::hypot(1.0, theta)), theta);
        const double c = 1 / std::hypot(1.0, t);
        const double s = t * c;
        for (std::size_t k = 0; k < d; ++k) {
          const double kp = a[k * d + p];
          const double kq = a[k * d + q];
          a[k * d + p] = c * kp - s * kq;
          a[k * d + q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < d; ++k) {
          const double pk = a[p * d + k];
          const double qk = a[q * d + k];
          a[p * d + k] = c * pk - s * qk;
          a[q * d + k] = s * pk + c * qk;
        }
        for (std::size_t k = 0; k < d; ++k) {
          const double kp = vectors[k * d + p];
          const double kq = vectors[k * d + q];
          vectors[k * d + p] = c * kp - s * kq;
          vectors[k * d + q] = s * kp + c * kq;
        }
      }
    }
  }
  for (std::size_t j = 0; j < d; ++j) {
    values[j] = a[j * d + j];
  }
}

// Running mean and covariance of points.
struct RunningCovariance {
  double count = 0;
  std::vector<double> mean;
  std::vector<double> products;  // sums of products of deviations, d x d

  void restart(std::size_t d) {
    count = 0;
    mean.assign(d, 0);
    products.assign(d * d, 0);
  }

  void add(std::span<const double> point) {
    const std::size_t d = mean.size();
    count += 1;
    std::vector<double> before(d);
    for (std::size_t j = 0; j < d; ++j) {
      before[j] = point[j] - mean[j];
      mean[j] += before[j] / count;
    }
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        products[i * d + j] += before[i] * (point[j] - mean[j]);
      }
    }
  }

  // With a little added on the diagonal, so that few points still give a positive definite one.
  std::vector<double> covariance() const {
    const std::size_t d = mean.size();
    std::vector<double> result(products);
    for (double& x : result) {
      x /= std::fmax(1, count - 1);
    }
    for (std::size_t j = 0; j < d; ++j) {
      result[j * d + j] *= 1 + 1e-6;
      result[j * d + j] += 1e-12;
    }
    // By rounding the two halves may differ in the last bit; only the lower one is read.
    return result;
  }

  template <typename Visit>
  void fields(Visit&& visit) {
    visit("covariance.count", count);
    visit("covariance.mean", mean);
    visit("covariance.products", products);
  }
};

}  // namespace shamal::analysis::inference
