#include "model/attach_data.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/files.h"
#include "base/names.h"
#include "model/data_functions.h"
#include "model/data_points.h"
#include "model/inner_tables.h"
#include "model/queue_functions.h"
#include "model/run_calls.h"
#include "model/sheet_calls.h"
#include "model/shift_if_true.h"
#include "syntax/make_expression.h"

namespace shamal::model {

using base::Code;
using base::fold_name;
using syntax::DataMode;
using syntax::Equation;
using syntax::Expr;
using syntax::ExprKind;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;

namespace {

constexpr std::size_t kMostElements = 1'000'000;  // of one equation

class Attacher {
 public:
  Attacher(syntax::ParsedModel& parsed, const DataSources& sources, base::Sources& texts,
           base::Diagnostics& diagnostics)
      : parsed_(parsed),
        sources_(sources),
        diagnostics_(diagnostics),
        files_(sources, texts.path(parsed.file), texts.text(parsed.file), diagnostics),
        calls_(files_, diagnostics),
        runs_(sources.folder.empty()
                  ? std::filesystem::path(texts.path(parsed.file)).parent_path().string()
                  : sources.folder,
              texts, diagnostics) {}

  void run() {
    read_subscripts();
    for (syntax::MacroDecl& macro : parsed_.macros) {
      rewrite_inner_tables(macro.variables);
    }
    for (syntax::ModelDecl& model : parsed_.models) {
      rewrite_inner_tables(model.variables);
      step_ = model.sim_specs && model.sim_specs->dt ? *model.sim_specs->dt
                                                     : parsed_.sim_specs.dt.value_or(1.0);
      std::set<std::string> used = data_function_arguments(model);
      std::vector<VariableDecl> helpers;
      for (VariableDecl& variable : model.variables) {
        attach(variable);
        if (used.contains(fold_name(variable.name.text))) {
          add_data_helpers(variable, helpers);
        }
        if (variable.data) {
          make_lookup_by_time(variable);
        }
      }
      rewrite_data_functions(model, syntax::read_calendar(parsed_.kept), diagnostics_);
      rewrite_queues(parsed_, model, diagnostics_);
      rewrite_shifts(
          parsed_, model, [this](const Word& word) { return elements_of(word); }, diagnostics_);
      std::move(helpers.begin(), helpers.end(), std::back_inserter(model.variables));
    }
  }

  std::vector<std::string> fingerprints() const {
    std::vector<std::string> all = files_.fingerprints();
    base::Diagnostics unread;  // reported when it was read
    for (const std::string& path : runs_.paths()) {
      if (const auto bytes = base::read_file(path, unread)) {
        all.push_back(base::sha256(*bytes));
      }
    }
    return all;
  }

 private:
  // --- subscripts -------------------------------------------------------------------------------

  void read_subscripts() {
    for (syntax::DimensionDecl& dimension : parsed_.dimensions) {
      if (dimension.source && get_function(*dimension.source) == GetFunction::subscript) {
        read_subscript(dimension);
      }
    }
  }

  void read_subscript(syntax::DimensionDecl& dimension) {
    const Expr call = *dimension.source;
    for (const std::string& name : calls_.read_names(call)) {
      dimension.elements.push_back({name, call.span});
    }
    if (dimension.elements.empty()) {
      dimension.elements = {{"?", call.span}};  // a stand-in, so that it is not also empty
    }
    dimension.source.reset();
  }

  // The elements that a subscript of a left side stands for: of a range all of them, in order.
  std::vector<std::string> elements_of(const Word& subscript) {
    const std::string folded = fold_name(subscript.text);
    if (const auto known = elements_.find(folded); known != elements_.end()) {
      return known->second;
    }
    std::vector<std::string> result;
    add_elements(subscript.text, result, 0);
    return elements_[folded] = std::move(result);
  }

  void add_elements(const std::string& name, std::vector<std::string>& into, int depth) {
    const std::string folded = fold_name(name);
    for (const syntax::DimensionDecl& dimension : parsed_.dimensions) {
      if (fold_name(dimension.name.text) != folded || depth > 30) {
        continue;
      }
      if (dimension.equivalent_to) {
        add_elements(dimension.equivalent_to->text, into, depth + 1);
        return;
      }
      for (const Word& element : dimension.elements) {
        if (into.size() >= kMostElements) {
          return;
        }
        add_elements(element.text, into, depth + 1);
      }
      return;
    }
    into.push_back(name);
  }

  bool is_range(const Word& subscript) const {
    const std::string folded = fold_name(subscript.text);
    return std::any_of(parsed_.dimensions.begin(), parsed_.dimensions.end(),
                       [&](const auto& d) { return fold_name(d.name.text) == folded; });
  }

