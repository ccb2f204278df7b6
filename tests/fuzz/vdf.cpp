// Any bytes as a binary run of Vensim.
#include "data/vdf.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shamal;
  base::Diagnostics diagnostics;
  data::read_vdf("a.vdf", {reinterpret_cast<const char*>(data), size}, diagnostics);
  return 0;
}
