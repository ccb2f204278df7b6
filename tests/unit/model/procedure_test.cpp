// The value of every procedure, from plain arithmetic that stands beside it. Random ones by the
// mean and the standard deviation of many draws; those with a memory by their outputs step after
// step.
#include "model/procedure.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

namespace shamal::model {
namespace {

using P = Procedure;
using Vector = std::vector<double>;
using Arguments = std::vector<Vector>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMissing = -0x1p109;
constexpr double kInf = std::numeric_limits<double>::infinity();
const Vector kX = {0, 1, 2};
const Vector kY = {1, 1, 3};
// Types, priorities, widths, extra of two requesters.
const Vector kRectangles = {1, 2, 2, 0, 1, 1, 2, 0};
const Vector kTriangles = {2, 2, 2, 0, 2, 2, 2, 0};
const Vector kNormals = {3, 5, 1, 0, 3, 5, 1, 0};
const Vector kExponentials = {4, 1, 1, 0, 4, 0, 1, 0};
const Vector kFixedAndOther = {0, 0, 0, 0, 1, 1, 2, 0};
const Vector kUnknown = {7, 1, 1, 0, 7, 1, 1, 0};

struct Case {
  P procedure;
  Arguments arguments;
  Vector expected;
  double tolerance = 1e-13;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {P::allocate_available, {{4, 2}, kRectangles, {3.5}}, {3, 0.5}},
      {P::allocate_available, {{4, 2}, kRectangles, {7}}, {4, 2}},
      {P::allocate_available, {{4, 2}, kRectangles, {-1}}, {0, 0}},
      {P::allocate_available, {{4, 2}, kTriangles, {3}}, {2, 1}},
      {P::allocate_available, {{4, 2}, kNormals, {1.5}}, {1, 0.5}},
      // At x = 0 the first takes 4 (1 - e^-1 / 2), the second 2 / 2.
      {P::allocate_available,
       {{4, 2}, kExponentials, {5 - 2 * std::exp(-1.0)}},
       {4 - 2 * std::exp(-1.0), 1},
       1e-12},
      {P::allocate_available, {{4, 2}, kFixedAndOther, {5}}, {4, 1}},
      {P::allocate_available, {{4, 2}, kFixedAndOther, {3}}, {3, 0}},
      {P::allocate_available, {{4, 2}, kUnknown, {3}}, {kNan, kNan}},
      {P::allocate_by_priority, {{4, 2}, {2, 1}, {2}, {2}, {3.5}}, {3, 0.5}},
      {P::allocate_by_priority, {{3, 2}, {1, 9}, {2}, {1}, {3}}, {1, 2}},
      {P::allocate_by_priority, {{3, 1}, {4, 4}, {2}, {0}, {2}}, {1.5, 0.5}},
      {P::allocate, {{3.5}, {}, {4, 2}, {2, 1}, {2, 2}, {1, 1}}, {3, 0.5}},
      {P::allocate, {{1.5}, {}, {4, 2}, {5, 5}, {1, 1}, {3, 3}}, {1, 0.5}},
      {P::demand_at_price, {{4, 2}, kRectangles, {1.5}}, {3, 0.5}},
      {P::supply_at_price, {{4, 2}, kRectangles, {1.5}}, {1, 1.5}},
      {P::find_market_price, {{4, 2}, kRectangles, {2, 1}, kRectangles}, {2}},
      // Nothing is asked for: the lowest end of a curve.
      {P::find_market_price, {{0, 0}, kRectangles, {2, 1}, kRectangles}, {0}},
      {P::marketp, {{4, 2}, {2, 1}, {2}, {2}, {3.5}}, {1.5}},
      {P::marketp, {{4, 2}, {2, 1}, {2}, {2}, {9}}, {0}},
      {P::marketp, {{4, 2}, {2, 1}, {1}, {2}, {1}}, {2.5}},
      {P::vector_sort_order, {{5, 4, 7}, {1}}, {1, 0, 2}},
      {P::vector_sort_order, {{5, 5, 7}, {0}}, {2, 0, 1}},
      {P::vector_rank, {{5, 4, 7}, {1}}, {2, 1, 3}},
      {P::vector_rank, {{5, kNan, 7}, {-1}}, {2, 3, 1}},
      {P::vector_reorder, {{5, 4, 7}, {1, 2, 9}}, {4, 7, kMissing}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {0}, {0}}, {31}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {1}, {0}}, {210}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {2}, {0}}, {10}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {3}, {0}}, {21}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {4}, {0}}, {15.5}},
      {P::vector_select, {{2, 0, 3}, {1, 6, 2}, {-1}, {5}, {0}}, {8}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {6}, {0}}, {12}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {7}, {0}}, {35}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {8}, {0}}, {5}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {9}, {0}}, {7}},
      {P::vector_select, {{2, 0, 3}, {5, 6, 7}, {-1}, {10}, {0}}, {6}},
      {P::vector_select, {{0, 0}, {5, 6}, {-1}, {0}, {0}}, {-1}},
      {P::vector_select, {{0, 0}, {5, 6}, {-1}, {0}, {1}}, {kNan}},
      {P::vector_select, {{1, 1}, {5, 6}, {-1}, {0}, {2}}, {kNan}},
      {P::vector_lookup, {{1, 1, 3}, {1.5}, {0}, {2}, {0}}, {2}},
      {P::vector_lookup, {{1, 1, 3}, {1.5}, {0}, {2}, {1}}, {1.75}},
      {P::vector_lookup, {{1, 1, 3}, {1.5}, {0}, {2}, {2}}, {1}},
      {P::vector_lookup, {{1, 1, 3}, {2.5}, {0}, {2}, {3}}, {4}},
      {P::vector_lookup, {{1, 1, 3}, {1.5}, {0}, {2}, {4}}, {3}},
      {P::vector_lookup, {{1, 1, 3}, {2}, {0}, {2}, {5}}, {1.5}},
      {P::vector_lookup, {{1, 1, 3}, {1.5}, {0}, {2}, {6}}, {2}},
      {P::vector_lookup, {{1, 1, 3}, {3}, {0}, {2}, {7}}, {7}},
      {P::vector_lookup, {{1, 1, 3}, {5}, {0}, {2}, {8}}, {3}},
      {P::vector_lookup, {{1, 1, 3}, {5}, {0}, {2}, {9}}, {2}},
      {P::invert_matrix, {{1, 2, 3, 4}, {2}}, {-2, 1, 1.5, -0.5}},
      {P::invert_matrix, {{1, 2, 2, 4}, {2}}, {kNan, kNan, kNan, kNan}},
      {P::determinant, {{0, 2, 0, 1, 0, 0, 0, 0, 4}, {3}}, {-8}},
      {P::gammaln, {{10}}, {std::log(362880.0)}},
      {P::gammaln, {{0.5}}, {0.5 * std::log(std::numbers::pi)}},
      {P::gammaln, {{-0.5}}, {std::log(2 * std::sqrt(std::numbers::pi))}},
      {P::erf, {{0.5}}, {0.5204998778130465}},
      {P::factorial, {{5}}, {120}},
      {P::permutations, {{5, 0}, {3}}, {60}},
      {P::combinations, {{5}, {3}}, {10}},
      {P::combinations, {{52}, {5}}, {2598960}},
      {P::normalcdf, {{-1.96}, {1.96}, {0}, {0}}, {0.9500042097035592}, 1e-12},
      {P::normalcdf, {{1}, {3}, {2}, {1}}, {std::erf(1 / std::numbers::sqrt2)}, 1e-12},
      {P::invnorm, {{0.975}, {0}, {0}}, {1.959963984540054}, 1e-12},
      {P::invnorm, {{0.5}, {3}, {2}}, {3}, 1e-12},
      {P::invnorm, {{1e-10}, {0}, {0}}, {-6.361340902404056}, 1e-12},
      // The examples of Vensim's manual for ((0,1),(1,1),(2,2)) scaled to these points.
      {P::lookup_area, {{}, {0}, {1}}, {1}},
      {P::lookup_area, {{}, {2}, {4}}, {6}},
      {P::lookup_area, {{}, {2.5}, {0.5}}, {-4}},
      {P::lookup_backward, {{}, {1.5}}, {1}},
      {P::lookup_forward, {{}, {1.5}}, {3}},
      {P::lookup_forward, {{}, {2.5}}, {3}},
      {P::lookup_extrapolate, {{}, {2.5}}, {4}},
      {P::lookup_extrapolate, {{}, {-1}}, {1}},
      {P::lookup_invert, {{}, {2}}, {1.5}},
      {P::lookup_slope, {{}, {1.5}, {0}}, {2}},
      {P::lookup_slope, {{}, {1}, {0}}, {1}},
      {P::lookup_slope, {{}, {3}, {1}}, {2}},
      {P::lookup_slope, {{}, {3}, {0}}, {0}},
      {P::lookup_slope, {{}, {-1}, {-1}}, {kMissing}},
      {P::data_minimum, {{}, {0.5}, {2}}, {1}},
      {P::data_minimum, {{}, {3}, {4}}, {kMissing}},
      {P::data_maximum, {{}, {0}, {1.5}}, {1}},
      {P::data_maximum, {{}, {0}, {2}}, {3}},
      {P::data_median, {{}, {0}, {2}}, {1}},
      {P::data_median, {{}, {0.5}, {2}}, {2}},
      {P::lookuparea, {{}, {kInf}, {-kInf}, {0}}, {3}},
      {P::lookuparea, {{}, {1.5}, {-kInf}, {0}}, {1.75}},
      {P::lookuparea, {{}, {2}, {0.5}, {0}}, {2.5}},
      {P::lookuparea, {{}, {-1}, {3}, {0}}, {3}},
      {P::lookuparea, {{}, {1}, {3}, {1}}, {6}},
      {P::lookuparea, {{}, {0.5}, {2}, {2}}, {1.5}},
      {P::lookupinv, {{}, {2}, {0}}, {1.5}},
      // Trapezoids of area 1 around 1/2 and of area 2 around 19/12; rectangles of area 1.
      {P::lookupmean, {{}, {2}, {0}}, {11.0 / 9}},
      {P::lookupmean, {{}, {2}, {2}}, {1}},
      {P::lookupinv, {{}, {5}, {0}}, {2}},
      {P::lookupinv, {{}, {5}, {1}}, {3}},
  };
  return kCases;
}

