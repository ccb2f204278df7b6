#include "api/report/cards.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "api/report/levers.h"
#include "api/report/sources.h"
#include "api/report/spread.h"
#include "api/report/text.h"
#include "base/names.h"

namespace shamal::api::report {

namespace {

using analysis::Card;
using analysis::CardFigure;
using analysis::CardSeries;
using analysis::Observation;

// "56 million USD", "95%".
std::string with_unit(const std::string& number, const std::string& unit) {
  return unit.empty() ? number : unit == "%" ? number + "%" : number + " " + unit;
}

std::string statement(const Card& card, const analysis::Observations& observations) {
  std::string text = card.statement;
  for (const CardFigure& figure : card.figures) {
    const Observation* row = analysis::find_figure(observations, figure);
    const std::string slot = "{" + figure.slot + "}";
    const std::size_t at = text.find(slot);
    if (row == nullptr || at == std::string::npos) {
      continue;
    }
    text.replace(at, slot.size(), with_unit(number_text(row->value * figure.scale), figure.unit));
  }
  return text;
}

std::string sources_of(const std::vector<const Observation*>& rows,
                       const analysis::SourceList& sources) {
  std::set<std::string> keys;
  std::string links;
  for (const Observation* row : rows) {
    if (keys.insert(row->source).second && keys.size() <= 4) {
      links += (links.empty() ? "" : ", ") + source_link(row->source, sources);
    }
  }
  return links + (keys.size() > 4 ? fmt::format(" and {} more", keys.size() - 4) : std::string());
}

// "Oil output, satellite: from 56 (2014-07/2014-12) to 16 (2016), −71%; 3 figures."
std::string series_sentence(const CardSeries& series, const analysis::Observations& observations,
                            const analysis::SourceList& sources) {
  const auto rows =
      analysis::find_observations(observations, series.series.text, series.region.text);
  const Observation& first = *rows.front();
  const Observation& last = *rows.back();
  std::string text =
      fmt::format("<b>{}</b>, {}: {} ({})", escape(series.label), escape(series.unit),
                  number_text(first.value * series.scale), escape(first.date));
  if (&first != &last) {
    text += fmt::format(" to {} ({})", number_text(last.value * series.scale), escape(last.date));
    if (first.value > 0 && last.value > 0) {
      const double change = last.value / first.value - 1;
      text += fmt::format(", {}{}", change > 0 ? "+" : "", percent_text(change));
    }
  }
  // The widest disagreement within a month.
  double worst = 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      const double a = rows[i]->value;
      const double b = rows[j]->value;
      if (std::abs(rows[i]->time.middle - rows[j]->time.middle) <= 1 && a > 0 && b > 0 &&
          rows[i]->source != rows[j]->source) {
        worst = std::max(worst, std::max(a, b) / std::min(a, b));
      }
    }
  }
  if (worst > 1.1) {
    text += fmt::format("; sources of one month differ by a factor of {}", number_text(worst, 2));
  }
  return fmt::format("<li>{}; {}. {}</li>", text, count_text(rows.size(), "figure", "figures"),
                     sources_of(rows, sources));
}

std::string outcome_sentence(const analysis::Study& study, const Experiment& experiment,
                             const std::string& line, std::size_t o, std::size_t& attributed) {
  const analysis::Outcome& outcome = study.outcomes[o];
  const std::vector<double> effect = effect_without(experiment, line, o);
  const Spread spread = spread_of(effect);
  const std::string link =
      fmt::format("<a href=\"#effect-{}\">{}</a>", anchor(outcome.id), escape(outcome.title));
  if (spread.empty() || (spread.below == 0 && spread.above == 0)) {
    return fmt::format("<li>{}: the line changes nothing in any draw.</li>", link);
  }
  const std::string size = fmt::format("{} {}", spread_text(spread), escape(outcome.unit));
  const double side = std::max(spread.below, spread.above);
  const std::string_view direction = spread.below > spread.above ? "lower" : "higher";
  if (!spread.one_sided()) {
    return fmt::format(
        "<li><b>Cannot say which way:</b> {}, its presence moved it by {}; {} in {} of the draws, "
        "{}.</li>",
        link, size, direction, percent_text(side),
        side == spread.below + spread.above
            ? std::string("unchanged in the others")
            : fmt::format("the other way in {}",
                          percent_text(std::min(spread.below, spread.above))));
  }
  const StructureSigns signs = signs_by_structure(study, experiment, effect);
  ++attributed;
  return fmt::format(
      "<li><b>{}:</b> {}, its presence moved it by {}; {} in {} of the draws, {}.</li>",
      signs.same ? "A direction, not a size" : "A direction that hangs on a structure", link, size,
      direction, percent_text(side),
      signs.same ? std::string("whichever structure holds")
                 : "but not if the answer is " + escape(signs.exception));
}

