#include "api/functions.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "base/names.h"
#include "model/builtins.h"
#include "model/stdlib_files.h"
#include "syntax/read_xmile.h"

namespace shamal::api {

namespace {

std::string_view dialect_of(const model::Builtin& builtin) {
  if (builtin.origin != model::Origin::standard) {
    return "Vensim";
  }
  return builtin.source.starts_with("Stella") ? "Stella" : "XMILE";
}

void add_builtins(std::vector<FunctionRow>& rows) {
  for (const model::Builtin& builtin : model::builtins()) {
    // Vensim's, under the names that xmutil gives them, stand there once more.
    if (builtin.origin == model::Origin::standard && builtin.source.starts_with("Vensim")) {
      continue;
    }
    rows.push_back({std::string(builtin.signature.substr(0, builtin.signature.find('('))),
                    std::string(dialect_of(builtin)), std::string(builtin.signature),
                    std::string(builtin.doc), std::string(builtin.source)});
  }
}

void add_forms(std::vector<FunctionRow>& rows) {
  for (const model::Form& form : model::forms()) {
    rows.push_back({std::string(model::name_of(form)), "Vensim", std::string(form.signature),
                    std::string(form.doc), std::string(form.source)});
  }
}

// The source of a macro is what stands in brackets at the end of its documentation.
void split_source(FunctionRow& row) {
  const std::size_t open = row.meaning.find_last_of("([");
  const std::size_t close = row.meaning.find_last_of(")]");
  if (open == std::string::npos || close == std::string::npos || close < open) {
    return;
  }
  row.source = row.meaning.substr(open + 1, close - open - 1);
  const std::string after = row.meaning.substr(close + 1);
  row.meaning = row.meaning.substr(0, open);
  while (!row.meaning.empty() && row.meaning.back() == ' ') {
    row.meaning.pop_back();
  }
  row.meaning += after;
}

void add_library(std::vector<FunctionRow>& rows) {
  for (const model::StdlibFile& file : model::stdlib_files()) {
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto parsed = syntax::read_xmile(
        sources.add(std::string(file.name), std::string(file.text)), sources, diagnostics);
    if (!parsed) {
      continue;  // a test reads every file of the library
    }
    for (const syntax::MacroDecl& macro : parsed->macros) {
      FunctionRow row{base::display_name(macro.name.text),
                      file.name.starts_with("vensim")   ? "Vensim"
                      : file.name.starts_with("stella") ? "Stella"
                                                        : "XMILE",
                      macro.format, macro.doc, ""};
      split_source(row);
      rows.push_back(std::move(row));
    }
  }
}

std::string cell(std::string text) {
  for (std::size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) {
    text.insert(i, "\\");
  }
  return text;
}

}  // namespace

std::vector<FunctionRow> functions() {
  std::vector<FunctionRow> rows;
  add_builtins(rows);
  add_library(rows);
  add_forms(rows);
  const auto key = [](const FunctionRow& row) {
    return std::tie(row.dialect, row.name, row.signature);
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const FunctionRow& a, const FunctionRow& b) { return key(a) < key(b); });
  rows.erase(
      std::unique(rows.begin(), rows.end(),
                  [&](const FunctionRow& a, const FunctionRow& b) { return key(a) == key(b); }),
      rows.end());
  return rows;
}

std::vector<std::string> refused_functions() {
  std::vector<std::string> names;
  for (std::string name : model::vendor_functions()) {
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c == '_' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string print_functions() {
  std::string text =
      "# Functions by dialect\n\n"
      "Made by `shamal functions > docs/functions.md`; a test compares the two. XMILE and Stella "
      "share\none table of names: a file of either may use both columns. Files that xmutil wrote "
      "from Vensim\nmodels may also use Vensim's names.\n\n"
      "| dialect | function | meaning | source |\n|---|---|---|---|\n";
  for (const FunctionRow& row : functions()) {
    text += fmt::format("| {} | `{}` | {} | {} |\n", row.dialect, row.signature, cell(row.meaning),
                        cell(row.source));
  }
  text += "\n## Known, and refused by name\n\n";
  for (const std::string& name : refused_functions()) {
    text += fmt::format("- `{}`\n", name);
  }
  return text;
}

}  // namespace shamal::api
