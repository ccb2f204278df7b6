#include "api/document.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "api/assets.h"
#include "api/read_inputs.h"
#include "api/report/diagram.h"
#include "api/report/text.h"
#include "api/version.h"
#include "base/names.h"
#include "model/outline.h"
#include "syntax/diagram.h"
#include "syntax/names.h"
#include "syntax/print_marked.h"

namespace shamal::api {

using model::Outline;
using model::OutlineEntry;
using report::escape;
using syntax::Dialect;
using syntax::Equation;

namespace {

constexpr std::size_t kEquations = 6;  // of an array, before the rest is folded away

std::string_view asset(std::string_view name) {
  for (const Asset& one : assets()) {
    if (one.name == name) {
      return one.text;
    }
  }
  return {};
}

class Page {
 public:
  Page(const syntax::ParsedModel& parsed, const Outline& outline, const base::Sources& sources,
       const base::Diagnostics& diagnostics, std::string title, std::string file)
      : parsed_(parsed),
        outline_(outline),
        sources_(sources),
        title_(std::move(title)),
        file_(std::move(file)) {
    std::set<std::string> used;
    for (const OutlineEntry& entry : outline_.entries) {
      std::string id = "v-" + report::anchor(entry.name);
      for (int number = 2; !used.insert(id).second; ++number) {
        id = fmt::format("v-{}-{}", report::anchor(entry.name), number);
      }
      ids_.push_back(id);
      places_.emplace(base::fold_name(entry.name), ids_.size() - 1);
    }
    share_problems(diagnostics);
  }

  std::string write() {
    out_ = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<title>{}</title><style>{}</style></head>\n<body><main>\n",
        escape(title_), asset("document.css"));
    write_head();
    write_diagrams();
    write_variables();
    write_dimensions();
    write_macros();
    out_ += fmt::format("<script>{}</script>\n</main></body></html>\n", asset("document.js"));
    return std::move(out_);
  }

 private:
  // --- problems ---------------------------------------------------------------------------------

  // A problem is shown with the variable in whose text it stands.
  void share_problems(const base::Diagnostics& diagnostics) {
    problems_.resize(outline_.entries.size());
    for (const base::Diagnostic& one : diagnostics.sorted()) {
      const base::CodeRow& row = base::row(one.code);
      const std::string text = fmt::format("{} {} {}", row.id, row.title, one.what);
      std::size_t owner = outline_.entries.size();
      for (std::size_t e = 0; e < outline_.entries.size() && one.span.known(); ++e) {
        if (holds(outline_.entries[e].decl, one.span)) {
          owner = e;
          break;
        }
      }
      if (owner < outline_.entries.size()) {
        problems_[owner].push_back(text);
      } else {
        general_.push_back(one.span.known()
                               ? fmt::format("line {}: {}", sources_.place(one.span).line, text)
                               : text);
      }
    }
  }

  static bool within(base::Span inner, base::Span outer) {
    return outer.known() && inner.file == outer.file && inner.begin >= outer.begin &&
           inner.begin <= outer.end;
  }

  static bool holds(const syntax::VariableDecl& decl, base::Span span) {
    if (within(span, decl.name.span) || (decl.units && within(span, decl.units->span))) {
      return true;
    }
    return std::any_of(decl.equations.begin(), decl.equations.end(), [&](const Equation& equation) {
      return within(span, equation.span) || (equation.expr && within(span, equation.expr->span));
    });
  }

  // --- names ------------------------------------------------------------------------------------

  // The entry that a name in a module means: its own, or one of the modules around it.
  std::size_t find(const std::string& written, std::size_t module) const {
    std::string prefix = outline_.modules[module].name;
    const std::string folded = base::fold_name(written);
    for (;;) {
      const auto found =
          places_.find(prefix.empty() ? folded : base::fold_name(prefix) + "." + folded);
      if (found != places_.end()) {
        return found->second;
      }
      if (prefix.empty()) {
        return outline_.entries.size();
      }
      const std::size_t dot = prefix.rfind('.');
      prefix = dot == std::string::npos ? "" : prefix.substr(0, dot);
    }
  }

  std::string link(std::size_t entry, const std::string& text) const {
    return fmt::format("<a href=\"#{}\">{}</a>", ids_[entry], escape(text));
  }

