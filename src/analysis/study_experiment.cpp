#include "analysis/study_experiment.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;
using Family = Distribution::Family;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct FamilyRow {
  Family family;
  std::string_view name;
  std::vector<std::string_view> entries;  // the numbers that it must have
};

const std::array<FamilyRow, 7>& families() {
  static const std::array<FamilyRow, 7> rows{{
      {Family::uniform, "uniform", {"low", "high"}},
      {Family::loguniform, "loguniform", {"low", "high"}},
      {Family::triangular, "triangular", {"low", "mode", "high"}},
      {Family::normal, "normal", {"mean", "sd"}},
      {Family::lognormal, "lognormal", {"median", "factor"}},
      {Family::beta, "beta", {"mean", "sd"}},
      {Family::choice, "choice", {}},
  }};
  return rows;
}

struct MeasureRow {
  Measure measure;
  std::string_view name;
  bool span;   // over from … until, not at one day
  bool level;  // compares with `level`
};

constexpr std::array<MeasureRow, 7> kMeasures{{
    {Measure::value, "value", false, false},
    {Measure::mean, "mean", true, false},
    {Measure::max, "max", true, false},
    {Measure::min, "min", true, false},
    {Measure::change, "change", true, false},
    {Measure::falls_below, "falls_below", false, true},
    {Measure::rises_above, "rises_above", false, true},
}};

