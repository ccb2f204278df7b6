// Random trees and parsed models that no tool would write and that every reader and writer of
// XMILE must carry through: names with quotation marks and dots, texts with markup, any double.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syntax/parsed_model.h"

namespace shamal::testing {

class XmileGenerator {
 public:
  explicit XmileGenerator(std::uint64_t seed) : random_(seed) {}

  // A tree with at most this many levels.
  syntax::Expr expression(int depth);
  syntax::ParsedModel model();

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

 private:
  double number();
  std::string name();
  std::string text();
  syntax::Word word(std::string text) { return {std::move(text), {}}; }
  std::vector<syntax::Word> names(std::size_t most);
  std::optional<std::pair<double, double>> bounds();
  syntax::Expr subscript(int depth);
  syntax::GraphicalFunction graphical();
  syntax::SimSpecs sim_specs();
  syntax::Behavior behavior();
  std::vector<syntax::DimensionDecl> dimensions();
  syntax::Equation equation(bool only_points);
  syntax::VariableDecl variable();
  syntax::VariableDecl module();
  std::vector<syntax::VariableDecl> variables();
  syntax::ModelDecl model_section();
  syntax::MacroDecl macro();

  std::mt19937_64 random_;
};

}  // namespace shamal::testing
