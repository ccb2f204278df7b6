// Measures ensembles of each benchmark model on one core against scalar C made from the same model
// (emit_c.h), compiled here by GCC and Clang and run in turn with ours in one process.
//
//   shamal_bench [--only NAME] [--runs N] [--repeat N] [--width N] [--json FILE] [--keep FOLDER]
//                [--vary-all] [--no-rivals] [--steps N] [--backend NAME]
//   shamal_bench --gradients [--only NAME] [--parameters N] [--width N] [--repeat N]
//                [--memory MB] [--backend NAME]
//   shamal_bench --limits [--only NAME] [--runs N] [--width N] [--backend NAME]
//   shamal_bench --wasm [--only NAME] [--runs N] [--repeat N]
//   shamal_bench --samplers [--study FILE] [--only SAMPLER] [--width CHAINS] [--seconds N]
//
// --only mix-N makes a synthetic model of about N equations; --steps sets its number of steps.
//
// The second form measures gradients of N parameters against forward runs (gradients.h), the third
// each model's ensemble against the limits of the processor (limits.h),
// the fourth the WebAssembly build against the native one (wasm.h), the fifth the samplers of
// src/analysis/inference against each other (samplers.h). Of every measurement the least of the
// repetitions counts, in cycles of this thread.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include "cycles.h"
#include "gradients.h"
#include "limits.h"
#include "samplers.h"
#include "sim/precision.h"
#include "wasm.h"
#include "workload.h"

namespace shamal::bench {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string only;
  WorkloadOptions workload;
  std::size_t repeat = 5;
  std::string json;
  std::string keep;
  bool rivals = true;
  const machine::Backend* backend = &machine::backends().front();
  std::uint32_t steps = 0;  // of synthetic mixes; 0: as usual
  bool gradients = false;
  bool limits = false;
  bool wasm = false;
  std::size_t parameters = 64;
  std::size_t memory = sim::kMostKept >> 20;  // MB for kept states of gradients
  bool samplers = false;
  std::string study;
  double seconds = 20;
};

struct Row {
  std::string name;
  std::uint64_t equations = 0;
  std::uint64_t steps = 0;
  std::size_t runs = 0;
  double open_ms = 0;   // from the text to the kernel
  double first_ms = 0;  // one run
  double ours = 0;      // cycles for each equation, step and run
  double ours_ms = 0;   // a run
  double ipc = 0;
  std::vector<std::pair<std::string, double>> rivals;  // cycles likewise
  double rival_ms = 0;
  double one_ratio = 0;  // one run: best rival's time over ours
  double worst_difference = 0;
  double single_ratio = 0;  // double's cycles over those of single precision
  double single_off = 0;    // relative to the largest value of a variable

  double best_rival() const {
    double best = 0;
    for (const auto& [compiler, cycles] : rivals) {
      best = best == 0 ? cycles : std::min(best, cycles);
    }
    return best;
  }
};

using RivalRun = void (*)(const double*, double*, double, double, double, unsigned, unsigned);

struct Rival {
  std::string name;
  RivalRun run = nullptr;
};

constexpr const char* kCompilers[] = {"gcc -O3 -march=native", "gcc -O2 -march=native",
                                      "clang -O3 -march=native"};

