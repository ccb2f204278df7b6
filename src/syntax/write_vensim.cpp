// The layout is that of Vensim's own files: {UTF-8}; macros; ranges; equations, each with units and
// comment and in the group that was opened last; sketches; settings by number.
#include "syntax/write_vensim.h"

#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/numbers.h"
#include "syntax/print_vensim.h"

namespace shamal::syntax {

namespace {

constexpr std::size_t kWidth = 80;  // of a line, before it is continued

// Continues lines at the places that allow it.
std::string wrapped(std::string_view text, std::string_view indent = "\t") {
  std::string out(indent);
  std::size_t column = 8;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kMayBreak), text.size());
    const std::string_view piece = text.substr(0, end);
    if (column > 8 && column + piece.size() > kWidth) {
      while (out.ends_with(' ')) {
        out.pop_back();
      }
      out += "\\\n\t\t";
      column = 16;
    }
    out += piece;
    column += piece.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string unmarked(std::string text) {
  std::erase(text, kMayBreak);
  return text;
}

std::string names(const std::vector<Word>& words, std::string_view separator = ",") {
  std::string text;
  for (const Word& word : words) {
    text += text.empty() ? "" : std::string(separator);
    text += write_vensim_name(word.text);
  }
  return text;
}

// What ends an entry must not stand in a comment.
std::string comment(std::string text) {
  for (char& c : text) {
    c = c == '|' ? '/' : c;
  }
  return text;
}

// The setting for an integration method; see vensim_settings.cpp.
std::string_view method_code(const std::vector<Word>& methods) {
  const std::string_view first = methods.empty() ? std::string_view("euler") : methods[0].text;
  return first == "rk45" ? "1" : first == "rk4" ? "5" : first == "rk2" ? "3" : "0";
}

class Writer {
 public:
  std::string write(const ParsedModel& parsed) {
    out_ = "{UTF-8}\n";
    for (const MacroDecl& macro : parsed.macros) {
      write_macro(macro);
    }
    for (const DimensionDecl& dimension : parsed.dimensions) {
      write_dimension(dimension);
    }
    const ModelDecl& model = parsed.models[root_model(parsed)];
    std::unordered_map<std::string, const Group*> group_of;
    for (const Group& group : model.groups) {
      for (const Word& entity : group.entities) {
        group_of.emplace(base::fold_name(entity.text), &group);
      }
    }
    const Group* open = nullptr;
    for (const VariableDecl& variable : model.variables) {
      const auto found = group_of.find(base::fold_name(variable.name.text));
      if (found != group_of.end() && found->second != open) {
        open = found->second;
        write_group(*open);
      }
      write_variable(variable);
    }
    for (const RealityCheck& check : parsed.reality_checks) {
      out_ += write_vensim_name(check.name.text);
      out_ += check.subscripts.empty() ? "" : "[" + names(check.subscripts) + "]";
      out_ += " " + check.text;
      end_entry("", check.doc, false);
    }
    write_rest(parsed, model);
    return std::move(out_);
  }

 private:
  void write_macro(const MacroDecl& macro) {
    std::vector<Word> inputs;
    for (const MacroParameter& parameter : macro.parameters) {
      inputs.push_back(parameter.name);
    }
    out_ += ":MACRO: " + write_vensim_name(macro.name.text) + "(" + names(inputs);
    out_ += macro.outputs.empty() ? ")\n" : " : " + names(macro.outputs) + ")\n";
    for (const DimensionDecl& dimension : macro.dimensions) {
      write_dimension(dimension);
    }
    for (const VariableDecl& variable : macro.variables) {
      write_variable(variable);
    }
    out_ += ":END OF MACRO:\n";
  }

  void write_dimension(const DimensionDecl& dimension) {
    out_ += write_vensim_name(dimension.name.text);
    if (dimension.equivalent_to) {
      out_ += " <-> " + write_vensim_name(dimension.equivalent_to->text);
    } else {
      out_ += ":\n" + (dimension.source ? "\t" + unmarked(print_vensim(*dimension.source))
                                        : listed(dimension.elements));
    }
    for (const Mapping& mapping : dimension.mappings) {
      out_ += &mapping == dimension.mappings.data() ? " -> " : ", ";
      out_ += mapping.elements.empty() ? write_vensim_name(mapping.target.text)
                                       : "(" + write_vensim_name(mapping.target.text) + ": " +
                                             names(mapping.elements, ", ") + ")";
    }
    end_entry("", "", false);
  }

  static std::string listed(const std::vector<Word>& words) {
    std::string text;
    for (const Word& word : words) {
      text += text.empty() ? "" : std::string(", ") + kMayBreak;
      text += write_vensim_name(word.text);
    }
    return wrapped(text);
  }

  void write_group(const Group& group) {
    const std::string line(56, '*');
    const bool again = !known_groups_.emplace(&group, true).second;
    out_ += fmt::format("\n{}\n\t{}\n{}~\n\t\t{}\n\t|\n\n", line, group.name.text, line,
                        again ? "" : comment(group.doc));
  }