ProcedureInputs inputs(const Arguments& arguments, std::vector<std::span<const double>>& spans) {
  spans.assign(arguments.begin(), arguments.end());
  ProcedureInputs in;
  in.arguments = spans;
  in.x = kX;
  in.y = kY;
  return in;
}

TEST(Procedures, HaveTheirValues) {
  for (const Case& one : cases()) {
    const ProcedureRow& called = row(one.procedure);
    std::vector<std::span<const double>> spans;
    Vector result(one.expected.size());
    called.of.apply(inputs(one.arguments, spans), result);
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (std::isnan(one.expected[i])) {
        EXPECT_TRUE(std::isnan(result[i])) << called.name;
      } else {
        EXPECT_NEAR(result[i], one.expected[i],
                    one.tolerance * std::max(1.0, std::fabs(one.expected[i])))
            << called.name << " " << i;
      }
    }
  }
}

TEST(Procedures, AllocationsAddUp) {
  const Vector requests = {3, 2, 4};
  for (const double type : {1.0, 2.0, 3.0, 4.0}) {
    const Vector profiles = {type, 1, 1, 0, type, 2, 3, 0, type, 3, 0.5, 0};
    for (double available = 0.001; available < 9; available += 0.37) {
      std::vector<std::span<const double>> spans;
      Vector result(3);
      row(P::allocate_available).of.apply(inputs({requests, profiles, {available}}, spans), result);
      EXPECT_NEAR(std::accumulate(result.begin(), result.end(), 0.0), available, 1e-12)
          << type << " " << available;
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_GE(result[i], 0);
        EXPECT_LE(result[i], requests[i] * (1 + 1e-15));
      }
    }
  }
}

