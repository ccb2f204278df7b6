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

void Assembler::vex(const Code& code, int reg, int left, bool index_high, bool base_high) {
  const unsigned not_reg = reg < 8 ? 0x80u : 0u;
  const unsigned rest =
      ((~static_cast<unsigned>(left) & 15u) << 3) | (code.length << 2) | code.prefix;
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

void Assembler::evex(const Code& code, int reg, int left, unsigned index_high, unsigned base_high,
                     Masking masking, bool spread) {
  const auto bit = [](int of, unsigned which) { return (static_cast<unsigned>(of) >> which) & 1u; };
  byte(0x62);
  byte(((1u - bit(reg, 3)) << 7) | ((1u - index_high) << 6) | ((1u - base_high) << 5) |
       ((1u - bit(reg, 4)) << 4) | code.map);
  byte((code.evex_w ? 0x80u : 0u) | ((~static_cast<unsigned>(left) & 15u) << 3) | 4u | code.prefix);
  byte((masking.zero ? 0x80u : 0u) | (code.length << 5) | (spread ? 0x10u : 0u) |
       ((1u - bit(left, 4)) << 3) | static_cast<unsigned>(masking.by));
  byte(code.opcode);
}

void Assembler::vector(const Code& code, int reg, int left, int right, Masking masking,
                       bool rounded) {
  const bool shortest = code.encoding == Encoding::shortest && code.length < 2 && reg < 16 &&
                        left < 16 && right < 16 && masking.by == 0;
  if (shortest) {
    vex(code, reg, left, false, right >= 8);
  } else {
    const auto high = static_cast<unsigned>(right) >> 3;
    evex(code, reg, left, high >> 1, high & 1u, masking, rounded);
  }
  byte(0xc0u | ((static_cast<unsigned>(reg) & 7u) << 3) | (static_cast<unsigned>(right) & 7u));
}

// The bit that spreads an operand in memory, between registers says that the length is a rounding.
void Assembler::rounded(Code code, Toward toward, int reg, int left, int right) {
  code.length = toward;
  code.encoding = Encoding::evex;
  vector(code, reg, left, right, {0, false}, true);
}

void Assembler::vector(const Code& code, int reg, int left, const Place& right, Masking masking,
                       bool spread) {
  const bool index_high = right.index != General::none && of(right.index) >= 8;
  const bool base_high = of(right.base) >= 8;
  const bool shortest = code.encoding == Encoding::shortest && code.length < 2 && reg < 16 &&
                        left < 16 && masking.by == 0 && !spread;
  if (shortest) {
    vex(code, reg, left, index_high, base_high);
    address(reg, right);
  } else {
    evex(code, reg, left, index_high ? 1 : 0, base_high ? 1 : 0, masking, spread);
    const std::int32_t whole = code.in_memory != 0 ? code.in_memory : 16 << code.length;
    address(reg, right, spread ? value_bytes() : whole);
  }
}

// A displacement of one byte counts units.
void Assembler::address(int reg, const Place& place, std::int32_t unit) {
  const unsigned field = (static_cast<unsigned>(reg) & 7u) << 3;
  const std::int32_t units = place.displacement / unit;
  const bool small = units >= -128 && units < 128 && units * unit == place.displacement;
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
    byte(static_cast<std::uint8_t>(units));
  } else {
    word(place.displacement);
  }
}

void Assembler::load(int to, const Place& from) { vector(number(0x10), to, 0, from); }

void Assembler::load_for_all(int to, const Place& from) {
  if (wide()) {
    const unsigned opcode = single_ ? 0x18u : 0x19u;
    vector(Code{opcode, 1, 2, length(), false, !single_, value_bytes()}, to, 0, from);
  } else {
    load(to, from);
  }
}

void Assembler::store(const Place& to, int from) { vector(number(0x11), from, 0, to); }

void Assembler::store_past_caches(const Place& to, int from) {
  vector(number(0x2b), from, 0, to);  // vmovntpd, vmovntps
}

void Assembler::store_where(int mask, const Place& to, int from) {
  vector(number(0x11), from, 0, to, {mask, false});
}

