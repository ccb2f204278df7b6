// Writes instructions of WebAssembly and modules of them, as bytes: what the code for loop nests
// needs and no more. Numbers are those of the core specification, release 2.0, chapter 5 (Binary
// Format) [WasmCore2022].
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shamal::machine::wasm {

using Bytes = std::vector<std::uint8_t>;

// Instructions of one byte (5.4.1, 5.4.3, 5.4.7).
enum class Plain : std::uint8_t { end = 0x0b, drop = 0x1a, less = 0x49, add = 0x6a };

// Instructions behind the prefix 0xfd, on vectors of two numbers (5.4.8).
enum class Vector : std::uint16_t {
  load = 0,
  load_for_all = 10,
  store = 11,
  mix = 13,         // any sixteen bytes of two vectors
  extract_32 = 27,  // one of four 32-bit numbers
  equal = 71,       // comparisons give all bits or none; with a NaN, none but for not_equal
  not_equal = 72,
  less = 73,
  greater = 74,
  less_equal = 75,
  greater_equal = 76,
  invert = 77,
  both = 78,
  without = 79,  // first without second
  either = 80,
  unlike = 81,  // either without both
  choose = 82,  // bits of the first where those of the third are set, of the second elsewhere
  store_one = 91,
  floor = 117,
  truncate = 122,
  nearest = 148,  // ties to even
  shift_left_32 = 171,
  absolute = 236,
  negate = 237,
  square_root = 239,
  add = 240,
  subtract = 241,
  multiply = 242,
  divide = 243,
  minimum = 246,  // second < first ? second : first
  maximum = 247,  // first < second ? second : first
  // Of release 3.0 [WasmCore2025], not in every host; whether products round once is its choice.
  multiply_add = 263,   // first * second + third
  multiply_from = 264,  // third - first * second
  choose_whole = 268    // as `choose`, for numbers of whose third's bits all are set or none
};

class Code {
 public:
  const Bytes& bytes() const { return bytes_; }

  void plain(Plain op) { bytes_.push_back(static_cast<std::uint8_t>(op)); }
  void vector(Vector op);
  void get(std::uint32_t local);
  void set(std::uint32_t local);
  void keep(std::uint32_t local);  // set, and the value stays
  void constant(std::int32_t value);
  void constant(double value);                       // in both places of a vector
  void memory(Vector op, std::uint32_t offset);      // the address is on the stack
  void memory_one(Vector op, std::uint32_t offset);  // of the first number
  void extract(std::uint32_t which);
  void mix_firsts();  // first of the first, first of the second
  void mix_seconds();
  void begin_loop();
  void repeat_if();  // the innermost loop, if the number on the stack is not 0
 private:
  void mix(std::uint8_t from);

  Bytes bytes_;
};

// Functions of one address each, with so many locals of 32-bit whole numbers and of vectors, over
// memory and a table that the host has. Instantiated, the module puts the functions into the table
// in their order, from the index that the host gives on (imports "shamal": memory, table, first).
class Module {
 public:
  void append(std::uint32_t whole_locals, std::uint32_t vector_locals, const Code& code);
  std::uint32_t functions() const { return functions_; }
  std::size_t size() const { return bodies_.size(); }
  Bytes bytes() const;

 private:
  Bytes bodies_;
  std::uint32_t functions_ = 0;
};

}  // namespace shamal::machine::wasm
