#include "data/csv.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "data/delimited.h"
#include "data/series.h"
#include "data/series_name.h"
#include "data/variable_view.h"

namespace shamal::data {

namespace {

class RowWriter {
 public:
  explicit RowWriter(char separator) : separator_(separator) {}

  void add(std::string_view cell) {
    if (!first_) {
      text_.push_back(separator_);
    }
    first_ = false;
    text_.append(cell);
  }
  void end_row() {
    text_.push_back('\n');
    first_ = true;
  }
  std::string text() const { return fmt::to_string(text_); }

 private:
  char separator_;
  bool first_ = true;  // of its row
  fmt::memory_buffer text_;
};

const Dimension* find_dimension(const Dataset& dataset, std::string_view name) {
  const auto index = dataset.find_dimension(name);
  return index ? &dataset.dimensions[*index] : nullptr;
}

std::string ending_of(std::string_view path) {
  std::string ending(path.substr(std::min(path.rfind('.'), path.size())));
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

std::string blocks_text(const Dataset& dataset) {
  fmt::memory_buffer text;
  for (const Series& series : series_of(dataset).series) {
    text.append(join_series_name(series.name.base, series.name.subscripts));
    text.push_back('\n');
    const Dimension* time = find_dimension(dataset, kTimeDimension);
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      const double at = !series.times.empty()                      ? series.times[i]
                        : time != nullptr && !time->values.empty() ? time->values.front()
                                                                   : 0.0;
      fmt::format_to(std::back_inserter(text), "{}\t{}\n", number_text(at, 15),
                     number_text(series.values[i], 15));
    }
  }
  return fmt::to_string(text);
}

}  // namespace

std::string results_text(const Dataset& dataset, std::string_view path) {
  return ending_of(path) == ".dat" ? blocks_text(dataset) : csv_text(dataset, csv_format_for(path));
}

CsvFormat csv_format_for(std::string_view path) {
  const std::string ending = ending_of(path);
  const bool tabs = ending == ".tab" || ending == ".tsv" || ending == ".txt";
  return {.separator = tabs ? '\t' : ',', .digits = 15};
}

std::string csv_text(const Dataset& dataset, CsvFormat format) {
  const Dimension* time = find_dimension(dataset, kTimeDimension);
  const Dimension* run = find_dimension(dataset, kRunDimension);
  const bool several_runs = run != nullptr && run->size > 1;

  RowWriter rows(format.separator);
  const auto add_text = [&](std::string_view text) { rows.add(cell_text(text, format.separator)); };
  const auto add_number = [&](double value) { rows.add(number_text(value, format.digits)); };

  std::vector<VariableView> views;
  if (several_runs) {
    add_text("Run");
  }
  if (time != nullptr) {
    add_text("Time");
  }
  for (const Variable& variable : dataset.variables) {
    const VariableView& view = views.emplace_back(dataset, variable);
    for (std::size_t element = 0; element < view.elements(); ++element) {
      add_text(join_series_name(variable.name, view.subscripts(element)));
    }
  }
  rows.end_row();
  const std::size_t runs = run == nullptr ? 1 : run->size;
  const std::size_t times = time == nullptr ? 1 : time->size;
  for (std::size_t r = 0; r < runs; ++r) {
    for (std::size_t t = 0; t < times; ++t) {
      if (several_runs) {
        add_text(position_label(*run, r));
      }
      if (time != nullptr) {
        add_number(time->values.empty() ? static_cast<double>(t + 1) : time->values[t]);
      }
      for (const VariableView& view : views) {
        for (std::size_t element = 0; element < view.elements(); ++element) {
          add_number(view.at(r, t, element));
        }
      }
      rows.end_row();
    }
  }
  return rows.text();
}

bool write_csv(const Dataset& dataset, const std::string& path, base::Diagnostics& diagnostics) {
  return base::write_file(path, csv_text(dataset, csv_format_for(path)), diagnostics);
}

}  // namespace shamal::data
