#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "api/fit/begin.h"
#include "api/fit/calibrate.h"
#include "api/fit/fit_report.h"
#include "api/fit/optimise.h"
#include "api/fit/payoff_study.h"
#include "api/fit/posterior_file.h"
#include "api/fit/profiles.h"
#include "base/files.h"
#include "cli/model_inputs.h"
#include "cli/output.h"
#include "cli/progress_line.h"
#include "cli/stages.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string study;
  std::string output;
  std::string page;
  std::string keep;
  std::size_t kept = 400;
  std::string payoff;
  std::string control;
  api::CompileInputs inputs;
  std::string method = "sample";
  api::OptimiseRequest optimise;
  std::vector<std::string> profiled;
  std::size_t sbc = 0;
  bool identify = false;
  bool holdout = false;
  bool restart = false;
  bool quiet = false;
  api::PosteriorRequest posterior;
  api::SampleRequest sample;
};

// The command that makes the same bytes: without what only decides how they are made.
std::string canonical_command(const Options& options) {
  const api::SampleRequest& sample = options.sample;
  std::string text = fmt::format(
      "shamal fit '{}' --sampler {} --chains {} --searches {} --warmup {} --draws {} --rhat {} "
      "--ess {} --seed {}",
      options.study, sample.sampler, sample.chains, sample.searches, sample.warmup, sample.draws,
      sample.rule.rhat, sample.rule.ess, sample.seed);
  if (!options.payoff.empty()) {
    text += fmt::format(" --payoff '{}' --control '{}'", options.payoff, options.control);
  }
  if (sample.rule.superchains > 0) {
    text += fmt::format(" --superchains {}", sample.rule.superchains);
  }
  for (const std::string& setting : options.posterior.settings) {
    text += fmt::format(" --set '{}'", setting);
  }
  return text + (options.holdout ? " --holdout" : "");
}

