// What was observed, and where each figure comes from: the two tables that a study names.
//
//   observations  date,region,series,value,low,high,unit,source,line,error_class,window
//   sources       key,citation,url,licence
//
// Dates are those of calendar.h. A row whose date is a word ("peak") or whose value is empty cannot
// be placed on a chart; it is kept in a list of its own, with the reason, so that a report can name
// it. Malformed numbers are errors.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/calendar.h"
#include "analysis/study.h"
#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::analysis {

struct Observation {
  std::string date;  // as written
  Extent time;       // on the study's axis; the value stands at the middle
  std::string region;
  std::string series;
  std::string region_key;  // of the two, as names are looked up
  std::string series_key;
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
  std::string unit;
  std::string source;  // key of the sources table
  std::string line;
  std::string error_class;
  std::string window;      // "calibration", "holdout" or empty
  base::Span span;         // of the row
  base::Span source_span;  // of its source key

  // Says what it is of, so that it is found.
  void name(std::string of_series, std::string of_region);
};

struct UnusableObservation {
  std::string date;
  std::string region;
  std::string series;
  std::string value;
  std::string reason;  // "the date is a word", "there is no value"
  std::string source;
  base::Span span;
};

struct Observations {
  std::vector<Observation> usable;  // in the order of the file
  std::vector<UnusableObservation> unusable;
};

struct SourceEntry {
  std::string key;
  std::string citation;
  std::string url;
  std::string licence;
  base::Span span;
};

// By key.
using SourceList = std::map<std::string, SourceEntry, std::less<>>;

Observations read_observations(const base::Sources& sources, base::FileId file,
                               const Calendar& calendar, base::Diagnostics& diagnostics);

SourceList read_sources(const base::Sources& sources, base::FileId file,
                        base::Diagnostics& diagnostics);

// The rows of one series of a chart, by time; those of one time keep their order. An empty region
// takes every region.
std::vector<const Observation*> find_observations(const Observations& observations,
                                                  std::string_view series, std::string_view region);

// Adds study_series for each series of a chart without a usable row, study_window for each row
// whose column says another window than its time, and study_source for each source that is not
// listed.
void check_observations(const Study& study, const Observations& observations,
                        const SourceList& sources, base::Diagnostics& diagnostics);

}  // namespace shamal::analysis
