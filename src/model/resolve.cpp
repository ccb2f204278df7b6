#include "model/resolve.h"

#include "model/check_units.h"
#include "model/resolver.h"

namespace shamal::model {

std::uint32_t Model::element_count(const Variable& variable) const {
  std::uint32_t count = 1;
  for (const DimensionId dimension : variable.dimensions) {
    count *= dimensions[dimension].size();
  }
  return count;
}

std::optional<Model> resolve(const syntax::ParsedModel& parsed, base::Sources& sources,
                             base::Diagnostics& diagnostics, ModelFiles* files) {
  Resolver resolver(parsed, sources, diagnostics);
  if (files != nullptr) {
    resolver.named_files = *files;
  }
  const bool sound = resolver.run();
  if (files != nullptr) {
    *files = std::move(resolver.named_files);
  }
  if (!sound) {
    return std::nullopt;
  }
  check_units(resolver.model, resolver.unit_system(), diagnostics);
  return std::move(resolver.model);
}

}  // namespace shamal::model