  // --- equations --------------------------------------------------------------------------------

  void attach(VariableDecl& variable) {
    std::vector<Equation> result;
    for (Equation& equation : variable.equations) {
      const GetFunction function = equation.expr ? get_function(*equation.expr) : GetFunction::none;
      const RunFunction of_run = equation.expr ? run_function(*equation.expr) : RunFunction::none;
      if (of_run != RunFunction::none) {
        variable.data = variable.data || of_run == RunFunction::data;
        read_run(equation, of_run == RunFunction::constants, result);
      } else if (function == GetFunction::constants) {
        read_constants(equation);
        result.push_back(std::move(equation));
      } else if (function == GetFunction::data || function == GetFunction::lookups) {
        variable.data = variable.data || function == GetFunction::data;
        read_series(equation, result);
      } else if (variable.data && !equation.expr && !equation.gf && !equation.constants) {
        take_series(variable, equation, result);
      } else {
        result.push_back(std::move(equation));
      }
    }
    variable.equations = std::move(result);
  }

  void read_constants(Equation& equation) {
    const Expr call = *equation.expr;
    std::vector<std::uint32_t> sizes;
    for (const Word& subscript : equation.subscripts) {
      if (is_range(subscript)) {
        sizes.push_back(static_cast<std::uint32_t>(elements_of(subscript).size()));
      }
    }
    auto numbers = calls_.read_constants(call, sizes);
    if (!numbers || sizes.empty()) {
      equation.expr = syntax::make::number(numbers ? numbers->at(0).at(0) : 0, call.span);
    } else {
      equation.expr.reset();
      equation.constants = syntax::ConstantTable{std::move(*numbers), call.span};
    }
  }

  // An equation for each element, with the points of its series.
  void read_series(const Equation& equation, std::vector<Equation>& result) {
    const Expr& call = *equation.expr;
    std::vector<Equation> made = equations_of_elements(equation);
    std::vector<std::string> labels;
    for (const Equation& each : made) {
      labels.push_back(excepted(each, equation) ? "" : label_of(each, call.text));
    }
    auto series = calls_.read_series(call, labels);
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (labels[i].empty()) {
        continue;
      }
      data::Points points = series ? std::move((*series)[i]) : data::Points{{0}, {0}};
      made[i].gf = syntax::GraphicalFunction{
          {}, std::move(points.x), std::move(points.y), {}, {}, call.span};
      result.push_back(std::move(made[i]));
    }
  }

  // An equation for each element, with what the variable was in another run.
  void read_run(const Equation& equation, bool constants, std::vector<Equation>& result) {
    const Expr& call = *equation.expr;
    std::vector<Equation> made = equations_of_elements(equation);
    auto series = runs_.read(call, made.size(), [&](const std::string& subscript) {
      return elements_of(Word{subscript, call.span});
    });
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (excepted(made[i], equation)) {
        continue;
      }
      data::Points points = series ? std::move((*series)[i]) : data::Points{{0}, {0}};
      if (constants) {
        made[i].expr = syntax::make::number(points.y.front(), call.span);
      } else {
        made[i].gf = syntax::GraphicalFunction{
            {}, std::move(points.x), std::move(points.y), {}, {}, call.span};
      }
      result.push_back(std::move(made[i]));
    }
  }

  static std::string label_of(const Equation& equation, const std::string& otherwise) {
    std::vector<std::string> names;
    for (const Word& word : equation.subscripts) {
      names.push_back(word.text);
    }
    return names.empty() ? otherwise : fmt::format("{}", fmt::join(names, ","));
  }

