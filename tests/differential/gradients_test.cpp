// Derivatives three ways: reverse mode (sim/gradient.h), forward mode (ir/tangent.h) and central
// differences, on generated models, the project's golden models, the campaign model and, where it
// lies beside the project, the public corpus.
//
// The function is a fixed sum of all saved values. Forward and reverse mode agree to rounding on
// every model; differences agree where the function is smooth enough around the point for them to,
// which most models are for most parameters.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "api/compile.h"
#include "ir/tangent.h"
#include "machine/machine.h"
#include "sim/gradient.h"
#include "sim/run.h"
#include "support/model_generator.h"

namespace shamal {
namespace {

namespace fs = std::filesystem;

struct Subject {
  ir::Program program;
  ir::Layout layout;
  sim::RunSpec spec;
  std::vector<ir::Slot> parameters;
};

Subject subject(const api::CompiledModel& compiled, double steps, const char* method = nullptr) {
  Subject made{compiled.program, compiled.layout, {}, {}};
  const model::SimSpecs& sim = compiled.model.sim;
  made.spec.start = sim.start;
  made.spec.dt = sim.dt;
  made.spec.long_array = 2;  // so that small models do what large ones do
  made.spec.stop = std::min(sim.stop, sim.start + steps * sim.dt);
  made.spec.save_interval = 3 * sim.dt;
  made.spec.method = sim::find_method(method != nullptr ? method : sim.method);
  made.spec.seed = 7;
  for (const ir::LayoutVariable& variable : made.layout.variables) {
    if (variable.alias || variable.hidden) {
      continue;
    }
    if (variable.kind == ir::VariableKind::constant && !variable.structural) {
      for (std::uint32_t i = 0; i < variable.count && made.parameters.size() < 24; ++i) {
        made.parameters.push_back(variable.base + i);
      }
    }
    made.spec.saved.push_back({variable.base, variable.count});
  }
  // Parameters that are equal make ties in MIN and MAX, where one-sided derivatives differ.
  for (ir::Constant& constant : made.program.constants) {
    const auto at = std::find(made.parameters.begin(), made.parameters.end(), constant.slot);
    if (at != made.parameters.end()) {
      const double i = static_cast<double>(at - made.parameters.begin());
      constant.value = constant.value * (1 + 0.001 * std::sin(i)) + 0.0001 * std::cos(i);
    }
  }
  return made;
}

// Of each saved value of a run: some number, or 0 where the model has left the tame numbers.
std::vector<double> weights_for(const sim::Trajectories& of) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < of.times.size() * of.columns; ++i) {
    const bool tame = std::fabs(of.values[i]) < 1e6;
    weights.push_back(tame ? std::cos(static_cast<double>(i % 997)) : 0.0);
  }
  return weights;
}

double total(const sim::Trajectories& from, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i] == 0 ? 0.0 : weights[i] * from.values[i];
  }
  return sum;
}

double constant_of(const ir::Program& program, ir::Slot slot) {
  for (const ir::Constant& constant : program.constants) {
    if (constant.slot == slot) {
      return constant.value;
    }
  }
  return 0;
}

struct Derivatives {
  std::vector<double> reverse;
  std::vector<double> forward;
  std::vector<double> differences;
  double size = 0;  // of the function
};

