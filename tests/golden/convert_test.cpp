// Models translated into the other language give the same results: the project's golden models and,
// where they are there, the public conformance models.
//
// Results are compared variable by variable and element by element: within 1e-9 of the series'
// largest value, at every saved time. A model that does not is named in kExceptions with the
// reason; one that is named there and does fails too, so that the list stays true.

#include "api/convert.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <numeric>
#include <sstream>

#include <gtest/gtest.h>

#include "api/compile.h"
#include "api/run.h"
#include "base/files.h"
#include "base/names.h"

namespace {

namespace fs = std::filesystem;
using namespace shamal;

const fs::path kConformance = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";

// By path within its collection: why the results differ, or why nothing was written.
const std::map<std::string, std::string>& exceptions() {
  static const std::map<std::string, std::string> kExceptions = {
#include "convert_exceptions.inc"
  };
  return kExceptions;
}

// Values of data variables, for models that need them.
const std::map<std::string, std::string> kDataFiles = {
    {"test-models/tests/data_from_other_model/test_data_from_other_model.mdl", "data.tab"},
    {"vensim-outputs/getdata/getdata.mdl", "getdata_data.dat"},
};

std::map<std::string, std::string> folded(const std::vector<model::Translation::Renamed>& renamed) {
  std::map<std::string, std::string> names;
  for (const auto& one : renamed) {
    names.emplace(base::fold_name(one.from), one.to);
  }
  return names;
}

// Every element of a variable by its labels, each a series over time.
std::map<std::string, std::vector<double>> series_of(
    const data::Dataset& results, const data::Variable& variable,
    const std::map<std::string, std::string>& elements) {
  std::map<std::string, std::vector<double>> series;
  std::vector<std::size_t> at(variable.dimensions.size(), 0);
  for (const double value : variable.values) {
    std::string name;
    for (std::size_t d = 0; d < at.size(); ++d) {
      const data::Dimension& dimension = results.dimensions[variable.dimensions[d]];
      if (dimension.name == data::kTimeDimension) {
        continue;
      }
      std::string label = dimension.labels.empty() ? "" : dimension.labels[at[d]];
      const auto other = elements.find(base::fold_name(dimension.name + "." + label));
      if (other != elements.end()) {
        label = other->second.substr(other->second.find('.') + 1);
      }
      name += "," + base::fold_name(label);
    }
    series[name].push_back(value);
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < results.dimensions[variable.dimensions[d]].size) {
        break;
      }
      at[d] = 0;
    }
  }
  return series;
}

std::string compare(const data::Dataset& ours, const data::Dataset& theirs,
                    const api::Conversion& conversion) {
  const auto names = folded(conversion.variables);
  const auto elements = folded(conversion.elements);
  // Vensim's files have :NA: and 1e308 for what is no number; the losses say so.
  const bool stands_in = std::any_of(
      conversion.losses.begin(), conversion.losses.end(),
      [](const std::string& loss) { return loss.find("stands for it") != std::string::npos; });
  for (const data::Variable& variable : ours.variables) {
    const auto renamed = names.find(base::fold_name(variable.name));
    const std::string name = renamed == names.end() ? variable.name : renamed->second;
    const data::Variable* const other = theirs.find(name);
    if (other == nullptr) {
      return "\"" + name + "\" is missing";
    }
    auto wanted = series_of(ours, variable, elements);
    auto found = series_of(theirs, *other, {});
    for (const auto& [element, values] : wanted) {
      auto same = found.find(element);
      if (same == found.end()) {
        return "\"" + name + "\"[" + element + "] is missing";
      }
      // A constant has no time in one of them, where the other may say it at every time.
      const std::size_t count = std::max(values.size(), same->second.size());
      if (values.size() != count && values.size() != 1) {
        return "\"" + name + "\" has other times";
      }
      if (same->second.size() != count && same->second.size() != 1) {
        return "\"" + name + "\" has other times";
      }
      double largest = 0;
      for (const double value : values) {
        largest = std::isfinite(value) ? std::max(largest, std::abs(value)) : largest;
      }
      for (std::size_t t = 0; t < count; ++t) {
        const double a = values[values.size() == 1 ? 0 : t];
        const double found_there = same->second[same->second.size() == 1 ? 0 : t];
        const bool no_number =
            stands_in && (found_there == -0x1p109 || std::abs(found_there) >= 1e307);
        const double b = no_number ? std::nan("") : found_there;
        const bool equal =
            a == b || (!std::isfinite(a) && !std::isfinite(b)) || std::abs(a - b) <= 1e-9 * largest;
        if (!equal) {
          std::ostringstream text;
          text.precision(17);
          text << "\"" << name << "\"[" << element << "] is " << b << ", not " << a
               << ", at saved time " << t;
          return text.str();
        }
      }
    }
  }
  return "";
}

