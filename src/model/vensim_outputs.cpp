// Macros of Vensim's language may have further outputs: in a = MACRO(x, y : b, c) the call also
// gives b and c their values [Vensim reference manual, "Macros"]. In an equation with subscripts
// they have those of the left side: a[r] = MACRO(x[r] : b[r]).

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"
#include "model/vensim.h"

namespace shamal::model {

using base::Code;
using syntax::Expr;
using syntax::ExprKind;

namespace {

template <class Visit>
void for_each_call(const Expr& expr, const Visit& visit) {
  if (expr.kind == ExprKind::call) {
    visit(expr);
  }
  for (const Expr& arg : expr.args) {
    for_each_call(arg, visit);
  }
}

bool same_subscripts(const std::vector<Expr>& named, const std::vector<syntax::Word>& left) {
  return std::equal(named.begin(), named.end(), left.begin(), left.end(),
                    [](const Expr& one, const syntax::Word& other) {
                      return base::fold_name(one.text) == base::fold_name(other.text);
                    });
}

// Marks the elements that a box holds; the first `context` dimensions are a macro's.
void cover(const Model& model, const Variable& variable, std::uint32_t context,
           const VensimBox& box, std::vector<bool>& covered) {
  std::vector<std::size_t> flats(1, 0);
  for (std::size_t d = 0; d < variable.dimensions.size(); ++d) {
    const std::size_t size = model.dimensions[variable.dimensions[d]].size();
    std::vector<std::size_t> next;
    for (const std::size_t flat : flats) {
      for (std::uint32_t element = 0; d < context && element < size; ++element) {
        next.push_back(flat * size + element);
      }
      if (d >= context) {
        for (const std::uint32_t element : box.sides[d - context].elements) {
          next.push_back(flat * size + element);
        }
      }
    }
    flats = std::move(next);
  }
  for (const std::size_t flat : flats) {
    covered[flat] = true;
  }
}

}  // namespace

void Resolver::declare_macro_outputs(const std::vector<syntax::VariableDecl>& decls, Scope& scope) {
  // By name: what equations of one variable have declared so far, and for which elements.
  struct Declared {
    VariableId owner = kNone;
    VariableId output = kNone;
    std::vector<bool> covered;
  };
  std::map<std::string, Declared> declared;

  const auto declare_output = [&](const Expr& output, VariableId owner) -> Declared* {
    const std::string folded = base::fold_name(output.text);
    const auto known = declared.find(folded);
    if (known != declared.end() && known->second.owner == owner &&
        !model.variables[owner].dimensions.empty()) {
      return &known->second;
    }
    Variable made;
    made.name = scope.prefix + base::display_name(output.text);
    made.hidden = scope.macro;
    made.span = output.span;
    made.dimensions = model.variables[owner].dimensions;
    Symbol symbol;
    symbol.span = output.span;
    symbol.variable = static_cast<VariableId>(model.variables.size());
    if (!scope.symbols.emplace(folded, symbol).second) {
      error(Code::duplicate_name, output.span,
            fmt::format("\"{}\"", base::display_name(output.text)),
            "a macro's further output has no equation of its own");
      return nullptr;
    }
    VariableInfo about;
    about.context = info[owner].context;
    about.sides = info[owner].sides;
    Declared one{owner, symbol.variable, std::vector<bool>(model.element_count(made), false)};
    model.variables.push_back(std::move(made));
    info.push_back(std::move(about));
    return &(declared[folded] = std::move(one));
  };

  const auto declare = [&](const syntax::VariableDecl& decl, const syntax::Equation& equation,
                           const Expr& call) {
    const std::size_t inputs = input_count(call);
    if (inputs == call.args.size()) {
      return;
    }
    const syntax::MacroDecl* const macro =
        find_macro(base::fold_name(call.text), inputs, call.span);
    if (macro == nullptr || macro->outputs.size() < call.args.size() - inputs) {
      error(Code::wrong_argument_count, call.span,
            fmt::format("{}: {} further outputs", base::display_name(call.text),
                        call.args.size() - inputs));
      return;
    }
    const Symbol* const owner = find_symbol(scope, decl.name.text);
    if (owner == nullptr || owner->kind != Symbol::Kind::variable) {
      return;  // reported already
    }
    for (std::size_t i = inputs; i < call.args.size(); ++i) {
      const Expr& output = call.args[i];
      if (!same_subscripts(output.subscripts, equation.subscripts)) {
        error(Code::shape_mismatch, output.span,
              fmt::format("the further output \"{}\" of a macro in an equation of \"{}\"",
                          base::display_name(output.text), base::display_name(decl.name.text)),
              "give it the subscripts that stand on the left");
        continue;
      }
      Declared* const into = declare_output(output, owner->variable);
      if (into == nullptr) {
        continue;
      }
      std::uint32_t part = 0;
      for (const VensimBox& box : shape_of(decl, scope).boxes) {
        if (box.equation != &equation) {
          continue;
        }
        cover(model, model.variables[into->output], info[into->output].context, box, into->covered);
        add_macro_output(*macro, call, scope, macro->outputs[i - inputs], output, into->output,
                         box.sides, {&call, &scope, owner->variable, part++});
      }
    }
  };
  for (const syntax::VariableDecl& decl : decls) {
    for (const syntax::Equation& equation : decl.equations) {
      for (const auto* expr : {&equation.expr, &equation.initial, &equation.rate}) {
        if (*expr) {
          for_each_call(**expr, [&](const Expr& call) { declare(decl, equation, call); });
        }
      }
    }
  }
  for (const auto& [name, one] : declared) {
    info[one.output].partial =
        std::find(one.covered.begin(), one.covered.end(), false) != one.covered.end();
  }
}

// The further output of one use, over the elements that the use gives values to.
void Resolver::add_macro_output(const syntax::MacroDecl& macro, const Expr& call, Scope& scope,
                                const syntax::Word& inner, const Expr& output, VariableId target,
                                const std::vector<Side>& own_sides, const ExpansionKey& key) {
  Recipe recipe;
  recipe.target = target;
  recipe.span = output.span;
  recipe.sides = info[target].sides;
  recipe.sides.insert(recipe.sides.end(), own_sides.begin(), own_sides.end());
  std::vector<Side> hidden = recipe.sides;
  for (Side& side : hidden) {
    side.own = !side.fixed;
  }
  recipe.body = [this, &macro, &call, &scope, &inner, &output, key, hidden](Typer& typer) {
    macro_value(macro, call, scope, hidden, key);
    const auto inside = insides.find(key);
    const Symbol* const found =
        inside == insides.end() ? nullptr : find_symbol(*inside->second, inner.text);
    if (found == nullptr || found->kind != Symbol::Kind::variable) {
      error(Code::unknown_name, output.span,
            fmt::format("\"{}\": the macro does not define it", inner.text));
      return Body{typer.constant(0, output.span), kNone};
    }
    return Body{typer.whole(found->variable, output.span), kNone};
  };
  add(std::move(recipe));
}

// The hidden variable that holds a macro's value in one of its uses.
VariableId Resolver::macro_value(const syntax::MacroDecl& macro, const Expr& call, Scope& scope,
                                 const std::vector<Side>& sides, const ExpansionKey& key) {
  const auto known = expansions.find(key);
  if (known != expansions.end()) {
    return known->second;
  }
  Scope* inside = nullptr;
  const VariableId output = instantiate_macro(macro, call, scope, sides, key.user, &inside);
  if (inside != nullptr && !macro.outputs.empty()) {
    insides.emplace(key, inside);
  }
  return expansions.emplace(key, output).first->second;
}

}  // namespace shamal::model
