#include "syntax/write_xmile.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "syntax/names.h"
#include "syntax/numbers.h"
#include "syntax/print_expression.h"
#include "syntax/xml_writer.h"

namespace shamal::syntax {

namespace {

using Attributes = XmlWriter::Attributes;

// A name as the text of an element, where it has the form of an identifier in an equation.
std::string identifier(const Word& word) {
  const std::string written = write_name(word.text);
  return written == word.text ? written : quote(word.text);
}

// A name in a list between commas.
std::string listed(const Word& word) {
  const bool plain = word.text.find_first_of(",\"") == std::string::npos;
  return plain ? write_plain_name(word.text) : quote(word.text);
}

std::string join(const std::vector<Word>& words, std::string (*write)(const Word&)) {
  std::string text;
  for (const Word& word : words) {
    text += (text.empty() ? "" : ", ") + write(word);
  }
  return text;
}

std::string join(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) {
    text += (text.empty() ? "" : ",") + write_number(number);
  }
  return text;
}

// The n of dt = 1/n: a whole number if one gives the same dt.
double reciprocal(double dt) {
  const double whole = std::round(1 / dt);
  return 1 / whole == dt ? whole : 1 / dt;
}

class Writer {
 public:
  std::string write(const ParsedModel& parsed) {
    Attributes attributes = {{"version", "1.0"},
                             {"xmlns", "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"},
                             {"xmlns:isee", "http://iseesystems.com/XMILE"}};
    if (std::any_of(parsed.macros.begin(), parsed.macros.end(),
                    [](const MacroDecl& macro) { return !macro.outputs.empty(); })) {
      attributes.emplace_back("xmlns:shamal", "http://shamal/XMILE");
    }
    xml_.open("xmile", attributes);
    write_header(parsed);
    if (!(parsed.sim_specs == SimSpecs{})) {
      write_sim_specs(parsed.sim_specs);
    }
    write_units(parsed.units);
    write_dimensions(parsed.dimensions);
    write_behavior(parsed.behavior);
    for (const std::string& markup : parsed.kept) {
      xml_.raw(markup);
    }
    for (const ModelDecl& model : parsed.models) {
      write_model(model);
    }
    for (const MacroDecl& macro : parsed.macros) {
      write_macro(macro);
    }
    xml_.close();
    return xml_.take();
  }

 private:
  void text(std::string_view name, std::string_view content) {
    if (!content.empty()) {
      xml_.element(name, content);
    }
  }

  void expression(std::string_view name, const std::optional<Expr>& expr) {
    if (expr) {
      xml_.element(name, print(*expr));
    }
  }

  void bounds(std::string_view name, const std::optional<std::pair<double, double>>& bounds) {
    if (bounds) {
      xml_.element(name,
                   {{"min", write_number(bounds->first)}, {"max", write_number(bounds->second)}});
    }
  }

  static Attributes named(const Word& name) {
    Attributes attributes;
    if (!name.text.empty()) {
      attributes.emplace_back("name", write_plain_name(name.text));
    }
    return attributes;
  }

  void write_header(const ParsedModel& parsed) {
    const Header& header = parsed.header;
    xml_.open("header");
    text("vendor", header.vendor);
    if (!header.product.empty() || !header.product_version.empty()) {
      Attributes version;
      if (!header.product_version.empty()) {
        version.emplace_back("version", header.product_version);
      }
      xml_.element("product", version, header.product);
    }
    write_options(parsed);
    text("name", header.name);
    text("doc", header.doc);
    if (!parsed.includes.empty()) {
      xml_.open("includes");
      for (const Word& include : parsed.includes) {
        xml_.element("include", {{"resource", include.text}});
      }
      xml_.close();
    }
    xml_.close();
  }

