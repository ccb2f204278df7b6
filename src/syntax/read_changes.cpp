#include "syntax/read_changes.h"

#include <algorithm>
#include <cctype>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/vensim_parser.h"
#include "syntax/vensim_settings.h"

namespace shamal::syntax {

using base::Code;

namespace {

constexpr char kEndOfFile = '\x1a';  // of DOS

// Cuts a file into its equations.
class ChangesText {
 public:
  explicit ChangesText(std::string_view text)
      : text_(text.substr(0, std::min(text.find(kEndOfFile), text.size()))) {}

  // The next equation, without blanks around it; empty at the end.
  std::string_view next() {
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      const std::size_t end = end_of_equation();
      const std::string_view equation = trimmed(text_.substr(begin, end - begin));
      if (!equation.empty() && !equation.starts_with(':')) {
        return equation;
      }
    }
    return {};
  }

 private:
  // Moves behind the equation and returns its end.
  std::size_t end_of_equation() {
    const std::size_t begin = at_;
    int open = 0;
    bool quoted = false;
    bool sides = false;  // there was something between name and value
    char last = '\n';    // that is not blank
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n' && !quoted) {
        const bool goes_on = open > 0 || last == ',' || last == '=' || last == '\\' ||
                             (!sides && last != '\n' && text_[first_of(begin)] != ':');
        if (!goes_on) {
          return at_++;
        }
      }
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted) {
        open += c == '(' ? 1 : c == ')' ? -1 : 0;
        sides = sides || c == '=' || c == '(';
      }
      if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        last = c;
      }
    }
    return at_;
  }

  std::size_t first_of(std::size_t begin) const {
    return std::min(text_.find_first_not_of(" \t\r\n", begin), text_.size() - 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The middle of 0 <= name = 3 <= 10 | …
std::string_view without_bounds(std::string_view equation) {
  const std::size_t first = equation.find("<=");
  if (first != std::string_view::npos && first < equation.find('=')) {
    equation.remove_prefix(first + 2);
  }
  const std::size_t assignment = equation.find('=');
  const std::size_t last =
      assignment == std::string_view::npos ? assignment : equation.find("<=", assignment + 1);
  equation = equation.substr(0, last);
  return trimmed(equation.substr(0, equation.find('|')));
}

bool is_number(const Expr& expr) {
  return expr.kind == ExprKind::number ||
         (expr.kind == ExprKind::unary && expr.op != Operator::logical_not &&
          is_number(expr.args[0]));
}

bool reads_constants(const Expr& expr) {
  const std::string name = expr.kind == ExprKind::call ? base::fold_name(expr.text) : "";
  return name.starts_with("get_") && name.ends_with("_constants");
}

// Whether the equation gives numbers that a change may replace.
bool is_constant(const Equation& equation) {
  return !equation.rate && !equation.initial && !equation.gf &&
         (equation.constants ||
          (equation.expr && (is_number(*equation.expr) || reads_constants(*equation.expr))));
}

bool same_words(const std::vector<Word>& a, const std::vector<Word>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Word& x, const Word& y) {
    return base::fold_name(x.text) == base::fold_name(y.text);
  });
}

class Changer {
 public:
  Changer(ParsedModel& parsed, base::Diagnostics& diagnostics)
      : model_(parsed.models[root_model(parsed)]), diagnostics_(diagnostics) {}

  void apply(const VariableDecl& change) {
    const std::string folded = base::fold_name(change.name.text);
    const auto found =
        std::find_if(model_.variables.begin(), model_.variables.end(),
                     [&](const VariableDecl& v) { return base::fold_name(v.name.text) == folded; });
    if (found == model_.variables.end()) {
      unknown(change.name);
      return;
    }
    const Equation& to = change.equations.front();
    const bool good =
        to.gf ? change_lookup(*found, to, change.name) : change_constant(*found, to, change.name);
    if (good && found->kind == VariableKind::stock) {
      refuse(change.name, "");
    }
  }

 private:
  void unknown(const Word& name) {
    std::vector<std::string> names;
    for (const VariableDecl& variable : model_.variables) {
      names.push_back(base::display_name(variable.name.text));
    }
    const auto near = base::nearest_name(name.text, names);
    diagnostics_.add(Code::request_unknown_variable, name.span,
                     "\"" + base::display_name(name.text) + "\"",
                     near ? "did you mean \"" + *near + "\"?" : "");
  }

