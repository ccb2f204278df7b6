#include "api/report/levers.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "api/report/guide.h"
#include "api/report/marks.h"
#include "api/report/scale.h"
#include "api/report/spread.h"
#include "api/report/text.h"
#include "base/names.h"

namespace shamal::api::report {

namespace {

const Strategy* find_strategy(const Experiment& experiment, std::string_view id) {
  for (const Strategy& strategy : experiment.strategies) {
    if (strategy.id == id) {
      return &strategy;
    }
  }
  return nullptr;
}

std::vector<double> effect(const Experiment& experiment, std::string_view with,
                           std::string_view without, std::size_t outcome) {
  const Strategy* a = find_strategy(experiment, with);
  const Strategy* b = find_strategy(experiment, without);
  return a == nullptr || b == nullptr ? std::vector<double>()
                                      : differences(a->outcomes[outcome], b->outcomes[outcome]);
}

const analysis::Line* find_line(const analysis::Study& study, std::string_view id) {
  for (const analysis::Line& line : study.lines) {
    if (base::fold_name(line.id) == base::fold_name(id)) {
      return &line;
    }
  }
  return nullptr;
}

struct Row {
  std::string label;
  Spread without;
  Spread alone;
};

// Two intervals a line of effort around nothing: filled is left out, hollow is alone.
std::string drawing(const std::string& id, const std::string& title, const std::vector<Row>& rows) {
  constexpr double kWidth = 380;
  constexpr double kRow = 34;
  constexpr double kLeft = 118;
  constexpr double kTop = 6;
  const double bottom = kTop + kRow * static_cast<double>(rows.size());
  double low = 0;
  double high = 0;
  for (const Row& row : rows) {
    for (const Spread* spread : {&row.without, &row.alone}) {
      low = std::min(low, spread->low);
      high = std::max(high, spread->high);
    }
  }
  if (!(high > low)) {
    high = low + 1;
  }
  const ValueAxis axis = value_axis(low, high, false, 4);
  const Scale x{axis.low, axis.high, kLeft, kWidth - 10, false};
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-t\"><title id=\"{}-t\">{}"
      "</title>",
      pixels(kWidth), pixels(bottom + 26), id, id, escape(title));
  for (const Tick& tick : axis.ticks) {
    out += fmt::format(
        "<path class=\"{}\" d=\"M{} {}V{}\"/><text class=\"tick\" x=\"{}\" y=\"{}\" "
        "text-anchor=\"middle\">{}</text>",
        tick.value == 0 ? "axis" : "grid", pixels(x(tick.value)), pixels(kTop), pixels(bottom),
        pixels(x(tick.value)), pixels(bottom + 16), escape(tick.label));
  }
  double y = kTop;
  for (const Row& row : rows) {
    out += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                       pixels(kLeft - 8), pixels(y + kRow / 2 + 3.5), escape(row.label));
    std::size_t index = 0;
    for (const Spread* spread : {&row.without, &row.alone}) {
      const double at = y + (index == 0 ? 11.0 : 23.0);
      const MarkStyle style{index == 0 ? std::size_t{0} : std::size_t{1}, index, index == 0};
      if (!spread->empty()) {
        out += fmt::format("<path class=\"effect {}\" d=\"M{} {}H{}\"/>", ink_class(style.ink),
                           pixels(x(spread->low)), pixels(at), pixels(x(spread->high)));
        out += mark_svg(style, x(spread->median), at, 3.6,
                        (index == 0 ? "left out: " : "alone: ") + spread_text(*spread));
      }
      ++index;
    }
    y += kRow;
  }
  return out + "</svg>";
}

