// Writing instructions as expressions, for passes that make new code from old: within one loop a
// Value is a view that moves along the loop's axes, and arithmetic on Values appends instructions
// whose results lie in temporary slots.
//
//   Emitter emit(program, Block::rates);
//   const Value d = emit.value(loop, view);
//   emit.assign(target, d * cosine(a));
#pragma once

#include <bit>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "ir/program.h"

namespace shamal::ir {

class Emitter;

struct Value {
  Emitter* emitter = nullptr;
  LoopId loop = 0;
  View view;
};

class Emitter {
 public:
  Emitter(Program& program, Block block) : program_(program), block_(block) {}

  Program& program() { return program_; }
  void set_block(Block block) { block_ = block; }

  Value value(LoopId loop, const View& view) { return {this, loop, view}; }
  Value constant(LoopId loop, double value);

  // `count` slots that nothing else has.
  Slot slots(std::uint32_t count);
  // A new array with an element for each index tuple of the loop, row-major. (ir/specialise.h finds
  // out what may share slots.)
  View temporary(LoopId loop);
  // Whether a temporary begins here.
  bool is_temporary(Slot base) const;

  // An array like that of temporary(), from a slot on.
  View row_major(LoopId loop, Slot base) const;

  ViewId add(const View& view);
  LoopId add(const Loop& loop);
  Value apply(Op op, const std::vector<Value>& args);
  void assign(const View& to, const Value& value);  // a copy
  void emit(Op op, LoopId loop, const View& dst, const std::vector<View>& args,
            std::uint32_t aux = kNone);

 private:
  Program& program_;
  Block block_;
  std::unordered_map<std::uint64_t, Slot> constants_;
  std::vector<Slot> temporaries_;  // where they begin, ascending
};

}  // namespace shamal::ir
