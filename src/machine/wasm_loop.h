// One loop nest as a function of WebAssembly (target.h).
#pragma once

#include <vector>

#include "machine/layout.h"
#include "machine/target.h"
#include "machine/wasm_code.h"

namespace shamal::machine::wasm {

inline constexpr std::size_t kMostOperations = 400;

// Of at most so many operations.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, Module& to);

}  // namespace shamal::machine::wasm