  bool refuse(const Word& name, const std::string& fix) {
    diagnostics_.add(Code::request_not_constant, name.span,
                     "\"" + base::display_name(name.text) + "\"", fix);
    return false;
  }

  bool change_lookup(VariableDecl& variable, const Equation& to, const Word& name) {
    bool any = false;
    for (Equation& equation : variable.equations) {
      const bool reads = equation.expr && variable.kind == VariableKind::graphical;
      if ((equation.gf || reads) &&
          (to.subscripts.empty() || same_words(equation.subscripts, to.subscripts))) {
        if (!equation.gf) {
          equation.expr.reset();  // GET … LOOKUPS
        }
        equation.gf = to.gf;
        any = true;
      }
    }
    if (any) {
      return true;
    }
    if (variable.kind == VariableKind::graphical) {
      variable.equations.push_back(to);
      return true;
    }
    return refuse(name, "it is not a look-up");
  }

  bool change_constant(VariableDecl& variable, const Equation& to, const Word& name) {
    if (!to.constants && !(to.expr && is_number(*to.expr))) {
      diagnostics_.add(Code::bad_changes, name.span, "\"" + base::display_name(name.text) + "\"",
                       "give it a number, or a list of numbers");
      return false;
    }
    if (variable.unchangeable) {
      return refuse(name, "its equation says == : it is not to be changed");
    }
    if (!std::all_of(variable.equations.begin(), variable.equations.end(), [&](const auto& e) {
          return is_constant(e) ||
                 (!to.subscripts.empty() && !same_words(e.subscripts, to.subscripts));
        })) {
      return refuse(name, "");
    }
    const auto put = [&](Equation& equation) {
      equation.expr = to.expr;
      equation.constants = to.constants;
    };
    const bool whole = to.subscripts.empty();
    if (whole && to.constants && variable.equations.size() > 1) {
      diagnostics_.add(Code::bad_changes, name.span, "\"" + base::display_name(name.text) + "\"",
                       "its elements have equations of their own: name the subscripts");
      return false;
    }
    bool any = false;
    for (Equation& equation : variable.equations) {
      if (whole || same_words(equation.subscripts, to.subscripts)) {
        put(equation);
        any = true;
      }
    }
    if (!any) {
      variable.equations.push_back(to);
    }
    return true;
  }

  ModelDecl& model_;
  base::Diagnostics& diagnostics_;
};

}  // namespace

std::vector<VariableDecl> read_changes(base::FileId file, const base::Sources& sources,
                                       base::Diagnostics& diagnostics) {
  const std::string_view text = sources.text(file);
  std::vector<VariableDecl> changes;
  std::size_t elements_left = kMaxVensimElements;
  ChangesText cut(text);
  for (std::string_view whole = cut.next(); !whole.empty(); whole = cut.next()) {
    const std::string_view equation = without_bounds(whole);
    const auto begin = static_cast<std::uint32_t>(equation.data() - text.data());
    const base::LocatedText located = base::located(equation, file, begin);
    const std::size_t errors = diagnostics.errors();
    VensimParser parser(located, diagnostics, elements_left);
    VensimStatement statement = parser.parse_statement();
    const auto kind = statement.kind;
    if (diagnostics.errors() > errors) {
      continue;
    }
    if (kind != VensimStatement::Kind::equation || statement.variable.equations.empty() ||
        statement.variable.data || statement.variable.equations.front().rate ||
        !statement.variable.equations.front().except.empty()) {
      diagnostics.add(Code::bad_changes, located.span(),
                      "\"" + std::string(equation.substr(0, 40)) + "\"", "write name = value");
      continue;
    }
    changes.push_back(std::move(statement.variable));
  }
  return changes;
}

void apply_changes(const std::vector<VariableDecl>& changes, ParsedModel& parsed,
                   base::Diagnostics& diagnostics) {
  Changer changer(parsed, diagnostics);
  for (const VariableDecl& change : changes) {
    changer.apply(change);
  }
  if (!changes.empty() && parsed.dialect == Dialect::vensim) {
    std::vector<Word> methods = std::move(parsed.sim_specs.methods);
    parsed.sim_specs = read_vensim_times(parsed.models[root_model(parsed)].variables);
    parsed.sim_specs.methods = std::move(methods);
  }
}

}  // namespace shamal::syntax