// Nothing if an operation of the model has no derivative; `refused` says which.
std::optional<Derivatives> derivatives(const Subject& of, std::string& refused,
                                       std::size_t memory = std::size_t{64} << 20) {
  const machine::Kernel kernel(of.program);
  auto made = sim::Differentiated::make(kernel, of.parameters, of.spec.saved);
  if (const auto* const why = std::get_if<ir::NotDifferentiable>(&made)) {
    refused = std::string(ir::row(why->op).name) + ": " + why->why;
    return std::nullopt;
  }
  const auto& differentiated = std::get<sim::Differentiated>(made);
  const auto defects = ir::verify(differentiated.backward(ir::Guarded::all).program());
  EXPECT_TRUE(defects.empty()) << defects.front();
  if (!defects.empty()) {
    return std::nullopt;
  }
  Derivatives found;
  const sim::Trajectories base = sim::simulate(kernel, of.spec, {});
  const std::vector<double> fixed = weights_for(base);
  found.size = std::fabs(total(base, fixed));
  sim::Inputs three;  // runs do not depend on each other
  three.runs = 3;
  const sim::Gradients gradients = sim::gradients(
      differentiated, of.spec, three,
      [&](const sim::Trajectories& batch, std::size_t, std::vector<double>& weights) {
        for (std::size_t i = 0; i < weights.size(); ++i) {
          weights[i] = fixed[i % (batch.times.size() * batch.columns)];
        }
      },
      memory);
  const std::size_t count = of.parameters.size();
  found.reverse.assign(gradients.values.begin(),
                       gradients.values.begin() + static_cast<std::ptrdiff_t>(count));

  auto followed = ir::tangent(of.program, of.parameters);
  if (const auto* const why = std::get_if<ir::NotDifferentiable>(&followed)) {
    ADD_FAILURE() << "reverse mode takes it, forward mode does not: " << why->why;
    return std::nullopt;
  }
  auto& tangent = std::get<ir::Tangent>(followed);
  const auto tangent_defects = ir::verify(tangent.program);
  EXPECT_TRUE(tangent_defects.empty()) << tangent_defects.front();
  sim::RunSpec spec = of.spec;
  for (sim::SlotRange& range : spec.saved) {
    range.base += tangent.shift;
  }
  sim::Inputs directions;
  directions.runs = count;
  for (std::size_t p = 0; p < count; ++p) {
    std::vector<double> unit(count, 0.0);
    unit[p] = 1;
    directions.overrides.push_back({tangent.shift + of.parameters[p], unit});
  }
  // The same random numbers for every direction: run by run, as number 0.
  for (std::size_t p = 0; p < count; ++p) {
    sim::Inputs one;
    for (const auto& override : directions.overrides) {
      one.overrides.push_back({override.slot, {override.values[p]}});
    }
    found.forward.push_back(
        total(sim::simulate(machine::Kernel(tangent.program), spec, one), fixed));
  }

  for (const ir::Slot slot : of.parameters) {
    const double at = constant_of(of.program, slot);
    const double step = 1e-6 * std::max(1.0, std::fabs(at));
    double sides[2];
    for (int side = 0; side < 2; ++side) {
      sim::Inputs moved;
      moved.overrides.push_back({slot, {side == 0 ? at - step : at + step}});
      sides[side] = total(sim::simulate(kernel, of.spec, moved), fixed);
    }
    found.differences.push_back((sides[1] - sides[0]) / (2 * step));
  }
  return found;
}

struct Tally {
  std::size_t models = 0;
  std::size_t parameters = 0;
  std::size_t smooth = 0;  // parameters where differences agree
  std::map<std::string, std::size_t> refused;
};

void expect_agreement(const Subject& of, Tally& tally, const std::string& name,
                      std::size_t memory = std::size_t{64} << 20) {
  SCOPED_TRACE(name);
  std::string refused;
  const auto found = derivatives(of, refused, memory);
  if (!found) {
    ++tally.refused[refused];
    return;
  }
  ++tally.models;
  double largest = 0;
  for (const double d : found->forward) {
    largest = std::isfinite(d) ? std::max(largest, std::fabs(d)) : largest;
  }
  for (std::size_t p = 0; p < of.parameters.size(); ++p) {
    const double f = found->forward[p];
    const double r = found->reverse[p];
    if (!std::isfinite(f)) {
      continue;  // the function itself has left the numbers
    }
    ++tally.parameters;
    EXPECT_NEAR(r, f, 1e-8 * std::fabs(f) + 1e-11 * largest + 1e-300)
        << "parameter in slot " << of.parameters[p];
    const double noise = 1e-9 * found->size + 1e-300;
    tally.smooth +=
        std::fabs(found->differences[p] - r) <= 1e-4 * std::fabs(r) + noise * 10 + 1e-6 * largest
            ? 1
            : 0;
  }
}

