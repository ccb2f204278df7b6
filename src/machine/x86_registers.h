// Which registers the values of a body have (x86_body.h), and where they wait that find none.
//
// An operation names its operands by their number; the registers it is given stay until it asks for
// its result, and those of operands that nothing later reads are free from release() on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "machine/target.h"
#include "machine/x86_assembler.h"

namespace shamal::machine {

// A value on its way through a body: what an operation gave, or what lies in memory.
struct Value {
  Place home;
  std::optional<Place> left;  // to be left there, too,
  bool past_caches = false;   // for nobody who comes soon: at a whole register's place
  bool spread = false;        // one value for all
  bool at_home = false;
  std::int64_t done = 0;          // of its values, the first so many are not to be kept
  std::vector<std::size_t> uses;  // operations that read it, ascending
  int reg = -1;
  // What the register has instead of the value, and where the value waits, that place too:
  bool mask = false;     // all bits for true and none for false, instead of 1 and 0
  bool negated = false;  // the number without its change of sign

  bool is_number() const { return !mask && !negated; }
};

inline constexpr std::int32_t kMostRegisterBytes = 64;

struct BodyValues {
  std::vector<Value> values;
  std::vector<std::array<std::size_t, 4>> operands;  // by operation: arguments, then the result
  std::int32_t apart = 0;  // where on the stack, from rsp, there is room for two registers
};

// For use within an operation: two registers, four more within look-ups, and with AVX-512 two
// masks.
inline constexpr int kFirst = 14;
inline constexpr int kSecond = 15;
inline constexpr int kLookUp = 10;
inline constexpr int kFirstMask = 6;
inline constexpr int kSecondMask = 7;
// Of what is to be kept, in bodies where that is not all.
inline constexpr int kKeptMask = 5;

class Registers {
 public:
  // `spills` is where on the stack, from rsp, values may wait.
  Registers(Assembler& to, const std::vector<Operation>& operations, BodyValues of,
            std::int32_t spills);

  void begin(std::size_t operation);
  std::int32_t spilled() const;  // bytes
  std::int64_t most_done() const;

  Value& value(std::uint32_t a) { return values_[operands_[at_][a]]; }  // 3: the result
  bool same(std::uint32_t a, std::uint32_t b) const {
    return operands_[at_][a] == operands_[at_][b];
  }
  bool used_later(const Value& of) const { return !of.uses.empty() && of.uses.back() > at_; }

  // The operand in a register, as it is; or as a number.
  int in_register(std::uint32_t a);
  int number(std::uint32_t a);
  // Worth reading where it lies, by the only operation that wants it from there.
  bool from_memory(std::uint32_t a);
  void release();
  int result() { return take(operands_[at_][3]); }
  // Once all operands are fetched, for instructions that write over one of them: releases them, and
  // gives the result this one's register, or, where something later reads it, a copy of it.
  int result_over(std::uint32_t a);
  int result_mask();
  void result_as_number() { as_number(operands_[at_][3]); }
  void leave(Value& of);

  // Masks for use within an operation; with AVX2 they lie where numbers do.
  int first_mask() const { return to_.masks_apart() ? kFirstMask : kFirst; }
  int second_mask() const { return to_.masks_apart() ? kSecondMask : kSecond; }
  // 1 where the mask is set and 0 elsewhere.
  void number_of(int to, int mask);

 private:
  // Registers of one kind that values may have.
  struct Bank {
    std::vector<int> all;
    std::array<std::ptrdiff_t, 32> owner{};  // a value, or -1
    std::array<bool, 32> held{};             // by what the operation has yet to read

    void add(int reg);
    std::ptrdiff_t& owner_of(int reg) { return owner[static_cast<std::size_t>(reg)]; }
    bool& held_of(int reg) { return held[static_cast<std::size_t>(reg)]; }
  };
  Bank& bank(const Value& of) { return of.mask && to_.masks_apart() ? masks_ : numbers_; }
  std::size_t next_use(const Value& of) const;
  void as_number(std::size_t id);
  int take(std::size_t id);
  Place spill(std::size_t last_use);

  Assembler& to_;
  const std::vector<Operation>& operations_;
  std::vector<Value> values_;
  std::vector<std::array<std::size_t, 4>> operands_;
  std::int32_t spills_;
  std::vector<std::size_t> last_uses_;  // of what waits on the stack, by place
  Bank numbers_;
  Bank masks_;  // of AVX-512 alone
  std::size_t at_ = 0;
};

}  // namespace shamal::machine
