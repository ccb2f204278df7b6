// Any bytes as a Vensim file: its first reality checks are made into models of their own.
#include "model/reality.h"

#include <algorithm>
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
  if (parsed) {
    for (std::size_t i = 0; i < std::min<std::size_t>(3, parsed->reality_checks.size()); ++i) {
      syntax::ParsedModel changed = *parsed;
      model::apply_reality_check(parsed->reality_checks[i], 0, changed, sources, diagnostics);
      syntax::print(changed);
    }
  }
  return 0;
}
