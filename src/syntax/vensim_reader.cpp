// Entries into a model: equations of one variable are gathered, groups list what follows them, and
// macros keep their variables to themselves.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/names.h"
#include "syntax/characters.h"
#include "syntax/read_vensim.h"
#include "syntax/vensim_parser.h"
#include "syntax/vensim_settings.h"
#include "syntax/vensim_text.h"

namespace shamal::syntax {

namespace {

using base::Code;

// The variables of the model, or of a macro.
struct Scope {
  std::vector<VariableDecl>* variables = nullptr;
  std::vector<DimensionDecl>* dimensions = nullptr;
  std::unordered_map<std::string, std::size_t> known;  // by folded name
};

class Reader {
 public:
  Reader(base::FileId file, base::Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    parsed_.dialect = Dialect::vensim;
    parsed_.header.vendor = "Ventana Systems, Inc.";
    parsed_.header.product = "Vensim";
    parsed_.file = file;
    parsed_.models.emplace_back();
    root_.variables = &model().variables;
    root_.dimensions = &parsed_.dimensions;
  }

  ParsedModel read(VensimText text) {
    for (VensimEntry& entry : text.entries) {
      read_entry(entry);
    }
    if (in_macro_) {
      diagnostics_.add(Code::unclosed, macro_.name.span,
                       fmt::format("macro \"{}\"", macro_.name.text), "end it with :END OF MACRO:");
      end_macro();
    }
    finish(text);
    return std::move(parsed_);
  }

 private:
  ModelDecl& model() { return parsed_.models.front(); }

  void read_entry(VensimEntry& entry) {
    switch (entry.kind) {
      case VensimEntry::Kind::equation:
        read_equation(entry);
        break;
      case VensimEntry::Kind::group:
        begin_group(Word{entry.text.text, entry.text.span()}, std::move(entry.comment));
        break;
      case VensimEntry::Kind::macro_begin:
        begin_macro(entry);
        break;
      case VensimEntry::Kind::macro_end:
        if (!in_macro_) {
          diagnostics_.add(Code::unexpected_token, entry.text.span(), "\":END OF MACRO:\"",
                           "no macro is open here");
        }
        end_macro();
        break;
    }
  }

  // --- groups -----------------------------------------------------------------------------------

  // The same group may be opened several times.
  void begin_group(Word name, std::string doc) {
    const auto [found, is_new] =
        groups_.try_emplace(base::fold_name(name.text), model().groups.size());
    if (is_new) {
      model().groups.push_back({std::move(name), {}, {}});
    }
    group_ = found->second;
    std::string& known = model().groups[*group_].doc;
    if (known.empty()) {
      known = std::move(doc);
    }
  }

  // --- macros -----------------------------------------------------------------------------------

  void begin_macro(VensimEntry& entry) {
    VensimParser parser(entry.text, diagnostics_, elements_left_);
    auto header = parser.parse_macro_header();
    if (in_macro_) {
      diagnostics_.add(Code::unexpected_token, entry.text.span(), "macro inside of a macro",
                       fmt::format("end \"{}\" with :END OF MACRO: before it", macro_.name.text));
      end_macro();
    }
    in_macro_ = true;
    macro_ = {};
    scope_ = {&macro_.variables, &macro_.dimensions, {}};
    if (!header) {
      return;
    }
    // A call has the value of the variable that is named like the macro.
    Expr value;
    value.kind = ExprKind::name;
    value.text = header->name.text;
    value.span = header->name.span;
    macro_.name = std::move(header->name);
    macro_.expr = std::move(value);
    macro_.outputs = std::move(header->outputs);
    for (Word& input : header->inputs) {
      macro_.parameters.push_back({std::move(input), std::nullopt});
    }
  }

  void end_macro() {
    if (in_macro_ && !macro_.name.text.empty()) {
      parsed_.macros.push_back(std::move(macro_));
    }
    in_macro_ = false;
  }

  // --- equations --------------------------------------------------------------------------------

