// What the tests of this layer share: text in, tree and messages out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/ast.h"
#include "syntax/parse_expression.h"
#include "syntax/parsed_model.h"
#include "syntax/read_xmile.h"

namespace shamal::syntax {

// An equation in a file of its own.
struct ParsedText {
  explicit ParsedText(std::string_view text) {
    const base::FileId file = sources.add("eqn", std::string(text));
    expr = parse_expression(base::located(text, file, 0), diagnostics, "\"x\"");
  }

  std::string messages() const { return base::print(diagnostics, sources); }

  // Code, column and message of each diagnostic: "E0102 5 unexpected "*"".
  std::string summary() const;

  base::Sources sources;
  base::Diagnostics diagnostics;
  std::optional<Expr> expr;
};

// The tree with explicit parentheses: (+ a (* b 2)).
std::string show(const Expr& expr);

// show() of the text's tree, or summary() of what is wrong with it.
std::string show(std::string_view text);

struct ReadFile {
  explicit ReadFile(std::string_view text) {
    file = sources.add("model.xmile", std::string(text));
    model = read_xmile(file, sources, diagnostics);
  }

  std::string messages() const { return base::print(diagnostics, sources); }

  base::Sources sources;
  base::Diagnostics diagnostics;
  base::FileId file = base::kNoFile;
  std::optional<ParsedModel> model;
};

// A file around variables of the root model.
std::string with_variables(std::string_view variables);

// A file around sections.
std::string with_sections(std::string_view sections);

}  // namespace shamal::syntax