// What ours is held to, they are (a processor without AVX-512 has nothing to lose by it).
std::vector<Rival> build_rivals(const std::string& source, const std::string& name,
                                const std::string& folder, bool held_to_avx2) {
  std::vector<Rival> made;
  const std::string file = folder + "/" + name + ".c";
  std::ofstream(file) << source;
  for (std::size_t i = 0; i < std::size(kCompilers); ++i) {
    const std::string library = fmt::format("{}/{}-{}.so", folder, name, i);
    const std::string command =
        fmt::format("timeout 300 {}{} -fPIC -shared -w -o '{}' '{}' -lm 2>&1", kCompilers[i],
                    held_to_avx2 ? " -mno-avx512f" : "", library, file);
    if (std::system(command.c_str()) != 0) {
      fmt::print(stderr, "{}: `{}` failed\n", name, kCompilers[i]);
      continue;
    }
    void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) {
      made.push_back({kCompilers[i], reinterpret_cast<RivalRun>(dlsym(handle, "rival_run"))});
    }
  }
  return made;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Measured {
  Counts least;

  // Of what was done `often` times.
  void take(const Counts& before, const Counts& after, std::size_t often = 1) {
    const Counts one{(after.cycles - before.cycles) / often,
                     (after.instructions - before.instructions) / often,
                     (after.seconds - before.seconds) / static_cast<double>(often)};
    if (least.cycles == 0 || one.cycles < least.cycles) {
      least = one;
    }
  }
};

std::optional<Row> measure(const Bench& bench, const Options& options, const std::string& folder) {
  const auto workload = make_workload(bench, folder, options.workload);
  if (!workload) {
    return std::nullopt;
  }
  const machine::Kernel& kernel = workload->compiled.kernel;
  const sim::RunSpec& spec = workload->spec;
  const sim::Inputs& inputs = workload->inputs;
  const double work = workload->work();
  Row row;
  row.name = bench.name;
  row.equations = workload->equations;
  row.steps = workload->steps;
  row.runs = inputs.runs;
  row.open_ms = workload->open_ms;
  const sim::Inputs one{1, 0, {}};

  std::vector<Rival> rivals;
  if (options.rivals) {
    if (const auto source = emit_c(workload->compiled.program, workload->rival)) {
      rivals = build_rivals(*source, bench.name, folder, options.backend->name == "avx2");
    } else {
      fmt::print(stderr, "{}: no rival: the model needs what is not written in C\n", bench.name);
    }
  }

  const Counter counter;
  Measured ours;
  Measured single;
  Measured ours_one;
  std::vector<Measured> theirs(rivals.size());
  std::vector<Measured> theirs_one(rivals.size());
  sim::Trajectories result;
  std::vector<double> rival_result;
  // Small models are over so soon that a few repetitions say more of the machine than of them.
  constexpr double kLeastSeconds = 2;
  constexpr double kMostSeconds = 60;
  const auto started = std::chrono::steady_clock::now();
  const auto goes_on = [&](std::size_t repeated) {
    const double spent = seconds_since(started);
    return spent < kLeastSeconds ||
           (repeated < options.repeat && (repeated < 2 || spent < kMostSeconds));
  };
  // Nor does a tenth of a millisecond say more of them than of what the caches had before.
  constexpr double kLeastWork = 2e7;  // equations, steps and runs
  const auto often = static_cast<std::size_t>(
      std::max(1.0, std::ceil(kLeastWork / (work * static_cast<double>(row.runs)))));
  const auto repeatedly = [&](Measured& measured, const auto& run) {
    const Counts before = counter.now();
    for (std::size_t i = 0; i < often; ++i) {
      run();
    }
    measured.take(before, counter.now(), often);
  };
  for (std::size_t r = 0; goes_on(r); ++r) {
    repeatedly(ours, [&] { result = sim::simulate(kernel, spec, inputs, *options.backend); });
    Counts before;
    if (machine::single_possible()) {
      const std::string_view screening = options.backend->name == "avx2" ? "single-avx2" : "single";
      sim::Trajectories screened;
      repeatedly(single, [&] {
        screened = sim::simulate(kernel, spec, inputs, *machine::find_backend(screening));
      });
      const auto off = sim::relative_differences(result, screened);
      row.single_off = *std::max_element(off.begin(), off.end());
    }
    const std::size_t few = work > 5e5 ? 1 : 20;
    before = counter.now();
    sim::RunSpec alone = spec;
    alone.batch_width = 0;
    for (std::size_t i = 0; i < few; ++i) {
      sim::simulate(kernel, alone, one, *options.backend);
    }
    ours_one.take(before, counter.now());
    for (std::size_t v = 0; v < rivals.size(); ++v) {
      rival_result.assign(result.values.size(), 0.0);
      repeatedly(theirs[v], [&] {
        for (std::size_t run = 0; run < row.runs; ++run) {
          rivals[v].run(workload->rival_inputs.data() + run * workload->rival.varied.size(),
                        rival_result.data() + run * result.times.size() * result.columns,
                        spec.start, spec.stop, spec.dt, workload->steps, kSaveEvery);
        }
      });
      before = counter.now();
      for (std::size_t i = 0; i < few; ++i) {
        rivals[v].run(workload->rival_inputs.data(), rival_result.data(), spec.start, spec.stop,
                      spec.dt, workload->steps, kSaveEvery);
      }
      theirs_one[v].take(before, counter.now());
      rivals[v].run(workload->rival_inputs.data(), rival_result.data(), spec.start, spec.stop,
                    spec.dt, workload->steps, kSaveEvery);
      for (std::size_t i = 0; i < result.values.size(); ++i) {
        const double a = result.values[i];
        const double b = rival_result[i];
        const double off = std::fabs(a - b) / (std::fabs(a) + std::fabs(b) + 1e-30);
        if (std::isfinite(a) || std::isfinite(b)) {
          row.worst_difference = std::max(row.worst_difference, std::isfinite(off) ? off : 1.0);
        }
      }
    }
  }
  const double all = work * static_cast<double>(row.runs);
  row.ours = static_cast<double>(ours.least.cycles) / all;
  row.single_ratio = single.least.cycles == 0 ? 0
                                              : static_cast<double>(ours.least.cycles) /
                                                    static_cast<double>(single.least.cycles);
  row.ours_ms = 1e3 * ours.least.seconds / static_cast<double>(row.runs);
  row.ipc = static_cast<double>(ours.least.instructions) / static_cast<double>(ours.least.cycles);
  row.first_ms = 1e3 * ours_one.least.seconds / (work > 5e5 ? 1 : 20);
  double best_one = 0;
  for (std::size_t v = 0; v < rivals.size(); ++v) {
    row.rivals.emplace_back(rivals[v].name, static_cast<double>(theirs[v].least.cycles) / all);
    if (row.rivals.back().second == row.best_rival()) {
      row.rival_ms = 1e3 * theirs[v].least.seconds / static_cast<double>(row.runs);
    }
    const auto cycles = static_cast<double>(theirs_one[v].least.cycles);
    best_one = best_one == 0 ? cycles : std::min(best_one, cycles);
  }
  row.one_ratio = best_one / static_cast<double>(ours_one.least.cycles);
  return row;
}