// All ways agree along every parameter, and so many derivatives are larger than that: a gradient of
// nothing but zeros would agree.
void expect_smooth(const Subject& of, const std::string& name, double size, std::ptrdiff_t least,
                   std::size_t memory = std::size_t{64} << 20) {
  SCOPED_TRACE(name);
  Tally tally;
  expect_agreement(of, tally, name, memory);
  EXPECT_EQ(tally.models, 1u);
  EXPECT_EQ(tally.parameters, of.parameters.size());
  EXPECT_EQ(tally.smooth, tally.parameters);
  std::string refused;
  const auto found = derivatives(of, refused);
  ASSERT_TRUE(found) << refused;
  EXPECT_GE(std::count_if(found->reverse.begin(), found->reverse.end(),
                          [size](double d) { return std::fabs(d) > size; }),
            least);
}

std::optional<api::CompiledModel> compiled(const std::string& path) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  return api::compile(path, sources, diagnostics);
}

ir::Slot slot_of(const api::CompiledModel& model, const std::string& name) {
  const auto& all = model.layout.variables;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& v) { return v.name == name; });
  return found == all.end() ? ir::kNone : found->base;
}

// A file that no other process has.
fs::path own_file(const std::string& name) {
  return fs::temp_directory_path() / fmt::format("shamal_gradient_{}_{}", getpid(), name);
}

void report(const Tally& tally) {
  std::cout << tally.models << " models, " << tally.parameters << " parameters, " << tally.smooth
            << " of them also by differences\n";
  for (const auto& [why, count] : tally.refused) {
    std::cout << "  without a derivative: " << count << " models, " << why << "\n";
  }
}

class Gradients : public ::testing::TestWithParam<const char*> {};

TEST_P(Gradients, OfGeneratedModelsAgree) {
  Tally tally;
  const fs::path path = own_file(GetParam() + std::string(".xmile"));
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::ofstream(path) << testing::generate_model(seed);
    const auto model = compiled(path);
    ASSERT_TRUE(model);
    expect_agreement(subject(*model, 25, GetParam()), tally, "model " + std::to_string(seed));
  }
  fs::remove(path);
  report(tally);
  EXPECT_GE(tally.models, 30u);
  EXPECT_GE(static_cast<double>(tally.smooth), 0.8 * static_cast<double>(tally.parameters));
}

INSTANTIATE_TEST_SUITE_P(Methods, Gradients, ::testing::Values("euler", "rk2", "rk4"));

// Elements found by a computed offset: which one does not change smoothly, what it holds does.
TEST(GradientsOfArrays, PassThroughVectorElmMap) {
  const fs::path path = own_file("elements.mdl");
  std::ofstream(path) << R"({UTF-8}
Row: R1, R2, R3
	~	~	|
Weight[Row]= 2, 3, 5
	~	~	|
Place[Row]= 2.4, 0.3, 1.2
	~	~	|
Rate[Row]= VECTOR ELM MAP(Weight[R1], INTEGER(Place[Row]))
	~	~	|
Level[Row]= INTEG(Rate[Row] - 0.1*Level[Row]*Rate[Row], Weight[Row])
	~	~	|
Seen[Row]= VECTOR ELM MAP(Level[R1], Place[Row])*Level[Row]
	~	~	|
INITIAL TIME= 0
	~	~	|
FINAL TIME= 10
	~	~	|
SAVEPER= TIME STEP
	~	~	|
TIME STEP= 0.125
	~	~	|
)";
  const auto model = compiled(path);
  ASSERT_TRUE(model);
  fs::remove(path);
  expect_smooth(subject(*model, 80), "elements", 0.1, 3);
}