  // What of the language the file makes use of (2.2.1).
  void write_options(const ParsedModel& parsed) {
    std::size_t dimensions = 0;
    bool modules = false;
    bool views = false;
    bool conveyors = false;
    bool arrests = false;
    bool leaks = false;
    bool queues = false;
    bool overflows = false;
    for (const ModelDecl& model : parsed.models) {
      views = views || !model.views.empty();
      for (const VariableDecl& variable : model.variables) {
        conveyors = conveyors || variable.conveyor;
        arrests = arrests || (variable.conveyor && variable.conveyor->arrest);
        leaks = leaks || variable.leak;
        queues = queues || variable.queue;
        overflows = overflows || variable.overflow;
        dimensions = std::max(dimensions, variable.dimensions.size());
        modules = modules || variable.kind == VariableKind::module;
      }
    }
    const bool filters = std::any_of(parsed.macros.begin(), parsed.macros.end(),
                                     [](const MacroDecl& m) { return !m.filter.empty(); });
    if (dimensions == 0 && !modules && !views && !conveyors && !queues && parsed.macros.empty() &&
        !parsed.nan_beyond_arrays) {
      return;
    }
    xml_.open("options");
    if (dimensions > 0 || parsed.nan_beyond_arrays) {
      Attributes attributes = {{"maximum_dimensions", fmt::format("{}", dimensions)}};
      if (parsed.nan_beyond_arrays) {
        attributes.emplace_back("invalid_index_value", "NaN");
      }
      xml_.element("uses_arrays", attributes);
    }
    if (conveyors) {
      Attributes attributes;
      if (arrests) {
        attributes.emplace_back("arrest", "true");
      }
      if (leaks) {
        attributes.emplace_back("leak", "true");
      }
      xml_.element("uses_conveyor", attributes);
    }
    if (queues) {
      xml_.element("uses_queue", overflows ? Attributes{{"overflow", "true"}} : Attributes{});
    }
    if (modules) {
      xml_.element("uses_submodels");
    }
    if (!parsed.macros.empty()) {
      xml_.element("uses_macros",
                   {{"recursive_macros", "false"}, {"option_filters", filters ? "true" : "false"}});
    }
    if (views) {
      xml_.element("has_model_view");
    }
    xml_.close();
  }

  void write_sim_specs(const SimSpecs& specs, const MacroDecl* macro = nullptr) {
    Attributes attributes;
    if (!specs.methods.empty()) {
      attributes.emplace_back("method", join(specs.methods, listed));
    }
    if (!specs.time_units.empty()) {
      attributes.emplace_back("time_units", specs.time_units);
    }
    if (specs.save_interval) {
      attributes.emplace_back("isee:save_interval", write_number(*specs.save_interval));
    }
    xml_.open("sim_specs", attributes);
    if (specs.start) {
      xml_.element("start", write_number(*specs.start));
    }
    if (specs.stop) {
      xml_.element("stop", write_number(*specs.stop));
    }
    if (macro != nullptr) {
      expression("start", macro->start);
      expression("stop", macro->stop);
      expression("dt", macro->dt);
    }
    if (specs.dt && specs.reciprocal) {
      xml_.element("dt", {{"reciprocal", "true"}}, write_number(reciprocal(*specs.dt)));
    } else if (specs.dt) {
      xml_.element("dt", write_number(*specs.dt));
    } else if (specs.reciprocal) {
      xml_.element("dt", {{"reciprocal", "true"}});
    }
    xml_.close();
  }

  void write_units(const std::vector<UnitDecl>& units) {
    if (units.empty()) {
      return;
    }
    xml_.open("model_units");
    for (const UnitDecl& unit : units) {
      Attributes attributes = named(unit.name);
      if (unit.disabled) {
        attributes.emplace_back("disabled", "true");
      }
      xml_.open("unit", attributes);
      if (unit.equation) {
        xml_.element("eqn", unit.equation->text);
      }
      for (const Word& alias : unit.aliases) {
        xml_.element("alias", alias.text);
      }
      xml_.close();
    }
    xml_.close();
  }

  void write_dimensions(const std::vector<DimensionDecl>& dimensions) {
    if (dimensions.empty()) {
      return;
    }
    xml_.open("dimensions");
    for (const DimensionDecl& dimension : dimensions) {
      Attributes attributes = named(dimension.name);
      if (dimension.size) {
        attributes.emplace_back("size", write_number(*dimension.size));
      } else if (dimension.size_expr) {
        attributes.emplace_back("size", print(*dimension.size_expr));
      }
      xml_.open("dim", attributes);
      for (const Word& element : dimension.elements) {
        xml_.element("elem", named(element));
      }
      xml_.close();
    }
    xml_.close();
  }

