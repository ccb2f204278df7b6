#include "machine/target.h"

#if !defined(__wasm__) && !(defined(__x86_64__) && defined(__linux__))

namespace shamal::machine {

bool code_possible(bool) { return false; }
bool recomputes() { return false; }

bool shares_reciprocals() { return false; }
bool code_reaches_aside() { return false; }
std::unique_ptr<Target> make_target(const Layout&, const CodeOptions&, std::size_t) {
  return nullptr;
}

}  // namespace shamal::machine

#endif
