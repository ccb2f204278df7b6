#include "data/vendor_table.h"

#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/files.h"
#include "data/delimited.h"
#include "data/netcdf.h"
#include "data/vdf.h"
#include "data/vendor_readers.h"

namespace shamal::data {

double written_tolerance(std::string_view number) {
  int significant = 0;
  int decimals = 0;
  bool after_point = false;
  std::size_t i = 0;
  for (; i < number.size() && number[i] != 'e' && number[i] != 'E'; ++i) {
    if (number[i] == '.') {
      after_point = true;
    } else if (std::isdigit(static_cast<unsigned char>(number[i])) != 0) {
      significant += (number[i] != '0' || significant > 0) ? 1 : 0;
      decimals += after_point ? 1 : 0;
    }
  }
  if (significant < 6 && decimals < 3) {
    return 0;
  }
  const double exponent = i < number.size() ? read_number(number.substr(i + 1)).value_or(0) : 0;
  return 0.501 * std::pow(10.0, exponent - decimals);
}

std::optional<SeriesTable> read_vendor_table(const base::Sources& sources, base::FileId file,
                                             base::Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.errors();
  SeriesTable table = is_block_text(sources.text(file))
                          ? read_blocks(sources, file, diagnostics)
                          : read_wide_table(sources, file, diagnostics);
  if (diagnostics.errors() > errors_before) {
    return std::nullopt;
  }
  // A column or a block without any value says nothing, not even that its variable exists: Vensim
  // exports those of data variables outside their span.
  std::erase_if(table.series, [](const Series& series) { return series.values.empty(); });
  return table;
}

std::optional<SeriesTable> load_vendor_table(const std::string& path, base::Sources& sources,
                                             base::Diagnostics& diagnostics) {
  if (path.ends_with(".nc") || path.ends_with(".nc4")) {
    const auto dataset = read_netcdf(path, diagnostics);
    return dataset ? std::optional(series_of(*dataset)) : std::nullopt;
  }
  std::optional<std::string> bytes = base::read_file(path, diagnostics);
  if (!bytes) {
    return std::nullopt;
  }
  if (is_vdf(*bytes)) {
    return read_vdf(path, *bytes, diagnostics);
  }
  const base::FileId file = sources.add(path, base::to_utf8(std::move(*bytes)));
  return read_vendor_table(sources, file, diagnostics);
}

}  // namespace shamal::data
