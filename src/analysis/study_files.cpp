#include "analysis/study_files.h"

#include <utility>

#include "base/encoding.h"
#include "base/files.h"

namespace shamal::analysis {

namespace {

std::optional<base::FileId> open(const std::string& path, base::Span named_at,
                                 base::Sources& sources, base::Diagnostics& diagnostics) {
  std::optional<std::string> bytes = base::read_file(path, diagnostics, named_at);
  if (!bytes) {
    return std::nullopt;
  }
  return sources.add(path, base::to_utf8(std::move(*bytes)));
}

}  // namespace

std::optional<StudyFiles> load_study(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  const std::optional<base::FileId> file = open(path, {}, sources, diagnostics);
  std::optional<Study> study =
      file ? read_study(sources, *file, diagnostics) : std::optional<Study>();
  if (!study) {
    return std::nullopt;
  }
  StudyFiles files;
  files.study = std::move(*study);
  const auto named = [&](const PlacedText& name) {
    return name.empty() ? std::optional<base::FileId>()
                        : open(name.text, name.span, sources, diagnostics);
  };
  if (const auto table = named(files.study.sources)) {
    files.sources = read_sources(sources, *table, diagnostics);
  }
  if (const auto table = named(files.study.observations)) {
    files.observations = read_observations(sources, *table, files.study.calendar, diagnostics);
  }
  if (const auto table = named(files.study.checks)) {
    if (auto battery = read_battery(sources, *table, files.study, diagnostics)) {
      files.battery = std::move(*battery);
    }
  }
  if (const auto table = named(files.study.cards)) {
    if (auto cards = read_cards(sources, *table, files.study, files.observations, files.sources,
                                diagnostics)) {
      files.cards = std::move(*cards);
    }
  }
  if (const auto regions = named(files.study.map ? files.study.map->geojson : PlacedText{})) {
    files.regions = sources.text(*regions);
  }
  if (diagnostics.errors() == errors) {
    check_observations(files.study, files.observations, files.sources, diagnostics);
  }
  if (diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return files;
}

}  // namespace shamal::analysis
