// Any bytes as a Vensim file: read, its messages and the model printed.
#include <cstdint>
#include <string>

#include "base/encoding.h"
#include "syntax/print_model.h"
#include "syntax/read_vensim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shamal;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::string text = base::to_utf8(std::string(reinterpret_cast<const char*>(data), size));
  const auto parsed = syntax::read_vensim(sources.add("a.mdl", text), sources, diagnostics);
  base::print(diagnostics, sources);
  if (parsed) {
    syntax::print(*parsed);
  }
  return 0;
}
