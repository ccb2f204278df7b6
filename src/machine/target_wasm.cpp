#include "machine/target.h"

#if defined(__wasm__)

#include "machine/flags.h"
#include "machine/wasm_loop.h"
#include "machine/wasm_operations.h"

// What the host of the engine does for it (src/sim/shamal.mjs is one). `code` instantiates a module
// with the engine's memory and table and a place in the table for so many functions, and gives the
// index of the first; 0 if it does not. `release` takes the place back.
extern "C" {
__attribute__((import_module("shamal"), import_name("code"))) std::uint32_t shamal_host_code(
    const std::uint8_t* bytes, std::uint32_t size, std::uint32_t functions);
__attribute__((import_module("shamal"), import_name("release"))) void shamal_host_release(
    std::uint32_t first, std::uint32_t functions);
}

namespace shamal::machine {

namespace {

// A module in the table.
class Loaded {
 public:
  explicit Loaded(const wasm::Module& module) : functions_(module.functions()) {
    const wasm::Bytes bytes = module.bytes();
    first_ = shamal_host_code(bytes.data(), static_cast<std::uint32_t>(bytes.size()), functions_);
  }
  ~Loaded() {
    if (first_ != 0) {
      shamal_host_release(first_, functions_);
    }
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  bool good() const { return first_ != 0; }
  // A pointer to a function is its index in the table.
  void append_to(std::vector<NativeCode>& functions) const {
    for (std::uint32_t f = 0; f < functions_; ++f) {
      functions.push_back(reinterpret_cast<NativeCode>(std::uintptr_t{first_} + f));
    }
  }

 private:
  std::uint32_t functions_;
  std::uint32_t first_ = 0;
};

// Whether the host has relaxed multiplication with addition, and rounds it once.
bool find_fused() {
  struct alignas(2 * sizeof(double)) Pair {
    double first;
    double second;
  };
  constexpr double kOff = 0x1p-30;  // the product is 1 - 2^-60, or 1 if it is rounded
  Pair pairs[] = {{1 + kOff, 1 + kOff}, {1 - kOff, 1 - kOff}, {-1, 1}, {}, {}};
  wasm::Code code;
  const auto access = [&](wasm::Vector how, std::uint32_t which) {
    code.memory(how, which * static_cast<std::uint32_t>(sizeof(Pair)));
  };
  for (const auto& [op, result] :
       {std::pair(wasm::Vector::multiply_add, 3u), std::pair(wasm::Vector::multiply_from, 4u)}) {
    code.get(0);
    for (const std::uint32_t which : {0u, 1u, 2u}) {
      code.get(0);
      access(wasm::Vector::load, which);
    }
    code.vector(op);
    access(wasm::Vector::store, result);
  }
  wasm::Module module;
  module.append(0, 0, code);
  const Loaded loaded(module);
  if (!loaded.good()) {
    return false;
  }
  std::vector<NativeCode> functions;
  loaded.append_to(functions);
  functions.front()(pairs);
  return pairs[3].first == -kOff * kOff && pairs[4].second == kOff * kOff;
}

// Found when the engine starts: a host that lacks it refuses a module then, and no other.
const bool host_fuses = find_fused();

class Wasm final : public Target {
 public:
  Wasm(const Layout& layout, Guards guards) : layout_(layout), guards_(guards) {}

  bool has_code(ir::Op op) const override { return wasm::find_operation(op).has_value(); }
  bool uses_reciprocals() const override { return guards_ != Guards::all && host_fuses; }
  std::size_t most_operations() const override { return wasm::kMostOperations; }

  void write(const ir::Loop& loop, const std::vector<Operation>& operations,
             bool /*guarded*/) override {
    const auto address = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&flags));
    // Outside of a worker Chromium compiles at most 8 MB at once (4 KB until 2023).
    constexpr std::size_t kMostBytes = std::size_t{4} << 20;
    wasm::write_loop(loop, operations, layout_, host_fuses, address, module_);
    if (module_.size() > kMostBytes) {
      finish_module();
    }
  }

  std::vector<NativeCode> load() override {
    finish_module();
    std::vector<NativeCode> functions;
    for (const std::unique_ptr<Loaded>& loaded : loaded_) {
      if (!loaded->good()) {
        return {};
      }
      loaded->append_to(functions);
    }
    return functions;
  }

 private:
  void finish_module() {
    if (module_.functions() > 0) {
      loaded_.push_back(std::make_unique<Loaded>(module_));
      module_ = wasm::Module();
    }
  }

  Layout layout_;
  Guards guards_;
  wasm::Module module_;
  std::vector<std::unique_ptr<Loaded>> loaded_;
};

bool host_takes_code() {
  wasm::Module module;
  module.append(0, 0, {});
  return Loaded(module).good();
}

}  // namespace

bool code_possible(bool single) {
  static const bool able = host_takes_code();
  return able && !single;
}

// Quotients by products are by what is positive (machine/wasm_products.h).
bool recomputes() { return false; }

bool shares_reciprocals() { return false; }
bool code_reaches_aside() { return false; }

std::unique_ptr<Target> make_target(const Layout& layout, const CodeOptions& options, std::size_t) {
  return code_possible(layout.single) ? std::make_unique<Wasm>(layout, options.guards) : nullptr;
}

}  // namespace shamal::machine

#endif
