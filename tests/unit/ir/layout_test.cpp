#include "ir/layout.h"

#include <gtest/gtest.h>

namespace shamal::ir {
namespace {

TEST(Layout, LabelsElementsRowMajor) {
  Layout layout;
  layout.dimensions = {{"City", {"Boston", "Tunis"}}, {"Goods", {"coats", "dresses", "hats"}}};
  LayoutVariable sales;
  sales.dimensions = {0, 1};
  EXPECT_EQ(layout.element_label(sales, 0), "Boston,coats");
  EXPECT_EQ(layout.element_label(sales, 2), "Boston,hats");
  EXPECT_EQ(layout.element_label(sales, 4), "Tunis,dresses");
  LayoutVariable total;
  EXPECT_EQ(layout.element_label(total, 0), "");
}

TEST(Layout, NamesKinds) {
  EXPECT_EQ(kind_name(VariableKind::stock), "stock");
  EXPECT_EQ(kind_name(VariableKind::constant), "constant");
}

}  // namespace
}  // namespace shamal::ir
