// Delays with a memory of their own [VensimDelays]. Each is described by what it keeps; kept[0] is
// its output, which holds from one step to the next. Steps are counted from the start; a delay
// time is rounded to whole steps, half of one up, and is at least one.
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/procedure_functions.h"
#include "model/table_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr std::size_t kMostSteps = 10'000'000;  // of a delay: a limit for memory

template <class Number>
std::size_t whole_steps(const Number& time, double dt) {
  const double steps = std::floor(plain(time) / dt + 0.5);
  return steps >= 1 ? std::min(static_cast<std::size_t>(std::min(steps, 1e9)), kMostSteps) : 1;
}

template <class Number>
void give_first(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = in.kept[0];
}

}  // namespace

// DELAY N(input, delay time, initial, order): levels in a row, each passed on at order / delay
// time; the last one at the output, which knows of a new delay time a step later (public model
// delays). The order shrinks until a level lasts at least a step. kept: output, levels.

template <class Number>
void delay_n(const InputsOf<Number>& in, std::span<Number> out) {
  give_first(in, out);
}

template <class Number>
void start_delay_n(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const Number time = in.number(2);
  const double most = std::floor(plain(time) / in.dt + 1e-6);
  const double order = std::clamp(std::floor(plain(in.number(4)) + 0.5), 1.0, std::max(1.0, most));
  const auto levels = static_cast<std::size_t>(std::min(order, 1e6));
  kept.assign(levels + 1, in.number(3) * time / static_cast<double>(levels));
  kept[0] = in.number(3);
}

template <class Number>
void advance_delay_n(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const std::size_t levels = kept.size() - 1;
  const Number each = std::max<Number>(in.number(1) / static_cast<double>(levels), in.dt);
  Number inflow = in.number(0);
  for (std::size_t i = 1; i <= levels; ++i) {
    const Number outflow = i < levels ? kept[i] / each : kept[0];
    kept[i] += in.dt * (inflow - outflow);
    inflow = outflow;
  }
  kept[0] = kept[levels] / each;
}

// SMOOTH N: averages of averages. kept: output, which is the last of the averages.

template <class Number>
void smooth_n(const InputsOf<Number>& in, std::span<Number> out) {
  out[0] = in.kept.back();
}

template <class Number>
void start_smooth_n(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const double most = std::floor(plain(in.number(2)) / in.dt + 1e-6);
  const double order = std::clamp(std::floor(plain(in.number(4)) + 0.5), 1.0, std::max(1.0, most));
  kept.assign(static_cast<std::size_t>(std::min(order, 1e6)), in.number(3));
}

template <class Number>
void advance_smooth_n(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const Number each = std::max<Number>(in.number(1) / static_cast<double>(kept.size()), in.dt);
  Number followed = in.number(0);
  for (Number& average : kept) {
    const Number before = average;
    average += in.dt * (followed - average) / each;
    followed = before;
  }
}

// DELAY INFORMATION(input, delay time, initial): an input replaces all that would come out at the
// same time or later; a value holds until the next one comes out. kept: output, the current step,
// then pairs of the step at which something comes out, and what.

template <class Number>
void delay_information(const InputsOf<Number>& in, std::span<Number> out) {
  give_first(in, out);
}

template <class Number>
void start_delay_information(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  kept = {in.number(2), 0};
}

template <class Number>
void advance_delay_information(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const double due = plain(kept[1]) + static_cast<double>(whole_steps(in.number(1), in.dt));
  while (kept.size() > 2 && kept[kept.size() - 2] >= due) {
    kept.resize(kept.size() - 2);
  }
  kept.push_back(due);
  kept.push_back(in.number(0));
  kept[1] += 1;
  std::size_t gone = 2;
  for (; gone < kept.size() && kept[gone] <= kept[1]; gone += 2) {
    kept[0] = kept[gone + 1];
  }
  kept.erase(kept.begin() + 2, kept.begin() + static_cast<std::ptrdiff_t>(gone));
}

// DELAY MATERIAL(input, delay time, initial, missing): inputs that come out together add up; where
// none does the output is `missing`. kept: output, then for each later step how many inputs come
// out and their sum.

template <class Number>
void delay_material(const InputsOf<Number>& in, std::span<Number> out) {
  give_first(in, out);
}

template <class Number>
void start_delay_material(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  kept = {in.number(3)};
  for (std::size_t i = 1; i < whole_steps(in.number(2), in.dt); ++i) {
    kept.push_back(1);
    kept.push_back(in.number(3));
  }
}

template <class Number>
void advance_delay_material(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const std::size_t at = 2 * whole_steps(in.number(1), in.dt) - 1;
  if (kept.size() < at + 2) {
    kept.resize(at + 2, 0);
  }
  kept[at] += 1;
  kept[at + 1] += in.number(0);
  kept[0] = kept[1] > 0 ? kept[2] : in.number(4);
  kept.erase(kept.begin() + 1, kept.begin() + 3);
}

// DELAY BATCH(input, batch size, batch time, initial batch, initial time, initial backlog): the
// backlog grows until it holds a batch, which is then processed for the batch time and comes out
// within one step. kept: output, backlog, batch in process, when it comes out.

