// Vensim's binary runs (.vdf). The format is not published; what is known of it comes from files.
// docs/run-files.md says what is read and how it was found out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "data/series.h"

namespace shamal::data {

bool is_vdf(std::string_view bytes);

// Every variable of the run, one series an element; constants have no times. Values are single
// precision, as in the file. What Vensim keeps for itself (stages of delays, named in #…#) and
// elements without a value are left out. Nothing after bad_vdf. Time and memory are bounded by the
// size of the file.
std::optional<SeriesTable> read_vdf(const std::string& path, std::string_view bytes,
                                    base::Diagnostics& diagnostics);

}  // namespace shamal::data
