// Reads results that Vensim, Stella, PySD and others have written.
//
//   table, time down       a row of names; the first column holds the times
//   table, time across     a row of times; the first column holds the names
//   blocks (.dat)          a name on a line, then lines of time, tab, value; again for each series
//
// Cells are separated by tabs, commas or semicolons; empty ones are missing values and are left
// out of their series, as are columns without a name or a value. Vensim writes a constant at the
// first time only.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "base/source.h"
#include "data/series.h"

namespace shamal::data {

// The text must be UTF-8 (base::to_utf8). Nothing after an error: bad_table, bad_cell or
// no_time_column.
std::optional<SeriesTable> read_vendor_table(const base::Sources& sources, base::FileId file,
                                             base::Diagnostics& diagnostics);

// The results in a file of any kind that is read: the above in any of the usual encodings, whose
// text is added to the sources; Vensim's binary .vdf; netCDF by its ending (.nc, .nc4).
std::optional<SeriesTable> load_vendor_table(const std::string& path, base::Sources& sources,
                                             base::Diagnostics& diagnostics);

}  // namespace shamal::data