TEST(Procedures, AMatrixTimesItsInverseIsTheUnit) {
  constexpr std::size_t kSize = 7;
  Vector matrix;
  for (std::size_t i = 0; i < kSize * kSize; ++i) {
    matrix.push_back(std::sin(static_cast<double>(i * i + 1)));
  }
  std::vector<std::span<const double>> spans;
  Vector inverse(matrix.size());
  row(P::invert_matrix).of.apply(inputs({matrix, {kSize}}, spans), inverse);
  for (std::size_t i = 0; i < kSize; ++i) {
    for (std::size_t j = 0; j < kSize; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < kSize; ++k) {
        sum += matrix[i * kSize + k] * inverse[k * kSize + j];
      }
      EXPECT_NEAR(sum, i == j ? 1 : 0, 1e-12);
    }
  }
}

// ---- random numbers

struct Draws {
  P procedure;
  Arguments arguments;
  double mean;
  double deviation;
};

// Of the density that goes from 1 over 1 to 3 at 0, 1, 2 with area 3: by integration.
constexpr double kDensityMean = (0.5 + (1.5 + 2.0 / 3 + 1)) / 3;

const std::vector<Draws>& random_cases() {
  static const std::vector<Draws> kCases = {
      {P::random_uniform, {{2}, {4}, {0}}, 3, 2 / std::sqrt(12.0)},
      {P::random_0_1, {{}}, 0.5, 1 / std::sqrt(12.0)},
      {P::random_normal, {{-kInf}, {kInf}, {3}, {2}, {0}}, 3, 2},
      // Half a normal number: mean sqrt(2 / pi).
      {P::random_normal,
       {{0}, {kInf}, {0}, {1}, {7}},
       std::sqrt(2 / std::numbers::pi),
       std::sqrt(1 - 2 / std::numbers::pi)},
      {P::random_exponential, {{0}, {kInf}, {1}, {2}, {0}}, 3, 2},
      {P::random_poisson, {{0}, {kInf}, {4}, {0}, {1}, {0}}, 4, 2},
      {P::random_poisson, {{0}, {kInf}, {400}, {0}, {1}, {0}}, 400, 20},
      {P::random_gamma, {{0}, {kInf}, {4}, {0}, {1}, {0}}, 4, 2},
      {P::random_beta, {{0}, {1}, {2}, {3}, {0}, {1}, {0}}, 0.4, 0.2},
      {P::random_binomial, {{0}, {kInf}, {0.5}, {16}, {0}, {1}, {0}}, 8, 2},
      {P::random_binomial, {{0}, {kInf}, {0.1}, {400}, {0}, {1}, {0}}, 40, 6},
      {P::random_negative_binomial, {{0}, {kInf}, {0.5}, {4}, {0}, {1}, {0}}, 8, std::sqrt(8.0)},
      {P::random_triangular, {{-9}, {9}, {0}, {1}, {5}, {0}}, 2, std::sqrt(21.0 / 18)},
      {P::random_weibull,
       {{0}, {kInf}, {2}, {0}, {1}, {0}},
       1,
       std::sqrt(4 / std::numbers::pi - 1)},
      {P::random_lookup,
       {{}, {-9}, {9}, {0}, {1}, {0}},
       kDensityMean,
       std::sqrt(5.5 / 3 - kDensityMean * kDensityMean)},
      {P::beta, {{2}, {3}, {}}, 0.4, 0.2},
      {P::binomial, {{16}, {0.5}, {}}, 8, 2},
      {P::gamma, {{0.25}, {4}, {}}, 1, 2},
      {P::geometric, {{0.5}, {}}, 2, std::sqrt(2.0)},
      {P::logistic, {{1}, {2}, {}}, 1, 2 * std::numbers::pi / std::sqrt(3.0)},
      {P::negbinomial, {{4}, {0.5}, {}}, 4, std::sqrt(8.0)},
      {P::pareto, {{5}, {2}, {}}, 2.5, 2 * std::sqrt(5.0 / (16.0 * 3))},
      {P::triangular, {{0}, {1}, {5}, {}}, 2, std::sqrt(21.0 / 18)},
      {P::weibull,
       {{2}, {3}, {}},
       1.5 * std::sqrt(std::numbers::pi),
       3 * std::sqrt(1 - std::numbers::pi / 4)},
      {P::montecarlo, {{20}, {}}, 0.2, 0.4},
  };
  return kCases;
}