// What moves the outcome too: other lines whose presence matters as much, and the answer to a
// disputed question on which the line's own effect hangs most.
std::string rival_sentence(const analysis::Study& study, const Experiment& experiment,
                           const std::string& line, std::size_t o) {
  const analysis::Outcome& outcome = study.outcomes[o];
  const std::vector<double> own = effect_without(experiment, line, o);
  const double size = std::abs(spread_of(own).median);
  std::string lines;
  std::size_t more = 0;
  for (const std::string& other : experiment.lines) {
    const Spread spread = spread_of(effect_without(experiment, other, o));
    if (base::fold_name(other) != base::fold_name(line) && !spread.empty() &&
        std::abs(spread.median) >= size && spread.median != 0) {
      const auto of = std::find_if(study.lines.begin(), study.lines.end(), [&](const auto& it) {
        return base::fold_name(it.id) == base::fold_name(other);
      });
      lines += fmt::format("{}{} {}", more++ == 0 ? "" : "; ", escape(short_title(*of)),
                           spread_text(spread));
    }
  }
  const StructureSpread widest = widest_structure(study, experiment, own);
  return fmt::format(
      "<li><a href=\"#effect-{}\">{}</a>, {}: {}.{}</li>", anchor(outcome.id),
      escape(outcome.title), escape(outcome.unit),
      more == 0
          ? std::string("no other line moves it as much")
          : fmt::format("{} as much or more, by its presence: {}",
                        count_text(more, "other line moves it", "other lines move it"), lines),
      widest.structure == nullptr
          ? fmt::format(" On no structure does the size of this line's effect hang by more than "
                        "chance among {} draws explains.",
                        experiment.draws)
          : fmt::format(" Most hangs on \u201c{}\u201d: this line moved it by {} if the answer is "
                        "\u201c{}\u201d, by {} if it is \u201c{}\u201d.",
                        escape(widest.structure->title), spread_text(widest.low),
                        escape(widest.structure->options[widest.low_option].label),
                        spread_text(widest.high),
                        escape(widest.structure->options[widest.high_option].label)));
}

std::string card_html(const Card& card, const analysis::StudyFiles& files,
                      std::span<const analysis::ComparedSeries> compared,
                      const Experiment* experiment) {
  const analysis::Study& study = files.study;
  const auto line = std::find_if(study.lines.begin(), study.lines.end(), [&](const auto& it) {
    return base::fold_name(it.id) == base::fold_name(card.line.text);
  });
  std::vector<const Observation*> spoken;
  for (const CardFigure& figure : card.figures) {
    if (const Observation* row = analysis::find_figure(files.observations, figure)) {
      spoken.push_back(row);
    }
  }
  std::string data;
  for (const CardSeries& series : card.series) {
    data += series_sentence(series, files.observations, files.sources);
  }
  std::string model;
  std::string rivals;
  std::size_t attributed = 0;
  if (experiment != nullptr) {
    for (const analysis::PlacedText& id : card.outcomes) {
      const std::size_t o = outcome_index(study, id.text);
      model += outcome_sentence(study, *experiment, line->id, o, attributed);
      rivals += rival_sentence(study, *experiment, line->id, o);
    }
  }
  std::size_t compared_count = 0;
  std::size_t worse = 0;
  for (const analysis::ComparedSeries& entry : compared) {
    if (entry.line == &*line && entry.series->score) {
      if (const auto skill = entry.fit.holdout.worst_skill()) {
        ++compared_count;
        worse += *skill < 0 ? 1u : 0u;
      }
    }
  }
  std::string skill =
      compared_count == 0
          ? "No series of this line can be compared with a naive rival in the hold-out."
          : fmt::format(
                "In the hold-out the model does worse than a naive rival in {} of the {} "
                "series of this line that can be compared.",
                worse, compared_count);
  return fmt::format(
      "<article class=\"card\" aria-labelledby=\"card-{0}\"><h3 id=\"card-{0}\"><span "
      "class=\"number\">{1}</span> <a href=\"#line-{0}\">{2}</a></h3>"
      "<blockquote><p>{3}</p><footer>{4}, {5}</footer></blockquote>"
      "<h4>What the data show</h4><ul>{6}</ul>"
      "<h4>What the model can and cannot attribute</h4><ul>{7}</ul><p class=\"note\">{8} {9}</p>"
      "<h4>What else moves it in the model</h4><ul>{10}</ul></article>",
      anchor(line->id), line->number, escape(line->title),
      escape(statement(card, files.observations)), escape(card.speaker),
      sources_of(spoken, files.sources), data,
      model.empty() ? "<li>No experiment was run.</li>" : model,
      experiment == nullptr
          ? std::string()
          : fmt::format("Of {} outcomes asked, the model gives a direction for {}, over {} draws.",
                        card.outcomes.size(), attributed, experiment->draws),
      skill, rivals.empty() ? "<li>No experiment was run.</li>" : rivals);
}

}  // namespace

std::string cards_html(const analysis::StudyFiles& files,
                       std::span<const analysis::ComparedSeries> series,
                       const Experiment* experiment) {
  std::string out;
  for (const Card& card : files.cards) {
    out += card_html(card, files, series, experiment);
  }
  return "<div class=\"cards\">" + out + "</div>";
}

}  // namespace shamal::api::report
