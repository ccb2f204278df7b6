#include "base/progress.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace shamal::base {
namespace {

TEST(Progress, IsTheShareOfWhatIsExpected) {
  Progress progress;
  EXPECT_EQ(progress.fraction(), 0.0);
  EXPECT_FALSE(progress.remaining_seconds());
  progress.expect(10);
  progress.advance(5);
  EXPECT_EQ(progress.fraction(), 0.5);
  EXPECT_TRUE(progress.remaining_seconds());
  progress.expect(10);
  EXPECT_EQ(progress.fraction(), 0.25);
  progress.advance(100);
  EXPECT_EQ(progress.fraction(), 1.0);
}

TEST(Progress, ReportsAtMostOnceAnInterval) {
  int reports = 0;
  Progress often([&](const Progress&) { ++reports; }, std::chrono::milliseconds(0));
  often.expect(3);
  often.advance(1);
  often.advance(1);
  EXPECT_EQ(reports, 2);
  Progress seldom([&](const Progress&) { ++reports; }, std::chrono::hours(1));
  seldom.advance(1);
  EXPECT_EQ(reports, 2);
}

TEST(Progress, AddsUpFromAllThreads) {
  Progress progress([](const Progress&) {}, std::chrono::milliseconds(0));
  progress.expect(4000);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        progress.advance(1);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(progress.fraction(), 1.0);
  EXPECT_FALSE(progress.cancelled());
  progress.cancel();
  EXPECT_TRUE(progress.cancelled());
}

}  // namespace
}  // namespace shamal::base
