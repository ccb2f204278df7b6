// Internal rates of return: the rate at which a stream of payments is worth nothing,
//   Σ flow[i] / (1 + rate)^i = 0,
// by bisection. The stream so far is kept, one number for each period.

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "model/procedure_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kMissing = -0x1p109;  // Vensim's :NA:

template <class Number>
Number worth(const std::vector<Number>& flows, const Number& rate) {
  Number sum = 0;
  for (std::size_t i = flows.size(); i-- > 0;) {
    sum = sum / (1 + rate) + flows[i];
  }
  return sum;
}

// The rate between two bounds, if the worth has different signs there.
template <class Number>
std::optional<Number> rate_of(const std::vector<Number>& flows, double low, double high) {
  const std::vector<double> numbers = plain_numbers(flows);
  const bool rising = worth(numbers, low) < worth(numbers, high);
  if (!(worth(numbers, low) * worth(numbers, high) < 0)) {
    return std::nullopt;
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    ((worth(numbers, middle) < 0) == rising ? low : high) = middle;
  }
  return root<Number>(0.5 * (low + high), [&](const Number& rate) { return worth(flows, rate); });
}

}  // namespace

// INTERNAL RATE OF RETURN(stream, fiscal period, initial, its time): what flows within a fiscal
// period counts as if it did so at its end; the rate is one for each period, from -1 to 1, and :NA:
// where there is none (the manual). kept: steps in a period, steps done in this one, received in
// this one, the place of the initial amount among what follows: what was received at the end of
// each period, the first of which ends at the start or, if the initial amount came earlier, at its
// time.

template <class Number>
void internal_rate_of_return(const InputsOf<Number>& in, std::span<Number> out) {
  KeptOf<Number> flows(in.kept.begin() + 4, in.kept.end());
  flows.push_back(in.kept[2] + in.number(0) * in.dt);
  const auto place = static_cast<std::size_t>(plain(in.kept[3]));
  if (place < flows.size()) {
    flows[place] += in.number(2);
  }
  out[0] = rate_of(flows, -0.999999, 1).value_or(Number(kMissing));
}

template <class Number>
void start_internal_rate_of_return(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const double steps = std::max(1.0, std::floor(plain(in.number(1)) / in.dt + 0.5));
  const double later = std::floor((plain(in.number(3)) - in.time) / (steps * in.dt) + 0.5);
  const double place = std::isnan(later) ? 0 : std::clamp(later, -1e6, 1e6);
  kept = {steps, 0, 0, std::max(0.0, place)};
  kept.insert(kept.end(), 1 + static_cast<std::size_t>(std::max(0.0, -place)), 0);
}

template <class Number>
void advance_internal_rate_of_return(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  kept[2] += in.number(0) * in.dt;
  kept[1] += 1;
  if (kept[1] >= kept[0]) {
    kept.push_back(kept[2]);
    kept[1] = 0;
    kept[2] = 0;
  }
}

// Stella's IRR(stream, missing): the rate for each unit of time; the second argument where there is
// none. kept: 0, then the stream.

template <class Number>
void irr(const InputsOf<Number>& in, std::span<Number> out) {
  KeptOf<Number> flows(in.kept.begin() + 1, in.kept.end());
  flows.push_back(in.number(0));
  const std::optional<Number> rate =
      rate_of(flows, std::pow(1e-6, in.dt) - 1, std::pow(1e3, in.dt) - 1);
  using std::pow;
  out[0] = rate ? pow(1 + *rate, 1 / in.dt) - 1 : in.number(1);
}

template <class Number>
void start_irr(const InputsOf<Number>&, KeptOf<Number>& kept) {
  kept = {0};
}

template <class Number>
void advance_irr(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  kept.push_back(in.number(0));
}

SHAMAL_KEEPER_FOR_BOTH(internal_rate_of_return)
SHAMAL_KEEPER_FOR_BOTH(irr)

}  // namespace shamal::model::procedures
