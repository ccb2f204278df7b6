#include "api/compile.h"

#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "api/read_inputs.h"
#include "base/encoding.h"
#include "base/files.h"
#include "data/vendor_table.h"
#include "ir/lower.h"
#include "model/attach_data.h"
#include "model/resolve.h"
#include "syntax/read_changes.h"
#include "syntax/readers.h"

namespace shamal::api {

namespace {

std::vector<syntax::VariableDecl> load_changes(const std::vector<std::string>& paths,
                                               base::Sources& sources,
                                               base::Diagnostics& diagnostics) {
  std::vector<syntax::VariableDecl> changes;
  for (const std::string& path : paths) {
    if (auto bytes = base::read_file(path, diagnostics)) {
      const base::FileId file = sources.add(path, base::to_utf8(std::move(*bytes)));
      auto more = syntax::read_changes(file, sources, diagnostics);
      std::move(more.begin(), more.end(), std::back_inserter(changes));
    }
  }
  return changes;
}

model::DataSources load_data(const CompileInputs& inputs, base::Sources& sources,
                             base::Diagnostics& diagnostics) {
  model::DataSources result;
  result.folder = inputs.data_folder;
  for (const std::string& tag : inputs.file_tags) {
    const std::size_t equals = tag.find('=');
    if (equals == std::string::npos) {
      diagnostics.add(base::Code::request_bad_value, {}, fmt::format("--file-tag {}", tag),
                      "write --file-tag \"?name=path\"");
      continue;
    }
    result.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
  }
  for (const std::string& path : inputs.data) {
    if (auto table = data::load_vendor_table(path, sources, diagnostics)) {
      result.series.push_back(std::move(*table));
    }
  }
  return result;
}

// Binary files are no source texts; their content counts for the hash all the same.
void add_fingerprints(const std::vector<std::string>& paths, std::vector<std::string>& into) {
  base::Diagnostics unread;  // reported when it was read
  for (const std::string& path : paths) {
    if (const auto bytes = base::read_file(path, unread)) {
      into.push_back(base::sha256(*bytes));
    }
  }
}

}  // namespace

std::optional<ReadModel> read_with_inputs(const std::string& path, base::Sources& sources,
                                          base::Diagnostics& diagnostics,
                                          const CompileInputs& inputs) {
  auto parsed = syntax::read_model_file(path, sources, diagnostics);
  if (!parsed) {
    return std::nullopt;
  }
  ReadModel read{*parsed, std::move(*parsed), {}};
  syntax::apply_changes(load_changes(inputs.changes, sources, diagnostics), read.complete,
                        diagnostics);
  if (read.written.dialect == syntax::Dialect::vensim) {
    const model::DataSources outside = load_data(inputs, sources, diagnostics);
    model::attach_data(read.complete, outside, sources, diagnostics, read.fingerprints);
    if (diagnostics.has_errors()) {
      return std::nullopt;  // what is missing would be reported again by each equation that needs
                            // it
    }
  }
  add_fingerprints(inputs.data, read.fingerprints);
  return read;
}

std::optional<CompiledModel> compile(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics, const CompileInputs& inputs) {
  const auto first = static_cast<base::FileId>(sources.size());
  auto read = read_with_inputs(path, sources, diagnostics, inputs);
  if (!read) {
    return std::nullopt;
  }
  auto model = model::resolve(read->complete, sources, diagnostics);
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
  texts += fmt::format("{}", fmt::join(read->fingerprints, ""));
  machine::Kernel kernel(lowered->program);
  return CompiledModel{path,
                       base::sha256(texts),
                       std::move(read->written),
                       std::move(*model),
                       std::move(lowered->program),
                       std::move(lowered->layout),
                       std::move(kernel)};
}

}  // namespace shamal::api
