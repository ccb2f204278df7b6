// The machine against its definition, on programs that nobody would write: the same bits for every
// value of every slot, whatever the batch, and a run alone as in company.
#include <bit>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "differential/programs_generator.h"
#include "sim/run.h"

namespace shamal::testing {
namespace {

constexpr std::uint64_t kPrograms = 500;
constexpr std::size_t kRuns = 129;  // a full batch and one more

// NaNs are all equal: which operand's payload survives is not a result.
std::uint64_t bits(double value) {
  return std::isnan(value) ? 0x7ff8000000000000u : std::bit_cast<std::uint64_t>(value);
}

struct Case {
  machine::Kernel kernel;
  sim::RunSpec spec;
  sim::Inputs inputs;
};

Case make_case(std::uint64_t seed) {
  GeneratedProgram generated = generate_program(seed);
  std::mt19937_64 random(~seed);
  Case made{machine::Kernel(std::move(generated.program)), {}, {}};
  made.spec.start = -1;
  made.spec.stop = 0;
  made.spec.dt = 0.25;
  made.spec.save_interval = 0.5;
  // Adaptive steps cost a hundred times as much.
  constexpr std::array<std::size_t, 8> kMethods = {0, 0, 1, 1, 2, 2, 2, 3};
  made.spec.method = &sim::methods()[kMethods[seed % 8]];
  made.spec.rtol = made.spec.atol = 1e-2;
  made.spec.seed = seed;
  made.spec.saved = {{0, made.kernel.program().slots}};
  made.inputs.runs = made.spec.method->adaptive() ? 9 : kRuns;
  made.inputs.first_run = 17;
  for (const ir::Slot slot : generated.varied) {
    std::vector<double> values;
    for (std::size_t run = 0; run < made.inputs.runs; ++run) {
      values.push_back(static_cast<double>(random() % 4001) / 1000.0 - 2.0);
    }
    made.inputs.overrides.push_back({slot, std::move(values)});
  }
  return made;
}

// The first difference, in words; empty if there is none. `first` is the run of `all` that `some`
// begins with.
std::string difference(const sim::Trajectories& all, const sim::Trajectories& some,
                       std::size_t first) {
  for (std::size_t run = 0; run < some.runs; ++run) {
    for (std::size_t t = 0; t < some.times.size(); ++t) {
      for (std::size_t slot = 0; slot < some.columns; ++slot) {
        const double expected = all.value(first + run, t, slot);
        const double found = some.value(run, t, slot);
        if (bits(expected) != bits(found)) {
          return "slot " + std::to_string(slot) + " of run " + std::to_string(first + run) +
                 " at time " + std::to_string(some.times[t]) + ": " + std::to_string(found) +
                 " instead of " + std::to_string(expected);
        }
      }
    }
  }
  return "";
}

std::vector<ir::Slot> generated_varied(const Case& c) {
  std::vector<ir::Slot> varied;
  for (const auto& override : c.inputs.overrides) {
    varied.push_back(override.slot);
  }
  return varied;
}

sim::Inputs one_run(const sim::Inputs& inputs, std::size_t run) {
  sim::Inputs alone{1, inputs.first_run + run, {}};
  for (const auto& override : inputs.overrides) {
    alone.overrides.push_back({override.slot, {override.values[run]}});
  }
  return alone;
}

TEST(Programs, MachineGivesTheBitsOfTheReference) {
  std::size_t numbers = 0;
  std::size_t all = 0;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    Case c = make_case(seed);
    const auto defects = ir::verify(c.kernel.program());
    ASSERT_TRUE(defects.empty()) << "seed " << seed << ": " << defects.front() << "\n"
                                 << ir::print(c.kernel.program());
    const auto expected =
        sim::simulate(c.kernel, c.spec, c.inputs, *machine::find_backend("reference"));
    for (const double value : expected.values) {
      numbers += std::isfinite(value) ? 1 : 0;
      ++all;
    }
    for (const std::size_t width : {1, 3, 64, 128}) {
      c.spec.batch_width = width;
      for (const std::string_view backend : {"machine", "avx2"}) {
        const auto found =
            sim::simulate(c.kernel, c.spec, c.inputs, *machine::find_backend(backend));
        const std::string different = difference(expected, found, 0);
        ASSERT_EQ(different, "") << backend << ", seed " << seed << ", batch width " << width
                                 << "\n"
                                 << ir::print(c.kernel.program());
      }
    }
    // A few slots alone: what the others need may go, and slots are used again.
    const ir::Program& program = c.kernel.program();
    std::mt19937_64 random(seed);
    sim::RunSpec few = c.spec;
    few.saved.clear();
    std::vector<std::size_t> columns;
    for (int k = 0; k < 3; ++k) {
      columns.push_back(random() % program.slots);
      few.saved.push_back({static_cast<ir::Slot>(columns.back()), 1});
    }
    for (const std::size_t width : {1, 64}) {
      few.batch_width = width;
      few.long_array = 2;
      const auto found = sim::simulate(c.kernel, few, c.inputs);
      for (std::size_t run = 0; run < found.runs; ++run) {
        for (std::size_t t = 0; t < found.times.size(); ++t) {
          for (std::size_t k = 0; k < columns.size(); ++k) {
            ASSERT_EQ(bits(found.value(run, t, k)), bits(expected.value(run, t, columns[k])))
                << "seed " << seed << ", slot " << columns[k] << " alone, run " << run << "\n"
                << ir::print(program);
          }
        }
      }
    }
    // The program made for them means the same to the reference interpreter.
    const auto special = c.kernel.specialised({few.saved, generated_varied(c), false, false});
    const auto unsound = ir::verify(special->kernel.program());
    ASSERT_TRUE(unsound.empty()) << "seed " << seed << ": " << unsound.front() << "\n"
                                 << ir::print(program) << ir::print(special->kernel.program());
    for (const std::size_t run : {std::size_t{0}, c.inputs.runs / 2, c.inputs.runs - 1}) {
      const auto found = sim::simulate(c.kernel, c.spec, one_run(c.inputs, run));
      ASSERT_EQ(difference(expected, found, run), "") << "seed " << seed << ", alone";
    }
  }
  // The programs must not drown in infinities and NaNs.
  EXPECT_GT(static_cast<double>(numbers), 0.8 * static_cast<double>(all));
}

}  // namespace
}  // namespace shamal::testing