// How long one evaluation of the density takes.
std::string timing(const api::Posterior& posterior, std::size_t chains) {
  const auto points = api::prior_points(chains, posterior.dimensions(), 1);
  std::vector<double> values(chains);
  std::vector<double> gradients(posterior.has_gradient() ? points.size() : 0);
  const auto measure = [&](std::span<double> slopes) {
    const auto start = std::chrono::steady_clock::now();
    posterior.density().evaluate(points, values, slopes);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  measure({});
  const double plain = measure({});
  std::string text = fmt::format("{} points at once: {:.3f} s without gradient", chains, plain);
  if (posterior.has_gradient()) {
    text += fmt::format(", {:.3f} s with it", measure(gradients));
  }
  return text + fmt::format("; {} steps a run\n", posterior.steps());
}

int optimise(const Options& options, const api::StudyPosterior& loaded,
             base::Diagnostics& diagnostics, const base::Sources& sources, const Common& common) {
  const api::Posterior& posterior = *loaded.posterior;
  const auto optima = api::optimise(posterior, options.optimise, diagnostics);
  if (!optima) {
    return fail(diagnostics, sources, common);
  }
  const std::string command = fmt::format(
      "shamal fit '{}' --method optimise --optimiser {} --starts {} --evaluations {} --seed {}",
      options.study, options.optimise.optimiser, options.optimise.starts,
      options.optimise.evaluations, options.optimise.seed);
  bool written = true;
  if (!options.output.empty()) {
    auto attributes =
        api::fit_attributes(*loaded.compiled, loaded.files.study, options.sample, command);
    attributes["sampler"] = options.optimise.optimiser;
    written = data::write_netcdf_groups(attributes,
                                        api::optima_groups(posterior, api::optima_draws(*optima)),
                                        options.output, diagnostics);
  }
  print_diagnostics(diagnostics, sources, common);
  const std::string summary = api::optimum_summary(posterior, *optima);
  if (common.json) {
    print_json({{"study", options.study}, {"output", options.output}, {"summary", summary}},
               diagnostics, sources);
  } else {
    fmt::print("{}", summary);
  }
  return written ? kSuccess : kModelErrors;
}

int profile(const Options& options, const api::Posterior& posterior, base::Diagnostics& diagnostics,
            const base::Sources& sources, const Common& common) {
  WatchedProgress progress(options.quiet);
  const auto made =
      api::profiles(posterior, {options.optimise, options.profiled}, diagnostics, progress.get());
  progress.end_line();
  if (!made) {
    return fail(diagnostics, sources, common);
  }
  const bool written =
      options.output.empty() ||
      base::write_file(options.output, api::profiles_csv(posterior, *made), diagnostics);
  print_diagnostics(diagnostics, sources, common);
  const std::string summary = api::profiles_summary(posterior, *made);
  if (common.json) {
    print_json({{"study", options.study}, {"output", options.output}, {"summary", summary}},
               diagnostics, sources);
  } else {
    fmt::print("{}", summary);
  }
  return progress.cancelled() ? kInterrupted : written ? kSuccess : kModelErrors;
}

int calibrate(const Options& options, const api::Posterior& posterior,
              base::Diagnostics& diagnostics, const base::Sources& sources, const Common& common) {
  WatchedProgress progress(options.quiet);
  const auto made =
      api::check_calibration(posterior, options.sample, options.sbc, diagnostics, progress.get());
  progress.end_line();
  if (!made) {
    return progress.cancelled() ? static_cast<int>(kInterrupted)
                                : fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  const std::string summary = api::calibration_summary(posterior, *made);
  if (common.json) {
    print_json({{"study", options.study}, {"uniform", made->uniform()}, {"summary", summary}},
               diagnostics, sources);
  } else {
    fmt::print("{}", summary);
  }
  return made->uniform() ? kSuccess : kDiffers;
}

int fit(Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const std::vector<api::FitSampler> samplers = api::fit_samplers();
  const auto row = std::find_if(samplers.begin(), samplers.end(),
                                [&](const auto& it) { return it.name == options.sample.sampler; });
  if (row == samplers.end()) {
    std::vector<std::string_view> names;
    for (const auto& it : samplers) {
      names.push_back(it.name);
    }
    diagnostics.add(base::Code::request_bad_value, {},
                    fmt::format("--sampler {}", options.sample.sampler),
                    fmt::format("samplers are {}", fmt::join(names, ", ")));
    return fail(diagnostics, sources, common);
  }
  const auto* optimiser = analysis::inference::find_optimiser(options.optimise.optimiser);
  if (optimiser == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& it : analysis::inference::optimisers()) {
      names.push_back(it.name);
    }
    diagnostics.add(base::Code::request_bad_value, {},
                    fmt::format("--optimiser {}", options.optimise.optimiser),
                    fmt::format("optimisers are {}", fmt::join(names, ", ")));
    return fail(diagnostics, sources, common);
  }
  options.optimise.seed = options.sample.seed;
  options.posterior.gradient =
      options.identify ||
      (options.method == "sample" ? row->needs_gradient || options.sample.searches > 0
                                  : optimiser->needs_gradient);
  if (options.payoff.empty() != options.control.empty()) {
    diagnostics.add(base::Code::request_bad_value, {}, "--payoff and --control go together",
                    "name a .vpd and a .voc file");
    return fail(diagnostics, sources, common);
  }
  const auto loaded =
      options.payoff.empty()
          ? api::load_posterior(options.study, options.posterior, sources, diagnostics)
          : api::load_payoff_posterior(
                {options.study, options.payoff, options.control, options.inputs}, options.posterior,
                sources, diagnostics);
  if (!loaded) {
    return fail(diagnostics, sources, common);
  }
  const api::Posterior& posterior = *loaded->posterior;
  if (options.identify) {
    const std::vector<double> middle(posterior.dimensions(), 0.0);
    fmt::print("{}{}{}", timing(posterior, options.sample.chains), api::outside_text(posterior),
               api::identify_summary(*loaded, api::identify(posterior, middle)));
    print_diagnostics(diagnostics, sources, common);
    return kSuccess;
  }
  if (options.method == "optimise") {
    return optimise(options, *loaded, diagnostics, sources, common);
  }
  if (options.method == "profile") {
    return profile(options, posterior, diagnostics, sources, common);
  }
  if (options.sbc > 0) {
    return calibrate(options, posterior, diagnostics, sources, common);
  }
  if (options.output.empty()) {
    diagnostics.add(base::Code::request_bad_value, {}, "no --output",
                    "name the netCDF file for the results: -o fit.nc");
    return fail(diagnostics, sources, common);
  }
  const std::size_t superchains = options.sample.rule.superchains;
  if (superchains == 1 || (superchains > 1 && options.sample.chains % superchains != 0)) {
    diagnostics.add(
        base::Code::request_bad_value, {},
        fmt::format("--superchains {} of {} chains", superchains, options.sample.chains),
        "let two or more groups divide the chains");
    return fail(diagnostics, sources, common);
  }
  const std::string command = canonical_command(options);
  api::StudyFitRequest request;
  request.sample = options.sample;
  request.sample.checkpoint = options.output + ".checkpoint";
  request.holdout = options.holdout;
  request.identity = api::fit_identity(*loaded->compiled, posterior, command);
  if (options.restart) {
    std::error_code ignored;
    std::filesystem::remove(request.sample.checkpoint, ignored);
  }
  WatchedProgress progress(options.quiet);
  const auto made = api::fit_study(*loaded, request, diagnostics, progress.get());
  progress.end_line();
  if (!made) {
    return fail(diagnostics, sources, common);
  }
  if (made->sampled.cancelled) {
    print_diagnostics(diagnostics, sources, common);
    fmt::print(stderr, "interrupted after {} iterations; --resume goes on\n",
               made->sampled.iterations);
    return kInterrupted;
  }
  auto attributes =
      api::fit_attributes(*loaded->compiled, loaded->files.study, request.sample, command);
  attributes["converged"] = made->sampled.converged() ? "yes" : "no";
  bool written =
      data::write_netcdf_groups(attributes,
                                api::fit_groups(posterior, made->sampled.draws, made->thinned,
                                                made->predictions, options.sample.seed),
                                options.output, diagnostics);
  if (!options.page.empty()) {
    written = base::write_file(options.page, api::fit_report_html(*loaded, *made, attributes),
                               diagnostics) &&
              written;
  }
  if (!options.keep.empty()) {
    written = base::write_file(options.keep,
                               api::posterior_csv(posterior, made->sampled.draws, options.kept,
                                                  options.posterior.settings),
                               diagnostics) &&
              written;
  }
  print_diagnostics(diagnostics, sources, common);
  const std::string summary = api::fit_summary(*loaded, *made);
  if (common.json) {
    print_json({{"study", options.study},
                {"output", options.output},
                {"converged", made->sampled.converged()},
                {"summary", summary}},
               diagnostics, sources);
  } else {
    fmt::print("{}", summary);
  }
  if (!options.quiet) {
    fmt::print(stderr, "{} in {}\n", options.output, duration_text(made->sampled.seconds));
  }
  return written ? kSuccess : kModelErrors;
}

}  // namespace

