#include "machine/machine.h"

#include <array>

#include "machine/reference.h"

namespace shamal::machine {

void execute(const Kernel& kernel, ir::Block block, State& state) {
  if (state.pitch() == 1) {
    for (const Prepared& prepared : kernel.block(block)) {
      prepared.single(prepared, kernel, state);
    }
  } else {
    for (const Prepared& prepared : kernel.block(block)) {
      prepared.batch(prepared, kernel, state);
    }
  }
}

namespace {

constexpr std::array<Backend, 2> kBackends = {{
    {"machine", execute, "the vectorised machine"},
    {"reference", execute_reference, "the interpreter that defines every result; slow"},
}};

}  // namespace

std::span<const Backend> backends() { return kBackends; }

const Backend* find_backend(std::string_view name) {
  for (const Backend& backend : kBackends) {
    if (backend.name == name) {
      return &backend;
    }
  }
  return nullptr;
}

}  // namespace shamal::machine
