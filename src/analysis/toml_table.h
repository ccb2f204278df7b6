// A TOML table under inspection: typed entries are taken by key, and whatever is missing, of the
// wrong kind or unknown becomes a diagnostic at its place. The keys that were asked for are the
// keys that exist; `finish` reports the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A parse that fails returns its error instead of throwing it. The library's assertions are off:
// one of them (3.3.0, parse_key) fails for `[#` before the parser reports the same as an error.
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include "analysis/study.h"
#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::analysis {

// Turns the lines and columns of toml++ into spans of a file.
class TomlPlaces {
 public:
  TomlPlaces(const base::Sources& sources, base::FileId file);

  base::Span span(const toml::source_region& region) const;
  base::Span span(const toml::node& node) const { return span(node.source()); }

  // The first line of a table that was written in full: `[map]` of a whole section.
  base::Span first_line(const toml::node& node) const;

 private:
  std::uint32_t offset(toml::source_position position) const;

  std::string_view text_;
  base::FileId file_;
  std::vector<std::uint32_t> line_starts_;
};

enum class Need : std::uint8_t { required, optional };

class TomlTable {
 public:
  // `name` says which table it is in messages: "[study]", "[[line.chart]]".
  TomlTable(const toml::table& table, std::string name, const TomlPlaces& places,
            base::Diagnostics& diagnostics)
      : table_(table), name_(std::move(name)), places_(places), diagnostics_(diagnostics) {}

  PlacedText text(std::string_view key, Need need = Need::optional);
  std::vector<PlacedText> texts(std::string_view key);
  std::optional<double> number(std::string_view key, Need need = Need::optional);
  std::optional<int> whole_number(std::string_view key, Need need = Need::optional);
  std::optional<bool> flag(std::string_view key);
  std::optional<Date> date(std::string_view key, Need need = Need::optional);
  std::vector<Date> dates(std::string_view key);
  std::vector<double> numbers(std::string_view key);  // required, not empty
  const toml::table* table(std::string_view key, Need need = Need::optional);
  std::vector<const toml::table*> tables(std::string_view key);  // an array of tables

  // The entry as it is, for keys that take values of several kinds; null if it is not there.
  const toml::node* node(std::string_view key, Need need = Need::optional);

  void wrong(const toml::node& node, std::string what, std::string fix = {});
  void finish();

  base::Span span() const { return places_.first_line(table_); }

 private:
  std::optional<Date> date_of(const toml::node& node, std::string_view key);

  const toml::table& table_;
  std::string name_;
  const TomlPlaces& places_;
  base::Diagnostics& diagnostics_;
  std::vector<std::string> asked_;
};

}  // namespace shamal::analysis
