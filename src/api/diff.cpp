#include "api/diff.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "api/read_inputs.h"
#include "base/names.h"
#include "model/outline.h"
#include "syntax/print_expression.h"
#include "syntax/print_vensim.h"

namespace shamal::api {

using syntax::Dialect;
using syntax::Equation;
using syntax::VariableDecl;

namespace {

using Kind = ModelChange::Kind;

// The aspects of a variable or of the settings that are compared, as text, in this order.
using Aspects = std::vector<std::pair<std::string, std::string>>;

struct Item {
  std::string what;
  std::string name;
  Aspects aspects;
};

std::string names(const std::vector<syntax::Word>& words) {
  std::string text;
  for (const syntax::Word& word : words) {
    text += (text.empty() ? "" : ", ") + base::display_name(word.text);
  }
  return text;
}

std::string range(const std::optional<std::pair<double, double>>& bounds) {
  return bounds ? fmt::format("{} to {}", bounds->first, bounds->second) : "";
}

class Describer {
 public:
  explicit Describer(Dialect dialect) : dialect_(dialect) {}

  std::string expression(const syntax::Expr& expr) const {
    std::string text =
        dialect_ == Dialect::vensim ? syntax::print_vensim(expr) : syntax::print(expr);
    std::erase(text, syntax::kMayBreak);
    return text;
  }

  std::string equation(const Equation& of) const {
    std::string text = of.subscripts.empty() ? "" : "[" + names(of.subscripts) + "] ";
    for (const auto& except : of.except) {
      text += "except [" + names(except) + "] ";
    }
    if (of.rate) {
      text += "rate " + expression(*of.rate) + "; start ";
    }
    if (of.expr) {
      text += expression(*of.expr);
    }
    if (of.initial) {
      text += "; at the start " + expression(*of.initial);
    }
    if (of.constants) {
      for (const auto& row : of.constants->rows) {
        text += fmt::format("{}; ", fmt::join(row, ", "));
      }
    }
    if (of.gf) {
      text += of.expr ? "; " : "";
      static constexpr const char* kKinds[] = {"table", "extrapolated table", "discrete table"};
      text += kKinds[static_cast<std::size_t>(of.gf->kind)];
      for (std::size_t i = 0; i < of.gf->x.size(); ++i) {
        text += fmt::format(" ({}, {})", of.gf->x[i], of.gf->y[i]);
      }
    }
    return text;
  }

  Aspects variable(const VariableDecl& decl) const {
    static constexpr const char* kKinds[] = {"stock", "flow", "auxiliary", "graphical function",
                                             "module"};
    std::string equations;
    for (const Equation& one : decl.equations) {
      equations += (equations.empty() ? "" : "\n") + equation(one);
    }
    const auto flag = [](const std::optional<bool>& value) {
      return value ? std::string(*value ? "yes" : "no") : std::string();
    };
    return {{"kind", kKinds[static_cast<std::size_t>(decl.kind)]},
            {"equation", equations},
            {"dimensions", names(decl.dimensions)},
            {"inflows", names(decl.inflows)},
            {"outflows", names(decl.outflows)},
            {"non-negative", flag(decl.non_negative)},
            {"unit", decl.units ? decl.units->text : ""},
            {"range", range(decl.range)},
            {"documentation", decl.doc}};
  }

