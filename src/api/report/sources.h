// Where a figure comes from: links to the bibliography, and what the documentation of a parameter
// says of its origin.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/observations.h"

namespace shamal::api::report {

// A link to the entry, or the key alone if it is not listed.
std::string source_link(std::string_view key, const analysis::SourceList& sources);

enum class Basis : std::uint8_t {
  source,      // "Source: key …"
  partly,      // a source, and an assumption beside it
  assumption,  // "Assumption: reason"
  none,
};

struct Origin {
  std::string description;  // the documentation without its last lines
  Basis basis = Basis::none;
  std::string source;             // what follows "Source:"
  std::string assumption;         // what follows "Assumption:"
  std::vector<std::string> keys;  // source keys that are listed
  std::vector<std::string> unknown_keys;
};

Origin read_origin(std::string_view doc, const analysis::SourceList& sources);

// The origin in HTML: keys as links, the word Assumption marked, a missing source said aloud.
std::string origin_html(const Origin& origin, const analysis::SourceList& sources);

// The entries by key. `used` are those that observations or parameters name.
std::string bibliography_html(const analysis::SourceList& sources,
                              const std::set<std::string>& used);

}  // namespace shamal::api::report
