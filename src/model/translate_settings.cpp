// What stands beside the equations: times, units, groups and diagrams.
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "model/translator.h"
#include "syntax/diagram.h"

namespace shamal::model {

using syntax::Equation;
using syntax::VariableDecl;
using syntax::Word;

void Translator::write_times() {
  const SimSpecs& sim = model_.sim;
  syntax::SimSpecs& specs = result_.parsed.sim_specs;
  specs.methods.push_back({sim.method, {}});
  specs.start = sim.start;
  specs.stop = sim.stop;
  specs.dt = sim.dt;
  specs.save_interval = sim.save_interval;
  specs.time_units = sim.time_unit;
  if (!vensim()) {
    specs.reciprocal = sim.dt < 1 && 1 / std::round(1 / sim.dt) == sim.dt;
    return;
  }
  struct Time {
    const char* name;
    double value;
    const char* doc;
  };
  for (const Time& time :
       {Time{"INITIAL TIME", sim.start, "The initial time for the simulation."},
        Time{"FINAL TIME", sim.stop, "The final time for the simulation."},
        Time{"TIME STEP", sim.dt, "The time step for the simulation."},
        Time{"SAVEPER", sim.save_interval, "The frequency with which output is stored."}}) {
    VariableDecl decl;
    decl.name.text = time.name;
    decl.doc = time.doc;
    if (!sim.time_unit.empty()) {
      decl.units = Word{sim.time_unit, {}};
    }
    Equation equation;
    equation.expr = number(time.value, {});
    decl.equations.push_back(std::move(equation));
    out_.push_back(std::move(decl));
  }
}

void Translator::write_units() {
  for (const syntax::UnitDecl& unit : source_.units) {
    if (vensim() && unit.equation && unit.equation->text != "1") {
      lose(
          fmt::format("The unit \"{}\" is defined as \"{}\"; Vensim knows units that are equal "
                      "only.",
                      unit.name.text, unit.equation->text));
    }
    if (vensim() && unit.disabled) {
      lose(fmt::format("The unit \"{}\" is disabled.", unit.name.text));
      continue;
    }
    if (vensim() && unit.aliases.empty()) {
      continue;
    }
    syntax::UnitDecl copy;
    copy.name = unit.name;
    copy.aliases = unit.aliases;
    if (!vensim()) {
      copy.equation = unit.equation;
    }
    result_.parsed.units.push_back(std::move(copy));
  }
}

// A group for each module, and those of the root.
void Translator::write_groups() {
  syntax::ModelDecl& model = result_.parsed.models.front();
  const syntax::ModelDecl& root = source_.models[syntax::root_model(source_)];
  std::map<std::string, std::string> renamed;
  for (const Translation::Renamed& one : result_.variables) {
    renamed.emplace(base::fold_name(one.from), one.to);
  }
  std::set<std::string> known;
  for (const syntax::VariableDecl& decl : model.variables) {
    known.insert(base::fold_name(decl.name.text));
  }
  for (const syntax::Group& group : root.groups) {
    syntax::Group copy;
    copy.name = group.name;
    copy.doc = group.doc;
    for (const Word& entity : group.entities) {
      const auto other = renamed.find(base::fold_name(entity.text));
      const std::string name =
          other == renamed.end() ? base::display_name(entity.text) : other->second;
      if (known.contains(base::fold_name(name))) {
        copy.entities.push_back({name, {}});
      }
    }
    model.groups.push_back(std::move(copy));
  }
  for (const std::string& module : group_order_) {
    model.groups.push_back({Word{module, {}}, "", grouped_[module]});
  }
}

// Every module's diagrams, with the names that its variables have now.
void Translator::write_views() {
  std::map<std::string, std::string> names;  // by qualified name, folded
  for (const Translation::Renamed& one : result_.variables) {
    names.emplace(base::fold_name(one.from), one.to);
  }
  std::set<std::string> known;
  for (const VariableDecl& decl : result_.parsed.models.front().variables) {
    known.insert(base::fold_name(decl.name.text));
  }
  std::vector<syntax::Diagram> diagrams;
  for (const auto& scope : resolver_.scopes()) {
    if (scope->macro || scope->model == nullptr) {
      continue;
    }
    for (syntax::Diagram& diagram : syntax::read_diagrams(scope->model->views)) {
      bool any = false;
      for (syntax::DiagramShape& shape : diagram.shapes) {
        if (shape.kind == syntax::DiagramShape::Kind::text) {
          continue;
        }
        const auto renamed = names.find(base::fold_name(scope->prefix + shape.name));
        shape.name = renamed == names.end() ? shape.name : renamed->second;
        if (!known.contains(base::fold_name(shape.name))) {
          shape.name.clear();  // a module, or something that is no more
        }
        any = any || !shape.name.empty();
      }
      if (!any) {
        continue;
      }
      if (!scope->prefix.empty()) {
        std::string module = scope->prefix.substr(0, scope->prefix.size() - 1);
        diagram.title = diagram.title.empty() ? module : module + ": " + diagram.title;
      }
      diagrams.push_back(std::move(diagram));
    }
  }
  if (!diagrams.empty()) {
    lose("Diagrams keep what stands where, and lose colours, fonts and pictures.");
    result_.parsed.models.front().views =
        vensim() ? syntax::write_sketches(diagrams) : syntax::write_views(diagrams);
  }
}

}  // namespace shamal::model
