// Macros of Vensim's language may have further outputs: in a = MACRO(x, y : b, c) the call also
// gives b and c their values [Vensim reference manual, "Macros"].

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

}  // namespace

void Resolver::declare_macro_outputs(const std::vector<syntax::VariableDecl>& decls, Scope& scope) {
  const auto declare = [&](const syntax::VariableDecl& decl, const Expr& call) {
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
    if (!model.variables[owner->variable].dimensions.empty()) {
      error(Code::unsupported_element, call.span,
            fmt::format("further outputs of a macro in the array \"{}\"",
                        base::display_name(decl.name.text)));
      return;
    }
    const ExpansionKey key{&call, &scope, owner->variable, 0};
    for (std::size_t i = inputs; i < call.args.size(); ++i) {
      const Expr& output = call.args[i];
      Variable made;
      made.name = scope.prefix + base::display_name(output.text);
      made.hidden = scope.macro;
      made.span = output.span;
      Symbol symbol;
      symbol.span = output.span;
      symbol.variable = static_cast<VariableId>(model.variables.size());
      if (!scope.symbols.emplace(base::fold_name(output.text), symbol).second) {
        error(Code::duplicate_name, output.span,
              fmt::format("\"{}\"", base::display_name(output.text)),
              "a macro's further output has no equation of its own");
        continue;
      }
      model.variables.push_back(std::move(made));
      info.emplace_back();
      Recipe recipe;
      recipe.target = symbol.variable;
      recipe.span = output.span;
      const syntax::Word& inner = macro->outputs[i - inputs];
      recipe.body = [this, macro, &call, &scope, &inner, &output, key](Typer& typer) {
        macro_value(*macro, call, scope, {}, key);
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
  };
  for (const syntax::VariableDecl& decl : decls) {
    for (const syntax::Equation& equation : decl.equations) {
      for (const auto* expr : {&equation.expr, &equation.initial, &equation.rate}) {
        if (*expr) {
          for_each_call(**expr, [&](const Expr& call) { declare(decl, call); });
        }
      }
    }
  }
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