void Assembler::fetch(unsigned opcode, const Place& at) {
  byte(0x40u | (at.index != General::none && of(at.index) >= 8 ? 2u : 0u) |
       (of(at.base) >= 8 ? 1u : 0u));
  byte(0x0f);
  byte(opcode);
  address(1, at);
}

void Assembler::fetch(const Place& from) { fetch(0x18, from); }       // prefetcht0
void Assembler::fetch_to_write(const Place& to) { fetch(0x0d, to); }  // prefetchw

void Assembler::arithmetic(Arithmetic op, int to, int left, int right) {
  vector(number(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::arithmetic(Arithmetic op, int to, int left, const Place& right, bool spread) {
  vector(number(static_cast<unsigned>(op)), to, left, right, {0, false}, spread && wide());
}

void Assembler::quietly(Arithmetic op, int to, int left, int right) {
  if (form == Form::whole) {
    rounded(number(static_cast<unsigned>(op)), kNearest, to, left, right);
  } else {
    arithmetic(op, to, left, right);
  }
}

void Assembler::multiply_subtract(int to, int minus, int by) {
  vector(fused(0x9a), to, minus, by);  // vfmsub132
}

void Assembler::multiply_subtract(int to, int minus, const Place& by, bool spread) {
  vector(fused(0x9a), to, minus, by, {0, false}, spread && wide());
}

void Assembler::multiply_to(Product product, int to, int plus, int by) {
  vector(fused(product, 0), to, plus, by);
}

void Assembler::multiply_to(Product product, int to, int plus, const Place& by, bool spread) {
  vector(fused(product, 0), to, plus, by, {0, false}, spread && wide());
}

void Assembler::multiply_to(Product product, int to, const Place& plus, int by, bool spread) {
  vector(fused(product, 0x10), to, by, plus, {0, false}, spread && wide());
}

void Assembler::add_product(Product product, int to, int left, int right) {
  vector(fused(product, 0x20), to, left, right);
}

void Assembler::add_product(Product product, int to, int left, const Place& right, bool spread) {
  vector(fused(product, 0x20), to, left, right, {0, false}, spread && wide());
}

void Assembler::add_product_where(int mask, Product product, int to, int left, int right) {
  vector(fused(product, 0x20), to, left, right, {mask, false});
}

void Assembler::multiply_to_up(int to, int plus, int by) {
  rounded(fused(Product::added, 0), kUp, to, plus, by);
}

void Assembler::reciprocal_about(int to, int from) {
  vector(newer(0x4c, 1, 2, !single_), to, 0, from);  // vrcp14
}

void Assembler::change_signs(int to, int left, const Place& right) {
  constexpr unsigned kToUnlessBoth = 0x78;               // to ^ (left & right)
  vector(newer(0x25, 1, 3, !single_), to, left, right);  // vpternlog
  byte(kToUnlessBoth);
}

void Assembler::take_signs(int to, int left, const Place& right, int scratch) {
  if (avx512_) {
    constexpr unsigned kToOrBoth = 0xf8;                   // to | (left & right)
    vector(newer(0x25, 1, 3, !single_), to, left, right);  // vpternlog
    byte(kToOrBoth);
    return;
  }
  bitwise(Bitwise::conjunction, scratch, left, right);
  bitwise(Bitwise::disjunction, to, to, scratch);
}

void Assembler::copy(int to, int from) {
  vector(Code{0x28, single_ ? 0u : 1u, 1, length(), false, !single_}, to, 0, from);  // vmovapd
}

void Assembler::square_root(int to, int from) { vector(number(0x51), to, wide() ? 0 : from, from); }

void Assembler::round(Rounding how, int to, int from) {
  const unsigned opcode = (wide() ? 0x09u : 0x0bu) - (single_ ? 1u : 0u);
  vector(Code{opcode, 1, 3, length(), false, !single_}, to, wide() ? 0 : from, from);
  byte(static_cast<unsigned>(how));
}

void Assembler::bitwise(Bitwise op, int to, int left, int right) {
  vector(bits(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::bitwise(Bitwise op, int to, int left, const Place& right) {
  vector(bits(static_cast<unsigned>(op)), to, left, right);
}

void Assembler::compare(Comparison op, int mask, int left, int right) {
  Code code = number(0xc2);
  code.encoding = avx512_ ? Encoding::evex : Encoding::shortest;
  vector(code, mask, left, right);
  byte(static_cast<unsigned>(op));
}

void Assembler::compare(Comparison op, int mask, int left, const Place& right, bool spread) {
  Code code = number(0xc2);
  code.encoding = avx512_ ? Encoding::evex : Encoding::shortest;
  vector(code, mask, left, right, {0, false}, spread && wide());
  byte(static_cast<unsigned>(op));
}

void Assembler::blend(int to, int where_clear, int where_set, int mask) {
  if (avx512_) {
    vector(newer(0x65, 1, 2, !single_), to, where_clear, where_set, {mask, false});
  } else {
    const unsigned opcode = single_ ? 0x4au : 0x4bu;
    vector(Code{opcode, 1, 3, length()}, to, where_clear, where_set);
    byte(static_cast<unsigned>(mask) << 4);
  }
}

void Assembler::test_mask(int mask, General scratch) {
  if (avx512_) {
    test_either(mask, mask);
  } else {
    vector(Code{0x50, single_ ? 0u : 1u, 1, length()}, static_cast<int>(scratch), 0, mask);
    byte(kRex64 | (of(scratch) >= 8 ? 5u : 0u));
    byte(0x85);
    byte(0xc0u | ((of(scratch) & 7u) << 3) | (of(scratch) & 7u));
  }
}

void Assembler::test_either(int mask, int other) {
  vector(Code{0x98, 0, 1, 0}, mask, 0, other);  // kortestw
}

void Assembler::compare_where(int where, Comparison op, int mask, int left, const Place& right) {
  vector(number(0xc2), mask, left, right, {where, false});
  byte(static_cast<unsigned>(op));
}

void Assembler::multiply_where(int mask, int to, int left, int right) {
  vector(number(static_cast<unsigned>(Arithmetic::multiply)), to, left, right, {mask, true});
}

void Assembler::load_where(int mask, int to, const Place& from) {
  vector(number(0x10), to, 0, from, {mask, true});
}

void Assembler::mask_of_signs(int mask, int from) {
  vector(newer(0x39, 2, 2, !single_), mask, 0, from);  // vpmovq2m, vpmovd2m
}

void Assembler::mask_operation(Bitwise op, int to, int left, int right) {
  // kandw, korw
  const unsigned opcode = op == Bitwise::conjunction ? 0x41u : 0x45u;
  vector(Code{opcode, 0, 1, 1}, to, left, right);
}

void Assembler::complement(int to, int mask) {
  vector(Code{0x44, 0, 1, 0}, to, 0, mask);  // knotw
}

void Assembler::load_mask(int to, const Place& from) {
  vector(Code{0x90, 0, 1, 0}, to, 0, from);  // kmovw
}

void Assembler::store_mask(const Place& to, int mask) {
  vector(Code{0x91, 0, 1, 0}, mask, 0, to);  // kmovw
}

void Assembler::whole_numbers(int to, int from) {
  if (single_) {
    vector(newer(0x5b, 2, 1, false), to, 0, from);  // vcvttps2dq
  } else {
    vector(newer(0x7a, 1, 1, true), to, 0, from);  // vcvttpd2qq
  }
}

void Assembler::permute(int to, int numbers, const Place& from) {
  vector(newer(0x16, 1, 2, !single_), to, numbers, from);  // vpermpd, vpermps
}

void Assembler::permute_two(int to, int numbers, const Place& from) {
  vector(newer(0x7f, 1, 2, !single_), to, numbers, from);  // vpermt2pd, vpermt2ps
}

void Assembler::scale_by_value_bytes(int numbers) {
  vector(newer(single_ ? 0x72 : 0x73, 1, 1, !single_), 6, numbers, numbers);  // vpslld, vpsllq
  byte(single_ ? 2 : 3);
}

void Assembler::gather(int to, int mask, General base, int offsets, std::int32_t displacement) {
  vector(Code{0x46, 0, 1, 1}, mask, 0, 0);  // kxnorw: everywhere; the gathering clears it
  Code code = newer(single_ ? 0x92 : 0x93, 1, 2, !single_);
  const auto index = static_cast<unsigned>(offsets);
  // The fifth bit of the index stands where that of `left` does.
  evex(code, to, static_cast<int>(index & 16u), (index >> 3) & 1u, of(base) >= 8 ? 1 : 0,
       {mask, false}, false);
  byte(0x80u | ((static_cast<unsigned>(to) & 7u) << 3) | 4u);
  byte(((index & 7u) << 3) | (of(base) & 7u));
  word(displacement);
}

void Assembler::load_lower(int to, const Place& from) { vector(Code{0x10, 1, 1, 0}, to, 0, from); }

void Assembler::insert_upper(int to, const Place& from) {
  vector(Code{0x18, 1, 3, 1}, to, to, from);
  byte(1);
}

void Assembler::move_upper_to_lower(int to, int from) {
  vector(Code{0x19, 1, 3, 1}, from, 0, to);  // vextractf128
  byte(1);
}

void Assembler::pair_firsts(int to, int left, int right) {
  vector(Code{0x14, 1, 1, 1}, to, left, right);
}

void Assembler::pair_seconds(int to, int left, int right) {
  vector(Code{0x15, 1, 1, 1}, to, left, right);
}

void Assembler::mix_firsts(int to, int left, int right) {
  vector(Code{0x14, 0, 1, 1}, to, left, right);
}

void Assembler::mix_lasts(int to, int left, int right) {
  vector(Code{0x15, 0, 1, 1}, to, left, right);
}

void Assembler::places(int from) {
  if (single_) {
    vector(Code{0x5b, 2, 1, 1}, from, 0, from);  // vcvttps2dq
  } else {
    vector(Code{0xe6, 1, 1, 1}, from, 0, from);  // vcvttpd2dq
  }
  vector(Code{0x72, 1, 1, single_ ? 1u : 0u}, 6, from, from);  // vpslld
  byte(static_cast<unsigned>(place_shift()));
}

void Assembler::lower_to_general(General low, General high, int from) {
  vector(Code{0x7e, 1, 1, 0, true}, from, 0, static_cast<int>(low));   // vmovq
  vector(Code{0x16, 1, 3, 0, true}, from, 0, static_cast<int>(high));  // vpextrq
  byte(1);
}

void Assembler::place_of_one(General to, int from) {
  const unsigned prefix = single_ ? 2 : 3;
  // vcvttss2si, vcvttsd2si
  vector(Code{0x2c, prefix, 1, 0, true}, static_cast<int>(to), 0, from);
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

void Assembler::point(General to, const Place& at) {  // lea
  byte(kRex64 | (of(to) >= 8 ? 4u : 0u) | (of(at.base) >= 8 ? 1u : 0u));
  byte(0x8d);
  address(static_cast<int>(to), at);
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

void Assembler::jump_on(unsigned condition, std::size_t to) {
  byte(0x0f);
  byte(0x80u | condition);
  word(static_cast<std::int32_t>(static_cast<std::int64_t>(to) -
                                 static_cast<std::int64_t>(here() + 4)));
}

void Assembler::jump_if_below(std::size_t to) { jump_on(2, to); }
void Assembler::jump_if_zero(std::size_t to) { jump_on(4, to); }
void Assembler::jump_if_not_zero(std::size_t to) { jump_on(5, to); }

void Assembler::jump(std::size_t to) {
  byte(0xe9);
  word(0);
  lead(here() - 4, to);
}

std::size_t Assembler::jump_if_not_zero_later() {
  jump_if_not_zero(here());
  return here() - 4;
}

void Assembler::lead(std::size_t jump, std::size_t to) {
  patch(jump, static_cast<std::int32_t>(static_cast<std::int64_t>(to) -
                                        static_cast<std::int64_t>(jump + 4)));
}

void Assembler::end() {
  byte(0xc5);  // vzeroupper
  byte(0xf8);
  byte(0x77);
  byte(0xc3);
}

}  // namespace shamal::machine
