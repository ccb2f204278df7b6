#include "data/compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::data {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Times nearer than this part of the span are one time.
constexpr double kSameTime = 1e-9;

constexpr std::array<std::string_view, 8> kControls = {
    "time", "initial_time", "final_time", "time_step", "saveper", "starttime", "stoptime", "dt"};

// ---- names

// "Cash ($/month)" without the unit.
std::string_view without_unit(std::string_view base) {
  for (const std::string_view brackets : {"()", "{}"}) {
    const std::size_t open = base.rfind(brackets[0]);
    if (base.ends_with(brackets[1]) && open != std::string_view::npos && open > 0) {
      return base.substr(0, open);
    }
  }
  return base;
}

struct Leniency {
  bool any_order;  // of the subscripts
  bool drop_units;
};
constexpr std::array kSteps = {Leniency{false, false}, Leniency{true, false}, Leniency{false, true},
                               Leniency{true, true}};

std::string key(const SeriesName& name, Leniency leniency) {
  std::vector<std::string> subscripts;
  subscripts.reserve(name.subscripts.size());
  for (const std::string& subscript : name.subscripts) {
    subscripts.push_back(base::fold_name(subscript));
  }
  if (leniency.any_order) {
    std::sort(subscripts.begin(), subscripts.end());
  }
  const std::string_view base = leniency.drop_units ? without_unit(name.base) : name.base;
  return fmt::format("{}\n{}", base::fold_name(base), fmt::join(subscripts, "\n"));
}

// For each expected series the index of its result.
std::vector<std::optional<std::size_t>> pair_up(const SeriesTable& result,
                                                const SeriesTable& expected) {
  std::vector<std::optional<std::size_t>> pairs(expected.series.size());
  std::vector<bool> taken(result.series.size(), false);
  for (const Leniency leniency : kSteps) {
    std::unordered_map<std::string, std::vector<std::size_t>> candidates;
    for (std::size_t i = 0; i < result.series.size(); ++i) {
      if (!taken[i]) {
        candidates[key(result.series[i].name, leniency)].push_back(i);
      }
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i]) {
        continue;
      }
      const auto found = candidates.find(key(expected.series[i].name, leniency));
      const bool exact = !leniency.any_order && !leniency.drop_units;
      if (found != candidates.end() && (exact || found->second.size() == 1)) {
        pairs[i] = found->second.front();
      }
    }
    for (const auto& pair : pairs) {
      if (pair) {
        taken[*pair] = true;
      }
    }
  }
  return pairs;
}

std::string full_name(const Series& series) {
  return join_series_name(series.name.base, series.name.subscripts);
}

// ---- values

// The value of a series at a time, if it has that time.
class Lookup {
 public:
  Lookup(const Series& series, double tolerance) : series_(series), order_(series.times.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return series.times[a] < series.times[b];
    });
    if (!order_.empty()) {
      const double first = series.times[order_.front()];
      const double last = series.times[order_.back()];
      const double span = last > first ? last - first : std::abs(first);
      tolerance_ = std::max({tolerance, series.time_tolerance, kSameTime * span});
    }
  }

  std::optional<double> at(double time) const {
    if (series_.times.empty()) {
      return series_.values.empty() ? std::nullopt : std::optional(series_.values.front());
    }
    const auto after = std::lower_bound(
        order_.begin(), order_.end(), time,
        [&](std::size_t index, double wanted) { return series_.times[index] < wanted; });
    std::optional<double> nearest;
    double distance = tolerance_;
    const auto consider = [&](std::size_t index) {
      if (std::abs(series_.times[index] - time) <= distance) {
        distance = std::abs(series_.times[index] - time);
        nearest = series_.values[index];
      }
    };
    if (after != order_.begin()) {
      consider(*std::prev(after));
    }
    if (after != order_.end()) {
      consider(*after);
    }
    return nearest;
  }

 private:
  const Series& series_;
  std::vector<std::size_t> order_;  // by time
  double tolerance_ = 0;
};

bool agree(const ValuePair& pair, Tolerance tolerance) {
  // An infinite expectation must not make the right side infinite.
  const double difference = pair.absolute();
  return difference == 0 ||
         (std::isfinite(difference) &&
          difference <= tolerance.absolute + tolerance.relative * std::abs(pair.expected));
}

void add_pair(VariableComparison& variable, ValuePair pair, Tolerance tolerance) {
  ++variable.values;
  if (pair.absolute() == 0) {
    return;
  }
  if (!variable.worst_absolute || pair.absolute() > variable.worst_absolute->absolute()) {
    variable.worst_absolute = pair;
  }
  const bool counts = pair.absolute() > tolerance.absolute;
  if (counts &&
      (!variable.worst_relative || pair.relative() > variable.worst_relative->relative())) {
    variable.worst_relative = pair;
  }
  if (!agree(pair, tolerance)) {
    ++variable.failures;
    if (!variable.first_failure || pair.time < variable.first_failure->time) {
      variable.first_failure = std::move(pair);
    }
  }
}

