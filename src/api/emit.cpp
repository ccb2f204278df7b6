#include "api/emit.h"

#include <fmt/format.h>

#include "api/program_cache.h"
#include "model/print.h"
#include "syntax/print_model.h"
#include "syntax/readers.h"
#include "syntax/write_xmile.h"

namespace shamal::api {

namespace {

constexpr EmitStage kStages[] = {
    {"xmile", "the file as it was understood, written as XMILE again"},
    {"parsed", "the file as it was understood, for reading"},
    {"model", "names resolved, arrays and evaluation orders"},
    {"ir", "the instructions"},
    {"layout", "which slots belong to which variable"},
};

std::string print_layout(const ir::Layout& layout) {
  std::string text;
  for (const ir::LayoutVariable& variable : layout.variables) {
    text += fmt::format("{:>8} +{:<6} {:<9} {}\n", variable.base, variable.count,
                        ir::kind_name(variable.kind), variable.name);
  }
  return text;
}

}  // namespace

std::span<const EmitStage> emit_stages() { return kStages; }

std::string emit_stages_help() {
  std::string text = "Stage:";
  for (const EmitStage& stage : kStages) {
    text += fmt::format("{} {} ({})", &stage == kStages ? "" : ";", stage.name, stage.summary);
  }
  return text;
}

std::optional<std::string> emit(const std::string& path, std::string_view stage,
                                base::Sources& sources, base::Diagnostics& diagnostics,
                                const CompileInputs& inputs) {
  if (stage == "xmile" || stage == "parsed") {
    const auto parsed = syntax::read_model_file(path, sources, diagnostics);
    if (!parsed) {
      return std::nullopt;
    }
    if (stage == "xmile" && parsed->dialect != syntax::Dialect::xmile) {
      diagnostics.add(base::Code::dialect_not_written, {parsed->file, 0, 1}, "");
      return std::nullopt;
    }
    return stage == "xmile" ? syntax::write_xmile(*parsed) : syntax::print(*parsed);
  }
  const auto compiled = compile(path, sources, diagnostics, inputs);
  if (!compiled) {
    return std::nullopt;
  }
  if (stage == "model") {
    return model::print(compiled->model);
  }
  return stage == "ir" ? ir::print(compiled->program) : print_layout(compiled->layout);
}

std::optional<std::string> emit_bytes(const std::string& path, base::Sources& sources,
                                      base::Diagnostics& diagnostics, const CompileInputs& inputs) {
  auto compiled = compile(path, sources, diagnostics, inputs);
  if (!compiled) {
    return std::nullopt;
  }
  return ir::write_program(program_file(std::move(*compiled)));
}

}  // namespace shamal::api
