#include "model/reality.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/names.h"
#include "data/vendor_table.h"
#include "syntax/make_expression.h"
#include "syntax/read_vensim.h"

namespace shamal::model {

using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;
using syntax::RealityCheck;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;
using syntax::make::binary;
using syntax::make::call;
using syntax::make::choose;
using syntax::make::name;
using syntax::make::number;

namespace {

Expr half_a_step() { return binary(Operator::divide, name("TIME STEP"), number(2)); }

// Time is at `moment` or after it; half a step of room keeps rounding from moving it.
Expr from(Expr moment) {
  return binary(Operator::greater, binary(Operator::add, name("Time"), half_a_step()),
                std::move(moment));
}

bool is_comparison(const Expr& expr) {
  return expr.kind == ExprKind::binary && expr.op >= Operator::less &&
         expr.op <= Operator::not_equal;
}

bool contains_call_of(const Expr& expr, std::string_view prefix) {
  if (expr.kind == ExprKind::call && base::fold_name(expr.text).starts_with(prefix)) {
    return true;
  }
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [&](const Expr& arg) { return contains_call_of(arg, prefix); });
}

void rename(Expr& expr, const std::string& folded, const std::string& to) {
  if (expr.kind == ExprKind::name && base::fold_name(expr.text) == folded) {
    expr.text = to;
  }
  // In another run the variable has its name.
  const bool of_run =
      expr.kind == ExprKind::call && base::fold_name(expr.text).starts_with("rc_compare");
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    if (!of_run || i != 1) {
      rename(expr.args[i], folded, to);
    }
  }
}

// ---- the functions whose names begin with RC

// Paths that a variable takes from a start on: how many arguments lie between the basis and the
// start, and the path from the basis as it was at the start, those arguments, and the time since.
struct Path {
  std::string_view name;
  std::size_t parameters;
  Expr (*at)(Expr basis, const std::vector<Expr>& parameters, Expr since);
};

constexpr std::array<Path, 4> kPaths = {{
    {"rc_step", 1,
     [](Expr basis, const std::vector<Expr>& given, Expr) {
       return binary(Operator::multiply, std::move(basis), given[0]);
     }},
    {"rc_ramp", 2,
     [](Expr basis, const std::vector<Expr>& given, Expr since) {
       Expr part = call("MIN", {number(1), binary(Operator::divide, std::move(since), given[1])});
       Expr rise = binary(Operator::multiply, std::move(part),
                          binary(Operator::subtract, given[0], number(1)));
       return binary(Operator::multiply, std::move(basis),
                     binary(Operator::add, number(1), std::move(rise)));
     }},
    {"rc_decay", 1,
     [](Expr basis, const std::vector<Expr>& given, Expr since) {
       Expr passed = binary(Operator::divide, std::move(since), given[0]);
       Expr left = call("EXP", {binary(Operator::subtract, number(0), std::move(passed))});
       return binary(Operator::multiply, std::move(basis), std::move(left));
     }},
    {"rc_grow", 1,
     [](Expr basis, const std::vector<Expr>& given, Expr since) {
       Expr grown = call("EXP", {binary(Operator::multiply, given[0], std::move(since))});
       return binary(Operator::multiply, std::move(basis), std::move(grown));
     }},
}};

struct Course {
  Expr applies;  // the path holds now
  Expr value;
};

// The file with a run of this name, beside the model.
std::optional<std::string> file_of_run(const std::string& run, std::string_view model) {
  for (const char* ending : {"", ".vdf", ".dat", ".csv", ".tab", ".nc"}) {
    const std::filesystem::path path = std::filesystem::path(model).parent_path() / (run + ending);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
      return path.string();
    }
  }
  return std::nullopt;
}

class Editor {
 public:
  Editor(syntax::ParsedModel& parsed, base::Sources& sources, base::Diagnostics& diagnostics)
      : parsed_(parsed),
        variables_(parsed.models[syntax::root_model(parsed)].variables),
        sources_(sources),
        diagnostics_(diagnostics) {}

