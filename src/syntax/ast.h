// Expressions as they are written: the tree that a reader of any dialect makes of an equation.
//
// A tree is a plain value. Nothing is looked up here: a name may turn out to be a variable, a
// dimension or an array element. Every node knows its place in the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/source.h"

namespace shamal::syntax {

enum class Operator : std::uint8_t {
  // unary
  negate,
  plus,
  logical_not,
  // binary
  power,
  multiply,
  divide,
  modulo,
  add,
  subtract,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
};

enum class ExprKind : std::uint8_t {
  number,       // number, text as written
  name,         // text; subscripts if it has brackets. Qualified names keep their dots.
  call,         // text is the function's name, args
  unary,        // op, args[0]
  binary,       // op, args[0], args[1]
  conditional,  // args: condition, then, else
  transpose,    // args[0]' (XMILE 1.0, 3.7.1.1)
  string,       // text without its quotation marks: an argument of Vensim's GET … functions
  output,       // text is the name that receives a further output of a macro; last in args (Vensim)
  // only within subscripts:
  wildcard,  // *
  range,     // args[0] : args[1]
  position,  // @number
};

struct Expr {
  ExprKind kind = ExprKind::number;
  Operator op = Operator::add;
  double number = 0;
  std::string text;
  bool bang = false;  // a name in subscripts: the function around it runs over it (Vensim: Dim!)
  std::vector<Expr> args;
  std::vector<Expr> subscripts;
  base::Span span;

  // Equal up to place.
  bool operator==(const Expr& other) const {
    return kind == other.kind && op == other.op && number == other.number && text == other.text &&
           bang == other.bang && args == other.args && subscripts == other.subscripts;
  }
};

}  // namespace shamal::syntax
