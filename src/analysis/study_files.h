// A study and the files that it names, read in one go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/battery.h"
#include "analysis/cards.h"
#include "analysis/observations.h"
#include "analysis/study.h"
#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::analysis {

struct StudyFiles {
  Study study;
  Observations observations;
  SourceList sources;
  Battery battery;
  std::vector<Card> cards;
  std::string regions;  // the GeoJSON of the map, as it stands; empty without a map
};

// Reads the study at `path`, its observations, sources and regions, and checks one against the
// other. Nothing if any of it is an error.
std::optional<StudyFiles> load_study(const std::string& path, base::Sources& sources,
                                     base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
