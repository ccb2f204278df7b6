#include "base/copy_past_caches.h"

#include <vector>

#include <gtest/gtest.h>

namespace shamal::base {
namespace {

// From and to any place, and nothing beside it.
TEST(CopyPastCaches, CopiesAnyNumberFromAnywhere) {
  std::vector<double> from(40);
  for (std::size_t i = 0; i < from.size(); ++i) {
    from[i] = static_cast<double>(i + 1);
  }
  for (std::size_t begin = 0; begin < 3; ++begin) {
    for (std::size_t place = 0; place < 3; ++place) {
      for (std::size_t count = 0; count < 35; ++count) {
        std::vector<double> to(40, -1.0);
        std::vector<double> expected = to;
        for (std::size_t i = 0; i < count; ++i) {
          expected[place + i] = from[begin + i];
        }
        copy_past_caches(from.data() + begin, count, to.data() + place);
        EXPECT_EQ(to, expected) << begin << " " << place << " " << count;
      }
    }
  }
}

}  // namespace
}  // namespace shamal::base
