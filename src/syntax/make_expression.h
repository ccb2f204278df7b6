// Expressions that no file holds, piece by piece. They have no place unless one is given, and
// numbers no text: printers write the value.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "syntax/ast.h"

namespace shamal::syntax::make {

inline Expr number(double value, base::Span span = {}) {
  Expr made;
  made.number = value;
  made.span = span;
  return made;
}

inline Expr name(std::string text, std::vector<Expr> subscripts = {}) {
  Expr made;
  made.kind = ExprKind::name;
  made.text = std::move(text);
  made.subscripts = std::move(subscripts);
  return made;
}

inline Expr call(std::string function, std::vector<Expr> args, base::Span span = {}) {
  Expr made;
  made.kind = ExprKind::call;
  made.text = std::move(function);
  made.args = std::move(args);
  made.span = span;
  return made;
}

inline Expr binary(Operator op, Expr left, Expr right) {
  Expr made;
  made.kind = ExprKind::binary;
  made.op = op;
  made.span = left.span;
  made.args.push_back(std::move(left));
  made.args.push_back(std::move(right));
  return made;
}

inline Expr choose(Expr condition, Expr yes, Expr no) {
  Expr made;
  made.kind = ExprKind::conditional;
  made.span = condition.span;
  made.args.push_back(std::move(condition));
  made.args.push_back(std::move(yes));
  made.args.push_back(std::move(no));
  return made;
}

}  // namespace shamal::syntax::make
