// Arrays of which only some elements have equations, as Vensim's language allows and as the hidden
// variables of such equations are.
//
// Levels, memories and the inputs of delays are kept and moved as a whole, so that the elements
// that nobody asks for do not change. Elements of the model's own variables that no equation gives
// a value show Vensim's number for missing data in results.

#include "model/typer.h"
#include "model/vensim.h"

namespace shamal::model {

namespace {

constexpr double kMissing = -0x1p109;  // :NA:, as in syntax/vensim_expression.cpp

// For each element of the variable: whether an assignment of this role gives it a value.
std::vector<bool> covered(const Model& model, const std::vector<std::uint32_t>& assignments,
                          VariableId v, Role role) {
  const Variable& variable = model.variables[v];
  std::vector<bool> result(model.element_count(variable), false);
  for (const std::uint32_t a : assignments) {
    const Assignment& assignment = model.assignments[a];
    if (assignment.role != role) {
      continue;
    }
    std::vector<std::size_t> flats = {0};
    for (std::size_t d = 0; d < assignment.box.size(); ++d) {
      const BoxSide& side = assignment.box[d];
      const std::vector<std::uint32_t> one = {side.element};
      std::vector<std::size_t> next;
      for (const std::size_t flat : flats) {
        for (const std::uint32_t element :
             side.axis == kNone ? one : assignment.axes[side.axis].elements) {
          next.push_back(flat * model.dimensions[variable.dimensions[d]].size() + element);
        }
      }
      flats = std::move(next);
    }
    for (const std::size_t flat : flats) {
      result[flat] = true;
    }
  }
  return result;
}

Recipe filler(const Model& model, VariableId v, Role role, std::size_t flat, double value) {
  Recipe recipe;
  recipe.target = v;
  recipe.role = role;
  recipe.filler = true;
  const Variable& variable = model.variables[v];
  recipe.span = variable.span;
  recipe.sides.resize(variable.dimensions.size());
  for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
    const std::uint32_t size = model.dimensions[variable.dimensions[d]].size();
    recipe.sides[d].dimension = variable.dimensions[d];
    recipe.sides[d].elements = {static_cast<std::uint32_t>(flat % size)};
    recipe.sides[d].fixed = true;
    flat /= size;
  }
  recipe.body = [value](Typer& typer) { return Body{typer.constant(value), kNone}; };
  return recipe;
}

std::vector<std::vector<std::uint32_t>> assignments_of_variables(const Model& model) {
  std::vector<std::vector<std::uint32_t>> result(model.variables.size());
  for (std::uint32_t a = 0; a < model.assignments.size(); ++a) {
    result[model.assignments[a].target].push_back(a);
  }
  return result;
}

}  // namespace

void Resolver::fill_gaps() {
  if (vensim == nullptr && origin_ != Origin::vensim) {
    return;
  }
  const auto by_variable = assignments_of_variables(model);
  std::vector<bool> delayed(model.variables.size(), false);
  for (const Delay& delay : model.delays) {
    delayed[delay.input] = true;
  }
  const auto count = static_cast<VariableId>(model.variables.size());
  for (VariableId v = 0; v < count; ++v) {
    const Kind kind = model.variables[v].kind;
    std::vector<Role> roles;
    if (kind == Kind::stock || kind == Kind::memory) {
      roles = {Role::initial, kind == Kind::stock ? Role::net : Role::next};
    } else if (delayed[v]) {
      roles = {Role::value};
    }
    for (const Role role : roles) {
      const std::vector<bool> given = covered(model, by_variable[v], v, role);
      for (std::size_t flat = 0; flat < given.size(); ++flat) {
        if (!given[flat]) {
          const bool shown = info[v].partial && role == Role::initial;
          add(filler(model, v, role, flat, shown ? kMissing : 0));
          model.assignments.push_back(make(recipes.back()));
        }
      }
    }
  }
}

void Resolver::mark_missing() {
  if (vensim == nullptr && origin_ != Origin::vensim) {
    return;
  }
  const auto by_variable = assignments_of_variables(model);
  for (VariableId v = 0; v < by_variable.size(); ++v) {
    if (!info[v].partial || model.variables[v].kind != Kind::auxiliary) {
      continue;
    }
    const std::vector<bool> given = covered(model, by_variable[v], v, Role::value);
    for (std::size_t flat = 0; flat < given.size(); ++flat) {
      if (!given[flat]) {
        add(filler(model, v, Role::value, flat, kMissing));
        model.assignments.push_back(make(recipes.back()));
      }
    }
  }
}

}  // namespace shamal::model
