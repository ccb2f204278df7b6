#include "model/outline.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/names.h"
#include "model/check_units.h"
#include "model/resolver.h"

namespace shamal::model {

namespace {

// Which variables the equations of each variable name, hidden ones seen through.
class Causes {
 public:
  Causes(const Resolver& resolver, const std::vector<std::size_t>& entry_of,
         const std::map<std::uint32_t, std::size_t>& entry_of_table)
      : resolver_(resolver),
        model_(resolver.model),
        entry_of_(entry_of),
        entry_of_table_(entry_of_table) {
    assignments_.resize(model_.variables.size());
    for (const Assignment& assignment : model_.assignments) {
      assignments_[assignment.target].push_back(&assignment);
    }
  }

  std::vector<OutlineCause> of(VariableId variable) {
    found_.clear();
    if (model_.variables[variable].alias_of != kNone) {
      found_[entry_of_[resolver_.resolve_alias(variable)]] = false;
    } else {
      std::set<std::pair<VariableId, bool>> seen;
      visit(variable, false, seen);
    }
    std::vector<OutlineCause> causes;
    for (const auto& [entry, start_only] : found_) {
      causes.push_back({entry, start_only});
    }
    return causes;
  }

 private:
  void visit(VariableId variable, bool at_start, std::set<std::pair<VariableId, bool>>& seen) {
    if (!seen.insert({variable, at_start}).second) {
      return;
    }
    for (const Assignment* assignment : assignments_[variable]) {
      const bool start = at_start || assignment->role == Role::initial;
      look_at(assignment->expr, start, seen);
      look_at(assignment->start_expr, true, seen);
    }
  }

  void name(VariableId written, bool start, std::set<std::pair<VariableId, bool>>& seen) {
    const VariableId variable = resolver_.resolve_alias(written);
    if (entry_of_[variable] == kNobody) {
      visit(variable, start, seen);
      return;
    }
    add(entry_of_[variable], start);
  }

  void add(std::size_t entry, bool start) {
    const auto [known, is_new] = found_.try_emplace(entry, start);
    known->second = known->second && start;
  }

  void add_tables(const Lookup& lookup) {
    for (const std::uint32_t table : lookup.tables) {
      const auto owner = entry_of_table_.find(table);
      if (owner != entry_of_table_.end()) {
        add(owner->second, false);
      }
    }
  }

  void look_at(NodeId first, bool start, std::set<std::pair<VariableId, bool>>& seen) {
    std::vector<NodeId> stack = {first};
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      if (id == kNone) {
        continue;
      }
      const Node& node = model_.nodes[id];
      stack.insert(stack.end(), node.args.begin(), node.args.begin() + node.arity);
      switch (node.kind) {
        case NodeKind::reference: {
          const Reference& reference = model_.references[node.index];
          name(reference.variable, start, seen);
          for (const Index& index : reference.indices) {
            stack.push_back(index.kind == Index::Kind::dynamic ? index.node : kNone);
          }
          break;
        }
        case NodeKind::lookup:
          add_tables(model_.lookups[node.index]);
          break;
        case NodeKind::delay_read:
          name(model_.delays[node.index].input, start, seen);
          break;
        case NodeKind::procedure: {
          const Call& call = model_.calls[node.index];
          for (const Call::Argument& argument : call.arguments) {
            stack.push_back(argument.node);
          }
          if (call.lookup != kNone) {
            add_tables(model_.lookups[call.lookup]);
          }
          break;
        }
        case NodeKind::device:
          name(model_.devices[model_.device_uses[node.index].device].stock, start, seen);
          break;
        default:
          break;
      }
    }
  }

 public:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

 private:
  const Resolver& resolver_;
  const Model& model_;
  const std::vector<std::size_t>& entry_of_;
  const std::map<std::uint32_t, std::size_t>& entry_of_table_;
  std::vector<std::vector<const Assignment*>> assignments_;
  std::map<std::size_t, bool> found_;  // by entry: at the start only
};

}  // namespace

std::optional<Outline> make_outline(const syntax::ParsedModel& parsed, base::Sources& sources,
                                    base::Diagnostics& diagnostics) {
  const auto made = make_resolver(parsed, sources, diagnostics);
  if (made == nullptr) {
    return std::nullopt;
  }
  Resolver& resolver = *made;
  check_units(resolver.model, resolver.unit_system(), diagnostics);
  Outline outline;
  std::vector<std::size_t> entry_of(resolver.model.variables.size(), Causes::kNobody);
  std::map<std::uint32_t, std::size_t> entry_of_table;
  for (const auto& scope : resolver.scopes()) {
    if (scope->macro || scope->model == nullptr) {
      continue;
    }
    OutlineModule module;
    module.name = scope->prefix;
    if (module.name.ends_with('.')) {
      module.name.pop_back();
    }
    module.views = scope->model->views;
    module.groups = scope->model->groups;
    for (const syntax::VariableDecl& decl : scope->model->variables) {
      const auto found = scope->symbols.find(base::fold_name(decl.name.text));
      if (found == scope->symbols.end()) {
        continue;
      }
      const Symbol& symbol = found->second;
      const std::size_t place = outline.entries.size();
      OutlineEntry entry;
      entry.name = scope->prefix + base::display_name(decl.name.text);
      entry.module = outline.modules.size();
      entry.decl = decl;
      if (symbol.kind == Symbol::Kind::variable) {
        entry.variable = symbol.variable;
        entry_of[symbol.variable] = place;
      } else if (symbol.kind == Symbol::Kind::graphical) {
        if (const auto* const tables = resolver.known_tables(decl)) {
          for (const std::uint32_t table : *tables) {
            entry_of_table.emplace(table, place);
          }
        }
      } else {
        continue;
      }
      outline.entries.push_back(std::move(entry));
    }
    outline.modules.push_back(std::move(module));
  }
  Causes causes(resolver, entry_of, entry_of_table);
  for (std::size_t e = 0; e < outline.entries.size(); ++e) {
    OutlineEntry& entry = outline.entries[e];
    if (entry.variable == kNone) {
      continue;
    }
    entry.causes = causes.of(entry.variable);
    for (const OutlineCause& cause : entry.causes) {
      outline.entries[cause.entry].uses.push_back(e);
    }
  }
  outline.model = std::move(resolver.model);
  return outline;
}

std::size_t find_entry(const Outline& outline, std::string_view name) {
  const std::string folded = base::fold_name(name);
  std::size_t alone = outline.entries.size();
  std::size_t count = 0;
  for (std::size_t e = 0; e < outline.entries.size(); ++e) {
    const OutlineEntry& entry = outline.entries[e];
    if (base::fold_name(entry.name) == folded) {
      return e;
    }
    const bool alias =
        entry.variable != kNone && outline.model.variables[entry.variable].alias_of != kNone;
    if (!alias && base::fold_name(entry.decl.name.text) == folded) {
      alone = e;
      ++count;
    }
  }
  return count == 1 ? alone : outline.entries.size();
}

}  // namespace shamal::model