std::string table(const analysis::Outcome& outcome, const std::vector<Row>& rows) {
  std::string body;
  for (const Row& row : rows) {
    const auto cells = [](const Spread& it) {
      return fmt::format("<td>{}</td><td>{}</td><td>{}</td><td>{}</td>", number_text(it.median),
                         number_text(it.low), number_text(it.high),
                         percent_text(it.draws == 0 ? std::nan("") : it.below));
    };
    body += fmt::format("<tr><th scope=\"row\">{}</th>{}{}</tr>", escape(row.label),
                        cells(row.without), cells(row.alone));
  }
  return fmt::format(
      "<details class=\"twin\"><summary>As a table</summary><div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"{}\"><table class=\"figures\"><caption>{}, {}</caption><thead>"
      "<tr><th></th><th colspan=\"4\" class=\"over\">what its presence changed</th>"
      "<th colspan=\"4\" class=\"over\">what it does alone</th></tr>"
      "<tr><th scope=\"col\">Line</th><th scope=\"col\">middle</th><th scope=\"col\">5%</th>"
      "<th scope=\"col\">95%</th><th scope=\"col\">below 0</th><th scope=\"col\">middle</th>"
      "<th scope=\"col\">5%</th><th scope=\"col\">95%</th><th scope=\"col\">below 0</th></tr>"
      "</thead><tbody>{}</tbody></table></div></details>",
      escape(outcome.title), escape(outcome.title), escape(outcome.unit), body);
}

}  // namespace

std::size_t outcome_index(const analysis::Study& study, std::string_view id) {
  std::size_t i = 0;
  while (i < study.outcomes.size() &&
         base::fold_name(study.outcomes[i].id) != base::fold_name(id)) {
    ++i;
  }
  return i;
}

std::vector<double> effect_without(const Experiment& experiment, std::string_view line,
                                   std::size_t outcome) {
  return effect(experiment, "as it was", fmt::format("without {}", line), outcome);
}

std::vector<double> effect_alone(const Experiment& experiment, std::string_view line,
                                 std::size_t outcome) {
  return effect(experiment, fmt::format("only {}", line), "none", outcome);
}

namespace {

// Of the draws in which a structure has an answer.
Spread spread_under(const Experiment& experiment, std::size_t structure, double option,
                    const std::vector<double>& effect) {
  std::vector<double> own;
  for (std::size_t i = 0; i < effect.size(); ++i) {
    if (experiment.options[structure][i] == option) {
      own.push_back(effect[i]);
    }
  }
  return spread_of(std::move(own));
}

// As of a normal distribution, whose 90 % are 3.29 standard deviations wide.
double error_of_median(const Spread& spread) {
  constexpr double kOfMean = 1.2533;
  return kOfMean * (spread.high - spread.low) / 3.29 / std::sqrt(static_cast<double>(spread.draws));
}

}  // namespace

StructureSigns signs_by_structure(const analysis::Study& study, const Experiment& experiment,
                                  const std::vector<double>& effect) {
  StructureSigns signs;
  const double middle = spread_of(effect).median;
  for (std::size_t s = 0; s < experiment.structures.size() && signs.same; ++s) {
    for (const analysis::Structure::Option& option : study.structures[s].options) {
      const Spread spread = spread_under(experiment, s, option.value, effect);
      if (!spread.empty() && spread.median * middle < 0) {
        signs.same = false;
        signs.exception = fmt::format("{}: {}", study.structures[s].title, option.label);
        break;
      }
    }
  }
  return signs;
}

StructureSpread widest_structure(const analysis::Study& study, const Experiment& experiment,
                                 const std::vector<double>& effect) {
  StructureSpread widest;
  for (std::size_t s = 0; s < experiment.structures.size(); ++s) {
    const analysis::Structure& structure = study.structures[s];
    StructureSpread found{&structure, 0, 0, {}, {}};
    for (std::size_t k = 0; k < structure.options.size(); ++k) {
      const Spread spread = spread_under(experiment, s, structure.options[k].value, effect);
      if (spread.empty()) {
        continue;
      }
      if (found.low.empty() || spread.median < found.low.median) {
        found.low = spread;
        found.low_option = k;
      }
      if (found.high.empty() || spread.median > found.high.median) {
        found.high = spread;
        found.high_option = k;
      }
    }
    const double difference = found.high.median - found.low.median;
    if (difference > widest.high.median - widest.low.median &&
        difference > 3 * std::hypot(error_of_median(found.low), error_of_median(found.high))) {
      widest = found;
    }
  }
  return widest;
}

std::string short_title(const analysis::Line& line) {
  return line.title.substr(0, line.title.find(':'));
}

