#include "syntax/parsed_model.h"

#include <algorithm>
#include <set>

#include "base/names.h"

namespace shamal::syntax {

std::size_t root_model(const ParsedModel& parsed) {
  std::set<std::string> modules;
  for (const ModelDecl& model : parsed.models) {
    for (const VariableDecl& variable : model.variables) {
      if (variable.kind == VariableKind::module && !variable.resource) {
        modules.insert(base::fold_name(variable.name.text));
      }
    }
  }
  const auto begin = parsed.models.begin();
  const auto end = parsed.models.end();
  auto found = std::find_if(begin, end, [](const ModelDecl& m) { return m.name.text.empty(); });
  if (found == end) {
    found = std::find_if(begin, end, [&](const ModelDecl& m) {
      return !modules.contains(base::fold_name(m.name.text));
    });
  }
  return found == end ? 0 : static_cast<std::size_t>(found - begin);
}

}  // namespace shamal::syntax