  // Whether :EXCEPT: takes the element away. Its series stays in its place beside the others.
  bool excepted(const Equation& element, const Equation& whole) {
    return std::any_of(whole.except.begin(), whole.except.end(), [&](const auto& words) {
      bool covered = words.size() == element.subscripts.size();
      for (std::size_t i = 0; covered && i < words.size(); ++i) {
        const std::vector<std::string> names = elements_of(words[i]);
        covered = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
          return fold_name(name) == fold_name(element.subscripts[i].text);
        });
      }
      return covered;
    });
  }

  // Row-major over the ranges of the left side.
  std::vector<Equation> equations_of_elements(const Equation& equation) {
    std::vector<std::vector<Word>> tuples = {{}};
    for (const Word& subscript : equation.subscripts) {
      std::vector<std::vector<Word>> next;
      for (const std::vector<Word>& tuple : tuples) {
        for (const std::string& element : elements_of(subscript)) {
          if (next.size() >= kMostElements) {
            break;
          }
          next.push_back(tuple);
          next.back().push_back({element, subscript.span});
        }
      }
      tuples = std::move(next);
    }
    std::vector<Equation> result;
    for (std::vector<Word>& tuple : tuples) {
      Equation made;
      made.subscripts = std::move(tuple);
      made.span = equation.span;
      result.push_back(std::move(made));
    }
    return result;
  }

  // --- data of requests -------------------------------------------------------------------------

  using Table = std::map<std::string, const data::Series*>;

  static std::string series_key(std::string_view name, const std::vector<std::string>& subscripts) {
    std::string key = fold_name(name);
    for (const std::string& subscript : subscripts) {
      key += '\n' + fold_name(subscript);
    }
    return key;
  }

  void take_series(const VariableDecl& variable, const Equation& equation,
                   std::vector<Equation>& result) {
    if (by_name_.empty()) {
      for (const data::SeriesTable& table : sources_.series) {
        for (const data::Series& series : table.series) {
          by_name_[series_key(series.name.base, series.name.subscripts)] = &series;
        }
      }
    }
    std::vector<std::string> missing;
    for (Equation& made : equations_of_elements(equation)) {
      if (excepted(made, equation)) {
        continue;
      }
      std::vector<std::string> subscripts;
      for (const Word& word : made.subscripts) {
        subscripts.push_back(word.text);
      }
      const auto found = by_name_.find(series_key(variable.name.text, subscripts));
      if (found == by_name_.end()) {
        missing.push_back(subscripts.empty() ? "" : fmt::format("{}", fmt::join(subscripts, ",")));
        made.gf = syntax::GraphicalFunction{{}, {0}, {0}, {}, {}, equation.span};
      } else {
        made.gf = points_of_series(*found->second, equation.span);
      }
      result.push_back(std::move(made));
    }
    if (!missing.empty()) {
      std::string what = fmt::format("\"{}\"", base::display_name(variable.name.text));
      if (!missing.front().empty()) {
        what += fmt::format("[{}]", missing.front());
      }
      if (missing.size() > 1) {
        what += fmt::format(" and {} more of its elements", missing.size() - 1);
      }
      diagnostics_.add(Code::no_data, variable.name.span, std::move(what),
                       sources_.series.empty() ? "name a file with its values: --data run.dat"
                                               : "none of the files of --data has it");
    }
  }

  // --- look-ups by time -------------------------------------------------------------------------

  void make_lookup_by_time(VariableDecl& variable) {
    const DataMode mode = variable.data_mode.value_or(DataMode::interpolate);
    bool any = false;
    for (Equation& equation : variable.equations) {
      if (!equation.gf || equation.expr) {
        continue;
      }
      any = true;
      equation.gf = data_lookup(*equation.gf, mode, step_);
      Expr time;
      time.kind = ExprKind::name;
      time.text = "Time";
      time.span = equation.gf->span;
      equation.expr = std::move(time);
    }
    if (any && variable.kind == VariableKind::graphical) {
      variable.kind = VariableKind::auxiliary;
    }
    variable.data = false;
  }

  // Look-ups beside a data variable for the functions that ask for its values at other times.
  void add_data_helpers(const VariableDecl& variable, std::vector<VariableDecl>& helpers) {
    for (const DataHelper& helper : data_helpers()) {
      VariableDecl made;
      made.kind = VariableKind::graphical;
      made.name = {data_helper_name(variable.name.text, helper), variable.name.span};
      for (const Equation& equation : variable.equations) {
        if (equation.gf && !equation.expr) {
          Equation copy;
          copy.subscripts = equation.subscripts;
          copy.span = equation.span;
          copy.gf = helper.make(*equation.gf, step_);
          made.equations.push_back(std::move(copy));
        }
      }
      if (!made.equations.empty()) {
        helpers.push_back(std::move(made));
      }
    }
  }

  syntax::ParsedModel& parsed_;
  const DataSources& sources_;
  base::Diagnostics& diagnostics_;
  DataFiles files_;
  SheetCalls calls_;
  RunCalls runs_;
  std::map<std::string, std::vector<std::string>> elements_;
  Table by_name_;
  double step_ = 1;
};

}  // namespace

void attach_data(syntax::ParsedModel& parsed, const DataSources& sources, base::Sources& texts,
                 base::Diagnostics& diagnostics, std::vector<std::string>& fingerprints) {
  Attacher attacher(parsed, sources, texts, diagnostics);
  attacher.run();
  fingerprints = attacher.fingerprints();
}

}  // namespace shamal::model
