#include "api/report/parameters.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "api/report/guide.h"
#include "api/report/text.h"
#include "base/names.h"

namespace shamal::api::report {

namespace {

struct Module {
  std::string name;
  std::vector<const ReportParameter*> parameters;
  BasisCount count;
};

std::vector<Module> modules_of(std::span<const ReportParameter> parameters,
                               const analysis::SourceList& sources) {
  std::vector<Module> modules;
  for (const ReportParameter& parameter : parameters) {
    const std::string name = module_of(parameter);
    auto found = std::find_if(modules.begin(), modules.end(),
                              [&](const Module& module) { return module.name == name; });
    if (found == modules.end()) {
      modules.push_back({name, {}, {}});
      found = std::prev(modules.end());
    }
    found->parameters.push_back(&parameter);
    ++found->count.of[static_cast<std::size_t>(read_origin(parameter.doc, sources).basis)];
  }
  return modules;
}

std::string module_title(const Module& module) {
  return module.name.empty() ? "Whole model" : base::display_name(module.name);
}

std::string unit_text(std::string_view unit) {
  const std::string folded = base::fold_name(unit);
  return folded.empty() || folded == "1" || folded == "dmnl" || folded == "dimensionless"
             ? "no unit"
             : std::string(unit);
}

std::string value_html(const ReportParameter& parameter) {
  if (!parameter.form.empty()) {
    return escape(parameter.form);
  }
  if (parameter.values.empty()) {
    return std::string(kDash);
  }
  if (parameter.elements.empty()) {
    return number_text(parameter.values.front(), 6);
  }
  const auto [low, high] = std::minmax_element(parameter.values.begin(), parameter.values.end());
  std::string items;
  const std::size_t count = std::min(parameter.values.size(), parameter.elements.size());
  for (std::size_t i = 0; i < count; ++i) {
    items += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>",
                         escape(base::display_name(parameter.elements[i])),
                         number_text(parameter.values[i], 6));
  }
  const std::string extent = *low == *high
                                 ? "all " + number_text(*low)
                                 : fmt::format("{} to {}", number_text(*low), number_text(*high));
  return fmt::format("<details class=\"elements\"><summary>{}, {}</summary><dl>{}</dl></details>",
                     count_text(count, "value", "values"), extent, items);
}

// The range as a line with the value on it; logarithmic where it spans more than a factor of ten.
std::string range_html(const ReportParameter& parameter) {
  if (!parameter.low || !parameter.high) {
    return "<span class=\"aside\">none given</span>";
  }
  const double low = *parameter.low;
  const double high = *parameter.high;
  std::string text = fmt::format("{} to {}", number_text(low), number_text(high));
  if (!(high > low) || parameter.values.size() != 1 || !parameter.form.empty()) {
    return text;
  }
  const double value = parameter.values.front();
  const bool log = low > 0 && high / low > 10;
  const double share =
      log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  if (!(share >= 0 && share <= 1)) {
    return text + " <span class=\"missing\">value outside</span>";
  }
  return fmt::format(
      "<svg class=\"range\" width=\"84\" height=\"10\" viewBox=\"0 0 84 10\" aria-hidden=\"true\">"
      "<path d=\"M2 5H82M2 2V8M82 2V8\"/><circle cx=\"{}\" cy=\"5\" r=\"3\"/></svg>{}",
      pixels(2 + 80 * share), text);
}

std::string count_table(const std::vector<Module>& modules, const BasisCount& total) {
  const auto cells = [](const BasisCount& count) {
    std::string out;
    for (const Basis basis : {Basis::source, Basis::partly, Basis::assumption, Basis::none}) {
      out += fmt::format("<td{}>{}</td>",
                         basis == Basis::none && count[basis] > 0 ? " class=\"missing\"" : "",
                         count[basis]);
    }
    return out + fmt::format("<td>{}</td>", count.total());
  };
  std::string body;
  for (const Module& module : modules) {
    body += fmt::format("<tr><th scope=\"row\"><a href=\"#parameters-{}\">{}</a></th>{}</tr>",
                        anchor(module_title(module)), escape(module_title(module)),
                        cells(module.count));
  }
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Parameters by origin\">"
      "<table class=\"figures counts\"><thead><tr><th scope=\"col\">Part of the model</th>"
      "<th scope=\"col\">from a source</th><th scope=\"col\">partly</th>"
      "<th scope=\"col\">assumption</th><th scope=\"col\">no source given</th>"
      "<th scope=\"col\">parameters</th></tr></thead><tbody>{}</tbody><tfoot><tr>"
      "<th scope=\"row\">All</th>{}</tr></tfoot></table></div>",
      body, cells(total));
}

}  // namespace

std::string module_of(const ReportParameter& parameter) {
  const std::size_t dot = parameter.name.rfind('.');
  return dot == std::string::npos ? std::string() : parameter.name.substr(0, dot);
}

BasisCount count_bases(std::span<const ReportParameter> parameters,
                       const analysis::SourceList& sources) {
  BasisCount count;
  for (const ReportParameter& parameter : parameters) {
    ++count.of[static_cast<std::size_t>(read_origin(parameter.doc, sources).basis)];
  }
  return count;
}

std::string parameter_list(std::span<const ReportParameter> parameters,
                           const analysis::SourceList& sources, bool linked) {
  const std::vector<Module> modules = modules_of(parameters, sources);
  std::string out = count_table(modules, count_bases(parameters, sources));
  for (const Module& module : modules) {
    std::string rows;
    for (const ReportParameter* parameter : module.parameters) {
      const Origin origin = read_origin(parameter->doc, sources);
      const std::size_t dot = parameter->name.rfind('.');
      const std::string name =
          dot == std::string::npos ? parameter->name : parameter->name.substr(dot + 1);
      rows += fmt::format(
          "<tr class=\"{}\"><th scope=\"row\">{}<span class=\"aside\">{}</span></th>"
          "<td class=\"value\">{}<span class=\"aside\">{}</span></td><td>{}</td>"
          "<td class=\"origin\">{}</td></tr>",
          origin.basis == Basis::none         ? "basis-none"
          : origin.basis == Basis::assumption ? "basis-assumption"
          : origin.basis == Basis::partly     ? "basis-partly"
                                              : "basis-source",
          linked ? fmt::format("<a href=\"#{}\">{}</a>", equation_anchor(parameter->name),
                               escape(base::display_name(name)))
                 : escape(base::display_name(name)),
          escape(origin.description), value_html(*parameter), escape(unit_text(parameter->unit)),
          range_html(*parameter), origin_html(origin, sources));
    }
    out += fmt::format(
        "<h3 id=\"parameters-{}\">{}</h3><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"Parameters: {}\"><table class=\"parameters\"><thead><tr>"
        "<th scope=\"col\">Parameter</th><th scope=\"col\">Value</th>"
        "<th scope=\"col\">Plausible range</th><th scope=\"col\">Where it comes from</th></tr>"
        "</thead><tbody>{}</tbody></table></div>",
        anchor(module_title(module)), escape(module_title(module)), escape(module_title(module)),
        rows);
  }
  return out;
}

}  // namespace shamal::api::report