  std::string linked(const std::string& marked, std::size_t module) const {
    std::string html;
    std::size_t at = 0;
    while (at < marked.size()) {
      const std::size_t begin = std::min(marked.find(syntax::kNameBegins, at), marked.size());
      html += escape(std::string_view(marked).substr(at, begin - at));
      if (begin == marked.size()) {
        break;
      }
      const std::size_t end = std::min(marked.find(syntax::kNameEnds, begin), marked.size());
      const std::string name = marked.substr(begin + 1, end - begin - 1);
      const std::size_t entry = find(syntax::read_plain_name(name), module);
      html += entry == outline_.entries.size() ? escape(name) : link(entry, name);
      at = end + 1;
    }
    return html;
  }

  std::string expression(const syntax::Expr& expr, std::size_t module) const {
    return linked(parsed_.dialect == Dialect::vensim ? syntax::print_vensim_marked(expr)
                                                     : syntax::print_marked(expr),
                  module);
  }

  // --- head -------------------------------------------------------------------------------------

  void fact(std::string_view name, const std::string& value) {
    if (!value.empty()) {
      out_ += fmt::format("<dt>{}</dt><dd>{}</dd>", name, value);
    }
  }

  void write_head() {
    const model::SimSpecs& sim = outline_.model.sim;
    std::size_t stocks = 0;
    std::size_t without_unit = 0;
    std::size_t without_doc = 0;
    for (const OutlineEntry& entry : outline_.entries) {
      stocks += entry.decl.kind == syntax::VariableKind::stock ? 1 : 0;
      without_unit += entry.decl.units ? 0 : 1;
      without_doc += entry.decl.doc.empty() ? 1 : 0;
    }
    out_ += fmt::format("<h1>{}</h1>\n", escape(title_));
    if (!parsed_.header.doc.empty()) {
      out_ += fmt::format("<p class=\"doc\">{}</p>\n", escape(parsed_.header.doc));
    }
    out_ +=
        "<div class=\"bar\" role=\"search\"><label for=\"search\">Search</label>"
        "<input id=\"search\" type=\"search\" placeholder=\"names, equations, units, text\">"
        "<output id=\"count\"></output></div>\n<section class=\"other\"><dl class=\"facts\">";
    fact("File", escape(file_));
    fact("Written by", escape(parsed_.header.product +
                              (parsed_.header.vendor.empty() ? "" : ", " + parsed_.header.vendor)));
    fact("Variables", fmt::format("{}, of them {} stocks", outline_.entries.size(), stocks));
    fact("Time", fmt::format("{} to {} {}", sim.start, sim.stop, escape(sim.time_unit)));
    fact("Step",
         fmt::format("{}, by {}; saved every {}", report::step_text(fmt::format("{}", sim.dt)),
                     report::method_text(sim.method),
                     report::step_text(fmt::format("{}", sim.save_interval))));
    fact("Without a unit", without_unit > 0 ? fmt::format("{}", without_unit) : "");
    fact("Without documentation", without_doc > 0 ? fmt::format("{}", without_doc) : "");
    std::size_t count = general_.size();
    for (const auto& list : problems_) {
      count += list.size();
    }
    fact("Problems", count == 0 ? "none" : fmt::format("{}", count));
    out_ += "</dl>\n";
    for (const std::string& problem : general_) {
      out_ += fmt::format("<p class=\"problem\">{}</p>\n", escape(problem));
    }
    for (std::size_t e = 0; e < problems_.size(); ++e) {
      for (const std::string& problem : problems_[e]) {
        out_ += fmt::format("<p class=\"problem\">{}: {}</p>\n", link(e, outline_.entries[e].name),
                            escape(problem));
      }
    }
    out_ += "</section>\n";
  }

  // --- diagrams ---------------------------------------------------------------------------------

  void write_diagrams() {
    bool first = true;
    bool open = false;
    for (std::size_t m = 0; m < outline_.modules.size(); ++m) {
      const model::OutlineModule& module = outline_.modules[m];
      for (const syntax::Diagram& diagram : syntax::read_diagrams(module.views)) {
        const std::string svg =
            report::draw_diagram(diagram, [&](const std::string& name) -> report::DiagramTarget {
              const std::size_t entry = find(name, m);
              if (entry == outline_.entries.size()) {
                const std::string inside = (module.name.empty() ? "" : module.name + ".") + name;
                const bool known = std::any_of(
                    outline_.modules.begin(), outline_.modules.end(), [&](const auto& one) {
                      return base::fold_name(one.name) == base::fold_name(inside);
                    });
                return {known ? "m-" + report::anchor(inside) : "", false};
              }
              return {ids_[entry],
                      outline_.entries[entry].decl.kind == syntax::VariableKind::stock};
            });
        if (svg.empty()) {
          continue;
        }
        if (first) {
          out_ += "<section class=\"other\"><h2>Diagrams</h2>\n";
        }
        std::string title = module.name;
        if (!diagram.title.empty()) {
          title += (title.empty() ? "" : ": ") + diagram.title;
        }
        // A large model would be slow to lay out: one diagram is open, the first with variables.
        const bool opened =
            !open && std::any_of(diagram.shapes.begin(), diagram.shapes.end(),
                                 [](const syntax::DiagramShape& shape) {
                                   using Kind = syntax::DiagramShape::Kind;
                                   return shape.kind != Kind::text && shape.kind != Kind::cloud;
                                 });
        open = open || opened;
        out_ += fmt::format(
            "<details{}><summary>{}</summary><div class=\"scroll\" tabindex=\"0\">"
            "{}</div></details>\n",
            opened ? " open" : "", escape(title.empty() ? std::string("Diagram") : title), svg);
        first = false;
      }
    }
    out_ += first ? "" : "</section>\n";
  }