  RealityEdit apply(const RealityCheck& check, std::size_t way) {
    check_ = &check;
    const std::string lower = lowered(check.text);
    constexpr std::string_view kCondition = ":the condition:";
    constexpr std::string_view kImplies = ":implies:";
    const std::size_t implies = lower.find(kImplies);
    if (!lower.starts_with(kCondition) || implies == std::string::npos) {
      return {1, "it has no :IMPLIES:"};
    }
    const std::string condition = check.text.substr(kCondition.size(), implies - kCondition.size());
    const std::string consequence = check.text.substr(implies + kImplies.size());
    const auto forced = parse(condition);
    auto implied = parse(consequence);
    if (!forced || !implied) {
      return {1, "its text is not understood"};
    }
    const std::vector<Way> ways = ways_of(*forced, false);
    if (ways.size() <= way) {
      give_up(fmt::format("its condition can become true in more than {} ways", kMostWays));
      return {1, reason_};
    }
    for (const Expr& comparison : ways[way]) {
      force(comparison);
    }
    for (auto& [folded, all] : forced_) {
      replace(folded, all);
    }
    test(std::move(*implied));
    std::move(added_.begin(), added_.end(), std::back_inserter(variables_));
    return {ways.size(), reason_};
  }

 private:
  struct Forced {
    Expr target;
    Operator op = Operator::equal;
    Expr value;
  };

