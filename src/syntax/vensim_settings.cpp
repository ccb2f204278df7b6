#include "syntax/vensim_settings.h"

#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/numbers.h"

namespace shamal::syntax {

using base::Code;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// --- settings ---------------------------------------------------------------------------------

std::vector<Word> split(const base::LocatedText& text, std::size_t begin, std::size_t end) {
  std::vector<Word> words;
  while (begin < end) {
    const std::size_t comma = std::min(text.text.find(',', begin), end);
    const std::string_view part = trimmed(std::string_view(text.text).substr(begin, comma - begin));
    if (!part.empty()) {
      const auto from = static_cast<std::size_t>(part.data() - text.text.data());
      words.push_back({std::string(part), text.span(from, from + part.size())});
    }
    begin = comma + 1;
  }
  return words;
}

// The fourth number of setting 15, by the names of the list in Vensim's dialog ("Euler, Difference,
// RK4 Auto, …"). Which is which is documented nowhere; xmutil, by one of Vensim's authors, reads
// 1 and 5 as RK4, 3 and 4 as RK2, all else as Euler. Of each pair the lower number is taken for the
// variant with automatic steps (unverified).
std::vector<std::string_view> methods(std::string_view code) {
  if (code == "1") {
    return {"rk45", "rk4"};
  }
  if (code == "5") {
    return {"rk4"};
  }
  if (code == "3" || code == "4") {
    return {"rk2"};
  }
  return {"euler"};
}

// --- times ------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 4> kTimes = {"initial_time", "final_time", "time_step",
                                                    "saveper"};

class Times {
 public:
  explicit Times(const std::vector<VariableDecl>& variables) {
    for (const VariableDecl& variable : variables) {
      const std::string folded = base::fold_name(variable.name.text);
      for (std::size_t i = 0; i < kTimes.size(); ++i) {
        if (folded == kTimes[i]) {
          variables_[i] = &variable;
        }
      }
    }
  }

  const VariableDecl* variable(std::size_t time) const { return variables_[time]; }

  // Each is computed once; one that refers back to itself has no value.
  std::optional<double> value(std::size_t time) {
    if (known_[time] || variables_[time] == nullptr || variables_[time]->equations.size() != 1) {
      return values_[time];
    }
    known_[time] = true;
    const Equation& equation = variables_[time]->equations[0];
    const bool plain = equation.subscripts.empty() && equation.expr && !equation.gf &&
                       !equation.rate && !equation.initial;
    const auto result = plain ? evaluate(*equation.expr) : std::nullopt;
    if (result && std::isfinite(*result)) {
      values_[time] = result;
    }
    return values_[time];
  }

 private:
  std::optional<double> evaluate(const Expr& expr) {
    if (expr.kind == ExprKind::number) {
      return expr.number;
    }
    if (expr.kind == ExprKind::name && expr.subscripts.empty()) {
      const std::string folded = base::fold_name(expr.text);
      for (std::size_t i = 0; i < kTimes.size(); ++i) {
        if (folded == kTimes[i]) {
          return value(i);
        }
      }
      return std::nullopt;
    }
    if (expr.kind != ExprKind::unary && expr.kind != ExprKind::binary) {
      return std::nullopt;
    }
    const auto left = evaluate(expr.args[0]);
    const auto right = expr.args.size() > 1 ? evaluate(expr.args[1]) : left;
    return left && right ? apply(expr.op, *left, *right) : std::nullopt;
  }

  static std::optional<double> apply(Operator op, double left, double right) {
    switch (op) {
      case Operator::negate:
        return -left;
      case Operator::plus:
        return left;
      case Operator::add:
        return left + right;
      case Operator::subtract:
        return left - right;
      case Operator::multiply:
        return left * right;
      case Operator::divide:
        return left / right;
      case Operator::power:
        return std::pow(left, right);
      default:
        return std::nullopt;
    }
  }

  std::array<const VariableDecl*, 4> variables_{};
  std::array<bool, 4> known_{};
  std::array<std::optional<double>, 4> values_{};
};

// --- units ------------------------------------------------------------------------------------

// One end of a range; nothing if it is neither a number nor open.
std::optional<double> range_end(std::string_view text, double open) {
  text = trimmed(text);
  if (text.empty() || text == "?" || ascii_lower(text) == "nan") {
    return open;
  }
  if (ascii_lower(text).ends_with("inf")) {
    return text.starts_with('-') ? -kInfinity : kInfinity;
  }
  return read_number(text);
}

