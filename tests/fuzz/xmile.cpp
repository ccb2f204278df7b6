// Any bytes as an XMILE file: read, printed, written; and read again as the same model, if there
// was no error.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "syntax/print_model.h"
#include "syntax/read_xmile.h"
#include "syntax/write_xmile.h"
#include "syntax/xml_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shamal;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::string text =
      syntax::xml_to_utf8(std::string(reinterpret_cast<const char*>(data), size));
  const auto model = syntax::read_xmile(sources.add("a.xmile", text), sources, diagnostics);
  base::print(diagnostics, sources);
  if (!model) {
    return 0;
  }
  syntax::print(*model);
  const std::string written = syntax::write_xmile(*model);
  if (diagnostics.has_errors()) {
    return 0;
  }
  base::Diagnostics again_diagnostics;
  const auto again =
      syntax::read_xmile(sources.add("b.xmile", written), sources, again_diagnostics);
  for (const base::Diagnostic& diagnostic : again_diagnostics.all()) {
    if (diagnostic.code == base::Code::nesting_too_deep) {
      return 0;
    }
  }
  if (again_diagnostics.has_errors() || again != model) {
    std::fprintf(stderr, "not the same model when read again:\n%s\n%s", written.c_str(),
                 base::print(again_diagnostics, sources).c_str());
    std::abort();
  }
  return 0;
}