std::string output_of(const char* command) {
  std::string text;
  if (std::FILE* const pipe = popen(command, "r")) {
    char buffer[256];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) {
      text += buffer;
    }
    pclose(pipe);
  }
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

void write_json(const std::vector<Row>& rows, const std::string& machine, const std::string& commit,
                const std::string& file) {
  std::string text =
      fmt::format("{{\"machine\": \"{}\", \"commit\": \"{}\", \"rows\": [\n", machine, commit);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    text += fmt::format(
        "  {{\"name\": \"{}\", \"equations\": {}, \"steps\": {}, \"runs\": {}, \"open_ms\": "
        "{:.3f}, "
        "\"one_run_ms\": {:.4f}, \"cycles\": {:.4f}, \"ms_per_run\": {:.6f}, \"ipc\": {:.3f}, "
        "\"ratio\": {:.3f}, \"one_run_ratio\": {:.3f}, \"worst_difference\": {:.3g}, "
        "\"single_ratio\": {:.3f}, \"single_off\": {:.3g}, \"rivals\": "
        "{{",
        row.name, row.equations, row.steps, row.runs, row.open_ms, row.first_ms, row.ours,
        row.ours_ms, row.ipc, row.best_rival() / row.ours, row.one_ratio, row.worst_difference,
        row.single_ratio, row.single_off);
    for (std::size_t v = 0; v < row.rivals.size(); ++v) {
      text += fmt::format("{}\"{}\": {:.4f}", v == 0 ? "" : ", ", row.rivals[v].first,
                          row.rivals[v].second);
    }
    text += fmt::format("}}}}{}\n", i + 1 < rows.size() ? "," : "");
  }
  std::ofstream(file) << text << "]}\n";
}

