// Who gets how much of something scarce [VensimAllocation].
//
// Every requester has a curve of how much it takes at a price x, falling from all it asks for to
// nothing around its priority:
//
//   taken_i(x) = request_i · G_i((x - priority_i) / width_i)
//
//   type 1  rectangular  G falls linearly from -1/2 to 1/2
//   type 2  triangular   the integral of a triangle over the same span
//   type 3  normal       1 - Φ
//   type 4  exponential  the integral of ½ exp(-|z|)
//
// The market clears at the x where the sum of taken_i is what is available; it is found by halving
// an interval until no number lies between its ends, and what is then left of the difference is
// shared between the two ends, so that allocations always add up. Requests of type 0 do not depend
// on the price: they are served first, and share if there is not enough for them.
//
// Vensim's normal curve is not Φ but a polynomial that is wrong by up to 1e-5: the shares in its
// published output fit formula 26.2.16 of [Abramowitz1964] to their six digits (one price explains
// all three requesters within 2e-6; with Φ itself the implied prices differ by 2e-3).
//
// Curves of constant elasticity (type 5) and whole-number allocation (type + 10) are not published
// with enough detail; they give NaN.
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/numbers.h"
#include "model/procedure_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kFarthest = 800;  // widths from the priority, where every curve is flat

// Stella's normal curve is Φ itself, as its published output tells.
constexpr double kStellasNormal = -3;

double vensims_normal_tail(double z) {
  if (z < 0) {
    return 1 - vensims_normal_tail(-z);
  }
  const double t = 1 / (1 + 0.33267 * z);
  const double density = 0.3989422804014327 * std::exp(-0.5 * z * z);
  return density * t * (0.4361836 + t * (-0.1201676 + t * 0.9372980));
}

// G of one type.
double share(double type, double z) {
  if (type == 1) {
    return std::clamp(0.5 - z, 0.0, 1.0);
  }
  if (type == 2) {
    const double to_end = std::clamp(0.5 - std::fabs(z), 0.0, 0.5);
    return z < 0 ? 1 - 2 * to_end * to_end : 2 * to_end * to_end;
  }
  if (type == 3) {
    return vensims_normal_tail(z);
  }
  if (type == kStellasNormal) {
    return normal_tail(z);
  }
  if (type == 4) {
    return z < 0 ? 1 - 0.5 * std::exp(z) : 0.5 * std::exp(-z);
  }
  return kNan;
}

struct Profile {
  double type;
  double priority;
  double width;

  bool fixed() const { return type == 0; }

  // The part that is demanded at price x.
  double demanded(double x) const {
    if (fixed()) {
      return 1;
    }
    const double z = (x - priority) / width;
    // Without a width all of it goes at once.
    return share(type, width > 0 ? z : x <= priority ? -kFarthest : kFarthest);
  }
};

Profile profile(std::span<const double> profiles, std::size_t i) {
  return {profiles[4 * i], profiles[4 * i + 1], profiles[4 * i + 2]};
}

// Where all curves are flat on either side, with room beyond those that have no width.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void cover(const Profile& profile) {
    const double reach = kFarthest * std::max(profile.width, 0.0) + 1 + std::fabs(profile.priority);
    low = std::min(low, profile.priority - reach);
    high = std::max(high, profile.priority + reach);
  }
};

// Halves the range until its ends are neighbours; `too_low(x)` is true up to some x and false
// beyond. Not a number if the ends are none.
template <class TooLow>
Range narrowed(Range range, TooLow too_low) {
  while (std::isfinite(range.low) && std::isfinite(range.high)) {
    const double middle = range.low + 0.5 * (range.high - range.low);
    if (!(middle > range.low && middle < range.high)) {
      return range;
    }
    (too_low(middle) ? range.low : range.high) = middle;
  }
  return {kNan, kNan};
}

template <class ProfileOf>
void allocate(std::span<const double> requests, ProfileOf profile_of, double available,
              std::span<double> out) {
  const auto request = [&](std::size_t i) { return std::max(requests[i], 0.0); };
  double total = 0;
  double fixed = 0;
  Range range;
  for (std::size_t i = 0; i < out.size(); ++i) {
    total += request(i);
    fixed += profile_of(i).fixed() ? request(i) : 0.0;
    if (!profile_of(i).fixed() && request(i) > 0) {
      range.cover(profile_of(i));
    }
  }
  if (available >= total) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = request(i);
    }
    return;
  }
  if (std::isnan(available) || std::isnan(total)) {
    std::fill(out.begin(), out.end(), kNan);
    return;
  }
  available = std::max(available, 0.0);
  if (available <= fixed) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = profile_of(i).fixed() && fixed > 0 ? request(i) * (available / fixed) : 0.0;
    }
    return;
  }
  const auto taken = [&](std::size_t i, double x) {
    return request(i) > 0 ? request(i) * profile_of(i).demanded(x) : 0.0;
  };
  const auto all_taken = [&](double x) {
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      sum += taken(i, x);
    }
    return sum;
  };
  // A low price leaves too much demand.
  const Range found = narrowed(range, [&](double x) { return all_taken(x) > available; });
  const double most = all_taken(found.low);
  const double least = all_taken(found.high);
  const double part = most > least ? (available - least) / (most - least) : 0.0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double low = taken(i, found.low);
    const double high = taken(i, found.high);
    out[i] = high + (low - high) * std::clamp(part, 0.0, 1.0);
  }
}

}  // namespace

