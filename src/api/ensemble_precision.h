// How far an ensemble in single precision is from double.
#pragma once

#include <cstdint>
#include <string>

#include "api/ensemble.h"

namespace shamal::api {

struct PrecisionError {
  std::uint64_t runs = 0;  // that were done in both
  double relative = 0;     // largest difference, relative to the largest value of its variable
  std::string variable;    // where that is; empty if there is none
};

// Of the ensemble's first block of runs and what is saved of it.
PrecisionError precision_error(const PreparedEnsemble& prepared);

}  // namespace shamal::api