template <class Number>
void delay_batch(const InputsOf<Number>& in, std::span<Number> out) {
  give_first(in, out);
}

template <class Number>
void start_delay_batch(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const bool at_once = in.number(4) <= in.time;
  kept = {at_once ? in.number(3) : Number(0), in.number(5),
          at_once ? Number(0) : in.number(3) * in.dt, in.number(4)};
}

template <class Number>
void advance_delay_batch(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const double next = in.time + in.dt;
  const Number size = in.number(1);
  kept[1] += in.dt * in.number(0);
  kept[0] = 0;
  if (kept[2] == 0 && size > 0 && kept[1] >= size) {
    kept[2] = size;
    kept[1] -= size;
    kept[3] = in.time + std::max<Number>(in.number(2), in.dt);
  }
  if (!(kept[2] == 0) && kept[3] <= next + 1e-6 * in.dt) {
    kept[0] = kept[2] / in.dt;
    kept[2] = 0;
  }
}

// DELAY CONVEYOR(input, time, leak, profile, initial amount, initial time): material moves along a
// belt at 1 / time, and a part `leak` of all of it is lost for each unit of time. kept: output,
// then pairs of how much of the belt is left to go and an amount, in the order of coming out.

template <class Number>
void delay_conveyor(const InputsOf<Number>& in, std::span<Number> out) {
  give_first(in, out);
}

template <class Number>
void start_delay_conveyor(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const std::size_t steps = whole_steps(in.number(5), in.dt);
  const PointsOf<Number> profile{in.x, in.y};
  const double from = plain(in.x.front());
  const double span = plain(in.x.back()) - from;
  const Number all = area(profile, from, from + span, false);
  kept = {0};
  for (std::size_t i = 0; i < steps; ++i) {
    const auto at = [&](std::size_t step) {
      return from + span * static_cast<double>(step) / static_cast<double>(steps);
    };
    const Number part = span > 0 && !(all == 0) ? area(profile, at(i), at(i + 1), false) / all
                                                : Number(1.0 / static_cast<double>(steps));
    if (i == 0) {
      kept[0] = in.number(4) * part / in.dt;
    } else {
      kept.push_back(static_cast<double>(i) / static_cast<double>(steps));
      kept.push_back(in.number(4) * part);
    }
  }
}

template <class Number>
void advance_delay_conveyor(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const Number left = std::max<Number>(0, 1 - in.number(2) * in.dt);
  const double steps = plain(in.number(1)) / in.dt;
  const double moved = 1.0 / std::max(1.0, std::isfinite(steps) ? steps : 1e9);
  kept.push_back(1);
  kept.push_back(in.number(0) * in.dt);
  Number amount = 0;
  std::size_t gone = 1;
  for (std::size_t i = 1; i < kept.size(); i += 2) {
    kept[i] -= moved;
    kept[i + 1] *= left;
    if (i == gone && kept[i] < 0.5 * moved - 1e-9) {
      amount += kept[i + 1];
      gone = i + 2;
    }
  }
  kept.erase(kept.begin() + 1, kept.begin() + static_cast<std::ptrdiff_t>(gone));
  kept[0] = amount / in.dt;
}

// DELAY PROFILE(profile, input, delay time, initial, growth): each input comes out spread over the
// profile, which is scaled so that its mean is the delay time and its area 1. kept: output, then
// what is to come out at each later step.

namespace {

// Parts of an input that come out 1, 2, … steps later. Of the profile, the first step takes all up
// to one and a half steps.
template <class Number>
std::vector<Number> parts(const InputsOf<Number>& in, const Number& time) {
  const PointsOf<Number> profile{in.x, in.y};
  const double from = plain(in.x.front());
  const double to = plain(in.x.back());
  const Number all = area(profile, from, to, false);
  // The mean, by areas of fine slices.
  constexpr int kSlices = 1000;
  Number mean = 0;
  for (int i = 0; i < kSlices; ++i) {
    const double a = from + (to - from) * i / kSlices;
    const double b = from + (to - from) * (i + 1) / kSlices;
    mean += (0.5 * (a + b) - from) * area(profile, a, b, false);
  }
  mean = mean / all;
  if (!(all > 0) || !(mean > 0) || !(time > 0)) {
    return {Number(1)};
  }
  const Number scale = time / mean;
  const std::size_t steps = whole_steps((to - from) * scale + 0.5 * in.dt, in.dt);
  std::vector<Number> made(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    const Number a = i == 0 ? Number(0) : (static_cast<double>(i) + 0.5) * in.dt / scale;
    const Number b =
        i + 1 == steps ? Number(to - from) : (static_cast<double>(i) + 1.5) * in.dt / scale;
    made[i] =
        area(profile, std::min<Number>(from + a, to), std::min<Number>(from + b, to), false) / all;
  }
  return made;
}

}  // namespace

template <class Number>
void delay_profile(const InputsOf<Number>& in, std::span<Number> out) {
  give_first(in, out);
}

