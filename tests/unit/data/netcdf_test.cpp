#include "data/netcdf.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "data/cf_units.h"
#include "data/netcdf_file.h"
#include "data/netcdf_name.h"

namespace shamal::data {
namespace {

namespace fs = std::filesystem;

class NetcdfTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("shamal-netcdf-" + std::to_string(::getpid()) + "-" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = (folder_ / "run.nc").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string messages() const { return base::print(diagnostics_, sources_); }

  fs::path folder_;
  std::string path_;
  base::Sources sources_;
  base::Diagnostics diagnostics_;
};

Dataset example() {
  Dataset dataset;
  dataset.dimensions = {{"run", 2, {}, {}, ""},
                        {"time", 3, {0, 0.5, 1}, {}, "Months"},
                        {"Région (wilaya)", 2, {}, {"نينوى", "Al-Anbar"}, ""},
                        {"quantile", 2, {0.05, 0.95}, {"low", "high"}, ""},
                        {"chain number", 2, {}, {}, ""}};
  dataset.variables = {
      {"finance.Cash (net)", {0, 1}, {1, 2, 3, 4, 5, 0.1 + 0.2}, "$", "stock", "What is left.\né"},
      {"finance.Cash net", {1, 2}, {1, 2, 3, 4, 5, 6}, "km^2/Month", "flow", ""},
      {"Time", {}, {7}, "", "constant", ""},
      {"السكان", {2, 3}, {1, 2, 3, 4}, "people/month", "auxiliary", ""},
      {"2nd", {4}, {-0.0, 1e-300}, "Dmnl", "", ""}};
  dataset.attributes = {{"title", "Tea, cooling"}, {"seed", "1234"}, {"command", ""}};
  return dataset;
}

TEST_F(NetcdfTest, WhatIsWrittenIsRead) {
  ASSERT_TRUE(write_netcdf(example(), path_, diagnostics_)) << messages();
  const auto read = read_netcdf(path_, diagnostics_);
  ASSERT_TRUE(read) << messages();
  EXPECT_EQ(read->dimensions, example().dimensions);
  EXPECT_EQ(read->variables, example().variables);
  EXPECT_EQ(read->attributes, example().attributes);
}

TEST_F(NetcdfTest, EmptyDimensionsAndDatasets) {
  ASSERT_TRUE(write_netcdf({}, path_, diagnostics_)) << messages();
  EXPECT_EQ(read_netcdf(path_, diagnostics_), Dataset{});
  Dataset dataset;
  dataset.dimensions = {{"time", 0, {}, {}, ""}};
  dataset.variables = {{"x", {0}, {}, "", "", ""}};
  ASSERT_TRUE(write_netcdf(dataset, path_, diagnostics_)) << messages();
  EXPECT_EQ(read_netcdf(path_, diagnostics_), dataset);
}

TEST_F(NetcdfTest, FollowsTheCfConventions) {
  ASSERT_TRUE(write_netcdf(example(), path_, diagnostics_)) << messages();
  NetcdfFile file = NetcdfFile::open(path_);
  EXPECT_EQ(file.attribute(NC_GLOBAL, "Conventions"), "CF-1.8");
  const auto attribute = [&](const char* variable, const char* name) {
    const auto id = file.find_variable(variable);
    return id ? file.attribute(*id, name) : std::optional<std::string>("no such variable");
  };
  EXPECT_EQ(attribute("time", "units"), "month");
  EXPECT_EQ(attribute("time", "axis"), "T");
  EXPECT_EQ(attribute("R_gion_wilaya", "long_name"), "Région (wilaya)");
  EXPECT_EQ(attribute("quantile", "labels"), "quantile_label");
  EXPECT_EQ(attribute("finance_Cash_net", "long_name"), "finance.Cash (net)");
  EXPECT_EQ(attribute("finance_Cash_net", "units"), "1");
  EXPECT_EQ(attribute("finance_Cash_net", "model_units"), "$");
  EXPECT_EQ(attribute("finance_Cash_net", "kind"), "stock");
  EXPECT_EQ(attribute("finance_Cash_net_2", "units"), "km2 month-1");
  EXPECT_EQ(attribute("Time_2", "units"), std::nullopt);
  EXPECT_EQ(attribute("unnamed", "long_name"), "السكان");
  EXPECT_EQ(attribute("n2nd", "units"), "1");
}

TEST_F(NetcdfTest, TheSameDatasetGivesTheSameBytes) {
  const std::string again = (folder_ / "again.nc").string();
  ASSERT_TRUE(write_netcdf(example(), path_, diagnostics_));
  ASSERT_TRUE(write_netcdf(example(), again, diagnostics_));
  EXPECT_EQ(base::sha256(*base::read_file(path_, diagnostics_)),
            base::sha256(*base::read_file(again, diagnostics_)));
}

TEST_F(NetcdfTest, ValuesThatDoNotFitLeaveTheOldFile) {
  ASSERT_TRUE(write_netcdf(example(), path_, diagnostics_));
  Dataset broken = example();
  broken.variables[0].values.pop_back();
  EXPECT_FALSE(write_netcdf(broken, path_, diagnostics_));
  EXPECT_TRUE(diagnostics_.has_errors());
  base::Diagnostics later;
  EXPECT_EQ(read_netcdf(path_, later), example());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 1);
}

TEST_F(NetcdfTest, FailuresAreReported) {
  EXPECT_EQ(read_netcdf("no/such.nc", diagnostics_), std::nullopt);
  EXPECT_FALSE(write_netcdf(example(), "no/such/folder.nc", diagnostics_));
  ASSERT_TRUE(base::write_file(path_, "Time,x\n0,1\n", diagnostics_));
  EXPECT_EQ(read_netcdf(path_, diagnostics_), std::nullopt);
  EXPECT_EQ(messages(),
            "error[E0704]: netCDF: \"no/such.nc\": No such file or directory\n"
            "  why: the netCDF library reported a failure.\n\n"
            "error[E0703]: cannot write \"no/such/folder.nc\": No such file or directory\n"
            "  why: results are written beside the target and renamed, so both must be "
            "possible.\n\n"
            "error[E0704]: netCDF: \"" +
                path_ +
                "\": Unknown file format\n"
                "  why: the netCDF library reported a failure.\n\n");
}

TEST(NetcdfName, HasLettersDigitsAndUnderscores) {
  EXPECT_EQ(netcdf_name("finance.Cash  (net)"), "finance_Cash_net");
  EXPECT_EQ(netcdf_name("100% true"), "n100_true");
  EXPECT_EQ(netcdf_name("$$"), "unnamed");
  EXPECT_EQ(netcdf_name(std::string(1000, 'x')).size(), 200u);
}

TEST(NetcdfNames, AreUniqueWithoutRegardToCase) {
  NetcdfNames names;
  EXPECT_EQ(names.add("rate"), "rate");
  EXPECT_EQ(names.add("Rate"), "Rate_2");
  EXPECT_EQ(names.add("rate 2"), "rate_2_2");
  EXPECT_EQ(names.add("rate!"), "rate_3");
}

TEST(CfUnit, KnowsWhatUdunitsKnows) {
  EXPECT_EQ(cf_unit("Dmnl"), "1");
  EXPECT_EQ(cf_unit("Months"), "month");
  EXPECT_EQ(cf_unit("days"), "day");
  EXPECT_EQ(cf_unit("1/yr"), "year-1");
  EXPECT_EQ(cf_unit("km^2/Month"), "km2 month-1");
  EXPECT_EQ(cf_unit("%"), "percent");
  EXPECT_EQ(cf_unit("person/month"), "1");
  EXPECT_EQ(cf_unit("quarter"), "1");
  EXPECT_EQ(cf_unit("?"), "1");
  EXPECT_EQ(cf_unit("a//b"), "1");
}

}  // namespace
}  // namespace shamal::data
