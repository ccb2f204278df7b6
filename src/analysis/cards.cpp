#include "analysis/cards.h"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/toml_table.h"
#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;

// A digit that begins a word: "50", but not "X3".
bool holds_figure(std::string_view text) {
  bool word = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !word) {
      return true;
    }
    word = digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  return false;
}

class Reader {
 public:
  Reader(const TomlPlaces& places, const Study& study, const Observations& observations,
         const SourceList& keys, base::Diagnostics& diagnostics)
      : places_(places),
        study_(study),
        observations_(observations),
        keys_(keys),
        diagnostics_(diagnostics) {}

  std::vector<Card> read(const toml::table& root) {
    TomlTable table(root, "the file", places_, diagnostics_);
    std::vector<Card> cards;
    for (const toml::table* card : table.tables("card")) {
      cards.push_back(read_card(*card));
    }
    table.finish();
    return cards;
  }

 private:
  void wrong(base::Span span, std::string what, std::string fix = {}) {
    diagnostics_.add(Code::study_key, span, std::move(what), std::move(fix));
  }

  template <typename Rows>
  void check_id(const PlacedText& id, const Rows& rows, std::string_view kind) {
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
      return base::fold_name(row.id) == base::fold_name(id.text);
    });
    if (!id.empty() && !known) {
      wrong(id.span, fmt::format("the study has no {} \"{}\"", kind, id.text));
    }
  }

  Card read_card(const toml::table& root) {
    TomlTable table(root, "[[card]]", places_, diagnostics_);
    Card card;
    card.line = table.text("line", Need::required);
    check_id(card.line, study_.lines, "line");
    card.speaker = table.text("speaker", Need::required).text;
    const PlacedText statement = table.text("statement", Need::required);
    card.statement = statement.text;
    card.source = table.text("source", Need::required);
    if (!card.source.empty() && !keys_.contains(card.source.text)) {
      diagnostics_.add(Code::study_source, card.source.span,
                       fmt::format("\"{}\"", card.source.text));
    }
    for (const toml::table* figure : table.tables("figure")) {
      card.figures.push_back(read_figure(*figure));
    }
    for (const toml::table* series : table.tables("series")) {
      card.series.push_back(read_series(*series));
    }
    card.outcomes = table.texts("outcomes");
    for (const PlacedText& outcome : card.outcomes) {
      check_id(outcome, study_.outcomes, "outcome");
    }
    for (const std::string& slot : slots_of(card.statement)) {
      if (std::none_of(card.figures.begin(), card.figures.end(),
                       [&](const CardFigure& figure) { return figure.slot == slot; })) {
        wrong(statement.span, fmt::format("the slot {{{}}} has no [[card.figure]]", slot));
      }
    }
    if (holds_figure(card.statement)) {
      wrong(statement.span, "a statement holds a figure of its own",
            "put a slot in braces and name its observation in [[card.figure]]");
    }
    table.finish();
    return card;
  }

  CardFigure read_figure(const toml::table& root) {
    TomlTable table(root, "[[card.figure]]", places_, diagnostics_);
    CardFigure figure;
    figure.slot = table.text("slot", Need::required).text;
    figure.series = table.text("series", Need::required);
    figure.region = table.text("region", Need::required);
    figure.date = table.text("date", Need::required);
    figure.scale = table.number("scale").value_or(1);
    figure.unit = table.text("unit").text;
    if (!figure.series.empty() && find_figure(observations_, figure) == nullptr) {
      diagnostics_.add(Code::study_series, figure.series.span,
                       fmt::format("\"{}\" in \"{}\" on {}", figure.series.text, figure.region.text,
                                   figure.date.text));
    }
    table.finish();
    return figure;
  }

  CardSeries read_series(const toml::table& root) {
    TomlTable table(root, "[[card.series]]", places_, diagnostics_);
    CardSeries series;
    series.series = table.text("series", Need::required);
    series.region = table.text("region", Need::required);
    series.label = table.text("label", Need::required).text;
    series.unit = table.text("unit", Need::required).text;
    series.scale = table.number("scale").value_or(1);
    series.outcome = table.text("outcome");
    check_id(series.outcome, study_.outcomes, "outcome");
    if (!series.series.empty() &&
        find_observations(observations_, series.series.text, series.region.text).empty()) {
      diagnostics_.add(Code::study_series, series.series.span,
                       fmt::format("\"{}\" in \"{}\"", series.series.text, series.region.text));
    }
    table.finish();
    return series;
  }

  const TomlPlaces& places_;
  const Study& study_;
  const Observations& observations_;
  const SourceList& keys_;
  base::Diagnostics& diagnostics_;
};

}  // namespace

std::vector<std::string> slots_of(std::string_view statement) {
  std::vector<std::string> slots;
  for (std::size_t at = 0; (at = statement.find('{', at)) != std::string_view::npos;) {
    const std::size_t end = statement.find('}', at);
    if (end == std::string_view::npos) {
      break;
    }
    slots.emplace_back(statement.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return slots;
}

const Observation* find_figure(const Observations& observations, const CardFigure& figure) {
  for (const Observation* row :
       find_observations(observations, figure.series.text, figure.region.text)) {
    if (row->date == figure.date.text) {
      return row;
    }
  }
  return nullptr;
}

std::optional<std::vector<Card>> read_cards(const base::Sources& sources, base::FileId file,
                                            const Study& study, const Observations& observations,
                                            const SourceList& keys,
                                            base::Diagnostics& diagnostics) {
  const TomlPlaces places(sources, file);
  const toml::parse_result parsed = toml::parse(sources.text(file), sources.path(file));
  if (!parsed) {
    diagnostics.add(Code::bad_toml, places.span(parsed.error().source()),
                    std::string(parsed.error().description()));
    return std::nullopt;
  }
  const std::size_t errors = diagnostics.errors();
  std::vector<Card> cards =
      Reader(places, study, observations, keys, diagnostics).read(parsed.table());
  if (diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return cards;
}

}  // namespace shamal::analysis
