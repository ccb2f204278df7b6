// The derivatives of every smooth procedure at a point without kinks: along a direction of all
// arguments that move it, tangents, adjoints and central differences agree. Those with a memory
// run over a few steps.
#include "model/procedure_derivative.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "model/recorded.h"

namespace shamal::model {
namespace {

using P = Procedure;
using Vector = std::vector<double>;
using Arguments = std::vector<Vector>;

const Vector kX = {0, 1, 2.5};
const Vector kY = {1, 1.5, 3};

struct Case {
  P procedure;
  std::vector<Arguments> steps;  // one, unless it remembers
};

// The same arguments, but one that changes.
std::vector<Arguments> varying(const Arguments& others, std::size_t which, const Vector& values) {
  std::vector<Arguments> steps(values.size(), others);
  for (std::size_t i = 0; i < values.size(); ++i) {
    steps[i][which] = {values[i]};
  }
  return steps;
}

std::vector<Case> cases() {
  // Types, priorities, widths, extra of three requesters.
  const auto profiles = [](double type) {
    return Vector{type, 2, 2, 0, type, 1.4, 3, 0, type, 1.1, 2.5, 0};
  };
  const Vector requests = {4, 2, 3};
  const Vector mixed = {0, 0, 0, 0, 1, 1.2, 2, 0, 4, 1, 0.7, 0};
  // A curve without a width, on which the market clears, between two that have one.
  const Vector jump = {1, 3, 1, 0, 2, 1.5, 0, 0, 1, 0.4, 1, 0};
  const Vector matrix = {2, 0.3, -1, 0.5, 1.7, 0.2, 0.4, -0.6, 3};
  std::vector<Case> made = {
      {P::allocate_available, {{requests, mixed, {6.3}}}},
      {P::allocate_available, {{requests, mixed, {2.5}}}},
      {P::allocate_available, {{requests, mixed, {20}}}},
      {P::allocate_available, {{requests, jump, {5}}}},
      {P::allocate_by_priority, {{requests, {2, 1.3, 1.1}, {3}, {2.5}, {4.4}}}},
      {P::allocate, {{{4.1}, {}, requests, {2, 1.3, 1.1}, {2, 1, 1.5}, {3, 2, 1}}}},
      {P::marketp, {{requests, {2, 1.3, 1.1}, {3}, {2.5}, {4.4}}}},
      // Less is asked for than there is, at any price.
      {P::marketp, {{requests, {2, 1.3, 1.1}, {3}, {2.5}, {14.4}}}},
      {P::find_market_price, {{requests, profiles(2), {5, 1.5}, {1, 0.5, 4, 0, 3, 1, 2, 0}}}},
      {P::vector_reorder, {{{4, 2, 3}, {2, 0, 0}}}},
      {P::invert_matrix, {{matrix, {3}}}},
      {P::determinant, {{matrix, {3}}}},
      // Of rank two: the inverse is of no use here.
      {P::determinant, {{{1, 2, 3, 4, 5, 6, 5, 7, 9}, {3}}}},
      {P::gammaln, {{{3.7}}}},
      {P::gammaln, {{{-1.3}}}},
      {P::lookup_area, {{{}, {0.4}, {1.9}}}},
      {P::lookup_extrapolate, {{{}, {3.3}}}},
      {P::lookup_invert, {{{}, {1.2}}}},
      {P::lookuparea, {{{}, {2.2}, {0.3}, {0}}}},
      {P::lookuparea, {{{}, {2.2}, {0.3}, {2}}}},
      {P::lookuparea, {{{}, {4.2}, {-0.3}, {1}}}},
      {P::lookupinv, {{{}, {3.5}, {1}}}},
      {P::delay_n, varying({{}, {4.3}, {4.1}, {0.7}, {3}}, 0, {8, 3, 4, 1, 6, 2})},
      {P::smooth_n, varying({{}, {4.3}, {4.1}, {0.7}, {3}}, 0, {8, 3, 4, 1, 6, 2})},
      {P::delay_information, varying({{}, {2}, {-1.5}}, 0, {5, 6, 7, 8, 9})},
      {P::delay_material, varying({{2}, {}, {3}, {-1.5}, {0.3}}, 1, {2, 2, 1, 3, 3, 2})},
      {P::delay_batch, varying({{}, {5}, {2}, {7.5}, {0}, {0.4}}, 0, {3.1, 2.7, 3.3, 3, 3, 3, 3})},
      {P::delay_conveyor, varying({{}, {3.2}, {0.1}, {}, {9}, {3}}, 0, {5, 6, 4, 7, 3, 2})},
      {P::delay_profile, varying({{}, {}, {1.6}, {1.7}, {2}, {0.1}}, 1, {2, 3, 1, 4, 2})},
      {P::depreciate_straightline, varying({{}, {4}, {2}, {3}}, 0, {8, 7, 2, 5, 1, 3})},
      {P::depreciate_by_schedule,
       varying({{}, {0.5, 0.3, 0.4}, {4, 2, 1}, {6}, {-1}}, 0, {10, 9, 11, 8})},
      {P::internal_rate_of_return, varying({{}, {1}, {-100}, {0}}, 0, {60, 72, 10})},
      {P::irr, varying({{}, {7}}, 0, {-100, 60, 72, 4})},
      {P::queue_age_average, varying({{}, {3.7}, {}, {9}, {3}, {5}}, 0, {3, 3.5, 2, 3})},
      {P::queue_age_in_range, varying({{}, {3.7}, {}, {9}, {3}, {1}, {2}}, 0, {3, 3.5, 2, 3})},
  };
  for (const double type : {1, 2, 3, 4}) {
    made.push_back({P::allocate_available, {{requests, profiles(type), {4.2}}}});
    made.push_back({P::demand_at_price, {{requests, profiles(type), {1.7}}}});
    made.push_back({P::supply_at_price, {{requests, profiles(type), {1.3}}}});
  }
  for (const double mode : {0, 1, 3, 5, 6, 7, 8, 9}) {
    const bool inverse = mode == 5 || mode == 8;
    made.push_back({P::vector_lookup, {{{1, 3, 4}, {inverse ? 3.4 : 1.6}, {0.5}, {2.2}, {mode}}}});
  }
  return made;
}

// One case with its derivatives along a fixed direction.
class Subject {
 public:
  explicit Subject(const Case& of) : row_(row(of.procedure)), steps_(of.steps), by_(0) {
    for (std::size_t a = 0; a < row_.moves.size(); ++a) {
      by_ |= row_.moves[a] == '+' ? 1u << a : 0u;
    }
    double place = 0;
    for (const Arguments& arguments : steps_) {
      Arguments& direction = directions_.emplace_back();
      for (const Vector& argument : arguments) {
        Vector& made = direction.emplace_back();
        for (std::size_t i = 0; i < argument.size(); ++i) {
          made.push_back(follows(direction.size() - 1) ? std::cos(++place) : 0.0);
        }
      }
    }
    // The type of a profile and its fourth number choose; they do not move.
    for (std::size_t a = 0; a < row_.arguments.size(); ++a) {
      for (std::size_t i = 0; i < directions_[0][a].size(); ++i) {
        const bool profile = row_.arguments[a] == 'p' || row_.arguments[a] == 'q';
        if (profile && i % 4 % 3 == 0) {
          directions_[0][a][i] = 0;
        }
      }
    }
    results_ = row_.result == 's'         ? 1
               : row_.arguments[0] == 's' ? steps_[0][2].size()
                                          : steps_[0][0].size();
  }

