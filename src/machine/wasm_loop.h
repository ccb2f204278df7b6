// One loop nest as a function of WebAssembly (target.h).
#pragma once

#include <cstdint>
#include <vector>

#include "machine/layout.h"
#include "machine/target.h"
#include "machine/wasm_code.h"

namespace shamal::machine::wasm {

// V8 puts what a body loads before all that it computes, and what then finds no register onto the
// stack and back: bodies are short.
inline constexpr std::size_t kMostOperations = 32;

// Of at most so many operations. Divisions that have a reciprocal may be products, which leave
// something at the address `flags` (machine/flags.h) where they do not round as a division does.
// `relaxed`: the host has the instructions of release 3.0.
void write_loop(const ir::Loop& loop, const std::vector<Operation>& operations,
                const Layout& layout, bool relaxed, std::uint32_t flags, Module& to);

}  // namespace shamal::machine::wasm
