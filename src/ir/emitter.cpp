#include "ir/emitter.h"

#include <algorithm>

namespace shamal::ir {

Slot Emitter::slots(std::uint32_t count) {
  const Slot base = program_.slots;
  program_.slots += count;
  return base;
}

Value Emitter::constant(LoopId loop, double value) {
  const auto [known, fresh] = constants_.emplace(std::bit_cast<std::uint64_t>(value), 0);
  if (fresh) {
    known->second = slots(1);
    program_.constants.push_back({known->second, value});
  }
  return {this, loop, View{known->second, {}}};
}

View Emitter::row_major(LoopId loop, Slot base) const {
  const Loop& over = program_.loops[loop];
  View view{base, {}};
  std::int32_t stride = 1;
  for (std::size_t k = over.rank; k-- > 0;) {
    view.axes[k].stride = stride;
    stride *= static_cast<std::int32_t>(over.extents[k]);
  }
  return view;
}

View Emitter::temporary(LoopId loop) {
  temporaries_.push_back(slots(program_.loops[loop].count()));
  return row_major(loop, temporaries_.back());
}

bool Emitter::is_temporary(Slot base) const {
  return std::binary_search(temporaries_.begin(), temporaries_.end(), base);
}

ViewId Emitter::add(const View& view) {
  program_.views.push_back(view);
  return static_cast<ViewId>(program_.views.size() - 1);
}

LoopId Emitter::add(const Loop& loop) {
  const auto known = std::find(program_.loops.begin(), program_.loops.end(), loop);
  if (known != program_.loops.end()) {
    return static_cast<LoopId>(known - program_.loops.begin());
  }
  program_.loops.push_back(loop);
  return static_cast<LoopId>(program_.loops.size() - 1);
}

void Emitter::emit(Op op, LoopId loop, const View& dst, const std::vector<View>& args,
                   std::uint32_t aux) {
  Instruction made;
  made.op = op;
  made.loop = loop;
  made.dst = add(dst);
  for (std::size_t a = 0; a < args.size(); ++a) {
    made.args[a] = add(args[a]);
  }
  made.aux = aux;
  program_.block(block_).push_back(made);
}

Value Emitter::apply(Op op, const std::vector<Value>& args) {
  std::vector<View> views;
  for (const Value& arg : args) {
    views.push_back(arg.view);
  }
  const LoopId loop = args.front().loop;
  const View result = temporary(loop);
  emit(op, loop, result, views);
  return {this, loop, result};
}

void Emitter::assign(const View& to, const Value& value) {
  emit(Op::copy, value.loop, to, {value.view});
}

}  // namespace shamal::ir
