// The parts of a .vdf file, as they stand in it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::data {

// Little-endian numbers at places that may lie outside: those read as 0.
class VdfBytes {
 public:
  explicit VdfBytes(std::string_view bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  bool holds(std::uint64_t at, std::uint64_t length) const {
    return at <= bytes_.size() && length <= bytes_.size() - at;
  }
  std::uint8_t byte(std::uint64_t at) const;
  std::uint16_t half(std::uint64_t at) const;
  std::uint32_t word(std::uint64_t at) const;
  float number(std::uint64_t at) const;
  std::string_view text(std::uint64_t at, std::size_t length) const;

 private:
  std::string_view bytes_;
};

// 64 bytes about a name: a variable, a look-up, a dimension, an element, a unit, a group …
struct VdfRecord {
  std::uint64_t at = 0;
  std::array<std::uint32_t, 16> words{};

  std::uint32_t name_key() const { return words[2]; }
  std::uint32_t shape() const { return words[6]; }  // word of the shape's entry; 5: a scalar
  std::uint32_t group() const { return words[8]; }  // of a dimension and its elements
  std::uint32_t sort_key() const { return words[10]; }
  std::uint32_t place() const {
    return words[11];
  }  // first slot; of a look-up its number;
     // of an element its position
  bool is_dimension() const;
  bool is_element() const;
};

struct VdfShape {
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> anchors;  // words that lead to the dimensions' records
  std::uint64_t slots() const;
};

struct VdfLayout {
  std::uint32_t slots = 0;    // values of the model that were saved, Time first
  std::uint64_t classes = 0;  // where one byte for each slot says what it is
  std::uint64_t finals = 0;   // where the last value of each slot stands
  std::uint64_t offsets = 0;  // where each slot's block, or its constant value, stands
  std::uint32_t times = 0;    // saved
  std::uint32_t grid = 0;     // that blocks may count instead
  std::uint32_t lookups = 0;
  std::map<std::uint32_t, std::string> names;  // by key
  std::vector<VdfRecord> records;
  std::map<std::uint32_t, VdfShape> shapes;                      // by word
  std::map<std::uint32_t, std::vector<std::string>> dimensions;  // element names, by anchor

  std::string name(const VdfRecord& record) const;
};

// The reason, if it is not a run that can be read.
std::optional<std::string> read_vdf_layout(const VdfBytes& bytes, VdfLayout& layout);

}  // namespace shamal::data
