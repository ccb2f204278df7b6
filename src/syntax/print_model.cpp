#include "syntax/print_model.h"

#include <array>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/numbers.h"
#include "syntax/print_expression.h"

namespace shamal::syntax {

namespace {

using base::display_name;

std::string names(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) {
    text += (text.empty() ? "" : ", ") + display_name(word.text);
  }
  return text;
}

std::string in_brackets(const std::vector<Word>& words) {
  return words.empty() ? "" : "[" + names(words) + "]";
}

std::string bounds(const std::pair<double, double>& bounds) {
  return write_number(bounds.first) + " to " + write_number(bounds.second);
}

// Documentation begins with one line that says most; the rest is left out.
std::string first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return std::string(text.substr(0, end)) + (end == std::string_view::npos ? "" : " …");
}

class Printer {
 public:
  std::string print(const ParsedModel& parsed) {
    print_header(parsed.header);
    for (const Word& include : parsed.includes) {
      line("include {}", include.text);
    }
    print_sim_specs(parsed.sim_specs);
    print_units(parsed.units);
    print_dimensions(parsed.dimensions);
    print_behavior(parsed.behavior);
    for (const ModelDecl& model : parsed.models) {
      print_model(model, &model == &parsed.models[root_model(parsed)]);
    }
    for (const MacroDecl& macro : parsed.macros) {
      print_macro(macro);
    }
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_.append(2 * depth_, ' ');
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  void print_header(const Header& header) {
    const std::string version = header.product_version.empty() ? "" : " " + header.product_version;
    line("file \"{}\" by {}{} ({})", header.name, header.product, version, header.vendor);
    if (!header.doc.empty()) {
      line("  doc: {}", first_line(header.doc));
    }
  }

  void print_sim_specs(const SimSpecs& specs) {
    const auto number = [](const std::optional<double>& value) {
      return value ? write_number(*value) : std::string("?");
    };
    std::string text = fmt::format("time {} to {}", number(specs.start), number(specs.stop));
    if (specs.dt) {
      text += " by " + number(specs.dt);
    }
    if (specs.save_interval) {
      text += ", saved every " + number(specs.save_interval);
    }
    if (!specs.time_units.empty()) {
      text += ", in " + specs.time_units;
    }
    if (!specs.methods.empty()) {
      text += ", by " + names(specs.methods);
    }
    line("{}", text);
  }

  void print_units(const std::vector<UnitDecl>& units) {
    for (const UnitDecl& unit : units) {
      line("unit {}{}{}{}", unit.name.text, unit.equation ? " = " + unit.equation->text : "",
           unit.aliases.empty() ? "" : ", also " + names(unit.aliases),
           unit.disabled ? ", disabled" : "");
    }
  }

  void print_dimensions(const std::vector<DimensionDecl>& dimensions) {
    for (const DimensionDecl& dimension : dimensions) {
      const std::string size = dimension.size        ? write_number(*dimension.size)
                               : dimension.size_expr ? syntax::print(*dimension.size_expr)
                                                     : std::string("?");
      line("dimension {}: {}", display_name(dimension.name.text),
           dimension.source             ? syntax::print(*dimension.source)
           : dimension.equivalent_to    ? "as " + display_name(dimension.equivalent_to->text)
           : dimension.elements.empty() ? "1 to " + size
                                        : names(dimension.elements));
      for (const Mapping& mapping : dimension.mappings) {
        line("  maps to {}{}", display_name(mapping.target.text),
             mapping.elements.empty() ? "" : ": " + names(mapping.elements));
      }
    }
  }

  void print_behavior(const Behavior& behavior) {
    const auto kind = [&](std::string_view plural, const std::optional<bool>& non_negative) {
      if (non_negative) {
        line("{} may {}be negative", plural, *non_negative ? "not " : "");
      }
    };
    kind("stocks", behavior.stocks_non_negative);
    kind("flows", behavior.flows_non_negative);
  }

  void print_model(const ModelDecl& model, bool is_root) {
    line("model{}{}{}", model.name.text.empty() ? "" : " " + display_name(model.name.text),
         is_root ? ", which is simulated" : "",
         model.resource ? " from \"" + model.resource->text + "\"" : "");
    ++depth_;
    if (model.sim_specs) {
      print_sim_specs(*model.sim_specs);
    }
    print_behavior(model.behavior);
    for (const VariableDecl& variable : model.variables) {
      print_variable(variable);
    }
    for (const Group& group : model.groups) {
      line("group {}: {}", display_name(group.name.text), names(group.entities));
    }
    if (!model.views.empty()) {
      line("views: {} bytes of XML", model.views.size());
    }
    --depth_;
  }

  void print_variable(const VariableDecl& variable) {
    static constexpr std::array<std::string_view, 5> kKinds = {"stock", "flow", "aux", "table",
                                                               "module"};
    const std::string name = display_name(variable.name.text) + in_brackets(variable.dimensions);
    line("{} {}{}{}{}", kKinds[static_cast<std::size_t>(variable.kind)], name,
         variable.units ? " {" + variable.units->text + "}" : "",
         variable.access == Access::input    ? ", input"
         : variable.access == Access::output ? ", output"
                                             : "",
         variable.resource ? " from \"" + variable.resource->text + "\"" : "");
    ++depth_;
    for (const Equation& equation : variable.equations) {
      print_equation(equation);
    }
    if (!variable.inflows.empty()) {
      line("in: {}", names(variable.inflows));
    }
    if (!variable.outflows.empty()) {
      line("out: {}", names(variable.outflows));
    }
    if (variable.non_negative) {
      line("may {}be negative", *variable.non_negative ? "not " : "");
    }
    if (variable.multiplier) {
      line("multiplier: {}", syntax::print(*variable.multiplier));
    }
    if (variable.data) {
      static constexpr std::array<std::string_view, 4> kModes = {"interpolate", "hold backward",
                                                                 "look forward", "raw"};
      line("data{}{}", variable.data_mode ? ", " : "",
           variable.data_mode ? kModes[static_cast<std::size_t>(*variable.data_mode)] : "");
    }
    if (variable.unchangeable) {
      line("may not be set");
    }
    print_conveyor(variable);
    for (const Connection& connection : variable.connections) {
      line("{} <- {}", connection.to.text, connection.from.text);
    }
    if (variable.range) {
      line("range: {}", bounds(*variable.range));
    }
    if (!variable.doc.empty()) {
      line("doc: {}", first_line(variable.doc));
    }
    --depth_;
  }

  void print_conveyor(const VariableDecl& variable) {
    if (variable.conveyor) {
      const ConveyorDecl& conveyor = *variable.conveyor;
      std::string text;
      const auto part = [&](std::string_view name, const std::optional<Expr>& expr) {
        if (expr) {
          text += fmt::format(", {} {}", name, syntax::print(*expr));
        }
      };
      part("takes", conveyor.length);
      part("capacity", conveyor.capacity);
      part("inflow limit", conveyor.inflow_limit);
      part("sampled when", conveyor.sample);
      part("arrested when", conveyor.arrest);
      line("conveyor{}{}{}{}{}", text, conveyor.discrete ? ", discrete" : "",
           conveyor.batch_integrity ? ", whole batches" : "",
           conveyor.one_at_a_time ? "" : ", as many batches as fit",
           conveyor.exponential_leak ? ", exponential leakage" : "");
    }
    if (variable.queue) {
      line("queue");
    }
    if (!variable.contents.empty()) {
      std::string text;
      for (const Expr& expr : variable.contents) {
        text += (text.empty() ? "" : ", ") + syntax::print(expr);
      }
      line("holds: {}", text);
    }
    if (variable.leak) {
      line("leakage{}{} from {} to {}",
           variable.leak->fraction ? " " + syntax::print(*variable.leak->fraction) : "",
           variable.leak->integers ? " of integers" : "", write_number(variable.leak->start),
           write_number(variable.leak->end));
    }
    if (variable.overflow) {
      line("overflow");
    }
    if (variable.spread != SpreadFlow::beginning) {
      static constexpr std::array<std::string_view, 5> kNames = {"beginning", "even", "dest",
                                                                 "dist", "source"};
      line("spread: {}{}", kNames[static_cast<std::size_t>(variable.spread)],
           variable.distribution ? " " + display_name(variable.distribution->text) : "");
    }
  }

  void print_equation(const Equation& equation) {
    std::string where = equation.subscripts.empty() ? "" : in_brackets(equation.subscripts) + " ";
    for (const std::vector<Word>& elements : equation.except) {
      where += "except " + in_brackets(elements) + " ";
    }
    if (equation.rate) {
      line("{}d/dt = {}", where, syntax::print(*equation.rate));
    }
    if (equation.constants) {
      for (const std::vector<double>& row : equation.constants->rows) {
        std::string numbers;
        for (const double value : row) {
          numbers += " " + write_number(value);
        }
        line("{}={}", where, numbers);
      }
    }
    if (equation.expr) {
      line("{}= {}", where, syntax::print(*equation.expr));
    }
    if (equation.initial) {
      line("{}= {} at first", where, syntax::print(*equation.initial));
    }
    if (equation.gf) {
      print_graphical(where, *equation.gf);
    }
  }

  void print_graphical(const std::string& where, const GraphicalFunction& gf) {
    static constexpr std::array<std::string_view, 3> kKinds = {"", " extrapolate", " discrete"};
    std::string points;
    for (std::size_t i = 0; i < gf.x.size(); ++i) {
      points += fmt::format(" ({}, {})", write_number(gf.x[i]), write_number(gf.y[i]));
    }
    line("{}table{}:{}", where, kKinds[static_cast<std::size_t>(gf.kind)], points);
  }

  void print_macro(const MacroDecl& macro) {
    std::string parameters;
    for (const MacroParameter& parameter : macro.parameters) {
      parameters += (parameters.empty() ? "" : ", ") + display_name(parameter.name.text);
      if (parameter.fallback) {
        parameters += " = " + syntax::print(*parameter.fallback);
      }
    }
    line("macro {}({}){}{}", display_name(macro.name.text), parameters,
         macro.filter.empty() ? "" : " filters " + macro.filter,
         macro.apply_to.empty() ? "" : " on " + macro.apply_to);
    ++depth_;
    if (macro.expr) {
      line("= {}", syntax::print(*macro.expr));
    }
    if (macro.sim_specs) {
      print_sim_specs(*macro.sim_specs);
    }
    const auto computed = [&](std::string_view name, const std::optional<Expr>& expr) {
      if (expr) {
        line("{} {}", name, syntax::print(*expr));
      }
    };
    computed("from", macro.start);
    computed("to", macro.stop);
    computed("by", macro.dt);
    print_dimensions(macro.dimensions);
    for (const VariableDecl& variable : macro.variables) {
      print_variable(variable);
    }
    if (!macro.doc.empty()) {
      line("doc: {}", first_line(macro.doc));
    }
    --depth_;
  }

  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string print(const ParsedModel& parsed) { return Printer().print(parsed); }

}  // namespace shamal::syntax
