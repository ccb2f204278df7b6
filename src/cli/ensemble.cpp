#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "analysis/sensitivity_control.h"
#include "analysis/study_files.h"
#include "api/ensemble_file.h"
#include "api/ensemble_precision.h"
#include "api/program_cache.h"
#include "base/encoding.h"
#include "base/files.h"
#include "cli/model_inputs.h"
#include "cli/output.h"
#include "cli/progress_line.h"
#include "cli/stages.h"
#include "data/delimited.h"

namespace shamal::cli {

namespace {

struct Options {
  std::string model;  // or a study
  api::CompileInputs inputs;
  std::string cache;  // folder of kept programs
  std::string control;
  std::string table;
  std::string design;
  std::optional<std::uint64_t> runs;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> vary;
  std::vector<std::string> times;
  std::string shard;
  double memory_mib = 512;
  std::string precision = "double";
  bool quiet = false;
  api::EnsembleRequest request;
  api::EnsembleFileRequest file;
};

constexpr std::string_view kSingle = "single";

void wrong(base::Diagnostics& diagnostics, std::string what, std::string fix = {}) {
  diagnostics.add(base::Code::request_bad_value, {}, std::move(what), std::move(fix));
}

std::optional<base::FileId> open(const std::string& path, base::Sources& sources,
                                 base::Diagnostics& diagnostics) {
  auto bytes = base::read_file(path, diagnostics);
  if (!bytes) {
    return std::nullopt;
  }
  return sources.add(path, base::to_utf8(std::move(*bytes)));
}

// "Name=uniform(1,2)"
void add_varied(const std::string& text, api::EnsembleRequest& request,
                base::Diagnostics& diagnostics) {
  const std::size_t equals = text.rfind('=');
  const std::size_t bracket = equals == std::string::npos ? equals : text.find('(', equals);
  if (bracket == std::string::npos || text.back() != ')') {
    wrong(diagnostics, fmt::format("--vary \"{}\"", text), "write --vary \"Name=uniform(1,2)\"");
    return;
  }
  api::UncertainParameter made;
  made.name = text.substr(0, equals);
  const std::string family = text.substr(equals + 1, bracket - equals - 1);
  made.marginal.family = analysis::find_marginal_family(family);
  if (made.marginal.family == nullptr) {
    std::vector<std::string_view> names;
    for (const analysis::MarginalFamily& row : analysis::marginal_families()) {
      names.push_back(row.name);
    }
    wrong(diagnostics, fmt::format("\"{}\" in --vary \"{}\"", family, text),
          fmt::format("distributions are {}", fmt::join(names, ", ")));
    return;
  }
  std::size_t from = bracket + 1;
  while (from < text.size()) {
    const std::size_t end = std::min(text.find(',', from), text.size() - 1);
    const std::string word = text.substr(from, end - from);
    const auto number = data::read_number(word);
    if (!number) {
      wrong(diagnostics, fmt::format("\"{}\" in --vary \"{}\"", word, text));
      return;
    }
    made.marginal.parameters.push_back(*number);
    if (family == "choice") {
      made.marginal.parameters.push_back(1);
    }
    from = end + 1;
  }
  request.parameters.push_back(std::move(made));
}

void add_table(const std::string& path, base::Sources& sources, api::EnsembleRequest& request,
               base::Diagnostics& diagnostics) {
  const auto file = open(path, sources, diagnostics);
  auto table = file ? analysis::read_run_table(sources, *file, diagnostics) : std::nullopt;
  if (table) {
    api::DesignTable made;
    for (const analysis::PlacedText& name : table->names) {
      made.names.push_back(name.text);
    }
    made.values = std::move(table->values);
    request.table = std::move(made);
  }
}

void add_control(Options& options, base::Sources& sources, base::Diagnostics& diagnostics) {
  const auto file = open(options.control, sources, diagnostics);
  auto control =
      file ? analysis::read_sensitivity_control(sources, *file, diagnostics) : std::nullopt;
  if (!control) {
    return;
  }
  options.request.design = control->design;
  options.request.run.seed = control->design.seed;
  if (control->design.kind == analysis::DesignKind::file) {
    const auto beside = std::filesystem::path(options.control).parent_path() / control->file.text;
    add_table(beside.string(), sources, options.request, diagnostics);
    return;
  }
  for (analysis::SensitivityControl::Constant& constant : control->constants) {
    options.request.parameters.push_back(
        {constant.name.text, false, std::move(constant.marginal), constant.name.span});
  }
}

// The curves of a study's charts.
void add_columns(const analysis::Study& study, api::EnsembleRequest& request) {
  std::vector<std::string>& columns = request.run.columns;
  for (const analysis::Line& line : study.lines) {
    for (const analysis::Chart& chart : line.charts) {
      for (const analysis::ChartCurve& curve : chart.curves) {
        if (std::find(columns.begin(), columns.end(), curve.variable.text) == columns.end()) {
          columns.push_back(curve.variable.text);
        }
      }
    }
  }
}

void add_times(const Options& options, const analysis::Study* study, api::EnsembleRequest& request,
               base::Diagnostics& diagnostics) {
  for (const std::string& text : options.times) {
    const auto number = data::read_number(text);
    const auto day = study == nullptr ? std::nullopt : analysis::read_period(text);
    if (number) {
      request.times.push_back(*number);
    } else if (day && day->is_day()) {
      request.times.push_back(study->calendar.time(day->begin));
    } else {
      wrong(diagnostics, fmt::format("\"{}\" in --times", text),
            "write times of the model; with a study, days as YYYY-MM-DD too");
    }
  }
}

// The command that makes the same bytes: without what only decides how they are made.
std::string canonical_command(const Options& options) {
  const api::EnsembleRequest& request = options.request;
  std::string text = fmt::format("shamal ensemble '{}'", options.model);
  const auto add = [&](std::string_view option, const auto& value) {
    text += fmt::format(" {} '{}'", option, value);
  };
  if (!options.control.empty()) {
    add("--control", options.control);
  }
  if (!options.table.empty()) {
    add("--from", options.table);
  }
  for (const analysis::DesignRow& row : analysis::designs()) {
    if (row.kind == request.design.kind && options.table.empty()) {
      add("--design", row.name);
    }
  }
  add("--runs", request.design.runs);
  add("--levels", request.design.levels);
  add("--seed", request.run.seed);
  for (const std::string& varied : options.vary) {
    add("--vary", varied);
  }
  for (const std::string& setting : request.run.settings) {
    add("--set", setting);
  }
  for (const std::string& column : request.run.columns) {
    add("--save", column);
  }
  for (const auto& [option, files] :
       {std::pair("--changes", &options.inputs.changes), std::pair("--data", &options.inputs.data),
        std::pair("--file-tag", &options.inputs.file_tags),
        std::pair("--savelist", &request.run.save_lists)}) {
    for (const std::string& file : *files) {
      add(option, file);
    }
  }
  for (const std::string& time : options.times) {
    add("--times", time);
  }
  if (options.file.summary_only) {
    text += " --summary-only";
  }
  if (options.precision == kSingle) {
    add("--precision", options.precision);
  }
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  const double mib = static_cast<double>(bytes) / (1 << 20);
  return mib < 1        ? fmt::format("{:.0f} KiB", mib * 1024)
         : mib < 10'000 ? fmt::format("{:.0f} MiB", mib)
                        : fmt::format("{:.1f} GiB", mib / 1024);
}

bool read_shard(const std::string& text, api::EnsembleFileRequest& file) {
  const std::size_t slash = text.find('/');
  const auto part =
      slash == std::string::npos ? std::nullopt : data::read_number(text.substr(0, slash));
  const auto whole =
      slash == std::string::npos ? std::nullopt : data::read_number(text.substr(slash + 1));
  if (!part || !whole || !(*part >= 1) || !(*part <= *whole) || !(*whole <= 1e6) ||
      *part != static_cast<double>(static_cast<std::uint64_t>(*part)) ||
      *whole != static_cast<double>(static_cast<std::uint64_t>(*whole))) {
    return false;
  }
  file.shard = static_cast<std::uint64_t>(*part);
  file.shards = static_cast<std::uint64_t>(*whole);
  return true;
}

int ensemble(Options& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::EnsembleRequest& request = options.request;
  std::optional<analysis::StudyFiles> study;
  std::string model = options.model;
  if (model.ends_with(".toml")) {
    study = analysis::load_study(model, sources, diagnostics);
    if (!study) {
      return fail(diagnostics, sources, common);
    }
    model = study->study.model.text;
    if (options.control.empty() && options.table.empty()) {
      api::add_priors(study->study, request);
    }
    if (request.run.columns.empty()) {
      add_columns(study->study, request);
    }
    if (!options.file.summary_only) {
      api::add_outcomes(study->study, request);
    }
  }
  if (!options.control.empty()) {
    add_control(options, sources, diagnostics);
  }
  if (!options.table.empty()) {
    add_table(options.table, sources, request, diagnostics);
  }
  for (const std::string& varied : options.vary) {
    add_varied(varied, request, diagnostics);
  }
  if (!options.design.empty()) {
    const analysis::DesignRow* row = analysis::find_design(options.design);
    if (row == nullptr || (row->kind == analysis::DesignKind::file && !request.table)) {
      wrong(diagnostics, fmt::format("--design {}", options.design),
            "write montecarlo, lhs, sobol, grid or univariate; for a table give --from FILE");
    } else {
      request.design.kind = row->kind;
    }
  }
  request.design.runs = options.runs.value_or(request.design.runs);
  request.run.seed = options.seed.value_or(request.run.seed);
  request.memory = static_cast<std::uint64_t>(std::max(1.0, options.memory_mib) * (1 << 20));
  add_times(options, study ? &study->study : nullptr, request, diagnostics);
  if (!options.shard.empty() && !read_shard(options.shard, options.file)) {
    wrong(diagnostics, fmt::format("--shard {}", options.shard), "write --shard 2/5");
  }
  if (options.precision == kSingle) {
    request.run.backend = kSingle;
  }
  request.run.command = canonical_command(options);
  const auto compiled =
      api::compile_cached(model, sources, diagnostics, options.inputs, options.cache);
  if (!compiled || diagnostics.has_errors()) {
    return fail(diagnostics, sources, common);
  }
  if (!api::add_save_lists(compiled->layout, request.run, sources, diagnostics)) {
    return fail(diagnostics, sources, common);
  }
  const auto prepared = api::prepare_ensemble(*compiled, request, diagnostics);
  if (!prepared) {
    return fail(diagnostics, sources, common);
  }
  const api::EnsembleSize size = api::ensemble_size(*prepared, options.file);
  if (!options.quiet) {
    fmt::print(stderr,
               "{} runs of {} steps in {} blocks on {} threads; {} values at {} times of each; "
               "memory at most {}, file about {}{}\n",
               size.runs, size.steps, size.blocks, size.threads, size.columns, size.times,
               bytes_text(size.memory_bytes), bytes_text(size.file_bytes),
               !options.file.summary_only ? ""
               : size.exact_quantiles     ? "; exact quantiles"
                                          : "; quantiles from bins");
  }
  WatchedProgress progress(options.quiet);
  const auto made = api::write_ensemble(*prepared, options.file, progress.get(), diagnostics);
  progress.end_line();
  if (!made) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  std::optional<api::PrecisionError> error;
  if (options.precision == kSingle) {
    error = api::precision_error(*prepared);
  }
  if (!options.quiet) {
    const auto fresh = static_cast<double>(made->done - std::min(made->done, made->continued));
    fmt::print(stderr, "{} of {} runs in {}, {:.0f} runs a second; {}\n", made->done, made->runs,
               duration_text(made->seconds), fresh / std::max(made->seconds, 1e-9), made->path);
    if (made->failed > 0) {
      fmt::print(stderr, "{} runs failed; the first was {}\n", made->failed, made->first_failure);
    }
    if (error) {
      fmt::print(stderr,
                 "Single precision: the first {} runs differ from double by at most {:.2g} of a "
                 "variable's largest value{}\n",
                 error->runs, error->relative,
                 error->variable.empty() ? "" : fmt::format(" ({})", error->variable));
    }
    if (!made->complete) {
      fmt::print(stderr, "Interrupted. The same command with --resume goes on.\n");
    }
  }
  if (common.json) {
    print_json({{"model", model},
                {"output", made->path},
                {"complete", made->complete},
                {"runs", made->runs},
                {"done", made->done},
                {"continued", made->continued},
                {"failed", made->failed},
                {"first_failure", made->first_failure},
                {"seconds", made->seconds},
                {"memory_bytes", size.memory_bytes},
                {"threads", size.threads},
                {"precision", options.precision},
                {"precision_error", error ? nlohmann::json(error->relative) : nlohmann::json()}},
               diagnostics, sources);
  }
  return made->complete ? kSuccess : kInterrupted;
}

struct MergeOptions {
  std::vector<std::string> inputs;
  std::string output;
};

int merge(const MergeOptions& options, const Common& common) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  if (!api::merge_ensembles(options.inputs, options.output, diagnostics)) {
    return fail(diagnostics, sources, common);
  }
  print_diagnostics(diagnostics, sources, common);
  if (common.json) {
    print_json({{"output", options.output}, {"inputs", options.inputs}}, diagnostics, sources);
  }
  return kSuccess;
}

CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                      const std::string& text) {
  return app.add_option(name, target, text)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

template <typename T>
void add_optional(CLI::App& app, const std::string& name, std::optional<T>& target,
                  const std::string& text) {
  app.add_option_function<T>(
         name, [&target](const T& value) { target = value; }, text)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

}  // namespace

std::function<int()> set_up_ensemble(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  api::RunRequest& run = options->request.run;
  api::EnsembleFileRequest& file = options->file;
  app.add_option("model", options->model,
                 "Model file, or a study (.toml) whose priors vary and whose charts are saved")
      ->required();
  app.add_option("-o,--output", file.output, "netCDF-4 file for the results")->required();
  add_optional(app, "--runs", options->runs, "Number of runs (default 1000)");
  app.add_option("--design", options->design,
                 "montecarlo (mc), lhs (default), sobol, grid or univariate");
  app.add_option("--levels", options->request.design.levels, "Values of each constant in a grid")
      ->default_val(3);
  add_optional(app, "--seed", options->seed,
               "Seed of the design and of random numbers in the model");
  add_list(app, "--vary", options->vary,
           "A constant that varies: \"Name=uniform(1,2)\", \"Name[a]=lognormal(3,2)\"; may be "
           "repeated");
  app.add_option("--control", options->control, "Vensim sensitivity control file (.vsc)");
  app.add_option("--from", options->table,
                 "Design from a table: names of constants above, a row for each run");
  add_list(app, "--set", run.settings, "Change a constant in all runs: \"Name=3\"");
  add_list(app, "--save", run.columns,
           "Variables to save, or single elements \"Name[a]\"; default: every variable, or the "
           "charts of a study. Repeat the option, or separate names with ';'")
      ->delimiter(';');
  add_list(app, "--savelist", run.save_lists,
           "File that names more variables to save, one a line (Vensim's .lst); may be repeated");
  add_model_inputs(app, options->inputs);
  add_cache_option(app, options->cache);
  add_list(app, "--times", options->times,
           "Times at which to save, separated by commas; default: the model's save interval")
      ->delimiter(',');
  add_optional(app, "--start", run.start, "Start time");
  add_optional(app, "--stop", run.stop, "Stop time");
  add_optional(app, "--dt", run.dt, "Integration step");
  add_optional(app, "--save-interval", run.save_interval, "Time between saved results");
  add_optional(app, "--method", run.method, "Integration method: euler, rk2, rk4 or rk45");
  app.add_flag("--summary-only", file.summary_only,
               "Write mean, spread, extremes and quantiles over time, not the runs");
  app.add_option("--quantiles", options->request.quantiles,
                 "Probabilities of a summary; default 0.05,0.25,0.5,0.75,0.95")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--memory", options->memory_mib,
                 "MiB that a summary may use for exact quantiles; beyond it they come from bins")
      ->default_val(512);
  app.add_option("--threads", options->request.threads, "Default: all that the machine has");
  app.add_option("--batch", options->request.batch_width,
                 "Runs executed together; changes the speed, not the results");
  app.add_option("--precision", options->precision,
                 "double; or single, for screening: faster where arithmetic is the limit, seven "
                 "digits, and how far it is from double is said at the end")
      ->default_val("double")
      ->check(CLI::IsMember({"double", "single"}));
  app.add_option("--shard", options->shard, "Only part i of N: 2/5; shamal merge joins the parts");
  app.add_flag("--resume", file.resume, "Go on with an ensemble that was interrupted");
  app.add_flag("--restart", file.restart, "Drop what was interrupted and begin again");
  app.add_flag("--quiet", options->quiet, "Say nothing on stderr but problems");
  app.add_option("--backend", run.backend, "machine, avx2, rows, or reference")
      ->default_val("machine");
  return [options, &common] { return ensemble(*options, common); };
}

std::function<int()> set_up_merge(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<MergeOptions>();
  app.add_option("files", options->inputs, "Files of shards of one ensemble, in any order")
      ->required();
  app.add_option("-o,--output", options->output, "The file that has all of them")->required();
  return [options, &common] { return merge(*options, common); };
}

}  // namespace shamal::cli