  void write_variable(const VariableDecl& variable) {
    for (const Equation& equation : variable.equations) {
      out_ += write_vensim_name(variable.name.text);
      out_ += equation.subscripts.empty() ? "" : "[" + names(equation.subscripts) + "]";
      if (variable.data_mode) {
        static constexpr std::string_view kModes[] = {
            ":INTERPOLATE:", ":HOLD BACKWARD:", ":LOOK FORWARD:", ":RAW:"};
        out_ += kModes[static_cast<std::size_t>(*variable.data_mode)];
      }
      for (const std::vector<Word>& except : equation.except) {
        out_ += &except == equation.except.data() ? " :EXCEPT: [" : ", [";
        out_ += names(except) + "]";
      }
      write_right_side(variable, equation);
      // The last equation describes the variable.
      const bool last = &equation == &variable.equations.back();
      end_entry(last ? units(variable) : "", last ? variable.doc : "",
                last && variable.supplementary);
    }
  }

  void write_right_side(const VariableDecl& variable, const Equation& equation) {
    if (variable.kind == VariableKind::graphical && equation.gf) {
      out_ += "(\n" + wrapped(points(*equation.gf)) + ")";
      return;
    }
    if (!equation.expr && !equation.constants) {
      return;
    }
    out_ += variable.unchangeable ? "==\n" : variable.data ? ":=\n" : "=\n";
    if (equation.constants) {
      out_ += wrapped(constants(*equation.constants));
      return;
    }
    const std::string expr = print_vensim(*equation.expr);
    const std::string comma = std::string(", ") + kMayBreak;
    if (equation.rate) {
      out_ += wrapped("INTEG(" + print_vensim(*equation.rate) + comma + expr + ")");
    } else if (equation.gf) {
      out_ += wrapped("WITH LOOKUP(" + expr + comma + "(" + points(*equation.gf) + "))");
    } else if (equation.initial) {
      out_ += wrapped("ACTIVE INITIAL(" + expr + comma + print_vensim(*equation.initial) + ")");
    } else {
      out_ += wrapped(expr);
    }
  }

  static std::string points(const GraphicalFunction& gf) {
    std::string text;
    if (gf.y_scale) {
      text = fmt::format("[({},{})-({},{})]", write_vensim_number(gf.x.front()),
                         write_vensim_number(gf.y_scale->first), write_vensim_number(gf.x.back()),
                         write_vensim_number(gf.y_scale->second));
    }
    for (std::size_t i = 0; i < gf.x.size(); ++i) {
      text += text.empty() ? "" : std::string(",") + kMayBreak;
      text += fmt::format("({},{})", write_vensim_number(gf.x[i]), write_vensim_number(gf.y[i]));
    }
    return text;
  }

  static std::string constants(const ConstantTable& table) {
    std::string text;
    std::size_t count = 0;
    for (const std::vector<double>& row : table.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        text += (i > 0 ? std::string(",") + kMayBreak : "") + write_vensim_number(row[i]);
      }
      count += row.size();
      text += table.rows.size() > 1 ? std::string(";") + kMayBreak : "";
    }
    return text + (table.rows.size() == 1 && count == 1 ? ";" : "");
  }

  static std::string units(const VariableDecl& variable) {
    std::string text = variable.units ? variable.units->text : "";
    if (variable.range) {
      const auto end = [](double value) {
        return std::isfinite(value) ? write_number(value) : std::string("?");
      };
      text += fmt::format("{}[{},{}]", text.empty() ? "" : " ", end(variable.range->first),
                          end(variable.range->second));
    }
    return text;
  }

  void end_entry(const std::string& units, const std::string& doc, bool supplementary) {
    out_ += units.empty() && doc.empty() ? "\n\t~~"
                                         : "\n\t~\t" + units + "\n\t~\t" + comment(doc) + "\n\t";
    out_ += supplementary ? "~\t:SUPPLEMENTARY\n\t|\n\n" : "|\n\n";
  }

  void write_rest(const ParsedModel& parsed, const ModelDecl& model) {
    if (!model.views.empty()) {
      out_ += model.views;
      out_ += out_.ends_with('\n') ? "" : "\n";
      out_ += "///---\\\\\\\n";
    }
    out_ += ":L\x7f<%^E!@\n";
    for (const UnitDecl& unit : parsed.units) {
      out_ += "22:" + unit.name.text;
      for (const Word& alias : unit.aliases) {
        out_ += "," + alias.text;
      }
      out_ += "\n";
    }
    out_ += fmt::format("15:0,0,0,{},0,0\n", method_code(parsed.sim_specs.methods));
    for (const std::string& setting : parsed.kept) {
      out_ += setting + "\n";
    }
  }

  std::string out_;
  std::unordered_map<const Group*, bool> known_groups_;
};

}  // namespace

std::string write_vensim(const ParsedModel& parsed) { return Writer().write(parsed); }

}  // namespace shamal::syntax