TEST(Procedures, DrawWhatTheyAreNamedAfter) {
  constexpr int kDraws = 20'000;
  for (const Draws& one : random_cases()) {
    const ProcedureRow& called = row(one.procedure);
    std::vector<std::span<const double>> spans;
    ProcedureInputs in = inputs(one.arguments, spans);
    in.draw.key = base::random_key(1, 0);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      in.draw.step = static_cast<std::uint32_t>(i);
      Vector result(1);
      called.of.apply(in, result);
      sum += result[0];
      squares += (result[0] - one.mean) * (result[0] - one.mean);
    }
    // Four standard errors; that of a deviation is at most about 3 times sd / sqrt(2 n) here.
    EXPECT_NEAR(sum / kDraws, one.mean, 4 * one.deviation / std::sqrt(kDraws)) << called.name;
    EXPECT_NEAR(std::sqrt(squares / kDraws), one.deviation,
                4 * 3 * one.deviation / std::sqrt(2.0 * kDraws))
        << called.name;
  }
}

TEST(Procedures, BoundsThatNothingMeetsGiveNoNumber) {
  std::vector<std::span<const double>> spans;
  Vector result(1);
  row(P::random_exponential).of.apply(inputs({{-2}, {-1}, {0}, {1}, {0}}, spans), result);
  EXPECT_TRUE(std::isnan(result[0]));
}

