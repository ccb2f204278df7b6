// The two layouts in which vendors write results; read_vendor_table chooses between them.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/diagnostics.h"
#include "base/source.h"
#include "data/series.h"

namespace shamal::data {

// A file of the wrong kind has an error in every cell; after these nobody reads on.
inline constexpr std::size_t kMostErrors = 20;

// By how much a time may be off because of how it is written: half a unit of its last digit if it
// looks rounded, with three decimals or more, as Stella writes them, or with six significant
// digits, as Vensim does. Others, 0.5 or 2020, were meant as they stand; so few digits would
// otherwise match any time near them.
double written_tolerance(std::string_view number);

// A table of rows and columns, time down or across.
SeriesTable read_wide_table(const base::Sources& sources, base::FileId file,
                            base::Diagnostics& diagnostics);

// Blocks of a name and lines of time and value: whether the text begins like that, and reading it.
bool is_block_text(std::string_view text);
SeriesTable read_blocks(const base::Sources& sources, base::FileId file,
                        base::Diagnostics& diagnostics);

}  // namespace shamal::data