  // --- variables --------------------------------------------------------------------------------

  void write_variables() {
    for (std::size_t m = 0; m < outline_.modules.size(); ++m) {
      const model::OutlineModule& module = outline_.modules[m];
      std::vector<std::size_t> rest;
      for (std::size_t e = 0; e < outline_.entries.size(); ++e) {
        if (outline_.entries[e].module == m) {
          rest.push_back(e);
        }
      }
      const std::string name = module.name;
      for (const syntax::Group& group : module.groups) {
        std::set<std::string> members;
        for (const syntax::Word& entity : group.entities) {
          members.insert(base::fold_name(entity.text));
        }
        std::vector<std::size_t> listed;
        std::vector<std::size_t> others;
        for (const std::size_t e : rest) {
          (members.contains(base::fold_name(outline_.entries[e].decl.name.text)) ? listed : others)
              .push_back(e);
        }
        rest = std::move(others);
        write_section(name.empty() ? group.name.text : name + ": " + group.name.text, group.doc,
                      listed);
      }
      write_section(name.empty() ? "Variables" : name, "", rest);
    }
  }

  void write_section(const std::string& title, const std::string& doc,
                     std::vector<std::size_t> entries) {
    if (entries.empty()) {
      return;
    }
    std::sort(entries.begin(), entries.end(), [&](std::size_t a, std::size_t b) {
      return base::fold_name(outline_.entries[a].decl.name.text) <
             base::fold_name(outline_.entries[b].decl.name.text);
    });
    out_ += fmt::format(
        "<section class=\"variables\" id=\"m-{}\"><h2>{} <span class=\"soft\">{}</span></h2>\n",
        report::anchor(title), escape(base::display_name(title)), entries.size());
    if (!doc.empty()) {
      out_ += fmt::format("<p class=\"doc\">{}</p>\n", escape(doc));
    }
    for (const std::size_t e : entries) {
      write_entry(e);
    }
    out_ += "</section>\n";
  }

  std::string kind(const OutlineEntry& entry) const {
    if (entry.variable == model::kNone) {
      return "graphical function";
    }
    const model::Variable& variable = outline_.model.variables[entry.variable];
    if (variable.alias_of != model::kNone) {
      return "input";
    }
    switch (variable.kind) {
      case model::Kind::stock:
        return entry.decl.conveyor ? "conveyor" : entry.decl.queue ? "queue" : "stock";
      case model::Kind::flow:
        return "flow";
      default:
        return variable.constant ? "constant" : entry.decl.data ? "data" : "auxiliary";
    }
  }

  void write_entry(std::size_t e) {
    const OutlineEntry& entry = outline_.entries[e];
    const syntax::VariableDecl& decl = entry.decl;
    std::string dimensions;
    if (entry.variable != model::kNone) {
      for (const model::DimensionId d : outline_.model.variables[entry.variable].dimensions) {
        dimensions += (dimensions.empty() ? "" : ", ") + outline_.model.dimensions[d].name;
      }
    }
    out_ += fmt::format(
        "<article id=\"{}\"><header><h3>{}{}</h3><span class=\"kind\">{}</span>"
        "<span class=\"unit\">{}</span></header>\n",
        ids_[e], escape(base::display_name(decl.name.text)),
        dimensions.empty() ? ""
                           : fmt::format("<span class=\"soft\">[{}]</span>", escape(dimensions)),
        kind(entry), escape(decl.units ? decl.units->text : ""));
    const bool input = entry.variable != model::kNone &&
                       outline_.model.variables[entry.variable].alias_of != model::kNone;
    if (!input) {
      write_equations(entry);
    }
    if (!decl.doc.empty()) {
      out_ += fmt::format("<p class=\"doc\">{}</p>\n", escape(decl.doc));
    }
    for (const std::string& problem : problems_[e]) {
      out_ += fmt::format("<p class=\"problem\">{}</p>\n", escape(problem));
    }
    if (decl.range) {
      out_ += fmt::format("<p class=\"links\"><b>Range</b> {} to {}</p>\n",
                          report::number_text(decl.range->first, 6),
                          report::number_text(decl.range->second, 6));
    }
    std::vector<std::pair<std::size_t, bool>> causes;
    for (const model::OutlineCause& cause : entry.causes) {
      causes.emplace_back(cause.entry, cause.start_only);
    }
    write_links(input ? "Connected to" : "Causes", causes, entry.module);
    std::vector<std::pair<std::size_t, bool>> uses;
    for (const std::size_t use : entry.uses) {
      uses.emplace_back(use, false);
    }
    write_links("Uses", uses, entry.module);
    out_ += "</article>\n";
  }

