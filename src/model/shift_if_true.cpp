// What a level L[e] would be at the end of a step without the shift is X[e] = L[e] + TIME STEP *
// N[e], N being its rate. In a step that begins when the condition is true, the first element
// becomes the new value, each other one X of the one before it, and the last one also keeps its own
// if the function accumulates; otherwise the function's value is what was removed from the last.
// So the manual; that the step's own rate is counted before the shift is unverified.
//
// N is a variable of its own ("L <net>"), and so is what the shift adds to it ("L <shift>"), which
// is 0 for elements that nothing moves.
#include "model/shift_if_true.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/make_expression.h"

namespace shamal::model {

using base::fold_name;
using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;
namespace make = syntax::make;

namespace {

bool is_shift(const Expr& expr) {
  return expr.kind == ExprKind::call && fold_name(expr.text) == "shift_if_true";
}

class Shifts {
 public:
  Shifts(const syntax::ParsedModel& parsed, syntax::ModelDecl& model, const ElementsOf& elements_of,
         base::Diagnostics& diagnostics)
      : parsed_(parsed), model_(model), elements_of_(elements_of), diagnostics_(diagnostics) {}

  void run() {
    for (VariableDecl& variable : model_.variables) {
      for (Equation& equation : variable.equations) {
        for (auto* const expr : {&equation.expr, &equation.rate, &equation.initial}) {
          // Of a level `expr` is the initial value.
          const bool at_start =
              expr == &equation.initial || (expr == &equation.expr && equation.rate);
          if (*expr) {
            write_out(**expr, at_start);
          }
        }
      }
    }
    for (const auto& [folded, uses] : uses_) {
      VariableDecl* const level = find(folded);
      give_way(*level);
      add_shifts(*level, uses);
    }
    std::move(made_.begin(), made_.end(), std::back_inserter(model_.variables));
  }

 private:
  void refuse(const Expr& call, std::string_view problem) {
    diagnostics_.add(base::Code::unsupported_function, call.span,
                     fmt::format("\"{}\": {}", base::display_name(call.text), problem));
  }

  void write_out(Expr& expr, bool at_start) {
    for (Expr& arg : expr.args) {
      write_out(arg, at_start);
    }
    if (!is_shift(expr)) {
      return;
    }
    std::string problem = at_start ? "nothing has moved at the start" : "";
    std::optional<Expr> made = at_start ? std::nullopt : written_out(expr, problem);
    if (!made) {
      refuse(expr, problem);
      made = make::number(0, expr.span);
    }
    expr = std::move(*made);
  }

  // One use: the elements that it moves, with what stands before them in the brackets.
  struct Use {
    std::string level;
    std::vector<Expr> outer;
    std::vector<std::string> elements;
    Expr call;
    std::set<std::vector<std::string>> moved;  // all subscripts, folded
  };

  std::optional<Expr> written_out(const Expr& call, std::string& problem) {
    if (call.args.size() != 5 || call.args[0].kind != ExprKind::name ||
        call.args[0].subscripts.empty()) {
      problem = "it needs a level with subscripts, a condition, a size, 0 or 1, and a value";
      return std::nullopt;
    }
    const auto& methods = parsed_.sim_specs.methods;
    if (!methods.empty() && methods.front().text != "euler") {
      problem = "it works with Euler's method only";
      return std::nullopt;
    }
    Use use{call.args[0].text, call.args[0].subscripts, {}, call, {}};
    for (const Expr& subscript : use.outer) {
      if (subscript.bang) {
        problem = "it cannot stand within a function that runs over a range";
        return std::nullopt;
      }
    }
    const auto size = number_of(call.args[2]);
    use.elements = moved(use.outer.back().text, size.value_or(0));
    use.outer.pop_back();
    if (use.elements.empty()) {
      problem = "its size must be a number of elements that follow the first one";
      return std::nullopt;
    }
    use.moved = moved_places(use);
    const VariableDecl* const level = find(use.level);
    if (level == nullptr || level->kind != VariableKind::stock) {
      problem = fmt::format("\"{}\" is no level", use.level);
      return std::nullopt;
    }
    if (!have_rates(*level, use)) {
      problem = fmt::format("not every element that moves has a rate in \"{}\"", use.level);
      return std::nullopt;
    }
    std::vector<Use>& others = uses_[fold_name(use.level)];
    for (const Use& other : others) {
      for (const std::vector<std::string>& place : use.moved) {
        if (other.moved.contains(place)) {
          problem = fmt::format("another one moves an element of \"{}\" already", use.level);
          return std::nullopt;
        }
      }
    }
    const Expr kept = make::binary(Operator::equal, call.args[3], make::number(0));
    Expr removed = make::choose(make::binary(Operator::logical_and, call.args[1], kept),
                                without_shift(use, use.elements.back()), make::number(0));
    set_span(removed, call.span);
    others.push_back(std::move(use));
    return removed;
  }

