// What joins variables: <connect> between modules, and flows to the stocks that they change.

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/resolver.h"

namespace shamal::model {

using base::Code;

std::optional<VariableId> Resolver::find_connected(Scope& from, std::string_view written) {
  // Stella writes the parts of a qualified name as in equations: module."50% share".
  std::string plain(written);
  if (plain.find(".\"") != std::string::npos || plain.find("\".") != std::string::npos) {
    plain.erase(std::remove(plain.begin(), plain.end(), '"'), plain.end());
    written = plain;
  }
  const Symbol* symbol = find_symbol(from, written);
  if (symbol == nullptr && root_scope_ != nullptr) {
    symbol = find_symbol(*root_scope_, written);
  }
  // Stella names a module in a connection wherever it is: its names of modules are unique.
  const std::size_t dot = written.find('.');
  if (symbol == nullptr && dot != std::string_view::npos) {
    const std::string module = base::fold_name(written.substr(0, dot));
    for (const Module& candidate : modules_) {
      if (symbol == nullptr && base::fold_name(candidate.decl->name.text) == module) {
        symbol = find_symbol(*candidate.inside, written.substr(dot + 1));
      }
    }
  }
  if (symbol == nullptr || symbol->kind != Symbol::Kind::variable) {
    return std::nullopt;
  }
  return symbol->variable;
}

// <connect to= from=> of each module: `to` is an input inside (or, with a dot, anywhere below or in
// the root), `from` a qualified name seen from the model around.
void Resolver::connect_modules() {
  for (const Module& module : modules_) {
    for (const syntax::Connection& connection : module.decl->connections) {
      auto from = find_connected(*module.around, connection.from.text);
      std::optional<VariableId> to;
      const Symbol* inside = find_symbol(*module.inside, connection.to.text);
      if (inside != nullptr && inside->kind == Symbol::Kind::variable &&
          !connection.to.text.starts_with(".")) {
        to = inside->variable;
      } else {
        to = find_connected(*module.around, connection.to.text);
      }
      if (!from) {
        const Symbol* own = find_symbol(*module.inside, connection.from.text);
        if (own != nullptr && own->kind == Symbol::Kind::variable) {
          from = own->variable;
        }
      }
      if (!from || !to) {
        const syntax::Word& lost = from ? connection.to : connection.from;
        error(Code::bad_connection, lost.span, fmt::format("\"{}\"", lost.text));
        continue;
      }
      // A chain of inputs leads to one source; a ring leads nowhere.
      if (resolve_alias(*from) == *to) {
        error(Code::bad_connection, connection.to.span,
              fmt::format("\"{}\" is connected to itself", connection.to.text));
        continue;
      }
      Variable& input = model.variables[*to];
      if (input.alias_of != kNone) {
        continue;  // both ends may name the connection
      }
      const Variable& source = model.variables[*from];
      if (!input.dimensions.empty() && input.dimensions != source.dimensions) {
        error(Code::shape_mismatch, connection.to.span,
              fmt::format("\"{}\" and \"{}\" have different dimensions", input.name, source.name));
        continue;
      }
      input.alias_of = *from;
    }
  }
  // Aliases of aliases have the dimensions of what they stand for.
  for (Variable& variable : model.variables) {
    if (variable.alias_of != kNone) {
      VariableId source = variable.alias_of;
      while (model.variables[source].alias_of != kNone) {
        source = model.variables[source].alias_of;
      }
      variable.alias_of = source;
      variable.dimensions = model.variables[source].dimensions;
    }
  }
}

void Resolver::connect_flows(VariableId stock) {
  VariableInfo& about = info[stock];
  const auto connect = [&](const std::vector<syntax::Word>& words, std::vector<VariableId>& flows) {
    for (const syntax::Word& word : words) {
      // Some writers put the names of flows in quotes, as in an equation.
      const bool quoted =
          word.text.size() > 1 && word.text.front() == '"' && word.text.back() == '"';
      const Symbol* symbol =
          find_symbol(*about.scope, quoted ? word.text.substr(1, word.text.size() - 2) : word.text);
      if (symbol == nullptr) {
        const std::string near = nearest_symbol(*about.scope, word.text);
        error(Code::unknown_flow, word.span, fmt::format("\"{}\"", base::display_name(word.text)),
              near.empty() ? "" : fmt::format("did you mean {}?", near));
        continue;
      }
      if (symbol->kind != Symbol::Kind::variable ||
          model.variables[resolve_alias(symbol->variable)].kind == Kind::stock) {
        error(Code::not_a_flow, word.span, fmt::format("\"{}\"", base::display_name(word.text)));
        continue;
      }
      flows.push_back(resolve_alias(symbol->variable));
    }
  };
  connect(about.decl->inflows, about.inflows);
  connect(about.decl->outflows, about.outflows);
}

void Resolver::join_flows(VariableId first) {
  const auto last = static_cast<VariableId>(model.variables.size());
  for (VariableId v = first; v < last; ++v) {
    if (model.variables[v].kind == Kind::stock) {
      connect_flows(v);
    }
  }
  find_shared_flows(first);
  for (VariableId v = first; v < last; ++v) {
    if (model.variables[v].kind == Kind::stock) {
      prepare_device(v);
    }
  }
  for (VariableId v = first; v < last; ++v) {
    VariableInfo& about = info[v];
    if (is_limited(v) &&
        (seen_asked.contains(model.variables[v].name) ||
         model.variables[v].dimensions.size() > model.variables[about.leaves].dimensions.size())) {
      about.raw = add_beside(v, "wanted", Kind::auxiliary, 0);
      if (seen_asked.contains(model.variables[v].name)) {
        diagnostics.add(Code::flow_wanted, model.variables[v].span,
                        fmt::format("\"{}\"", model.variables[v].name));
      }
    }
  }
}

void Resolver::find_shared_flows(VariableId first) {
  for (VariableId v = first; v < info.size(); ++v) {
    const auto mark = [&](const std::vector<VariableId>& flows, bool VariableInfo::*shared,
                          VariableId VariableInfo::*stock, const std::vector<syntax::Word>& words) {
      for (std::size_t i = 0; i < flows.size(); ++i) {
        VariableInfo& flow = info[flows[i]];
        if (flow.*stock != kNone && flow.*stock != v) {
          flow.*shared = true;
          diagnostics.add(Code::flow_shared, words[i].span,
                          fmt::format("\"{}\"", model.variables[flows[i]].name));
        }
        flow.*stock = v;
      }
    };
    if (model.variables[v].kind == Kind::stock && info[v].decl != nullptr) {
      mark(info[v].outflows, &VariableInfo::shared_outflow, &VariableInfo::leaves,
           info[v].decl->outflows);
      mark(info[v].inflows, &VariableInfo::shared_inflow, &VariableInfo::enters,
           info[v].decl->inflows);
    }
  }
}

}  // namespace shamal::model
