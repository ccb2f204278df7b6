// The end of what cannot be: our own mistakes, found by a check. They are thrown to `main`; where a
// build has no exceptions (WebAssembly) the program stops.
#pragma once

#include <cstdlib>
#include <string>

#if defined(__cpp_exceptions)
#include <new>
#include <stdexcept>
#endif

namespace shamal::base {

[[noreturn]] inline void defect(const std::string& what) {
#if defined(__cpp_exceptions)
  throw std::logic_error(what + " This is a defect of Shamal; please report it.");
#else
  (void)what;
  std::abort();
#endif
}

[[noreturn]] inline void out_of_memory() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

}  // namespace shamal::base