  // A number, a constant's or ELMCOUNT's.
  std::optional<double> number_of(const Expr& expr) const {
    if (expr.kind == ExprKind::number) {
      return expr.number;
    }
    if (expr.kind == ExprKind::call && fold_name(expr.text) == "elmcount" &&
        expr.args.size() == 1) {
      return static_cast<double>(elements_of_({expr.args[0].text, expr.args[0].span}).size());
    }
    for (const VariableDecl& variable : model_.variables) {
      if (expr.kind == ExprKind::name && variable.equations.size() == 1 &&
          fold_name(variable.name.text) == fold_name(expr.text)) {
        const std::optional<Expr>& value = variable.equations[0].expr;
        return value && value->kind == ExprKind::number ? std::optional(value->number)
                                                        : std::nullopt;
      }
    }
    return std::nullopt;
  }

  // `size` elements from the first one on, in the order of the largest range that holds it.
  std::vector<std::string> moved(const std::string& first, double size) const {
    const std::vector<std::string> named = elements_of_({first, {}});
    if (named.empty()) {
      return {};
    }
    std::vector<std::string> largest = named;
    std::size_t from = 0;
    for (const syntax::DimensionDecl& dimension : parsed_.dimensions) {
      const std::vector<std::string> all = elements_of_(dimension.name);
      const auto place = std::find_if(all.begin(), all.end(), [&](const std::string& element) {
        return fold_name(element) == fold_name(named.front());
      });
      if (place != all.end() && all.size() > largest.size()) {
        largest = all;
        from = static_cast<std::size_t>(place - all.begin());
      }
    }
    const double left = static_cast<double>(largest.size() - from);
    if (!(size >= 1) || size != static_cast<double>(static_cast<int>(std::min(size, 1e6))) ||
        size > left) {
      return {};
    }
    const auto begin = largest.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
  }

  VariableDecl* find(const std::string& name) {
    const auto found = std::find_if(
        model_.variables.begin(), model_.variables.end(),
        [&](const auto& variable) { return fold_name(variable.name.text) == fold_name(name); });
    return found == model_.variables.end() ? nullptr : &*found;
  }

  static std::string net(const std::string& level) { return fmt::format("{} <net>", level); }
  static std::string shift(const std::string& level) { return fmt::format("{} <shift>", level); }

  // All combinations of elements of lists of elements, folded.
  static std::set<std::vector<std::string>> places(
      const std::vector<std::vector<std::string>>& lists) {
    std::vector<std::vector<std::string>> found = {{}};
    for (const std::vector<std::string>& list : lists) {
      std::vector<std::vector<std::string>> next;
      for (const std::vector<std::string>& place : found) {
        for (const std::string& element : list) {
          next.push_back(place);
          next.back().push_back(fold_name(element));
        }
      }
      found = std::move(next);
    }
    return {found.begin(), found.end()};
  }

  std::set<std::vector<std::string>> moved_places(const Use& use) const {
    std::vector<std::vector<std::string>> lists;
    for (const Expr& subscript : use.outer) {
      lists.push_back(elements_of_({subscript.text, subscript.span}));
    }
    lists.push_back(use.elements);
    return places(lists);
  }

  std::set<std::vector<std::string>> places_of(const std::vector<Word>& words) const {
    std::vector<std::vector<std::string>> lists;
    for (const Word& word : words) {
      lists.push_back(elements_of_(word));
    }
    return places(lists);
  }

  // What an equation gives values to.
  std::set<std::vector<std::string>> places_of(const Equation& equation) const {
    std::set<std::vector<std::string>> found = places_of(equation.subscripts);
    for (const std::vector<Word>& exception : equation.except) {
      for (const std::vector<std::string>& place : places_of(exception)) {
        found.erase(place);
      }
    }
    return found;
  }

  bool have_rates(const VariableDecl& level, const Use& use) const {
    std::set<std::vector<std::string>> missing = use.moved;
    for (const Equation& equation : level.equations) {
      for (const std::vector<std::string>& place : places_of(equation)) {
        if (equation.rate) {
          missing.erase(place);
        }
      }
    }
    return missing.empty();
  }

