// Any bytes as a serialised program: refused, or a program that passes its verifier and is written
// as the same bytes again.
#include "ir/program_file.h"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto file = shamal::ir::read_program(bytes, false);
  if (file && shamal::ir::write_program(*file).substr(20) != bytes.substr(20)) {
    std::abort();
  }
  return 0;
}