// What the numbers mean is not documented; public files whose units of time are known tell it.
struct DateField {
  std::string_view setting;
  double Calendar::*field;
};

constexpr std::array kDateFields = {
    DateField{"37:", &Calendar::year}, DateField{"38:", &Calendar::month},
    DateField{"39:", &Calendar::day}, DateField{"40:", &Calendar::unit},
    DateField{"41:", &Calendar::base}};

const DateField* field_of_date(std::string_view line) {
  for (const DateField& row : kDateFields) {
    if (line.starts_with(row.setting)) {
      return &row;
    }
  }
  return nullptr;
}

}  // namespace

Calendar read_calendar(const std::vector<std::string>& kept) {
  Calendar calendar;
  for (const std::string& line : kept) {
    const DateField* const found = field_of_date(line);
    const auto number = found == nullptr ? std::nullopt : read_number(trimmed(line.substr(3)));
    if (number && std::fabs(*number) < 1e6) {
      calendar.*found->field = *number;
    }
  }
  return calendar;
}

VensimSettings read_vensim_settings(const base::LocatedText& text) {
  VensimSettings settings;
  for (std::size_t begin = 0; begin < text.text.size();) {
    const std::size_t end = std::min(text.text.find_first_of("\r\n", begin), text.text.size());
    const std::string_view line = std::string_view(text.text).substr(begin, end - begin);
    if (line.starts_with("15:")) {
      const std::vector<Word> values = split(text, begin + 3, end);
      for (const std::string_view method :
           methods(values.size() > 3 ? std::string_view(values[3].text) : "")) {
        settings.methods.push_back({std::string(method), text.span(begin, end)});
      }
    } else if (line.starts_with("22:")) {
      std::vector<Word> names = split(text, begin + 3, end);
      if (!names.empty()) {
        UnitDecl unit;
        unit.name = std::move(names.front());
        unit.aliases.assign(std::make_move_iterator(names.begin() + 1),
                            std::make_move_iterator(names.end()));
        settings.units.push_back(std::move(unit));
      }
    } else if (field_of_date(line) != nullptr) {
      settings.date.emplace_back(trimmed(line));
    }
    begin = end + 1;
  }
  return settings;
}

SimSpecs read_vensim_times(const std::vector<VariableDecl>& variables) {
  Times times(variables);
  SimSpecs specs;
  specs.start = times.value(0);
  specs.stop = times.value(1);
  specs.dt = times.value(2);
  specs.save_interval = times.value(3);
  for (const std::size_t time : {2u, 0u, 1u, 3u}) {
    const VariableDecl* const variable = times.variable(time);
    if (variable != nullptr && !specs.span.known()) {
      specs.span = variable->name.span;
    }
    if (variable != nullptr && variable->units && specs.time_units.empty()) {
      specs.time_units = variable->units->text;
    }
  }
  return specs;
}

VensimUnits read_vensim_units(const base::LocatedText& text, base::Diagnostics& diagnostics) {
  VensimUnits result;
  const std::string_view all = text.text;
  const std::size_t open = std::min(all.find('['), all.size());
  const std::string_view units = trimmed(all.substr(0, open));
  if (!units.empty()) {
    result.units = Word{std::string(units), text.span(0, units.size())};
  }
  if (open == all.size()) {
    return result;
  }
  const std::size_t close = all.find(']', open);
  const std::string_view inside =
      all.substr(open + 1, (close == std::string_view::npos ? all.size() : close) - open - 1);
  const std::size_t comma = std::min(inside.find(','), inside.size());
  const std::string_view rest = inside.substr(std::min(comma + 1, inside.size()));
  const auto low = range_end(inside.substr(0, comma), -kInfinity);
  const auto high = range_end(rest.substr(0, rest.find(',')), kInfinity);
  if (!low || !high || close == std::string_view::npos) {
    diagnostics.add(Code::bad_value, text.span(open, all.size()),
                    fmt::format("\"{}\" for a range of values", all.substr(open)),
                    "write [minimum, maximum] behind the units, with ? for an open end");
  } else if (std::isfinite(*low) || std::isfinite(*high)) {
    result.range = std::pair(*low, *high);
  }
  return result;
}

}  // namespace shamal::syntax
