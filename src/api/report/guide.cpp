#include "api/report/guide.h"

#include <fmt/format.h>

#include "api/report/text.h"
#include "base/names.h"

namespace shamal::api::report {

namespace {

std::string entry(const ReportEquation& equation, const analysis::SourceList& sources) {
  const Origin origin = read_origin(equation.doc, sources);
  std::string uses;
  for (const std::string& name : equation.uses) {
    uses += fmt::format("{}{}", uses.empty() ? "" : ", ", equation_link(name));
  }
  return fmt::format(
      "<div id=\"{}\"><dt>{} <span class=\"aside\">{}{}{}</span></dt><dd>{}{}{}{}</dd></div>\n",
      equation_anchor(equation.name), escape(base::display_name(equation.name)), equation.kind,
      equation.unit.empty() ? std::string() : ", " + escape(equation.unit),
      equation.dimensions.empty() ? std::string() : ", by " + escape(equation.dimensions),
      equation.text.empty() ? std::string()
                            : fmt::format("<code>{}</code><br/>", escape(equation.text)),
      escape(origin.description),
      uses.empty() ? std::string() : fmt::format("<br/>Made of {}.", uses),
      origin.basis == Basis::none ? std::string() : "<br/>" + origin_html(origin, sources));
}

}  // namespace

std::string equation_anchor(std::string_view variable) {
  return "eq-" + anchor(variable.substr(0, variable.find('[')));
}

std::string equation_link(std::string_view variable) {
  return fmt::format("<a href=\"#{}\">{}</a>", equation_anchor(variable),
                     escape(base::display_name(std::string(variable))));
}

std::string guide_html(std::span<const ReportEquation> equations,
                       const analysis::SourceList& sources) {
  std::string out;
  std::string module;
  for (const ReportEquation& equation : equations) {
    const std::size_t dot = equation.name.find('.');
    const std::string own =
        dot == std::string::npos ? std::string("model") : equation.name.substr(0, dot);
    if (own != module) {
      out += fmt::format("{}<h3>{}</h3><dl class=\"guide\">", module.empty() ? "" : "</dl>",
                         escape(base::display_name(own)));
      module = own;
    }
    out += entry(equation, sources);
  }
  return out.empty() ? out : out + "</dl>";
}

}  // namespace shamal::api::report
