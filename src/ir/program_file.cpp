#include "ir/program_file.h"

#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "base/random.h"

namespace shamal::ir {

namespace {

constexpr std::string_view kMagic = "SHAMALIR";
constexpr std::size_t kHead = 8 + 4 + 8;

// No program that a model makes comes near these; beyond them a file is not believed.
constexpr std::uint32_t kMostSlots = 1u << 28;
constexpr double kMostElements = 1 << 26;  // of a loop

static_assert(std::endian::native == std::endian::little,
              "numbers are stored as they are in memory");

std::uint64_t check_of(std::string_view bytes) {
  std::uint64_t sum = base::scramble(bytes.size());
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    sum = base::scramble(sum ^ word);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at, bytes.size() - at);
  return base::scramble(sum ^ word);
}

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsArray : std::false_type {};
template <typename T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};
template <typename T>
struct IsPair : std::false_type {};
template <typename A, typename B>
struct IsPair<std::pair<A, B>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

class Writer {
 public:
  std::string bytes;

  template <typename T>
  void put(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      put(static_cast<std::uint32_t>(value.size()));
      bytes += value;
    } else if constexpr (IsVector<T>::value) {
      put(static_cast<std::uint32_t>(value.size()));
      for (const auto& element : value) {
        put(element);
      }
    } else if constexpr (IsArray<T>::value) {
      for (const auto& element : value) {
        put(element);
      }
    } else if constexpr (IsPair<T>::value) {
      put(value.first);
      put(value.second);
    } else if constexpr (IsOptional<T>::value) {
      put(static_cast<std::uint8_t>(value.has_value()));
      if (value) {
        put(*value);
      }
    } else {
      base::for_each_field(value, [this](const auto& field) { put(field); });
    }
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool good() const { return good_; }
  bool at_end() const { return good_ && bytes_.empty(); }

  template <typename T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      get(byte);
      good_ = good_ && byte <= 1;
      value = byte == 1;
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      get(number);
      value = static_cast<T>(number);
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (take(sizeof value)) {
        std::memcpy(&value, taken_.data(), sizeof value);
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      std::uint32_t count = 0;
      get(count);
      if (take(count)) {
        value = taken_;
      }
    } else if constexpr (IsVector<T>::value) {
      std::uint32_t count = 0;
      get(count);
      good_ = good_ && count <= bytes_.size();  // every element has a byte at least
      for (std::uint32_t i = 0; good_ && i < count; ++i) {
        get(value.emplace_back());
      }
    } else if constexpr (IsArray<T>::value) {
      for (auto& element : value) {
        get(element);
      }
    } else if constexpr (IsPair<T>::value) {
      get(value.first);
      get(value.second);
    } else if constexpr (IsOptional<T>::value) {
      bool there = false;
      get(there);
      if (there) {
        get(value.emplace());
      }
    } else {
      base::for_each_field(value, [this](auto& field) { get(field); });
    }
  }

 private:
  bool take(std::size_t count) {
    good_ = good_ && count <= bytes_.size();
    if (good_) {
      taken_ = bytes_.substr(0, count);
      bytes_.remove_prefix(count);
    }
    return good_;
  }

  std::string_view bytes_;
  std::string_view taken_;
  bool good_ = true;
};

// What the verifier takes for granted.
bool plausible(const Program& program) {
  if (program.slots > kMostSlots) {
    return false;
  }
  for (const Loop& loop : program.loops) {
    if (loop.rank > kMaxRank) {
      return false;
    }
    double count = 1;
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      count *= loop.extents[k];
    }
    if (count > kMostElements) {
      return false;
    }
  }
  for (const std::vector<Instruction>& block : program.blocks) {
    for (const Instruction& instruction : block) {
      if (static_cast<std::size_t>(instruction.op) >= kOps) {
        return false;
      }
    }
  }
  for (const Table& table : program.tables) {
    if (table.kind > TableKind::discrete) {
      return false;
    }
  }
  return true;
}

bool sound(const Layout& layout, const Program& program) {
  for (const LayoutVariable& variable : layout.variables) {
    std::uint64_t count = 1;
    for (const std::uint32_t dimension : variable.dimensions) {
      if (dimension >= layout.dimensions.size()) {
        return false;
      }
      count *= layout.dimensions[dimension].elements.size();
      if (count > program.slots) {
        return false;
      }
    }
    if (count != variable.count || variable.kind > VariableKind::constant ||
        std::uint64_t{variable.base} + variable.count > program.slots) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string write_program(const ProgramFile& file) {
  Writer body;
  body.put(file);
  Writer whole;
  whole.bytes = kMagic;
  whole.put(kProgramFileVersion);
  whole.put(check_of(body.bytes));
  return whole.bytes + body.bytes;
}

std::optional<ProgramFile> read_program(std::string_view bytes, bool check) {
  if (bytes.size() < kHead || bytes.substr(0, kMagic.size()) != kMagic) {
    return std::nullopt;
  }
  Reader head(bytes.substr(kMagic.size()));
  std::uint32_t version = 0;
  std::uint64_t sum = 0;
  head.get(version);
  head.get(sum);
  const std::string_view body = bytes.substr(kHead);
  if (version != kProgramFileVersion || (check && sum != check_of(body))) {
    return std::nullopt;
  }
  Reader reader(body);
  ProgramFile made;
  reader.get(made);
  if (!reader.at_end() || !plausible(made.program) || !verify(made.program).empty() ||
      !sound(made.layout, made.program)) {
    return std::nullopt;
  }
  return made;
}

}  // namespace shamal::ir
