// A whole model as people look at it: the variables of all modules as they are written, what each
// depends on, and the diagrams of each module.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "model/model.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

struct OutlineCause {
  std::size_t entry = 0;
  bool start_only = false;  // of a stock's initial value, or what INIT keeps

  bool operator==(const OutlineCause&) const = default;
};

struct OutlineEntry {
  std::string name;             // as results call it: "finance.Cash"
  std::size_t module = 0;       // of Outline::modules
  syntax::VariableDecl decl;    // as written
  VariableId variable = kNone;  // of the model; kNone for a graphical function that stands alone
  std::vector<OutlineCause> causes;  // direct ones, in the order of the file
  std::vector<std::size_t> uses;     // entries that have this one among their causes
};

struct OutlineModule {
  std::string name;  // "finance", empty for the root
  std::string views;
  std::vector<syntax::Group> groups;
};

struct Outline {
  Model model;
  std::vector<OutlineEntry> entries;  // by module, then as in the file
  std::vector<OutlineModule> modules;
};

// Nothing after errors.
std::optional<Outline> make_outline(const syntax::ParsedModel& parsed, base::Sources& sources,
                                    base::Diagnostics& diagnostics);

// The entry that a person means by a name: qualified, or alone if only one module has it. The
// number of entries if there is none, or several.
std::size_t find_entry(const Outline& outline, std::string_view name);

}  // namespace shamal::model
