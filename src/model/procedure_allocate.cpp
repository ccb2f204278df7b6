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
// Derivatives hold that price to what clears the market, by the implicit function theorem; at a
// curve without a width, which jumps at the price, whoever is there takes what is left.
//
// Curves of constant elasticity (type 5) and whole-number allocation (type + 10) are not published
// with enough detail; they give NaN.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "model/numbers.h"
#include "model/procedure_functions.h"

namespace shamal::model::procedures {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kFarthest = 800;  // widths from the priority, where every curve is flat

// Stella's normal curve is Φ itself, as its published output tells.
constexpr double kStellasNormal = -3;

// 1 - Φ of either kind of number.
double tail(double z) { return normal_tail(z); }
Recorded tail(const Recorded& z) {
  constexpr double kDensity = 0.3989422804014327;  // of a standard normal number at 0
  return made(normal_tail(z.value()), z, -kDensity * std::exp(-0.5 * z.value() * z.value()));
}

template <class Number>
Number vensims_normal_tail(const Number& z) {
  using std::exp;
  if (z < 0) {
    return 1 - vensims_normal_tail<Number>(-z);
  }
  const Number t = 1 / (1 + 0.33267 * z);
  const Number density = 0.3989422804014327 * exp(-0.5 * z * z);
  return density * t * (0.4361836 + t * (-0.1201676 + t * 0.9372980));
}

template <class Number>
Number clamped(const Number& of, double low, double high) {
  return of < low ? Number(low) : of > high ? Number(high) : of;
}

// G of one type.
template <class Number>
Number share(double type, const Number& z) {
  using std::exp;
  using std::fabs;
  if (type == 1) {
    return clamped<Number>(0.5 - z, 0, 1);
  }
  if (type == 2) {
    const Number to_end = clamped<Number>(0.5 - fabs(z), 0, 0.5);
    return z < 0 ? 1 - 2 * to_end * to_end : 2 * to_end * to_end;
  }
  if (type == 3) {
    return vensims_normal_tail(z);
  }
  if (type == kStellasNormal) {
    return tail(z);
  }
  if (type == 4) {
    return z < 0 ? 1 - 0.5 * exp(z) : 0.5 * exp(-z);
  }
  return kNan;
}

template <class Number>
struct Profile {
  double type;
  Number priority;
  Number width;

  bool fixed() const { return type == 0; }
  Profile<double> plain_numbers() const { return {type, plain(priority), plain(width)}; }

  // The part that is demanded at price x.
  Number demanded(const Number& x) const {
    if (fixed()) {
      return 1;
    }
    // Without a width all of it goes at once.
    if (!(width > 0)) {
      return share<Number>(type, x <= priority ? -kFarthest : kFarthest);
    }
    return share<Number>(type, (x - priority) / width);
  }
  Number supplied(const Number& x) const { return fixed() ? Number(1) : 1 - demanded(x); }
};

template <class Number>
Profile<Number> profile(std::span<const Number> profiles, std::size_t i) {
  return {plain(profiles[4 * i]), profiles[4 * i + 1], profiles[4 * i + 2]};
}

template <class Number>
std::vector<Profile<double>> plain_numbers(const std::vector<Profile<Number>>& of) {
  std::vector<Profile<double>> made;
  for (const Profile<Number>& profile : of) {
    made.push_back(profile.plain_numbers());
  }
  return made;
}

// Where all curves are flat on either side, with room beyond those that have no width.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void cover(const Profile<double>& profile) {
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

// What several ask for at a price.
template <class Number>
struct Demand {
  std::vector<Number> requests;  // none below zero
  std::vector<Profile<Number>> profiles;

  Demand<double> plain_numbers() const {
    return {model::plain_numbers(requests), procedures::plain_numbers(profiles)};
  }
  Number taken(std::size_t i, const Number& x) const {
    return requests[i] > 0 ? requests[i] * profiles[i].demanded(x) : Number(0);
  }
  Number all_taken(const Number& x) const {
    Number sum = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      sum += taken(i, x);
    }
    return sum;
  }
};

