// The few operations on small dense matrices that samplers need, row by row in a vector.
#pragma once

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
