#include "analysis/toml_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

TomlPlaces::TomlPlaces(const base::Sources& sources, base::FileId file)
    : text_(sources.text(file)), file_(file) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }
}

std::uint32_t TomlPlaces::offset(toml::source_position position) const {
  const std::size_t line = position.line > 0 ? position.line - 1 : 0;
  if (line >= line_starts_.size()) {
    return static_cast<std::uint32_t>(text_.size());
  }
  std::uint32_t at = line_starts_[line];
  // Columns count characters; bytes that continue one do not.
  for (std::uint32_t column = 1; column < position.column && at < text_.size(); ++column) {
    ++at;
    while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xc0) == 0x80) {
      ++at;
    }
  }
  return at;
}

base::Span TomlPlaces::span(const toml::source_region& region) const {
  const std::uint32_t begin = offset(region.begin);
  return {file_, begin, std::max(begin + 1, offset(region.end))};
}

base::Span TomlPlaces::first_line(const toml::node& node) const {
  base::Span place = span(node);
  const std::size_t end = std::min(text_.find('\n', place.begin), text_.size());
  place.end = std::max(place.begin + 1, std::min(place.end, static_cast<std::uint32_t>(end)));
  return place;
}

const toml::node* TomlTable::node(std::string_view key, Need need) {
  asked_.emplace_back(key);
  const toml::node* found = table_.get(key);
  if (found == nullptr && need == Need::required) {
    diagnostics_.add(Code::study_key, span(), fmt::format("{} has no \"{}\"", name_, key),
                     fmt::format("add a line: {} = …", key));
  }
  return found;
}

void TomlTable::wrong(const toml::node& node, std::string what, std::string fix) {
  diagnostics_.add(Code::study_key, places_.span(node), std::move(what), std::move(fix));
}

PlacedText TomlTable::text(std::string_view key, Need need) {
  const toml::node* found = node(key, need);
  if (found == nullptr) {
    return {};
  }
  if (const toml::value<std::string>* value = found->as_string()) {
    if (value->get().empty() && need == Need::required) {
      wrong(*found, fmt::format("\"{}\" of {} is empty", key, name_));
    }
    return {value->get(), places_.span(*found)};
  }
  wrong(*found, fmt::format("\"{}\" of {} is {}, not text", key, name_, kind_of(*found)),
        "put the value in quotes");
  return {};
}

std::vector<PlacedText> TomlTable::texts(std::string_view key) {
  const toml::node* found = node(key);
  std::vector<PlacedText> result;
  if (found == nullptr) {
    return result;
  }
  const toml::array* list = found->as_array();
  if (list == nullptr) {
    wrong(*found, fmt::format("\"{}\" of {} is {}, not a list", key, name_, kind_of(*found)),
          "put the texts in [ and ], with commas between them");
    return result;
  }
  for (const toml::node& item : *list) {
    if (const toml::value<std::string>* value = item.as_string()) {
      result.push_back({value->get(), places_.span(item)});
    } else {
      wrong(item, fmt::format("\"{}\" of {} holds {}, not text", key, name_, kind_of(item)));
    }
  }
  return result;
}

std::optional<double> TomlTable::number(std::string_view key, Need need) {
  const toml::node* found = node(key, need);
  if (found == nullptr) {
    return std::nullopt;
  }
  const std::optional<double> value =
      found->is_number() ? found->value<double>() : std::optional<double>();
  if (!value || !std::isfinite(*value)) {
    wrong(*found, fmt::format("\"{}\" of {} is not a finite number", key, name_));
    return std::nullopt;
  }
  return value;
}

std::optional<int> TomlTable::whole_number(std::string_view key, Need need) {
  const toml::node* found = node(key, need);
  if (found == nullptr) {
    return std::nullopt;
  }
  const std::optional<int> value = found->is_integer() ? found->value<int>() : std::optional<int>();
  if (!value) {
    wrong(*found, fmt::format("\"{}\" of {} is not a whole number", key, name_));
  }
  return value;
}

