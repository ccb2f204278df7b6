// All numbers are little-endian. After a header of 168 bytes come eight sections, each begun by the
// same four bytes:
//
//   0 command   1 records   2 names   3 shapes of arrays   4 sketch   5 sets of dimensions
//   6 classes and last values of slots   7 look-ups, offsets, blocks of values
//
// The header names the offset of the last values (0x58), of what follows them (0x5c), of the table
// of offsets (0x60) and how many times were saved (0x78, and for some blocks 0x7c).
#include "data/vdf_layout.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace shamal::data {

namespace {

constexpr std::string_view kRun = "\x7f\xf7\x17\x52";
constexpr std::string_view kDataset = "\x7f\xf7\x17\x41";
constexpr std::string_view kSensitivity = "\x7f\xf7\x17\x53";
constexpr std::string_view kSection = "\xa1\x37\x4c\xbf";
constexpr std::size_t kSections = 8;
constexpr std::uint64_t kSectionHeader = 24;

constexpr std::uint32_t kUnset = 0xf6800000;
constexpr std::uint32_t kElementOwner = 124;

// Records lie in stretches of 1023, each behind 16 bytes of something else; the first three records
// describe the table itself.
constexpr std::uint64_t kStretch = 1023;
constexpr std::uint64_t kStretchHead = 16;
constexpr std::uint64_t kRecordLength = 64;
constexpr std::uint64_t kFirstRecord = 3;

constexpr std::uint64_t kFirstShape = 100;
constexpr std::uint64_t kShapeLength = 108;
constexpr std::uint32_t kMostAxes = 8;
constexpr std::uint32_t kLookupRecord = 52;

class LayoutReader {
 public:
  LayoutReader(const VdfBytes& bytes, VdfLayout& layout) : bytes_(bytes), layout_(layout) {}

  std::optional<std::string> read() {
    const std::string_view magic = bytes_.text(0, 4);
    if (magic == kDataset) {
      return "it is a Vensim dataset, not a run; export it as .dat or .csv";
    }
    if (magic != kRun && magic != kSensitivity) {
      return "it does not begin as a Vensim run does";
    }
    if (!find_sections()) {
      return fmt::format("{} of its {} sections are there", sections_.size() - 1, kSections);
    }
    if (!read_header()) {
      return "its header points outside of it";
    }
    read_names();
    read_records();
    read_shapes();
    read_dimensions();
    return std::nullopt;
  }

 private:
  // Behind the last one stands the end of the file.
  bool find_sections() {
    const std::string_view all = bytes_.text(0, bytes_.size());
    std::size_t at = 0x80;
    while (sections_.size() < kSections &&
           (at = all.find(kSection, at)) != std::string_view::npos) {
      sections_.push_back(at);
      at += kSection.size();
    }
    sections_.push_back(bytes_.size());
    return sections_.size() == kSections + 1;
  }

  bool read_header() {
    layout_.finals = bytes_.word(0x58);
    const std::uint64_t behind_finals = bytes_.word(0x5c);
    layout_.offsets = bytes_.word(0x60);
    layout_.times = bytes_.word(0x78);
    layout_.grid = bytes_.word(0x7c);
    if (behind_finals < layout_.finals + 4) {
      return false;
    }
    layout_.slots = static_cast<std::uint32_t>((behind_finals - layout_.finals) / 4);
    if (layout_.finals < layout_.slots || !bytes_.holds(layout_.finals, layout_.slots * 4ull) ||
        !bytes_.holds(layout_.offsets, layout_.slots * 4ull)) {
      return false;
    }
    layout_.classes = layout_.finals - layout_.slots;
    // Records of look-ups follow up to a word of zero.
    std::uint64_t at = behind_finals;
    while (at + kLookupRecord <= sections_[7] && !is_zero(at, kLookupRecord)) {
      ++layout_.lookups;
      at += kLookupRecord;
    }
    return layout_.times > 0;
  }

  bool is_zero(std::uint64_t at, std::uint64_t length) const {
    const std::string_view text = bytes_.text(at, length);
    return text.find_first_not_of('\0') == std::string_view::npos;
  }

  // A length in two bytes and as many characters, again and again; the length of the first stands
  // in the section's header. A length of zero is a gap.
  void read_names() {
    const std::uint64_t begin = sections_[2] + kSectionHeader;
    const std::uint64_t end = sections_[3];
    std::uint64_t at = begin;
    std::uint32_t length = bytes_.word(sections_[2] + 20) >> 16;
    while (length > 0 && at + length <= end) {
      std::string_view name = bytes_.text(at, length);
      name = name.substr(0, std::min(name.find('\0'), name.size()));
      layout_.names[static_cast<std::uint32_t>((at - begin) / 4) + 7] = name;
      at += length;
      while (at + 2 <= end && bytes_.half(at) == 0) {
        at += 2;
      }
      length = at + 2 <= end ? bytes_.half(at) : 0;
      at += 2;
    }
  }

  void read_records() {
    const std::uint64_t begin = sections_[1] + kSectionHeader - 4;
    const std::uint64_t end = std::min<std::uint64_t>(
        sections_[2], sections_[1] + 4ull * (bytes_.word(sections_[1] + 4)) - 4);
    for (std::uint64_t i = kFirstRecord;; ++i) {
      const std::uint64_t at = begin + (i / kStretch) * (kStretch * kRecordLength + kStretchHead) +
                               kStretchHead + (i % kStretch) * kRecordLength;
      if (at + kRecordLength > end) {
        return;
      }
      VdfRecord& record = layout_.records.emplace_back();
      record.at = at;
      for (std::size_t w = 0; w < record.words.size(); ++w) {
        record.words[w] = bytes_.word(at + 4 * w);
      }
    }
  }

