#include "machine/machine.h"

#include <gtest/gtest.h>

namespace shamal::machine {
namespace {

TEST(Backends, AreFoundByName) {
  for (const Backend& backend : backends()) {
    EXPECT_EQ(find_backend(backend.name), &backend);
    EXPECT_NE(backend.execute, nullptr);
    EXPECT_FALSE(backend.doc.empty());
  }
  EXPECT_EQ(backends().front().name, "machine");
  EXPECT_EQ(find_backend("gpu"), nullptr);
}

}  // namespace
}  // namespace shamal::machine