template <typename Rows>
std::string names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) {
    names.push_back(row.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

class Reader {
 public:
  Reader(const TomlPlaces& places, base::Diagnostics& diagnostics, Study& study)
      : places_(places), diagnostics_(diagnostics), study_(study) {}

  void read(TomlTable& root) {
    for (const toml::table* table : root.tables("prior")) {
      study_.priors.push_back(read_prior(*table));
    }
    for (const toml::table* table : root.tables("lever")) {
      study_.levers.push_back(read_lever(*table));
    }
    for (const toml::table* table : root.tables("structure")) {
      study_.structures.push_back(read_structure(*table));
    }
    for (const toml::table* table : root.tables("outcome")) {
      study_.outcomes.push_back(read_outcome(*table));
    }
    for (const toml::table* table : root.tables("band")) {
      study_.bands.push_back(read_band(*table));
    }
  }

 private:
  TomlTable open(const toml::table& table, std::string name) {
    return {table, std::move(name), places_, diagnostics_};
  }

  void wrong(base::Span span, std::string what, std::string fix = {}) {
    diagnostics_.add(Code::study_key, span, std::move(what), std::move(fix));
  }

  std::string id(TomlTable& table, std::set<std::string>& taken, std::string_view kind) {
    const PlacedText text = table.text("id", Need::required);
    if (!text.empty() && !taken.insert(base::fold_name(text.text)).second) {
      wrong(text.span, fmt::format("two {}s have the id \"{}\"", kind, text.text),
            fmt::format("give each {} an id of its own", kind));
    }
    return text.text;
  }

  PlacedText parameter(TomlTable& table) {
    PlacedText name = table.text("parameter", Need::required);
    if (!name.empty() && !varied_.insert(base::fold_name(name.text)).second) {
      wrong(name.span, fmt::format("\"{}\" is varied twice", name.text),
            "keep one prior, lever or structure for each constant");
    }
    return name;
  }

  Prior read_prior(const toml::table& root) {
    TomlTable table = open(root, "[[prior]]");
    Prior prior;
    prior.parameter = parameter(table);
    prior.multiply = table.flag("multiply").value_or(false);
    prior.text = table.text("text").text;
    prior.distribution = read_distribution(table);
    table.finish();
    return prior;
  }

  Distribution read_distribution(TomlTable& table) {
    Distribution made;
    const PlacedText name = table.text("family", Need::required);
    const auto* row = std::find_if(families().begin(), families().end(),
                                   [&](const FamilyRow& it) { return it.name == name.text; });
    if (row == families().end()) {
      if (!name.empty()) {
        wrong(name.span, fmt::format("\"{}\" is not a family of distributions", name.text),
              fmt::format("write one of {}", names_of(families())));
      }
      return made;
    }
    made.family = row->family;
    const bool unit = made.family == Family::beta;
    const auto number = [&](std::string_view key, double otherwise) {
      const bool needed =
          std::find(row->entries.begin(), row->entries.end(), key) != row->entries.end();
      const bool known = needed || key == "low" || key == "high";
      return known ? table.number(key, needed ? Need::required : Need::optional).value_or(otherwise)
                   : otherwise;
    };
    made.low = number("low", unit ? 0 : made.family == Family::lognormal ? 0 : -kInfinity);
    made.high = number("high", unit ? 1 : kInfinity);
    made.mode = number("mode", 0);
    made.mean = number("mean", 0);
    made.sd = number("sd", 1);
    made.median = number("median", 1);
    made.factor = number("factor", 1);
    if (made.family == Family::choice) {
      made.values = numbers(table, "values", Need::required);
      made.weights = numbers(table, "weights", Need::optional);
      if (made.weights.empty()) {
        made.weights.assign(made.values.size(), 1);
      }
    }
    if (const std::string problem = problem_of(made); !problem.empty()) {
      wrong(table.span(), fmt::format("no such {} distribution: {}", name.text, problem));
    }
    return made;
  }

  std::vector<double> numbers(TomlTable& table, std::string_view key, Need need) {
    std::vector<double> result;
    const toml::node* node = table.node(key, need);
    if (node == nullptr) {
      return result;
    }
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      table.wrong(*node, fmt::format("\"{}\" is not a list of numbers", key));
      return result;
    }
    for (const toml::node& item : *list) {
      if (const std::optional<double> value = item.value<double>()) {
        result.push_back(*value);
      } else {
        table.wrong(item, fmt::format("\"{}\" is not a list of numbers", key));
      }
    }
    return result;
  }

  static std::string problem_of(const Distribution& it) {
    if (!(it.low < it.high)) {
      return "low is not below high";
    }
    switch (it.family) {
      case Family::uniform:
        return {};
      case Family::loguniform:
        return it.low > 0 ? "" : "low is not positive";
      case Family::triangular:
        return it.low <= it.mode && it.mode <= it.high ? "" : "mode is not between low and high";
      case Family::normal:
        return it.sd > 0 ? "" : "sd is not positive";
      case Family::lognormal:
        return it.median > 0 && it.factor > 1 ? ""
                                              : "median is not positive, or factor not above 1";
      case Family::beta: {
        const double mean = (it.mean - it.low) / (it.high - it.low);
        const double sd = it.sd / (it.high - it.low);
        return mean > 0 && mean < 1 && sd > 0 && sd * sd < mean * (1 - mean)
                   ? ""
                   : "mean is not between low and high, or sd is too large for it";
      }
      case Family::choice:
        break;
    }
    double sum = 0;
    for (const double weight : it.weights) {
      sum += weight;
      if (weight < 0) {
        return "a weight is negative";
      }
    }
    if (it.values.empty() || it.weights.size() != it.values.size() || !(sum > 0)) {
      return "it needs values, and a weight for each or none";
    }
    return {};
  }

  Lever read_lever(const toml::table& root) {
    TomlTable table = open(root, "[[lever]]");
    Lever lever;
    lever.id = id(table, levers_, "lever");
    lever.line = table.text("line", Need::required);
    if (!lever.line.empty() &&
        std::none_of(study_.lines.begin(), study_.lines.end(), [&](const Line& line) {
          return base::fold_name(line.id) == base::fold_name(lever.line.text);
        })) {
      wrong(lever.line.span, fmt::format("no line has the id \"{}\"", lever.line.text),
            "write the id of a [[line]]");
    }
    lever.title = table.text("title", Need::required).text;
    lever.text = table.text("text").text;
    lever.parameter = parameter(table);
    lever.low = table.number("low").value_or(lever.low);
    lever.high = table.number("high").value_or(lever.high);
    lever.base = table.number("base").value_or(lever.base);
    lever.cost = table.text("cost");
    if (!(lever.low < lever.high && lever.low <= lever.base && lever.base <= lever.high)) {
      wrong(table.span(), "a lever needs low < high, and base between them");
    }
    table.finish();
    return lever;
  }

  Structure read_structure(const toml::table& root) {
    TomlTable table = open(root, "[[structure]]");
    Structure structure;
    structure.id = id(table, structures_, "structure");
    structure.title = table.text("title", Need::required).text;
    structure.text = table.text("text").text;
    structure.parameter = parameter(table);
    structure.base = table.number("base", Need::required).value_or(0);
    for (const toml::table* option : table.tables("option")) {
      TomlTable inner = open(*option, "[[structure.option]]");
      const double value = inner.number("value", Need::required).value_or(0);
      structure.options.push_back({value, inner.text("label", Need::required).text});
      inner.finish();
    }
    const auto is_base = [&](const Structure::Option& it) { return it.value == structure.base; };
    if (structure.options.size() < 2 ||
        std::none_of(structure.options.begin(), structure.options.end(), is_base)) {
      wrong(table.span(), "a structure needs two options or more, and base must be one of them");
    }
    table.finish();
    return structure;
  }

  Reading read_reading(TomlTable& table) {
    Reading reading;
    reading.variable = table.text("variable", Need::required);
    reading.scale = table.number("scale").value_or(1);
    const PlacedText name = table.text("measure", Need::required);
    const auto* row = std::find_if(kMeasures.begin(), kMeasures.end(),
                                   [&](const MeasureRow& it) { return it.name == name.text; });
    if (row == kMeasures.end()) {
      if (!name.empty()) {
        wrong(name.span, fmt::format("\"{}\" is not a measure", name.text),
              fmt::format("write one of {}", names_of(kMeasures)));
      }
      return reading;
    }
    reading.measure = row->measure;
    reading.from = table.date("from", Need::required).value_or(Date{});
    reading.until = row->span ? table.date("until", Need::required).value_or(Date{}) : reading.from;
    if (row->span && !(study_.calendar.time(reading.from) < study_.calendar.time(reading.until))) {
      wrong(table.span(), "\"from\" is not before \"until\"");
    }
    if (row->level) {
      reading.level = table.number("level", Need::required).value_or(0);
    }
    return reading;
  }

  Outcome read_outcome(const toml::table& root) {
    TomlTable table = open(root, "[[outcome]]");
    Outcome outcome;
    outcome.id = id(table, outcomes_, "outcome");
    outcome.title = table.text("title", Need::required).text;
    outcome.unit = table.text("unit", Need::required).text;
    outcome.text = table.text("text").text;
    outcome.reading = read_reading(table);
    const PlacedText better = table.text("better", Need::required);
    outcome.lower_is_better = better.text != "higher";
    if (!better.empty() && better.text != "lower" && better.text != "higher") {
      wrong(better.span, fmt::format("\"{}\" is not a direction", better.text),
            "write lower or higher");
    }
    outcome.rank = table.whole_number("rank").value_or(outcome.rank);
    table.finish();
    return outcome;
  }

  Band read_band(const toml::table& root) {
    TomlTable table = open(root, "[[band]]");
    Band band;
    band.id = id(table, bands_, "band");
    band.title = table.text("title", Need::required).text;
    band.reading = read_reading(table);
    const Measure measure = band.reading.measure;
    if (measure == Measure::falls_below || measure == Measure::rises_above) {
      band.low = study_.calendar.time(table.date("low", Need::required).value_or(Date{}));
      band.high = study_.calendar.time(table.date("high", Need::required).value_or(Date{}));
      band.holdout = band.high > study_.calendar.time(study_.calibration_end);
    } else {
      band.low = table.number("low", Need::required).value_or(0);
      band.high = table.number("high", Need::required).value_or(1);
      band.holdout =
          study_.calendar.time(band.reading.until) > study_.calendar.time(study_.calibration_end);
    }
    band.share = table.number("share").value_or(band.share);
    if (!(band.low < band.high)) {
      wrong(table.span(), "the band's low is not below its high");
    }
    table.finish();
    return band;
  }

  const TomlPlaces& places_;
  base::Diagnostics& diagnostics_;
  Study& study_;
  std::set<std::string> varied_;
  std::set<std::string> levers_;
  std::set<std::string> structures_;
  std::set<std::string> outcomes_;
  std::set<std::string> bands_;
};

}  // namespace

void read_experiment(TomlTable& root, const TomlPlaces& places, base::Diagnostics& diagnostics,
                     Study& study) {
  Reader(places, diagnostics, study).read(root);
}

}  // namespace shamal::analysis
