#include "machine/wasm_code.h"

#include <bit>
#include <string_view>

namespace shamal::machine::wasm {

namespace {

// 5.2.2: seven bits a byte, the lowest first.
void put(Bytes& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    to.push_back(static_cast<std::uint8_t>(value | 0x80));
  }
  to.push_back(static_cast<std::uint8_t>(value));
}

void put_signed(Bytes& to, std::int64_t value) {
  for (; value < -0x40 || value >= 0x40; value >>= 7) {
    to.push_back(static_cast<std::uint8_t>((value & 0x7f) | 0x80));
  }
  to.push_back(static_cast<std::uint8_t>(value & 0x7f));
}

void put(Bytes& to, std::string_view text) {
  put(to, text.size());
  to.insert(to.end(), text.begin(), text.end());
}

void put(Bytes& to, const Bytes& bytes) {
  put(to, bytes.size());
  to.insert(to.end(), bytes.begin(), bytes.end());
}

enum Local : std::uint8_t { kGet = 0x20, kSet = 0x21, kTee = 0x22 };
enum Type : std::uint8_t { kFunction = 0x60, kFunctions = 0x70, kVector = 0x7b, kWhole = 0x7f };
enum Kind : std::uint8_t { kTableKind = 1, kMemoryKind = 2, kGlobalKind = 3 };
enum Section : std::uint8_t { kTypes = 1, kImports = 2, kTypesOf = 3, kElements = 9, kBodies = 10 };
constexpr std::uint8_t kLoop = 0x03;
constexpr std::uint8_t kNoResult = 0x40;
constexpr std::uint8_t kBranchIf = 0x0d;
constexpr std::uint8_t kWholeConstant = 0x41;
constexpr std::uint8_t kVectorConstant = 12;
constexpr std::uint8_t kGetGlobal = 0x23;
constexpr std::uint8_t kVectorPrefix = 0xfd;

void put_section(Bytes& to, Section which, const Bytes& content) {
  to.push_back(which);
  put(to, content);
}

}  // namespace

void Code::vector(Vector op) {
  bytes_.push_back(kVectorPrefix);
  put(bytes_, static_cast<std::uint64_t>(op));
}

void Code::get(std::uint32_t local) {
  bytes_.push_back(kGet);
  put(bytes_, local);
}

void Code::set(std::uint32_t local) {
  bytes_.push_back(kSet);
  put(bytes_, local);
}

void Code::keep(std::uint32_t local) {
  bytes_.push_back(kTee);
  put(bytes_, local);
}

void Code::constant(std::int32_t value) {
  bytes_.push_back(kWholeConstant);
  put_signed(bytes_, value);
}

void Code::constant(double value) {
  bytes_.push_back(kVectorPrefix);
  bytes_.push_back(kVectorConstant);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 0; i < 16; ++i) {
    bytes_.push_back(static_cast<std::uint8_t>(bits >> (i % 8 * 8)));
  }
}

void Code::memory(Vector op, std::uint32_t offset) {
  vector(op);
  put(bytes_, std::uint64_t{0});  // no promise of alignment
  put(bytes_, std::uint64_t{offset});
}

void Code::memory_one(Vector op, std::uint32_t offset) {
  memory(op, offset);
  bytes_.push_back(0);
}

void Code::extract(std::uint32_t which) {
  vector(Vector::extract_32);
  bytes_.push_back(static_cast<std::uint8_t>(which));
}

void Code::mix_firsts() { mix(0); }
void Code::mix_seconds() { mix(8); }

void Code::mix(std::uint8_t from) {
  vector(Vector::mix);
  for (std::uint8_t i = 0; i < 16; ++i) {
    bytes_.push_back(static_cast<std::uint8_t>(from + (i < 8 ? i : i + 8)));
  }
}

void Code::begin_loop() {
  bytes_.push_back(kLoop);
  bytes_.push_back(kNoResult);
}

void Code::repeat_if() {
  bytes_.push_back(kBranchIf);
  bytes_.push_back(0);
  plain(Plain::end);
}

void Module::append(std::uint32_t whole_locals, std::uint32_t vector_locals, const Code& code) {
  Bytes body;
  put(body, std::uint64_t{2});
  put(body, std::uint64_t{whole_locals});
  body.push_back(kWhole);
  put(body, std::uint64_t{vector_locals});
  body.push_back(kVector);
  body.insert(body.end(), code.bytes().begin(), code.bytes().end());
  body.push_back(static_cast<std::uint8_t>(Plain::end));
  put(bodies_, body);
  ++functions_;
}

Bytes Module::bytes() const {
  Bytes made = {0, 'a', 's', 'm', 1, 0, 0, 0};
  put_section(made, kTypes, {1, kFunction, 1, kWhole, 0});
  Bytes imports = {3};
  const auto import = [&](std::string_view name, const Bytes& what) {
    put(imports, "shamal");
    put(imports, name);
    imports.insert(imports.end(), what.begin(), what.end());
  };
  import("memory", {kMemoryKind, 0, 0});  // of any size
  import("table", {kTableKind, kFunctions, 0, 0});
  import("first", {kGlobalKind, kWhole, 0});
  put_section(made, kImports, imports);
  Bytes types;
  put(types, std::uint64_t{functions_});
  types.insert(types.end(), functions_, 0);
  put_section(made, kTypesOf, types);
  Bytes elements = {1, 0, kGetGlobal, 0, static_cast<std::uint8_t>(Plain::end)};
  put(elements, std::uint64_t{functions_});
  for (std::uint32_t f = 0; f < functions_; ++f) {
    put(elements, std::uint64_t{f});
  }
  put_section(made, kElements, elements);
  Bytes bodies;
  put(bodies, std::uint64_t{functions_});
  bodies.insert(bodies.end(), bodies_.begin(), bodies_.end());
  put_section(made, kBodies, bodies);
  return made;
}

}  // namespace shamal::machine::wasm