  void write_flag(std::string_view name, bool value) { xml_.element(name, value ? "" : "false"); }

  void write_behavior(const Behavior& behavior) {
    if (behavior == Behavior{}) {
      return;
    }
    xml_.open("behavior");
    if (behavior.stocks_non_negative) {
      xml_.open("stock");
      write_flag("non_negative", *behavior.stocks_non_negative);
      xml_.close();
    }
    if (behavior.flows_non_negative) {
      xml_.open("flow");
      write_flag("non_negative", *behavior.flows_non_negative);
      xml_.close();
    }
    xml_.close();
  }

  void write_model(const ModelDecl& model) {
    Attributes attributes = named(model.name);
    if (model.resource) {
      attributes.emplace_back("resource", model.resource->text);
    }
    xml_.open("model", attributes);
    if (model.sim_specs) {
      write_sim_specs(*model.sim_specs);
    }
    write_behavior(model.behavior);
    write_variables(model.variables, model.groups);
    if (!model.views.empty()) {
      xml_.raw(model.views);
    }
    xml_.close();
  }

  void write_variables(const std::vector<VariableDecl>& variables,
                       const std::vector<Group>& groups) {
    xml_.open("variables");
    for (const VariableDecl& variable : variables) {
      write_variable(variable);
    }
    for (const Group& group : groups) {
      xml_.open("group", named(group.name));
      text("doc", group.doc);
      for (const Word& entity : group.entities) {
        xml_.element("entity", named(entity));
      }
      xml_.close();
    }
    xml_.close();
  }

  void write_variable(const VariableDecl& variable) {
    static constexpr std::string_view kTags[] = {"stock", "flow", "aux", "gf", "module"};
    Attributes attributes = named(variable.name);
    if (variable.access != Access::none) {
      attributes.emplace_back("access", variable.access == Access::input ? "input" : "output");
    }
    if (variable.resource) {
      attributes.emplace_back("resource", variable.resource->text);
    }
    // The points of a function that stands alone are its own.
    const GraphicalFunction* own_points = nullptr;
    if (variable.kind == VariableKind::graphical && !variable.equations.empty()) {
      const Equation& first = variable.equations.front();
      own_points = first.subscripts.empty() && first.gf ? &*first.gf : nullptr;
    }
    if (own_points != nullptr) {
      add_kind(*own_points, attributes);
    }
    add_conveyor_attributes(variable, attributes);
    xml_.open(kTags[static_cast<std::size_t>(variable.kind)], attributes);
    write_dimension_names(variable.dimensions);
    if (!variable.contents.empty()) {
      std::string list;
      for (const Expr& expr : variable.contents) {
        list += (list.empty() ? "" : ", ") + print(expr);
      }
      xml_.element("eqn", list);
    }
    for (const Equation& equation : variable.equations) {
      if (own_points != nullptr && &equation == &variable.equations.front()) {
        write_points(*own_points);
      } else {
        write_equation(equation);
      }
    }
    write_properties(variable);
    for (const Connection& connection : variable.connections) {
      xml_.element("connect", {{"to", write_plain_name(connection.to.text)},
                               {"from", write_plain_name(connection.from.text)}});
    }
    xml_.close();
  }

  void write_dimension_names(const std::vector<Word>& dimensions) {
    if (dimensions.empty()) {
      return;
    }
    xml_.open("dimensions");
    for (const Word& dimension : dimensions) {
      xml_.element("dim", named(dimension));
    }
    xml_.close();
  }

  void write_equation(const Equation& equation) {
    const bool element = !equation.subscripts.empty();
    if (element) {
      xml_.open("element", {{"subscript", join(equation.subscripts, listed)}});
    }
    expression("eqn", equation.expr);
    expression("init_eqn", equation.initial);
    if (equation.gf) {
      Attributes attributes;
      add_kind(*equation.gf, attributes);
      xml_.open("gf", attributes);
      write_points(*equation.gf);
      xml_.close();
    }
    if (element) {
      xml_.close();
    }
  }

  static void add_kind(const GraphicalFunction& gf, Attributes& attributes) {
    if (gf.kind != GraphicalKind::continuous) {
      attributes.emplace_back("type",
                              gf.kind == GraphicalKind::discrete ? "discrete" : "extrapolate");
    }
  }

