#include "data/dataset.h"

#include <gtest/gtest.h>

#include "data/variable_view.h"

namespace shamal::data {
namespace {

Dataset example() {
  Dataset dataset;
  dataset.dimensions = {{"run", 2, {}, {}, ""},
                        {"time", 3, {0, 1, 2}, {}, "month"},
                        {"Age Group", 2, {}, {"child", "adult"}, ""},
                        {"quantile", 2, {0.05, 0.95}, {}, ""}};
  dataset.variables = {{"Net Cash", {2, 0, 3, 1}, std::vector<double>(24), "", "", ""},
                       {"rate", {}, {5}, "", "", ""}};
  for (std::size_t i = 0; i < 24; ++i) {
    dataset.variables[0].values[i] = static_cast<double>(i);
  }
  return dataset;
}

TEST(Dataset, FindsByFoldedName) {
  const Dataset dataset = example();
  ASSERT_NE(dataset.find("net_cash"), nullptr);
  EXPECT_EQ(dataset.find("net_cash")->name, "Net Cash");
  EXPECT_EQ(dataset.find("gross cash"), nullptr);
  EXPECT_EQ(dataset.find_dimension("AGE_GROUP"), 2u);
  EXPECT_EQ(dataset.find_dimension("sex"), std::nullopt);
}

TEST(Dataset, CountsElements) {
  const Dataset dataset = example();
  EXPECT_EQ(dataset.element_count(dataset.variables[0]), 24u);
  EXPECT_EQ(dataset.element_count(dataset.variables[1]), 1u);
}

TEST(VariableView, FindsValuesInAnyOrderOfDimensions) {
  const Dataset dataset = example();
  const VariableView view(dataset, dataset.variables[0]);
  EXPECT_TRUE(view.has_time());
  ASSERT_EQ(view.elements(), 4u);
  EXPECT_EQ(view.subscripts(2), (std::vector<std::string>{"adult", "0.05"}));
  // age 1, run 1, quantile 0, time 2
  EXPECT_EQ(view.at(1, 2, 2), 12 + 6 + 0 + 2);
}

TEST(VariableView, AConstantIsTheSameEverywhere) {
  const Dataset dataset = example();
  const VariableView view(dataset, dataset.variables[1]);
  EXPECT_FALSE(view.has_time());
  EXPECT_EQ(view.elements(), 1u);
  EXPECT_EQ(view.at(1, 2, 0), 5);
}

TEST(PositionLabel, IsALabelANumberOrACount) {
  const Dataset dataset = example();
  EXPECT_EQ(position_label(dataset.dimensions[0], 1), "2");
  EXPECT_EQ(position_label(dataset.dimensions[1], 1), "1");
  EXPECT_EQ(position_label(dataset.dimensions[2], 1), "adult");
}

}  // namespace
}  // namespace shamal::data
