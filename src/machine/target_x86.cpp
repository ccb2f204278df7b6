#include "machine/target.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cstring>

#include <sys/mman.h>

#include "machine/x86_loop.h"

namespace shamal::machine {

namespace {

// Pages with a copy of the code, ready to be called; null where the system allows no such thing.
void* executable(const std::vector<std::uint8_t>& code) {
  void* const memory =
      mmap(nullptr, code.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return nullptr;
  }
  std::memcpy(memory, code.data(), code.size());
  if (mprotect(memory, code.size(), PROT_READ | PROT_EXEC) != 0) {
    munmap(memory, code.size());
    return nullptr;
  }
  return memory;
}

bool has_executable_memory() {
  Assembler code(false, false);
  code.end();
  void* const memory = executable(code.bytes());
  if (memory != nullptr) {
    munmap(memory, code.bytes().size());
  }
  return memory != nullptr;
}

// How long the code of a nest may be, which is to stay near the processor from one turn to the
// next: so many operations, each for so many registers of values side by side.
struct Length {
  std::size_t operations;
  std::int64_t together;
};

// Of a program with so many instructions no code stays from step to step, and each nest is to do as
// much as it can once it is there.
constexpr std::size_t kLarge = 20'000;
constexpr Length kUsual{800, 2};
constexpr Length kOfLarge{100, 1};

class X86 final : public Target {
 public:
  X86(const Layout& layout, const CodeOptions& options, std::size_t instructions)
      : layout_(layout),
        code_(layout.single, options.processor == Processor::avx512),
        guards_(options.guards),
        length_(instructions > kLarge ? kOfLarge : kUsual) {}
  ~X86() override {
    if (memory_ != nullptr) {
      munmap(memory_, size_);
    }
  }

  bool has_code(ir::Op op) const override { return machine::has_code(op); }
  bool uses_reciprocals() const override { return true; }
  std::size_t most_operations() const override { return length_.operations; }

  void write(const ir::Loop& loop, const std::vector<Operation>& operations,
             bool guarded) override {
    starts_.push_back(code_.here());
    write_loop(loop, operations, layout_, guarded ? Guards::all : guards_, length_.together, code_);
  }

  std::vector<NativeCode> load() override {
    std::vector<NativeCode> functions;
    size_ = code_.here();
    memory_ = starts_.empty() ? nullptr : executable(code_.bytes());
    code_ = Assembler(code_.single(), code_.avx512());
    if (memory_ != nullptr) {
      for (const std::size_t start : starts_) {
        functions.push_back(reinterpret_cast<NativeCode>(static_cast<char*>(memory_) + start));
      }
    }
    return functions;
  }

 private:
  Layout layout_;
  Assembler code_;
  Guards guards_;
  Length length_;
  std::vector<std::size_t> starts_;
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

bool code_possible(bool) {
  static const bool able = has_executable_memory();
  return able && processor() >= Processor::avx2;
}

bool shares_reciprocals() { return code_possible(false); }

bool recomputes() { return code_possible(false); }

bool code_reaches_aside() { return true; }

std::unique_ptr<Target> make_target(const Layout& layout, const CodeOptions& options,
                                    std::size_t instructions) {
  return code_possible(layout.single) ? std::make_unique<X86>(layout, options, instructions)
                                      : nullptr;
}

}  // namespace shamal::machine

#endif
