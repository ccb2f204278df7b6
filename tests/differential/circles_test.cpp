// Derivatives of what SIMULTANEOUS finds: those of the solution of the circle, and none by the
// guess that the search begins with.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "ir/tangent.h"
#include "sim/gradient.h"
#include "sim/run.h"

namespace shamal {
namespace {

// x = base / (1 - k / 2), and the values of Level are 0, x and 2 x.
constexpr const char* kModel = R"({UTF-8}
k = 0.5 ~~|
base = 1 ~~|
guess = 0.1 ~~|
x = y ~~|
y = SIMULTANEOUS(k * x / 2 + base, guess) ~~|
Level = INTEG(x, 0) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 2 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
)";

TEST(GradientsOfCircles, AreThoseOfTheSolution) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "shamal_gradient_circle.mdl";
  std::ofstream(path) << kModel;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto model = api::compile(path.string(), sources, diagnostics);
  ASSERT_TRUE(model) << base::print(diagnostics, sources);
  std::filesystem::remove(path);
  const auto slot = [&](const std::string& name) {
    const auto& all = model->layout.variables;
    return std::find_if(all.begin(), all.end(), [&](const auto& v) { return v.name == name; })
        ->base;
  };
  const std::vector<ir::Slot> parameters = {slot("k"), slot("base"), slot("guess")};
  const double x = 1 / (1 - 0.25);
  const std::vector<double> expected = {3 * x * x / 2, 3 * x, 0};
  sim::RunSpec spec;
  spec.stop = 2;
  spec.method = sim::find_method("euler");
  spec.saved = {{slot("Level"), 1}};

  auto made = sim::Differentiated::make(model->kernel, parameters, spec.saved);
  ASSERT_TRUE(std::holds_alternative<sim::Differentiated>(made));
  const auto weigh = [](const sim::Trajectories&, std::size_t, std::vector<double>& weights) {
    std::fill(weights.begin(), weights.end(), 1.0);
  };
  const auto reverse = sim::gradients(std::get<sim::Differentiated>(made), spec, {}, weigh).values;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    EXPECT_NEAR(reverse[p], expected[p], 1e-12) << "parameter " << p;
  }
  // Forward mode does not follow a value that is made anew from itself, and says so.
  const auto followed = ir::tangent(model->program, parameters);
  const auto* const refused = std::get_if<ir::NotDifferentiable>(&followed);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->why, "an array that is changed while it is read");
}

}  // namespace
}  // namespace shamal
