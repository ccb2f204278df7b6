#include "samplers.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "analysis/inference/diagnostics.h"
#include "analysis/inference/sampler.h"
#include "api/fit/study_fit.h"
#include "cycles.h"

namespace shamal::bench {

namespace {

namespace inference = analysis::inference;

struct Plan {
  const char* sampler;
  std::size_t chains;  // 0: as many as asked for
  std::uint64_t warmup;
};

// What each needs to have learnt the shape of the posterior. NUTS learns chain by chain.
constexpr Plan kPlans[] = {
    {"metropolis", 0, 2000},
    {"demcz", 0, 2000},
    {"nuts", 4, 300},
    {"chees", 0, 300},
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

// Goes on until `seconds` of the processor have gone into draws, or the worst parameter has 4,000
// effective ones.
SamplerBench measure(const inference::LogDensity& density, const Plan& plan, std::size_t chains,
                     double seconds, std::vector<double>& means, std::vector<double>& sds) {
  const std::size_t d = density.dimensions;
  SamplerBench row;
  row.name = plan.sampler;
  row.dimensions = d;
  row.chains = plan.chains > 0 ? plan.chains : chains;
  const inference::SamplerRow& sampler = *inference::find_sampler(plan.sampler);
  inference::LogDensity used = density;
  used.has_gradient = sampler.needs_gradient;
  const std::size_t points = row.chains + 10 * d;
  const auto starts =
      inference::find_start_points(used, api::prior_points(50 * points, d, 1), points);
  inference::SamplerOptions options;
  options.warmup = plan.warmup;
  const std::size_t given = row.name == "demcz" ? starts.found : row.chains;
  const auto chain =
      sampler.start(options, std::span(starts.points).first(given * d), row.chains, d);
  const Counter counter;
  inference::Draws draws;
  const double before = counter.now().seconds;
  chain->advance(used, plan.warmup, draws);
  const double warm = counter.now().seconds;
  row.warmup_seconds = warm - before;
  constexpr std::size_t kRound = 200;
  constexpr double kEnough = 4000;
  do {
    chain->advance(used, kRound, draws);
    row.seconds = counter.now().seconds - warm;
    row.ess = HUGE_VAL;
    for (std::size_t k = 0; k < d; ++k) {
      const auto of = inference::diagnose(draws.series(k), row.chains);
      row.ess = std::min({row.ess, of.ess_bulk, of.ess_tail});
      row.rhat = k == 0 ? of.rhat : std::max(row.rhat, of.rhat);
      if (means.size() < d) {
        means.push_back(of.mean);
        sds.push_back(of.sd);
      }
      const double off = std::fabs(of.mean - means[k]) / sds[k];
      row.mean_off = k == 0 ? off : std::max(row.mean_off, off);
    }
  } while (row.seconds < seconds && row.ess < kEnough);
  row.draws = draws.iterations();
  for (const auto& of : draws.statistics) {
    row.evaluations += of.evaluations;
  }
  return row;
}

}  // namespace

bool run_sampler_bench(const std::string& study, std::size_t chains, double seconds) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::PosteriorRequest request;
  request.threads = 1;
  const auto loaded = api::load_posterior(study, request, sources, diagnostics);
  if (!loaded) {
    fmt::print(stderr, "{}", base::print(diagnostics, sources));
    return false;
  }
  const inference::LogDensity density = loaded->posterior->density();
  fmt::print("\n{}: {} parameters, {} data points, {} steps a run\n",
             std::filesystem::path(study).stem().string(), density.dimensions,
             loaded->posterior->points().size(), loaded->posterior->steps());
  fmt::print("{:<11} {:>6} {:>7} {:>11} {:>9} {:>9} {:>7} {:>8} {:>9} {:>7} {:>9} {:>7} {:>6}\n",
             "sampler", "chains", "draws", "evaluations", "warm-up s", "draws s", "rhat", "ess",
             "ess/s", "times", "with w-up", "times", "off");
  std::vector<double> means;
  std::vector<double> sds;
  std::optional<SamplerBench> rival;
  for (const Plan& plan : kPlans) {
    const SamplerBench row = measure(density, plan, chains, seconds, means, sds);
    rival = rival ? rival : row;
    fmt::print(
        "{:<11} {:>6} {:>7} {:>11} {:>9.2f} {:>9.2f} {:>7.3f} {:>8.0f} {:>9.1f} {:>7.2f} {:>9.1f} "
        "{:>7.2f} {:>6.3f}\n",
        row.name, row.chains, row.draws, row.evaluations, row.warmup_seconds, row.seconds, row.rhat,
        row.ess, row.rate(), row.rate() / rival->rate(), row.rate_with_warmup(),
        row.rate_with_warmup() / rival->rate_with_warmup(), row.mean_off);
    std::fflush(stdout);
  }
  return true;
}

}  // namespace shamal::bench
