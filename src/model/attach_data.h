// Data from outside become part of a Vensim model before it is resolved: what GET DIRECT CONSTANTS,
// DATA, LOOKUPS and SUBSCRIPT name in spreadsheets and GET VDF … in results of other runs, and
// series for data variables without an equation. Afterwards a constant is a constant, a range has
// its elements, a look-up its points, and a data variable is a look-up of its series by Time, so
// that later stages know nothing of files. docs/semantics.md, "Data", tells what Vensim means.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "data/series.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// What a request brings besides the model.
struct DataSources {
  std::string folder;  // where relative paths begin; empty: the model's own folder
  std::vector<std::pair<std::string, std::string>> tags;  // "?name" and the file that it stands for
  std::vector<data::SeriesTable> series;  // for data variables; a later one has precedence
};

// Reports every file, sheet and cell that is missing. `fingerprints` receives the SHA-256 of each
// file that was read, for the provenance of results.
void attach_data(syntax::ParsedModel& parsed, const DataSources& sources, base::Sources& texts,
                 base::Diagnostics& diagnostics, std::vector<std::string>& fingerprints);

}  // namespace shamal::model