// Every action of VECTOR SELECT, with an element that is not selected and selections that weigh.
TEST(GradientsOfProcedures, OfVectorSelectAgree) {
  const fs::path path = own_file("select.mdl");
  for (int action = 0; action <= 10; ++action) {
    std::ofstream(path) << R"({UTF-8}
Row: R1, R2
	~	~	|
Column: C1, C2, C3, C4
	~	~	|
weight[Column]= 1.5, 0.5, 0, 2
	~	~	|
amount[Row,Column]= 1.2, 0.7, 3, 1.1; 0.4, 0.9, 2, 0.6;
	~	~	|
missing= 0.3
	~	~	|
none[Column]= 0, 0, 0, 0
	~	~	|
Level[Row]= INTEG(0.1*VECTOR SELECT(weight[Column!], amount[Row,Column!]*Level[Row], 0, )"
                        << action << R"(, 0)
  + VECTOR SELECT(none[Column!], amount[Row,Column!], missing, 0, 0) - 0.2*Level[Row]^3, 1)
	~	~	|
INITIAL TIME= 0
	~	~	|
FINAL TIME= 3
	~	~	|
SAVEPER= TIME STEP
	~	~	|
TIME STEP= 0.125
	~	~	|
)";
    const auto model = compiled(path);
    ASSERT_TRUE(model);
    Subject of = subject(*model, 24);
    // Zeros are not selected; beside them the function jumps.
    std::erase_if(of.parameters,
                  [&](ir::Slot slot) { return constant_of(model->program, slot) == 0; });
    for (ir::Constant& constant : of.program.constants) {
      constant.value = constant_of(model->program, constant.slot);
    }
    expect_smooth(of, "action " + std::to_string(action), 0.01, 3);
  }
  fs::remove(path);
}

// Of the sum of the saved values.
void weigh_alike(const sim::Trajectories&, std::size_t, std::vector<double>& weights) {
  std::fill(weights.begin(), weights.end(), 1.0);
}

// By one parameter, of the sum of these stocks over two steps of Euler's method; of each run.
std::vector<double> after_two_steps(const api::CompiledModel& model, const std::string& parameter,
                                    const std::vector<std::string>& stocks,
                                    const sim::Inputs& runs) {
  sim::RunSpec spec;
  spec.stop = 2;
  spec.method = sim::find_method("euler");
  for (const std::string& stock : stocks) {
    spec.saved.push_back({slot_of(model, stock), 1});
  }
  auto made = sim::Differentiated::make(model.kernel, {slot_of(model, parameter)}, spec.saved);
  return sim::gradients(std::get<sim::Differentiated>(made), spec, runs, weigh_alike).values;
}

// A run that overrides what the procedure is told to do has no derivative, rather than a wrong one.
TEST(GradientsOfProcedures, AreNotThoseOfAnotherAction) {
  const fs::path path = own_file("action.mdl");
  std::ofstream(path) << R"({UTF-8}
Column: C1, C2
	~	~	|
amount[Column]= 2, 3
	~	~	|
selection[Column]= 1, 1
	~	~	|
action= 0
	~	~	|
Level= INTEG(VECTOR SELECT(selection[Column!], amount[Column!], 0, action, 0), 0)
	~	~	|
INITIAL TIME= 0
	~	~	|
FINAL TIME= 2
	~	~	|
SAVEPER= TIME STEP
	~	~	|
TIME STEP= 1
	~	~	|
)";
  const auto model = compiled(path);
  ASSERT_TRUE(model);
  fs::remove(path);
  sim::Inputs runs;
  runs.runs = 2;
  runs.overrides.push_back({slot_of(*model, "action"), {0, 1}});
  const std::vector<double> found = after_two_steps(*model, "amount", {"Level"}, runs);
  EXPECT_EQ(found[0], 3);  // 1 + 2 steps
  EXPECT_TRUE(std::isnan(found[1]));
}