bool run_samplers(const Options& options, const std::string& folder) {
  const std::string tests = std::string(SHAMAL_SOURCE_DIR) + "/tests/fit/studies/";
  const std::vector<std::string> studies =
      options.study.empty()
          ? std::vector<std::string>{tests + "sir.toml", write_regions_study(folder, 300)}
          : std::vector<std::string>{options.study};
  bool good = true;
  for (const std::string& study : studies) {
    good = run_sampler_bench(study, options.only,
                             options.workload.width > 0 ? options.workload.width : 32,
                             options.seconds) &&
           good;
  }
  return good;
}

void run_gradients(const Options& options, const std::string& folder) {
  fmt::print("{:<15} {:>6} {:>7} {:>9} {:>11} {:>12} {:>7} {:>10} {:>7} {:>8}\n", "model", "params",
             "outputs", "make ms", "forward ms", "gradient ms", "ratio", "operations", "memory",
             "off");
  for (const Bench& bench : benches(options.only, options.steps)) {
    const auto row = measure_gradient(bench.name, path_of(bench, folder),
                                      {options.parameters, options.workload.width, options.repeat,
                                       options.memory << 20, options.backend});
    if (row) {
      fmt::print(
          "{:<15} {:>6} {:>7} {:>9.1f} {:>11.4f} {:>12.4f} {:>7.2f} {:>10.2f} {:>7.2f} {:>8.1e}\n",
          row->name, row->parameters, row->outputs, row->make_ms, row->forward_ms, row->gradient_ms,
          row->ratio, row->by_operations, row->by_memory, row->worst_difference);
      std::fflush(stdout);
    }
  }
}

int run(const Options& options) {
  const fs::path folder = options.keep.empty()
                              ? fs::temp_directory_path() / fmt::format("shamal-bench-{}", getpid())
                              : fs::path(options.keep);
  fs::create_directories(folder);
  const std::string machine = output_of("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1");
  const std::string commit =
      output_of("git -C '" SHAMAL_SOURCE_DIR "' describe --always --dirty 2>/dev/null");
  fmt::print("machine: {}   commit: {}\n\n", machine, commit);
  if (options.gradients || options.limits || options.wasm || options.samplers) {
    bool good = true;
    if (options.gradients) {
      run_gradients(options, folder.string());
    } else if (options.wasm) {
      good = run_wasm(benches(options.only, options.steps), folder.string(), options.workload,
                      options.repeat);
    } else if (options.limits) {
      good = run_limits(benches(options.only, options.steps), folder.string(), options.workload,
                        *options.backend);
    } else {
      good = run_samplers(options, folder.string());
    }
    if (options.keep.empty()) {
      fs::remove_all(folder);
    }
    return good ? 0 : 1;
  }
  fmt::print(
      "{:<15} {:>7} {:>6} {:>6} {:>9} {:>9} {:>9} {:>7} {:>5} {:>8} {:>7} {:>8} {:>8} {:>7} "
      "{:>8}\n",
      "model", "eqs", "steps", "runs", "open ms", "one ms", "ms/run", "cyc", "ipc", "rival",
      "ratio", "1 ratio", "off", "single", "off");
  std::vector<Row> rows;
  double logs = 0;
  int compared = 0;
  for (const Bench& bench : benches(options.only, options.steps)) {
    const auto row = measure(bench, options, folder.string());
    if (!row) {
      continue;
    }
    fmt::print(
        "{:<15} {:>7} {:>6} {:>6} {:>9.2f} {:>9.3f} {:>9.4f} {:>7.3f} {:>5.2f} {:>8.3f} {:>7.2f} "
        "{:>8.2f} {:>8.1e} {:>7.2f} {:>8.1e}\n",
        row->name, row->equations, row->steps, row->runs, row->open_ms, row->first_ms, row->ours_ms,
        row->ours, row->ipc, row->best_rival(), row->best_rival() / row->ours, row->one_ratio,
        row->worst_difference, row->single_ratio, row->single_off);
    std::fflush(stdout);
    rows.push_back(*row);
    if (!row->rivals.empty()) {
      logs += std::log(row->best_rival() / row->ours);
      ++compared;
    }
  }
  if (compared > 0) {
    fmt::print("\ngeometric mean of the ratios: {:.2f}\n", std::exp(logs / compared));
  }
  if (!options.json.empty()) {
    write_json(rows, machine, commit, options.json);
  }
  if (options.keep.empty()) {
    fs::remove_all(folder);
  }
  return rows.empty() ? 1 : 0;
}

}  // namespace

}  // namespace shamal::bench

