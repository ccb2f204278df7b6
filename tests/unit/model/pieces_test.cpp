// Arrays that refer to each other's elements are split into few pieces, in an order that works.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/resolve.h"
#include "syntax/read_vensim.h"

namespace shamal::model {
namespace {

std::optional<Model> resolved(const std::string& equations, std::string& messages) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file =
      sources.add("t.mdl", "{UTF-8}\n" + equations +
                               "\nINITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\n"
                               "SAVEPER = TIME STEP ~~|\n");
  const auto parsed = syntax::read_vensim(file, sources, diagnostics);
  auto model = parsed ? resolve(*parsed, sources, diagnostics) : std::nullopt;
  messages = base::print(diagnostics, sources);
  return model;
}

// How many elements each assignment of a variable covers.
std::vector<std::uint32_t> sizes(const Model& model, const std::string& name) {
  std::vector<std::uint32_t> result;
  for (const Assignment& assignment : model.assignments) {
    if (model.variables[assignment.target].name == name) {
      std::uint32_t size = 1;
      for (std::uint32_t axis = 0; axis < assignment.box_axes; ++axis) {
        size *= assignment.axes[axis].size();
      }
      result.push_back(size);
    }
  }
  return result;
}

TEST(Pieces, AreAsLargeAsTheOrderAllows) {
  // The price of electricity needs the costs of all that it is made from; these need their prices.
  std::string messages;
  const auto model = resolved(
      "Fuel: electricity, oil, gas, coal ~~|\nBurnt: oil, gas, coal ~~|\nRegion: (r1-r5) ~~|\n"
      "price[Region, Burnt] = Time ~~|\n"
      "price[Region, electricity] = SUM(cost[Region, Burnt!]) ~~|\n"
      "cost[Region, Fuel] = 2 * price[Region, Fuel] ~~|\n",
      messages);
  ASSERT_TRUE(model) << messages;
  EXPECT_THAT(sizes(*model, "price"), testing::UnorderedElementsAre(15u, 5u));
  EXPECT_THAT(sizes(*model, "cost"), testing::UnorderedElementsAre(15u, 5u));
}

TEST(Pieces, AreElementsWhereEachNeedsTheOneBefore) {
  std::string messages;
  const auto model = resolved(
      "Stage: s1, s2, s3, s4 ~~|\nLater: s2, s3, s4 ~~|\nBefore: s1, s2, s3 -> Later ~~|\n"
      "x[s1] = Time ~~|\nx[Later] = 2 * x[Before] ~~|\n",
      messages);
  ASSERT_TRUE(model) << messages;
  EXPECT_THAT(sizes(*model, "x"), testing::ElementsAre(1u, 1u, 1u, 1u));
}

TEST(Pieces, DoNotHideACircleOfElements) {
  std::string messages;
  const auto model =
      resolved("A: a1, a2, a3 ~~|\nx[A] = y[a2] ~~|\ny[A] = x[a3] + Time ~~|\n", messages);
  EXPECT_FALSE(model);
  EXPECT_THAT(messages, testing::HasSubstr("\"x[a3]\" needs \"y[a2]\""));
}

}  // namespace
}  // namespace shamal::model