template <class Number, class ProfileOf>
void share_out(std::span<const Number> asked, ProfileOf profile_of, Number available,
               std::span<Number> out) {
  constexpr double kJump = 1e-9;  // of the most that is taken: no smooth curve changes by this
  Demand<Number> demand;
  Number total = 0;
  Number fixed = 0;
  Range range;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Number request = std::max<Number>(asked[i], 0);
    const Profile<Number> of = profile_of(i);
    demand.requests.push_back(request);
    demand.profiles.push_back(of);
    total += request;
    fixed += of.fixed() ? request : Number(0);
    if (!of.fixed() && request > 0) {
      range.cover(of.plain_numbers());
    }
  }
  if (available >= total) {
    std::copy(demand.requests.begin(), demand.requests.end(), out.begin());
    return;
  }
  if (std::isnan(plain(available)) || std::isnan(plain(total))) {
    std::fill(out.begin(), out.end(), kNan);
    return;
  }
  available = std::max<Number>(available, 0);
  if (available <= fixed) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = demand.profiles[i].fixed() && fixed > 0 ? demand.requests[i] * (available / fixed)
                                                       : Number(0);
    }
    return;
  }
  // A low price leaves too much demand.
  const Demand<double> numbers = demand.plain_numbers();
  const Range found =
      narrowed(range, [&](double x) { return numbers.all_taken(x) > plain(available); });
  const Number most = demand.all_taken(found.low);
  const Number least = demand.all_taken(found.high);
  if (std::is_same_v<Number, Recorded> && plain(most - least) <= kJump * plain(most)) {
    const Number price =
        root<Number>(found.high, [&](const Number& x) { return demand.all_taken(x) - available; });
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = demand.taken(i, price);
    }
    return;
  }
  const Number part = most > least ? (available - least) / (most - least) : Number(0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Number low = demand.taken(i, found.low);
    const Number high = demand.taken(i, found.high);
    out[i] = high + (low - high) * clamped<Number>(part, 0, 1);
  }
}

// The price from `low` on at which no more is demanded than supplied.
template <class Number, class Market>
Number clearing_price(const Number& low, const Number& high, const Market& market) {
  const auto numbers = market.plain_numbers();
  const auto too_low = [&](double x) { return numbers.excess(x) > 0; };
  if (!too_low(plain(low))) {
    return low;
  }
  return root<Number>(narrowed({plain(low), plain(high)}, too_low).high,
                      [&](const Number& x) { return market.excess(x); });
}

}  // namespace

template <class Number>
void allocate_available(const InputsOf<Number>& in, std::span<Number> out) {
  share_out<Number>(
      in.vector(0), [&](std::size_t i) { return profile(in.vector(1), i); }, in.number(2), out);
}

template <class Number>
void allocate_by_priority(const InputsOf<Number>& in, std::span<Number> out) {
  const auto profile_of = [&](std::size_t i) {
    return Profile<Number>{1, in.vector(1)[i], in.number(3)};
  };
  share_out<Number>(in.vector(0), profile_of, in.number(4), out);
}

template <class Number>
void allocate(const InputsOf<Number>& in, std::span<Number> out) {
  const auto profile_of = [&](std::size_t i) {
    const double shape = in.arguments[5].empty() ? 3 : plain(in.vector(5)[i]);
    return Profile<Number>{shape == 3 ? kStellasNormal : shape, in.vector(3)[i], in.vector(4)[i]};
  };
  share_out<Number>(in.vector(2), profile_of, in.number(0), out);
}

template <class Number>
void demand_at_price(const InputsOf<Number>& in, std::span<Number> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = in.vector(0)[i] * profile(in.vector(1), i).demanded(in.number(2));
  }
}

template <class Number>
void supply_at_price(const InputsOf<Number>& in, std::span<Number> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = in.vector(0)[i] * profile(in.vector(1), i).supplied(in.number(2));
  }
}

