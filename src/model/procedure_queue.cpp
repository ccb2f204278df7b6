// What Vensim's queues know of their age [Vensim Reference Manual, QUEUE Functions]. Each use
// follows the queue by itself: QUEUE AGE …(inflow, outflow, profile, initial, age range, …). At the
// start the contents are spread by the profile over the ages from one step to a step more than the
// range; in a step the outflow takes the oldest part, and what flowed in is one step old at its
// end. A queue that holds less than nothing holds it at the age of one step.
//
// kept: 0, then pairs of an age in steps and an amount, the oldest first.
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/procedure_functions.h"
#include "model/table_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kMissing = -0x1p109;  // Vensim's :NA:
constexpr std::size_t kMostBins = 1'000'000;

template <class Number>
Number total(std::span<const Number> kept) {
  Number sum = 0;
  for (std::size_t i = 2; i < kept.size(); i += 2) {
    sum += kept[i];
  }
  return sum;
}

template <class Number>
void start_queue(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const double steps = std::floor(plain(in.number(4)) / in.dt + 0.5);
  const std::size_t bins =
      steps >= 1 ? static_cast<std::size_t>(std::min(steps, static_cast<double>(kMostBins))) : 1;
  const PointsOf<Number> profile{in.x, in.y};
  const double from = plain(in.x.front());
  const double span = plain(in.x.back()) - from;
  const Number all = area(profile, from, from + span, false);
  const auto at = [&](std::size_t bin) {
    return from + span * static_cast<double>(bin) / static_cast<double>(bins);
  };
  kept = {0};
  for (std::size_t bin = bins; bin-- > 0;) {
    const Number part = all > 0 ? area(profile, at(bin), at(bin + 1), false) / all
                                : Number(1 / static_cast<double>(bins));
    if (!(in.number(3) * part == 0)) {
      kept.push_back(static_cast<double>(bin + 1));
      kept.push_back(in.number(3) * part);
    }
  }
}

template <class Number>
void advance_queue(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const Number in_rate = std::max<Number>(in.number(0), 0) - std::min<Number>(in.number(1), 0);
  const Number out_rate = std::max<Number>(in.number(1), 0) - std::min<Number>(in.number(0), 0);
  const Number left = total<Number>(kept) + (in_rate - out_rate) * in.dt;
  Number taken = out_rate * in.dt;
  std::size_t gone = 1;
  for (; gone < kept.size() && (kept[gone + 1] <= taken || kept[gone + 1] <= 0); gone += 2) {
    taken -= kept[gone + 1];
  }
  kept.erase(kept.begin() + 1, kept.begin() + static_cast<std::ptrdiff_t>(gone));
  if (kept.size() > 1) {
    kept[2] -= taken;
    taken = 0;
  }
  for (std::size_t i = 1; i < kept.size(); i += 2) {
    kept[i] += 1;
  }
  // What could not be taken from what there was is taken from what comes.
  const Number fresh = kept.size() > 1 ? in_rate * in.dt : left;
  if (!(fresh == 0)) {
    kept.push_back(1);
    kept.push_back(fresh);
  }
}

}  // namespace

void queue_age_oldest(const ProcedureInputs& in, std::span<double> out) {
  out[0] = in.kept.size() > 1 ? in.kept[1] * in.dt : 0.0;
}

template <class Number>
void queue_age_average(const InputsOf<Number>& in, std::span<Number> out) {
  const Number all = total(in.kept);
  const Number wanted = in.number(5) <= 0 || in.number(5) > all ? all : in.number(5);
  Number left = wanted;
  Number sum = 0;
  for (std::size_t i = 1; i < in.kept.size(); i += 2) {
    const Number part = wanted == all ? in.kept[i + 1] : std::min(left, in.kept[i + 1]);
    sum += part * in.kept[i] * in.dt;
    left -= part;
  }
  out[0] = wanted == 0 ? Number(0) : sum / wanted;
}

template <class Number>
void queue_age_in_range(const InputsOf<Number>& in, std::span<Number> out) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  const double slack = 1e-6 * in.dt;
  const double least = in.number(5) == kMissing ? -kFar : plain(in.number(5)) - slack;
  const double greatest = in.number(6) == kMissing ? kFar : plain(in.number(6)) + slack;
  out[0] = 0;
  for (std::size_t i = 1; i < in.kept.size(); i += 2) {
    const double age = plain(in.kept[i]) * in.dt;
    out[0] += age >= least && age <= greatest ? in.kept[i + 1] : Number(0);
  }
}

void start_queue_age_oldest(const ProcedureInputs& in, Kept& kept) { start_queue(in, kept); }
void advance_queue_age_oldest(const ProcedureInputs& in, Kept& kept) { advance_queue(in, kept); }
template <class Number>
void start_queue_age_average(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  start_queue(in, kept);
}
template <class Number>
void advance_queue_age_average(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  advance_queue(in, kept);
}
template <class Number>
void start_queue_age_in_range(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  start_queue(in, kept);
}
template <class Number>
void advance_queue_age_in_range(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  advance_queue(in, kept);
}

SHAMAL_KEEPER_FOR_BOTH(queue_age_average)
SHAMAL_KEEPER_FOR_BOTH(queue_age_in_range)

}  // namespace shamal::model::procedures
