#include "analysis/inference/optimise.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <nlopt.h>

#include "analysis/inference/evolution.h"

namespace shamal::analysis::inference {

namespace {

constexpr OptimiserRow kRows[] = {
    {"lbfgs", true, false},          {"bobyqa", false, false},
    {"sbplx", false, false},         {"crs", false, true},
    {"cmaes", false, false, evolve}, {"de", false, false, evolve_differentially},
};

nlopt_algorithm algorithm_of(std::string_view name) {
  return name == "lbfgs"    ? NLOPT_LD_LBFGS
         : name == "bobyqa" ? NLOPT_LN_BOBYQA
         : name == "sbplx"  ? NLOPT_LN_SBPLX
                            : NLOPT_GN_CRS2_LM;
}

std::string reason_of(nlopt_result result) {
  switch (result) {
    case NLOPT_FTOL_REACHED:
    case NLOPT_SUCCESS:
      return "gained less than the tolerance";
    case NLOPT_XTOL_REACHED:
      return "its steps became too small";
    case NLOPT_MAXEVAL_REACHED:
      return "reached its evaluations";
    case NLOPT_ROUNDOFF_LIMITED:
      return "limited by rounding";
    default:
      return "found no better point along its direction";
  }
}

// Gathers the next points of all searches that are running into one batch. The thread that owns the
// density calls serve(); a search calls ask() and waits for its answer.
class Gathering {
 public:
  explicit Gathering(std::size_t searches) : questions_(searches), running_(searches) {}

  double ask(std::size_t search, std::span<const double> point, std::span<double> gradient) {
    std::unique_lock lock(mutex_);
    questions_[search] = {point, gradient, 0, true};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !questions_[search].open; });
    return questions_[search].value;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  }

  void serve(const LogDensity& density, bool with_gradient) {
    const std::size_t d = density.dimensions;
    std::vector<double> points, values, gradients;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return waiting_ == running_; });
      if (running_ == 0) {
        return;
      }
      points.clear();
      for (const Question& question : questions_) {
        if (question.open) {
          points.insert(points.end(), question.point.begin(), question.point.end());
        }
      }
      values.resize(waiting_);
      gradients.resize(with_gradient ? points.size() : 0);
      density.evaluate(points, values, gradients);
      std::size_t row = 0;
      for (Question& question : questions_) {
        if (!question.open) {
          continue;
        }
        question.value = values[row];
        if (!question.gradient.empty()) {
          std::copy_n(gradients.begin() + static_cast<std::ptrdiff_t>(row * d), d,
                      question.gradient.begin());
        }
        question.open = false;
        ++row;
      }
      waiting_ = 0;
      changed_.notify_all();
    }
  }

 private:
  struct Question {
    std::span<const double> point;
    std::span<double> gradient;
    double value = 0;
    bool open = false;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Question> questions_;
  std::size_t running_;
  std::size_t waiting_ = 0;
};

struct Search {
  Gathering* gathering;
  Optimum best;
};

// What NLopt minimises. It remembers the best point itself, as some methods end elsewhere.
double minus_log_density(unsigned d, const double* x, double* gradient, void* data) {
  Search& search = *static_cast<Search*>(data);
  const std::span<const double> point(x, d);
  const std::span<double> slope(gradient, gradient == nullptr ? 0 : d);
  const double value = search.gathering->ask(search.best.start, point, slope);
  ++search.best.evaluations;
  for (double& g : slope) {
    g = std::isfinite(value) && std::isfinite(g) ? -g : 0.0;
  }
  if (!std::isfinite(value)) {
    return HUGE_VAL;
  }
  if (value > search.best.log_density) {
    search.best.log_density = value;
    search.best.point.assign(point.begin(), point.end());
  }
  return -value;
}

void run_search(const OptimiseOptions& options, Search& search) {
  const std::size_t d = search.best.point.size();
  std::vector<double> x = search.best.point;
  std::vector<double> low(options.low), high(options.high);
  low.resize(d, -HUGE_VAL);
  high.resize(d, HUGE_VAL);
  for (std::size_t j = 0; j < d; ++j) {
    x[j] = std::clamp(x[j], low[j], high[j]);
    if (!options.frozen.empty() && options.frozen[j]) {
      low[j] = high[j] = x[j];
    }
  }
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> optimiser(
      nlopt_create(algorithm_of(options.method), static_cast<unsigned>(d)), nlopt_destroy);
  nlopt_srand(static_cast<unsigned long>(options.seed + search.best.start));  // of this thread
  nlopt_set_min_objective(optimiser.get(), minus_log_density, &search);
  nlopt_set_lower_bounds(optimiser.get(), low.data());
  nlopt_set_upper_bounds(optimiser.get(), high.data());
  nlopt_set_ftol_abs(optimiser.get(), options.tolerance);
  nlopt_set_maxeval(optimiser.get(), static_cast<int>(options.most_evaluations));
  if (options.method == "bobyqa" || options.method == "sbplx") {
    nlopt_set_initial_step1(optimiser.get(), options.first_step);
  }
  double value = 0;
  search.best.ended = reason_of(nlopt_optimize(optimiser.get(), x.data(), &value));
}

}  // namespace

