// Writes instructions of x86-64 with AVX2 or AVX-512, as bytes: what x86_body and x86_loop need and
// no more.
//
// Every arithmetic instruction comes in three forms: for one value, for as many as fill half a
// register or a whole one; and for values of double or of single precision. With AVX2 only the
// halves, of 32 bytes, are there. Registers are numbers: 0 to 15, or 0 to 31 with AVX-512.
//
// Masks say where something is true. With AVX2 they are vectors, all bits of a value or none, in
// the registers of numbers; with AVX-512 a bit for each value in registers of their own, 1 to 7.
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

// Opcodes of a product that is added to something, or subtracted from it, with one rounding.
enum class Product : std::uint8_t { added = 0x98, subtracted = 0x9c };

// difference: right without left.
enum class Bitwise : std::uint8_t {
  conjunction = 0x54,
  difference = 0x55,
  disjunction = 0x56,
  exclusive = 0x57
};

// Of `compare`; false where one is not a number, but for those that say "not".
enum class Comparison : std::uint8_t {
  equal = 0x00,
  not_equal = 0x04,
  less = 0x11,
  less_equal = 0x12,
  unordered = 0x03,  // true where one is not a number, as the next
  not_at_least = 0x19,
  greater_equal = 0x1d,
  greater = 0x1e
};

enum class Rounding : std::uint8_t { down = 0x09, to_zero = 0x0b, as_set = 0x0c };

enum class Form : std::uint8_t { one, half, whole };

class Assembler {
 public:
  Assembler(bool single, bool avx512) : single_(single), avx512_(avx512) {}

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::size_t here() const { return bytes_.size(); }
  bool single() const { return single_; }
  bool avx512() const { return avx512_; }
  bool masks_apart() const { return avx512_; }
  std::int32_t value_bytes() const { return single_ ? 4 : 8; }

  std::int32_t register_bytes() const { return form_bytes(avx512_ ? Form::whole : Form::half); }

  Form form = Form::half;  // of what follows
  bool wide() const { return form != Form::one; }
  std::int32_t form_bytes(Form of) const {
    return of == Form::one ? value_bytes() : of == Form::half ? 32 : 64;
  }
  std::int32_t form_bytes() const { return form_bytes(form); }

  void load(int to, const Place& from);
  void load_for_all(int to, const Place& from);  // one value, in all of the register
  void store(const Place& to, int from);
  void store_where(int mask, const Place& to, int from);  // of AVX-512
  // Has a line of the cache fetched that will be read, or written.
  void fetch(const Place& from);
  void fetch_to_write(const Place& to);
  // Of half a register or a whole one, at a place that such fill without gaps.
  void store_past_caches(const Place& to, int from);
  // What lies in memory is as wide as the register; or, `spread`, one value for all of it, which
  // only AVX-512 can do.
  void arithmetic(Arithmetic op, int to, int left, int right);
  void arithmetic(Arithmetic op, int to, int left, const Place& right, bool spread = false);
  // Without raising flags, where that is possible: of a whole register.
  void quietly(Arithmetic op, int to, int left, int right);
  // With one rounding: to = to * by - minus, to = plus ± to * by, to = to ± left * right.
  void multiply_subtract(int to, int minus, int by);
  void multiply_subtract(int to, int minus, const Place& by, bool spread = false);
  void multiply_to(Product product, int to, int plus, int by);
  void multiply_to(Product product, int to, int plus, const Place& by, bool spread = false);
  void multiply_to(Product product, int to, const Place& plus, int by, bool spread = false);
  void add_product(Product product, int to, int left, int right);
  void add_product(Product product, int to, int left, const Place& right, bool spread = false);
  void copy(int to, int from);
  void multiply_to_up(int to, int plus, int by);  // of AVX-512, added: to the next number above
  void reciprocal_about(int to, int from);        // 14 bits
  // Changes the signs of `to` where the left and the right are both negative.
  void change_signs(int to, int left, const Place& right);
  // Of any processor: makes negative what is so in both of the others. `scratch` may be lost.
  void take_signs(int to, int left, const Place& right, int scratch);
  void square_root(int to, int from);
  void round(Rounding how, int to, int from);
  void bitwise(Bitwise op, int to, int left, int right);
  void bitwise(Bitwise op, int to, int left, const Place& right);

