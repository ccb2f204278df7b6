#include "machine/x86_assembler.h"

#include <cstring>

namespace shamal::machine {

namespace {

unsigned of(General reg) { return static_cast<unsigned>(reg); }
constexpr unsigned kRex64 = 0x48;

}  // namespace

void Assembler::word(std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    byte((bits >> shift) & 0xffu);
  }
}

void Assembler::prefix(const Code& code, int reg, int left, bool index_high, bool base_high) {
  const unsigned not_reg = reg < 8 ? 0x80u : 0u;
  const unsigned rest = ((~static_cast<unsigned>(left) & 15u) << 3) | (code.wide ? 4u : 0u) |
                        static_cast<unsigned>(code.prefix);
  if (code.map == 1 && !index_high && !base_high && !code.w) {
    byte(0xc5);
    byte(not_reg | rest);
  } else {
    byte(0xc4);
    byte(not_reg | (index_high ? 0u : 0x40u) | (base_high ? 0u : 0x20u) | code.map);
    byte(rest | (code.w ? 0x80u : 0u));
  }
  byte(code.opcode);
}

void Assembler::vector(const Code& code, int reg, int left, int right) {
  prefix(code, reg, left, false, right >= 8);
  byte(0xc0u | ((static_cast<unsigned>(reg) & 7u) << 3) | (static_cast<unsigned>(right) & 7u));
}

void Assembler::vector(const Code& code, int reg, int left, const Place& right) {
  prefix(code, reg, left, right.index != General::none && of(right.index) >= 8,
         of(right.base) >= 8);
  address(reg, right);
}

void Assembler::address(int reg, const Place& place) {
  const unsigned field = (static_cast<unsigned>(reg) & 7u) << 3;
  const bool small = place.displacement >= -128 && place.displacement < 128;
  const unsigned mode = small ? 0x40u : 0x80u;
  const unsigned base = of(place.base) & 7u;
  if (place.index != General::none) {
    byte(mode | field | 4u);
    byte(((of(place.index) & 7u) << 3) | base);
  } else if (base == 4) {  // of rsp and r12
    byte(mode | field | 4u);
    byte(0x24);
  } else {
    byte(mode | field | base);
  }
  if (small) {
    byte(static_cast<std::uint8_t>(place.displacement));
  } else {
    word(place.displacement);
  }
}

void Assembler::load(int to, const Place& from) { vector(number(0x10), to, 0, from); }

void Assembler::load_for_all(int to, const Place& from) {
  if (wide) {
    const unsigned opcode = single ? 0x18u : 0x19u;
    vector(Code{static_cast<std::uint8_t>(opcode), 1, 2, true}, to, 0, from);
  } else {
    load(to, from);
  }
}

void Assembler::store(const Place& to, int from) { vector(number(0x11), from, 0, to); }

