#include "api/compile.h"

#include <stdexcept>

#include <fmt/format.h>

#include "base/files.h"
#include "ir/lower.h"
#include "model/resolve.h"
#include "syntax/readers.h"

namespace shamal::api {

std::optional<CompiledModel> compile(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics) {
  const auto first = static_cast<base::FileId>(sources.size());
  auto parsed = syntax::read_model_file(path, sources, diagnostics);
  if (!parsed) {
    return std::nullopt;
  }
  auto model = model::resolve(*parsed, sources, diagnostics);
  if (!model || diagnostics.has_errors()) {
    return std::nullopt;
  }
  auto lowered = ir::lower(*model, diagnostics);
  if (!lowered) {
    return std::nullopt;
  }
  const std::vector<std::string> defects = ir::verify(lowered->program);
  if (!defects.empty()) {
    throw std::logic_error(fmt::format(
        "the program made from {} is unsound: {}. This is a defect of Shamal; please report it.",
        path, defects.front()));
  }
  std::string texts;
  for (base::FileId file = first; file < sources.size(); ++file) {
    if (!model::is_standard_library(sources.path(file))) {
      texts += sources.text(file);
    }
  }
  machine::Kernel kernel(lowered->program);
  return CompiledModel{path,
                       base::sha256(texts),
                       std::move(*parsed),
                       std::move(*model),
                       std::move(lowered->program),
                       std::move(lowered->layout),
                       std::move(kernel)};
}

}  // namespace shamal::api
