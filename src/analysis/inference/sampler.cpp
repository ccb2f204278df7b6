#include "analysis/inference/sampler.h"

#include <algorithm>
#include <cmath>

#include "analysis/inference/sampler_rows.h"

namespace shamal::analysis::inference {

std::span<const SamplerRow> samplers() {
  static constexpr SamplerRow kRows[] = {
      {"nuts", true, start_nuts, resume_nuts},
      {"chees", true, start_chees, resume_chees},
      {"demcz", false, start_demcz, resume_demcz},
      {"metropolis", false, start_metropolis, resume_metropolis},
  };
  return kRows;
}

const SamplerRow* find_sampler(std::string_view name) {
  for (const SamplerRow& row : samplers()) {
    if (row.name == name) {
      return &row;
    }
  }
  return nullptr;
}

StartPoints find_start_points(const LogDensity& density, std::span<const double> candidates,
                              std::size_t count, std::size_t batch) {
  const std::size_t d = density.dimensions;
  const std::size_t all = candidates.size() / d;
  StartPoints result;
  while (result.tried < all && result.found < count) {
    const std::size_t n = std::min(batch, all - result.tried);
    const std::span<const double> points = candidates.subspan(result.tried * d, n * d);
    std::vector<double> values(n);
    std::vector<double> gradients(density.has_gradient ? n * d : 0);
    density.evaluate(points, values, gradients);
    for (std::size_t i = 0; i < n && result.found < count; ++i) {
      ++result.tried;
      bool good = std::isfinite(values[i]);
      for (std::size_t j = 0; j < d && density.has_gradient; ++j) {
        good = good && std::isfinite(gradients[i * d + j]);
      }
      if (good) {
        ++result.found;
        result.points.insert(result.points.end(),
                             points.begin() + static_cast<std::ptrdiff_t>(i * d),
                             points.begin() + static_cast<std::ptrdiff_t>((i + 1) * d));
      }
    }
  }
  return result;
}

}  // namespace shamal::analysis::inference
