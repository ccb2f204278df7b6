#include "support/quotients.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>

namespace shamal::testing {

namespace {

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kUnit = std::uint64_t{1} << 52;  // significands are units to twice that

std::uint64_t inverse(std::uint64_t of, std::uint64_t odd) {  // modulo `odd`, by Euclid
  __extension__ using Signed = __int128;
  Signed t = 0;
  Signed next = 1;
  Signed r = odd;
  Signed rest = of;
  while (rest != 0) {
    const Signed q = r / rest;
    t = std::exchange(next, t - q * next);
    r = std::exchange(rest, r - q * rest);
  }
  return static_cast<std::uint64_t>(t < 0 ? t + odd : t);
}

// Quotients by an odd significand that are nearest to the middle between two numbers: 2^shift a is
// half of b, or nearly so, modulo b.
void add_hardest(std::uint64_t b, std::vector<Quotient>& to) {
  for (const unsigned shift : {52u, 53u}) {
    const auto power = static_cast<std::uint64_t>((Wide{1} << shift) % b);
    const std::uint64_t unpower = inverse(power, b);
    for (const std::uint64_t half : {(b - 1) / 2, (b + 1) / 2, (b - 3) / 2, (b + 3) / 2}) {
      auto a = static_cast<std::uint64_t>(Wide{half} * unpower % b);
      for (; a < 2 * kUnit; a += b) {
        if (a >= kUnit) {
          to.push_back({static_cast<double>(a), static_cast<double>(b)});
        }
      }
    }
  }
}

}  // namespace

std::vector<Quotient> hard_quotients() {
  std::vector<Quotient> made;
  std::mt19937_64 random(1);
  for (unsigned i = 0; i < 4000; ++i) {
    const std::uint64_t far = random() >> (12 + random() % 52);
    add_hardest((i % 2 == 0 ? kUnit + far % kUnit : 2 * kUnit - 1 - far % kUnit) | 1, made);
  }
  // Divisors b whose reciprocals are nearest to the middle between two numbers: 2^106 - 1 and - 2
  // are products of b and an odd number. (Such b are found by factoring.)
  for (const std::uint64_t b :
       {0x1fffffffffffffu, 0x1024a3bd98da02u, 0x10699d36aec84eu, 0x109107683ee29eu,
        0x110af85de838ceu, 0x11d3799c32581eu, 0x11f98ea5d9b262u, 0x12bf5907e316d2u,
        0x12e93952a2ed6eu, 0x130a0dd90e13a2u, 0x134d8fe343ef42u, 0x13a324a526d5eeu,
        0x14a6fb45f5d782u, 0x14cad5a5fa03eeu, 0x155f2490c86132u, 0x163baaac17d1e2u,
        0x163dd0554d0122u, 0x17641c46f799eeu, 0x178cb7d5d6e322u, 0x17f52093014f0eu,
        0x184a12efef626eu, 0x199e1b447e99c2u, 0x19f142d24e1352u, 0x1a0b8ffffcbe8eu,
        0x1a6f41dab98cb2u, 0x1b227794e85702u, 0x1bea3278b789d2u, 0x1d5b9032f086beu,
        0x1da210daeb138eu, 0x1de441d5331432u, 0x1e20adbc4078a2u, 0x1e756f08df1792u,
        0x1ef7930608393eu}) {
    const auto divisor = static_cast<double>(b);
    for (const double a : {0x1p52, 0x1p53 - 1, divisor, divisor + 1, divisor - 1}) {
      made.push_back({a, divisor});
    }
    add_hardest(b | 1, made);
  }
  return made;
}

std::vector<Quotient> odd_quotients() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> numbers = {0, kInfinity, std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::denorm_min(),
                                 std::numeric_limits<double>::max()};
  for (const int power :
       {-1074, -1022, -1000, -970, -900, -801, -800, -799, -100, 0, 1, 100, 800, 900, 1000, 1023}) {
    for (const double significand : {1.0, 1.0 + 0x1p-52, 1.3, 2.0 - 0x1p-52}) {
      numbers.push_back(std::ldexp(significand, power));
      numbers.push_back(std::nextafter(numbers.back(), 0));
    }
  }
  std::vector<Quotient> made;
  for (const double a : numbers) {
    for (const double b : numbers) {
      made.insert(made.end(), {{a, b}, {-a, b}, {a, -b}, {-a, -b}});
    }
  }
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; ++i) {
    made.push_back({std::bit_cast<double>(random()), std::bit_cast<double>(random())});
  }
  return made;
}

}  // namespace shamal::testing