std::string levers_html(const analysis::Study& study, const Experiment& experiment, bool linked) {
  std::string out = fmt::format(
      "<p class=\"lead\">Each line of effort taken away while the others stay as they were, and "
      "each alone where there is nothing else. Bars hold nine of ten of {} draws of the priors and "
      "of the rival structures at once; a bar across zero means that not even the direction is "
      "known. Effects do not add up, so there is no ranking and no share of the success.</p>"
      "<ul class=\"legend\"><li>{}<span>what its presence changed: as it was, less without it"
      "</span></li><li>{}<span>what it does alone: only it, less nothing</span></li></ul>"
      "<div class=\"charts\">",
      number_text(static_cast<double>(experiment.draws), 6), mark_sample({0, 0, true}),
      mark_sample({1, 1, false}));
  for (std::size_t o = 0; o < study.outcomes.size(); ++o) {
    const analysis::Outcome& outcome = study.outcomes[o];
    std::vector<Row> rows;
    for (const std::string& id : experiment.lines) {
      const analysis::Line* line = find_line(study, id);
      rows.push_back({line == nullptr ? id : short_title(*line),
                      spread_of(effect_without(experiment, id, o)),
                      spread_of(effect_alone(experiment, id, o))});
    }
    const std::string id = "effect-" + anchor(outcome.id);
    out += fmt::format(
        "<figure class=\"effects\" id=\"{}\"><figcaption><h3>{}</h3><p class=\"unit\">{}; {} is "
        "better{}</p></figcaption>{}{}</figure>",
        id, escape(outcome.title), escape(outcome.unit),
        outcome.lower_is_better ? "lower" : "higher",
        linked ? "; " + equation_link(outcome.reading.variable.text) : std::string(),
        drawing(id, outcome.title + ", change by line of effort", rows), table(outcome, rows));
  }
  return out + "</div>";
}

std::string structures_html(const analysis::Study& study, const Experiment& experiment,
                            bool linked) {
  if (experiment.answers.empty() || experiment.answer_draws == 0) {
    return {};
  }
  std::string head = "<tr><th scope=\"col\" class=\"words\">Structure</th>";
  for (const analysis::Outcome& outcome : study.outcomes) {
    head += fmt::format("<th scope=\"col\">{}<span class=\"aside\">{}</span></th>",
                        escape(outcome.title), escape(outcome.unit));
  }
  std::string body;
  std::size_t group = study.structures.size();
  for (const Answer& answer : experiment.answers) {
    const analysis::Structure& structure = study.structures[answer.structure];
    const analysis::Structure::Option& option = structure.options[answer.option];
    if (answer.structure != group) {
      group = answer.structure;
      body += fmt::format(
          "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{}\">{} {} <span "
          "class=\"aside\">{}</span></th></tr>",
          study.outcomes.size() + 1, escape(structure.id), escape(structure.title),
          linked ? equation_link(structure.parameter.text) : escape(structure.parameter.text));
    }
    body += fmt::format("<tr><th scope=\"row\" class=\"words\">{}{}</th>", escape(option.label),
                        option.value == structure.base ? " <span class=\"aside\">base</span>" : "");
    for (const std::vector<double>& values : answer.outcomes) {
      const Spread spread = spread_of(values);
      body += spread.empty() ? "<td>–</td>"
                             : fmt::format("<td>{}<span class=\"aside\">{} to {}</span></td>",
                                           number_text(spread.median), number_text(spread.low),
                                           number_text(spread.high));
    }
    body += "</tr>";
  }
  return fmt::format(
      "<p class=\"lead\">What the outcomes are, with everything as it was, if one answer to a "
      "disputed question holds: the middle, and nine of ten draws. The rows of a question share "
      "their {} draws of all priors and of the other structures, so that they differ by the answer "
      "alone. Each answer can be chosen for any run: <code>shamal run … --set "
      "\"parameter=value\"</code>.</p><div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"Structures side by side\"><table class=\"figures "
      "structures\"><thead>{}</tr></thead><tbody>{}</tbody></table></div>",
      number_text(static_cast<double>(experiment.answer_draws), 6), head, body);
}

}  // namespace shamal::api::report