// ---- memory

struct Memory {
  P procedure;
  std::vector<Arguments> steps;  // arguments at each step
  Vector outputs;
};

// The same arguments, but one that changes.
std::vector<Arguments> varying(const Arguments& others, std::size_t which, const Vector& values) {
  std::vector<Arguments> steps(values.size(), others);
  for (std::size_t i = 0; i < values.size(); ++i) {
    steps[i][which] = {values[i]};
  }
  return steps;
}

std::vector<Arguments> varying_two(std::vector<Arguments> steps, std::size_t which,
                                   const Vector& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    steps[i][which] = {values[i]};
  }
  return steps;
}

const std::vector<Memory>& memory_cases() {
  static const std::vector<Memory> kCases = {
      // Two levels of 2 steps each: a pulse of 8 gives 0, 0, 2, 2, 1.5, 1.
      {P::delay_n, varying({{}, {4}, {4}, {0}, {2}}, 0, {8, 0, 0, 0, 0, 0}), {0, 0, 2, 2, 1.5, 1}},
      // The order shrinks to 2, since a level must last a step.
      {P::delay_n, varying({{}, {2.5}, {2.5}, {5}, {3}}, 0, {5, 5, 5}), {5, 5, 5}},
      {P::delay_n, varying({{}, {2}, {2}, {0}, {9}}, 0, {8, 0, 0, 0}), {0, 0, 8, 0}},
      {P::smooth_n, varying({{}, {4}, {4}, {0}, {2}}, 0, {8, 8, 8, 8}), {0, 0, 2, 4}},
      {P::delay_information, varying({{}, {2}, {-1}}, 0, {5, 6, 7, 8}), {-1, -1, 5, 6}},
      // The input at step 1 comes out at step 2, together with that at step 0, which it replaces.
      {P::delay_information,
       varying_two(varying({{}, {}, {-1}}, 0, {5, 6, 7, 8, 9}), 1, {2, 1, 3, 3, 3}),
       {-1, -1, 6, 6, 6}},
      {P::delay_material, varying({{}, {2}, {2}, {-1}, {0}}, 0, {5, 6, 7, 8}), {-1, -1, 5, 6}},
      // 10 by halves, three tenths and fifths in periods of a step; then in periods of two.
      {P::depreciate_by_schedule,
       varying({{}, {50, 30, 20}, {0}, {3}, {0}}, 0, {10, 0, 0, 0}),
       {5, 3, 2, 0}},
      {P::depreciate_by_schedule,
       varying({{}, {0.5, 0.3, 0.2}, {4, 2, 0}, {6}, {-1}}, 0, {10, 10, 10, 10}),
       {7, 7.5, 7.5, 9}},
      {P::delay_material,
       varying_two(varying({{}, {}, {2}, {-1}, {0}}, 0, {5, 6, 7, 8, 9}), 1, {2, 1, 3, 3, 3}),
       {-1, -1, 11, 0, 0}},
      // 3 a step to batches of 5, each 2 steps in work: full after 2, 4 and 6 steps.
      {P::delay_batch,
       varying({{3}, {5}, {2}, {7}, {0}, {0}}, 0, Vector(7, 3)),
       {7, 0, 0, 5, 0, 5, 0}},
      // 9 on a belt of 3 steps, as the profile's thirds of area 2/3, 7/9 and 14/9; it slows to 4.
      {P::delay_conveyor,
       varying({{}, {4}, {0}, {}, {9}, {3}}, 0, {5, 6, 0, 0, 0, 0}),
       {2, 7.0 / 3, 0, 14.0 / 3, 5, 6}},
      // A tenth of all that is on the belt is lost in each step.
      {P::delay_conveyor, varying({{}, {2}, {0.1}, {}, {0}, {2}}, 0, {10, 0, 0}), {0, 0, 8.1}},
      {P::delay_profile,
       varying({{}, {}, {1.5}, {1.5}, {2}, {0}}, 1, Vector(5, 2)),
       {2, 2, 2, 2, 2}},
      {P::depreciate_straightline,
       varying({{}, {4}, {2}, {0}}, 0, {8, 8, 0, 0, 0, 0}),
       {4, 4, 4, 4, 0, 0}},
      {P::depreciate_straightline, varying({{}, {3}, {1}, {6}}, 0, {6, 0, 0, 0}), {6, 4, 2, 0}},
      // 9 at ages 1 and 2, as the profile's halves of area 1 and 2: 6 and 3, the older ones 6. In
      // each step 4 go and 3 come.
      {P::queue_age_oldest, varying({{}, {4}, {}, {9}, {2}}, 0, {3, 3, 3, 3}), {2, 3, 3, 2}},
      {P::queue_age_average,
       varying({{}, {4}, {}, {9}, {2}, {0}}, 0, {3, 3, 3}),
       {15.0 / 9, (3 * 1 + 3 * 2 + 2 * 3) / 8.0, (3 * 1 + 3 * 2 + 1 * 3) / 7.0}},
      // Of the oldest 4: all 2 old; then 2 of age 3 and 2 of age 2.
      {P::queue_age_average, varying({{}, {4}, {}, {9}, {2}, {4}}, 0, {3, 3}), {2, 2.5}},
      {P::queue_age_in_range, varying({{}, {4}, {}, {9}, {2}, {1}, {2}}, 0, {3, 3, 3}), {9, 6, 6}},
      {P::queue_age_in_range,
       varying({{}, {4}, {}, {9}, {2}, {kMissing}, {1}}, 0, {3, 3, 3}),
       {3, 3, 3}},
      // More goes than there is.
      {P::queue_age_average, varying({{}, {20}, {}, {9}, {2}, {0}}, 0, {3, 3}), {15.0 / 9, 1}},
      // 100 at the start for 60 and 72 later: 20 percent; a period earlier; for 130 after it.
      {P::internal_rate_of_return, varying({{}, {1}, {-100}, {0}}, 0, {60, 72}), {-0.4, 0.2}},
      {P::internal_rate_of_return,
       varying({{}, {1}, {-100}, {-1}}, 0, {60, 72}),
       {std::sqrt(0.6) - 1, 0.11589512301359127}},
      {P::internal_rate_of_return, varying({{}, {1}, {-100}, {1}}, 0, {0, 130}), {kMissing, 0.3}},
      // Beyond 100 percent there is no answer.
      {P::internal_rate_of_return, varying({{}, {1}, {-100}, {0}}, 0, {210}), {kMissing}},
      {P::irr, varying({{}, {7}}, 0, {-100, 60, 72}), {7, -0.4, 0.2}},
  };
  return kCases;
}

