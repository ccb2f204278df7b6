// Programs as bytes: nothing is lost, and no damage is taken for a program.
#include "ir/program_file.h"

#include <gtest/gtest.h>

#include "base/fields.h"
#include "support/program_builder.h"

namespace shamal::ir {
namespace {

using testing::ProgramBuilder;

ProgramFile example() {
  ProgramBuilder b;
  const Slot rates = b.constants({0.1, 0.2, 0.3});
  const Slot level = b.slots(3);
  const Slot net = b.slots(3);
  b.stock(level, net, 3);
  const LoopId three = b.loop({3});
  b.emit(Block::initial, Op::copy, three, b.view(level, {1}), {b.view(rates, {1})});
  b.emit(Block::rates, Op::multiply, three, b.view(net, {1}),
         {b.view(level, {1}), b.view(rates, {1})});
  b.program.tables.push_back({TableKind::extrapolate, {0, 1}, {2, 3}});
  ProgramFile file;
  file.name = "three";
  file.stop = 10;
  file.dt = 0.5;
  file.method = "euler";
  file.program = b.program;
  file.layout.dimensions = {{"Region", {"North", "South", "East"}}};
  LayoutVariable variable;
  variable.name = "Level";
  variable.kind = VariableKind::stock;
  variable.dimensions = {0};
  variable.base = level;
  variable.count = 3;
  variable.range = {0, 5};
  file.layout.variables = {variable};
  return file;
}

TEST(Fields, AreCountedAndWalkedInOrder) {
  struct Three {
    int a = 1;
    std::array<int, 2> b{2, 3};
    std::vector<int> c{4};
  };
  Three three;
  std::string kinds;
  base::for_each_field(three, [&](auto& field) {
    kinds += std::is_same_v<std::remove_reference_t<decltype(field)>, int> ? 'i' : 'o';
  });
  EXPECT_EQ(kinds, "ioo");
}

TEST(ProgramFile, RoundTrips) {
  const ProgramFile file = example();
  const std::string bytes = write_program(file);
  const auto back = read_program(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(print(back->program), print(file.program));
  EXPECT_EQ(back->layout.variables[0].name, "Level");
  EXPECT_EQ(back->layout.variables[0].range->second, 5);
  EXPECT_EQ(back->layout.dimensions[0].elements[2], "East");
  EXPECT_EQ(back->dt, 0.5);
  EXPECT_EQ(write_program(*back), bytes);
}

TEST(ProgramFile, NoDamageIsTakenForAProgram) {
  const std::string bytes = write_program(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_FALSE(read_program(damaged)) << i;
    read_program(damaged, false);  // past the check: whatever it gives, it ends
    EXPECT_FALSE(read_program(std::string_view(bytes).substr(0, i)));
  }
  EXPECT_FALSE(read_program(bytes + "x", false));
}

TEST(ProgramFile, AnUnsoundProgramIsRefused) {
  ProgramFile file = example();
  file.program.views[0].base = 10'000;
  EXPECT_FALSE(read_program(write_program(file)));
  file = example();
  file.layout.variables[0].base = 10'000;
  EXPECT_FALSE(read_program(write_program(file)));
  file = example();
  file.program.loops.back().extents[0] = 0xffffffffu;
  EXPECT_FALSE(read_program(write_program(file)));
}

}  // namespace
}  // namespace shamal::ir
