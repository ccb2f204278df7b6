#include "stepping.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <optional>

#include <ucontext.h>

namespace shamal::bench {

namespace {

constexpr std::size_t kSets = 64;
constexpr std::size_t kMostWays = 12;
constexpr std::uint64_t kLine = 64;

// The first cache.
class Cache {
 public:
  explicit Cache(std::size_t ways) : ways_(ways) { sets_.fill({}); }

  bool misses(std::uint64_t address) {
    const std::uint64_t line = address / kLine + 1;  // zero: none
    auto& set = sets_[line % kSets];
    const auto end = set.begin() + static_cast<std::ptrdiff_t>(ways_);
    const auto at = std::find(set.begin(), end, line);
    const bool missed = at == end;
    std::rotate(set.begin(), missed ? end - 1 : at, missed ? end : at + 1);
    set.front() = line;
    return missed;
  }

 private:
  std::size_t ways_;
  std::array<std::array<std::uint64_t, kMostWays>, kSets> sets_;  // the last used first
};

// A vector instruction, as far as it matters here.
struct Vector {
  unsigned map = 0;
  unsigned opcode = 0;
  unsigned prefix = 0;  // 2, 3: of one value
  std::size_t bytes = 0;
  bool singles = false;
  bool spread = false;  // one value in memory for all
  bool evex = false;
  unsigned index_high = 0;  // fourth bits
  unsigned base_high = 0;
  const std::uint8_t* modrm = nullptr;

  bool of_one() const { return prefix >= 2 && map == 1; }
  std::size_t value_bytes() const { return singles ? 4 : 8; }
  // Of an operand in memory, but for conversions of width.
  std::size_t memory_bytes() const {
    constexpr unsigned kSpreadSingle = 0x18;
    constexpr unsigned kSpreadDouble = 0x19;
    constexpr unsigned kInsertHalf = 0x18;
    const bool loads_one = map == 2 && (opcode == kSpreadSingle || opcode == kSpreadDouble);
    if (of_one() || spread || loads_one) {
      return value_bytes();
    }
    return map == 3 && opcode == kInsertHalf ? 16 : bytes;
  }
  // What a displacement of one byte counts ("disp8*N").
  std::int64_t unit() const { return evex ? static_cast<std::int64_t>(memory_bytes()) : 1; }
};

std::optional<Vector> decode(const std::uint8_t* at) {
  constexpr unsigned kVex2 = 0xc5;
  constexpr unsigned kVex3 = 0xc4;
  constexpr unsigned kEvex = 0x62;
  Vector of;
  const auto inverted = [](unsigned byte, unsigned bit) { return ((byte >> bit) & 1u) ^ 1u; };
  if (at[0] == kVex2) {
    of.map = 1;
    of.prefix = at[1] & 3u;
    of.bytes = (at[1] & 4u) != 0 ? 32 : 16;
    of.modrm = at + 3;
  } else if (at[0] == kVex3) {
    of.map = at[1] & 31u;
    of.index_high = inverted(at[1], 6);
    of.base_high = inverted(at[1], 5);
    of.prefix = at[2] & 3u;
    of.bytes = (at[2] & 4u) != 0 ? 32 : 16;
    of.modrm = at + 4;
  } else if (at[0] == kEvex) {
    of.evex = true;
    of.map = at[1] & 7u;
    of.index_high = inverted(at[1], 6);
    of.base_high = inverted(at[1], 5);
    of.prefix = at[2] & 3u;
    of.spread = (at[3] & 16u) != 0;
    // Between registers, that bit says that the length is a rounding of a whole register.
    const bool registers = (at[5] >> 6) == 3;
    of.bytes = of.spread && registers ? 64 : std::size_t{16} << ((at[3] >> 5) & 3u);
    of.modrm = at + 5;
  } else {
    return std::nullopt;
  }
  of.opcode = of.modrm[-1];
  of.singles = of.map == 1 && (of.prefix == 0 || of.prefix == 2);
  return of;
}

// Where the operand in memory begins; nothing if there is none.
std::optional<std::uint64_t> address(const Vector& of, const greg_t* registers) {
  // By their numbers in instructions.
  constexpr std::array<int, 16> kRegisters = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                              REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                              REG_R12, REG_R13, REG_R14, REG_R15};
  const auto value = [&](unsigned number) {
    return static_cast<std::uint64_t>(registers[kRegisters[number]]);
  };
  const auto word = [](const std::uint8_t* at) {
    std::int32_t displacement = 0;
    std::memcpy(&displacement, at, sizeof displacement);
    return static_cast<std::uint64_t>(std::int64_t{displacement});
  };
  const unsigned mode = *of.modrm >> 6;
  const unsigned low = *of.modrm & 7u;
  constexpr unsigned kIndexed = 4;
  constexpr unsigned kNoBase = 5;
  const std::uint8_t* rest = of.modrm + 1;
  if (mode == 3) {
    return std::nullopt;
  }
  if (mode == 0 && low == kNoBase) {  // from the next instruction, which begins right after it
    return reinterpret_cast<std::uint64_t>(rest + 4) + word(rest);
  }
  std::uint64_t at = 0;
  if (low == kIndexed) {
    const unsigned scaled = *rest++;
    const unsigned index = ((scaled >> 3) & 7u) | (of.index_high << 3);
    const unsigned base = scaled & 7u;
    at += index == kIndexed ? 0 : value(index) << (scaled >> 6);
    if (mode == 0 && base == kNoBase) {
      return at + word(rest);
    }
    at += value(base | (of.base_high << 3));
  } else {
    at += value(low | (of.base_high << 3));
  }
  if (mode == 1) {
    return at +
           static_cast<std::uint64_t>(std::int64_t{static_cast<std::int8_t>(*rest)} * of.unit());
  }
  return mode == 2 ? at + word(rest) : at;
}

struct Observer {
  Stepped seen;
  Cache cache;

