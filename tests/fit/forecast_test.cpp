// Draws that stay with a model, what they foretell, and the forecast that was frozen.
#include "api/fit/forecast.h"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "analysis/inference/observation.h"
#include "api/fit/begin.h"
#include "api/fit/posterior_file.h"
#include "base/files.h"
#include "fit/study_fixture.h"

namespace shamal {
namespace {

using fit_tests::load;
using fit_tests::study_path;

TEST(Discrepancy, AddsToTheStatedErrorInQuadrature) {
  const auto loaded = load("discrepancy");
  const api::Posterior& posterior = *loaded->posterior;
  ASSERT_EQ(posterior.dimensions(), 4u);
  EXPECT_EQ(posterior.parameters()[2].name, "discrepancy of level");
  EXPECT_EQ(posterior.steps(), 137u);  // of an eighth of a month, in place of the model's quarter
  const std::vector<double> z = {0.3, -0.2, 0.5, -0.4};
  const std::vector<double> values = posterior.values(z);
  double mean = 0;
  double count = 0;
  for (const analysis::DataPoint& point : posterior.points()) {
    mean += point.series == 0 ? point.observed.low : 0;
    count += point.series == 0 ? 1 : 0;
  }
  mean /= count;
  for (const analysis::DataPoint& point : posterior.points()) {
    const double scale = posterior.observe(z, point, 20).scale;
    const double y = point.observed.low;
    if (point.series == 0) {  // 1.645: 90 % of a normal distribution
      const double stated = std::hypot(0.1 * y, 3.0) / 1.6448536269514722;
      EXPECT_NEAR(scale, std::hypot(stated, values[2] * mean), 1e-9 * scale);
    } else {  // 2.015: 90 % of Student's t with 5 degrees of freedom [Abramowitz1964, 26.10]
      EXPECT_NEAR(scale, std::hypot(std::log(1.3) / 2.0150483726, values[3]), 1e-8 * scale);
    }
  }
}

TEST(Discrepancy, IsRefusedWhereItMeansNothing) {
  const auto said = [](const std::string& error) {
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto file = sources.add(
        "study.toml",
        "[study]\nname = \"a\"\ntitle = \"a\"\nsummary = \"a\"\nmodel = \"a.xmile\"\n"
        "time_origin = \"2020-01-01\"\ncalibration_end = \"2021-01-01\"\n[[line]]\nid = \"a\"\n"
        "number = 1\ntitle = \"a\"\n[[line.chart]]\ntitle = \"a\"\nunit = \"a\"\nmodel = \"a\"\n"
        "[[line.chart.series]]\nseries = \"a\"\nerror = " +
            error + "\n");
    analysis::read_study(sources, file, diagnostics);
    return base::print(diagnostics, sources);
  };
  EXPECT_EQ(said("{ kind = \"relative\", value = 0.1, floor = 1, discrepancy = 0.2 }"), "");
  const auto finds = [&](const std::string& error, const std::string& problem) {
    EXPECT_NE(said(error).find(problem), std::string::npos) << said(error);
  };
  finds("{ kind = \"factor\", value = 2, floor = 1 }", "goes with an error of the value");
  finds("{ kind = \"relative\", value = 0.1, floor = -1 }", "is negative");
  finds("{ kind = \"estimated\", value = 0.1, discrepancy = 0.1 }",
        "adds to an error that is stated");
  finds("{ kind = \"column\", likelihood = \"poisson\", discrepancy = 0.1 }",
        "adds to an error that is stated");
}

TEST(PosteriorFile, IsReadBackAsItWasWritten) {
  const auto loaded = load("discrepancy");
  const api::Posterior& posterior = *loaded->posterior;
  analysis::inference::Draws draws;
  draws.chains = 2;
  draws.dimensions = posterior.dimensions();
  draws.points = api::prior_points(20, draws.dimensions, 3);
  draws.statistics.resize(20);
  const std::string path = testing::TempDir() + "/draws.csv";
  ASSERT_TRUE(
      base::write_file(path, api::posterior_csv(posterior, draws, 20), loaded->diagnostics));
  const auto read = api::read_posterior(path, posterior, loaded->sources, loaded->diagnostics);
  ASSERT_TRUE(read) << base::print(loaded->diagnostics, loaded->sources);
  ASSERT_EQ(read->size(), draws.points.size());
  const api::ThinnedDraws kept = api::thin(draws, 20);
  for (std::size_t i = 0; i < read->size(); ++i) {
    EXPECT_NEAR((*read)[i], kept.points[i], 1e-4);
  }
  const api::DesignTable table = api::design_of(*loaded->compiled, posterior, *read);
  EXPECT_EQ(table.names, (std::vector<std::string>{"Start", "Supply"}));
  EXPECT_NEAR(table.values[1],
              posterior.values(std::span(kept.points).first(posterior.dimensions()))[1], 1e-4);
}

TEST(PosteriorFile, OfAnotherStudyIsRefused) {
  const auto loaded = load("linear");
  const std::string path = testing::TempDir() + "/other.csv";
  ASSERT_TRUE(base::write_file(path, "Start,Demand\n20,3\n", loaded->diagnostics));
  EXPECT_FALSE(api::read_posterior(path, *loaded->posterior, loaded->sources, loaded->diagnostics));
  const std::string said = base::print(loaded->diagnostics, loaded->sources);
  EXPECT_NE(said.find("\"Demand\" is no parameter of the study's fit"), std::string::npos) << said;
  EXPECT_NE(said.find("holds no draws of \"Supply\""), std::string::npos) << said;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream rest(line);
  for (std::string cell; std::getline(rest, cell, ',');) {
    cells.push_back(cell);
  }
  return cells;
}

// The tank is linear: a draw's level at a time is known, and with one draw so are all quantiles of
// the model.
TEST(Forecast, IsTheModelAtTheMiddleOfTheMonth) {
  auto loaded = load("linear", {false, 0, {}});
  api::StudyPosterior of;
  of.files = std::move(loaded->files);
  of.compiled = std::move(loaded->compiled);
  base::Diagnostics diagnostics;
  of.posterior = api::Posterior::make(*of.compiled, of.files, {false, 0, {}}, diagnostics);
  ASSERT_TRUE(of.posterior);
  const std::vector<double> z = {0.5, -1};
  const std::string csv = api::forecast_csv(of, z, {{2021, 7, 1}, {2021, 8, 31}, 1}, diagnostics);
  std::stringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  for (const double time : {18.5, 19.5}) {
    ASSERT_TRUE(std::getline(lines, line)) << csv;
    const auto cells = cells_of(line);
    ASSERT_EQ(cells.size(), 18u);
    const double kept = std::pow(1 - 0.25 * 0.2, 4 * time);
    const double level = kept * (20 + 8 * 0.5) + (1 - kept) * (10 - 3.0) / 0.2;
    EXPECT_EQ(cells[7], time < 19 ? "2021-07" : "2021-08");
    EXPECT_NEAR(std::stod(cells[15]), level, 1e-3 * level);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST(PosteriorFile, NamesTheSettingsOfItsFit) {
  const auto loaded = load("linear", {false, 0, {"Leak share=0.3"}});
  analysis::inference::Draws draws;
  draws.chains = 1;
  draws.dimensions = loaded->posterior->dimensions();
  draws.points = api::prior_points(3, draws.dimensions, 3);
  draws.statistics.resize(3);
  const std::string path = testing::TempDir() + "/set.csv";
  ASSERT_TRUE(base::write_file(path,
                               api::posterior_csv(*loaded->posterior, draws, 3, {"Leak share=0.3"}),
                               loaded->diagnostics));
  EXPECT_EQ(api::kept_settings(path, loaded->sources, loaded->diagnostics),
            std::vector<std::string>{"Leak share=0.3"});
  const auto read =
      api::read_posterior(path, *loaded->posterior, loaded->sources, loaded->diagnostics);
  ASSERT_TRUE(read) << base::print(loaded->diagnostics, loaded->sources);
  EXPECT_EQ(read->size(), draws.points.size());
}

// Of two fits that foretell the same figures, one of them far off.
TEST(Rivals, AreComparedByWhatTheyForetell) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto loaded =
      api::load_posterior(study_path("linear"), {false, 0, {}}, sources, diagnostics);
  ASSERT_NE(loaded, nullptr);
  api::SampleRequest request;
  request.sampler = "demcz";
  request.warmup = 500;
  request.draws = 50;
  request.rule.ess = 1e9;
  const auto fitted = api::sample(*loaded->posterior, "", request, diagnostics);
  ASSERT_TRUE(fitted);
  const std::vector<api::RivalFit> rivals = {{"fitted", loaded.get(), fitted->draws.points},
                                             {"far", loaded.get(), {3, 3, 3, 2.9}}};
  const std::string text = api::rivals_section(rivals, 1, diagnostics);
  EXPECT_NE(text.find("| 1.00 |\n| far |"), std::string::npos) << text;
  EXPECT_NE(text.find(" ± "), std::string::npos) << text;
}

// Written before anybody looked at what happened; the documentation has its hash.
TEST(Forecast, OfTheCampaignIsTheOneThatWasFrozen) {
  const std::string folder = std::string(SHAMAL_SOURCE_DIR) + "/models/levant/";
  base::Diagnostics diagnostics;
  const auto forecast = base::read_file(folder + "posterior/forecast-2018-2020.csv", diagnostics);
  const auto notes = base::read_file(folder + "NOTES.md", diagnostics);
  ASSERT_TRUE(forecast && notes);
  EXPECT_NE(notes->find(base::sha256(*forecast)), std::string::npos)
      << "the forecast of 2018 to 2020 is not the one whose hash models/levant/NOTES.md has";
}

}  // namespace
}  // namespace shamal