int main(int argc, char** argv) {
  // Where the kernel counts nothing for a virtual machine, its own time for fresh memory counts
  // too: it is asked for once, for the rivals' results as for ours.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  shamal::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const char* const next = i + 1 < argc ? argv[i + 1] : "";
    if (flag == "--only") {
      options.only = next, ++i;
    } else if (flag == "--runs") {
      options.workload.runs = static_cast<std::size_t>(std::atoi(next)), ++i;
    } else if (flag == "--repeat") {
      options.repeat = static_cast<std::size_t>(std::atoi(next)), ++i;
    } else if (flag == "--width") {
      options.workload.width = static_cast<std::size_t>(std::atoi(next)), ++i;
    } else if (flag == "--json") {
      options.json = next, ++i;
    } else if (flag == "--keep") {
      options.keep = next, ++i;
    } else if (flag == "--gradients") {
      options.gradients = true;
    } else if (flag == "--wasm") {
      options.wasm = true;
    } else if (flag == "--limits") {
      options.limits = true;
    } else if (flag == "--parameters") {
      options.parameters = static_cast<std::size_t>(std::atoi(next)), ++i;
    } else if (flag == "--memory") {
      options.memory = static_cast<std::size_t>(std::atoi(next)), ++i;
    } else if (flag == "--samplers") {
      options.samplers = true;
    } else if (flag == "--study") {
      options.study = next, ++i;
    } else if (flag == "--seconds") {
      options.seconds = std::atof(next), ++i;
    } else if (flag == "--vary-all") {
      options.workload.vary_all = true;
    } else if (flag == "--no-rivals") {
      options.rivals = false;
    } else if (flag == "--backend" && shamal::machine::find_backend(next) != nullptr) {
      options.backend = shamal::machine::find_backend(next), ++i;
    } else if (flag == "--steps") {
      options.steps = static_cast<std::uint32_t>(std::atoi(next)), ++i;
    } else {
      fmt::print(stderr,
                 "shamal_bench [--only NAME] [--runs N] [--repeat N] [--width N] [--json FILE] "
                 "[--keep FOLDER] "
                 "[--vary-all] [--no-rivals] [--steps N] [--backend machine|avx2|rows|reference]\n"
                 "shamal_bench --gradients [--only NAME] [--parameters N] [--width N] "
                 "[--repeat N] [--memory MB] [--backend NAME]\n"
                 "shamal_bench --limits [--only NAME] [--runs N] [--width N] [--backend NAME]\n"
                 "shamal_bench --wasm [--only NAME] [--runs N] [--repeat N]\n"
                 "shamal_bench --samplers [--study FILE] [--only SAMPLER] [--width CHAINS] "
                 "[--seconds N]\n");
      return 2;
    }
  }
  return shamal::bench::run(options);
}
