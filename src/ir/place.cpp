#include "ir/place.h"

#include <algorithm>
#include <unordered_map>

#include "ir/roles.h"

namespace shamal::ir {

namespace {

// Slots of one kind that are free again, by the size of the object that had them.
struct Pool {
  Slot end = 0;
  std::unordered_map<std::uint32_t, std::vector<Slot>> free;

  Slot take(std::uint32_t count) {
    std::vector<Slot>& of = free[count];
    if (of.empty()) {
      const Slot base = end;
      end += count;
      return base;
    }
    const Slot base = of.back();
    of.pop_back();
    return base;
  }
};

class Placement : Roles {
 public:
  Placement(Program& program, const Simplified& simplified, const Wanted& wanted)
      : Roles(program), program_(program), moved_(simplified.moved), wanted_(wanted) {
    for (std::uint32_t o = 0; o < objects(); ++o) {
      live_.push_back(simplified.live[span(o).base]);
    }
  }

  Specialised place() {
    const std::vector<char> varies = varying(wanted_);
    constexpr std::size_t kForever = static_cast<std::size_t>(-1);
    // Values of `initial` alone, and all others, have lives of their own: an object may have one of
    // each, in different slots.
    struct Life {
      std::size_t last = 0;
      Slot slot = kNone;
    };
    std::vector<Life> early(objects());
    std::vector<Life> main(objects());
    std::size_t at = 0;
    const auto use = [](Life& life, std::size_t when) { life.last = std::max(life.last, when); };
    const auto forever = [&](Slot slot) { main[object(slot)].last = kForever; };
    for (std::size_t b = 0; b < kBlocks; ++b) {
      for (const Instruction& instruction : program_.blocks[b]) {
        // A pair reads and writes as one.
        const std::size_t when = instruction.inner ? at + 1 : at;
        const auto look = [&](std::uint32_t o) {
          if (b == kInitial && two_lives(o)) {
            use(early[o], when);
          } else if (b != kInitial && writers(o).count[kInitial] > 0 && !two_lives(o)) {
            main[o].last = kForever;
          } else if (b == kOutputs && writers(o).count[kOutputs] == 0) {
            main[o].last = kForever;  // `outputs` leaves alone what it reads from before
          } else {
            use(main[o], when);
          }
        };
        for_each_source(instruction, look);
        look(target(instruction));
        ++at;
      }
    }
    for (std::uint32_t o = 0; o < objects(); ++o) {
      if (is_state(o) && live_[o] != 0) {
        main[o].last = kForever;
      }
    }
    for (const SlotSpan& span : wanted_.saved) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        forever(moved_[slot]);
      }
    }
    std::array<Pool, 2> pools;  // the same in all runs; differing
    pools[0].end = kFirstFreeSlot;
    const auto take = [&](Life& life, std::uint32_t o) {
      if (life.slot == kNone) {
        life.slot = pools[static_cast<std::size_t>(varies[o])].take(span(o).count);
      }
    };
    const auto release = [&](Life& life, std::uint32_t o, std::size_t when) {
      if (life.last <= when && life.slot != kNone) {
        pools[static_cast<std::size_t>(varies[o])].free[span(o).count].push_back(life.slot);
        life.last = kForever;
      }
    };
    // The fixed slots keep their numbers.
    for (Slot slot = 0; slot < kFirstFreeSlot; ++slot) {
      main[object(slot)].slot = span(object(slot)).base;
    }
    if (wanted_.own_steps) {
      pools[0].end = 0;
      pools[1].end = kFirstFreeSlot;
    }
    for (std::uint32_t o = 0; o < objects(); ++o) {
      if (main[o].last == kForever && live_[o] != 0) {
        take(main[o], o);
      }
    }
    at = 0;
    std::vector<View> views;
    std::vector<char> placed(program_.calls.size(), 0);
    for (std::size_t b = 0; b < kBlocks; ++b) {
      std::vector<std::uint32_t> touched;
      for (Instruction& instruction : program_.blocks[b]) {
        const auto life_of = [&](std::uint32_t o) -> Life& {
          return b == kInitial && two_lives(o) ? early[o] : main[o];
        };
        const auto remap = [&](ViewId& id, std::uint32_t o) {
          Life& life = life_of(o);
          take(life, o);
          touched.push_back(o);
          View made = program_.views[id];
          // Differing slots follow the shared ones; their number is added when it is known.
          made.base += life.slot - span(o).base;
          varying_view_.push_back(varies[o]);
          views.push_back(made);
          id = static_cast<ViewId>(views.size() - 1);
        };
        // Which objects, before any view of the instruction is another one.
        const std::uint32_t to = target(instruction);
        std::array<std::uint32_t, 3> from{};
        for (std::size_t a = 0; a < from.size(); ++a) {
          if (instruction.args[a] != kNone) {
            from[a] = instruction.op == Op::gather && a == 1
                          ? object(gathered_span(program_, instruction).base)
                          : object(instruction, argument(instruction, a));
          }
        }
        for (std::size_t a = 0; a < from.size(); ++a) {
          if (instruction.args[a] != kNone) {
            remap(instruction.args[a], from[a]);
          }
        }
        if (instruction.op == Op::procedure && placed[instruction.aux] == 0) {
          placed[instruction.aux] = 1;
          for (Call::Input& input : program_.calls[instruction.aux].inputs) {
            if (input.view != kNone) {
              remap(input.view, object(instruction, {input.view, input.inner}));
            }
          }
        }
        remap(instruction.dst, to);
        if (!instruction.inner) {
          for (const std::uint32_t o : touched) {
            release(life_of(o), o, at);
          }
          touched.clear();
        }
        ++at;
      }
    }
    const Slot shared = wanted_.own_steps ? 0 : pools[0].end;
    const auto shift = [&](Slot slot, char varied) {
      return varied != 0 && !wanted_.own_steps ? slot + shared : slot;
    };
    for (std::size_t v = 0; v < views.size(); ++v) {
      views[v].base = shift(views[v].base, varying_view_[v]);
    }
    const auto found = [&](Slot slot) {
      const std::uint32_t o = object(slot);
      return main[o].slot == kNone ? kNone : shift(main[o].slot + (slot - span(o).base), varies[o]);
    };
    Specialised made;
    made.place.resize(program_.slots);
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      made.place[slot] = live_[object(moved_[slot])] != 0 ? found(moved_[slot]) : kNone;
    }
    Program& to = made.program;
    to = std::move(program_);
    to.views = std::move(views);
    to.shared = shared;
    to.slots = wanted_.own_steps ? pools[1].end : shared + pools[1].end;
    for (Constant& constant : to.constants) {
      constant.slot = found(constant.slot);
    }
    for (Stock& stock : to.stocks) {
      stock.level = found(stock.level);
      stock.net = found(stock.net);
    }
    for (Memory& memory : to.memories) {
      memory.current = found(memory.current);
      memory.next = found(memory.next);
    }
    for (DelayLine& delay : to.delays) {
      delay.input = found(delay.input);
    }
    for (DeviceUse& device_use : to.device_uses) {
      device_use.base = found(device_use.base);
    }
    for (std::vector<Port>* ports : {&to.inputs, &to.results}) {
      for (Port& port : *ports) {
        port.base = found(port.base);
      }
    }
    return made;
  }

 private:
  Program& program_;
  const std::vector<Slot>& moved_;
  const Wanted& wanted_;
  std::vector<char> live_;  // by object
  std::vector<char> varying_view_;
};

}  // namespace

Specialised place(Program program, const Simplified& simplified, const Wanted& wanted) {
  return Placement(program, simplified, wanted).place();
}

}  // namespace shamal::ir