// Derivatives are made of quotients that may be off by a digit, but what a quotient decides is what
// it decided when the step was taken: 0.6 / 0.2 is less than 3, and 0.6 times 1 / 0.2 is not.
TEST(GradientsOfJumps, AreThoseOfThePieceThatWasTaken) {
  const fs::path path = own_file("jump.mdl");
  std::ofstream(path) << R"({UTF-8}
width= 0.2
	~	~	|
pace= 0.1
	~	~	|
Still= INTEG(0*pace, 0.6)
	~	~	|
Other= INTEG(pace*Other/width, 1)
	~	~	|
Level= INTEG(pace*IF THEN ELSE(INTEGER(Still/width) >= 3, 10, 1), 0)
	~	~	|
INITIAL TIME= 0
	~	~	|
FINAL TIME= 2
	~	~	|
SAVEPER= TIME STEP
	~	~	|
TIME STEP= 1
	~	~	|
)";
  const auto model = compiled(path);
  ASSERT_TRUE(model);
  fs::remove(path);
  sim::Inputs runs;
  runs.runs = 1;
  const double found = after_two_steps(*model, "pace", {"Level", "Other"}, runs)[0];
  EXPECT_NEAR(found, (1 + 2) + (5 + 2 * 5 * 1.5), 1e-12);  // Other is (1 + 5 pace)^n
}

// Normal distributions; functions that are flat but for jumps; a product over the first axis.
TEST(GradientsOfProcedures, OfOthersAgree) {
  const fs::path path = own_file("others.xmile");
  std::ofstream(path)
      << R"(<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>x</vendor><product version="1">x</product></header>
<sim_specs method="euler"><start>0</start><stop>3</stop><dt>0.125</dt></sim_specs>
<dimensions><dim name="Row" size="3"/><dim name="Column" size="2"/></dimensions>
<model><variables>
<aux name="low"><eqn>-0.7</eqn></aux>
<aux name="mean"><eqn>0.2</eqn></aux>
<aux name="deviation"><eqn>1.3</eqn></aux>
<aux name="chance"><eqn>0.3</eqn></aux>
<aux name="whole"><eqn>5.4</eqn></aux>
<aux name="factor"><dimensions><dim name="Row"/><dim name="Column"/></dimensions>
  <element subscript="1, 1"><eqn>1.2</eqn></element><element subscript="1, 2"><eqn>0.9</eqn></element>
  <element subscript="2, 1"><eqn>0.8</eqn></element><element subscript="2, 2"><eqn>1.1</eqn></element>
  <element subscript="3, 1"><eqn>0.7</eqn></element><element subscript="3, 2"><eqn>1.4</eqn></element></aux>
<aux name="product"><dimensions><dim name="Column"/></dimensions><eqn>PROD(factor[*, Column])</eqn></aux>
<flow name="change"><eqn>NORMALCDF(low, level, mean, deviation) + 0.1 * INVNORM(chance, mean, deviation)
  + 0.05 * ERF(level) + 0.01 * COMBINATIONS(whole, 2) + 0.1 * product[1] * level - 0.2 * product[2]</eqn></flow>
<stock name="level"><eqn>0.5</eqn><inflow>change</inflow></stock>
</variables></model></xmile>
)";
  const auto model = compiled(path);
  ASSERT_TRUE(model);
  fs::remove(path);
  expect_smooth(subject(*model, 24), "others", 0.01, 10);
}

// Every procedure that is differentiated by recording it, by each method, and with so little memory
// that most steps are run again.
class GradientsOfModels : public ::testing::TestWithParam<const char*> {};

