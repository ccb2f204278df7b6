// What the tests of the Vensim reader share.
#pragma once

#include <string>
#include <string_view>

#include "base/names.h"
#include "syntax/read_vensim.h"
#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {

struct ReadMdl {
  explicit ReadMdl(std::string_view text) {
    model = read_vensim(sources.add("model.mdl", std::string(text)), sources, diagnostics);
  }

  std::string messages() const { return base::print(diagnostics, sources); }

  // Of each diagnostic "line:column: title what (fix)", one a line.
  std::string summary() const {
    std::string text;
    for (const base::Diagnostic& diagnostic : diagnostics.sorted()) {
      const base::Place place = sources.place(diagnostic.span);
      text += std::to_string(place.line) + ":" + std::to_string(place.column) + ": " +
              std::string(base::row(diagnostic.code).title) + " " + diagnostic.what;
      text += diagnostic.fix.empty() ? "\n" : " (" + diagnostic.fix + ")\n";
    }
    return text;
  }

  const ModelDecl& root() const { return model->models.front(); }

  // An empty variable if there is none of this name.
  VariableDecl variable(std::string_view name) const {
    for (const VariableDecl& variable : root().variables) {
      if (base::fold_name(variable.name.text) == base::fold_name(name)) {
        return variable;
      }
    }
    return {};
  }

  DimensionDecl dimension(std::string_view name) const {
    for (const DimensionDecl& dimension : model->dimensions) {
      if (dimension.name.text == name) {
        return dimension;
      }
    }
    return {};
  }

  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<ParsedModel> model;
};

// The tree of x = text, or what is wrong with it.
inline std::string show_mdl(std::string_view text) {
  const ReadMdl read("x=" + std::string(text) + "~~|");
  if (!read.diagnostics.all().empty()) {
    return read.summary();
  }
  const VariableDecl x = read.variable("x");
  return x.equations.size() == 1 && x.equations[0].expr ? show(*x.equations[0].expr) : "nothing";
}

inline std::string listed(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) {
    text += (text.empty() ? "" : ",") + word.text;
  }
  return text;
}

}  // namespace shamal::syntax
