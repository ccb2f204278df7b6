// Groups, read back with the library itself.
#include <filesystem>

#include <gtest/gtest.h>
#include <netcdf.h>
#include <unistd.h>

#include "data/netcdf.h"

namespace shamal::data {
namespace {

TEST(NetcdfGroups, HaveDimensionsAndNamesOfTheirOwn) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("shamal-groups-" + std::to_string(::getpid()) + ".nc"))
                               .string();
  Dataset posterior;
  posterior.dimensions = {{"chain", 2, {0, 1}, {}, ""}, {"draw", 3, {0, 1, 2}, {}, ""}};
  posterior.variables = {{"finance.Cash", {0, 1}, {1, 2, 3, 4, 5, 6}, "$", "", ""}};
  Dataset statistics = posterior;
  statistics.dimensions[1] = {"draw", 2, {5, 9}, {}, ""};
  statistics.variables = {{"diverging", {0, 1}, {0, 1, 0, 0}, "", std::string(kFlag), ""}};
  base::Diagnostics diagnostics;
  ASSERT_TRUE(write_netcdf_groups({{"seed", "7"}},
                                  {{"posterior", posterior}, {"sample_stats", statistics}}, path,
                                  diagnostics));
  int file = 0;
  ASSERT_EQ(nc_open(path.c_str(), NC_NOWRITE, &file), NC_NOERR);
  std::size_t length = 0;
  EXPECT_EQ(nc_inq_attlen(file, NC_GLOBAL, "seed", &length), NC_NOERR);
  int group = 0;
  int variable = 0;
  ASSERT_EQ(nc_inq_grp_ncid(file, "posterior", &group), NC_NOERR);
  ASSERT_EQ(nc_inq_varid(group, "finance_Cash", &variable), NC_NOERR);
  std::vector<double> values(6);
  EXPECT_EQ(nc_get_var_double(group, variable, values.data()), NC_NOERR);
  EXPECT_EQ(values, posterior.variables[0].values);
  ASSERT_EQ(nc_inq_grp_ncid(file, "sample_stats", &group), NC_NOERR);
  ASSERT_EQ(nc_inq_varid(group, "diverging", &variable), NC_NOERR);
  nc_type type = 0;
  EXPECT_EQ(nc_inq_vartype(group, variable, &type), NC_NOERR);
  EXPECT_EQ(type, NC_BYTE);
  int dimension = 0;
  ASSERT_EQ(nc_inq_dimid(group, "draw", &dimension), NC_NOERR);
  EXPECT_EQ(nc_inq_dimlen(group, dimension, &length), NC_NOERR);
  EXPECT_EQ(length, 2u);
  nc_close(file);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace shamal::data