  void look(const std::uint8_t* at, const greg_t* registers) {
    constexpr unsigned kDivide = 0x5e;
    constexpr unsigned kRoot = 0x51;
    constexpr unsigned kGather = 0x92;
    ++seen.instructions;
    const std::optional<Vector> of = decode(at);
    if (!of) {
      return;
    }
    if (of->map == 1 && (of->opcode == kDivide || of->opcode == kRoot)) {
      seen.divisions += of->of_one() ? 1 : of->bytes / of->value_bytes();
    }
    const auto place =
        of->map == 2 && of->opcode == kGather ? std::nullopt : address(*of, registers);
    if (place) {
      const std::size_t bytes = of->memory_bytes();
      for (std::uint64_t line = *place / kLine; line <= (*place + bytes - 1) / kLine; ++line) {
        seen.lines += cache.misses(line * kLine) ? 1 : 0;
      }
    }
  }
};

Observer* observer = nullptr;

void on_step(int, siginfo_t*, void* context) {
  const greg_t* const registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  observer->look(reinterpret_cast<const std::uint8_t*>(registers[REG_RIP]), registers);
}

}  // namespace

Stepped step_through(const std::function<void()>& work) {
  constexpr std::size_t kOfIntel = 12;
  constexpr std::size_t kOfOthers = 8;
  Observer mine{{}, Cache(__builtin_cpu_is("intel") != 0 ? kOfIntel : kOfOthers)};
  observer = &mine;
  struct sigaction ours {};
  struct sigaction before {};
  ours.sa_sigaction = on_step;
  ours.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &ours, &before);
  constexpr int kTrap = 0x100;  // of the flags
  asm volatile("pushfq\n orq %0, (%%rsp)\n popfq" : : "i"(kTrap) : "memory", "cc");
  work();
  asm volatile("pushfq\n andq %0, (%%rsp)\n popfq" : : "i"(~kTrap) : "memory", "cc");
  sigaction(SIGTRAP, &before, nullptr);
  observer = nullptr;
  return mine.seen;
}

}  // namespace shamal::bench
