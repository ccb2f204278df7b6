#include "machine/x86_registers.h"

#include <algorithm>
#include <utility>

#include "machine/x86_pool.h"

namespace shamal::machine {

Registers::Registers(Assembler& to, const std::vector<Operation>& operations, BodyValues of,
                     std::int32_t spills)
    : to_(to),
      operations_(operations),
      values_(std::move(of.values)),
      operands_(std::move(of.operands)),
      spills_(spills) {
  const bool looks_up =
      std::any_of(operations.begin(), operations.end(),
                  [](const Operation& operation) { return operation.table != nullptr; });
  for (int reg = 0; reg < (looks_up ? kLookUp : kFirst); ++reg) {
    numbers_.add(reg);
  }
  if (to_.avx512()) {
    for (int reg = 16; reg < 32; ++reg) {
      numbers_.add(reg);
    }
    for (int mask = 1; mask < (most_done() == 0 ? kFirstMask : kKeptMask); ++mask) {
      masks_.add(mask);
    }
  }
}

void Registers::Bank::add(int reg) {
  all.push_back(reg);
  owner[static_cast<std::size_t>(reg)] = -1;
}

void Registers::begin(std::size_t operation) {
  at_ = operation;
  numbers_.held.fill(false);
  masks_.held.fill(false);
}

std::int32_t Registers::spilled() const {
  return static_cast<std::int32_t>(last_uses_.size()) * to_.register_bytes();
}

std::int64_t Registers::most_done() const {
  std::int64_t most = 0;
  for (const Value& value : values_) {
    most = std::max(most, value.done);
  }
  return most;
}

// Now included: a register may hold what this operation has yet to fetch.
std::size_t Registers::next_use(const Value& of) const {
  const auto next = std::lower_bound(of.uses.begin(), of.uses.end(), at_);
  return next == of.uses.end() ? operations_.size() : *next;
}

void Registers::number_of(int to, int mask) {
  if (to_.masks_apart()) {
    to_.load_where(mask, to, one());
  } else {
    to_.bitwise(Bitwise::conjunction, to, mask, one());
  }
}

void Registers::as_number(std::size_t id) {
  Value& of = values_[id];
  if (of.is_number()) {
    return;
  }
  if (of.negated) {
    to_.bitwise(Bitwise::exclusive, of.reg, of.reg, pool(&kNativePool.sign));
    of.negated = false;
    of.at_home = false;
    numbers_.held_of(of.reg) = true;
    return;
  }
  const int mask = of.reg;
  if (to_.masks_apart()) {
    leave(of);
    of.mask = false;
    take(id);
  }
  number_of(of.reg, mask);
  of.mask = false;
  of.at_home = false;  // where it may wait as a mask
  numbers_.held_of(of.reg) = true;
}

void Registers::leave(Value& of) {
  bank(of).owner_of(of.reg) = -1;
  of.reg = -1;
}

int Registers::take(std::size_t id) {
  Bank& from = bank(values_[id]);
  int best = -1;
  std::size_t latest = 0;
  for (const int reg : from.all) {
    if (from.owner_of(reg) < 0) {
      best = reg;
      break;
    }
    if (from.held_of(reg)) {
      continue;
    }
    const Value& other = values_[static_cast<std::size_t>(from.owner_of(reg))];
    // What lies at home already costs no store.
    const std::size_t next = next_use(other) * 2 + (other.at_home ? 1 : 0);
    if (best < 0 || next > latest) {
      best = reg;
      latest = next;
    }
  }
  if (from.owner_of(best) >= 0) {
    Value& other = values_[static_cast<std::size_t>(from.owner_of(best))];
    if (!other.at_home && next_use(other) < operations_.size()) {
      other.home = spill(other.uses.back());
      if (&from == &masks_) {
        to_.store_mask(other.home, best);
      } else {
        to_.store(other.home, best);
      }
      other.at_home = true;
    }
    leave(other);
  }
  from.owner_of(best) = static_cast<std::ptrdiff_t>(id);
  values_[id].reg = best;
  return best;
}

// A place on the stack until an operation is done; a mask stays one there.
Place Registers::spill(std::size_t last_use) {
  const auto free = std::find_if(last_uses_.begin(), last_uses_.end(),
                                 [this](std::size_t use) { return use < at_; });
  const auto slot = static_cast<std::int32_t>(free - last_uses_.begin());
  if (free == last_uses_.end()) {
    last_uses_.push_back(last_use);
  } else {
    *free = last_use;
  }
  return {General::rsp, General::none, spills_ + slot * to_.register_bytes()};
}

int Registers::in_register(std::uint32_t a) {
  Value& of = value(a);
  if (of.reg < 0) {
    const int reg = take(operands_[at_][a]);
    if (&bank(of) == &masks_) {
      to_.load_mask(reg, of.home);
    } else if (of.spread) {
      to_.load_for_all(reg, of.home);
    } else {
      to_.load(reg, of.home);
    }
  }
  bank(of).held_of(of.reg) = true;
  return of.reg;
}

int Registers::number(std::uint32_t a) {
  in_register(a);
  as_number(operands_[at_][a]);
  return value(a).reg;
}

bool Registers::from_memory(std::uint32_t a) {
  const Value& of = value(a);
  return of.reg < 0 && of.is_number() && !(of.spread && to_.wide() && !to_.avx512()) &&
         !used_later(of);
}

void Registers::release() {
  for (std::uint32_t a = 0; a < operations_[at_].arity; ++a) {
    Value& of = value(a);
    if (of.reg >= 0 && !used_later(of)) {
      bank(of).held_of(of.reg) = false;
      leave(of);
    }
  }
}

int Registers::result_over(std::uint32_t a) {
  const int from = value(a).reg;
  if (used_later(value(a))) {
    const int to = result();
    to_.copy(to, from);
    release();
    return to;
  }
  release();
  numbers_.owner_of(from) = static_cast<std::ptrdiff_t>(operands_[at_][3]);
  value(3).reg = from;
  return from;
}

int Registers::result_mask() {
  values_[operands_[at_][3]].mask = true;
  return result();
}

}  // namespace shamal::machine
