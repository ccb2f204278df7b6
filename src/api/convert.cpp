#include "api/convert.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "api/read_inputs.h"
#include "syntax/readers.h"
#include "syntax/write_vensim.h"
#include "syntax/write_xmile.h"
#include "syntax/xml_file.h"

namespace shamal::api {

using syntax::Dialect;

namespace {

// The language of the output; nothing after unknown_format.
std::optional<Dialect> output_dialect(const std::string& path, base::Diagnostics& diagnostics) {
  const syntax::ReaderRow* const reader = syntax::find_reader(path);
  if (reader == nullptr) {
    diagnostics.add(base::Code::unknown_format, {}, fmt::format("of \"{}\"", path),
                    "the output's name ends with .xmile, .stmx or .mdl");
    return std::nullopt;
  }
  return reader->name == "Vensim" ? Dialect::vensim : Dialect::xmile;
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || std::filesystem::equivalent(a, b, ignored);
}

std::string write(const syntax::ParsedModel& parsed) {
  return parsed.dialect == Dialect::vensim ? syntax::write_vensim(parsed)
                                           : syntax::write_xmile(parsed);
}

}  // namespace

std::optional<Conversion> convert(const ConvertRequest& request, base::Sources& sources,
                                  base::Diagnostics& diagnostics) {
  const auto to = output_dialect(request.output, diagnostics);
  if (!to) {
    return std::nullopt;
  }
  if (is_same_file(request.input, request.output)) {
    diagnostics.add(base::Code::request_bad_value, {},
                    fmt::format("--output \"{}\" is the model itself", request.output),
                    "give the output another name: a model is not overwritten");
    return std::nullopt;
  }
  // Within a language, data stay in their files.
  const syntax::ReaderRow* const reader = syntax::find_reader(request.input);
  const bool same = reader != nullptr && (reader->name == "Vensim") == (*to == Dialect::vensim);
  Conversion made;
  if (same && !(request.flatten && *to == Dialect::xmile)) {
    // Vensim's language has no modules: it is flat already.
    const auto parsed = syntax::read_model_file(request.input, sources, diagnostics);
    if (!parsed || diagnostics.has_errors()) {
      return std::nullopt;
    }
    made.text = write(*parsed);
    return made;
  }
  const auto read = read_with_inputs(request.input, sources, diagnostics, request.inputs);
  if (!read || diagnostics.has_errors()) {
    return std::nullopt;
  }
  auto translation = model::translate(read->complete, *to, sources, diagnostics);
  if (!translation) {
    return std::nullopt;
  }
  made.losses = std::move(translation->losses);
  if (!read->fingerprints.empty()) {
    made.losses.push_back("Values from data files and spreadsheets are part of the model now.");
  }
  made.variables = std::move(translation->variables);
  made.elements = std::move(translation->elements);
  made.text = write(translation->parsed);
  if (const auto much = *to == Dialect::xmile ? syntax::too_much_xml(made.text) : std::nullopt) {
    diagnostics.add(base::Code::file_too_large, {read->complete.file, 0, 0}, "as XMILE, " + *much);
    return std::nullopt;
  }
  return made;
}

}  // namespace shamal::api
