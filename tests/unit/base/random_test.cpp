#include "base/random.h"

#include <set>

#include <gtest/gtest.h>

namespace shamal::base {
namespace {

// Known answers published with the generator (Random123, kat_vectors, philox4x32 10).
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(UnitInterval, ReachesZeroButNotOne) {
  EXPECT_EQ(unit_interval({0, 0, 0, 0})[0], 0.0);
  const double most = unit_interval({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff})[1];
  EXPECT_EQ(most, 1.0 - 0x1p-53);
  EXPECT_EQ(unit_interval({0, 0x80000000, 0, 0x40000000})[0], 0.5);
  EXPECT_EQ(unit_interval({0, 0x80000000, 0, 0x40000000})[1], 0.25);
}

TEST(RandomKey, DiffersForEveryRunAndSeed) {
  std::set<PhiloxKey> keys;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t run = 0; run < 100; ++run) {
      keys.insert(random_key(seed, run));
    }
  }
  EXPECT_EQ(keys.size(), 10000u);
}

}  // namespace
}  // namespace shamal::base
