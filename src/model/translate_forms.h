// How an operation or a function is said in each language: tables, for the translation. What both
// have by name is found in the table of builtins; here stands what one of them lacks.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/operation.h"
#include "model/procedure.h"
#include "syntax/ast.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// The operator of the language for an operation, or null.
const syntax::Operator* find_operator(Operation operation, syntax::Dialect dialect);

// The function's name, as it is written, or an empty one.
std::string_view find_function(Operation operation, syntax::Dialect dialect);
std::string_view find_procedure(Procedure procedure, syntax::Dialect dialect);

// An expression of the language in a, b, c … that says the same; null if there is none.
const syntax::Expr* find_form(Operation operation, syntax::Dialect dialect);
const syntax::Expr* find_form(Procedure procedure, syntax::Dialect dialect);

// A copy of the form with the arguments in the places of a, b …
syntax::Expr fill_form(const syntax::Expr& form, std::span<const syntax::Expr> arguments);

// A builtin with memory, which is a model of the standard library, under its name in a language.
struct MemoryForm {
  std::string_view library;  // folded: the macro of the standard library
  syntax::Dialect dialect;
  std::string_view without_start;  // the name if no initial value is given; may be empty
  std::string_view with_start;
  std::string_view order;  // of the arguments: i input, t time, n order, s start
};

std::span<const MemoryForm> memory_forms();

// The words of a distribution: "UNIFORM(a, b)", "RANDOM UNIFORM(a, b, c)", where c is the seed.
const syntax::Expr* find_draw(Distribution distribution, syntax::Dialect dialect);

// Whether a name of a variable would be taken for something else in the language.
bool is_reserved(std::string_view folded, syntax::Dialect dialect);

}  // namespace shamal::model
