#include "ir/specialise.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "ir/access.h"
#include "ir/cluster.h"
#include "ir/reduce.h"

namespace shamal::ir {

namespace {

constexpr std::size_t kInitial = static_cast<std::size_t>(Block::initial);
constexpr std::size_t kRates = static_cast<std::size_t>(Block::rates);
constexpr std::size_t kOutputs = static_cast<std::size_t>(Block::outputs);

bool elementwise(Op op) { return static_cast<std::size_t>(op) < kElementwiseOps; }

// Operations that stand well as the inner or the outer one of a pair (machine/row_kernels.h).
bool arithmetic(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::divide ||
         op == Op::minimum || op == Op::maximum;
}
bool comparison(Op op) {
  return op == Op::less || op == Op::less_equal || op == Op::greater || op == Op::greater_equal ||
         op == Op::equal || op == Op::not_equal;
}

class Specialiser {
 public:
  Specialiser(const Program& program, const Wanted& wanted)
      : program_(program), wanted_(wanted), objects_(find_objects(program_)) {}

  Specialised run() {
    simplify();
    cluster(program_);
    pair();
    return place();
  }

  Specialised reduce() {
    simplify();
    return stay();
  }

 private:
  void simplify() {
    join_saved();
    find_writers();
    share(kRates);
    share(kOutputs);
    objects_ = find_objects(program_);
    find_writers();
    sweep();
    hoist();
  }

  std::uint32_t object(Slot slot) const { return objects_.of_slot[slot]; }
  // Of what the access reaches: with offset tables, a view's base need not lie in it.
  std::uint32_t object(const Instruction& instruction, const Access& access) const {
    return object(reach(program_, instruction, access).first);
  }
  std::uint32_t target(const Instruction& instruction) const {
    return object(instruction, write(program_, instruction));
  }
  // Calls visit(object) for every object that the instruction reads or names.
  template <class Visit>
  void for_each_source(const Instruction& instruction, Visit visit) const {
    for (const Access& access : reads(program_, instruction)) {
      visit(object(instruction, access));
    }
    for (const Access& access : places(program_, instruction)) {
      visit(object(instruction, access));
    }
    if (instruction.op == Op::gather) {
      visit(object(gathered_span(program_, instruction).base));
    }
  }
  std::size_t objects() const { return objects_.all.size(); }
  const View& view(ViewId id) const { return program_.views[id]; }

  // A program that has passed through keeps the meaning of its slots, so `saved` stays valid until
  // `place`; shared values are found through moved_.
  void join_saved() {
    moved_.resize(program_.slots);
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      moved_[slot] = slot;
    }
  }

  // ---- who writes what

  struct Writers {
    std::array<std::uint32_t, kBlocks> count{};  // instructions, by block
    bool whole = true;                           // each of them all elements, each once
  };

