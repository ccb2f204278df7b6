#include "machine/x86_anchors.h"

#include <algorithm>
#include <tuple>

namespace shamal::machine {

namespace {

constexpr std::int32_t kUnit = 64;             // of a displacement: a register
constexpr std::int32_t kBelow = -128 * kUnit;  // the furthest
constexpr std::int32_t kAbove = 127 * kUnit;
constexpr std::size_t kWorth = 4;  // three bytes each, and seven to set a register

}  // namespace

bool reaches(const Place& anchor, const Place& place) {
  const std::int32_t from = place.displacement - anchor.displacement;
  return anchor.base == place.base && from % kUnit == 0 && from >= kBelow && from <= kAbove;
}

std::vector<Place> find_anchors(std::vector<Place> met, std::size_t most) {
  std::sort(met.begin(), met.end(), [](const Place& left, const Place& right) {
    return std::tie(left.base, left.displacement) < std::tie(right.base, right.displacement);
  });
  std::vector<Place> anchors;
  while (anchors.size() < most) {
    std::size_t best = 0;
    std::size_t count = 0;
    for (std::size_t first = 0, end = 0; first < met.size(); ++first) {
      const Place& lowest = met[first];
      while (end < met.size() && met[end].base == lowest.base &&
             met[end].displacement - lowest.displacement <= kAbove - kBelow) {
        ++end;
      }
      if (end - first > count) {
        best = first;
        count = end - first;
      }
    }
    if (count < kWorth) {
      break;
    }
    const auto begin = met.begin() + static_cast<std::ptrdiff_t>(best);
    anchors.push_back({begin->base, General::none, begin->displacement - kBelow});
    met.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  }
  return anchors;
}

}  // namespace shamal::machine
