// Fits of small studies whose answers are known.
#include "api/fit/fit.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>

#include "api/fit/calibrate.h"
#include "api/fit/fit_report.h"
#include "api/fit/optimise.h"
#include "api/fit/payoff_study.h"
#include "api/fit/profiles.h"
#include "base/files.h"
#include "fit/study_fixture.h"

namespace shamal {
namespace {

using fit_tests::load;
using fit_tests::study_path;

constexpr double kNormal95 = 1.6448536269514722;

// Mean and covariance of (Start, Supply), from the normal equations.
struct Known {
  double mean[2];
  double variance[2];
  double determinant;  // of the precision
};

Known closed_form(const fit_tests::Loaded& loaded, bool prior_of_supply = true) {
  double a = 1.0 / (8 * 8);
  double b = 0;
  double c = prior_of_supply ? 1.0 / (3 * 3) : 0;
  double u = 20.0 / (8 * 8);
  double v = prior_of_supply ? 10.0 / (3 * 3) : 0;
  for (const analysis::Observation& row : loaded.files.observations.usable) {
    if (row.time.middle > 17.99) {
      continue;
    }
    const double kept = std::pow(1 - 0.25 * 0.2, 4 * row.time.middle);
    const double of_start = kept;
    const double of_supply = (1 - kept) / 0.2;
    const double sd = 0.1 * row.value / kNormal95;
    a += of_start * of_start / (sd * sd);
    b += of_start * of_supply / (sd * sd);
    c += of_supply * of_supply / (sd * sd);
    u += of_start * row.value / (sd * sd);
    v += of_supply * row.value / (sd * sd);
  }
  const double determinant = a * c - b * b;
  return {{(c * u - b * v) / determinant, (a * v - b * u) / determinant},
          {c / determinant, a / determinant},
          determinant};
}

api::SampleRequest small_request(std::string sampler) {
  api::SampleRequest request;
  request.sampler = std::move(sampler);
  request.chains = 4;
  request.warmup = 200;
  request.draws = 400;
  request.rule.ess = 1e9;  // all of them
  request.rule.divergent_share = 1;
  return request;
}

void expect_known(const api::Sampled& made, const Known& known, const std::string& sampler) {
  for (std::size_t k = 0; k < 2; ++k) {
    const double scale = k == 0 ? 8 : 3;
    const double prior = k == 0 ? 20 : 10;
    const auto& of = made.diagnostics[k];
    const double sd = std::sqrt(known.variance[k]);
    EXPECT_LT(of.rhat, 1.15) << sampler;
    EXPECT_NEAR(prior + scale * of.mean, known.mean[k], 5 * scale * of.mcse + 0.01 * sd) << sampler;
    EXPECT_NEAR(scale * of.sd, sd, 0.25 * sd) << sampler;
  }
}

TEST(Fit, FindsAPosteriorInClosedForm) {
  const std::pair<const char*, std::size_t> draws[] = {
      {"nuts", 400}, {"chees", 400}, {"demcz", 3000}};
  for (const auto& [sampler, count] : draws) {
    const auto loaded = load("linear");
    api::SampleRequest request = small_request(sampler);
    request.draws = count;
    const auto made = api::sample(*loaded->posterior, "", request, loaded->diagnostics);
    ASSERT_TRUE(made.has_value());
    expect_known(*made, closed_form(*loaded), sampler);
  }
}

// Chains that begin together, in groups, are judged by whether the groups agree.
TEST(Fit, JudgesManyShortChainsByTheNestedRhat) {
  const auto loaded = load("linear");
  api::SampleRequest request = small_request("chees");
  request.chains = 32;
  request.draws = 100;
  request.rule.ess = 100;
  request.rule.superchains = 4;
  const auto made = api::sample(*loaded->posterior, "", request, loaded->diagnostics);
  ASSERT_TRUE(made.has_value());
  expect_known(*made, closed_form(*loaded), "superchains");
  for (const auto& of : made->diagnostics) {
    EXPECT_GT(of.nested_rhat, 1);
    EXPECT_EQ(of.deciding_rhat(), of.nested_rhat);
  }
  // Without a warm-up, the first draws of a group are near its start, far from the others.
  request.warmup = 0;
  request.draws = 8;
  const auto early = api::sample(*loaded->posterior, "", request, loaded->diagnostics);
  ASSERT_TRUE(early.has_value());
  EXPECT_GT(early->diagnostics[0].nested_rhat, made->diagnostics[0].nested_rhat);
}

// Of a Gaussian posterior the highest point is the mean.
TEST(Fit, FindsTheHighestPoint) {
  const auto loaded = load("linear");
  const Known known = closed_form(*loaded);
  for (const char* const optimiser : {"lbfgs", "bobyqa"}) {
    const auto optima =
        api::optimise(*loaded->posterior, {optimiser, 3, 1000, 1}, loaded->diagnostics);
    ASSERT_TRUE(optima.has_value());
    EXPECT_NEAR(20 + 8 * optima->front().point[0], known.mean[0], 0.02) << optimiser;
    EXPECT_NEAR(10 + 3 * optima->front().point[1], known.mean[1], 0.01) << optimiser;
    EXPECT_NE(api::optimum_summary(*loaded->posterior, *optima).find("Supply"), std::string::npos);
  }
}

// Of a Gaussian a profile is a parabola: that of the posterior without the parameter's own prior.
TEST(Fit, ProfilesAParameterWithoutItsPrior) {
  const auto loaded = load("linear");
  const Known known = closed_form(*loaded, false);
  const auto made =
      api::profiles(*loaded->posterior, {{"lbfgs", 3, 1000, 1}, {"Supply"}}, loaded->diagnostics);
  ASSERT_TRUE(made.has_value());
  ASSERT_EQ(made->of.size(), 1u);
  const double half = 1.959963984540054 * std::sqrt(known.variance[1]);
  ASSERT_TRUE(made->of[0].low && made->of[0].high);
  EXPECT_NEAR(10 + 3 * *made->of[0].low, known.mean[1] - half, 0.02 * half);
  EXPECT_NEAR(10 + 3 * *made->of[0].high, known.mean[1] + half, 0.02 * half);
  EXPECT_NE(api::profiles_csv(*loaded->posterior, *made).find("\nSupply,"), std::string::npos);
  EXPECT_FALSE(
      api::profiles(*loaded->posterior, {{"lbfgs", 1, 10, 1}, {"Demand"}}, loaded->diagnostics));
  EXPECT_TRUE(loaded->diagnostics.has_errors());
}

// A weight may be a constant of the model, but not one that is searched for.
TEST(Fit, TakesTheWeightOfAPayoffFromAConstant) {
  const std::string folder = std::string(SHAMAL_SOURCE_DIR) + "/tests/fit/studies/";
  const auto log_density = [&](const std::string& weight, std::string& problem) {
    const std::string file =
        (std::filesystem::temp_directory_path() / "shamal-weight.vpd").string();
    std::ofstream(file) << "*C\nLevel|Measured level/" << weight << "\n";
    base::Sources sources;
    base::Diagnostics diagnostics;
    api::CompileInputs inputs;
    inputs.data = {folder + "tank.dat"};
    const auto loaded = api::load_payoff_posterior(
        {folder + "linear.xmile", file, folder + "tank.voc", inputs}, {}, sources, diagnostics);
    problem = base::print(diagnostics, sources);
    std::vector<double> value(1);
    if (loaded != nullptr) {
      loaded->posterior->density().evaluate(std::vector<double>(2, 0.0), value, {});
    }
    std::filesystem::remove(file);
    return value[0];
  };
  std::string problem;
  EXPECT_EQ(log_density("Leak share", problem), log_density("0.2", problem)) << problem;
  EXPECT_NE(log_density("0.3", problem), log_density("0.2", problem)) << problem;
  log_density("Supply", problem);  // which tank.voc searches for
  EXPECT_NE(problem.find("\"Supply\" is no constant above 0"), std::string::npos) << problem;
  log_density("Weight", problem);
  EXPECT_NE(problem.find("Weight"), std::string::npos) << problem;
}

// The evidence of a linear Gaussian model is a Gaussian number: by populations, and by the Gaussian
// integral about the highest point.
TEST(Fit, LeadsPopulationsFromThePriorToThePosterior) {
  const auto loaded = load("linear");
  api::SampleRequest request = small_request("smc");
  request.draws = 600;
  const auto made = api::sample(*loaded->posterior, "", request, loaded->diagnostics);
  ASSERT_TRUE(made.has_value());
  const Known known = closed_form(*loaded);
  expect_known(*made, known, "smc");
  const auto optima = api::optimise(*loaded->posterior, {"lbfgs", 3, 1000, 1}, loaded->diagnostics);
  ASSERT_TRUE(optima.has_value());
  const double evidence =
      optima->front().log_density - 0.5 * std::log(known.determinant * 64.0 * 9.0);
  ASSERT_EQ(made->log_evidence.size(), 4u);
  for (const double of : made->log_evidence) {
    EXPECT_NEAR(of, evidence, 0.3);
  }
}

// About the highest point, and not at draws of the prior: of a Gaussian posterior they are its own.
TEST(Fit, BeginsAboutTheHighestPointWhenAskedTo) {
  const auto loaded = load("linear");
  const Known known = closed_form(*loaded);
  api::SampleRequest request = small_request("nuts");
  request.chains = 64;
  request.searches = 2;
  request.warmup = 0;
  request.draws = 1;
  const auto begun = api::sample(*loaded->posterior, "id", request, loaded->diagnostics);
  ASSERT_TRUE(begun.has_value());
  for (std::size_t c = 0; c < request.chains; ++c) {
    const auto point = begun->draws.point(0, c);
    EXPECT_LT(std::fabs(20 + 8 * point[0] - known.mean[0]), 5 * std::sqrt(known.variance[0]));
    EXPECT_LT(std::fabs(10 + 3 * point[1] - known.mean[1]), 5 * std::sqrt(known.variance[1]));
  }
}

// The truth lies where the highest point and the information of the data there let it.
TEST(Fit, RecoversTheParametersOfMadeData) {
  const auto loaded = load("sir");
  const api::Posterior& posterior = *loaded->posterior;
  const auto optima = api::optimise(posterior, {"lbfgs", 6, 1000, 1}, loaded->diagnostics);
  ASSERT_TRUE(optima.has_value());
  const std::vector<double>& best = optima->front().point;
  const api::Identified identified = api::identify(posterior, best);
  const std::map<std::string, double> truth = {
      {"Contact rate", 0.42}, {"Duration", 4.6}, {"First cases", 14}, {"Reported share", 0.35}};
  for (std::size_t k = 0; k < posterior.dimensions(); ++k) {
    const api::FitParameter& parameter = posterior.parameters()[k];
    if (const auto known = truth.find(parameter.name); known != truth.end()) {
      EXPECT_LT(std::fabs(best[k] - parameter.prior.find(known->second)),
                3.5 * std::sqrt(identified.together[k]))
          << parameter.name;
    }
  }
}

TEST(Fit, GoesOnAsIfItHadNotBeenInterrupted) {
  const auto loaded = load("linear");
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("shamal-fit-" + std::to_string(::getpid()) + ".checkpoint"))
                               .string();
  for (const char* const sampler : {"nuts", "demcz"}) {
    api::SampleRequest request = small_request(sampler);
    request.warmup = 60;
    request.draws = 80;
    const auto whole = api::sample(*loaded->posterior, "id", request, loaded->diagnostics);
    ASSERT_TRUE(whole.has_value());
    request.checkpoint = path;
    request.resume = true;
    std::size_t interruptions = 0;
    std::optional<api::Sampled> made;
    do {
      base::Progress progress({}, std::chrono::milliseconds(0));
      // Cancelled as soon as anything has been done in this piece.
      base::Progress watched(
          [&](const base::Progress& it) { const_cast<base::Progress&>(it).cancel(); },
          std::chrono::milliseconds(0));
      made = api::sample(*loaded->posterior, "id", request, loaded->diagnostics,
                         interruptions < 5 ? &watched : &progress);
      ASSERT_TRUE(made.has_value()) << base::print(loaded->diagnostics, loaded->sources);
      ++interruptions;
    } while (made->cancelled);
    EXPECT_EQ(interruptions, 6u);
    EXPECT_EQ(made->draws.points, whole->draws.points);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST(Fit, RefusesTheCheckpointOfAnother) {
  const auto loaded = load("linear");
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("shamal-fit-" + std::to_string(::getpid()) + ".other"))
                               .string();
  api::SampleRequest request = small_request("nuts");
  request.checkpoint = path;
  base::Progress progress;
  progress.cancel();
  const auto made = api::sample(*loaded->posterior, "one", request, loaded->diagnostics, &progress);
  ASSERT_TRUE(made.has_value() && made->cancelled);
  request.resume = true;
  EXPECT_FALSE(api::sample(*loaded->posterior, "other", request, loaded->diagnostics).has_value());
  EXPECT_NE(base::print(loaded->diagnostics, loaded->sources).find("E1006"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(Fit, IsCalibratedOnAModelInClosedForm) {
  const auto loaded = load("linear");
  api::SampleRequest request = small_request("nuts");
  request.chains = 2;
  request.warmup = 100;
  request.draws = 100;
  const auto made = api::check_calibration(*loaded->posterior, request, 20, loaded->diagnostics);
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(made->uniform()) << api::calibration_summary(*loaded->posterior, *made);
  EXPECT_EQ(made->truths, 20u);
}

TEST(Fit, PredictsScoresAndReports) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto loaded = api::load_posterior(study_path("regions"), {}, sources, diagnostics);
  ASSERT_NE(loaded, nullptr);
  api::StudyFitRequest request;
  request.sample = small_request("demcz");
  request.sample.warmup = 300;
  request.sample.draws = 100;
  request.holdout = true;
  const auto made = api::fit_study(*loaded, request, diagnostics);
  ASSERT_TRUE(made.has_value()) << base::print(diagnostics, sources);
  EXPECT_EQ(made->predictions.failed, 0u);
  ASSERT_FALSE(made->holdout.empty());
  for (const api::SeriesScore& score : made->calibration) {
    if (score.series == "held, North") {  // whose stated error is that of the made data
      EXPECT_GE(score.cover95, 0.5);
    }
    EXPECT_GT(score.crps, 0) << score.series;
  }
  const std::string page = api::fit_report_html(*loaded, *made, {{"seed", "1"}});
  EXPECT_NE(page.find("What was held out"), std::string::npos);
  EXPECT_NE(page.find("spread of Loss rate"), std::string::npos);
  EXPECT_NE(page.find("id=\"residual-1-t"), std::string::npos);
  EXPECT_EQ(page.find("://"), std::string::npos);  // nothing comes from elsewhere
}

TEST(Fit, ReadsAPayoffAsVensimComputesIt) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::string folder = std::string(SHAMAL_SOURCE_DIR) + "/tests/fit/studies/";
  api::CompileInputs inputs;
  inputs.data = {folder + "tank.dat"};
  const auto loaded = api::load_payoff_posterior(
      {folder + "linear.xmile", folder + "tank.vpd", folder + "tank.voc", inputs}, {}, sources,
      diagnostics);
  ASSERT_NE(loaded, nullptr) << base::print(diagnostics, sources);
  const api::Posterior& posterior = *loaded->posterior;
  ASSERT_EQ(posterior.dimensions(), 2u);
  EXPECT_EQ(posterior.points().size(), 6u);
  // At the middle of the bounds and off it: Start 20 and 24, Supply 10.
  const double z = posterior.parameters()[0].prior.find(24);
  const std::vector<double> points = {0, 0, z, 0};
  std::vector<double> values(2);
  posterior.density().evaluate(points, values, {});
  const auto payoff = [](double start) {
    double sum = 0;
    const double data[] = {22, 30, 41};
    for (int i = 0; i < 3; ++i) {
      const double kept = std::pow(1 - 0.25 * 0.2, 4 * 4 * i);
      const double level = kept * start + (1 - kept) * 10 / 0.2;
      sum -= std::pow((level - data[i]) * 0.5, 2);
      sum -= std::pow((std::log(0.2 * level) - std::log(data[i] / 5)) * 8, 2);
    }
    return sum;
  };
  EXPECT_NEAR(values[1] - values[0], (payoff(24) - payoff(20)) / 2 - z * z / 2, 1e-9);
}

}  // namespace
}  // namespace shamal
