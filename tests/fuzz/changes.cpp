// Any bytes as a changes file, applied to a small model, as a save list, as a table of results, as
// a sensitivity control file and as a table of runs.
#include <cstdint>
#include <string>

#include "analysis/sensitivity_control.h"
#include "api/run.h"
#include "base/encoding.h"
#include "data/vendor_table.h"
#include "syntax/read_changes.h"
#include "syntax/read_vensim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shamal;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::string text = base::to_utf8(std::string(reinterpret_cast<const char*>(data), size));
  const base::FileId file = sources.add("a.cin", text);
  auto model = syntax::read_vensim(
      sources.add("a.mdl",
                  "{UTF-8}\nk = 1 ~~|\nt((0,0),(1,1)) ~~|\nR: a, b ~~|\nc[R] = 1, 2 ~~|\n"
                  "FINAL TIME = 5 ~~|\nx = k * t(1) ~~|\n"),
      sources, diagnostics);
  syntax::apply_changes(syntax::read_changes(file, sources, diagnostics), *model, diagnostics);
  ir::Layout layout;
  layout.dimensions.push_back({"R", {"a", "b"}});
  ir::LayoutVariable array;
  array.name = "c";
  array.dimensions = {0};
  array.count = 2;
  layout.variables.push_back(array);
  api::RunRequest request;
  api::add_save_list(layout, file, request, sources, diagnostics);
  data::read_vendor_table(sources, file, diagnostics);
  analysis::read_sensitivity_control(sources, file, diagnostics);
  analysis::read_run_table(sources, file, diagnostics);
  base::print(diagnostics, sources);
  return 0;
}