  // Entries of 27 words: the flat size, then that of each axis, … in word 18 and after the axes'
  // dimensions, in word 26 how many axes there are. Records name an entry by its word, from 1.
  void read_shapes() {
    const std::uint64_t begin = sections_[3] + kSectionHeader + kFirstShape;
    for (std::uint64_t at = begin; at + kShapeLength <= sections_[4]; at += kShapeLength) {
      const std::uint32_t axes = bytes_.word(at + 4ull * 26);
      VdfShape shape;
      for (std::uint32_t a = 0; a < axes && axes <= kMostAxes; ++a) {
        shape.sizes.push_back(bytes_.word(at + 4ull * (2 + a)));
        shape.anchors.push_back(bytes_.word(at + 4ull * (18 + a)));
      }
      if (!shape.sizes.empty() && shape.slots() == bytes_.word(at + 4)) {
        layout_.shapes[static_cast<std::uint32_t>((at - sections_[3]) / 4) + 1] = std::move(shape);
      }
    }
  }

  // A dimension and its elements carry the same group. A range of another dimension has no elements
  // of its own: its list in section 5 is a part of the other's.
  void read_dimensions() {
    std::map<std::uint32_t, std::map<std::uint32_t, std::string>> elements;  // by group, position
    std::map<std::uint32_t, const VdfRecord*> dimensions;                    // by group
    for (const VdfRecord& record : layout_.records) {
      if (record.is_element()) {
        elements[record.group()].try_emplace(record.place(), layout_.name(record));
      } else if (record.is_dimension()) {
        dimensions.try_emplace(record.group(), &record);
      }
    }
    const std::vector<std::vector<std::uint32_t>> sets = read_sets();
    std::vector<std::vector<std::string>> names(dimensions.size());
    std::size_t i = 0;
    for (const auto& [group, record] : dimensions) {
      for (const auto& [position, name] : elements[group]) {
        names[i].push_back(name);
      }
      ++i;
    }
    if (sets.size() == names.size()) {
      for (std::size_t d = 0; d < sets.size(); ++d) {
        for (std::size_t p = 0; p < sets.size() && names[d].empty(); ++p) {
          names[d] = part_of(sets[d], sets[p], names[p]);
        }
      }
    }
    i = 0;
    for (const auto& [group, record] : dimensions) {
      const std::uint64_t word = (record->at + 36 - sections_[1] - kSectionHeader) / 4;
      layout_.dimensions[static_cast<std::uint32_t>(word)] = std::move(names[i++]);
    }
  }

  std::vector<std::vector<std::uint32_t>> read_sets() const {
    std::vector<std::vector<std::uint32_t>> sets;
    std::uint64_t at = sections_[5] + kSectionHeader;
    while (at + 8 <= sections_[6]) {
      const std::uint64_t count = bytes_.word(at);
      const std::uint64_t more = bytes_.word(at + 4) + 1ull;
      if (count == 0 || more > 2 || at + 8 + 4 * (count + more) > sections_[6]) {
        break;
      }
      std::vector<std::uint32_t>& set = sets.emplace_back();
      for (std::uint64_t i = 0; i < count; ++i) {
        set.push_back(bytes_.word(at + 8 + 4 * i));
      }
      at += 8 + 4 * (count + more);
    }
    return sets;
  }

  // The names at the places of `set` within `whole`, if it is a part of it in the same order.
  static std::vector<std::string> part_of(const std::vector<std::uint32_t>& set,
                                          const std::vector<std::uint32_t>& whole,
                                          const std::vector<std::string>& names) {
    std::vector<std::string> result;
    if (names.size() != whole.size()) {
      return result;
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < whole.size() && next < set.size(); ++i) {
      if (whole[i] == set[next]) {
        result.push_back(names[i]);
        ++next;
      }
    }
    if (next < set.size()) {
      result.clear();
    }
    return result;
  }

  const VdfBytes& bytes_;
  VdfLayout& layout_;
  std::vector<std::uint64_t> sections_;
};

}  // namespace

std::uint8_t VdfBytes::byte(std::uint64_t at) const {
  return holds(at, 1) ? static_cast<std::uint8_t>(bytes_[at]) : std::uint8_t{0};
}

std::uint16_t VdfBytes::half(std::uint64_t at) const {
  return static_cast<std::uint16_t>(byte(at) | byte(at + 1) << 8);
}

std::uint32_t VdfBytes::word(std::uint64_t at) const {
  return half(at) | static_cast<std::uint32_t>(half(at + 2)) << 16;
}

float VdfBytes::number(std::uint64_t at) const { return std::bit_cast<float>(word(at)); }

std::string_view VdfBytes::text(std::uint64_t at, std::size_t length) const {
  return at <= bytes_.size() ? bytes_.substr(at, length) : std::string_view();
}

bool VdfRecord::is_element() const {
  return group() != 0 && group() != kUnset && shape() == 0 && sort_key() == 0 &&
         words[12] == kElementOwner && words[14] == 0;
}

bool VdfRecord::is_dimension() const {
  return group() != 0 && group() != kUnset && shape() == 0 && words[9] == kUnset &&
         words[14] == kUnset;
}

std::uint64_t VdfShape::slots() const {
  std::uint64_t product = 1;
  for (const std::uint32_t size : sizes) {
    product = std::min<std::uint64_t>(product * size, std::uint64_t{1} << 32);
  }
  return product;
}

std::string VdfLayout::name(const VdfRecord& record) const {
  const auto found = names.find(record.name_key());
  return found == names.end() ? std::string() : found->second;
}

std::optional<std::string> read_vdf_layout(const VdfBytes& bytes, VdfLayout& layout) {
  return LayoutReader(bytes, layout).read();
}

}  // namespace shamal::data