TEST(Procedures, RememberFromStepToStep) {
  for (const Memory& one : memory_cases()) {
    const ProcedureRow& called = row(one.procedure);
    ASSERT_TRUE(called.keeps()) << called.name;
    Kept kept;
    for (std::size_t step = 0; step < one.outputs.size(); ++step) {
      std::vector<std::span<const double>> spans;
      ProcedureInputs in = inputs(one.steps[step], spans);
      in.time = static_cast<double>(step);
      if (step == 0) {
        called.of.start(in, kept);
        ASSERT_FALSE(kept.empty()) << called.name;
      }
      in.kept = kept;
      Vector result(1);
      called.of.apply(in, result);
      EXPECT_NEAR(result[0], one.outputs[step], 1e-12) << called.name << " at step " << step;
      in.kept = {};
      called.of.advance(in, kept);
    }
  }
}

TEST(Procedures, AreAllTestedHere) {
  std::set<P> tested;
  for (const Case& one : cases()) {
    tested.insert(one.procedure);
  }
  for (const Draws& one : random_cases()) {
    tested.insert(one.procedure);
  }
  for (const Memory& one : memory_cases()) {
    tested.insert(one.procedure);
  }
  for (const ProcedureRow& called : procedure_rows()) {
    EXPECT_TRUE(tested.count(called.procedure) == 1) << called.name;
  }
}

}  // namespace
}  // namespace shamal::model