void Assembler::arithmetic(Arithmetic op, int to, int left, int right) {
  vector(number(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::arithmetic(Arithmetic op, int to, int left, const Place& right) {
  vector(number(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::square_root(int to, int from) { vector(number(0x51), to, wide ? 0 : from, from); }

void Assembler::round(Rounding how, int to, int from) {
  const unsigned opcode = (wide ? 0x09u : 0x0bu) - (single ? 1u : 0u);
  vector(Code{static_cast<std::uint8_t>(opcode), 1, 3, wide}, to, wide ? 0 : from, from);
  byte(static_cast<unsigned>(how));
}

void Assembler::compare(Comparison op, int to, int left, int right) {
  vector(number(0xc2), to, left, right);
  byte(static_cast<unsigned>(op));
}

void Assembler::compare(Comparison op, int to, int left, const Place& right) {
  vector(number(0xc2), to, left, right);
  byte(static_cast<unsigned>(op));
}

void Assembler::bitwise(Bitwise op, int to, int left, int right) {
  vector(bits(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::bitwise(Bitwise op, int to, int left, const Place& right) {
  vector(bits(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::blend(int to, int where_clear, int where_set, int mask) {
  const unsigned opcode = single ? 0x4au : 0x4bu;
  vector(Code{static_cast<std::uint8_t>(opcode), 1, 3, wide}, to, where_clear, where_set);
  byte(static_cast<unsigned>(mask) << 4);
}

void Assembler::load_lower(int to, const Place& from) {
  vector(Code{0x10, 1, 1, false}, to, 0, from);
}

void Assembler::insert_upper(int to, const Place& from) {
  vector(Code{0x18, 1, 3, true}, to, to, from);
  byte(1);
}

void Assembler::move_upper_to_lower(int to, int from) {
  vector(Code{0x19, 1, 3, true}, from, 0, to);  // vextractf128
  byte(1);
}

void Assembler::pair_firsts(int to, int left, int right) {
  vector(Code{0x14, 1, 1, true}, to, left, right);
}

void Assembler::pair_seconds(int to, int left, int right) {
  vector(Code{0x15, 1, 1, true}, to, left, right);
}

void Assembler::mix_firsts(int to, int left, int right) {
  vector(Code{0x14, 0, 1, true}, to, left, right);
}

void Assembler::mix_lasts(int to, int left, int right) {
  vector(Code{0x15, 0, 1, true}, to, left, right);
}

void Assembler::places(int from) {
  if (single) {
    vector(Code{0x5b, 2, 1, true}, from, 0, from);  // vcvttps2dq
  } else {
    vector(Code{0xe6, 1, 1, true}, from, 0, from);  // vcvttpd2dq
  }
  vector(Code{0x72, 1, 1, single}, 6, from, from);  // vpslld
  byte(static_cast<unsigned>(place_shift()));
}

void Assembler::lower_to_general(General low, General high, int from) {
  vector(Code{0x7e, 1, 1, false, true}, from, 0, static_cast<int>(low));   // vmovq
  vector(Code{0x16, 1, 3, false, true}, from, 0, static_cast<int>(high));  // vpextrq
  byte(1);
}

void Assembler::place_of_one(General to, int from) {
  const unsigned prefix = single ? 2 : 3;
  // vcvttss2si, vcvttsd2si
  vector(Code{0x2c, static_cast<std::uint8_t>(prefix), 1, false, true}, static_cast<int>(to), 0,
         from);
  byte(kRex64 | (of(to) >= 8 ? 1u : 0u));
  byte(0xc1);
  byte(0xe0u | (of(to) & 7u));
  byte(static_cast<unsigned>(place_shift()));
}

void Assembler::copy_lower_half(General to, General from) {
  byte(0x40u | (of(from) >= 8 ? 4u : 0u) | (of(to) >= 8 ? 1u : 0u));
  byte(0x89);
  byte(0xc0u | ((of(from) & 7u) << 3) | (of(to) & 7u));
}

void Assembler::keep_upper_half(General reg) {
  byte(kRex64 | (of(reg) >= 8 ? 1u : 0u));
  byte(0xc1);
  byte(0xe8u | (of(reg) & 7u));
  byte(32);
}

void Assembler::push(General from) {
  if (of(from) >= 8) {
    byte(0x41);
  }
  byte(0x50u | (of(from) & 7u));
}

void Assembler::pop(General to) {
  if (of(to) >= 8) {
    byte(0x41);
  }
  byte(0x58u | (of(to) & 7u));
}

void Assembler::move(General to, General from) {
  byte(kRex64 | (of(from) >= 8 ? 4u : 0u) | (of(to) >= 8 ? 1u : 0u));
  byte(0x89);
  byte(0xc0u | ((of(from) & 7u) << 3) | (of(to) & 7u));
}

void Assembler::set(General to, std::uint64_t value) {
  byte(kRex64 | (of(to) >= 8 ? 1u : 0u));
  byte(0xb8u | (of(to) & 7u));
  word(static_cast<std::int32_t>(value & 0xffffffffu));
  word(static_cast<std::int32_t>(value >> 32));
}

void Assembler::clear(General to) {
  byte(kRex64 | (of(to) >= 8 ? 5u : 0u));
  byte(0x31);
  byte(0xc0u | ((of(to) & 7u) << 3) | (of(to) & 7u));
}

void Assembler::add(General to, std::int32_t value) {
  byte(kRex64 | (of(to) >= 8 ? 1u : 0u));
  byte(0x81);
  byte(0xc0u | (of(to) & 7u));
  word(value);
}

void Assembler::compare(General with, std::int32_t value) {
  byte(kRex64 | (of(with) >= 8 ? 1u : 0u));
  byte(0x81);
  byte(0xf8u | (of(with) & 7u));
  word(value);
}

std::size_t Assembler::add_later(General to) {
  add(to, 0);
  return here() - sizeof(std::int32_t);
}

void Assembler::patch(std::size_t place, std::int32_t value) {
  std::memcpy(bytes_.data() + place, &value, sizeof value);
}

void Assembler::keep_bits(General of_reg, std::int8_t mask) {
  byte(kRex64 | (of(of_reg) >= 8 ? 1u : 0u));
  byte(0x83);
  byte(0xe0u | (of(of_reg) & 7u));
  byte(static_cast<std::uint8_t>(mask));
}

void Assembler::load(General to, const Place& from) {
  byte(kRex64 | (of(to) >= 8 ? 4u : 0u) | (of(from.base) >= 8 ? 1u : 0u));
  byte(0x8b);
  address(static_cast<int>(to), from);
}

void Assembler::store(const Place& to, General from) {
  byte(kRex64 | (of(from) >= 8 ? 4u : 0u) | (of(to.base) >= 8 ? 1u : 0u));
  byte(0x89);
  address(static_cast<int>(from), to);
}

void Assembler::set_on_stack(std::int32_t offset, std::int32_t value) {
  byte(0xc7);
  address(0, {General::rsp, General::none, offset});
  word(value);
}

void Assembler::decrease_on_stack(std::int32_t offset) {
  byte(0x83);
  address(5, {General::rsp, General::none, offset});
  byte(1);
}

void Assembler::jump(unsigned condition, std::size_t to) {
  byte(0x0f);
  byte(0x80u | condition);
  word(static_cast<std::int32_t>(static_cast<std::int64_t>(to) -
                                 static_cast<std::int64_t>(here() + 4)));
}

void Assembler::jump_if_below(std::size_t to) { jump(2, to); }
void Assembler::jump_if_not_zero(std::size_t to) { jump(5, to); }

void Assembler::end() {
  byte(0xc5);  // vzeroupper
  byte(0xf8);
  byte(0x77);
  byte(0xc3);
}

}  // namespace shamal::machine