// Adds one element to its variable; returns the number of expected values without a result.
std::size_t compare_series(const Series& result, const Series& expected, Tolerance tolerance,
                           VariableComparison& variable) {
  const std::string element = fmt::format("{}", fmt::join(expected.name.subscripts, ","));
  for (const double value : expected.values) {
    if (tolerance.of_largest > 0 && std::isfinite(value)) {
      tolerance.absolute = std::max(tolerance.absolute, tolerance.of_largest * std::abs(value));
    }
  }
  if (expected.times.empty()) {
    // What is expected at all times is expected wherever the result has one.
    for (std::size_t i = 0; i < result.values.size(); ++i) {
      const double time =
          result.times.empty() ? std::numeric_limits<double>::quiet_NaN() : result.times[i];
      add_pair(variable, {element, time, result.values[i], expected.values.at(0)}, tolerance);
    }
    return 0;
  }
  const Lookup lookup(result, expected.time_tolerance);
  std::size_t unmatched = 0;
  for (std::size_t i = 0; i < expected.times.size(); ++i) {
    if (const auto value = lookup.at(expected.times[i])) {
      add_pair(variable, {element, expected.times[i], *value, expected.values[i]}, tolerance);
    } else {
      ++unmatched;
    }
  }
  return unmatched;
}

}  // namespace

double ValuePair::absolute() const {
  if (result == expected || (std::isnan(result) && std::isnan(expected))) {
    return 0;
  }
  const double difference = std::abs(result - expected);
  return std::isnan(difference) ? kInfinity : difference;
}

double ValuePair::relative() const {
  const double difference = absolute();
  if (difference == 0) {
    return 0;
  }
  return std::isfinite(difference) ? difference / std::abs(expected) : kInfinity;
}

bool Comparison::passed() const {
  return missing.empty() && std::all_of(variables.begin(), variables.end(),
                                        [](const auto& variable) { return variable.agrees(); });
}

std::size_t Comparison::values() const {
  return std::accumulate(
      variables.begin(), variables.end(), std::size_t{0},
      [](std::size_t sum, const auto& variable) { return sum + variable.values; });
}

Comparison compare(const SeriesTable& result, const SeriesTable& expected, Tolerance tolerance) {
  Comparison comparison;
  comparison.tolerance = tolerance;
  std::map<std::string, std::size_t> variables;
  std::vector<bool> wanted(result.series.size(), false);
  const auto pairs = pair_up(result, expected);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Series& series = expected.series[i];
    const std::string folded = base::fold_name(series.name.base);
    if (!pairs[i]) {
      const bool control = std::ranges::find(kControls, folded) != kControls.end();
      (control ? comparison.missing_controls : comparison.missing).push_back(full_name(series));
      continue;
    }
    wanted[*pairs[i]] = true;
    const auto [entry, added] = variables.try_emplace(folded, comparison.variables.size());
    if (added) {
      comparison.variables.emplace_back().name = series.name.base;
    }
    comparison.unmatched += compare_series(result.series[*pairs[i]], series, tolerance,
                                           comparison.variables[entry->second]);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) {
      comparison.additional.push_back(full_name(result.series[i]));
    }
  }
  return comparison;
}

// ---- text

namespace {

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string print_place(const VariableComparison& variable, const ValuePair& pair) {
  std::string text = pair.element.empty() ? fmt::format("\"{}\"", variable.name)
                                          : fmt::format("\"{}[{}]\"", variable.name, pair.element);
  if (!std::isnan(pair.time)) {
    text += fmt::format(" at time {}", pair.time);
  }
  return text;
}

std::string print_names(std::string_view label, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  if (names.empty()) {
    return "";
  }
  std::string text = fmt::format(
      "  {}: {}", label,
      fmt::join(names.begin(),
                names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())), ", "));
  if (names.size() > kShown) {
    text += fmt::format(" and {} more", names.size() - kShown);
  }
  return text + "\n";
}

std::string print_failure(const VariableComparison& variable) {
  if (variable.values == 0) {
    return fmt::format("  \"{}\": no time in common\n", variable.name);
  }
  const ValuePair& first = *variable.first_failure;
  const ValuePair& worst = *variable.worst_relative;
  const ValuePair& largest = *variable.worst_absolute;
  return fmt::format(
      "  {}: {:.10g}, expected {:.10g}\n"
      "      {} of {} differ; worst: {:.2g} relative in {}, {:.2g} absolute in {}\n",
      print_place(variable, first), first.result, first.expected, variable.failures,
      counted(variable.values, "value"), worst.relative(), print_place(variable, worst),
      largest.absolute(), print_place(variable, largest));
}

}  // namespace

std::string print(const Comparison& comparison) {
  const auto failed = static_cast<std::size_t>(
      std::count_if(comparison.variables.begin(), comparison.variables.end(),
                    [](const auto& variable) { return !variable.agrees(); }));
  std::string text = fmt::format(
      "{}: {} of {} agree ({}; relative tolerance {:g}, absolute {:g})\n",
      comparison.passed() ? "PASS" : "FAIL", comparison.variables.size() - failed,
      counted(comparison.variables.size(), "variable"), counted(comparison.values(), "value"),
      comparison.tolerance.relative, comparison.tolerance.absolute);
  const VariableComparison* worst = nullptr;
  for (const VariableComparison& variable : comparison.variables) {
    if (!variable.agrees()) {
      text += print_failure(variable);
    } else if (variable.worst_relative &&
               (worst == nullptr ||
                variable.worst_relative->relative() > worst->worst_relative->relative())) {
      worst = &variable;
    }
  }
  text += print_names("missing in the result", comparison.missing);
  if (worst != nullptr) {
    text +=
        fmt::format("  largest relative difference that passes: {:.2g}, {}\n",
                    worst->worst_relative->relative(), print_place(*worst, *worst->worst_relative));
  }
  if (comparison.unmatched > 0) {
    text += fmt::format("  not compared: {} at times that the result lacks\n",
                        counted(comparison.unmatched, "expected value"));
  }
  text +=
      print_names("control variables that the model does not define", comparison.missing_controls);
  text += print_names("only in the result", comparison.additional);
  return text;
}

}  // namespace shamal::data