  void write_points(const GraphicalFunction& gf) {
    bounds("xscale", gf.x_scale);
    bounds("yscale", gf.y_scale);
    if (!gf.x_scale) {
      xml_.element("xpts", join(gf.x));
    }
    xml_.element("ypts", join(gf.y));
  }

  void write_properties(const VariableDecl& variable) {
    for (const Word& flow : variable.inflows) {
      xml_.element("inflow", identifier(flow));
    }
    for (const Word& flow : variable.outflows) {
      xml_.element("outflow", identifier(flow));
    }
    if (variable.non_negative) {
      write_flag("non_negative", *variable.non_negative);
    }
    expression("multiplier", variable.multiplier);
    write_conveyor(variable);
    if (variable.units) {
      xml_.element("units", variable.units->text);
    }
    bounds("range", variable.range);
    text("doc", variable.doc);
    for (const std::string& markup : variable.kept) {
      xml_.raw(markup);
    }
  }

  void write_conveyor(const VariableDecl& variable) {
    if (variable.conveyor) {
      const ConveyorDecl& conveyor = *variable.conveyor;
      Attributes attributes;
      const auto flag = [&](const char* name, bool value, bool otherwise) {
        if (value != otherwise) {
          attributes.emplace_back(name, value ? "true" : "false");
        }
      };
      flag("discrete", conveyor.discrete, false);
      flag("batch_integrity", conveyor.batch_integrity, false);
      flag("one_at_a_time", conveyor.one_at_a_time, true);
      flag("exponential_leak", conveyor.exponential_leak, false);
      xml_.open("conveyor", attributes);
      expression("len", conveyor.length);
      expression("capacity", conveyor.capacity);
      expression("in_limit", conveyor.inflow_limit);
      expression("sample", conveyor.sample);
      expression("arrest", conveyor.arrest);
      xml_.close();
    }
    if (variable.queue) {
      xml_.element("queue");
    }
    if (variable.leak) {
      xml_.element("leak", variable.leak->fraction ? print(*variable.leak->fraction) : "");
      if (variable.leak->integers) {
        xml_.element("leak_integers");
      }
    }
    if (variable.overflow) {
      xml_.element("overflow");
    }
    if (variable.distribution) {
      xml_.element("isee:distrib_eq", identifier(*variable.distribution));
    }
  }

  static void add_conveyor_attributes(const VariableDecl& variable, Attributes& attributes) {
    if (variable.leak && variable.leak->start != 0) {
      attributes.emplace_back("leak_start", write_number(variable.leak->start));
    }
    if (variable.leak && variable.leak->end != 1) {
      attributes.emplace_back("leak_end", write_number(variable.leak->end));
    }
    if (variable.spread != SpreadFlow::beginning) {
      static constexpr std::string_view kNames[] = {"beginning", "even", "dest", "dist", "source"};
      attributes.emplace_back("isee:spreadflow", kNames[static_cast<std::size_t>(variable.spread)]);
    }
  }

  void write_macro(const MacroDecl& macro) {
    Attributes attributes = named(macro.name);
    if (!macro.filter.empty()) {
      attributes.emplace_back("filter", macro.filter);
    }
    if (!macro.apply_to.empty()) {
      attributes.emplace_back("applyto", macro.apply_to);
    }
    xml_.open("macro", attributes);
    for (const MacroParameter& parameter : macro.parameters) {
      Attributes fallback;
      if (parameter.fallback) {
        fallback.emplace_back("default", print(*parameter.fallback));
      }
      xml_.element("parm", fallback, identifier(parameter.name));
    }
    for (const Word& output : macro.outputs) {
      xml_.element("shamal:output", {}, identifier(output));
    }
    expression("eqn", macro.expr);
    text("format", macro.format);
    text("doc", macro.doc);
    if (macro.sim_specs) {
      write_sim_specs(*macro.sim_specs, &macro);
    }
    write_dimensions(macro.dimensions);
    if (!macro.variables.empty()) {
      write_variables(macro.variables, {});
    }
    xml_.close();
  }

  XmlWriter xml_;
};

}  // namespace

std::string write_xmile(const ParsedModel& parsed) { return Writer().write(parsed); }

}  // namespace shamal::syntax
