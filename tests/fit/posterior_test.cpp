// The posterior of a study as a density: against closed forms, against differences, and against
// itself in other batches.
#include "api/fit/posterior.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "fit/study_fixture.h"

namespace shamal {
namespace {

using fit_tests::load;

std::vector<double> some_points(std::size_t n, std::size_t d) {
  std::vector<double> points;
  for (std::uint32_t i = 0; i < n * d; ++i) {
    const auto pair = base::DrawPlace{base::random_key(5, 0), i, 0}.pair(0);
    points.push_back(1.5 * (pair[0] + pair[1] - 1));
  }
  return points;
}

TEST(Posterior, OfALinearModelIsItsClosedForm) {
  const auto loaded = load("linear");
  const api::Posterior& posterior = *loaded->posterior;
  ASSERT_EQ(posterior.dimensions(), 2u);
  const auto density = posterior.density();
  const std::vector<double> points = some_points(5, 2);
  std::vector<double> values(5);
  std::vector<double> gradients(10);
  density.evaluate(points, values, gradients);
  // log density less that of the first point, from the levels' closed form
  const auto by_hand = [&](double z0, double z1) {
    const double start = 20 + 8 * z0;
    const double supply = 10 + 3 * z1;
    double sum = -0.5 * (z0 * z0 + z1 * z1);
    std::size_t used = 0;
    for (const analysis::Observation& row : loaded->files.observations.usable) {
      if (row.time.middle > 17.99) {
        continue;
      }
      ++used;
      const double kept = std::pow(1 - 0.25 * 0.2, 4 * row.time.middle);
      const double level = kept * start + (1 - kept) * supply / 0.2;
      const double sd = 0.1 * row.value / 1.6448536269514722;
      sum -= 0.5 * std::pow((row.value - level) / sd, 2);
    }
    EXPECT_EQ(used, posterior.points().size());
    return sum;
  };
  for (std::size_t i = 0; i < 5; ++i) {
    const double expected =
        by_hand(points[2 * i], points[2 * i + 1]) - by_hand(points[0], points[1]);
    EXPECT_NEAR(values[i] - values[0], expected, 1e-8 * (1 + std::fabs(expected)));
  }
}

void expect_gradient(const std::string& study) {
  const auto loaded = load(study);
  const api::Posterior& posterior = *loaded->posterior;
  const std::size_t d = posterior.dimensions();
  const auto density = posterior.density();
  const std::vector<double> points = some_points(3, d);
  std::vector<double> values(3);
  std::vector<double> gradients(3 * d);
  density.evaluate(points, values, gradients);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(std::isfinite(values[i]));
    for (std::size_t k = 0; k < d; ++k) {
      std::vector<double> two;
      for (const double sign : {-1.0, 1.0}) {
        two.insert(two.end(), points.begin() + static_cast<std::ptrdiff_t>(i * d),
                   points.begin() + static_cast<std::ptrdiff_t>((i + 1) * d));
        two[two.size() - d + k] += sign * kStep;
      }
      std::vector<double> at(2);
      density.evaluate(two, at, {});
      const double difference = (at[1] - at[0]) / (2 * kStep);
      EXPECT_NEAR(gradients[i * d + k], difference, 1e-5 * (1 + std::fabs(difference)))
          << study << ": " << posterior.parameters()[k].name;
    }
  }
}

TEST(Posterior, HasTheGradientThatDifferencesShow) {
  expect_gradient("linear");
  expect_gradient("sir");
  expect_gradient("regions");
  expect_gradient("discrepancy");
}

TEST(Posterior, OfAPointDependsOnNothingElse) {
  const auto loaded = load("regions");
  const std::size_t d = loaded->posterior->dimensions();
  const std::vector<double> points = some_points(9, d);
  std::vector<double> values(9);
  std::vector<double> gradients(9 * d);
  loaded->posterior->density().evaluate(points, values, gradients);
  const auto alone = load("regions", {true, 1, {}});
  for (std::size_t i = 0; i < 9; ++i) {
    std::vector<double> value(1);
    std::vector<double> gradient(d);
    alone->posterior->density().evaluate(std::span(points).subspan(i * d, d), value, gradient);
    EXPECT_EQ(value[0], values[i]);
    for (std::size_t k = 0; k < d; ++k) {
      EXPECT_EQ(gradient[k], gradients[i * d + k]);
    }
  }
}

TEST(Posterior, NamesItsParameters) {
  const auto loaded = load("regions");
  std::string names;
  for (const api::FitParameter& parameter : loaded->posterior->parameters()) {
    names += parameter.name + "\n";
  }
  EXPECT_EQ(names,
            "Loss rate\nRate of incidents\nspread of Loss rate\neffect of Loss rate[North]\n"
            "effect of Loss rate[South]\neffect of Loss rate[West]\nerror of held, South\n"
            "break 1 of held, South\nbias of total, All\n");
}

TEST(Posterior, JacobianIsThatOfTheModelledValues) {
  const auto loaded = load("regions");
  const api::Posterior& posterior = *loaded->posterior;
  const std::size_t d = posterior.dimensions();
  const std::size_t n = posterior.points().size();
  const std::vector<double> z = some_points(1, d);
  const std::vector<double> jacobian = posterior.jacobian(z);
  constexpr double kStep = 1e-5;
  for (std::size_t k = 0; k < d; ++k) {
    std::vector<double> two = z;
    two.insert(two.end(), z.begin(), z.end());
    two[k] -= kStep;
    two[d + k] += kStep;
    const auto at = posterior.evaluate(two);
    for (std::size_t i = 0; i < n; ++i) {
      const double difference = (at.modelled[n + i] - at.modelled[i]) / (2 * kStep);
      EXPECT_NEAR(jacobian[i * d + k], difference, 1e-6 * (1 + std::fabs(difference)));
    }
  }
}

// What was observed after the window cannot move the density: it is not in it.
TEST(Posterior, DoesNotReadTheHoldout) {
  const auto loaded = load("sir");
  auto changed = load("sir");
  double end = changed->files.study.calendar.time(changed->files.study.calibration_end);
  std::size_t held_out = 0;
  for (analysis::Observation& row : changed->files.observations.usable) {
    if (row.time.middle > end) {
      row.value = 1e9;
      ++held_out;
    }
  }
  EXPECT_GT(held_out, 5u);
  const auto posterior =
      api::Posterior::make(*changed->compiled, changed->files, {}, changed->diagnostics);
  ASSERT_TRUE(posterior.has_value());
  const std::vector<double> z = some_points(1, posterior->dimensions());
  std::vector<double> one(1);
  std::vector<double> other(1);
  posterior->density().evaluate(z, one, {});
  loaded->posterior->density().evaluate(z, other, {});
  EXPECT_EQ(one[0], other[0]);
}

}  // namespace
}  // namespace shamal