  // A weighted sum of all results, a distance along the direction.
  double value(double distance) const {
    Kept kept;
    double sum = 0;
    for (std::size_t n = 0; n < steps_.size(); ++n) {
      Arguments moved = steps_[n];
      for (std::size_t a = 0; a < moved.size(); ++a) {
        for (std::size_t i = 0; i < moved[a].size(); ++i) {
          moved[a][i] += distance * directions_[n][a][i];
        }
      }
      std::vector<std::span<const double>> spans;
      ProcedureInputs in = inputs(moved, n, spans);
      if (row_.keeps() && n == 0) {
        row_.of.start(in, kept);
      }
      in.kept = kept;
      Vector result(results_);
      row_.of.apply(in, result);
      sum += weighted(result, n);
      if (row_.keeps()) {
        row_.of.advance(in, kept);
      }
    }
    return sum;
  }

  double forward() const {
    Kept kept;
    double sum = 0;
    for (std::size_t n = 0; n < steps_.size(); ++n) {
      Arguments all = steps_[n];
      all.insert(all.end(), directions_[n].begin(), directions_[n].end());
      std::vector<std::span<const double>> spans;
      ProcedureInputs in = inputs(all, n, spans);
      if (row_.keeps() && n == 0) {
        start_tangent(row_, by_, in, kept);
      }
      in.kept = kept;
      Vector result(results_);
      apply_tangent(row_, by_, in, result);
      sum += weighted(result, n);
      if (row_.keeps()) {
        advance_tangent(row_, by_, in, kept);
      }
    }
    return sum;
  }

