// Random numbers as a function of where they are used.
//
// A counter-based generator has no state: it scrambles a counter under a key, so that the draw of
// any run, place and step can be had alone, in any order and on any thread. Philox4x32 multiplies
// two of the four words by odd constants and exchanges high and low halves; ten such rounds pass
// every test of BigCrush, for consecutive counters and consecutive keys alike. [Salmon2011]
#pragma once

#include <array>
#include <cstdint>

namespace shamal::base {

using PhiloxKey = std::array<std::uint32_t, 2>;
using PhiloxWords = std::array<std::uint32_t, 4>;

// Philox4x32-10.
constexpr PhiloxWords philox(PhiloxWords counter, PhiloxKey key) {
  constexpr std::uint64_t kMultiplier0 = 0xd2511f53u;
  constexpr std::uint64_t kMultiplier1 = 0xcd9e8d57u;
  constexpr std::uint32_t kWeyl0 = 0x9e3779b9u;  // golden ratio
  constexpr std::uint32_t kWeyl1 = 0xbb67ae85u;  // sqrt(3) - 1
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

// Neighbouring numbers become unrelated ones, each to one: the finaliser of SplitMix64.
// [Steele2014]
constexpr std::uint64_t scramble(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The key of one run under a seed. Runs of one seed never share a key.
constexpr PhiloxKey random_key(std::uint64_t seed, std::uint64_t run) {
  const std::uint64_t key = scramble(seed) + run;
  return {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

// Two numbers of [0, 1), multiples of 2^-53.
constexpr std::array<double, 2> unit_interval(const PhiloxWords& words) {
  const auto from = [](std::uint32_t low, std::uint32_t high) {
    const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
    return static_cast<double>(bits) * 0x1p-53;
  };
  return {from(words[0], words[1]), from(words[2], words[3])};
}

// Where a draw happens. `place` is the stream of a site in the model plus the element.
struct DrawPlace {
  PhiloxKey key{};
  std::uint64_t place = 0;
  std::uint32_t step = 0;

  // The n-th pair of uniform numbers of this place.
  constexpr std::array<double, 2> pair(std::uint32_t n) const {
    return unit_interval(philox(
        {static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(place >> 32), step, n},
        key));
  }
};

}  // namespace shamal::base
