#include "machine/x86_anchors.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace shamal::machine {
namespace {

constexpr std::int32_t kUnit = 64;

Place at(std::int32_t units, General base = General::rbx) {
  return {base, General::none, units * kUnit};
}

std::size_t short_addresses(const std::vector<Place>& anchors, const std::vector<Place>& met) {
  return static_cast<std::size_t>(std::count_if(met.begin(), met.end(), [&](const Place& place) {
    return std::any_of(anchors.begin(), anchors.end(),
                       [&](const Place& anchor) { return reaches(anchor, place); });
  }));
}

TEST(Anchors, ReachOneByteOfRegisters) {
  const Place anchor = at(1000);
  EXPECT_TRUE(reaches(anchor, at(872)));
  EXPECT_TRUE(reaches(anchor, at(1127)));
  EXPECT_FALSE(reaches(anchor, at(871)));
  EXPECT_FALSE(reaches(anchor, at(1128)));
  EXPECT_FALSE(reaches(anchor, at(1000, General::rax)));
  EXPECT_FALSE(reaches(anchor, {General::rbx, General::none, 1000 * kUnit + 8}));
}

TEST(Anchors, AreWhereMostIsMet) {
  std::vector<Place> met;
  for (std::int32_t i = 0; i < 10; ++i) {
    met.push_back(at(500 + i));
    met.push_back(at(9000 + 25 * i));  // just within reach of one anchor
    met.push_back(at(9000 + 25 * i, General::rax));
  }
  met.push_back(at(5000));  // alone
  EXPECT_EQ(find_anchors(met, 6).size(), 3);
  EXPECT_EQ(short_addresses(find_anchors(met, 6), met), 30);
  EXPECT_EQ(short_addresses(find_anchors(met, 2), met), 20);
  EXPECT_TRUE(find_anchors({at(500), at(501), at(502)}, 6).empty());
  EXPECT_TRUE(find_anchors({}, 6).empty());
}

}  // namespace
}  // namespace shamal::machine