  // The level's rates become a variable of their own, to which is added what moves.
  void give_way(VariableDecl& level) {
    for (Equation& equation : level.equations) {
      if (!equation.rate) {
        continue;
      }
      std::vector<Expr> left;
      for (const Word& word : equation.subscripts) {
        left.push_back(make::name(word.text));
      }
      Equation rate;
      rate.subscripts = equation.subscripts;
      rate.except = equation.except;
      rate.expr = std::move(*equation.rate);
      rate.span = equation.span;
      helper(net(level.name.text), equation.span).equations.push_back(std::move(rate));
      equation.rate = make::binary(Operator::add, make::name(net(level.name.text), left),
                                   make::name(shift(level.name.text), left));
      set_span(*equation.rate, equation.span);
    }
  }

  // What moves, and 0 for the elements of which nothing does.
  void add_shifts(const VariableDecl& level, const std::vector<Use>& uses) {
    for (const Use& use : uses) {
      add_shift(use, use.call);
    }
    for (const Equation& equation : level.equations) {
      if (!equation.rate) {
        continue;
      }
      Equation still;
      still.span = equation.span;
      still.subscripts = equation.subscripts;
      still.except = equation.except;
      std::set<std::vector<std::string>> left = places_of(equation);
      for (const Use& use : uses) {
        for (const std::vector<std::string>& place : use.moved) {
          if (left.erase(place) == 0) {
            continue;
          }
          std::vector<Word> words;
          for (const std::string& element : place) {
            words.push_back({element, use.call.span});
          }
          still.except.push_back(std::move(words));
        }
      }
      if (!left.empty()) {
        still.expr = make::number(0, equation.span);
        helper(shift(level.name.text), equation.span).equations.push_back(std::move(still));
      }
    }
  }

  // Those made here are few: one or two for each level.
  VariableDecl& helper(const std::string& name, base::Span span) {
    for (VariableDecl& made : made_) {
      if (fold_name(made.name.text) == fold_name(name)) {
        return made;
      }
    }
    VariableDecl decl;
    decl.name = {name, span};
    made_.push_back(std::move(decl));
    return made_.back();
  }

  static Expr element(const Use& use, const std::string& variable, const std::string& element) {
    std::vector<Expr> subscripts = use.outer;
    subscripts.push_back(make::name(element));
    return make::name(variable, std::move(subscripts));
  }

  static Expr without_shift(const Use& use, const std::string& of) {
    return make::binary(Operator::add, element(use, use.level, of),
                        make::binary(Operator::multiply, make::name("TIME STEP"),
                                     element(use, net(use.level), of)));
  }

  void add_shift(const Use& use, const Expr& call) {
    for (std::size_t i = 0; i < use.elements.size(); ++i) {
      const Expr now = without_shift(use, use.elements[i]);
      const Expr next = i == 0 ? call.args[4] : without_shift(use, use.elements[i - 1]);
      Expr change = make::binary(Operator::subtract, next, now);
      if (i > 0 && i + 1 == use.elements.size()) {
        const Expr kept = make::binary(Operator::not_equal, call.args[3], make::number(0));
        change = make::choose(kept, next, std::move(change));
      }
      Equation equation;
      equation.span = call.span;
      for (const Expr& subscript : use.outer) {
        equation.subscripts.push_back({subscript.text, call.span});
      }
      equation.subscripts.push_back({use.elements[i], call.span});
      equation.expr = make::choose(
          call.args[1], make::binary(Operator::divide, std::move(change), make::name("TIME STEP")),
          make::number(0));
      set_span(*equation.expr, call.span);
      helper(shift(use.level), call.span).equations.push_back(std::move(equation));
    }
  }

  // Every node needs a place in a file of Vensim's, so that names are understood as there.
  static void set_span(Expr& expr, base::Span span) {
    expr.span = expr.span.known() ? expr.span : span;
    for (auto* const list : {&expr.args, &expr.subscripts}) {
      for (Expr& inner : *list) {
        set_span(inner, span);
      }
    }
  }

  const syntax::ParsedModel& parsed_;
  syntax::ModelDecl& model_;
  const ElementsOf& elements_of_;
  base::Diagnostics& diagnostics_;
  std::vector<VariableDecl> made_;
  std::map<std::string, std::vector<Use>> uses_;  // by folded name of the level
};

}  // namespace

void rewrite_shifts(const syntax::ParsedModel& parsed, syntax::ModelDecl& model,
                    const ElementsOf& elements_of, base::Diagnostics& diagnostics) {
  Shifts(parsed, model, elements_of, diagnostics).run();
}

}  // namespace shamal::model
