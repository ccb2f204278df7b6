#include "model/translate_forms.h"

#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "model/builtins.h"
#include "model/stdlib_files.h"
#include "syntax/parse_expression.h"

namespace shamal::model {

using syntax::Dialect;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Operator;

namespace {

using O = Operation;

struct OperatorForm {
  Operation operation;
  Operator op;
};

constexpr std::array kOperators = {
    OperatorForm{O::negate, Operator::negate},
    OperatorForm{O::logical_not, Operator::logical_not},
    OperatorForm{O::add, Operator::add},
    OperatorForm{O::subtract, Operator::subtract},
    OperatorForm{O::multiply, Operator::multiply},
    OperatorForm{O::divide, Operator::divide},
    OperatorForm{O::power, Operator::power},
    OperatorForm{O::modulo, Operator::modulo},
    OperatorForm{O::less, Operator::less},
    OperatorForm{O::less_equal, Operator::less_equal},
    OperatorForm{O::greater, Operator::greater},
    OperatorForm{O::greater_equal, Operator::greater_equal},
    OperatorForm{O::equal, Operator::equal},
    OperatorForm{O::not_equal, Operator::not_equal},
    OperatorForm{O::logical_and, Operator::logical_and},
    OperatorForm{O::logical_or, Operator::logical_or},
};

// Written in XMILE's notation, whatever the language: the trees are the same. a, b, c stand for the
// arguments.
template <class Key>
struct Form {
  Key key;
  Dialect dialect;
  std::string_view form;
};

constexpr std::array kForms = {
    Form{O::decimal_log, Dialect::vensim, "LOG(a, 10)"},
    Form{O::log_gamma, Dialect::xmile, "GAMMALN(a)"},
    Form{O::floor, Dialect::vensim, "INTEGER(a) - (IF a < INTEGER(a) THEN 1 ELSE 0)"},
    Form{O::truncate, Dialect::xmile, "IF a < 0 THEN -INT(-a) ELSE INT(a)"},
    Form{O::round_half_away, Dialect::vensim,
         "IF a < 0 THEN -INTEGER(0.5 - a) ELSE INTEGER(a + 0.5)"},
    Form{O::sign, Dialect::vensim, "IF a > 0 THEN 1 ELSE IF a < 0 THEN -1 ELSE 0"},
    Form{O::modulo, Dialect::vensim,
         "IF MODULO(a, b) * b < 0 THEN MODULO(a, b) + b ELSE MODULO(a, b)"},
    Form{O::truncated_modulo, Dialect::xmile, "IF a < 0 THEN -((-a) MOD ABS(b)) ELSE a MOD ABS(b)"},
    Form{O::arc_tangent2, Dialect::vensim,
         "IF b > 0 THEN ARCTAN(a / b) ELSE IF b < 0 AND a >= 0 THEN ARCTAN(a / b) + "
         "3.141592653589793 ELSE IF b < 0 THEN ARCTAN(a / b) - 3.141592653589793 ELSE IF "
         "a > 0 THEN 1.5707963267948966 ELSE IF a < 0 THEN -1.5707963267948966 ELSE 0"},
    Form{O::divide_or, Dialect::vensim, "IF b = 0 THEN c ELSE a / b"},
    Form{O::divide_or, Dialect::xmile, "IF b = 0 THEN c ELSE a / b"},
};

// Arguments in the order of procedures.def. A seed has a letter too, and is 0 if there is none.
// Behind the arguments of a function of a table stand the first and the last x of its points.
using P = Procedure;
constexpr std::array kProcedures = {
    Form{P::gammaln, Dialect::vensim, "GAMMA LN(a)"},
    Form{P::factorial, Dialect::vensim,
         "INTEGER(EXP(GAMMA LN(INTEGER(a) + 1)) * (1 + 1e-12) + 0.5)"},
    Form{P::permutations, Dialect::vensim,
         "IF INTEGER(b) > INTEGER(a) THEN 0 ELSE INTEGER(EXP(GAMMA LN(INTEGER(a) + 1) - "
         "GAMMA LN(INTEGER(a) - INTEGER(b) + 1)) + 0.5)"},
    Form{P::combinations, Dialect::vensim,
         "IF INTEGER(b) > INTEGER(a) THEN 0 ELSE INTEGER(EXP(GAMMA LN(INTEGER(a) + 1) - "
         "GAMMA LN(INTEGER(b) + 1) - GAMMA LN(INTEGER(a) - INTEGER(b) + 1)) + 0.5)"},
    Form{P::lookupinv, Dialect::vensim, "LOOKUP INVERT(a, b)"},
    Form{P::lookuparea, Dialect::vensim, "LOOKUP AREA(a, MIN(MAX(c, e), f), MIN(MAX(b, e), f))"},
    Form{P::beta, Dialect::vensim, "RANDOM BETA(0, 1, a, b, 0, 1, c)"},
    Form{P::binomial, Dialect::vensim, "RANDOM BINOMIAL(0, a, b, a, 0, 1, c)"},
    Form{P::geometric, Dialect::vensim, "RANDOM NEGATIVE BINOMIAL(1, 1e9, a, 1, 0, 1, b)"},
    Form{P::negbinomial, Dialect::vensim, "RANDOM NEGATIVE BINOMIAL(a, 1e9, b, a, 0, 1, c) - a"},
    Form{P::logistic, Dialect::vensim, "a - b * LN(1 / RANDOM UNIFORM(0, 1, c) - 1)"},
    Form{P::pareto, Dialect::vensim, "b / RANDOM UNIFORM(0, 1, c) ^ (1 / a)"},
    Form{P::triangular, Dialect::vensim, "RANDOM TRIANGULAR(a, c, a, b, c, d)"},
    Form{P::weibull, Dialect::vensim,
         "RANDOM WEIBULL(0, 1e9 * b, a, 0, b * EXP(GAMMA LN(1 + 1 / a)), c)"},
    Form{P::montecarlo, Dialect::vensim,
         "IF 100 * RANDOM UNIFORM(0, 1, b) < a * TIME STEP THEN 1 ELSE 0"},
};

constexpr std::array kMemory = {
    MemoryForm{"smth1", Dialect::vensim, "SMOOTH", "SMOOTHI", "its"},
    MemoryForm{"smth3", Dialect::vensim, "SMOOTH3", "SMOOTH3I", "its"},
    MemoryForm{"smthn", Dialect::vensim, "", "SMOOTH N", "itsn"},
    MemoryForm{"delay1", Dialect::vensim, "DELAY1", "DELAY1I", "its"},
    MemoryForm{"delay3", Dialect::vensim, "DELAY3", "DELAY3I", "its"},
    MemoryForm{"smth1", Dialect::xmile, "SMTH1", "SMTH1", "its"},
    MemoryForm{"smth3", Dialect::xmile, "SMTH3", "SMTH3", "its"},
    MemoryForm{"smthn", Dialect::xmile, "SMTHN", "SMTHN", "itns"},
    MemoryForm{"delay1", Dialect::xmile, "DELAY1", "DELAY1", "its"},
    MemoryForm{"delay3", Dialect::xmile, "DELAY3", "DELAY3", "its"},
    MemoryForm{"delayn", Dialect::xmile, "DELAYN", "DELAYN", "itns"},
};

// In Vensim the letter behind the arguments is the seed, 0 without one.
constexpr std::array kDraws = {
    Form{Distribution::uniform, Dialect::xmile, "UNIFORM(a, b)"},
    Form{Distribution::normal, Dialect::xmile, "NORMAL(a, b)"},
    Form{Distribution::lognormal, Dialect::xmile, "LOGNORMAL(a, b)"},
    Form{Distribution::exponential, Dialect::xmile, "EXPRND(a)"},
    Form{Distribution::poisson, Dialect::xmile, "POISSON(a)"},
    Form{Distribution::uniform, Dialect::vensim, "RANDOM UNIFORM(a, b, c)"},
    Form{Distribution::normal, Dialect::vensim, "RANDOM NORMAL(a - 40 * b, a + 40 * b, a, b, c)"},
    Form{Distribution::lognormal, Dialect::vensim,
         "EXP(RANDOM NORMAL(-1e9, 1e9, LN(a) - LN(1 + b * b / (a * a)) / 2, "
         "SQRT(LN(1 + b * b / (a * a))), c))"},
    Form{Distribution::exponential, Dialect::vensim, "RANDOM EXPONENTIAL(0, 1e9 * a, 0, a, b)"},
    Form{Distribution::poisson, Dialect::vensim, "RANDOM POISSON(0, 1e9, a, 0, 1, b)"},
};

Expr parsed(std::string_view form) {
  base::Diagnostics diagnostics;
  base::Sources sources;
  const base::FileId file = sources.add("form", std::string(form));
  auto expr = syntax::parse_expression(base::located(sources.text(file), file, 0), diagnostics);
  if (!expr) {
    throw std::logic_error(fmt::format("the form \"{}\" is not well-formed", form));
  }
  return std::move(*expr);
}

template <class Key, std::size_t count>
const Expr* find_parsed(const std::array<Form<Key>, count>& rows, Key key, Dialect dialect) {
  static const std::map<std::pair<Key, Dialect>, Expr> kAll = [&] {
    std::map<std::pair<Key, Dialect>, Expr> all;
    for (const auto& row : rows) {
      all.emplace(std::pair(row.key, row.dialect), parsed(row.form));
    }
    return all;
  }();
  const auto found = kAll.find({key, dialect});
  return found == kAll.end() ? nullptr : &found->second;
}

std::string_view written_name(const Builtin& builtin) {
  return builtin.signature.substr(0, builtin.signature.find('('));
}

bool is_of(const Builtin& builtin, Dialect dialect) {
  return dialect == Dialect::vensim
             ? builtin.origin == Origin::mdl
             : builtin.origin == Origin::standard || builtin.origin == Origin::isee;
}

}  // namespace

const Operator* find_operator(Operation operation, Dialect dialect) {
  for (const OperatorForm& row : kOperators) {
    if (row.operation == operation && !(dialect == Dialect::vensim && row.op == Operator::modulo)) {
      return &row.op;
    }
  }
  return nullptr;
}

std::string_view find_function(Operation operation, Dialect dialect) {
  for (const Builtin& builtin : builtins()) {
    const bool folds = builtin.treatment == Treatment::fold;
    if ((builtin.treatment == Treatment::operation || folds) && is_of(builtin, dialect) &&
        builtin.operation == operation && operation != Operation::select) {
      return written_name(builtin);
    }
  }
  return {};
}

std::string_view find_procedure(Procedure procedure, Dialect dialect) {
  // In Vensim's own files these are models of the library.
  constexpr std::array<std::pair<Procedure, std::string_view>, 2> kModels = {
      {{Procedure::delay_n, "DELAY N"}, {Procedure::smooth_n, "SMOOTH N"}}};
  for (const auto& [of, name] : kModels) {
    if (of == procedure && dialect == Dialect::vensim) {
      return name;
    }
  }
  for (const Builtin& builtin : builtins()) {
    if (builtin.treatment == Treatment::procedure && is_of(builtin, dialect) &&
        builtin.procedure == procedure) {
      return written_name(builtin);
    }
  }
  return {};
}

const Expr* find_form(Operation operation, Dialect dialect) {
  return find_parsed(kForms, operation, dialect);
}

const Expr* find_form(Procedure procedure, Dialect dialect) {
  return find_parsed(kProcedures, procedure, dialect);
}

const Expr* find_draw(Distribution distribution, Dialect dialect) {
  return find_parsed(kDraws, distribution, dialect);
}

Expr fill_form(const Expr& form, std::span<const Expr> arguments) {
  if (form.kind == ExprKind::name && form.text.size() == 1) {
    const auto place = static_cast<std::size_t>(form.text[0] - 'a');
    if (place < arguments.size()) {
      return arguments[place];
    }
  }
  Expr filled = form;
  filled.span = {};
  for (Expr& argument : filled.args) {
    argument = fill_form(argument, arguments);
  }
  return filled;
}

std::span<const MemoryForm> memory_forms() { return kMemory; }

bool is_reserved(std::string_view folded, Dialect dialect) {
  static const std::array<std::set<std::string>, 2> kNames = [] {
    std::array<std::set<std::string>, 2> names;
    for (const Builtin& builtin : builtins()) {
      const bool own_word = builtin.treatment == Treatment::fixed ||
                            builtin.treatment == Treatment::number ||
                            builtin.treatment == Treatment::self;
      if (is_of(builtin, Dialect::xmile) && own_word) {
        names[0].insert(std::string(builtin.name));
      }
      if (is_of(builtin, Dialect::vensim)) {
        names[1].insert(std::string(builtin.name));
      }
    }
    // Functions that are models of the library, and those with a grammar of their own.
    constexpr std::string_view kBegin = "<macro name=\"";
    for (const StdlibFile& file : stdlib_files()) {
      for (std::size_t at = file.text.find(kBegin); at != std::string_view::npos;
           at = file.text.find(kBegin, at + 1)) {
        const std::size_t name = at + kBegin.size();
        if (file.name.starts_with("vensim")) {
          names[1].insert(
              base::fold_name(file.text.substr(name, file.text.find('"', name) - name)));
        }
      }
    }
    for (const char* name : {"if_then_else", "integ", "active_initial", "with_lookup", "saveper",
                             "tabbed_array", "a_function_of"}) {
      names[1].insert(name);
    }
    return names;
  }();
  return kNames[dialect == Dialect::vensim ? 1 : 0].contains(std::string(folded));
}

}  // namespace shamal::model
