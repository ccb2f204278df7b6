#include "api/fit/fit_checkpoint.h"

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "base/files.h"

namespace shamal::api {

namespace {

using analysis::inference::Draws;
using analysis::inference::DrawStatistics;
constexpr std::string_view kFirstLine = "shamal fit 1";
constexpr std::size_t kNumbersOfDraw = 8;  // of DrawStatistics

void add_numbers(std::string& text, std::string_view name, const std::vector<double>& values) {
  fmt::format_to(std::back_inserter(text), "{} {}\n", values.size(), name);
  for (const double value : values) {
    fmt::format_to(std::back_inserter(text), "{:a}\n", value);
  }
}

std::vector<double> statistics_of(const Draws& draws) {
  std::vector<double> values;
  for (const DrawStatistics& of : draws.statistics) {
    values.insert(values.end(), {of.log_density, of.acceptance, of.energy, of.step_size,
                                 static_cast<double>(of.evaluations), static_cast<double>(of.depth),
                                 of.divergent ? 1.0 : 0.0, of.impossible ? 1.0 : 0.0});
  }
  return values;
}

bool set_statistics(const std::vector<double>& values, Draws& draws) {
  for (std::size_t i = 0; i + kNumbersOfDraw <= values.size(); i += kNumbersOfDraw) {
    DrawStatistics of;
    of.log_density = values[i];
    of.acceptance = values[i + 1];
    of.energy = values[i + 2];
    of.step_size = values[i + 3];
    of.evaluations = static_cast<std::uint32_t>(values[i + 4]);
    of.depth = static_cast<std::uint32_t>(values[i + 5]);
    of.divergent = values[i + 6] != 0;
    of.impossible = values[i + 7] != 0;
    draws.statistics.push_back(of);
  }
  return values.size() % kNumbersOfDraw == 0 &&
         draws.points.size() == draws.statistics.size() * draws.dimensions;
}

// The lines of a text, one after the other.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  std::string_view next() {
    const std::size_t end = text_.find('\n');
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    return line;
  }

 private:
  std::string_view text_;
};

std::optional<FitCheckpoint> parse(std::string_view text) {
  FitCheckpoint made;
  Lines lines(text);
  if (lines.next() != kFirstLine) {
    return std::nullopt;
  }
  made.identity = lines.next();
  made.sampler.kind = lines.next();
  while (!lines.done()) {
    const std::string head(lines.next());
    char* name = nullptr;
    const std::size_t count = std::strtoull(head.c_str(), &name, 10);
    if (name == head.c_str() || *name != ' ' || count > text.size()) {
      return std::nullopt;
    }
    std::vector<double>& values = made.sampler.numbers[name + 1];
    for (std::size_t i = 0; i < count && !lines.done(); ++i) {
      const std::string line(lines.next());
      char* end = nullptr;
      values.push_back(std::strtod(line.c_str(), &end));
      if (end == line.c_str()) {
        return std::nullopt;
      }
    }
    if (values.size() != count) {
      return std::nullopt;
    }
  }
  auto& numbers = made.sampler.numbers;
  for (const char* const name : {"fit.draws", "fit.statistics", "fit.shape"}) {
    if (!numbers.contains(name)) {
      return std::nullopt;
    }
  }
  const std::vector<double> shape = numbers["fit.shape"];
  if (shape.size() != 2) {
    return std::nullopt;
  }
  made.draws.chains = static_cast<std::size_t>(shape[0]);
  made.draws.dimensions = static_cast<std::size_t>(shape[1]);
  made.draws.points = std::move(numbers["fit.draws"]);
  if (!set_statistics(numbers["fit.statistics"], made.draws)) {
    return std::nullopt;
  }
  for (const char* const name : {"fit.draws", "fit.statistics", "fit.shape"}) {
    numbers.erase(name);
  }
  return made;
}

}  // namespace

bool write_checkpoint(const FitCheckpoint& checkpoint, const std::string& path,
                      base::Diagnostics& diagnostics) {
  std::string text =
      fmt::format("{}\n{}\n{}\n", kFirstLine, checkpoint.identity, checkpoint.sampler.kind);
  for (const auto& [name, values] : checkpoint.sampler.numbers) {
    add_numbers(text, name, values);
  }
  add_numbers(text, "fit.shape",
              {static_cast<double>(checkpoint.draws.chains),
               static_cast<double>(checkpoint.draws.dimensions)});
  add_numbers(text, "fit.draws", checkpoint.draws.points);
  add_numbers(text, "fit.statistics", statistics_of(checkpoint.draws));
  text += base::sha256(text);
  return base::write_file(path, text, diagnostics);
}

std::optional<FitCheckpoint> read_checkpoint(const std::string& path, const std::string& identity,
                                             base::Diagnostics& diagnostics) {
  const auto text = base::read_file(path, diagnostics);
  if (!text) {
    return std::nullopt;
  }
  constexpr std::size_t kHash = 64;
  const std::size_t size = text->size() < kHash ? 0 : text->size() - kHash;
  const std::string_view content = std::string_view(*text).substr(0, size);
  auto made = text->substr(size) == base::sha256(content) ? parse(content) : std::nullopt;
  if (!made) {
    diagnostics.add(base::Code::fit_other, {}, fmt::format("\"{}\" is damaged", path),
                    "remove it, or begin again with --restart");
    return std::nullopt;
  }
  if (made->identity != identity) {
    diagnostics.add(base::Code::fit_other, {}, fmt::format("\"{}\"", path),
                    "take the same model, data and options, or begin again with --restart");
    return std::nullopt;
  }
  return made;
}

}  // namespace shamal::api