 private:
  Dialect dialect_;
};

std::vector<Item> items_of(const syntax::ParsedModel& parsed, const model::Outline& outline) {
  const Describer describer(parsed.dialect);
  std::vector<Item> items;
  const model::SimSpecs& sim = outline.model.sim;
  items.push_back({"setting",
                   "simulation",
                   {{"start", fmt::format("{}", sim.start)},
                    {"stop", fmt::format("{}", sim.stop)},
                    {"step", fmt::format("{}", sim.dt)},
                    {"save interval", fmt::format("{}", sim.save_interval)},
                    {"method", sim.method},
                    {"time unit", sim.time_unit}}});
  for (const model::Dimension& dimension : outline.model.dimensions) {
    if (!dimension.hidden) {
      items.push_back({"dimension",
                       dimension.name,
                       {{"elements", fmt::format("{}", fmt::join(dimension.elements, ", "))}}});
    }
  }
  for (const model::OutlineEntry& entry : outline.entries) {
    items.push_back({"variable", entry.name, describer.variable(entry.decl)});
  }
  for (const syntax::MacroDecl& macro : parsed.macros) {
    std::string text;
    for (const syntax::MacroParameter& parameter : macro.parameters) {
      text += (text.empty() ? "" : ", ") + parameter.name.text;
    }
    text = "(" + text + ")" + (macro.expr ? " = " + describer.expression(*macro.expr) : "");
    for (const VariableDecl& decl : macro.variables) {
      for (const Equation& equation : decl.equations) {
        text += fmt::format("\n{} = {}", base::display_name(decl.name.text),
                            describer.equation(equation));
      }
    }
    items.push_back({"macro", macro.name.text, {{"definition", text}}});
  }
  return items;
}

struct ReadItems {
  Dialect dialect{};
  std::vector<Item> items;
};

std::optional<ReadItems> read_items(const std::string& path, base::Sources& sources,
                                    base::Diagnostics& diagnostics) {
  const auto read = read_with_inputs(path, sources, diagnostics);
  if (!read || diagnostics.has_errors()) {
    return std::nullopt;
  }
  const auto outline = model::make_outline(read->complete, sources, diagnostics);
  if (!outline) {
    return std::nullopt;
  }
  return ReadItems{read->written.dialect, items_of(read->written, *outline)};
}

// What makes a variable the same under another name.
std::string identity(const Item& item) {
  std::string text;
  for (const auto& [aspect, value] : item.aspects) {
    text += aspect == "documentation" || aspect == "range" ? "" : value + "\n";
  }
  return text;
}

}  // namespace

std::optional<std::vector<ModelChange>> diff_models(const std::string& before,
                                                    const std::string& after,
                                                    base::Sources& sources,
                                                    base::Diagnostics& diagnostics) {
  const auto old_items = read_items(before, sources, diagnostics);
  const auto new_items = read_items(after, sources, diagnostics);
  if (!old_items || !new_items) {
    return std::nullopt;
  }
  if (old_items->dialect != new_items->dialect) {
    diagnostics.add(
        base::Code::request_bad_value, {},
        fmt::format("\"{}\" and \"{}\" are written in different languages", before, after),
        "translate one of them first: shamal convert");
    return std::nullopt;
  }
  const auto key = [](const Item& item) { return item.what + " " + base::fold_name(item.name); };
  std::map<std::string, const Item*> olds;
  std::map<std::string, const Item*> news;
  for (const Item& item : old_items->items) {
    olds.emplace(key(item), &item);
  }
  std::multimap<std::string, const Item*> appeared;  // by what they say
  for (const Item& item : new_items->items) {
    news.emplace(key(item), &item);
    if (!olds.contains(key(item))) {
      appeared.emplace(identity(item), &item);
    }
  }
  std::vector<ModelChange> changes;
  std::map<const Item*, bool> renamed;
  for (const Item& item : old_items->items) {
    const auto found = news.find(key(item));
    if (found == news.end()) {
      const std::string same = identity(item);
      if (appeared.count(same) == 1 && appeared.find(same)->second->what == item.what) {
        const Item* const other = appeared.find(same)->second;
        renamed[other] = true;
        appeared.erase(same);
        changes.push_back({Kind::renamed, item.what, item.name, "", "", other->name});
      } else {
        changes.push_back({Kind::removed, item.what, item.name, "", "", ""});
      }
      continue;
    }
    for (std::size_t a = 0; a < item.aspects.size(); ++a) {
      const auto& [aspect, value] = item.aspects[a];
      const std::string& now = found->second->aspects[a].second;
      if (value != now) {
        changes.push_back({Kind::changed, item.what, item.name, aspect, value, now});
      }
    }
  }
  for (const Item& item : new_items->items) {
    if (!olds.contains(key(item)) && !renamed.contains(&item)) {
      changes.push_back({Kind::added, item.what, item.name, "", "", ""});
    }
  }
  return changes;
}

std::string print(const std::vector<ModelChange>& changes) {
  const auto shown = [](const std::string& text) {
    std::string lines = text.empty() ? "(nothing)" : text;
    for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 7) {
      lines.replace(at, 1, "\n      ");
    }
    return lines;
  };
  std::string text;
  for (const ModelChange& change : changes) {
    switch (change.kind) {
      case Kind::added:
        text += fmt::format("added {} \"{}\"\n", change.what, change.name);
        break;
      case Kind::removed:
        text += fmt::format("removed {} \"{}\"\n", change.what, change.name);
        break;
      case Kind::renamed:
        text +=
            fmt::format("renamed {} \"{}\" to \"{}\"\n", change.what, change.name, change.after);
        break;
      case Kind::changed:
        text += fmt::format("changed {} \"{}\": {}\n    - {}\n    + {}\n", change.what, change.name,
                            change.aspect, shown(change.before), shown(change.after));
        break;
    }
  }
  return text + fmt::format("{} differences\n", changes.size());
}

}  // namespace shamal::api
