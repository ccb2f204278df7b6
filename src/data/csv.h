// Results as tables for spreadsheets, in the layout that vendors use: a row for each time, the
// first column "Time", a column for each scalar variable and for each element of an array, headed
// Name[element,element]. The results of several runs stand below each other behind a first column
// "Run". RFC 4180, except that lines end in \n.
//
// A table does not say what it leaves out: units, kinds, documentation, attributes, the names of
// dimensions, and that a variable is constant. netCDF keeps all of it.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "base/source.h"
#include "data/dataset.h"

namespace shamal::data {

struct CsvFormat {
  char separator = ',';
  int digits = 15;  // significant; 17 give every value back exactly
};

// Tabs for names that end in .tab, .tsv or .txt, else commas.
CsvFormat csv_format_for(std::string_view path);

// Requires values that fit their dimensions. A dataset without time has one row and no column Time.
std::string csv_text(const Dataset& dataset, CsvFormat format = {});

// The text that a file of this name holds: blocks of times and values for .dat, as Vensim writes
// them (a constant at the first time only), else a table.
std::string results_text(const Dataset& dataset, std::string_view path);

// False after cannot_write_file.
bool write_csv(const Dataset& dataset, const std::string& path, base::Diagnostics& diagnostics);

// The dataset of a table in this layout. Columns that together hold every combination of their
// elements become one array over dimensions that are named dim1, dim2 … and shared where the
// elements are the same; others become scalars named Name[element]. Missing values are not
// numbers. Nothing after an error: bad_table, bad_cell or no_time_column.
std::optional<Dataset> read_csv(const base::Sources& sources, base::FileId file,
                                base::Diagnostics& diagnostics);

}  // namespace shamal::data
