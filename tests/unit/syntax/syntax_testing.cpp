#include "unit/syntax/syntax_testing.h"

#include <fmt/format.h>

#include "syntax/operators.h"

namespace shamal::syntax {

std::string ParsedText::summary() const {
  std::string text;
  for (const base::Diagnostic& diagnostic : diagnostics.sorted()) {
    const base::CodeRow& code = base::row(diagnostic.code);
    text += fmt::format("{}{} {} {} {}", text.empty() ? "" : "; ", code.id, diagnostic.span.begin,
                        code.title, diagnostic.what);
  }
  return text;
}

namespace {

std::string show_all(const std::vector<Expr>& items) {
  std::string text;
  for (const Expr& item : items) {
    text += " " + show(item);
  }
  return text;
}

}  // namespace

std::string show(const Expr& expr) {
  const std::string subscripts =
      expr.subscripts.empty() ? "" : "[" + show_all(expr.subscripts).substr(1) + "]";
  switch (expr.kind) {
    case ExprKind::number:
      return expr.text;
    case ExprKind::name:
      return expr.text + (expr.bang ? "!" : "") + subscripts;
    case ExprKind::call:
      return expr.text + subscripts + "(" +
             (expr.args.empty() ? "" : show_all(expr.args).substr(1)) + ")";
    case ExprKind::unary:
    case ExprKind::binary:
      return fmt::format("({}{})", row(expr.op).text, show_all(expr.args));
    case ExprKind::conditional:
      return "(IF" + show_all(expr.args) + ")";
    case ExprKind::transpose:
      return "('" + show_all(expr.args) + ")";
    case ExprKind::string:
      return "'" + expr.text + "'";
    case ExprKind::output:
      return ":" + expr.text;
    case ExprKind::wildcard:
      return "*";
    case ExprKind::range:
      return "(:" + show_all(expr.args) + ")";
    case ExprKind::position:
      return fmt::format("@{}", expr.number);
  }
  return "?";
}

std::string show(std::string_view text) {
  const ParsedText parsed(text);
  if (!parsed.diagnostics.all().empty()) {
    return parsed.summary();
  }
  return parsed.expr ? show(*parsed.expr) : "nothing";
}

std::string with_sections(std::string_view sections) {
  return fmt::format(
      "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">\n{}\n"
      "</xmile>\n",
      sections);
}

std::string with_variables(std::string_view variables) {
  return with_sections(fmt::format("<model><variables>\n{}\n</variables></model>", variables));
}

}  // namespace shamal::syntax
