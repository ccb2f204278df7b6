// Style sheets and scripts that go into written reports, as text.
//
// The files stand in `src/api/report/`. The build puts them into the library, so that a report is
// one file that opens without a network; `cmake/embed.cmake` writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace shamal::api {

struct Asset {
  std::string_view name;  // file name within src/api/report, e.g. "report.css"
  std::string_view text;  // the file as it stands, UTF-8
};

// Every embedded file of the folder, sorted by name; empty when the folder holds none.
std::span<const Asset> assets();

}  // namespace shamal::api
