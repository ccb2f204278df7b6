#include "samplers.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "analysis/inference/diagnostics.h"
#include "analysis/inference/sampler.h"
#include "api/fit/begin.h"
#include "api/fit/study_fit.h"
#include "cycles.h"

namespace shamal::bench {

namespace {

namespace inference = analysis::inference;

struct Plan {
  const char* sampler;
  std::size_t chains;  // 0: as many as asked for
  std::size_t warmup;  // iterations
  std::size_t warmup_by_parameter;
};

// What each needs to have learnt the shape of the posterior: a random walk learns a covariance from
// its own slow steps. NUTS learns chain by chain.
constexpr Plan kPlans[] = {
    {"chees", 0, 300, 0},
    {"metropolis", 0, 2000, 100},
    {"demcz", 0, 2000, 100},
    {"nuts", 4, 300, 0},
};

// Number i of a sequence that fills the interval evenly: the same with every library.
double spread_number(std::size_t i, double low, double high) {
  const double golden = 0.6180339887498949;
  return low + (high - low) * std::fmod(0.5 + golden * static_cast<double>(i), 1.0);
}

bool write(const std::filesystem::path& path, const std::string& text) {
  return static_cast<bool>(std::ofstream(path) << text);
}

}  // namespace

std::string write_regions_study(const std::string& folder, std::size_t regions) {
  const std::filesystem::path at(folder);
  std::string elements;
  std::string charts;
  std::string data = "date,region,series,value,low,high,unit,source\n";
  for (std::size_t r = 0; r < regions; ++r) {
    elements += fmt::format("<elem name=\"R{}\"/>", r + 1);
    charts += fmt::format(
        "  [[line.chart]]\n  title = \"R{0}\"\n  unit = \"share\"\n  model = \"Held[R{0}]\"\n"
        "    [[line.chart.series]]\n    series = \"held\"\n    region = \"R{0}\"\n"
        "    error = {{ kind = \"factor\", value = 1.2 }}\n",
        r + 1);
    const double rate = 0.1 * std::exp(spread_number(r, -0.6, 0.6));
    for (int month = 2; month <= 11; month += 3) {
      const double noise =
          std::exp(spread_number(7919 * r + static_cast<std::size_t>(month), -0.15, 0.15));
      data += fmt::format("2020-{:02}-15,R{},held,{:.5f},,,share,made\n", month, r + 1,
                          std::exp(-rate * (month - 0.5)) * noise);
    }
  }
  const bool written =
      write(at / "regions.xmile",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xmile version=\"1.0\" "
            "xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">\n<header><vendor>Shamal"
            "</vendor><product version=\"1\">Shamal</product></header>\n<sim_specs "
            "time_units=\"month\"><start>0</start><stop>12</stop><dt>0.125</dt></sim_specs>\n"
            "<dimensions><dim name=\"Region\">" +
                elements +
                "</dim></dimensions>\n<model><variables>\n<stock name=\"Held\"><dimensions><dim "
                "name=\"Region\"/></dimensions><eqn>1</eqn><outflow>Loss</outflow></stock>\n<flow "
                "name=\"Loss\"><dimensions><dim name=\"Region\"/></dimensions><eqn>Held*Loss rate"
                "</eqn></flow>\n<aux name=\"Loss rate\"><dimensions><dim name=\"Region\"/>"
                "</dimensions><eqn>0.1</eqn></aux>\n</variables></model>\n</xmile>\n") &&
      write(at / "regions.csv", data) &&
      write(at / "sources.csv", "key,citation\nmade,Made by shamal_bench\n") &&
      write(
          at / "regions.toml",
          fmt::format("[study]\nname = \"regions-{}\"\ntitle = \"Regions\"\nsummary = \"Rates that "
                      "resemble each other.\"\nmodel = \"regions.xmile\"\ntime_origin = "
                      "\"2020-01-01\"\ncalibration_end = \"2020-12-31\"\nobservations = "
                      "\"regions.csv\"\nsources = \"sources.csv\"\n[fit]\n  [[fit.group]]\n  "
                      "parameter = \"Loss rate\"\n  spread = 0.3\n[[line]]\nid = \"held\"\nnumber "
                      "= 1\ntitle = \"Held\"\n",
                      regions) +
              charts +
              "[[prior]]\nparameter = \"Loss rate\"\nmultiply = true\nfamily = \"lognormal\"\n"
              "median = 1\nfactor = 2\n");
  return written ? (at / "regions.toml").string() : std::string();
}

namespace {

// Every n-th draw of each chain, so that some 1,000 are left: the sums over lags of slow chains
// take the square of their length, and of these nothing is lost.
std::vector<double> thinned(const std::vector<double>& series, std::size_t chains) {
  constexpr std::size_t kEnough = 1000;
  const std::size_t draws = series.size() / chains;
  const std::size_t apart = std::max<std::size_t>(1, draws / kEnough);
  std::vector<double> made;
  for (std::size_t c = 0; c < chains; ++c) {
    for (std::size_t i = apart - 1; i < draws; i += apart) {
      made.push_back(series[c * draws + i]);
    }
  }
  return made;
}

// Goes on until `seconds` of the processor have gone into draws, or the worst parameter has 4,000
// effective ones. Nothing if no point has a density.
//
// `points` are draws of the posterior, where chains begin; without any they begin at draws of the
// prior, and `points` gets what they end with.
std::optional<SamplerBench> measure(const api::Posterior& posterior, const Plan& plan,
                                    std::size_t chains, double seconds,
                                    std::vector<double>& points) {
  inference::LogDensity density = posterior.density();
  density.has_gradient = inference::find_sampler(plan.sampler)->needs_gradient;
  const std::size_t d = density.dimensions;
  SamplerBench row;
  row.name = plan.sampler;
  row.chains = plan.chains > 0 ? plan.chains : chains;
  inference::SamplerOptions options;
  options.warmup = std::max(plan.warmup, plan.warmup_by_parameter * d);
  const Counter counter;
  inference::Draws draws;
  const double before = counter.now().seconds;
  const inference::SamplerRow& sampler = *inference::find_sampler(plan.sampler);
  std::vector<double> starts = points;
  if (starts.empty()) {
    auto found =
        inference::find_start_points(density, api::prior_points(50 * row.chains, d, 1), row.chains);
    if (found.found < row.chains) {
      return std::nullopt;
    }
    starts = std::move(found.points);
  }
  const auto chain = sampler.start(options, starts, row.chains, d);
  chain->advance(density, options.warmup, draws);
  row.warmup_seconds = counter.now().seconds - before;
  constexpr double kEnough = 4000;
  std::size_t round = 100;
  do {
    const double began = counter.now().seconds;
    chain->advance(density, round, draws);
    row.seconds += counter.now().seconds - began;
    round = draws.iterations() / 2;  // diagnoses, which are not counted, stay rare
    row.ess = HUGE_VAL;
    row.rhat = 0;
    row.means.clear();
    row.sds.clear();
    for (std::size_t k = 0; k < d; ++k) {
      const auto of = inference::diagnose(thinned(draws.series(k), row.chains), row.chains);
      row.ess = std::min({row.ess, of.ess_bulk, of.ess_tail});
      row.rhat = std::max(row.rhat, of.rhat);
      row.means.push_back(of.mean);
      row.sds.push_back(of.sd);
    }
  } while (row.seconds < seconds && row.ess < kEnough);
  row.draws = draws.iterations();
  if (points.empty()) {
    points = draws.points;
    const std::size_t most = (row.chains + 10 * d) * d;  // demcz takes more into its archive
    points.erase(points.begin(),
                 points.end() - static_cast<std::ptrdiff_t>(std::min(points.size(), most)));
  }
  for (const auto& of : draws.statistics) {
    row.evaluations += of.evaluations;
  }
  return row;
}

// The largest difference of two means, in the second's standard deviations.
double mean_off(const SamplerBench& a, const SamplerBench& b) {
  double off = 0;
  for (std::size_t k = 0; k < a.means.size(); ++k) {
    off = std::max(off, std::fabs(a.means[k] - b.means[k]) / b.sds[k]);
  }
  return off;
}

}  // namespace

bool run_sampler_bench(const std::string& study, const std::string& only, std::size_t chains,
                       double seconds) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::PosteriorRequest request;
  request.threads = 1;
  const auto loaded = api::load_posterior(study, request, sources, diagnostics);
  if (!loaded) {
    fmt::print(stderr, "{}", base::print(diagnostics, sources));
    return false;
  }
  fmt::print("\n{}: {} parameters, {} data points, {} steps a run\n",
             std::filesystem::path(study).stem().string(), loaded->posterior->dimensions(),
             loaded->posterior->points().size(), loaded->posterior->steps());
  std::vector<SamplerBench> rows;
  std::vector<double> points;
  for (const Plan& plan : kPlans) {
    if (!only.empty() && only != plan.sampler) {
      continue;
    }
    fmt::print(stderr, "{} … ", plan.sampler);
    auto row = measure(*loaded->posterior, plan, chains, seconds, points);
    if (!row) {
      fmt::print(stderr, "no point has a density\n");
      return false;
    }
    fmt::print(stderr, "{:.1f} effective draws a second, R-hat {:.3f}\n", row->rate(), row->rhat);
    rows.push_back(*std::move(row));
  }
  if (rows.empty()) {
    fmt::print(stderr, "no sampler is called \"{}\"\n", only);
    return false;
  }
  const auto rival = std::find_if(rows.begin(), rows.end(),
                                  [](const auto& row) { return row.name == "metropolis"; });
  const SamplerBench& one = rival == rows.end() ? rows.front() : *rival;
  fmt::print("{:<11} {:>6} {:>7} {:>11} {:>9} {:>9} {:>7} {:>8} {:>9} {:>7} {:>9} {:>7} {:>6}\n",
             "sampler", "chains", "draws", "evaluations", "warm-up s", "draws s", "rhat", "ess",
             "ess/s", "times", "with w-up", "times", "off");
  for (const SamplerBench& row : rows) {
    fmt::print(
        "{:<11} {:>6} {:>7} {:>11} {:>9.2f} {:>9.2f} {:>7.3f} {:>8.0f} {:>9.1f} {:>7.2f} {:>9.1f} "
        "{:>7.2f} {:>6.3f}\n",
        row.name, row.chains, row.draws, row.evaluations, row.warmup_seconds, row.seconds, row.rhat,
        row.ess, row.rate(), row.rate() / one.rate(), row.rate_with_warmup(),
        row.rate_with_warmup() / one.rate_with_warmup(), mean_off(row, rows.front()));
  }
  std::fflush(stdout);
  return true;
}

}  // namespace shamal::bench
