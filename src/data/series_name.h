// How results name one element of a variable: the heading of a column, the first line of a block.
//
//   Population            "Population"               a scalar
//   Inflow[north,adult]   "Inflow" [north, adult]    an element
//   "100% [a]"[x]                                    a name that itself holds brackets
//
// Vensim writes names that are not plain identifiers in quotes, with \" for a quote; Stella writes
// them bare. Both are read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::data {

struct SeriesName {
  std::string base;                     // without quotes
  std::vector<std::string> subscripts;  // element names, empty for a scalar

  bool operator==(const SeriesName&) const = default;
};

SeriesName split_series_name(std::string_view text);

// Name[a,b], with quotes where split_series_name would otherwise read something else.
std::string join_series_name(std::string_view base, std::span<const std::string> subscripts);

}  // namespace shamal::data
