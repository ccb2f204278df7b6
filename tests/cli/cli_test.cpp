// The program as a user meets it: help, exit codes, what goes to which stream, files by ending.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Result {
  int code;
  std::string out;
  std::string err;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const fs::path& folder() {
  static const fs::path kFolder = [] {
    const fs::path made = fs::path(testing::TempDir()) / "shamal_cli";
    fs::remove_all(made);
    fs::create_directories(made);
    return made;
  }();
  return kFolder;
}

Result shamal(const std::string& arguments) {
  const fs::path err = folder() / "stderr";
  const std::string command = "cd '" + std::string(SHAMAL_SOURCE_DIR) + "' && '" + SHAMAL_PROGRAM +
                              "' " + arguments + " 2>'" + err.string() + "'";
  Result result;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    result.out.append(buffer, n);
  }
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.err = read(err);
  return result;
}

const std::string kTeacup = "tests/stages/teacup.xmile";
const std::string kRegions = "tests/stages/regions.xmile";

TEST(Help, EveryCommandShowsAnExampleAndItsExitCodes) {
  for (const std::string name :
       {"check", "run", "compare", "emit", "variables", "report", "validate", "ensemble", "merge",
        "convert", "document", "causes", "uses", "diff"}) {
    const Result help = shamal(name + " --help");
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_THAT(help.out, HasSubstr("Example:\n  shamal " + name)) << name;
    EXPECT_THAT(help.out, HasSubstr("--json")) << name;
    EXPECT_THAT(help.out, HasSubstr("Exit codes:")) << name;
    EXPECT_THAT(shamal("--help").out, HasSubstr(name));
  }
}

TEST(ExitCodes, TellWhatWentWrong) {
  EXPECT_EQ(shamal("check " + kTeacup).code, 0);
  EXPECT_EQ(shamal("check tests/errors/E0201.xmile").code, 2);
  EXPECT_EQ(shamal("check tests/errors/W0501.xmile").code, 0);
  EXPECT_EQ(shamal("check --strict tests/errors/W0501.xmile").code, 2);
  EXPECT_EQ(shamal("").code, 3);
  EXPECT_EQ(shamal("run").code, 3);
  EXPECT_EQ(shamal("run " + kTeacup + " --colour").code, 3);
  EXPECT_EQ(shamal("run " + kTeacup + " --method leapfrog").code, 2);
}

TEST(Run, WritesVendorsTables) {
  const Result run = shamal("run " + kRegions + " --stop 2000.5");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("Time,\"People[North,1]\",\"People[North,2]\""));
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 4);
  EXPECT_EQ(run.err, "");
}

TEST(Run, TakesChangesOfConstantsTimesAndMethod) {
  const Result warm =
      shamal("run " + kTeacup + " --set 'Room Temperature=180' --columns 'teacup_temperature'");
  EXPECT_THAT(warm.out, StartsWith("Time,Teacup Temperature\n0,180\n0.125,180\n"));
  const Result shorter =
      shamal("run " + kTeacup + " --start 10 --stop 11 --dt 0.5 --columns 'Room Temperature'");
  EXPECT_EQ(shorter.out, "Time,Room Temperature\n10,70\n10.5,70\n11,70\n");
  const Result element =
      shamal("run " + kRegions + " --set 'rate[2]=0.5' --stop 2000.25 --columns 'rate[2];rate[1]'");
  EXPECT_THAT(element.out, StartsWith("Time,rate[2],rate[1]\n2000,0.5,0.1\n")) << element.err;
  const Result euler = shamal("run " + kTeacup + " --columns 'Teacup Temperature'");
  const Result rk4 = shamal("run " + kTeacup + " --columns 'Teacup Temperature' --method rk4");
  EXPECT_NE(euler.out, rk4.out);
}

TEST(Run, WritesFilesByTheirEnding) {
  for (const std::string ending : {"csv", "tab", "nc"}) {
    const fs::path file = folder() / ("teacup." + ending);
    const Result run = shamal("run " + kTeacup + " -o '" + file.string() + "'");
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_TRUE(fs::exists(file));
  }
  const std::string base = "'" + (folder() / "teacup").string();
  EXPECT_EQ(shamal("compare " + base + ".nc' " + base + ".csv' --rtol 1e-14").code, 0);
  EXPECT_EQ(shamal("compare " + base + ".tab' " + base + ".nc' --rtol 1e-14").code, 0);
  EXPECT_EQ(read(folder() / "teacup.tab").substr(0, 5), "Time\t");
}

TEST(Compare, NamesTheWorstDifference) {
  const fs::path a = folder() / "a.csv";
  const fs::path b = folder() / "b.csv";
  shamal("run " + kTeacup + " -o '" + a.string() + "'");
  shamal("run " + kTeacup + " --set 'Room Temperature=71' -o '" + b.string() + "'");
  const Result compare = shamal("compare '" + a.string() + "' '" + b.string() + "'");
  EXPECT_EQ(compare.code, 1);
  EXPECT_THAT(compare.out, HasSubstr("\"Room Temperature\""));
  EXPECT_THAT(compare.out, HasSubstr("time"));
  const json reply =
      json::parse(shamal("compare --json '" + a.string() + "' '" + b.string() + "'").out);
  EXPECT_FALSE(reply["passed"].get<bool>());
  EXPECT_EQ(shamal("compare '" + a.string() + "' '" + b.string() + "' --rtol 0.05").code, 0);
}

