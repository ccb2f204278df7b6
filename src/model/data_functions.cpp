#include "model/data_functions.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/names.h"
#include "model/data_points.h"
#include "syntax/make_expression.h"

namespace shamal::model {

using base::Code;
using base::fold_name;
using syntax::Expr;
using syntax::ExprKind;
using syntax::GraphicalFunction;
using syntax::make::binary;
using syntax::make::call;
using syntax::make::choose;
using syntax::make::number;

namespace {

// --- look-ups --------------------------------------------------------------------------------

GraphicalFunction single(const GraphicalFunction& points, double y) {
  return {{}, {0}, {y}, {}, {}, points.span};
}

GraphicalFunction running(const GraphicalFunction& points, double step, bool count) {
  GraphicalFunction result;
  result.kind = syntax::GraphicalKind::discrete;
  result.span = points.span;
  double sum = 0;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (i == 0) {
      result.x.push_back(points.x[0] - 2 * kSameStep * step);
      result.y.push_back(0);
    }
    sum += count ? 1 : points.y[i];
    result.x.push_back(points.x[i] - kSameStep * step);
    result.y.push_back(sum);
  }
  return result;
}

enum HelperId : std::size_t { kAt, kNext, kBefore, kFirst, kLast, kTotal, kCount, kSum };

constexpr std::array kHelpers = {
    DataHelper{"at", [](const GraphicalFunction& points, double) { return points; }},
    DataHelper{"next",
               [](const GraphicalFunction& points, double step) {
                 return data_lookup(points, syntax::DataMode::look_forward, step);
               }},
    DataHelper{"before", before_lookup},
    DataHelper{"first", [](const GraphicalFunction& points,
                           double) { return single(points, points.x.front()); }},
    DataHelper{"last", [](const GraphicalFunction& points,
                          double) { return single(points, points.x.back()); }},
    DataHelper{"total",
               [](const GraphicalFunction& points, double) {
                 return single(points, static_cast<double>(points.x.size()));
               }},
    DataHelper{"count", [](const GraphicalFunction& points,
                           double step) { return running(points, step, true); }},
    DataHelper{"sum", [](const GraphicalFunction& points,
                         double step) { return running(points, step, false); }},
};

// --- expressions -----------------------------------------------------------------------------

Expr name(std::string text, base::Span span) {
  Expr expr;
  expr.kind = ExprKind::name;
  expr.text = std::move(text);
  expr.span = span;
  return expr;
}

// The helper of the variable that the first argument names, at a time.
Expr look_up(HelperId helper, const Expr& of, Expr time) {
  const Expr& variable = of.args[0];
  Expr expr = call(data_helper_name(variable.text, kHelpers[helper]), {std::move(time)}, of.span);
  expr.subscripts = variable.subscripts;
  return expr;
}

// A procedure of the points themselves, from one time to another.
Expr of_points(const char* procedure, const Expr& of) {
  Expr points = name(data_helper_name(of.args[0].text, kHelpers[kAt]), of.span);
  points.subscripts = of.args[0].subscripts;
  return call(procedure, {std::move(points), of.args[1], of.args[2]}, of.span);
}

std::optional<double> literal(const Expr& expr) {
  if (expr.kind == ExprKind::number) {
    return expr.number;
  }
  if (expr.kind == ExprKind::unary && expr.op == syntax::Operator::negate) {
    const auto value = literal(expr.args[0]);
    return value ? std::optional(-*value) : std::nullopt;
  }
  return std::nullopt;
}

// Forward and backward Vensim takes the whole part of the time, as its output of a public model
// shows (docs/semantics.md).
Expr between_times(const Expr& of) {
  const Expr& time = of.args[1];
  const Expr& mode = of.args[2];
  const auto whole = [&] {
    return call("INTEGER", {binary(syntax::Operator::add, time, number(kSameStep, time.span))},
                time.span);
  };
  if (const auto known = literal(mode)) {
    return *known >= 1    ? look_up(kNext, of, whole())
           : *known <= -1 ? look_up(kBefore, of, whole())
                          : look_up(kAt, of, time);
  }
  return choose(binary(syntax::Operator::greater_equal, mode, number(1, mode.span)),
                look_up(kNext, of, whole()),
                choose(binary(syntax::Operator::less_equal, mode, number(-1, mode.span)),
                       look_up(kBefore, of, whole()), look_up(kAt, of, time)));
}

// From the first time on, up to and with the second.
Expr during(HelperId running_helper, const Expr& of) {
  // So far before the first time that its own point is not counted.
  const Expr slack = binary(syntax::Operator::multiply, number(3 * kSameStep, of.span),
                            name("TIME STEP", of.span));
  return binary(syntax::Operator::subtract, look_up(running_helper, of, of.args[2]),
                look_up(running_helper, of, binary(syntax::Operator::subtract, of.args[1], slack)));
}

// Of the current or the initial time, so much later, or a part of the date that this is. The
// computer's clock (2) is refused: a run would not be the same again.
std::optional<Expr> time_value(const Expr& of, const syntax::Calendar& calendar) {
  const auto relative_to = literal(of.args[0]);
  if (!relative_to || (*relative_to != 0 && *relative_to != 1)) {
    return std::nullopt;
  }
  Expr time = binary(syntax::Operator::add,
                     name(*relative_to == 0 ? "Time" : "INITIAL TIME", of.span), of.args[1]);
  if (literal(of.args[2]) == 0) {
    return time;
  }
  const auto fact = [&](double value) { return number(value, of.span); };
  return call("CALENDAR VALUE",
              {binary(syntax::Operator::subtract, std::move(time), fact(calendar.base)), of.args[2],
               fact(calendar.unit), fact(calendar.year), fact(calendar.month), fact(calendar.day)},
              of.span);
}

std::optional<Expr> time_base(const Expr& of, const syntax::Calendar&) {
  return binary(syntax::Operator::add, of.args[0],
                binary(syntax::Operator::multiply, of.args[1], name("Time", of.span)));
}

// MESSAGE('text', display): whether the text would be shown.
std::optional<Expr> message(const Expr& of, const syntax::Calendar&) {
  return choose(binary(syntax::Operator::greater, of.args[1], number(0, of.span)),
                number(1, of.span), number(0, of.span));
}

// Functions of plain numbers, which need no look-up; nothing for a use that is not understood.
struct PlainFunction {
  std::string_view name;
  std::size_t arguments;
  std::optional<Expr> (*rewrite)(const Expr& call, const syntax::Calendar& calendar);
};

constexpr std::array kPlainFunctions = {PlainFunction{"get_time_value", 3, time_value},
                                        PlainFunction{"message", 2, message},
                                        PlainFunction{"time_base", 2, time_base}};

struct DataFunction {
  std::string_view name;
  std::size_t arguments;
  Expr (*rewrite)(const Expr& call);
};

const std::array kFunctions = {
    DataFunction{"get_data_between_times", 3, between_times},
    DataFunction{"get_data_at_time", 2,
                 [](const Expr& of) { return look_up(kAt, of, of.args[1]); }},
    DataFunction{"get_data_first_time", 1,
                 [](const Expr& of) { return look_up(kFirst, of, number(0, of.span)); }},
    DataFunction{"get_data_last_time", 1,
                 [](const Expr& of) { return look_up(kLast, of, number(0, of.span)); }},
    DataFunction{"get_data_total_points", 1,
                 [](const Expr& of) { return look_up(kTotal, of, number(0, of.span)); }},
    DataFunction{"get_data_max", 3, [](const Expr& of) { return of_points("DATA MAXIMUM", of); }},
    DataFunction{"get_data_min", 3, [](const Expr& of) { return of_points("DATA MINIMUM", of); }},
    DataFunction{"get_data_median", 3, [](const Expr& of) { return of_points("DATA MEDIAN", of); }},
    DataFunction{"get_data_mean", 3,
                 [](const Expr& of) {
                   return binary(syntax::Operator::divide, during(kSum, of), during(kCount, of));
                 }},
};

const DataFunction* find_function(const Expr& expr) {
  if (expr.kind != ExprKind::call) {
    return nullptr;
  }
  const std::string name = fold_name(expr.text);
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                  [&](const DataFunction& row) { return row.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

template <typename Model, typename Visit>
void for_each_expression(Model& model, const Visit& visit) {
  for (auto& variable : model.variables) {
    for (auto& equation : variable.equations) {
      for (auto* expr : {&equation.expr, &equation.initial, &equation.rate}) {
        if (*expr) {
          visit(**expr);
        }
      }
    }
  }
}

void collect(const Expr& expr, std::set<std::string>& names) {
  if (find_function(expr) != nullptr && !expr.args.empty()) {
    names.insert(fold_name(expr.args[0].text));
  }
  for (const Expr& arg : expr.args) {
    collect(arg, names);
  }
}

void rewrite(Expr& expr, const std::set<std::string>& helpers, const syntax::Calendar& calendar,
             base::Diagnostics& diagnostics) {
  for (Expr& arg : expr.args) {
    rewrite(arg, helpers, calendar, diagnostics);
  }
  if (expr.kind == ExprKind::call) {
    const std::string called = fold_name(expr.text);
    for (const PlainFunction& row : kPlainFunctions) {
      auto made = row.name == called && expr.args.size() == row.arguments
                      ? row.rewrite(expr, calendar)
                      : std::nullopt;
      if (made) {
        if (row.name == "message") {
          diagnostics.add(Code::message_not_shown, expr.span,
                          fmt::format("\"{}\"", expr.args[0].text));
        }
        expr = std::move(*made);
        return;
      }
    }
  }
  const DataFunction* function = find_function(expr);
  if (function == nullptr) {
    return;
  }
  if (expr.args.size() != function->arguments) {
    diagnostics.add(Code::wrong_argument_count, expr.span,
                    fmt::format("\"{}\": {} given, {} needed", expr.text, expr.args.size(),
                                function->arguments));
  } else if (expr.args[0].kind != ExprKind::name ||
             !helpers.contains(fold_name(expr.args[0].text))) {
    diagnostics.add(Code::no_data, expr.args[0].span,
                    fmt::format("\"{}\" in {}", expr.args[0].text, expr.text),
                    "its first argument is a data variable");
  } else {
    expr = function->rewrite(expr);
    return;
  }
  expr = number(0, expr.span);
}

}  // namespace

std::span<const DataHelper> data_helpers() { return kHelpers; }

std::string data_helper_name(std::string_view variable, const DataHelper& helper) {
  return fmt::format("{} <{}>", variable, helper.suffix);
}

std::set<std::string> data_function_arguments(const syntax::ModelDecl& model) {
  std::set<std::string> names;
  for_each_expression(model, [&](const Expr& expr) { collect(expr, names); });
  return names;
}

void rewrite_data_functions(syntax::ModelDecl& model, const syntax::Calendar& calendar,
                            base::Diagnostics& diagnostics) {
  std::set<std::string> data;  // have helpers
  for (const syntax::VariableDecl& variable : model.variables) {
    if (std::any_of(variable.equations.begin(), variable.equations.end(),
                    [](const syntax::Equation& equation) { return equation.gf.has_value(); })) {
      data.insert(fold_name(variable.name.text));
    }
  }
  for_each_expression(model, [&](Expr& expr) { rewrite(expr, data, calendar, diagnostics); });
}

}  // namespace shamal::model
