// A program for people, one instruction a line:
//
//   rates
//     s12 = multiply s8, s5
//     [30, 5] s40+5i+j = lookup t3+i (s90+i)
//     [30, 5] s190+i = add s190+i, s40+5i+j
//
// s12 is a slot, t3 a table, o1(i) the i-th entry of offset table 1; i, j, k … are the indices of
// the loop whose extents stand in brackets.
#include <fmt/format.h>

#include "ir/program.h"

namespace shamal::ir {

namespace {

constexpr std::string_view kIndexNames = "ijklmnpq";
static_assert(kIndexNames.size() == kMaxRank);

std::string print_view(const View& view, std::uint32_t rank, char kind) {
  std::string text = fmt::format("{}{}", kind, view.base);
  for (std::uint32_t k = 0; k < rank; ++k) {
    const Axis& axis = view.axes[k];
    if (axis.table >= 0) {
      text += fmt::format("+o{}({})", axis.table, kIndexNames[k]);
    } else if (axis.stride == 1) {
      text += fmt::format("+{}", kIndexNames[k]);
    } else if (axis.stride != 0) {
      text += fmt::format("{:+}{}", axis.stride, kIndexNames[k]);
    }
  }
  return text;
}

std::string print_extents(const Loop& loop) {
  std::string text;
  for (std::uint32_t k = 0; k < loop.rank; ++k) {
    text += fmt::format("{}{}", k == 0 ? "" : ", ", loop.extents[k]);
  }
  return text;
}

std::string_view name(Distribution distribution) {
  constexpr std::array<std::string_view, 5> kNames = {"uniform", "normal", "lognormal",
                                                      "exponential", "poisson"};
  return kNames[static_cast<std::size_t>(distribution)];
}

// [3] s20+i = vector_rank (s10+i over [3]), s9: what is collected shows its own loop.
std::string print_call(const Program& program, const Instruction& instruction) {
  const Loop& loop = program.loops[instruction.loop];
  const Call& call = program.calls[instruction.aux];
  const auto operand = [&](ViewId view, LoopId inner) {
    const Loop& own = program.loops[inner];
    const std::string text = print_view(program.views[view], loop.rank + own.rank, 's');
    return own.rank == 0 ? text : fmt::format("({} over [{}])", text, print_extents(own));
  };
  std::string text = loop.rank == 0 ? "" : fmt::format("[{}] ", print_extents(loop));
  text += fmt::format("{} = {}", operand(instruction.dst, call.result),
                      model::row(call.procedure).name);
  if (call.table_view != kNone) {
    text += " " + print_view(program.table_views[call.table_view], loop.rank, 't');
  }
  if (model::row(call.procedure).draws()) {
    text += fmt::format(" stream {}", call.site.stream);
  }
  constexpr std::array<std::string_view, 4> kDerivatives = {"", " tangent", " adjoint",
                                                            " adjoint of step"};
  text += kDerivatives[static_cast<std::size_t>(call.derivative)];
  if (call.keeper != kNone) {
    text += fmt::format(" keeper{}", call.keeper);
  }
  if (call.past != kNone) {
    text += fmt::format(" past keeper{}", call.past);
  }
  std::string_view separator = " ";
  for (const Call::Input& input : call.inputs) {
    if (input.view != kNone) {
      text += separator;
      text += operand(input.view, input.inner);
      separator = ", ";
    }
  }
  return text;
}

std::string_view name(DeviceAction action) {
  constexpr std::array<std::string_view, 5> kNames = {
      "conveyor_start", "conveyor_release", "conveyor_accept", "queue_start", "queue_serve"};
  return kNames[static_cast<std::size_t>(action)];
}

std::string print_instruction(const Program& program, const Instruction& instruction) {
  if (instruction.op == Op::procedure) {
    return print_call(program, instruction);
  }
  const Loop& loop = program.loops[instruction.loop];
  std::string text = loop.rank == 0 ? "" : fmt::format("[{}] ", print_extents(loop));
  text += fmt::format("{} = {}", print_view(program.views[instruction.dst], loop.rank, 's'),
                      row(instruction.op).name);
  std::uint32_t viewed_rank = loop.rank;
  switch (instruction.op) {
    case Op::lookup:
      text += " " + print_view(program.table_views[instruction.aux], loop.rank, 't');
      break;
    case Op::delay_read:
      text += fmt::format(" delay{}", instruction.aux);
      break;
    case Op::random: {
      const RandomSite& site = program.random_sites[instruction.aux];
      text += fmt::format(" {} stream {}", name(site.distribution), site.stream);
      break;
    }
    case Op::rank:
      text += fmt::format(" over [{}]", print_extents(program.loops[instruction.aux]));
      viewed_rank += program.loops[instruction.aux].rank;
      break;
    case Op::device: {
      const DeviceUse& use = program.device_uses[instruction.aux];
      text += fmt::format("{} {}, {} outputs from {} inputs", use.device, name(use.action),
                          use.outputs, use.inputs);
      break;
    }
    default:
      break;
  }
  std::string_view separator = " ";
  for (std::size_t a = 0; a < instruction.args.size(); ++a) {
    if (instruction.args[a] != kNone) {
      const bool inner = instruction.op == Op::rank && a != 1;
      text += separator;
      text += print_view(program.views[instruction.args[a]], inner ? viewed_rank : loop.rank, 's');
      separator = ", ";
    }
  }
  return text;
}

// "s4..s9", or "s4" for one slot.
std::string print_range(Slot base, std::uint32_t count) {
  return count == 1 ? fmt::format("s{}", base) : fmt::format("s{}..s{}", base, base + count - 1);
}

}  // namespace

std::string print(const Program& program) {
  std::string text = fmt::format("slots {}\nconstants\n", program.slots);
  for (const Constant& constant : program.constants) {
    text += fmt::format("  s{} = {}\n", constant.slot, constant.value);
  }
  constexpr std::array<std::string_view, kBlocks> kBlockNames = {"initial", "rates", "outputs"};
  for (std::size_t b = 0; b < kBlocks; ++b) {
    text += fmt::format("{}\n", kBlockNames[b]);
    for (const Instruction& instruction : program.blocks[b]) {
      text += "  " + print_instruction(program, instruction) + "\n";
    }
  }
  for (const Stock& stock : program.stocks) {
    text += fmt::format("stock {} changes by {}\n", print_range(stock.level, stock.count),
                        print_range(stock.net, stock.count));
  }
  for (const Memory& memory : program.memories) {
    text += fmt::format("memory {} becomes {}\n", print_range(memory.current, memory.count),
                        print_range(memory.next, memory.count));
  }
  for (std::size_t d = 0; d < program.delays.size(); ++d) {
    text += fmt::format("delay{} keeps {}\n", d,
                        print_range(program.delays[d].input, program.delays[d].count));
  }
  for (std::size_t d = 0; d < program.devices.size(); ++d) {
    const Device& device = program.devices[d];
    text += fmt::format("device{} {} x {}\n", d, device.count,
                        device.kind == DeviceKind::conveyor ? "conveyor" : "queue");
  }
  constexpr std::array<std::string_view, 3> kKinds = {"continuous", "extrapolate", "discrete"};
  for (std::size_t t = 0; t < program.tables.size(); ++t) {
    const Table& table = program.tables[t];
    text += fmt::format("t{} {}", t, kKinds[static_cast<std::size_t>(table.kind)]);
    for (std::size_t i = 0; i < table.x.size(); ++i) {
      text += fmt::format(" ({}, {})", table.x[i], table.y[i]);
    }
    text += '\n';
  }
  for (std::size_t t = 0; t < program.offset_tables.size(); ++t) {
    text += fmt::format("o{}", t);
    for (const std::int32_t offset : program.offset_tables[t]) {
      text += fmt::format(" {}", offset);
    }
    text += '\n';
  }
  return text;
}

}  // namespace shamal::ir