TEST(Json, EveryCommandHasIt) {
  const json check = json::parse(shamal("check --json tests/errors/E0201.xmile").out);
  EXPECT_FALSE(check["passed"].get<bool>());
  ASSERT_EQ(check["diagnostics"].size(), 1u);
  EXPECT_EQ(check["diagnostics"][0]["code"], "E0201");
  EXPECT_EQ(check["diagnostics"][0]["line"], 8);
  const json run = json::parse(shamal("run --json " + kTeacup + " --stop 1").out);
  EXPECT_EQ(run["variables"]["Teacup Temperature"]["values"].size(), 9u);
  const json variables = json::parse(shamal("variables --json " + kRegions).out);
  EXPECT_EQ(variables["variables"][0]["dimensions"], json({"Region", "Age"}));
  EXPECT_FALSE(json::parse(shamal("emit --json --stage ir " + kTeacup).out)["text"]
                   .get<std::string>()
                   .empty());
}

TEST(Variables, AreListedWithKindAndUnit) {
  const Result list = shamal("variables " + kTeacup + " --kind constant");
  EXPECT_EQ(list.out,
            "constant   Room Temperature  Degree\nconstant   Characteristic Time  Minute\n");
}

TEST(Emit, WritesXmileThatReadsBack) {
  const fs::path file = folder() / "again.xmile";
  EXPECT_EQ(shamal("emit --stage xmile " + kRegions + " -o '" + file.string() + "'").code, 0);
  EXPECT_EQ(shamal("emit --stage ir '" + file.string() + "'").out,
            shamal("emit --stage ir " + kRegions).out);
}

TEST(Report, StandsOnItsOwn) {
  const fs::path page = folder() / "levant" / "index.html";
  const Result report = shamal(
      "report models/levant/study.toml --draws 3 --experiment-draws 2 "
      "--check-draws 0 -o '" +
      page.string() + "'");
  EXPECT_EQ(report.code, 0) << report.err;
  EXPECT_GE(std::count(report.out.begin(), report.out.end(), '\n'), 8);
  EXPECT_LE(std::count(report.out.begin(), report.out.end(), '\n'), 12);
  EXPECT_THAT(read(page), StartsWith("<!"));
  EXPECT_TRUE(fs::exists(folder() / "levant" / "results.nc"));
}

TEST(Validate, SaysWhichChecksPassAndWhichFail) {
  const Result good = shamal("validate tests/errors/studies/good.toml --draws 3");
  EXPECT_EQ(good.code, 1);
  EXPECT_THAT(
      good.out,
      HasSubstr(
          "passed  low Never below nothing\n"
          "        holds in all 3 draws\n"
          "failed  high Never above fifteen\n"
          "        y is 18.69 against 15 on 1 May 2014 in draw 1\n"
          "finding sign More makes more\n"
          "        from 0 to 1 the outcome goes down in 0 of the 3 draws in which it moves (3 in "
          "all)\n"
          "passed  step The step does not matter\n"
          "        1 outcomes; the largest change is 0 of what is allowed (1 % of the curve's "
          "peak, "
          "0.5 months for a day)\n"
          "passed  still Nothing drifts where nothing moves\n"
          "        largest drift 0 % a year in 3 draws\n"
          "passed  path It grows in proportion to time\n"
          "        in 3 of 3 draws, wanted in 100 %. y on 1 Nov 2013 over 1 Sep 2013: 2 (2 to 2), "
          "wanted at least 1.999 and at most 2.001\n"
          "passed  other It falls where its timeline falls\n"
          "        in 3 of 3 draws, wanted in 100 %. z on 1 Sep 2006 over 1 Mar 2006: 0.25 (0.25 "
          "to "
          "0.25), wanted at most 0.3\n"
          "series  Counted: Counted\n"
          "        calibration 1 point"));
  EXPECT_THAT(good.out, EndsWith("13 checks, 5 failed, 1 findings\n"));
  EXPECT_EQ(good.err, "");
  // The same draws for any number of threads.
  EXPECT_EQ(shamal("validate tests/errors/studies/good.toml --draws 3 --threads 1").out, good.out);
}

// Every check of the Levant model that must hold; their signs are findings. Few draws: the battery
// over a thousand is `shamal validate models/levant/study.toml`.
TEST(Levant, PassesItsBattery) {
  const Result battery = shamal("validate --json models/levant/study.toml --draws 1");
  EXPECT_EQ(battery.code, 0) << battery.out << battery.err;
  const json reply = json::parse(battery.out);
  EXPECT_EQ(reply["failed"], 0);
  EXPECT_GE(reply["checks"].size(), 58);
  // Members of the family: their timelines stand in the files of modules.
  for (const char* id : {"H-10a", "H-11a", "T-25a"}) {
    EXPECT_TRUE(std::any_of(reply["checks"].begin(), reply["checks"].end(), [&](const json& it) {
      return it["id"] == id && it["runs"] == 1;
    })) << id;
  }
  EXPECT_EQ(reply["bands"].size(), 27);
  EXPECT_GE(reply["series"].size(), 19);
}

TEST(Levant, PassesTheUnitCheckWithoutAWarning) {
  const json check = json::parse(shamal("check --json models/levant/levant.xmile").out);
  EXPECT_EQ(check["warnings"], 0);
  EXPECT_EQ(check["errors"], 0);
  EXPECT_EQ(check["without_unit"], 0);
}

}  // namespace
