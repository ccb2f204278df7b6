#include "model/translate.h"

#include <fmt/format.h>

#include "base/names.h"
#include "model/translator.h"

namespace shamal::model {

using base::Code;
using syntax::Dialect;
using syntax::VariableDecl;
using syntax::VariableKind;
using syntax::Word;

Translator::Translator(Resolver& resolver, const syntax::ParsedModel& source, Dialect to)
    : resolver_(resolver), model_(resolver.model), source_(source), to_(to) {}

void Translator::lose(std::string sentence) {
  if (lost_.insert(sentence).second) {
    result_.losses.push_back(std::move(sentence));
  }
}

void Translator::refuse(base::Span span, std::string what, std::string fix) {
  if (writing_ != kNone && resolver_.is_standard(span.file)) {
    span = model_.variables[writing_].span;  // what uses the library's function
  }
  resolver_.diagnostics.add(Code::unsupported_element, span,
                            fmt::format("{} in {}", what, vensim() ? "Vensim's language" : "XMILE"),
                            std::move(fix));
}

// --- what there is ------------------------------------------------------------------------------

void Translator::collect() {
  assignments_.resize(model_.variables.size());
  for (const Assignment& assignment : model_.assignments) {
    assignments_[assignment.target].push_back(&assignment);
  }
  references_.assign(model_.variables.size(), 0);
  count_references();
  name_tables();
}

// How often the equations name each variable.
void Translator::count_references() {
  std::vector<NodeId> stack;
  for (const Assignment& assignment : model_.assignments) {
    stack.push_back(assignment.expr);
    stack.push_back(assignment.start_expr);
  }
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (id == kNone) {
      continue;
    }
    const Node& of = node(id);
    stack.insert(stack.end(), of.args.begin(), of.args.begin() + of.arity);
    if (of.kind == NodeKind::reference) {
      const Reference& reference = model_.references[of.index];
      ++references_[resolver_.resolve_alias(reference.variable)];
      for (const Index& index : reference.indices) {
        if (index.kind == Index::Kind::dynamic) {
          stack.push_back(index.node);
        }
      }
    } else if (of.kind == NodeKind::procedure) {
      for (const Call::Argument& argument : model_.calls[of.index].arguments) {
        stack.push_back(argument.node);
      }
    }
  }
}

std::vector<Word> Translator::words(const std::vector<std::string>& texts) const {
  std::vector<Word> result;
  for (const std::string& text : texts) {
    result.push_back({text, {}});
  }
  return result;
}

std::optional<Translation> Translator::run() {
  const std::size_t errors = resolver_.diagnostics.errors();
  if (!model_.devices.empty()) {
    for (const Device& device : model_.devices) {
      const Variable& stock = model_.variables[device.stock];
      refuse(stock.span,
             fmt::format("\"{}\", a {}", stock.name,
                         device.kind == DeviceKind::conveyor ? "conveyor" : "queue"),
             "make it a stock, or a delay of a function");
    }
    return std::nullopt;
  }
  const SimSpecs& sim = model_.sim;
  for (const VariableId time : {sim.start_by, sim.stop_by, sim.dt_by, sim.save_by}) {
    if (time != kNone) {
      refuse(model_.variables[time].span,
             fmt::format("\"{}\", which is computed during the run", model_.variables[time].name),
             "give it a number");
    }
  }
  for (const Assignment& assignment : model_.assignments) {
    if (assignment.role == Role::guess) {
      refuse(assignment.span, "SIMULTANEOUS, a circle of equations",
             "solve the equations, or break the circle with a smooth");
    }
  }
  if (resolver_.diagnostics.errors() > errors) {
    return std::nullopt;
  }
  syntax::ParsedModel& parsed = result_.parsed;
  parsed.dialect = to_;
  parsed.header = source_.header;
  parsed.header.vendor = vensim() ? "Ventana Systems, Inc." : "Shamal";
  parsed.header.product = vensim() ? "Vensim" : "Shamal";
  parsed.header.product_version = vensim() ? "" : "1";
  if (vensim()) {
    if (!parsed.header.doc.empty()) {
      lose("The documentation of the model as a whole, which Vensim's language has no place for.");
    }
    parsed.header.name.clear();  // the file's name stands for it
    parsed.header.doc.clear();
  }
  parsed.models.emplace_back();
  name_variables();
  for (DimensionId d = 0; d < model_.dimensions.size(); ++d) {
    if (!model_.dimensions[d].hidden) {
      dimension_name(d);
    }
  }
  collect();
  const std::size_t tables = out_.size();
  std::vector<VariableDecl> graphical(
      std::make_move_iterator(out_.begin()),
      std::make_move_iterator(out_.begin() + static_cast<std::ptrdiff_t>(tables)));
  out_.clear();
  write_times();
  std::move(graphical.begin(), graphical.end(), std::back_inserter(out_));
  for (VariableId v = 0; v < model_.variables.size(); ++v) {
    if (model_.variables[v].hidden || model_.variables[v].alias_of != kNone) {
      continue;
    }
    const std::size_t first = out_.size();
    writing_ = v;
    write_variable(v);
    for (std::size_t w = 0; w < waiting_.size(); ++w) {
      write_variable(waiting_[w]);
    }
    waiting_.clear();
    // What belongs to a module is a group.
    const Scope* const scope = resolver_.info[v].scope;
    std::string module = scope == nullptr ? "" : scope->prefix;
    if (module.ends_with('.')) {
      module.pop_back();
      if (!grouped_.contains(module)) {
        group_order_.push_back(module);
      }
      for (std::size_t i = first; i < out_.size(); ++i) {
        grouped_[module].push_back({out_[i].name.text, {}});
      }
    }
  }
  for (VariableDecl& decl : out_) {
    parsed.models.front().variables.push_back(std::move(decl));
  }
  if (!vensim()) {
    // Variables that change stocks are flows.
    std::set<std::string> flows;
    for (const VariableDecl& decl : parsed.models.front().variables) {
      for (const auto* list : {&decl.inflows, &decl.outflows}) {
        for (const Word& flow : *list) {
          flows.insert(base::fold_name(flow.text));
        }
      }
    }
    for (VariableDecl& decl : parsed.models.front().variables) {
      if (flows.contains(base::fold_name(decl.name.text))) {
        decl.kind = VariableKind::flow;
      }
    }
  }
  add_dimensions();
  write_units();
  write_groups();
  write_views();
  for (const syntax::RealityCheck& check : source_.reality_checks) {
    lose(fmt::format("The reality check \"{}\".", check.name.text));
  }
  for (const syntax::MacroDecl& macro : source_.macros) {
    lose(fmt::format("The macro \"{}\" is written out where it is used.",
                     base::display_name(macro.name.text)));
  }
  if (resolver_.diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return std::move(result_);
}

std::optional<Translation> translate(const syntax::ParsedModel& parsed, Dialect to,
                                     base::Sources& sources, base::Diagnostics& diagnostics) {
  const auto resolver = make_resolver(parsed, sources, diagnostics);
  return resolver == nullptr ? std::nullopt : Translator(*resolver, parsed, to).run();
}

}  // namespace shamal::model