  void compare(Comparison op, int mask, int left, int right);
  void compare(Comparison op, int mask, int left, const Place& right, bool spread = false);
  void blend(int to, int where_clear, int where_set, int mask);
  // Sets the flags to "not zero" if the mask is set anywhere; with AVX2 the general register is
  // lost.
  void test_mask(int mask, General scratch);
  // Of AVX-512 alone.
  void compare_where(int where, Comparison op, int mask, int left,
                     const Place& right);                      // and false elsewhere
  void test_either(int mask, int other);                       // as test_mask
  void multiply_where(int mask, int to, int left, int right);  // and zero elsewhere
  void add_product_where(int mask, Product product, int to, int left, int right);
  void load_where(int mask, int to, const Place& from);  // and zero elsewhere
  void mask_of_signs(int mask, int from);
  void mask_operation(Bitwise op, int to, int left, int right);  // of masks
  void complement(int to, int mask);
  void load_mask(int to, const Place& from);
  void store_mask(const Place& to, int mask);

  // With AVX-512, of a whole register.
  void whole_numbers(int to, int from);  // truncated; low bits of zeroes for what is not a number
  // to = the values of `from`, or of `to` and `from` one after the other, that the numbers say
  void permute(int to, int numbers, const Place& from);
  void permute_two(int to, int numbers, const Place& from);
  void scale_by_value_bytes(int numbers);
  void gather(int to, int mask, General base, int offsets, std::int32_t displacement);

  // The two halves of half a register, of 16 bytes each. These are for registers below 16.
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
  void point(General to, const Place& at);       // none of these has an index
  void load(General to, const Place& from);
  void store(const Place& to, General from);
  void set_on_stack(std::int32_t offset, std::int32_t value);
  void decrease_on_stack(std::int32_t offset);  // sets the flags
  void jump_if_below(std::size_t to);
  void jump_if_not_zero(std::size_t to);
  void jump_if_zero(std::size_t to);
  void jump(std::size_t to);
  // The place to tell where the jump leads, with lead().
  std::size_t jump_if_not_zero_later();
  void lead(std::size_t jump, std::size_t to);
  void end();  // clears the upper halves of the registers and returns

 private:
  enum class Encoding : std::uint8_t { shortest, evex };
  struct Code {
    unsigned opcode;
    unsigned prefix;             // 0: none, 1: 66, 2: F3, 3: F2
    unsigned map;                // 1: 0F, 2: 0F 38, 3: 0F 3A
    unsigned length;             // 0: 16 bytes or one value, 1: 32, 2: 64
    bool w = false;              // as VEX writes it: of general registers, 64 bits
    bool evex_w = false;         // as EVEX does: of values, 8 bytes
    std::int32_t in_memory = 0;  // bytes of an operand there; as `length` says if 0
    Encoding encoding = Encoding::shortest;
  };
  struct Masking {
    int by;  // 0: none
    bool zero;
  };
  void byte(unsigned value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
  void word(std::int32_t value);
  void vector(const Code& code, int reg, int left, int right, Masking masking = Masking{0, false},
              bool rounded = false);
  void vector(const Code& code, int reg, int left, const Place& right,
              Masking masking = Masking{0, false}, bool spread = false);
  void vex(const Code& code, int reg, int left, bool index_high, bool base_high);
  // `high` are the fourth bits of what the byte after it names: index or fifth bit, base.
  void evex(const Code& code, int reg, int left, unsigned index_high, unsigned base_high,
            Masking masking, bool spread);
  void address(int reg, const Place& place, std::int32_t unit = 1);
  void fetch(unsigned opcode, const Place& at);
  void jump_on(unsigned condition, std::size_t to);
  Code fused(unsigned opcode) const {
    return {opcode + (wide() ? 0u : 1u), 1, 2, length(), !single_, !single_, form_bytes()};
  }
  // vfmadd132 and vfnmadd132; 213 is 0x10 further and 231 another 0x10.
  Code fused(Product product, unsigned further) const {
    return fused(static_cast<unsigned>(product) + further);
  }
  unsigned length() const {
    return static_cast<unsigned>(form == Form::one ? 0 : form == Form::half ? 1 : 2);
  }
  Code number(unsigned opcode) const {
    const unsigned prefix = wide() ? (single_ ? 0u : 1u) : (single_ ? 2u : 3u);
    return {opcode, prefix, 1, length(), false, !single_, form_bytes()};
  }
  Code bits(unsigned opcode) const {
    return {opcode, single_ ? 0u : 1u, 1, length(), false, !single_};
  }
  // Of whole registers, rounding as said and raising no flags.
  enum Toward : std::uint8_t { kNearest, kDown, kUp };
  void rounded(Code code, Toward toward, int reg, int left, int right);
  // An instruction that only AVX-512 has.
  Code newer(unsigned opcode, unsigned prefix, unsigned map, bool w) const {
    return {opcode, prefix, map, length(), false, w, 0, Encoding::evex};
  }
  int place_shift() const { return single_ ? 4 : 5; }

  bool single_;
  bool avx512_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace shamal::machine