  bool covers(const Instruction& instruction) const {
    const Access access = write(program_, instruction);
    const Loop loop = loop_of(program_, instruction, access);
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

  void find_writers() {
    writers_.assign(objects(), {});
    for (std::size_t b = 0; b < kBlocks; ++b) {
      for (const Instruction& instruction : program_.blocks[b]) {
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
    for (const Constant& constant : program_.constants) {
      state_[object(constant.slot)] = 1;
    }
    for (const Stock& stock : program_.stocks) {
      state_[object(stock.level)] = state_[object(stock.net)] = 1;
    }
    for (const Memory& memory : program_.memories) {
      state_[object(memory.current)] = state_[object(memory.next)] = 1;
    }
    for (const DelayLine& delay : program_.delays) {
      state_[object(delay.input)] = 1;
    }
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        if (instruction.op == Op::gather) {
          state_[object(gathered_span(program_, instruction).base)] = 1;
        } else if (remembers(instruction)) {
          for_each_source(instruction, [this](std::uint32_t o) { state_[o] = 1; });
          state_[target(instruction)] = 1;
        }
      }
    }
    for (const Port& port : program_.inputs) {
      state_[object(port.base)] = 1;
    }
    for (const Port& port : program_.results) {
      state_[object(port.base)] = 1;
    }
  }

  // Its uses in several blocks name the same slots.
  bool remembers(const Instruction& instruction) const {
    return instruction.op == Op::device ||
           (instruction.op == Op::procedure && program_.calls[instruction.aux].keeper != kNone);
  }

  // `initial` gives the object a value for itself, and the running blocks give it another.
  bool two_lives(std::uint32_t o) const {
    return state_[o] == 0 && writers_[o].whole && writers_[o].count[kInitial] > 0 &&
           written_while_running(o);
  }
  bool written_while_running(std::uint32_t o) const {
    return writers_[o].count[kRates] + writers_[o].count[kOutputs] > 0;
  }
  // One instruction of this block gives the object its value, and no other touches it afterwards.
  bool single(std::uint32_t o, std::size_t b) const {
    return state_[o] == 0 && writers_[o].whole && writers_[o].count[b] == 1 &&
           writers_[o].count[kRates] + writers_[o].count[kOutputs] == 1;
  }
  // Nothing of the running blocks after this one changes it any more.
  bool settled(std::uint32_t o, std::size_t b) const {
    return !written_while_running(o) ||
           (writers_[o].whole && writers_[o].count[kRates] + writers_[o].count[kOutputs] == 1 &&
            (b == kOutputs || writers_[o].count[kRates] == 1));
  }

  // ---- share

  // The view after all moves: of the object that is read instead now.
  ViewId moved(const Instruction& instruction, const Access& access) {
    const Slot first = objects_.all[object(instruction, access)].base;
    if (moved_[first] == first) {
      return access.view;
    }
    View made = program_.views[access.view];
    made.base += moved_[first] - first;
    const auto [known, fresh] = moved_views_.emplace(std::make_pair(access.view, made.base), 0);
    if (fresh) {
      program_.views.push_back(made);
      known->second = static_cast<ViewId>(program_.views.size() - 1);
    }
    return known->second;
  }

  void move_arguments(Instruction& instruction) {
    if (instruction.op == Op::procedure) {
      for (Call::Input& input : program_.calls[instruction.aux].inputs) {
        if (input.view != kNone) {
          input.view = moved(instruction, {input.view, input.inner});
        }
      }
      return;
    }
    for (std::size_t a = 0; a < instruction.args.size(); ++a) {
      const bool address =
          (instruction.op == Op::gather && a == 1) || (instruction.op == Op::delay_read && a == 2);
      if (instruction.args[a] != kNone && !address) {
        instruction.args[a] = moved(instruction, argument(instruction, a));
      }
    }
  }

  // Of instructions other than procedures.
  Access argument(const Instruction& instruction, std::size_t a) const {
    return {instruction.args[a], instruction.op == Op::rank && a != 1 ? instruction.aux : 0};
  }

  void append(std::string& key, const View& of, std::uint32_t rank) const {
    const auto put = [&key](const auto& value) {
      key.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    put(of.base);
    for (std::uint32_t k = 0; k < rank; ++k) {
      put(of.axes[k].stride);
      put(of.axes[k].table);
    }
  }

  void share(std::size_t b) {
    std::unordered_map<std::string, Slot> known;  // computation → slot of its result
    std::vector<Instruction> kept;
    for (Instruction instruction : program_.blocks[b]) {
      if (!remembers(instruction)) {
        move_arguments(instruction);
      }
      bool stable = true;
      for_each_source(instruction, [&](std::uint32_t o) { stable = stable && settled(o, b); });
      const std::uint32_t o = target(instruction);
      if (!stable || !single(o, b) ||
          !(elementwise(instruction.op) || instruction.op == Op::lookup)) {
        kept.push_back(instruction);
        continue;
      }
      const Loop& loop = program_.loops[instruction.loop];
      const Slot to = objects_.all[o].base;
      if (instruction.op == Op::copy &&
          view(instruction.args[0]).axes == view(instruction.dst).axes &&
          within_one_object(first_read(instruction), objects_.all[o].count)) {
        move(o, first_read(instruction));
        continue;
      }
      std::string key(1, static_cast<char>(instruction.op));
      key.append(reinterpret_cast<const char*>(&instruction.loop), sizeof instruction.loop);
      append(key, {0, view(instruction.dst).axes}, loop.rank);
      for (const ViewId arg : instruction.args) {
        if (arg != kNone) {
          append(key, view(arg), loop.rank);
        }
      }
      if (instruction.op == Op::lookup) {
        append(key, program_.table_views[instruction.aux], loop.rank);
      }
      const auto [same, fresh] = known.emplace(std::move(key), to);
      if (fresh) {
        kept.push_back(instruction);
      } else {
        move(o, same->second);
      }
    }
    program_.blocks[b] = std::move(kept);
  }

  // Where the source of a copy begins.
  Slot first_read(const Instruction& instruction) const {
    return reach(program_, instruction, argument(instruction, 0)).first;
  }

  // The source lies within one object.
  bool within_one_object(Slot from, std::uint32_t count) const {
    const SlotSpan& span = objects_.of(from);
    return from + count <= span.base + span.count;
  }

  void move(std::uint32_t o, Slot to) {
    const SlotSpan& span = objects_.all[o];
    for (std::uint32_t i = 0; i < span.count; ++i) {
      moved_[span.base + i] = to + i;
    }
  }

  // ---- sweep

  void sweep() {
    std::vector<std::vector<const Instruction*>> writing(objects());
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        writing[target(instruction)].push_back(&instruction);
      }
    }
    // Level and net flow live together, and so do a memory's current and next value.
    std::vector<std::vector<std::uint32_t>> bound(objects());
    const auto bind = [&](Slot a, Slot b) {
      bound[object(a)].push_back(object(b));
      bound[object(b)].push_back(object(a));
    };
    for (const Stock& stock : program_.stocks) {
      bind(stock.level, stock.net);
    }
    for (const Memory& memory : program_.memories) {
      bind(memory.current, memory.next);
    }
    live_.assign(objects(), 0);
    std::vector<std::uint32_t> open;
    const auto mark = [&](std::uint32_t o) {
      if (live_[o] == 0) {
        live_[o] = 1;
        open.push_back(o);
      }
    };
    for (const SlotSpan& span : wanted_.saved) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        mark(object(moved_[slot]));
      }
    }
    if (wanted_.own_steps) {
      for (const Stock& stock : program_.stocks) {
        mark(object(stock.level));
      }
    }
    for (Slot slot = 0; slot < kFirstFreeSlot; ++slot) {
      mark(object(slot));
    }
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        if (instruction.op == Op::device) {  // one may depend on what another holds
          mark(target(instruction));
        }
      }
    }
    for (const std::vector<Port>* ports : {&program_.inputs, &program_.results}) {
      for (const Port& port : *ports) {
        mark(object(port.base));
      }
    }
    while (!open.empty()) {
      const std::uint32_t o = open.back();
      open.pop_back();
      for (const std::uint32_t other : bound[o]) {
        mark(other);
      }
      for (const Instruction* instruction : writing[o]) {
        for_each_source(*instruction, mark);
      }
    }
    const auto dead = [this](Slot slot) { return live_[object(slot)] == 0; };
    for (auto& block : program_.blocks) {
      std::erase_if(block, [&](const Instruction& i) { return live_[target(i)] == 0; });
    }
    std::erase_if(program_.constants, [&](const Constant& of) { return dead(of.slot); });
    std::erase_if(program_.stocks, [&](const Stock& of) { return dead(of.level); });
    std::erase_if(program_.memories, [&](const Memory& of) { return dead(of.current); });
    drop_keepers();
    // Delays are named by their place in the list.
    std::vector<std::uint32_t> delay_at(program_.delays.size(), kNone);
    std::vector<DelayLine> delays;
    for (std::size_t d = 0; d < program_.delays.size(); ++d) {
      if (!dead(program_.delays[d].input)) {
        delay_at[d] = static_cast<std::uint32_t>(delays.size());
        delays.push_back(program_.delays[d]);
      }
    }
    program_.delays = std::move(delays);
    for (auto& block : program_.blocks) {
      for (Instruction& instruction : block) {
        if (instruction.op == Op::delay_read) {
          instruction.aux = delay_at[instruction.aux];
        }
      }
    }
  }

  // Those whose calls are gone.
  void drop_keepers() {
    std::vector<char> used(program_.keepers.size(), 0);
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        if (instruction.op == Op::procedure && remembers(instruction)) {
          used[program_.calls[instruction.aux].keeper] = 1;
        }
      }
    }
    std::vector<Keeper> kept;
    for (std::size_t k = 0; k < used.size(); ++k) {
      if (used[k] != 0) {
        program_.calls[program_.keepers[k].call].keeper = static_cast<std::uint32_t>(kept.size());
        kept.push_back(program_.keepers[k]);
      }
    }
    program_.keepers = std::move(kept);
  }

  // ---- hoist

  void hoist() {
    find_writers();
    std::vector<char> constant(objects(), 1);
    for (std::uint32_t o = 0; o < objects(); ++o) {
      constant[o] = written_while_running(o) ? 0 : 1;
    }
    constant[object(kTimeSlot)] = 0;
    for (const Stock& stock : program_.stocks) {
      constant[object(stock.level)] = constant[object(stock.net)] = 0;
    }
    for (const Memory& memory : program_.memories) {
      constant[object(memory.current)] = constant[object(memory.next)] = 0;
    }
    for (const Port& port : program_.inputs) {
      constant[object(port.base)] = 0;
    }
    std::vector<Instruction> kept;
    for (const Instruction& instruction : program_.blocks[kRates]) {
      const std::uint32_t o = target(instruction);
      bool fixed =
          single(o, kRates) && (elementwise(instruction.op) || instruction.op == Op::lookup);
      for_each_source(instruction,
                      [&](std::uint32_t from) { fixed = fixed && constant[from] != 0; });
      if (fixed) {
        constant[o] = 1;
        program_.blocks[kInitial].push_back(instruction);
      } else {
        kept.push_back(instruction);
      }
    }
    program_.blocks[kRates] = std::move(kept);
  }

  // ---- pair

  // Which results only the instruction with the mark `inner` before it gives and one other reads.
  void pair() {
    find_writers();
    std::vector<char> saved(objects(), 0);
    for (const SlotSpan& span : wanted_.saved) {
      for (Slot slot = span.base; slot < span.base + span.count; ++slot) {
        saved[object(moved_[slot])] = 1;
      }
    }
    struct Use {
      std::uint32_t reads = 0;
      std::size_t block = 0;
      std::size_t reader = 0;
    };
    std::vector<Use> uses(objects());
    for (std::size_t b = 0; b < kBlocks; ++b) {
      for (std::size_t i = 0; i < program_.blocks[b].size(); ++i) {
        for_each_source(program_.blocks[b][i], [&](std::uint32_t o) {
          ++uses[o].reads;
          uses[o].block = b;
          uses[o].reader = i;
        });
      }
    }
    for (std::size_t b = kRates; b < kBlocks; ++b) {
      std::vector<Instruction>& block = program_.blocks[b];
      std::vector<std::size_t> first(block.size(), kNone);  // of the pair that ends here
      std::vector<char> taken(block.size(), 0);
      for (std::size_t i = 0; i < block.size(); ++i) {
        const Instruction& inner = block[i];
        const std::uint32_t o = target(inner);
        const Use& use = uses[o];
        if (taken[i] != 0 || !single(o, b) || saved[o] != 0 || use.reads != 1 || use.block != b ||
            use.reader <= i || first[use.reader] != kNone) {
          continue;
        }
        const Instruction& outer = block[use.reader];
        if (!fits(inner, outer) || !can_wait(inner, b)) {
          continue;
        }
        first[use.reader] = i;
        taken[i] = taken[use.reader] = 1;
      }
      std::vector<char> moves(block.size(), 0);
      for (const std::size_t i : first) {
        if (i != kNone) {
          moves[i] = 1;
        }
      }
      std::vector<Instruction> made;
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (first[i] != kNone) {
          made.push_back(block[first[i]]);
          made.back().inner = true;
        }
        if (moves[i] == 0) {
          made.push_back(block[i]);
        }
      }
      block = std::move(made);
    }
  }

  bool fits(const Instruction& inner, const Instruction& outer) const {
    if (inner.loop != outer.loop) {
      return false;
    }
    const bool sum = outer.op == Op::add || outer.op == Op::subtract;
    const bool arithmetic_pair =
        (arithmetic(inner.op) && arithmetic(outer.op)) || (inner.op == Op::scale && sum);
    const bool choice =
        comparison(inner.op) && outer.op == Op::select && view(outer.args[0]) == view(inner.dst);
    bool same = false;
    for (const ViewId arg : outer.args) {
      same = same || (arg != kNone && view(arg) == view(inner.dst));
    }
    return same && (arithmetic_pair || choice);
  }

  // Its operands are the same at any later place of the block.
  bool can_wait(const Instruction& inner, std::size_t b) const {
    bool stays = true;
    for_each_source(inner, [&](std::uint32_t o) { stays = stays && settled(o, b); });
    return stays;
  }

  // ---- place

  // Where it is, except for what is shared or gone.
  Specialised stay() {
    Specialised made;
    made.place.resize(program_.slots);
    for (Slot slot = 0; slot < program_.slots; ++slot) {
      made.place[slot] = live_[object(moved_[slot])] != 0 ? moved_[slot] : kNone;
    }
    made.program = std::move(program_);
    return made;
  }

  // Which objects may differ between runs.
  std::vector<char> varying() {
    std::vector<char> varies(objects(), wanted_.own_steps ? 1 : 0);
    if (wanted_.alone || wanted_.own_steps) {
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
    for (const auto& block : program_.blocks) {
      for (const Instruction& instruction : block) {
        const std::uint32_t to = target(instruction);
        for_each_source(instruction, [&](std::uint32_t from) { leads[from].push_back(to); });
        if (instruction.op == Op::random || remembers(instruction) || draws(instruction)) {
          mark(to);
        }
      }
    }
    for (const Stock& stock : program_.stocks) {
      both_ways(stock.net, stock.level);
    }
    for (const Memory& memory : program_.memories) {
      both_ways(memory.next, memory.current);
    }
    for (const Slot slot : wanted_.varied) {
      mark(object(slot));
    }
    for (const std::vector<Port>* ports : {&program_.inputs, &program_.results}) {
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

  bool draws(const Instruction& instruction) const {
    return instruction.op == Op::procedure &&
           model::row(program_.calls[instruction.aux].procedure).draws();
  }

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

  Specialised place() {
    find_writers();
    const std::vector<char> varies = varying();
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
          } else if (b != kInitial && writers_[o].count[kInitial] > 0 && !two_lives(o)) {
            main[o].last = kForever;
          } else if (b == kOutputs && writers_[o].count[kOutputs] == 0) {
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
      if (state_[o] != 0 && live_[o] != 0) {
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
        life.slot = pools[static_cast<std::size_t>(varies[o])].take(objects_.all[o].count);
      }
    };
    const auto release = [&](Life& life, std::uint32_t o, std::size_t when) {
      if (life.last <= when && life.slot != kNone) {
        pools[static_cast<std::size_t>(varies[o])].free[objects_.all[o].count].push_back(life.slot);
        life.last = kForever;
      }
    };
    // The fixed slots keep their numbers.
    for (Slot slot = 0; slot < kFirstFreeSlot; ++slot) {
      main[object(slot)].slot = objects_.all[object(slot)].base;
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
          made.base += life.slot - objects_.all[o].base;
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
      return main[o].slot == kNone ? kNone
                                   : shift(main[o].slot + (slot - objects_.all[o].base), varies[o]);
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

  Program program_;
  const Wanted& wanted_;
  Objects objects_;
  std::vector<Writers> writers_;
  std::vector<char> state_;
  std::vector<char> live_;
  std::vector<Slot> moved_;  // where the value of a slot is found
  std::map<std::pair<ViewId, Slot>, ViewId> moved_views_;
  std::vector<char> varying_view_;
};

}  // namespace

Specialised specialise(const Program& program, const Wanted& wanted) {
  return Specialiser(program, wanted).run();
}

Specialised reduce(const Program& program, const Wanted& wanted) {
  return Specialiser(program, wanted).reduce();
}

}  // namespace shamal::ir