  double backward() const {
    std::vector<Kept> remembered;  // when each step begins
    Kept kept;
    for (std::size_t n = 0; n < steps_.size() && row_.keeps(); ++n) {
      std::vector<std::span<const double>> spans;
      const ProcedureInputs in = inputs(steps_[n], n, spans);
      if (n == 0) {
        row_.of.start(in, kept);
      }
      remembered.push_back(kept);
      row_.of.advance(in, kept);
    }
    Kept next;
    double sum = 0;
    for (std::size_t n = steps_.size(); n-- > 0;) {
      Arguments all = steps_[n];
      Vector& adjoint = all.emplace_back();
      for (std::size_t i = 0; i < results_; ++i) {
        adjoint.push_back(weight(i, n));
      }
      std::vector<std::span<const double>> spans;
      ProcedureInputs in = inputs(all, n, spans);
      if (row_.keeps()) {
        in.kept = remembered[n];
      }
      Vector found(followed());
      apply_adjoint(row_, by_, in, n == 0, found);
      sum += along(found, n);
      if (row_.keeps()) {
        apply_adjoint_of_step(row_, by_, in, n == 0, next, found);
        sum += along(found, n);
        advance_adjoint(row_, in, next);
      }
    }
    return sum;
  }

 private:
  bool follows(std::size_t a) const { return ((by_ >> a) & 1u) != 0; }

  static ProcedureInputs inputs(const Arguments& arguments, std::size_t step,
                                std::vector<std::span<const double>>& spans) {
    spans.assign(arguments.begin(), arguments.end());
    ProcedureInputs in;
    in.arguments = spans;
    in.x = kX;
    in.y = kY;
    in.time = static_cast<double>(step);
    return in;
  }

  static double weight(std::size_t i, std::size_t step) {
    return std::sin(1 + static_cast<double>(i + 3 * step));
  }
  static double weighted(const Vector& result, std::size_t step) {
    double sum = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
      sum += weight(i, step) * result[i];
    }
    return sum;
  }

  std::size_t followed() const {
    std::size_t count = 0;
    for (std::size_t a = 0; a < row_.arguments.size(); ++a) {
      count += follows(a) ? steps_[0][a].size() : 0;
    }
    return count;
  }
  double along(const Vector& adjoints, std::size_t step) const {
    double sum = 0;
    auto next = adjoints.begin();
    for (std::size_t a = 0; a < row_.arguments.size(); ++a) {
      for (std::size_t i = 0; follows(a) && i < steps_[step][a].size(); ++i) {
        sum += *next++ * directions_[step][a][i];
      }
    }
    return sum;
  }

  const ProcedureRow& row_;
  std::vector<Arguments> steps_;
  std::uint32_t by_;
  std::vector<Arguments> directions_;
  std::size_t results_ = 1;
};

TEST(ProcedureDerivatives, AgreeInAllWays) {
  std::set<P> tested;
  for (const Case& one : cases()) {
    const Subject of(one);
    const std::string name(row(one.procedure).name);
    constexpr double kStep = 1e-6;
    const double difference = (of.value(kStep) - of.value(-kStep)) / (2 * kStep);
    const double forward = of.forward();
    EXPECT_NEAR(forward, difference, 1e-7 * (1 + std::fabs(difference))) << name;
    EXPECT_NEAR(forward, of.backward(), 1e-12 * (1 + std::fabs(forward))) << name;
    EXPECT_GT(std::fabs(forward), 1e-3) << name;
    tested.insert(one.procedure);
  }
  for (const ProcedureRow& one : procedure_rows()) {
    EXPECT_EQ(tested.count(one.procedure) == 1, one.smooth()) << one.name;
  }
}

// x e^x = θ, of which only θ is followed.
TEST(Recordings, SolveImplicitEquations) {
  Recording recording;
  const Recorded theta = recording.input(2 * std::exp(2.0));
  const Recorded x = root<Recorded>(2, [&](const Recorded& at) { return at * exp(at) - theta; });
  std::vector<double> tangents(recording.size(), 0.0);
  tangents[theta.place()] = 1;
  recording.follow(tangents);
  EXPECT_NEAR(tangents[x.place()], 1 / (3 * std::exp(2.0)), 1e-15);
}

TEST(Recordings, HoldZeroAgainstInfiniteSlopes) {
  Recording recording;
  const Recorded x = recording.input(0);
  const Recorded y = pow(x, 0.5);
  std::vector<double> tangents(recording.size(), 0.0);
  recording.follow(tangents);
  EXPECT_EQ(tangents[y.place()], 0);
}

}  // namespace
}  // namespace shamal::model
