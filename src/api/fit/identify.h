// What the data can say about each parameter, before any sampling: the expected (Fisher)
// information at a point, where the prior of every parameter is a standard normal number.
//
//   F_kl = Σ_i w_i (∂m_i/∂z_k) (∂m_i/∂z_l) I_i,   I_i = E[(∂ log p(y_i | m_i) / ∂m_i)²]
//
// To first order the posterior has the covariance C = (1 + F)⁻¹. A parameter whose F_kk is small is
// one that the data say nothing about; one whose F_kk is large while C_kk stays near 1 is known
// only in combination with others; the eigenvectors of F say in which. Limits: a straight line laid
// through a curved model at one point. An error that is estimated adds what it says of its own
// logarithm (2 an observation of a Gaussian one).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "api/fit/posterior.h"

namespace shamal::api {

struct Identified {
  std::vector<double> alone;      // 1 / (1 + F_kk): variance left if all others were known
  std::vector<double> together;   // C_kk: variance left
  std::vector<double> values;     // eigenvalues of F, descending
  std::vector<double> vectors;    // [eigenvalue][parameter]
  std::vector<double> by_series;  // [series][parameter]: what each adds to F_kk
};

// (1 + F)⁻¹ of it, row by row: to first order the posterior's covariance.
std::vector<double> covariance_of(const Identified& identified, std::size_t dimensions);

// At a point z, or the mean F of several, row by row. Needs a gradient.
Identified identify(const Posterior& posterior, std::span<const double> at);

// Eigenvalues, descending, and eigenvectors of a symmetric matrix (row by row), by Jacobi's
// rotations.
struct Eigen {
  std::vector<double> values;
  std::vector<double> vectors;  // [eigenvalue][element]
};
Eigen eigen(std::vector<double> matrix, std::size_t n);

}  // namespace shamal::api