template <class Number>
void start_delay_profile(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const std::vector<Number> made = parts(in, in.number(3));
  kept.assign(made.size(), 0);
  // Inputs before the start, growing at the given rate.
  const Number shrink = 1 / (1 + in.number(5) * in.dt);
  Number input = 1;
  for (std::size_t before = 1; before <= made.size(); ++before) {
    input *= shrink;
    for (std::size_t i = before - 1; i < made.size(); ++i) {
      kept[i - (before - 1)] += input * made[i];
    }
  }
  const Number scale = kept[0] == 0 ? Number(0) : in.number(4) / kept[0];
  for (Number& later : kept) {
    later *= scale;
  }
}

template <class Number>
void advance_delay_profile(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const std::vector<Number> made = parts(in, in.number(2));
  kept.erase(kept.begin());
  kept.resize(std::max(kept.size(), made.size()), 0);
  for (std::size_t i = 0; i < made.size(); ++i) {
    kept[i] += in.number(1) * made[i];
  }
}

// DEPRECIATE STRAIGHTLINE(stream, lifetime, fiscal period, initial): what is invested within a
// fiscal period depreciates evenly over that period and those that follow, lifetime / period in
// all. kept: the lifetime in periods, steps in a period, steps done in this one, invested in this
// one, then what was invested in those before, the latest first.

template <class Number>
void depreciate_straightline(const InputsOf<Number>& in, std::span<Number> out) {
  const double periods = plain(in.kept[0]);
  const double period = plain(in.kept[1]) * in.dt;
  Number sum = in.number(0) * period;  // as if the whole period went on like this
  for (std::size_t i = 4; i < in.kept.size(); ++i) {
    sum += in.kept[i];
  }
  out[0] = sum / (periods * period);
}

template <class Number>
void start_depreciate_straightline(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const auto steps = static_cast<double>(whole_steps(in.number(2), in.dt));
  const std::size_t periods = whole_steps(in.number(1), plain(in.number(2)));
  kept = {static_cast<double>(periods), steps, 0, 0};
  kept.insert(kept.end(), periods - 1, in.number(3) * steps * in.dt);
}

template <class Number>
void advance_depreciate_straightline(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  kept[3] += in.number(0) * in.dt;
  kept[2] += 1;
  if (kept[2] < kept[1]) {
    return;
  }
  if (kept.size() > 4) {
    kept.pop_back();
    kept.insert(kept.begin() + 4, kept[3]);
  }
  kept[2] = 0;
  kept[3] = 0;
}

// DEPRECIATE BY SCHEDULE(stream, schedule, initial, lifetime, first period's start): what is
// invested within a fiscal period, lifetime / elements of the schedule long, depreciates by the
// parts of the schedule, the first in the same period. `initial` is what falls due anyway in the
// periods from the start on. kept: steps in a period, steps done in this one, invested in this one,
// then what falls due in this period and those that follow.

namespace {

template <class Number>
Number part(const InputsOf<Number>& in, std::size_t period) {
  Number sum = 0;
  for (const Number& one : in.vector(1)) {
    sum += one;
  }
  return in.vector(1)[period] / sum;
}

}  // namespace

template <class Number>
void depreciate_by_schedule(const InputsOf<Number>& in, std::span<Number> out) {
  const double period = plain(in.kept[0]) * in.dt;
  // As if the whole period went on like this.
  out[0] = (in.kept[3] + in.number(0) * period * part(in, 0)) / period;
}

template <class Number>
void start_depreciate_by_schedule(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  const std::size_t periods = in.vector(1).size();
  const auto steps =
      static_cast<double>(whole_steps(in.number(3) / static_cast<double>(periods), in.dt));
  const double since = std::floor((in.time - plain(in.number(4))) / in.dt + 0.5);
  kept = {steps, since - std::floor(since / steps) * steps, 0};
  for (std::size_t i = 0; i < periods; ++i) {
    const std::span<const Number> due = in.vector(2);
    kept.push_back(due.size() == 1 ? due[0] : i < due.size() ? due[i] : Number(0));
  }
}

template <class Number>
void advance_depreciate_by_schedule(const InputsOf<Number>& in, KeptOf<Number>& kept) {
  kept[2] += in.number(0) * in.dt;
  kept[1] += 1;
  if (kept[1] < kept[0]) {
    return;
  }
  for (std::size_t i = 3; i + 1 < kept.size(); ++i) {
    kept[i] = kept[i + 1] + kept[2] * part(in, i - 2);
  }
  kept.back() = 0;
  kept[1] = 0;
  kept[2] = 0;
}

SHAMAL_KEEPER_FOR_BOTH(delay_n)
SHAMAL_KEEPER_FOR_BOTH(smooth_n)
SHAMAL_KEEPER_FOR_BOTH(delay_information)
SHAMAL_KEEPER_FOR_BOTH(delay_material)
SHAMAL_KEEPER_FOR_BOTH(delay_batch)
SHAMAL_KEEPER_FOR_BOTH(delay_conveyor)
SHAMAL_KEEPER_FOR_BOTH(delay_profile)
SHAMAL_KEEPER_FOR_BOTH(depreciate_straightline)
SHAMAL_KEEPER_FOR_BOTH(depreciate_by_schedule)

}  // namespace shamal::model::procedures
