#include "api/compile.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "api/read_inputs.h"
#include "base/encoding.h"
#include "base/files.h"
#include "data/vendor_table.h"
#include "ir/lower.h"
#include "model/attach_data.h"
#include "model/option_filters.h"
#include "model/resolve.h"
#include "model/xmutil_forms.h"
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

// Where data are missing: what else is wrong. Left out is what the missing data bring about, which
// each equation that needs them would report again.
void add_other_errors(const syntax::ParsedModel& parsed, base::Sources& sources,
                      base::Diagnostics& diagnostics) {
  if (std::any_of(
          parsed.dimensions.begin(), parsed.dimensions.end(),
          [](const syntax::DimensionDecl& dimension) { return dimension.source.has_value(); })) {
    return;  // without its subscripts nothing of the model fits
  }
  base::Diagnostics found;
  model::resolve(parsed, sources, found);
  for (const base::Diagnostic& diagnostic : found.sorted()) {
    if (base::row(diagnostic.code).severity == base::Severity::error &&
        diagnostic.code != base::Code::unsupported_function &&
        diagnostic.code != base::Code::unsupported_element) {
      diagnostics.add(diagnostic.code, diagnostic.span, diagnostic.what, diagnostic.fix);
    }
  }
}

RunTimes times_of(const model::Model& model) {
  const model::SimSpecs& sim = model.sim;
  const auto name = [&](model::VariableId id) {
    return id == model::kNone ? std::string() : model.variables[id].name;
  };
  return {sim.start,         sim.stop,          sim.dt,
          sim.save_interval, sim.method,        sim.time_unit,
          name(sim.dt_by),   name(sim.stop_by), name(sim.save_by)};
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
  model::restore_xmutil_forms(read.complete, diagnostics);
  model::apply_option_filters(read.complete);
  if (read.written.dialect == syntax::Dialect::vensim) {
    const std::size_t errors = diagnostics.errors();
    const model::DataSources outside = load_data(inputs, sources, diagnostics);
    model::attach_data(read.complete, outside, sources, diagnostics, read.fingerprints);
    if (diagnostics.errors() > errors) {
      add_other_errors(read.complete, sources, diagnostics);
      return std::nullopt;
    }
  }
  if (inputs.edit && !inputs.edit(read.complete, sources, diagnostics)) {
    return std::nullopt;
  }
  add_fingerprints(inputs.data, read.fingerprints);
  return read;
}

std::optional<CompiledModel> compile_parsed(const std::string& path, syntax::ParsedModel parsed,
                                            base::Sources& sources, base::Diagnostics& diagnostics,
                                            model::ModelFiles files) {
  auto model = model::resolve(parsed, sources, diagnostics, &files);
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
  machine::Kernel kernel(lowered->program);
  return CompiledModel{{path,
                        {},
                        model->name,
                        times_of(*model),
                        std::move(lowered->program),
                        std::move(lowered->layout),
                        std::move(kernel)},
                       std::move(parsed),
                       std::move(files),
                       std::move(*model)};
}

std::optional<CompiledModel> compile(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics, const CompileInputs& inputs) {
  const auto first = static_cast<base::FileId>(sources.size());
  auto read = read_with_inputs(path, sources, diagnostics, inputs);
  if (!read) {
    return std::nullopt;
  }
  auto compiled = compile_parsed(path, std::move(read->complete), sources, diagnostics);
  if (!compiled) {
    return std::nullopt;
  }
  std::string texts;
  for (base::FileId file = first; file < sources.size(); ++file) {
    if (!model::is_standard_library(sources.path(file))) {
      texts += sources.text(file);
    }
  }
  texts += fmt::format("{}", fmt::join(read->fingerprints, ""));
  compiled->sha256 = base::sha256(texts);
  compiled->parsed = std::move(read->written);
  return compiled;
}

}  // namespace shamal::api
