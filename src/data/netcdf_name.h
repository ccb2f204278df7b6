// Names of variables as netCDF and the CF conventions want them: letters, digits and underscores,
// beginning with a letter.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace shamal::data {

// "finance.Cash (net)" becomes "finance_Cash_net". Letters outside ASCII, which CF does not allow,
// are lost here; the file keeps the name as written in long_name.
std::string netcdf_name(std::string_view name);

// Names of one file, no two of which differ only by case: the second "rate" is "rate_2".
class NetcdfNames {
 public:
  std::string add(std::string_view name);

 private:
  std::set<std::string> taken_;
};

}  // namespace shamal::data
