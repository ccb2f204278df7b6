// Values pass from operation to operation in locals, of which the WebAssembly engine makes
// registers; which of them a processor has room for is its affair. One number at a time is done by
// the same instructions as two: only loads and stores differ, and the second place holds the same.
#include "machine/wasm_loop.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "machine/nest.h"
#include "machine/wasm_operations.h"
#include "machine/wasm_products.h"

namespace shamal::machine::wasm {

namespace {

constexpr std::int64_t kValues = 2;  // of a vector
constexpr std::int64_t kValueBytes = sizeof(double);

// Vectors that one turn of a loop takes on side by side. The parts of a look-up wait for each
// other, and the processor is to have something else to do meanwhile; without look-ups it looks
// ahead into the next turns, and two vectors would only need twice the registers.
constexpr std::int64_t kMostTogether = 2;
std::int64_t together(const std::vector<Operation>& operations) {
  const bool waits = std::any_of(operations.begin(), operations.end(),
                                 [](const Operation& of) { return of.table != nullptr; });
  return waits ? kMostTogether : 1;
}

// Engines take functions of at most 7,654,321 bytes with 50,000 locals [WasmJsApi2022].
constexpr std::size_t kMostBytesOfOne =
    512;  // for one operation on one vector; a look-up is the longest
constexpr std::size_t kBodies = kMostTogether + 2;
static_assert(kMostOperations * kBodies * kMostBytesOfOne < 7'000'000);
static_assert(kMostOperations * kMostTogether * 4 < 40'000);

// Numbers of locals: the parameter, then whole numbers, then vectors.
class Locals {
 public:
  explicit Locals(std::uint32_t first) : next_(first) {}
  std::uint32_t take() {
    if (free_.empty()) {
      return next_++;
    }
    const std::uint32_t local = free_.back();
    free_.pop_back();
    return local;
  }
  void give_back(std::uint32_t local) { free_.push_back(local); }
  std::uint32_t end() const { return next_; }

 private:
  std::uint32_t next_;
  std::vector<std::uint32_t> free_;
};

struct Pointer {
  std::uint32_t start = 0;  // of the innermost loop
  std::uint32_t here = 0;   // of its turn
};

class LoopWriter {
 public:
  LoopWriter(const ir::Loop& loop, const std::vector<Operation>& operations, const Layout& layout,
             bool relaxed, std::uint32_t flags)
      : nest_(make_nest(loop, operations, layout)),
        choose_(relaxed ? Vector::choose_whole : Vector::choose),
        flags_(flags),
        products_(operations) {
    indexed_ = several(nest_, operations, kValues, kValueBytes, false);
    outer_ = indexed_ ? nest_.rank() - 1 : nest_.rank();
    operations_ = unroll(nest_, operations, outer_, kMostOperations);
    for (const Strides& strides : find_pointers(nest_, operations_, outer_)) {
      const bool still =
          std::all_of(strides.begin(), strides.end(), [](std::int64_t by) { return by == 0; });
      const std::uint32_t start = still ? kParameter : wholes_.take();
      pointers_[strides] = {start, indexed_ ? wholes_.take() : start};
    }
    for (std::size_t k = 0; k < outer_; ++k) {
      counters_.push_back(wholes_.take());
    }
    index_ = wholes_.take();
    for (std::uint32_t& place : places_) {
      place = wholes_.take();
    }
    vectors_ = Locals(wholes_.end());
    zero_ = vectors_.take();  // as all locals are in the beginning
    one_ = vectors_.take();
    if (products_.any()) {
      for (std::uint32_t& local : products_.locals()) {
        local = vectors_.take();
      }
    }
  }

  void write(Module& to) {
    code_.constant(1.0);
    code_.set(one_);
    if (products_.any()) {
      products_.begin(code_);
    }
    for (const auto& [strides, pointer] : pointers_) {
      if (pointer.start != kParameter) {
        code_.get(kParameter);
        code_.set(pointer.start);
      }
    }
    for (std::size_t k = 0; k < outer_; ++k) {
      code_.constant(static_cast<std::int32_t>(nest_.extents[k]));
      code_.set(counters_[k]);
      code_.begin_loop();
    }
    if (indexed_) {
      along_last_axis();
    } else {
      wide_ = false;
      begin_turn(1);
      turn();
    }
    for (std::size_t k = outer_; k-- > 0;) {
      move_all(k, 1);
      move(counters_[k], -1);
      code_.get(counters_[k]);
      code_.repeat_if();
      move_all(k, -nest_.extents[k]);
    }
    if (products_.any()) {
      products_.end(flags_, code_);
    }
    to.append(wholes_.end() - 1, vectors_.end() - wholes_.end(), code_);
  }

 private:
  static constexpr std::uint32_t kParameter = 0;

  void move(std::uint32_t local, std::int64_t by) {
    code_.get(local);
    code_.constant(static_cast<std::int32_t>(by));
    code_.plain(Plain::add);
    code_.set(local);
  }
  void move_all(std::size_t k, std::int64_t times) {
    for (const auto& [strides, pointer] : pointers_) {
      if (strides[k] != 0) {
        move(pointer.start, strides[k] * times);
      }
    }
  }

  void along_last_axis() {
    const std::int64_t count = nest_.extents.back();
    const std::int64_t most = together(operations_);
    code_.constant(0);
    code_.set(index_);
    std::int64_t done = 0;
    for (const auto& [copies, step] :
         {std::pair(most, most * kValues), std::pair(std::int64_t{1}, kValues),
          std::pair(std::int64_t{1}, std::int64_t{1})}) {
      const std::int64_t end = count / step * step;
      if (end > done) {
        innermost(copies, step, end);
        done = end;
      }
    }
  }

  void innermost(std::int64_t copies, std::int64_t step, std::int64_t end) {
    wide_ = step > 1;
    begin_turn(copies);
    load_standing();
    code_.begin_loop();
    for (const auto& [strides, pointer] : pointers_) {
      code_.get(pointer.start);
      code_.get(index_);
      code_.plain(Plain::add);
      code_.set(pointer.here);
    }
    turn();
    code_.get(index_);
    code_.constant(static_cast<std::int32_t>(step * kValueBytes));
    code_.plain(Plain::add);
    code_.keep(index_);
    code_.constant(static_cast<std::int32_t>(end * kValueBytes));
    code_.plain(Plain::less);
    code_.repeat_if();
    for (Held& held : held_) {
      if (held.local) {
        vectors_.give_back(*held.local);
      }
    }
  }

  // ---- one turn

  // A value in a local, as soon as it is there.
  struct Held {
    std::optional<std::uint32_t> local;
    bool mask = false;
    bool stays = false;  // for the next turn
  };

  void begin_turn(std::int64_t copies) {
    copies_ = static_cast<std::size_t>(copies);
    passage_ = find_passage(nest_, operations_, copies, indexed_);
    held_.assign(passage_.values.size(), Held{});
  }

  // What is the same in all turns is loaded before the first.
  void load_standing() {
    for (std::size_t value = 0; value < passage_.values.size(); ++value) {
      if (!moves(passage_.values[value])) {
        push(value);
        code_.plain(Plain::drop);
        held_[value].stays = true;
      }
    }
  }

  void turn() {
    for (at_ = 0; at_ < passage_.operands.size(); ++at_) {
      write(operations_[at_ / copies_]);
    }
  }

  std::size_t id(std::size_t a) const { return passage_.operands[at_][a]; }
  bool used_later(std::size_t value) const {
    const std::vector<std::size_t>& uses = passage_.values[value].uses;
    return !uses.empty() && uses.back() > at_;
  }

  // Whether it moves with the innermost loop, and where it is: an address for the stack, and an
  // offset.
  bool moves(const Passing& of) const { return indexed_ && of.walk->strides.back() != 0; }
  std::uint32_t push_place(const Passing& of) {
    const Strides strides(of.walk->strides.begin(),
                          of.walk->strides.begin() + static_cast<std::ptrdiff_t>(outer_));
    const Pointer& pointer = pointers_.at(strides);
    code_.get(moves(of) ? pointer.here : pointer.start);
    return static_cast<std::uint32_t>(of.walk->start + of.copy * kValues * kValueBytes);
  }

  void push(std::size_t value) {
    Held& held = held_[value];
    if (held.local) {
      code_.get(*held.local);
      return;
    }
    const Passing& of = passage_.values[value];
    const std::uint32_t offset = push_place(of);
    code_.memory(wide_ && moves(of) ? Vector::load : Vector::load_for_all, offset);
    held.local = vectors_.take();
    code_.keep(*held.local);
  }
  void push_number(std::size_t a) {
    push(id(a));
    if (held_[id(a)].mask) {
      as_number();
    }
  }
  void push_truth(std::size_t a) {
    push(id(a));
    if (!held_[id(a)].mask) {
      code_.get(zero_);
      code_.vector(Vector::not_equal);
    }
  }
  void as_number() {
    code_.get(one_);
    code_.vector(Vector::both);
  }

  void push(Step::Push what) {
    switch (what) {
      case Step::a:
      case Step::b:
      case Step::c:
        return push_number(static_cast<std::size_t>(what - Step::a));
      case Step::truth_of_a:
      case Step::truth_of_b:
        return push_truth(static_cast<std::size_t>(what - Step::truth_of_a));
      case Step::zero:
        return code_.get(zero_);
      case Step::one:
        return code_.get(one_);
      case Step::not_a_number:
        return code_.constant(std::numeric_limits<double>::quiet_NaN());
    }
  }

  void write(const Operation& operation) {
    const std::size_t result = id(3);
    std::uint32_t offset = 0;
    if (operation.stored) {
      offset = push_place(passage_.values[result]);
    }
    bool mask = false;
    if (operation.table != nullptr) {
      look_up(*operation.table);
    } else if (products_.next(operation, at_ % copies_ == 0)) {
      products_.divide([this](std::size_t a) { push_number(a); }, code_);
    } else {
      const OperationRow row = operation.euler ? euler_step() : *find_operation(operation.op);
      mask = row.mask;
      for (const Step step : row.steps) {
        step.pushes() ? push(step.what())
                      : code_.vector(step.op() == Vector::choose ? choose_ : step.op());
      }
    }
    release(operation);
    if (used_later(result)) {
      held_[result] = {vectors_.take(), mask};
      operation.stored ? code_.keep(*held_[result].local) : code_.set(*held_[result].local);
    }
    if (operation.stored) {
      if (mask) {
        as_number();
      }
      wide_ ? code_.memory(Vector::store, offset) : code_.memory_one(Vector::store_one, offset);
    } else if (!used_later(result)) {
      code_.plain(Plain::drop);
    }
  }

  // Locals of operands that nothing later wants.
  void release(const Operation& operation) {
    for (std::size_t a = 0; a < operation.arity; ++a) {
      Held& held = held_[id(a)];
      if (held.local && !held.stays && !used_later(id(a))) {
        vectors_.give_back(*held.local);
        held.local.reset();
      }
    }
  }

  // As look_up of lookup_avx2.h and evaluate of table.h.
  void look_up(const NativeTable& table) {
    const std::uint32_t address = address_of(table);
    // The first copy loads what all of them use.
    const std::size_t copy = at_ % copies_;
    const auto constant = [&](TableConstant which) {
      std::uint32_t& local = constants_[static_cast<std::size_t>(which)];
      if (copy == 0) {
        local = vectors_.take();
        code_.constant(0);
        code_.memory(Vector::load_for_all,
                     address + static_cast<std::uint32_t>(which * kValueBytes));
        code_.keep(local);
      } else {
        code_.get(local);
      }
      if (copy + 1 == copies_) {
        vectors_.give_back(local);
      }
    };
    std::array<std::uint32_t, 6> held{};
    for (std::uint32_t& local : held) {
      local = vectors_.take();
    }
    const auto& [c, place, first, second, first_slopes, second_slopes] = held;
    push_number(0);
    constant(kLeast);
    code_.vector(Vector::maximum);
    constant(kMost);
    code_.vector(Vector::minimum);
    code_.keep(c);
    constant(kPerX);
    code_.vector(Vector::multiply);
    constant(kShift);
    code_.vector(Vector::add);
    code_.set(place);
    if (!table.inside) {
      constant(kTop);
    }
    code_.get(zero_);
    code_.get(place);
    code_.vector(Vector::maximum);  // a NaN's place is 0
    if (!table.inside) {
      code_.vector(Vector::minimum);
    }
    code_.vector(Vector::truncate);
    code_.constant(0x1p52);  // after which a whole number stands in the low bits
    code_.vector(Vector::add);
    code_.constant(std::int32_t{5});  // rows of 32 bytes
    code_.vector(Vector::shift_left_32);
    code_.set(place);
    for (const std::uint32_t lane : {0u, 1u}) {
      code_.get(place);
      code_.extract(2 * lane);
      code_.set(places_[lane]);
    }
    const auto points = [&](std::uint32_t half, std::uint32_t of_first, std::uint32_t of_second) {
      const std::uint32_t offset = address + static_cast<std::uint32_t>(kPointsOffset) + half;
      code_.get(places_[0]);
      code_.memory(Vector::load, offset);
      code_.set(of_first);
      code_.get(places_[1]);
      code_.memory(Vector::load, offset);
      code_.set(of_second);
    };
    if (table.wants_x()) {
      points(0, first, second);
    }
    points(2 * sizeof(double), first_slopes, second_slopes);
    const auto pair = [&](std::uint32_t x, std::uint32_t y, bool firsts) {
      code_.get(x);
      code_.get(y);
      firsts ? code_.mix_firsts() : code_.mix_seconds();
    };
    if (table.wants_y()) {
      pair(first, second, false);
    }
    if (table.wants_left()) {
      pair(first_slopes, second_slopes, true);
    }
    pair(first_slopes, second_slopes, false);
    code_.get(c);
    if (table.wants_x()) {
      pair(first, second, true);
      code_.vector(Vector::subtract);
    }
    if (table.wants_left()) {
      code_.keep(c);
      code_.get(zero_);
      code_.vector(Vector::less);
      code_.vector(choose_);
      code_.get(c);
    }
    if (table.steps) {
      code_.get(zero_);  // NaN stays one
    }
    code_.vector(Vector::multiply);
    code_.vector(Vector::add);
    for (const std::uint32_t local : held) {
      vectors_.give_back(local);
    }
  }

  static std::uint32_t address_of(const NativeTable& table) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(table.rows.data()));
  }

  Nest nest_;
  std::vector<Operation> operations_;
  bool indexed_ = false;  // the innermost loop counts bytes in index_
  std::size_t outer_ = 0;
  bool wide_ = true;
  Locals wholes_{kParameter + 1};
  Locals vectors_{0};
  std::map<Strides, Pointer> pointers_;
  std::vector<std::uint32_t> counters_;
  std::uint32_t index_ = 0;
  std::array<std::uint32_t, 2> places_{};  // of a look-up's points
  std::array<std::uint32_t, kTableConstants>
      constants_{};  // of its table, until all copies have them
  std::uint32_t zero_ = 0;
  std::uint32_t one_ = 0;
  Vector choose_;        // by masks
  std::uint32_t flags_;  // where they are in memory
  Products products_;
  Code code_;
  Passage passage_;
  std::size_t copies_ = 1;
  std::vector<Held> held_;  // by value
  std::size_t at_ = 0;      // operation
};

}  // namespace

void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, bool relaxed, std::uint32_t flags, Module& to) {
  LoopWriter(loop, operations, layout, relaxed, flags).write(to);
}

}  // namespace shamal::machine::wasm