std::optional<bool> TomlTable::flag(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) {
    return std::nullopt;
  }
  if (const toml::value<bool>* value = found->as_boolean()) {
    return value->get();
  }
  wrong(*found, fmt::format("\"{}\" of {} is {}, not true or false", key, name_, kind_of(*found)));
  return std::nullopt;
}

std::optional<Date> TomlTable::date_of(const toml::node& node, std::string_view key) {
  if (const toml::value<toml::date>* value = node.as_date()) {
    const toml::date day = value->get();
    return Date{day.year, day.month, day.day};
  }
  const toml::value<std::string>* value = node.as_string();
  const std::optional<Period> period =
      value == nullptr ? std::optional<Period>() : read_period(value->get());
  if (!period || !period->is_day()) {
    wrong(node, fmt::format("\"{}\" of {} is not a day", key, name_),
          "write the day as \"YYYY-MM-DD\"");
    return std::nullopt;
  }
  return period->begin;
}

std::optional<Date> TomlTable::date(std::string_view key, Need need) {
  const toml::node* found = node(key, need);
  return found == nullptr ? std::optional<Date>() : date_of(*found, key);
}

std::vector<Date> TomlTable::dates(std::string_view key) {
  const toml::node* found = node(key, Need::required);
  std::vector<Date> result;
  if (found == nullptr) {
    return result;
  }
  const toml::array* list = found->as_array();
  if (list == nullptr || list->empty()) {
    wrong(*found, fmt::format("\"{}\" of {} is not a list of days", key, name_),
          "write [\"YYYY-MM-DD\", …]");
    return result;
  }
  for (const toml::node& item : *list) {
    if (const std::optional<Date> day = date_of(item, key)) {
      result.push_back(*day);
    }
  }
  return result;
}

std::vector<double> TomlTable::numbers(std::string_view key) {
  const toml::node* found = node(key, Need::required);
  std::vector<double> result;
  if (found == nullptr) {
    return result;
  }
  const toml::array* list = found->as_array();
  bool good = list != nullptr && !list->empty();
  for (std::size_t i = 0; good && i < list->size(); ++i) {
    const std::optional<double> value = (*list)[i].value<double>();
    good = value.has_value();
    result.push_back(value.value_or(0));
  }
  if (!good) {
    wrong(*found, fmt::format("\"{}\" of {} is not a list of numbers", key, name_),
          "write [1, 2.5, …]");
    result.clear();
  }
  return result;
}

const toml::table* TomlTable::table(std::string_view key, Need need) {
  const toml::node* found = node(key, need);
  if (found == nullptr) {
    return nullptr;
  }
  if (found->as_table() == nullptr) {
    wrong(*found, fmt::format("\"{}\" of {} is {}, not a table", key, name_, kind_of(*found)));
  }
  return found->as_table();
}

std::vector<const toml::table*> TomlTable::tables(std::string_view key) {
  const toml::node* found = node(key);
  std::vector<const toml::table*> result;
  if (found == nullptr) {
    return result;
  }
  const toml::array* list = found->as_array();
  if (list == nullptr || !list->is_homogeneous<toml::table>()) {
    wrong(*found, fmt::format("\"{}\" of {} is not a list of tables", key, name_),
          fmt::format("begin each with a line [[{}{}{}]]",
                      name_.substr(0, 2) == "[[" ? name_.substr(2, name_.size() - 4) : "",
                      name_.substr(0, 2) == "[[" ? "." : "", key));
    return result;
  }
  for (const toml::node& item : *list) {
    result.push_back(item.as_table());
  }
  return result;
}

void TomlTable::finish() {
  for (const auto& [key, value] : table_) {
    const std::string_view name = key.str();
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) {
      continue;
    }
    const std::optional<std::string> near = base::nearest_name(name, asked_);
    diagnostics_.add(Code::study_unknown_key, places_.span(key.source()),
                     fmt::format("{} has no entry \"{}\"", name_, name),
                     near ? fmt::format("did you mean \"{}\"?", *near)
                          : fmt::format("entries of {} are {}", name_, fmt::join(asked_, ", ")));
  }
}

}  // namespace shamal::analysis