  void write_links(std::string_view title, const std::vector<std::pair<std::size_t, bool>>& list,
                   std::size_t module) {
    if (list.empty()) {
      return;
    }
    out_ += fmt::format("<p class=\"links\"><b>{}</b> ", title);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const OutlineEntry& other = outline_.entries[list[i].first];
      out_ += i > 0 ? ", " : "";
      out_ += link(list[i].first,
                   other.module == module ? base::display_name(other.decl.name.text) : other.name);
      out_ += list[i].second ? " <span class=\"soft\">(start)</span>" : "";
    }
    out_ += "</p>\n";
  }

  static std::string names(const std::vector<syntax::Word>& words) {
    std::string text;
    for (const syntax::Word& word : words) {
      text += (text.empty() ? "" : ", ") + base::display_name(word.text);
    }
    return text;
  }

  void write_equations(const OutlineEntry& entry) {
    std::vector<std::string> lines;
    std::string tables;
    for (const Equation& equation : entry.decl.equations) {
      std::string line;
      if (!equation.subscripts.empty()) {
        line +=
            fmt::format("<span class=\"soft\">[{}]</span> ", escape(names(equation.subscripts)));
      }
      for (const auto& except : equation.except) {
        line += fmt::format("<span class=\"soft\">except [{}]</span> ", escape(names(except)));
      }
      if (equation.rate) {
        lines.push_back(line + "d/dt = " + expression(*equation.rate, entry.module));
        line += "at the start ";
      } else if (entry.decl.kind == syntax::VariableKind::stock && equation.expr) {
        line += "at the start ";
      }
      if (equation.expr) {
        lines.push_back(line + "= " + expression(*equation.expr, entry.module));
      }
      if (equation.initial) {
        lines.push_back(line + "at the start = " + expression(*equation.initial, entry.module));
      }
      if (equation.constants) {
        std::string text = line + "=";
        for (const auto& row : equation.constants->rows) {
          text += fmt::format(" {};", fmt::join(row, ", "));
        }
        lines.push_back(text);
      }
      if (equation.gf) {
        tables += table(*equation.gf, equation.subscripts);
      }
    }
    const auto flows = [&](const char* sign, const std::vector<syntax::Word>& list) {
      for (const syntax::Word& flow : list) {
        lines.push_back(fmt::format("d/dt {} {}", sign,
                                    linked(std::string(1, syntax::kNameBegins) +
                                               base::display_name(flow.text) + syntax::kNameEnds,
                                           entry.module)));
      }
    };
    flows("+", entry.decl.inflows);
    flows("-", entry.decl.outflows);
    if (!lines.empty()) {
      const std::size_t shown = lines.size() > kEquations + 2 ? kEquations : lines.size();
      out_ += "<pre>";
      for (std::size_t i = 0; i < shown; ++i) {
        out_ += (i > 0 ? "\n" : "") + lines[i];
      }
      out_ += "</pre>\n";
      if (shown < lines.size()) {
        out_ +=
            fmt::format("<details><summary>{} more equations</summary><pre>", lines.size() - shown);
        for (std::size_t i = shown; i < lines.size(); ++i) {
          out_ += (i > shown ? "\n" : "") + lines[i];
        }
        out_ += "</pre></details>\n";
      }
    }
    out_ += tables;
  }

