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

std::unique_ptr<Resolver> make_resolver(const syntax::ParsedModel& parsed, base::Sources& sources,
                                        base::Diagnostics& diagnostics, ModelFiles* files) {
  Resolver::SeenAsked seen;
  ModelFiles named = files == nullptr ? ModelFiles{} : *files;
  const base::Diagnostics before = diagnostics;
  std::optional<base::Diagnostics> first;  // what is reported if nothing helps
  for (;;) {
    auto resolver = std::make_unique<Resolver>(parsed, sources, diagnostics);
    resolver->named_files = named;
    resolver->seen_asked = seen;
    const bool sound = resolver->run();
    named = resolver->named_files;
    if (files != nullptr) {
      *files = named;
    }
    if (sound) {
      return resolver;
    }
    if (resolver->seen_asked == seen) {
      if (first) {
        diagnostics = *first;
      }
      return nullptr;
    }
    seen = std::move(resolver->seen_asked);
    if (!first) {
      first = diagnostics;
    }
    diagnostics = before;
  }
}

std::optional<Model> resolve(const syntax::ParsedModel& parsed, base::Sources& sources,
                             base::Diagnostics& diagnostics, ModelFiles* files) {
  const auto resolver = make_resolver(parsed, sources, diagnostics, files);
  if (resolver == nullptr) {
    return std::nullopt;
  }
  check_units(resolver->model, resolver->unit_system(), diagnostics);
  return std::move(resolver->model);
}

}  // namespace shamal::model