std::span<const OptimiserRow> optimisers() { return kRows; }

const OptimiserRow* find_optimiser(std::string_view name) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const auto& row) { return row.name == name; });
  return found == std::end(kRows) ? nullptr : found;
}

namespace {

// In the order of the starts.
std::vector<Optimum> search_all(const LogDensity& density, const OptimiseOptions& options,
                                std::span<const double> starts) {
  const std::size_t d = density.dimensions;
  const std::size_t count = starts.size() / d;
  std::vector<Optimum> found;
  if (const auto evolve = find_optimiser(options.method)->evolve) {
    for (std::size_t s = 0; s < count; ++s) {
      found.push_back(evolve(density, options, starts.subspan(s * d, d), s));
    }
    return found;
  }
  Gathering gathering(count);
  std::vector<Search> searches;
  for (std::size_t s = 0; s < count; ++s) {
    const std::span<const double> start = starts.subspan(s * d, d);
    searches.push_back({&gathering, {{start.begin(), start.end()}, -HUGE_VAL, s, 0, ""}});
  }
  std::vector<std::thread> threads;
  for (Search& search : searches) {
    threads.emplace_back([&] {
      run_search(options, search);
      gathering.leave();
    });
  }
  gathering.serve(density, find_optimiser(options.method)->needs_gradient);
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (Search& search : searches) {
    found.push_back(std::move(search.best));
  }
  return found;
}

}  // namespace

std::vector<Optimum> maximise(const LogDensity& density, const OptimiseOptions& options,
                              std::span<const double> starts) {
  std::vector<Optimum> found = search_all(density, options, starts);
  std::stable_sort(found.begin(), found.end(), [](const Optimum& a, const Optimum& b) {
    return a.log_density > b.log_density;
  });
  return found;
}

Profile profile(const LogDensity& density, const OptimiseOptions& options,
                std::span<const double> optimum, std::size_t dimension,
                std::span<const double> values, double drop) {
  const std::size_t d = density.dimensions;
  OptimiseOptions fixed = options;
  fixed.frozen.resize(d, 0);
  fixed.frozen[dimension] = 1;
  std::vector<double> starts;
  for (const double value : values) {
    starts.insert(starts.end(), optimum.begin(), optimum.end());
    starts[starts.size() - d + dimension] = value;
  }
  Profile result{dimension, {}, {}, {}};
  std::size_t top = 0;
  for (Optimum& found : search_all(density, fixed, starts)) {
    result.points.push_back({values[found.start], found.log_density, std::move(found.point)});
    if (result.points.back().log_density > result.points[top].log_density) {
      top = result.points.size() - 1;
    }
  }
  if (result.points.empty()) {
    return result;
  }
  const auto lost = [&](const ProfilePoint& point) {
    return std::sqrt(result.points[top].log_density - point.log_density);
  };
  // The first crossing on the way from the top, `step` at a time.
  const auto crossing = [&](std::ptrdiff_t step) -> std::optional<double> {
    for (auto i = static_cast<std::ptrdiff_t>(top);
         i + step >= 0 && i + step < static_cast<std::ptrdiff_t>(result.points.size()); i += step) {
      const ProfilePoint& inner = result.points[static_cast<std::size_t>(i)];
      const ProfilePoint& outer = result.points[static_cast<std::size_t>(i + step)];
      if (lost(outer) > std::sqrt(drop)) {
        const double share = std::isfinite(outer.log_density)
                                 ? (std::sqrt(drop) - lost(inner)) / (lost(outer) - lost(inner))
                                 : 1.0;
        return inner.value + share * (outer.value - inner.value);
      }
    }
    return std::nullopt;
  };
  result.low = crossing(-1);
  result.high = crossing(1);
  return result;
}

}  // namespace shamal::analysis::inference
