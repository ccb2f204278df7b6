#include "data/netcdf_name.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::data {

namespace {

// Within the limit of the library, with room for a number.
constexpr std::size_t kLongest = 200;

}  // namespace

std::string netcdf_name(std::string_view name) {
  std::string result;
  bool gap = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) == 0) {
      gap = true;
      continue;
    }
    if (gap && !result.empty()) {
      result += '_';
    }
    gap = false;
    if (result.empty() && std::isdigit(byte) != 0) {
      result = "n";
    }
    result += c;
  }
  result.resize(std::min(result.size(), kLongest));
  return result.empty() ? "unnamed" : result;
}

std::string NetcdfNames::add(std::string_view name) {
  const std::string base = netcdf_name(name);
  std::string candidate = base;
  for (int i = 2; !taken_.insert(base::fold_name(candidate)).second; ++i) {
    candidate = fmt::format("{}_{}", base, i);
  }
  return candidate;
}

}  // namespace shamal::data
