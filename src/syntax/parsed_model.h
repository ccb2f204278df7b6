// What a model file says, before anything is looked up: equations as written, units, documentation,
// views. Printing it and reading the print gives the same value (up to places).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/source.h"
#include "syntax/ast.h"

namespace shamal::syntax {

// A name or other word as written (display it with base::display_name, compare with
// base::fold_name).
struct Word {
  std::string text;
  base::Span span;

  bool operator==(const Word& other) const { return text == other.text; }
};

enum class GraphicalKind : std::uint8_t { continuous, extrapolate, discrete };

// A graphical function: y over x, x ascending, as many of one as of the other (at least one).
// `x_scale` is kept when the file gave a scale instead of points.
struct GraphicalFunction {
  GraphicalKind kind = GraphicalKind::continuous;
  std::vector<double> x;
  std::vector<double> y;
  std::optional<std::pair<double, double>> x_scale;
  std::optional<std::pair<double, double>> y_scale;
  base::Span span;

  bool operator==(const GraphicalFunction& other) const {
    return kind == other.kind && x == other.x && y == other.y && x_scale == other.x_scale &&
           y_scale == other.y_scale;
  }
};

enum class VariableKind : std::uint8_t {
  stock,
  flow,
  auxiliary,
  graphical,  // a graphical function that stands alone and is called by its name
  module,
};

enum class Access : std::uint8_t { none, input, output };

// One equation of a variable: for the whole of it (no subscripts), or for the elements that the
// subscripts name (one word a dimension: an element, or a dimension for all of its elements).
// Where the text could not be understood, which was reported, the tree is the number 0, so that
// later stages have something to go on with.
struct Equation {
  std::vector<Word> subscripts;
  std::optional<Expr> expr;     // stock: its initial value
  std::optional<Expr> initial;  // <init_eqn>: value at start only (active initial)
  std::optional<GraphicalFunction> gf;
  base::Span span;

  bool operator==(const Equation& other) const {
    return subscripts == other.subscripts && expr == other.expr && initial == other.initial &&
           gf == other.gf;
  }
};

struct Connection {
  Word to;
  Word from;

  bool operator==(const Connection&) const = default;
};

struct VariableDecl {
  VariableKind kind = VariableKind::auxiliary;
  Word name;
  std::vector<Word> dimensions;
  std::vector<Equation> equations;  // whole-variable equation first; then elements as written
  std::vector<Word> inflows;        // stocks, in priority order
  std::vector<Word> outflows;
  std::optional<bool> non_negative;  // absent: the model's behaviour decides
  std::optional<Expr> multiplier;    // flows: unit conversion for the downstream stock
  Access access = Access::none;
  std::optional<Word> units;
  std::string doc;
  std::optional<std::pair<double, double>> range;  // <range min= max=>: plausible values
  // Constructs of the standard that are understood but not simulated: "conveyor", "queue", "leak",
  // "overflow". Written again without their parameters, so that nobody takes the variable for a
  // plain one.
  std::vector<Word> unsupported;
  // modules
  std::optional<Word> resource;
  std::vector<Connection> connections;

  bool operator==(const VariableDecl&) const = default;
};

struct SimSpecs {
  std::optional<double> start;
  std::optional<double> stop;
  std::optional<double> dt;  // already 1/n for reciprocal="true"
  bool reciprocal = false;
  std::vector<Word> methods;  // as listed, lower case, first choice first
  std::string time_units;
  std::optional<double> save_interval;  // isee:save_interval
  base::Span span;

  bool operator==(const SimSpecs& other) const {
    return start == other.start && stop == other.stop && dt == other.dt &&
           reciprocal == other.reciprocal && methods == other.methods &&
           time_units == other.time_units && save_interval == other.save_interval;
  }
};

struct Behavior {
  std::optional<bool> stocks_non_negative;
  std::optional<bool> flows_non_negative;

  bool operator==(const Behavior&) const = default;
};

struct DimensionDecl {
  Word name;
  std::vector<Word> elements;     // empty: numbered 1 … size
  std::optional<double> size;     // as given by the file
  std::optional<Expr> size_expr;  // inside macros the size may depend on a parameter

  bool operator==(const DimensionDecl&) const = default;
};

struct UnitDecl {
  Word name;
  std::optional<Word> equation;
  std::vector<Word> aliases;
  bool disabled = false;

  bool operator==(const UnitDecl&) const = default;
};

struct Group {
  Word name;
  std::string doc;
  std::vector<Word> entities;

  bool operator==(const Group&) const = default;
};

// One <model>: the root (no name), or a submodel that modules refer to.
struct ModelDecl {
  Word name;
  std::optional<Word> resource;
  std::optional<SimSpecs> sim_specs;
  Behavior behavior;
  std::vector<VariableDecl> variables;
  std::vector<Group> groups;
  std::string views;  // raw XML of <views>, kept for drawing and for the round trip

  bool operator==(const ModelDecl&) const = default;
};

struct MacroParameter {
  Word name;
  std::optional<Expr> fallback;  // default="…"

  bool operator==(const MacroParameter&) const = default;
};

struct MacroDecl {
  Word name;
  std::vector<MacroParameter> parameters;
  std::optional<Expr> expr;
  std::optional<SimSpecs> sim_specs;
  std::vector<DimensionDecl> dimensions;  // local to the macro (extension: sized by a parameter)
  std::vector<VariableDecl> variables;
  std::string format;
  std::string doc;
  std::string filter;  // option filters (3.6.2)
  std::string apply_to;

  bool operator==(const MacroDecl&) const = default;
};

enum class Dialect : std::uint8_t { xmile, vensim };

struct Header {
  std::string vendor;
  std::string product;
  std::string product_version;
  std::string name;
  std::string doc;

  bool operator==(const Header&) const = default;
};

struct ParsedModel {
  Dialect dialect = Dialect::xmile;
  Header header;
  SimSpecs sim_specs;  // the file's; a model's own are in ModelDecl
  Behavior behavior;
  std::vector<UnitDecl> units;
  std::vector<DimensionDecl> dimensions;
  std::vector<ModelDecl> models;  // as in the file; the root has no name (or is alone)
  std::vector<MacroDecl> macros;
  std::vector<Word> includes;  // resources named in <includes>, not read
  base::FileId file = base::kNoFile;

  bool operator==(const ParsedModel& other) const {
    return dialect == other.dialect && header == other.header && sim_specs == other.sim_specs &&
           behavior == other.behavior && units == other.units && dimensions == other.dimensions &&
           models == other.models && macros == other.macros && includes == other.includes;
  }
};

// The index of the model that is simulated: the one without a name or, since some tools name it,
// the first that no module refers to. Requires a model.
std::size_t root_model(const ParsedModel& parsed);

}  // namespace shamal::syntax
