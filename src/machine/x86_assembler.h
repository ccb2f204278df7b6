// Writes instructions of x86-64 with AVX2, as bytes: what x86_body and x86_loop need and no more.
//
// Every arithmetic instruction comes in two forms: as many values at once as a register holds, or
// one; and for values of double or of single precision. Registers are numbers: 0 to 15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shamal::machine {

enum class General : std::uint8_t {
  rax,
  rcx,
  rdx,
  rbx,
  rsp,
  rbp,
  rsi,
  rdi,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15,
  none
};

// base + index + displacement
struct Place {
  General base = General::rbx;
  General index = General::none;
  std::int32_t displacement = 0;
};

// Opcodes of `arithmetic`: result = left op right.
enum class Arithmetic : std::uint8_t {
  add = 0x58,
  multiply = 0x59,
  subtract = 0x5c,
  minimum = 0x5d,  // left < right ? left : right
  divide = 0x5e,
  maximum = 0x5f  // left > right ? left : right
};

// difference: right without left.
enum class Bitwise : std::uint8_t {
  conjunction = 0x54,
  difference = 0x55,
  disjunction = 0x56,
  exclusive = 0x57
};

// Of `compare`; false where one is not a number, but for not_equal.
enum class Comparison : std::uint8_t {
  equal = 0x00,
  not_equal = 0x04,
  less = 0x11,
  less_equal = 0x12,
  greater_equal = 0x1d,
  greater = 0x1e
};

enum class Rounding : std::uint8_t { down = 0x09, to_zero = 0x0b, as_set = 0x0c };

class Assembler {
 public:
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::size_t here() const { return bytes_.size(); }

  // The form of what follows.
  bool wide = true;
  bool single = false;
  std::int32_t value_bytes() const { return single ? 4 : 8; }
  std::int32_t values() const { return 32 / value_bytes(); }  // of a register

  void load(int to, const Place& from);
  void load_for_all(int to, const Place& from);  // one value, in all of the register
  void store(const Place& to, int from);
  void arithmetic(Arithmetic op, int to, int left, int right);
  void arithmetic(Arithmetic op, int to, int left, const Place& right);
  void square_root(int to, int from);
  void round(Rounding how, int to, int from);
  void compare(Comparison op, int to, int left, int right);
  void compare(Comparison op, int to, int left, const Place& right);
  void bitwise(Bitwise op, int to, int left, int right);
  void bitwise(Bitwise op, int to, int left, const Place& right);
  void blend(int to, int where_clear, int where_set, int mask);  // by the sign of the mask

  // The two halves of a register, of 16 bytes each.
  void load_lower(int to, const Place& from);
  void insert_upper(int to, const Place& from);
  void move_upper_to_lower(int to, int from);
  // In each half, as numbers of 8 bytes: first of left, first of right; and the second ones.
  void pair_firsts(int to, int left, int right);
  void pair_seconds(int to, int left, int right);
  // In each half, as numbers of 4 bytes: those of left and right in turn, from the lower two of
  // each or the upper two.
  void mix_firsts(int to, int left, int right);
  void mix_lasts(int to, int left, int right);
  // Truncated, times the bytes of a point, which has four values: as 32-bit numbers in `from`, or
  // one in a general register.
  void places(int from);
  void place_of_one(General to, int from);
  void lower_to_general(General low, General high, int from);
  void copy_lower_half(General to, General from);
  void keep_upper_half(General reg);

  void push(General from);
  void pop(General to);
  void move(General to, General from);
  void set(General to, std::uint64_t value);
  void clear(General to);
  void add(General to, std::int32_t value);
  void compare(General with, std::int32_t value);
  std::size_t add_later(General to);  // the value comes with `patch`
  void patch(std::size_t place, std::int32_t value);
  void keep_bits(General of, std::int8_t mask);  // those of the mask, its sign in all higher ones
  void load(General to, const Place& from);      // neither of these has an index
  void store(const Place& to, General from);
  void set_on_stack(std::int32_t offset, std::int32_t value);
  void decrease_on_stack(std::int32_t offset);  // sets the flags
  void jump_if_below(std::size_t to);
  void jump_if_not_zero(std::size_t to);
  void end();  // clears the upper halves of the registers and returns

 private:
  struct Code {
    std::uint8_t opcode;
    std::uint8_t prefix;  // 0: none, 1: 66, 2: F3, 3: F2
    std::uint8_t map;     // 1: 0F, 2: 0F 38, 3: 0F 3A
    bool wide;            // 256 bits
    bool w = false;       // of general registers: 64 bits
  };
  void byte(unsigned value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
  void word(std::int32_t value);
  void vector(const Code& code, int reg, int left, int right);
  void vector(const Code& code, int reg, int left, const Place& right);
  void prefix(const Code& code, int reg, int left, bool index_high, bool base_high);
  void address(int reg, const Place& place);
  void jump(unsigned condition, std::size_t to);
  Code number(unsigned opcode) const {
    const int prefix = wide ? (single ? 0 : 1) : (single ? 2 : 3);
    return {static_cast<std::uint8_t>(opcode), static_cast<std::uint8_t>(prefix), 1, wide};
  }
  Code bits(unsigned opcode) const {
    return {static_cast<std::uint8_t>(opcode), static_cast<std::uint8_t>(single ? 0 : 1), 1, wide};
  }
  int place_shift() const { return single ? 4 : 5; }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace shamal::machine