  // The curve, and its points for those who want them.
  static std::string table(const syntax::GraphicalFunction& gf,
                           const std::vector<syntax::Word>& subscripts) {
    const auto [low, high] = std::minmax_element(gf.y.begin(), gf.y.end());
    const double span_x = gf.x.back() > gf.x.front() ? gf.x.back() - gf.x.front() : 1;
    const double span_y = *high > *low ? *high - *low : 1;
    std::string line;
    std::string points;
    for (std::size_t i = 0; i < gf.x.size(); ++i) {
      const double x = 4 + 192 * (gf.x[i] - gf.x.front()) / span_x;
      const double y = 76 - 72 * (gf.y[i] - *low) / span_y;
      if (i > 0 && gf.kind == syntax::GraphicalKind::discrete) {
        line += fmt::format("{:.1f},{:.1f} ", x, 76 - 72 * (gf.y[i - 1] - *low) / span_y);
      }
      line += fmt::format("{:.1f},{:.1f} ", x, y);
      points += fmt::format("({}, {}) ", gf.x[i], gf.y[i]);
    }
    static constexpr const char* kKinds[] = {
        "Graphical function", "Graphical function, extrapolated", "Graphical function, discrete"};
    return fmt::format(
        "<details><summary>{}{}: {} points, y from {} to {}</summary>"
        "<svg class=\"table\" viewBox=\"0 0 200 80\" preserveAspectRatio=\"none\" "
        "role=\"img\" aria-label=\"curve\"><polyline "
        "points=\"{}\"/></svg><pre>{}</pre></details>\n",
        kKinds[static_cast<std::size_t>(gf.kind)],
        subscripts.empty() ? "" : " [" + escape(names(subscripts)) + "]", gf.x.size(),
        report::number_text(*low), report::number_text(*high), line, points);
  }

  // --- the rest ---------------------------------------------------------------------------------

  void write_dimensions() {
    std::string list;
    for (const model::Dimension& dimension : outline_.model.dimensions) {
      if (!dimension.hidden) {
        list += fmt::format("<dt>{}</dt><dd>{}: {}</dd>", escape(dimension.name), dimension.size(),
                            escape(fmt::format("{}", fmt::join(dimension.elements, ", "))));
      }
    }
    if (!list.empty()) {
      out_ += "<section class=\"other\"><h2>Dimensions</h2><dl class=\"facts\">" + list +
              "</dl></section>\n";
    }
  }

  void write_macros() {
    if (parsed_.macros.empty()) {
      return;
    }
    out_ += "<section class=\"other\"><h2>Macros</h2>\n";
    for (const syntax::MacroDecl& macro : parsed_.macros) {
      std::string parameters;
      for (const syntax::MacroParameter& parameter : macro.parameters) {
        parameters += (parameters.empty() ? "" : ", ") + base::display_name(parameter.name.text);
      }
      out_ += fmt::format("<h3>{}({})</h3>\n", escape(base::display_name(macro.name.text)),
                          escape(parameters));
      if (!macro.doc.empty()) {
        out_ += fmt::format("<p class=\"doc\">{}</p>\n", escape(macro.doc));
      }
      out_ += "<pre>";
      if (macro.expr) {
        out_ += "= " + expression(*macro.expr, 0) + "\n";
      }
      for (const syntax::VariableDecl& decl : macro.variables) {
        for (const Equation& equation : decl.equations) {
          const std::string name = escape(base::display_name(decl.name.text));
          if (equation.rate) {
            out_ += fmt::format("d/dt {} = {}\n", name, expression(*equation.rate, 0));
          }
          if (equation.expr) {
            out_ += fmt::format("{} = {}\n", name, expression(*equation.expr, 0));
          }
        }
      }
      out_ += "</pre>\n";
    }
    out_ += "</section>\n";
  }

  const syntax::ParsedModel& parsed_;
  const Outline& outline_;
  const base::Sources& sources_;
  std::string title_;
  std::string file_;
  std::string out_;
  std::vector<std::string> ids_;
  std::map<std::string, std::size_t> places_;  // by folded name
  std::vector<std::vector<std::string>> problems_;
  std::vector<std::string> general_;
};

}  // namespace

std::optional<std::string> document(const std::string& path, base::Sources& sources,
                                    base::Diagnostics& diagnostics, const CompileInputs& inputs) {
  const auto read = read_with_inputs(path, sources, diagnostics, inputs);
  if (!read || diagnostics.has_errors()) {
    return std::nullopt;
  }
  const auto outline = model::make_outline(read->complete, sources, diagnostics);
  if (!outline) {
    return std::nullopt;
  }
  const std::string file = std::filesystem::path(path).filename().string();
  const std::string& name = read->written.header.name;
  return Page(read->written, *outline, sources, diagnostics, name.empty() ? file : name, file)
      .write();
}

}  // namespace shamal::api