std::function<int()> set_up_fit(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  api::SampleRequest& sample = options->sample;
  app.add_option("study", options->study,
                 "Study file (.toml), or with --payoff a model; docs/fitting.md says what is read")
      ->required();
  app.add_option("-o,--output", options->output,
                 "netCDF-4 file for the posterior, as ArviZ reads; of profiles a CSV table");
  app.add_option("--page", options->page, "HTML page of the fit, which opens without a network");
  app.add_option("--keep", options->keep,
                 "CSV table of some draws, to stay with the model: what the study's \"posterior\" "
                 "names");
  app.add_option("--kept", options->kept, "How many draws it has, at most")->default_val(400);
  app.add_option("--payoff", options->payoff,
                 "Vensim payoff definition (.vpd): calibration elements, whose data --data brings");
  app.add_option("--control", options->control,
                 "Vensim optimisation control (.voc): the constants and their bounds");
  add_model_inputs(app, options->inputs);
  app.add_option("--method", options->method,
                 "sample: draw from the posterior; optimise: find its highest point; profile: how "
                 "well the best fit does with one parameter held at each of some values")
      ->default_val("sample")
      ->check(CLI::IsMember({"sample", "optimise", "profile"}));
  app.add_option("--parameter", options->profiled,
                 "A parameter to profile, as the summary of a fit names it; may be repeated; "
                 "default: all")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--optimiser", options->optimise.optimiser,
                 "lbfgs; or bobyqa, sbplx, crs, cmaes or de, which need no gradient")
      ->default_val("lbfgs");
  app.add_option("--starts", options->optimise.starts, "Draws of the prior to search from")
      ->default_val(8)
      ->check(CLI::Range(1, 4096));
  app.add_option("--evaluations", options->optimise.evaluations, "Of the density, for each start")
      ->default_val(1000);
  app.add_option("--sampler", sample.sampler,
                 "nuts, chees, demcz, metropolis or smc; the last three need no gradient")
      ->default_val("nuts");
  app.add_option("--chains", sample.chains,
                 "Chains, which run at once; of smc populations, one after the other")
      ->default_val(4)
      ->check(CLI::Range(1, 4096));
  app.add_option("--searches", sample.searches,
                 "Searches for the mode, to begin about the highest point (needs a gradient); 0: "
                 "begin at draws of the prior")
      ->default_val(0);
  app.add_option("--warmup", sample.warmup, "Iterations that adapt and are not kept")
      ->default_val(500);
  app.add_option("--draws", sample.draws,
                 "Draws of each chain, at most; of smc the particles of a population")
      ->default_val(1000);
  app.add_option("--rhat", sample.rule.rhat, "R-hat of every parameter at which the fit ends")
      ->default_val(1.01);
  app.add_option("--superchains", sample.rule.superchains,
                 "Chains begin together in so many groups, which divide them, and R-hat is the "
                 "nested one: for many short chains. 0: each begins apart")
      ->default_val(0);
  app.add_option("--ess", sample.rule.ess, "Effective draws at which it ends")->default_val(400);
  app.add_option("--seed", sample.seed, "Seed of everything random")->default_val(1);
  app.add_option("--threads", options->posterior.threads, "Default: all that the machine has");
  app.add_option("--set", options->posterior.settings,
                 "Keep a constant at another value: \"Name=3\"; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--holdout", options->holdout,
               "Score what was observed after the calibration window; without it that is not read");
  app.add_flag("--identify", options->identify,
               "Do not sample: say how long a run takes and what the data can tell of each "
               "parameter");
  app.add_option("--sbc", options->sbc,
                 "Do not fit the data: draw so many truths from the prior, make data of each, fit "
                 "them, and test whether the truths rank evenly among the draws");
  app.add_flag("--resume", sample.resume, "Go on with a fit that was interrupted");
  app.add_flag("--restart", options->restart, "Drop what was interrupted and begin again");
  app.add_flag("--quiet", options->quiet, "Say nothing on stderr but problems");
  return [options, &common] { return fit(*options, common); };
}

}  // namespace shamal::cli
