#include "model/run_calls.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/files.h"
#include "base/names.h"
#include "data/vendor_table.h"

namespace shamal::model {

using base::Code;
using base::fold_name;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;

namespace {

// A number, with its sign.
std::optional<double> number_of(const Expr& expr) {
  if (expr.kind == ExprKind::number) {
    return expr.number;
  }
  if (expr.kind == ExprKind::unary && expr.op == Operator::negate &&
      expr.args[0].kind == ExprKind::number) {
    return -expr.args[0].number;
  }
  return std::nullopt;
}

// The value at a time: of the ends before and after, else between the points beside it.
double value_at(const data::Points& points, double time) {
  const auto after = std::upper_bound(points.x.begin(), points.x.end(), time);
  if (after == points.x.begin()) {
    return points.y.front();
  }
  const auto i = static_cast<std::size_t>(after - points.x.begin()) - 1;
  if (after == points.x.end() || points.x[i] == time) {
    return points.y[i];
  }
  const double part = (time - points.x[i]) / (points.x[i + 1] - points.x[i]);
  return points.y[i] + part * (points.y[i + 1] - points.y[i]);
}

bool same_name(const std::string& a, const std::string& b) { return fold_name(a) == fold_name(b); }

}  // namespace

RunFunction run_function(const Expr& expr) {
  const std::string name = expr.kind == ExprKind::call ? fold_name(expr.text) : "";
  return name == "get_vdf_constants" ? RunFunction::constants
         : name == "get_vdf_data"    ? RunFunction::data
         : name == "get_vdf_lookups" ? RunFunction::lookups
                                     : RunFunction::none;
}

const data::SeriesTable* RunCalls::open(const Expr& file) {
  const auto [known, fresh] = tables_.try_emplace(file.text);
  if (!fresh) {
    return known->second ? &*known->second : nullptr;
  }
  std::string written = file.text;
  std::replace(written.begin(), written.end(), '\\', '/');
  std::filesystem::path path = std::filesystem::path(folder_) / written;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    path += ".vdf";
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    base::read_file(path.string(), diagnostics_, file.span);  // says why not
    return nullptr;
  }
  known->second = data::load_vendor_table(path.string(), sources_, diagnostics_);
  paths_.push_back(path.string());
  return known->second ? &*known->second : nullptr;
}

std::optional<std::vector<data::Points>> RunCalls::read(const Expr& call, std::size_t count,
                                                        const Elements& elements) {
  const bool constants = run_function(call) == RunFunction::constants;
  const std::size_t wanted = constants ? 3 : 4;
  if (call.args.size() != wanted) {
    diagnostics_.add(
        Code::wrong_argument_count, call.span,
        fmt::format("\"{}\": {} given, {} needed", call.text, call.args.size(), wanted));
    return std::nullopt;
  }
  std::vector<double> numbers;
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto number = i < 2 ? std::nullopt : number_of(call.args[i]);
    if (i < 2 ? call.args[i].kind != ExprKind::string : !number) {
      diagnostics_.add(Code::bad_value, call.args[i].span,
                       fmt::format("an argument of {}", call.text),
                       i < 2 ? "write it between quotation marks: 'base.vdf'" : "write a number");
      return std::nullopt;
    }
    if (number) {
      numbers.push_back(*number);
    }
  }
  const data::SeriesTable* const table = open(call.args[0]);
  if (table == nullptr) {
    return std::nullopt;
  }
  const data::SeriesName named = data::split_series_name(call.args[1].text);
  std::vector<std::vector<std::string>> tuples = {{}};
  for (const std::string& subscript : named.subscripts) {
    std::vector<std::vector<std::string>> next;
    for (const std::vector<std::string>& tuple : tuples) {
      for (const std::string& element : elements(subscript)) {
        next.push_back(tuple);
        next.back().push_back(element);
      }
    }
    tuples = std::move(next);
  }
  if (tuples.size() != count) {
    diagnostics_.add(
        Code::wrong_number_count, call.args[1].span,
        fmt::format("\"{}\": {} for {} elements", call.args[1].text, tuples.size(), count));
    return std::nullopt;
  }
  std::vector<data::Points> result;
  for (const std::vector<std::string>& tuple : tuples) {
    const auto series =
        std::find_if(table->series.begin(), table->series.end(), [&](const data::Series& one) {
          return same_name(one.name.base, named.base) &&
                 std::equal(one.name.subscripts.begin(), one.name.subscripts.end(), tuple.begin(),
                            tuple.end(), same_name);
        });
    if (series == table->series.end() || series->values.empty()) {
      diagnostics_.add(Code::no_data, call.args[1].span,
                       fmt::format("\"{}\" in \"{}\"", data::join_series_name(named.base, tuple),
                                   call.args[0].text));
      return std::nullopt;
    }
    data::Points points{series->times, series->values};
    if (points.x.size() != points.y.size()) {
      points.x.assign(points.y.size(), 0);  // a constant
    }
    if (constants) {
      points = {{0}, {value_at(points, numbers[0])}};
    } else if (numbers[1] > 0) {
      for (double& x : points.x) {
        x = numbers[0] + numbers[1] * x;
      }
    }
    result.push_back(std::move(points));
  }
  return result;
}

}  // namespace shamal::model