// Nothing if the model does not run as it is; empty if its translation gives the same; else why
// not.
std::optional<std::string> difference(const fs::path& model, const std::string& name) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::ConvertRequest request;
  request.input = model.string();
  if (const auto file = kDataFiles.find(name); file != kDataFiles.end()) {
    request.inputs.data.push_back((model.parent_path() / file->second).string());
  }
  const auto compiled = api::compile(request.input, sources, diagnostics, request.inputs);
  if (!compiled) {
    return std::nullopt;
  }
  const auto ours = api::run(*compiled, {}, diagnostics);
  if (!ours) {
    return std::nullopt;
  }
  const bool vensim = model.extension() == ".mdl" || model.extension() == ".MDL";
  const fs::path output =
      fs::path(testing::TempDir()) / (vensim ? "translated.xmile" : "translated.mdl");
  request.output = output.string();
  const auto conversion = api::convert(request, sources, diagnostics);
  if (!conversion) {
    for (const base::Diagnostic& diagnostic : diagnostics.sorted()) {
      if (base::row(diagnostic.code).severity == base::Severity::error) {
        return "not translated: " + base::print(diagnostic, sources);
      }
    }
    return "not translated";
  }
  base::Sources other_sources;
  base::Diagnostics other_diagnostics;
  base::write_file(request.output, conversion->text, other_diagnostics);
  const auto again = api::compile(request.output, other_sources, other_diagnostics);
  if (!again) {
    return "the translation does not compile:\n" + base::print(other_diagnostics, other_sources);
  }
  const auto theirs = api::run(*again, {}, other_diagnostics);
  if (!theirs) {
    return "the translation does not run:\n" + base::print(other_diagnostics, other_sources);
  }
  return compare(*ours, *theirs, *conversion);
}

std::vector<fs::path> models_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".mdl" || extension == ".xmile" || extension == ".stmx") {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void check(const fs::path& folder, const std::string& prefix) {
  std::size_t tried = 0;
  std::size_t same = 0;
  for (const fs::path& model : models_below(folder)) {
    const std::string name = prefix + fs::relative(model, folder).string();
    const auto reason = difference(model, name);
    if (!reason) {
      continue;
    }
    ++tried;
    same += reason->empty() ? 1 : 0;
    const auto exception = exceptions().find(name);
    if (exception == exceptions().end()) {
      EXPECT_EQ(*reason, "") << name;
    } else {
      EXPECT_NE(*reason, "") << name << " gives the same now: take it off the list (was: "
                             << exception->second << ")";
      std::cout << "not the same: " << name << ": " << exception->second << "\n";
    }
  }
  std::cout << same << " of " << tried << " models of " << prefix
            << " that run give the same results in the other language\n";
}

TEST(Convert, OwnModelsGiveTheSameInTheOtherLanguage) {
  check(fs::path(SHAMAL_SOURCE_DIR) / "tests" / "golden", "golden/");
  check(fs::path(SHAMAL_SOURCE_DIR) / "tests" / "stages", "stages/");
}

TEST(Convert, PublicModelsGiveTheSameInTheOtherLanguage) {
  if (!fs::exists(kConformance)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  for (const char* part : {"test-models/", "vensim-outputs/", "large/"}) {
    check(kConformance / part, part);
  }
}

// The average of each variable over a run.
std::map<std::string, double> averages(const std::string& model) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto compiled = api::compile(model, sources, diagnostics);
  EXPECT_TRUE(compiled) << base::print(diagnostics, sources);
  std::map<std::string, double> found;
  if (compiled) {
    const auto results = api::run(*compiled, {}, diagnostics);
    for (const data::Variable& variable : results->variables) {
      const double sum = std::accumulate(variable.values.begin(), variable.values.end(), 0.0);
      found[variable.name] = sum / static_cast<double>(variable.values.size());
    }
  }
  return found;
}

// Draws of Stella become other draws of the same distribution: the averages of 20'001 are alike.
TEST(Convert, DrawsKeepTheirDistribution) {
  const std::pair<const char*, double> draws[] = {
      {"UNIFORM(2, 4)", 3},     {"NORMAL(5, 1, 7)", 5},     {"EXPRND(3)", 3},
      {"POISSON(4)", 4},        {"LOGNORMAL(3, 1, 2)", 3},  {"BETA(2, 3)", 0.4},
      {"BINOMIAL(10, 0.3)", 3}, {"GEOMETRIC(0.25, 3)", 4},  {"NEGBINOMIAL(3, 0.5)", 3},
      {"LOGISTIC(2, 1, 4)", 2}, {"PARETO(5, 2)", 2.5},      {"TRIANGULAR(0, 1, 5, 9)", 2},
      {"WEIBULL(1, 2)", 2},     {"MONTECARLO(40, 5)", 0.2},
  };
  std::string text =
      "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">"
      "<header><vendor>isee systems, inc.</vendor><product version=\"1\">Stella</product></header>"
      "<sim_specs><start>0</start><stop>10000</stop><dt>0.5</dt></sim_specs><model><variables>";
  for (std::size_t i = 0; i < std::size(draws); ++i) {
    text += "<aux name=\"draw" + std::to_string(i) + "\"><eqn>" + draws[i].first + "</eqn></aux>";
  }
  text += "</variables></model></xmile>";
  base::Sources sources;
  base::Diagnostics diagnostics;
  api::ConvertRequest request;
  request.input = testing::TempDir() + "draws.xmile";
  request.output = testing::TempDir() + "draws.mdl";
  base::write_file(request.input, text, diagnostics);
  const auto conversion = api::convert(request, sources, diagnostics);
  ASSERT_TRUE(conversion) << base::print(diagnostics, sources);
  base::write_file(request.output, conversion->text, diagnostics);
  auto stella = averages(request.input);
  auto vensim = averages(request.output);
  for (std::size_t i = 0; i < std::size(draws); ++i) {
    const std::string name = "draw" + std::to_string(i);
    const auto& [draw, mean] = draws[i];
    EXPECT_NEAR(stella[name], mean, 0.03 * mean) << draw;
    EXPECT_NEAR(vensim[name], mean, 0.03 * mean) << draw;
  }
}

}  // namespace
