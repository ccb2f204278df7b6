// Random builtins of many parameters. The numbers are those of this place in the model, this run
// and this step (base/random.h); they differ from any vendor's.
//
// Vensim's family takes a least and a largest value m and x, and stretches by r and shifts by h:
// what is returned is h + r · (a number of the named distribution), drawn again until it lies
// between m and x. The last argument is Vensim's stream: every use of a function draws numbers of
// its own from it.
#include <bit>
#include <cmath>
#include <limits>

#include "model/numbers.h"
#include "model/procedure_functions.h"
#include "model/table_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kMostTries = 10'000;  // before the bounds count as impossible

// The numbers of a Vensim function, whose last argument names its stream.
Numbers of_stream(const ProcedureInputs& in) {
  base::DrawPlace place = in.draw;
  place.place ^= base::scramble(std::bit_cast<std::uint64_t>(in.number(in.arguments.size() - 1)));
  return Numbers(place);
}

template <class Draw>
double truncated(const ProcedureInputs& in, std::size_t low, double shift, double stretch,
                 Draw draw) {
  const double least = in.number(low);
  const double most = in.number(low + 1);
  Numbers numbers = of_stream(in);
  for (int i = 0; i < kMostTries; ++i) {
    const double value = shift + stretch * draw(numbers);
    if (std::isnan(value) || (value >= least && value <= most)) {
      return value;
    }
  }
  return kNan;
}

double triangular(double u, double low, double mode, double high) {
  if (!(low <= mode && mode <= high)) {
    return kNan;
  }
  const double span = high - low;
  const double rising = mode - low;
  if (u * span < rising) {
    return low + std::sqrt(u * span * rising);
  }
  return high - std::sqrt((1 - u) * span * (high - mode));
}

double weibull(Numbers& numbers, double shape, double scale) {
  return shape > 0 ? scale * std::pow(draw_exponential(numbers), 1 / shape) : kNan;
}

// A number whose probability density is proportional to the function given by points.
double from_density(double u, const Points& density) {
  const double wanted = u * area(density, density.x.front(), density.x.back(), false);
  double passed = 0;
  for (std::size_t i = 0; i + 1 < density.x.size(); ++i) {
    const double width = density.x[i + 1] - density.x[i];
    const double a = density.y[i];
    const double b = density.y[i + 1];
    const double here = 0.5 * (a + b) * width;
    if (passed + here > wanted) {
      // a s + (b - a) s² / (2 width) = rest, by the root that does not cancel.
      const double rest = wanted - passed;
      const double root = std::sqrt(a * a + 2 * (b - a) / width * rest);
      return density.x[i] + 2 * rest / (a + root);
    }
    passed += here;
  }
  return density.x.back();
}

}  // namespace

void random_uniform(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers = of_stream(in);
  out[0] = in.number(0) + (in.number(1) - in.number(0)) * numbers.next();
}

void random_0_1(const ProcedureInputs& in, std::span<double> out) {
  out[0] = Numbers(in.draw).next();
}

void random_normal(const ProcedureInputs& in, std::span<double> out) {
  out[0] = truncated(in, 0, in.number(2), in.number(3), draw_normal);
}

void random_exponential(const ProcedureInputs& in, std::span<double> out) {
  out[0] = truncated(in, 0, in.number(2), in.number(3), draw_exponential);
}

void random_poisson(const ProcedureInputs& in, std::span<double> out) {
  const double mean = in.number(2);
  out[0] = truncated(in, 0, in.number(3), in.number(4),
                     [&](Numbers& numbers) { return draw_poisson(numbers, mean); });
}

void random_gamma(const ProcedureInputs& in, std::span<double> out) {
  const double order = in.number(2) < 1 ? 1.0 : in.number(2);
  out[0] = truncated(in, 0, in.number(3), in.number(4),
                     [&](Numbers& numbers) { return draw_gamma(numbers, order); });
}

void random_beta(const ProcedureInputs& in, std::span<double> out) {
  out[0] = truncated(in, 0, in.number(4), in.number(5), [&](Numbers& numbers) {
    return draw_beta(numbers, in.number(2), in.number(3));
  });
}

void random_binomial(const ProcedureInputs& in, std::span<double> out) {
  out[0] = truncated(in, 0, in.number(4), in.number(5), [&](Numbers& numbers) {
    return draw_binomial(numbers, in.number(3), in.number(2));
  });
}

void random_negative_binomial(const ProcedureInputs& in, std::span<double> out) {
  const double successes = std::floor(in.number(3) + 0.5);
  out[0] = truncated(in, 0, in.number(4), in.number(5), [&](Numbers& numbers) {
    return successes + draw_failures(numbers, successes, in.number(2));
  });
}

void random_triangular(const ProcedureInputs& in, std::span<double> out) {
  out[0] = truncated(in, 0, 0, 1, [&](Numbers& numbers) {
    return triangular(numbers.next(), in.number(2), in.number(3), in.number(4));
  });
}

void random_weibull(const ProcedureInputs& in, std::span<double> out) {
  const double shape = in.number(2);
  const double scale = std::exp(-log_gamma(1 + 1 / shape));  // mean 1
  out[0] = truncated(in, 0, in.number(3), in.number(4),
                     [&](Numbers& numbers) { return weibull(numbers, shape, scale); });
}

void random_lookup(const ProcedureInputs& in, std::span<double> out) {
  out[0] = truncated(in, 1, in.number(3), in.number(4), [&](Numbers& numbers) {
    return from_density(numbers.next(), {in.x, in.y});
  });
}

// Those of Stella, without bounds.

void beta(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = draw_beta(numbers, in.number(0), in.number(1));
}

void binomial(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  const double p = in.number(1);
  out[0] = draw_binomial(numbers, in.number(0), p >= 0 && p <= 1 ? p : 1.0);
}

void gamma(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = in.number(1) * draw_gamma(numbers, in.number(0));
}

void geometric(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = 1 + draw_failures(numbers, 1, in.number(0));
}

void logistic(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  const double u = numbers.next();
  out[0] = in.number(0) + in.number(1) * std::log(u / (1 - u));
}

void negbinomial(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = draw_failures(numbers, in.number(0), in.number(1));
}

void pareto(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = in.number(1) * std::pow(1 - numbers.next(), -1 / in.number(0));
}

void triangular(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = triangular(numbers.next(), in.number(0), in.number(1), in.number(2));
}

void weibull(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = weibull(numbers, in.number(0), in.number(1));
}

void montecarlo(const ProcedureInputs& in, std::span<double> out) {
  Numbers numbers(in.draw);
  out[0] = 100 * numbers.next() < in.number(0) * in.dt ? 1.0 : 0.0;
}

}  // namespace shamal::model::procedures
