// Programs for tests, written down in a few lines:
//
//   ProgramBuilder b;
//   const ir::Slot rate = b.constant(0.1);
//   const ir::Slot level = b.slots(3), net = b.slots(3);
//   b.stock(level, net, 3);
//   const ir::LoopId three = b.loop({3});
//   b.emit(Block::initial, Op::copy, three, b.view(level, {1}), {b.view(one)});
//   b.emit(Block::rates, Op::multiply, three, b.view(net, {1}), {b.view(level, {1}),
//   b.view(rate)});
#pragma once

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "ir/program.h"

namespace shamal::testing {

class ProgramBuilder {
 public:
  ProgramBuilder() { program.loops.push_back({}); }

  ir::Slot slots(std::uint32_t count = 1) {
    const ir::Slot base = program.slots;
    program.slots += count;
    return base;
  }

  ir::Slot constant(double value) { return constants({value}); }
  ir::Slot constants(const std::vector<double>& values) {
    const ir::Slot base = slots(static_cast<std::uint32_t>(values.size()));
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      program.constants.push_back({base + i, values[i]});
    }
    return base;
  }

  ir::LoopId loop(const std::vector<std::uint32_t>& extents) {
    ir::Loop made;
    made.rank = static_cast<std::uint32_t>(extents.size());
    std::copy(extents.begin(), extents.end(), made.extents.begin());
    program.loops.push_back(made);
    return static_cast<ir::LoopId>(program.loops.size() - 1);
  }

  ir::ViewId view(ir::Slot base, const std::vector<std::int32_t>& strides = {}) {
    ir::View made{base, {}};
    for (std::size_t k = 0; k < strides.size(); ++k) {
      made.axes[k].stride = strides[k];
    }
    return view(made);
  }
  ir::ViewId view(const ir::View& made) {
    program.views.push_back(made);
    return static_cast<ir::ViewId>(program.views.size() - 1);
  }

  std::int32_t offset_table(std::vector<std::int32_t> offsets) {
    program.offset_tables.push_back(std::move(offsets));
    return static_cast<std::int32_t>(program.offset_tables.size() - 1);
  }

  // A view of one table, for Instruction::aux of a lookup.
  std::uint32_t table(ir::TableKind kind, std::vector<double> x, std::vector<double> y) {
    program.table_views.push_back({static_cast<ir::Slot>(program.tables.size()), {}});
    program.tables.push_back({kind, std::move(x), std::move(y)});
    return static_cast<std::uint32_t>(program.table_views.size() - 1);
  }

  void stock(ir::Slot level, ir::Slot net, std::uint32_t count = 1) {
    program.stocks.push_back({level, net, count});
  }
  void memory(ir::Slot current, ir::Slot next, std::uint32_t count = 1) {
    program.memories.push_back({current, next, count});
  }
  std::uint32_t delay(ir::Slot input, std::uint32_t count = 1) {
    program.delays.push_back({input, count});
    return static_cast<std::uint32_t>(program.delays.size() - 1);
  }
  // For Instruction::aux of a gather.
  std::uint32_t gathered(std::uint32_t count) {
    program.gathered.push_back({0, count});
    return static_cast<std::uint32_t>(program.gathered.size() - 1);
  }
  std::uint32_t random_site(ir::Distribution distribution, std::uint64_t stream) {
    program.random_sites.push_back({distribution, stream});
    return static_cast<std::uint32_t>(program.random_sites.size() - 1);
  }

  ir::Instruction& emit(ir::Block block, ir::Op op, ir::LoopId loop, ir::ViewId dst,
                        const std::vector<ir::ViewId>& args, std::uint32_t aux = ir::kNone) {
    ir::Instruction made;
    made.op = op;
    made.loop = loop;
    made.dst = dst;
    std::copy(args.begin(), args.end(), made.args.begin());
    made.aux = aux;
    program.block(block).push_back(made);
    return program.block(block).back();
  }

  // One element: slots instead of views.
  ir::Instruction& emit(ir::Block block, ir::Op op, ir::Slot dst,
                        std::initializer_list<ir::Slot> args, std::uint32_t aux = ir::kNone) {
    std::vector<ir::ViewId> views;
    for (const ir::Slot slot : args) {
      views.push_back(view(slot));
    }
    return emit(block, op, 0, view(dst), views, aux);
  }

  ir::Program program;
};

}  // namespace shamal::testing
