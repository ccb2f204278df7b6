#include "api/member.h"

#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "api/run.h"
#include "base/names.h"
#include "data/series_name.h"

namespace shamal::api {

namespace {

// What the files of a model say, to be changed.
class Declarations {
 public:
  explicit Declarations(const CompiledModel& model) : parsed(model.parsed), files(model.files) {}

  // The declaration of a variable, by the place of its name; null if no file has it.
  syntax::VariableDecl* find(const base::Span& name) {
    for (syntax::ModelDecl& model : file_of(name).models) {
      for (syntax::VariableDecl& variable : model.variables) {
        if (variable.name.span.file == name.file && variable.name.span.begin == name.begin) {
          return &variable;
        }
      }
    }
    return nullptr;
  }

  syntax::ParsedModel parsed;
  model::ModelFiles files;

 private:
  // Files are shared with the model that they come from: one that is changed is copied first.
  syntax::ParsedModel& file_of(const base::Span& name) {
    for (auto& [path, file] : files) {
      if (file->file == name.file) {
        auto& own = own_[name.file];
        if (own == nullptr) {
          own = std::make_shared<syntax::ParsedModel>(*file);
          file = own;
        }
        return *own;
      }
    }
    return parsed;
  }

  std::map<base::FileId, std::shared_ptr<syntax::ParsedModel>> own_;
};

bool names_element(const syntax::Equation& equation, const std::vector<std::string>& subscripts) {
  if (equation.subscripts.size() != subscripts.size()) {
    return false;
  }
  for (std::size_t i = 0; i < subscripts.size(); ++i) {
    if (base::fold_name(equation.subscripts[i].text) != base::fold_name(subscripts[i])) {
      return false;
    }
  }
  return true;
}

// How many tables were changed.
std::size_t change(syntax::VariableDecl& variable, const std::vector<std::string>& subscripts,
                   const analysis::Timeline& timeline) {
  std::size_t changed = 0;
  for (syntax::Equation& equation : variable.equations) {
    if (equation.gf && (subscripts.empty() || names_element(equation, subscripts))) {
      syntax::GraphicalFunction table;
      table.x = timeline.times;
      table.y = timeline.values;
      table.kind = equation.gf->kind;
      table.span = equation.gf->span;
      equation.gf = std::move(table);
      ++changed;
    }
  }
  return changed;
}

}  // namespace

std::optional<CompiledModel> compile_member(const CompiledModel& model,
                                            const analysis::Member& member, base::Sources& sources,
                                            base::Diagnostics& diagnostics) {
  Declarations changed(model);
  const std::size_t errors = diagnostics.errors();
  for (const analysis::Timeline& timeline : member.timelines) {
    const analysis::PlacedText& written = timeline.variable;
    const auto named = find_variable(model.layout, written.text, diagnostics, written.span);
    if (!named) {
      continue;
    }
    const data::SeriesName name = data::split_series_name(written.text);
    std::size_t tables = 0;
    for (const model::Variable& variable : model.model.variables) {
      if (base::fold_name(variable.name) == base::fold_name(named->variable->name)) {
        if (syntax::VariableDecl* found = changed.find(variable.span)) {
          tables = change(*found, name.subscripts, timeline);
        }
        break;
      }
    }
    if (tables == 0) {
      diagnostics.add(base::Code::study_key, written.span,
                      fmt::format("\"{}\" is not a timeline", written.text),
                      "name a variable that is a graphical function of time");
    }
  }
  if (diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return compile_parsed(model.path, std::move(changed.parsed), sources, diagnostics,
                        std::move(changed.files));
}

}  // namespace shamal::api
