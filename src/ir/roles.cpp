#include "ir/roles.h"

#include "ir/specialise.h"

namespace shamal::ir {

namespace {

bool draws(const Program& program, const Instruction& instruction) {
  return instruction.op == Op::procedure &&
         model::row(program.calls[instruction.aux].procedure).draws();
}

}  // namespace

bool Roles::covers(const Instruction& instruction) const {
  const Access access = write(of_, instruction);
  const Loop loop = loop_of(of_, instruction, access);
  const View& dst = view(instruction.dst);
  const SlotSpan& span = objects_.all[target(instruction)];
  if (access.count != 1 || loop.count() != span.count) {
    return false;
  }
  // In order: no element twice.
  std::int64_t stride = 1;
  for (std::size_t k = loop.rank; k-- > 0;) {
    if (dst.axes[k].table >= 0 || (loop.extents[k] > 1 && dst.axes[k].stride != stride)) {
      return false;
    }
    stride *= loop.extents[k];
  }
  return true;
}

std::vector<char> Roles::changing() const {
  std::vector<char> made(objects(), 0);
  for (std::uint32_t o = 0; o < objects(); ++o) {
    made[o] = written_while_running(o) ? 1 : 0;
  }
  made[object(kTimeSlot)] = 1;
  for (const Stock& stock : of_.stocks) {
    made[object(stock.level)] = made[object(stock.net)] = 1;
  }
  for (const Memory& memory : of_.memories) {
    made[object(memory.current)] = made[object(memory.next)] = 1;
  }
  for (const Port& port : of_.inputs) {
    made[object(port.base)] = 1;
  }
  return made;
}

std::vector<char> Roles::varying(const Wanted& wanted) const {
  std::vector<char> varies(objects(), wanted.own_steps ? 1 : 0);
  if (wanted.alone || wanted.own_steps) {
    return varies;
  }
  std::vector<std::uint32_t> open;
  const auto mark = [&](std::uint32_t o) {
    if (varies[o] == 0) {
      varies[o] = 1;
      open.push_back(o);
    }
  };
  std::vector<std::vector<std::uint32_t>> leads(objects());
  const auto both_ways = [&](Slot a, Slot b) {
    leads[object(a)].push_back(object(b));
    leads[object(b)].push_back(object(a));
  };
  for (const auto& block : of_.blocks) {
    for (const Instruction& instruction : block) {
      const std::uint32_t to = target(instruction);
      for_each_source(instruction, [&](std::uint32_t from) { leads[from].push_back(to); });
      if (instruction.op == Op::random || remembers(instruction) || draws(of_, instruction)) {
        mark(to);
      }
    }
  }
  for (const Stock& stock : of_.stocks) {
    both_ways(stock.net, stock.level);
  }
  for (const Memory& memory : of_.memories) {
    both_ways(memory.next, memory.current);
  }
  for (const Slot slot : wanted.varied) {
    mark(object(slot));
  }
  for (const std::vector<Port>* ports : {&of_.inputs, &of_.results}) {
    for (const Port& port : *ports) {
      mark(object(port.base));
    }
  }
  while (!open.empty()) {
    const std::uint32_t from = open.back();
    open.pop_back();
    for (const std::uint32_t to : leads[from]) {
      mark(to);
    }
  }
  return varies;
}

void Roles::find_writers() {
  writers_.assign(objects(), {});
  for (std::size_t b = 0; b < kBlocks; ++b) {
    for (const Instruction& instruction : of_.blocks[b]) {
      Writers& of = writers_[target(instruction)];
      ++of.count[b];
      of.whole = of.whole && covers(instruction);
    }
  }
  // What the simulation itself sets or reads stays where it is.
  state_.assign(objects(), 0);
  for (Slot slot = 0; slot < kFirstFreeSlot; ++slot) {
    state_[object(slot)] = 1;
  }
  for (const Constant& constant : of_.constants) {
    state_[object(constant.slot)] = 1;
  }
  for (const Stock& stock : of_.stocks) {
    state_[object(stock.level)] = state_[object(stock.net)] = 1;
  }
  for (const Memory& memory : of_.memories) {
    state_[object(memory.current)] = state_[object(memory.next)] = 1;
  }
  for (const DelayLine& delay : of_.delays) {
    state_[object(delay.input)] = 1;
  }
  for (const auto& block : of_.blocks) {
    for (const Instruction& instruction : block) {
      if (instruction.op == Op::gather) {
        state_[object(gathered_span(of_, instruction).base)] = 1;
      } else if (remembers(instruction)) {
        for_each_source(instruction, [this](std::uint32_t o) { state_[o] = 1; });
        state_[target(instruction)] = 1;
      }
    }
  }
  for (const Port& port : of_.inputs) {
    state_[object(port.base)] = 1;
  }
  for (const Port& port : of_.results) {
    state_[object(port.base)] = 1;
  }
}

}  // namespace shamal::ir