TEST_P(GradientsOfModels, Agree) {
  const fs::path folder = fs::path(SHAMAL_SOURCE_DIR) / "tests/differential/gradients";
  std::size_t models = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto model = compiled(entry.path());
    ASSERT_TRUE(model);
    Subject of = subject(*model, 32, GetParam());
    // Whole numbers choose what is done; they stay.
    std::erase_if(of.parameters, [&](ir::Slot slot) {
      const double value = constant_of(model->program, slot);
      return value == std::floor(value);
    });
    for (ir::Constant& constant : of.program.constants) {
      const double value = constant_of(model->program, constant.slot);
      constant.value = value == std::floor(value) ? value : constant.value;
    }
    const auto all = static_cast<std::ptrdiff_t>(of.parameters.size());
    EXPECT_GE(all, 4);
    expect_smooth(of, entry.path().filename(), 1e-3, all);
    expect_smooth(of, entry.path().filename().string() + " in little memory", 1e-3, all, 4096);
    ++models;
  }
  EXPECT_EQ(models, 6u);
}

INSTANTIATE_TEST_SUITE_P(Methods, GradientsOfModels, ::testing::Values("euler", "rk2", "rk4"));

// What has no derivative is refused with the variable that it is for.
TEST(GradientsOfConveyors, AreRefusedByName) {
  const fs::path path = own_file("conveyor.xmile");
  std::ofstream(path)
      << R"(<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>x</vendor><product version="1">x</product></header>
<sim_specs method="euler"><start>0</start><stop>3</stop><dt>0.125</dt></sim_specs>
<model><variables>
<aux name="pace"><eqn>0.7</eqn></aux>
<stock name="under way"><eqn>3</eqn><inflow>leaving home</inflow><outflow>arriving</outflow>
  <conveyor><len>2</len></conveyor></stock>
<flow name="leaving home"><eqn>pace</eqn></flow>
<flow name="arriving"/>
<stock name="there"><eqn>0</eqn><inflow>arriving</inflow></stock>
</variables></model></xmile>
)";
  const auto model = compiled(path);
  ASSERT_TRUE(model);
  fs::remove(path);
  const auto slot = [&](const std::string& name) { return slot_of(*model, name); };
  const auto made = sim::Differentiated::make(model->kernel, {slot("pace")}, {{slot("there"), 1}});
  const auto* const refused = std::get_if<ir::NotDifferentiable>(&made);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->why, "conveyors and queues have no derivative");
  const auto named = [&](ir::Slot of) {
    const auto& all = model->layout.variables;
    return std::any_of(all.begin(), all.end(), [&](const ir::LayoutVariable& v) {
      return !v.hidden && of >= v.base && of < v.base + v.count;
    });
  };
  const auto first = std::find_if(refused->slots.begin(), refused->slots.end(), named);
  ASSERT_NE(first, refused->slots.end());
  EXPECT_TRUE(*first == slot("under way") || *first == slot("arriving")) << *first;
}

// A zero times an infinite slope is zero. Plain products make it NaN, upon which the batch goes
// back with more of them guarded, as all later ones do.
class GradientsWithInfiniteSlopes : public ::testing::Test {
 protected:
  // Of a stock that grows by `pace` and what the flow says, for four steps: by share, base and
  // pace.
  void expect_guards(const std::string& flow, ir::Guarded guarded) {
    const fs::path path = own_file("infinite.mdl");
    std::ofstream(path) << R"({UTF-8}
share= 0
	~	~	|
base= 0
	~	~	|
pace= 0.5
	~	~	|
Level= INTEG(pace + )" << flow
                        << R"(, 1)
	~	~	|
INITIAL TIME= 0
	~	~	|
FINAL TIME= 4
	~	~	|
SAVEPER= TIME STEP
	~	~	|
TIME STEP= 1
	~	~	|
)";
    const auto model = compiled(path);
    ASSERT_TRUE(model);
    fs::remove(path);
    const auto slot = [&](const std::string& name) { return slot_of(*model, name); };
    sim::RunSpec spec;
    spec.stop = 4;
    spec.method = sim::find_method("euler");
    spec.saved = {{slot("Level"), 1}};
    auto made = sim::Differentiated::make(model->kernel,
                                          {slot("share"), slot("base"), slot("pace")}, spec.saved);
    const auto& of = std::get<sim::Differentiated>(made);
    EXPECT_EQ(of.guarded(), ir::Guarded::none);
    sim::Inputs runs;
    runs.runs = 2;
    const std::vector<double> expected = {0, 0, 10, 0, 0, 10};  // 0 + 1 + 2 + 3 + 4 by the pace
    EXPECT_EQ(sim::gradients(of, spec, runs, weigh_alike).values, expected);
    EXPECT_EQ(of.guarded(), guarded);
    EXPECT_EQ(sim::gradients(of, spec, runs, weigh_alike).values, expected);
  }
};