namespace {

// Of MARKETP: a supply that does not depend on the price.
template <class Number>
struct FixedSupply {
  std::vector<Number> requests;
  std::vector<Profile<Number>> profiles;
  Number supply;

  FixedSupply<double> plain_numbers() const {
    return {model::plain_numbers(requests), procedures::plain_numbers(profiles), plain(supply)};
  }
  Number excess(const Number& x) const {
    Number sum = -supply;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      sum += std::max<Number>(requests[i], 0) * profiles[i].demanded(x);
    }
    return sum;
  }
};

// Of FIND MARKET PRICE.
template <class Number>
struct Market {
  std::vector<Number> demands;
  std::vector<Profile<Number>> buyers;
  std::vector<Number> supplies;
  std::vector<Profile<Number>> sellers;

  Market<double> plain_numbers() const {
    return {model::plain_numbers(demands), procedures::plain_numbers(buyers),
            model::plain_numbers(supplies), procedures::plain_numbers(sellers)};
  }
  Number excess(const Number& x) const {
    Number sum = 0;
    for (std::size_t i = 0; i < demands.size(); ++i) {
      sum += demands[i] * buyers[i].demanded(x);
    }
    for (std::size_t i = 0; i < supplies.size(); ++i) {
      sum -= supplies[i] * sellers[i].supplied(x);
    }
    return sum;
  }
};

}  // namespace

// MARKETP(request, priority, size, width, supply): the price at which ALLOCATE BY PRIORITY clears.
template <class Number>
void marketp(const InputsOf<Number>& in, std::span<Number> out) {
  const std::size_t size =
      std::min({in.vector(0).size(), in.vector(1).size(),
                static_cast<std::size_t>(std::max(0.0, std::floor(plain(in.number(2)) + 0.5)))});
  const Number width = in.number(3);
  FixedSupply<Number> market{{}, {}, in.number(4)};
  Number low = std::numeric_limits<double>::infinity();
  Number high = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size; ++i) {
    const Number priority = in.vector(1)[i];
    market.requests.push_back(in.vector(0)[i]);
    market.profiles.push_back({1, priority, width});
    low = std::min<Number>(low, priority - 0.5 * width);
    high = std::max<Number>(high, priority + 0.5 * width);
  }
  out[0] = clearing_price(low, high, market);
}

template <class Number>
void find_market_price(const InputsOf<Number>& in, std::span<Number> out) {
  const std::span<const Number> demands = in.vector(0);
  const std::span<const Number> supplies = in.vector(2);
  Market<Number> market{
      {demands.begin(), demands.end()}, {}, {supplies.begin(), supplies.end()}, {}};
  // Vensim looks for a price no farther out than this; its ends are the price where nothing is
  // asked for, or nothing offered (public output of SDEverywhere's model allocate_price).
  Number low = std::numeric_limits<double>::infinity();
  Number high = -std::numeric_limits<double>::infinity();
  const auto look_at = [&](std::span<const Number> profiles, std::size_t i) {
    const Profile<Number> of = profile(profiles, i);
    const Number reach = of.width * (of.type == 3 ? 5.0 : of.type == 4 ? 10.0 : 0.5);
    low = std::min<Number>(low, of.priority - reach);
    high = std::max<Number>(high, of.priority + reach);
    return of;
  };
  for (std::size_t i = 0; i < market.demands.size(); ++i) {
    market.buyers.push_back(look_at(in.vector(1), i));
  }
  for (std::size_t i = 0; i < market.supplies.size(); ++i) {
    market.sellers.push_back(look_at(in.vector(3), i));
  }
  out[0] = clearing_price(low, high, market);
}

SHAMAL_FOR_BOTH(allocate_available)
SHAMAL_FOR_BOTH(allocate_by_priority)
SHAMAL_FOR_BOTH(allocate)
SHAMAL_FOR_BOTH(demand_at_price)
SHAMAL_FOR_BOTH(supply_at_price)
SHAMAL_FOR_BOTH(marketp)
SHAMAL_FOR_BOTH(find_market_price)

}  // namespace shamal::model::procedures