  void read_equation(VensimEntry& entry) {
    if (entry.text.text.empty()) {
      diagnostics_.add(Code::empty_equation, entry.units.span(), "this entry",
                       "is a | missing before it, or a ~ too many?");
      return;
    }
    VensimStatement statement =
        VensimParser(entry.text, diagnostics_, elements_left_).parse_statement();
    Scope& scope = in_macro_ ? scope_ : root_;
    switch (statement.kind) {
      case VensimStatement::Kind::nothing:
        break;
      case VensimStatement::Kind::equation:
        add_equation(scope, std::move(statement.variable), entry);
        break;
      case VensimStatement::Kind::dimension:
        scope.dimensions->push_back(std::move(statement.dimension));
        break;
      case VensimStatement::Kind::reality_check:
        statement.check.doc = std::move(entry.comment);
        parsed_.reality_checks.push_back(std::move(statement.check));
        break;
    }
  }

  void add_equation(Scope& scope, VariableDecl made, VensimEntry& entry) {
    const auto [found, is_new] =
        scope.known.try_emplace(base::fold_name(made.name.text), scope.variables->size());
    if (is_new) {
      if (group_ && !in_macro_) {
        model().groups[*group_].entities.push_back(made.name);
      }
      scope.variables->push_back(std::move(made));
    } else {
      merge((*scope.variables)[found->second], std::move(made));
    }
    describe((*scope.variables)[found->second], entry);
  }

  void merge(VariableDecl& variable, VariableDecl more) {
    if (more.equations[0].subscripts.empty() && variable.equations[0].subscripts.empty()) {
      diagnostics_.add(Code::duplicate_name, more.name.span,
                       fmt::format("\"{}\"", base::display_name(more.name.text)),
                       "remove one of the equations, or give them subscripts");
      return;
    }
    // Some equations of a variable may list constants where others integrate.
    if (variable.kind == VariableKind::auxiliary) {
      variable.kind = more.kind;
    }
    variable.data = variable.data || more.data;
    variable.unchangeable = variable.unchangeable || more.unchangeable;
    variable.data_mode = variable.data_mode ? variable.data_mode : more.data_mode;
    variable.equations.push_back(std::move(more.equations[0]));
  }

  // Of several equations, usually the last one has the units and the comment.
  void describe(VariableDecl& variable, VensimEntry& entry) {
    VensimUnits units = read_vensim_units(entry.units, diagnostics_);
    if (units.units) {
      variable.units = std::move(units.units);
    }
    if (units.range) {
      variable.range = units.range;
    }
    if (!entry.comment.empty()) {
      variable.doc = std::move(entry.comment);
    }
    for (const std::string& flag : entry.flags) {
      // ":SUP" is enough [Vensim reference manual, 22030].
      variable.supplementary = variable.supplementary || ascii_lower(flag).starts_with(":sup");
    }
  }

  // --- the rest of the file ---------------------------------------------------------------------

  void finish(VensimText& text) {
    VensimSettings settings = read_vensim_settings(text.settings);
    parsed_.sim_specs = read_vensim_times(model().variables);
    parsed_.sim_specs.methods = std::move(settings.methods);
    if (parsed_.sim_specs.methods.empty()) {
      parsed_.sim_specs.methods.push_back({"euler", {}});
    }
    parsed_.units = std::move(settings.units);
    parsed_.kept = std::move(settings.date);
    model().views = std::move(text.sketches);
  }

  base::Diagnostics& diagnostics_;
  ParsedModel parsed_;
  Scope root_;
  std::unordered_map<std::string, std::size_t> groups_;
  std::optional<std::size_t> group_;
  bool in_macro_ = false;
  MacroDecl macro_;
  Scope scope_;  // of the macro
  std::size_t elements_left_ = kMaxVensimElements;
};

}  // namespace

std::optional<ParsedModel> read_vensim(base::FileId file, const base::Sources& sources,
                                       base::Diagnostics& diagnostics) {
  const std::string_view text = sources.text(file);
  if (!base::is_utf8(text)) {
    diagnostics.add(Code::not_utf8, {file, 0, 1}, "in a Vensim file",
                    "convert it before it is read");
    return std::nullopt;
  }
  return Reader(file, diagnostics).read(read_vensim_text(file, text, diagnostics));
}

}  // namespace shamal::syntax