  static std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  }

  void give_up(std::string reason) {
    if (!reason_) {
      reason_ = std::move(reason);
    }
  }

  // An expression of the check, read as an equation of a file of its own.
  std::optional<Expr> parse(const std::string& text) {
    std::string subscripts;
    for (const Word& word : check_->subscripts) {
      subscripts += (subscripts.empty() ? "[" : ",") + word.text;
    }
    subscripts += subscripts.empty() ? "" : "]";
    const std::size_t errors = diagnostics_.errors();
    const base::FileId file =
        sources_.add(fmt::format("reality check \"{}\"", base::display_name(check_->name.text)),
                     fmt::format("{{UTF-8}}\npart{} = {} ~~|\n", subscripts, text));
    const auto read = syntax::read_vensim(file, sources_, diagnostics_);
    if (!read || diagnostics_.errors() > errors || read->models.empty() ||
        read->models.front().variables.empty()) {
      return std::nullopt;
    }
    return read->models.front().variables.front().equations.front().expr;
  }

  // --- the condition

  // Comparisons that must be true together.
  using Way = std::vector<Expr>;
  static constexpr std::size_t kMostWays = 64;

  // The condition, or its contrary, as ways to make it true; none if there are too many.
  std::vector<Way> ways_of(const Expr& condition, bool contrary) {
    if (condition.kind == ExprKind::unary && condition.op == Operator::logical_not) {
      return ways_of(condition.args[0], !contrary);
    }
    const bool joins = condition.kind == ExprKind::binary;
    if (joins && (condition.op == Operator::logical_and || condition.op == Operator::logical_or)) {
      const std::vector<Way> left = ways_of(condition.args[0], contrary);
      const std::vector<Way> right = ways_of(condition.args[1], contrary);
      std::vector<Way> made;
      if ((condition.op == Operator::logical_or) != contrary) {
        made = left;
        made.insert(made.end(), right.begin(), right.end());
      } else {
        for (const Way& one : left) {
          for (const Way& other : right) {
            made.push_back(one);
            made.back().insert(made.back().end(), other.begin(), other.end());
          }
        }
      }
      return made.size() > kMostWays || left.empty() || right.empty() ? std::vector<Way>() : made;
    }
    if (is_comparison(condition)) {
      Expr wanted = condition;
      wanted.op = contrary ? contrary_of(condition.op) : condition.op;
      return {{std::move(wanted)}};
    }
    if (const auto change = test_input(condition)) {
      return ways_of(*change, contrary);
    }
    give_up("its condition has more than test inputs and comparisons of variables");
    return {{}};
  }

  static Operator contrary_of(Operator comparison) {
    constexpr std::array<std::pair<Operator, Operator>, 3> kContraries = {{
        {Operator::less, Operator::greater_equal},
        {Operator::greater, Operator::less_equal},
        {Operator::equal, Operator::not_equal},
    }};
    for (const auto& [one, other] : kContraries) {
      if (comparison == one || comparison == other) {
        return comparison == one ? other : one;
      }
    }
    return comparison;
  }

  // What a test input wants, by its name.
  std::optional<Expr> test_input(const Expr& condition) {
    constexpr std::string_view kTestInput = ":test input:";
    for (const RealityCheck& other : parsed_.reality_checks) {
      if (condition.kind == ExprKind::name && other.kind == RealityCheck::Kind::test_input &&
          base::fold_name(other.name.text) == base::fold_name(condition.text) &&
          lowered(other.text).starts_with(kTestInput)) {
        const auto change = parse(other.text.substr(kTestInput.size()));
        return change && is_comparison(*change) ? change : std::nullopt;
      }
    }
    return std::nullopt;
  }

  // A variable that differs from something has no one value: such a comparison is not forced, the
  // consequence is looked at where it is true.
  void force(const Expr& comparison) {
    if (comparison.op == Operator::not_equal) {
      premises_.push_back(comparison);
    } else if (comparison.args[0].kind == ExprKind::name) {
      forced_[base::fold_name(comparison.args[0].text)].push_back(
          {comparison.args[0], comparison.op, comparison.args[1]});
    } else {
      give_up("its condition compares something else than a variable");
    }
  }

  // The variable becomes what the condition wants; its own equations live on under another name.
  void replace(const std::string& folded, std::vector<Forced>& all) {
    const auto found = std::find_if(variables_.begin(), variables_.end(), [&](const auto& decl) {
      return base::fold_name(decl.name.text) == folded;
    });
    const std::string shown = base::display_name(all.front().target.text);
    if (found == variables_.end()) {
      give_up(fmt::format("the model has no variable \"{}\"", shown));
      return;
    }
    constexpr std::array<std::string_view, 5> kTimes = {"time", "initial_time", "final_time",
                                                        "time_step", "saveper"};
    if (found->kind == VariableKind::graphical ||
        std::find(kTimes.begin(), kTimes.end(), folded) != kTimes.end()) {
      give_up(fmt::format("\"{}\" has no value that could be forced", shown));
      return;
    }
    VariableDecl made;
    made.kind = VariableKind::auxiliary;
    made.name = found->name;
    made.units = found->units;
    const std::string own = found->name.text + " as modelled";
    found->name.text = own;
    std::vector<std::vector<Word>> taken;
    for (Forced& forced : all) {
      Equation equation;
      equation.span = check_->name.span;
      for (const Expr& subscript : forced.target.subscripts) {
        equation.subscripts.push_back({subscript.text, subscript.span});
      }
      taken.push_back(equation.subscripts);
      const Expr before = name(own, forced.target.subscripts);
      rename(forced.value, folded, own);
      Expr wanted = path_or(forced.value, before);
      if (forced.op != Operator::equal) {
        wanted = choose(binary(forced.op, before, wanted), before, wanted);
      }
      equation.expr = std::move(wanted);
      made.equations.push_back(std::move(equation));
    }
    std::vector<Equation> rest;
    for (const Equation& equation : found->equations) {
      if (std::find(taken.begin(), taken.end(), equation.subscripts) != taken.end()) {
        continue;
      }
      Equation kept;
      kept.span = equation.span;
      kept.subscripts = equation.subscripts;
      kept.except = equation.except;
      kept.except.insert(kept.except.end(), taken.begin(), taken.end());
      std::vector<Expr> subscripts;
      for (const Word& word : equation.subscripts) {
        subscripts.push_back(name(word.text));
      }
      kept.expr = name(own, std::move(subscripts));
      rest.push_back(std::move(kept));
    }
    made.equations.insert(made.equations.begin(), rest.begin(), rest.end());
    variables_.push_back(std::move(made));
  }

  Expr path_or(const Expr& value, const Expr& before) {
    if (const auto course = course_of(value, false)) {
      return choose(course->applies, course->value, before);
    }
    if (contains_call_of(value, "rc_")) {
      give_up("RC functions within an expression are not understood");
    }
    return value;
  }

  // --- the consequence

  void test(Expr consequence) {
    VariableDecl made;
    made.kind = VariableKind::auxiliary;
    made.name = {kViolated, check_->name.span};
    Equation equation;
    equation.span = check_->name.span;
    equation.subscripts = check_->subscripts;
    equation.expr = choose(holds(std::move(consequence)), number(0), number(1));
    for (const Expr& premise : premises_) {
      equation.expr = choose(premise, std::move(*equation.expr), number(0));
    }
    made.equations.push_back(std::move(equation));
    variables_.push_back(std::move(made));
  }

  Expr holds(Expr expr) {
    if (is_comparison(expr)) {
      return comparison_holds(expr);
    }
    if (contains_call_of(expr, "rc_") && expr.kind != ExprKind::binary &&
        expr.kind != ExprKind::unary) {
      give_up("RC functions that are not compared with a variable are not understood");
    }
    for (Expr& arg : expr.args) {
      arg = holds(std::move(arg));
    }
    return expr;
  }

  // Equality is up to a millionth, which rounding must not undo.
  Expr comparison_holds(const Expr& expr) {
    const auto course = course_of(expr.args[1], true);
    if (!course && contains_call_of(expr, "rc_")) {
      give_up("RC functions within an expression are not understood");
    }
    const Expr& a = expr.args[0];
    const Expr b = course ? course->value : expr.args[1];
    Expr room =
        binary(Operator::multiply, number(1e-6), call("MAX", {call("ABS", {a}), call("ABS", {b})}));
    Expr result = binary(expr.op, a, b);
    if (expr.op == Operator::less_equal) {
      result = binary(expr.op, a, binary(Operator::add, b, std::move(room)));
    } else if (expr.op == Operator::greater_equal) {
      result = binary(expr.op, binary(Operator::add, a, std::move(room)), b);
    } else if (expr.op == Operator::equal) {
      result = binary(Operator::less_equal, call("ABS", {binary(Operator::subtract, a, b)}),
                      std::move(room));
    }
    return course ? choose(course->applies, std::move(result), number(1)) : result;
  }

  std::optional<Course> course_of(const Expr& expr, bool check) {
    if (expr.kind != ExprKind::call) {
      return std::nullopt;
    }
    const std::string folded = base::fold_name(expr.text);
    if (folded == (check ? "rc_compare_check" : "rc_compare")) {
      return course_of_run(expr, check);
    }
    for (const Path& path : kPaths) {
      if (folded != std::string(path.name) + (check ? "_check" : "")) {
        continue;
      }
      std::vector<Expr> args = expr.args;
      const std::size_t needed = 1 + path.parameters + (check ? 1 : 0);
      if (args.size() < needed || args.size() > needed + 2) {
        give_up(fmt::format("{} has {} arguments", base::display_name(expr.text), args.size()));
        return std::nullopt;
      }
      std::optional<Expr> grace;
      if (check) {
        grace = args.front();
        args.erase(args.begin());
      }
      const std::vector<Expr> parameters(
          args.begin() + 1, args.begin() + 1 + static_cast<std::ptrdiff_t>(path.parameters));
      args.erase(args.begin() + 1, args.begin() + 1 + static_cast<std::ptrdiff_t>(path.parameters));
      const Expr start = args.size() > 1 ? args[1] : start_time();
      const std::optional<Expr> duration = args.size() > 2 ? std::optional(args[2]) : std::nullopt;
      // The basis as it was at the start.
      Expr until_start =
          binary(Operator::less, name("Time"), binary(Operator::add, start, half_a_step()));
      Expr basis = call("SAMPLE IF TRUE", {std::move(until_start), args[0], args[0]});
      Course course;
      course.applies = applies(start, grace, duration);
      course.value =
          path.at(std::move(basis), parameters, binary(Operator::subtract, name("Time"), start));
      return course;
    }
    return std::nullopt;
  }

  static Expr applies(const Expr& start, const std::optional<Expr>& grace,
                      const std::optional<Expr>& duration) {
    Expr begun = from(grace ? binary(Operator::add, start, *grace) : start);
    return duration
               ? choose(from(binary(Operator::add, start, *duration)), number(0), std::move(begun))
               : begun;
  }

  // RC COMPARE('run', variable, [grace,] multiplier, start, duration): what the variable was in
  // another run, whose results lie beside the model.
  std::optional<Course> course_of_run(const Expr& expr, bool check) {
    const std::size_t needed = check ? 4 : 3;
    if (expr.args.size() < needed || expr.args.size() > needed + 2 ||
        expr.args[0].kind != ExprKind::string || expr.args[1].kind != ExprKind::name) {
      give_up(fmt::format("{} needs a run's name, a variable and a multiplier",
                          base::display_name(expr.text)));
      return std::nullopt;
    }
    auto then = value_in_run(expr.args[0].text, expr.args[1]);
    if (!then) {
      return std::nullopt;
    }
    const auto optional = [&](std::size_t place) {
      return expr.args.size() > place ? std::optional(expr.args[place]) : std::nullopt;
    };
    Course course;
    course.applies = applies(optional(needed).value_or(start_time()),
                             check ? optional(2) : std::nullopt, optional(needed + 1));
    course.value = binary(Operator::multiply, std::move(*then), expr.args[needed - 1]);
    return course;
  }

  std::optional<Expr> value_in_run(const std::string& run, const Expr& variable) {
    const auto path = file_of_run(run, sources_.path(check_->name.span.file));
    const auto table = path ? data::load_vendor_table(*path, sources_, diagnostics_) : std::nullopt;
    if (!table) {
      give_up(
          fmt::format("the run '{}' is not there: a file of this name beside the model, such as "
                      "{}.vdf, .dat, .csv or .tab",
                      run, run));
      return std::nullopt;
    }
    for (const data::Series& series : table->series) {
      const bool same_place = std::equal(
          series.name.subscripts.begin(), series.name.subscripts.end(), variable.subscripts.begin(),
          variable.subscripts.end(), [](const std::string& element, const Expr& subscript) {
            return base::fold_name(element) == base::fold_name(subscript.text);
          });
      if (!same_place || base::fold_name(series.name.base) != base::fold_name(variable.text) ||
          series.values.empty()) {
        continue;
      }
      if (series.values.size() == 1 || series.times.empty()) {
        return number(series.values.front());
      }
      VariableDecl made;
      made.kind = VariableKind::graphical;
      made.name = {fmt::format("{} in run {} {}", variable.text, run, added_.size() + 1),
                   check_->name.span};
      Equation& equation = made.equations.emplace_back();
      equation.gf.emplace();
      equation.gf->x = series.times;
      equation.gf->y = series.values;
      const std::string function = made.name.text;
      added_.push_back(std::move(made));
      return call(function, {name("Time")}, check_->name.span);
    }
    give_up(fmt::format("the run '{}' has no \"{}\"", run, base::display_name(variable.text)));
    return std::nullopt;
  }

  Expr start_time() const {
    for (const VariableDecl& decl : variables_) {
      if (base::fold_name(decl.name.text) == "rc_start_time") {
        return name(decl.name.text);
      }
    }
    return binary(Operator::add, name("INITIAL TIME"), name("TIME STEP"));
  }

  syntax::ParsedModel& parsed_;
  std::vector<VariableDecl>& variables_;
  base::Sources& sources_;
  base::Diagnostics& diagnostics_;
  const RealityCheck* check_ = nullptr;
  std::map<std::string, std::vector<Forced>> forced_;  // by folded name
  std::vector<Expr> premises_;
  std::optional<std::string> reason_;
  std::vector<VariableDecl> added_;  // series of other runs
};

}  // namespace

RealityEdit apply_reality_check(const RealityCheck& check, std::size_t way,
                                syntax::ParsedModel& parsed, base::Sources& sources,
                                base::Diagnostics& diagnostics) {
  return Editor(parsed, sources, diagnostics).apply(check, way);
}

}  // namespace shamal::model
