// Cards: an official statement on a line of effort, beside what the data show and what the model
// can and cannot attribute. No figure is written in a card: a slot in the statement names the
// observation that it stands for, and everything else is computed.
//
// They stand in a TOML file of their own, which a study names as `cards`; docs/study.md describes
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/observations.h"
#include "analysis/study.h"

namespace shamal::analysis {

// A figure of a statement: one observation.
struct CardFigure {
  std::string slot;  // "{peak}" in the statement
  PlacedText series;
  PlacedText region;
  PlacedText date;  // as the observations have it
  double scale = 1;
  std::string unit;  // after the figure; may be empty
};

// A series that bears on the statement.
struct CardSeries {
  PlacedText series;
  PlacedText region;
  std::string label;
  std::string unit;
  double scale = 1;
  PlacedText outcome;  // id of the outcome that says the same of the model; may be empty
};

struct Card {
  PlacedText line;  // id of the line of effort
  std::string speaker;
  std::string statement;  // with slots in braces
  PlacedText source;      // key of who said it
  std::vector<CardFigure> figures;
  std::vector<CardSeries> series;
  std::vector<PlacedText> outcomes;  // ids: what the line is judged by
};

// Reads the text of `file` and checks it against the study and its data. Nothing if anything is an
// error: an unknown line, outcome, source, or a slot without its observation.
std::optional<std::vector<Card>> read_cards(const base::Sources& sources, base::FileId file,
                                            const Study& study, const Observations& observations,
                                            const SourceList& keys, base::Diagnostics& diagnostics);

// The observation of a figure; null if there is none.
const Observation* find_figure(const Observations& observations, const CardFigure& figure);

// Names in braces, in order.
std::vector<std::string> slots_of(std::string_view statement);

}  // namespace shamal::analysis