void allocate_available(const ProcedureInputs& in, std::span<double> out) {
  allocate(
      in.vector(0), [&](std::size_t i) { return profile(in.vector(1), i); }, in.number(2), out);
}

void allocate_by_priority(const ProcedureInputs& in, std::span<double> out) {
  const double width = in.number(3);
  allocate(
      in.vector(0),
      [&](std::size_t i) {
        return Profile{1, in.vector(1)[i], width};
      },
      in.number(4), out);
}

// MARKETP(request, priority, size, width, supply): the price at which ALLOCATE BY PRIORITY clears.
void marketp(const ProcedureInputs& in, std::span<double> out) {
  const std::span<const double> requests = in.vector(0);
  const std::size_t size =
      std::min({requests.size(), in.vector(1).size(),
                static_cast<std::size_t>(std::max(0.0, std::floor(in.number(2) + 0.5)))});
  const double width = in.number(3);
  Range range;
  for (std::size_t i = 0; i < size; ++i) {
    range.low = std::min(range.low, in.vector(1)[i] - 0.5 * width);
    range.high = std::max(range.high, in.vector(1)[i] + 0.5 * width);
  }
  const auto excess_demand = [&](double x) {
    double excess = -in.number(4);
    for (std::size_t i = 0; i < size; ++i) {
      excess += std::max(requests[i], 0.0) * Profile{1, in.vector(1)[i], width}.demanded(x);
    }
    return excess;
  };
  out[0] = excess_demand(range.low) <= 0
               ? range.low
               : narrowed(range, [&](double x) { return excess_demand(x) > 0; }).high;
}

void allocate(const ProcedureInputs& in, std::span<double> out) {
  const auto profile_of = [&](std::size_t i) {
    const double shape = in.vector(5)[i];
    return Profile{shape == 3 || in.arguments[5].empty() ? kStellasNormal : shape, in.vector(3)[i],
                   in.vector(4)[i]};
  };
  allocate(in.vector(2), profile_of, in.number(0), out);
}

void demand_at_price(const ProcedureInputs& in, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = in.vector(0)[i] * profile(in.vector(1), i).demanded(in.number(2));
  }
}

void supply_at_price(const ProcedureInputs& in, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Profile of = profile(in.vector(1), i);
    out[i] = in.vector(0)[i] * (of.fixed() ? 1.0 : 1.0 - of.demanded(in.number(2)));
  }
}

void find_market_price(const ProcedureInputs& in, std::span<double> out) {
  const std::span<const double> demands = in.vector(0);
  const std::span<const double> supplies = in.vector(2);
  // Vensim looks for a price no farther out than this; its ends are the price where nothing is
  // asked for, or nothing offered (public output of SDEverywhere's model allocate_price).
  Range range;
  const auto look_at = [&](const Profile& of) {
    const double reach = of.width * (of.type == 3 ? 5.0 : of.type == 4 ? 10.0 : 0.5);
    range.low = std::min(range.low, of.priority - reach);
    range.high = std::max(range.high, of.priority + reach);
  };
  for (std::size_t i = 0; i < demands.size(); ++i) {
    look_at(profile(in.vector(1), i));
  }
  for (std::size_t i = 0; i < supplies.size(); ++i) {
    look_at(profile(in.vector(3), i));
  }
  const auto excess_demand = [&](double x) {
    double excess = 0;
    for (std::size_t i = 0; i < demands.size(); ++i) {
      excess += demands[i] * profile(in.vector(1), i).demanded(x);
    }
    for (std::size_t i = 0; i < supplies.size(); ++i) {
      const Profile of = profile(in.vector(3), i);
      excess -= supplies[i] * (of.fixed() ? 1.0 : 1.0 - of.demanded(x));
    }
    return excess;
  };
  if (excess_demand(range.low) <= 0) {
    out[0] = range.low;
    return;
  }
  out[0] = narrowed(range, [&](double x) { return excess_demand(x) > 0; }).high;
}

}  // namespace shamal::model::procedures