TEST_F(GradientsWithInfiniteSlopes, AreFoundByGuardedProducts) {
  expect_guards("share*SQRT(base)", ir::Guarded::doubtful);
}

// A power's slope at zero is made without a product of an infinity.
TEST_F(GradientsWithInfiniteSlopes, OfPowersNeedNoGuards) {
  expect_guards("share*base^0.5", ir::Guarded::none);
}

// Infinite by a sum of numbers, which nothing but its value shows.
TEST_F(GradientsWithInfiniteSlopes, AreFoundWhereNothingShowsThem) {
  expect_guards("IF THEN ELSE(base > 0, base*(1e308 + Level*1e308), 0)", ir::Guarded::all);
}

// The largest of the public models, whose sums over years and gases are VECTOR SELECT.
TEST(GradientsOfFiles, AgreeOnCLearn) {
  const fs::path path = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance" / "large" /
                        "C-LEARN v77 for Vensim.mdl";
  if (!fs::exists(path)) {
    std::cout << "NOT RUN: ../shared/conformance is not there.\n";
    return;
  }
  const auto model = compiled(path);
  ASSERT_TRUE(model);
  Tally tally;
  expect_agreement(subject(*model, 40), tally, "C-LEARN");
  report(tally);
  EXPECT_EQ(tally.models, 1u);
  EXPECT_EQ(tally.smooth, tally.parameters);
}

// Of the public models of moderate size: a few parameters, a few steps.
TEST(GradientsOfFiles, AgreeOnThePublicCorpus) {
  const fs::path corpus = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(corpus)) {
    std::cout << "NOT RUN: ../shared/conformance is not there.\n";
    return;
  }
  constexpr std::uintmax_t kLargest = 60000;  // bytes
  constexpr std::size_t kParameters = 6;
  constexpr double kSteps = 12;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(corpus)) {
    const std::string kind = entry.path().extension();
    const bool model = kind == ".mdl" || kind == ".xmile" || kind == ".stmx";
    if (entry.is_regular_file() && model && entry.file_size() < kLargest) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  Tally tally;
  for (const fs::path& path : paths) {
    const auto model = compiled(path);
    if (!model || sim::find_method(model->model.sim.method) == nullptr ||
        sim::find_method(model->model.sim.method)->adaptive()) {
      continue;
    }
    Subject of = subject(*model, kSteps);
    of.parameters.resize(std::min(of.parameters.size(), kParameters));
    expect_agreement(of, tally, path.lexically_relative(corpus));
  }
  report(tally);
  // Without a derivative are conveyors and queues alone.
  EXPECT_GE(tally.models, 200u);
  for (const auto& [why, count] : tally.refused) {
    EXPECT_EQ(why, "device: conveyors and queues have no derivative");
  }
  EXPECT_GE(static_cast<double>(tally.smooth), 0.99 * static_cast<double>(tally.parameters));
}

TEST(GradientsOfFiles, Agree) {
  Tally tally;
  for (const auto& folder : {fs::path(SHAMAL_SOURCE_DIR) / "tests/golden"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".xmile") {
        if (const auto model = compiled(entry.path())) {
          expect_agreement(subject(*model, 40), tally, entry.path().filename());
        }
      }
    }
  }
  report(tally);
  EXPECT_GE(tally.models, 8u);
}

}  // namespace
}  // namespace shamal
