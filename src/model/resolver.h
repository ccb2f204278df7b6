// The working state of resolve(): scopes, symbols, and recipes for assignments. Internal to model/.
//
// An assignment is made from a *recipe*: for which elements, and how its expression is typed. A
// recipe can be made again for fewer elements; that is how equations that refer to other elements
// of their own array (x[i] = x[i-1]) are told apart from circular ones: see order.cpp.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/diagnostics.h"
#include "model/builtins.h"
#include "model/model.h"
#include "model/resolve.h"
#include "syntax/parsed_model.h"
#include "units/unit_system.h"

namespace shamal::model {

// Of all arrays together: a limit that keeps hostile files from exhausting memory.
inline constexpr std::size_t kMaxElements = 50'000'000;

struct Scope;

struct Symbol {
  enum class Kind : std::uint8_t { variable, graphical, module, parameter };
  Kind kind = Kind::variable;
  VariableId variable = kNone;
  const syntax::VariableDecl* decl = nullptr;  // graphical
  Scope* scope = nullptr;                      // module: its inside; graphical: where it stands;
                                               // parameter: where its argument is understood
  const syntax::Expr* argument = nullptr;      // parameter of a macro without variables
  mutable std::optional<double> constant;      //   and the number that it follows from constants
  bool handed_over = false;                    // stands for an argument of a macro
  base::Span span;
};

// Where names are looked up: the inside of one module, or of one use of a macro.
struct Scope {
  std::string prefix;       // "finance." before the names of its variables
  Scope* parent = nullptr;  // of a module: the module around it
  bool macro = false;
  const syntax::MacroDecl* of_macro = nullptr;  // whose use this is, and where it is used
  Scope* caller = nullptr;
  base::Span use;                      // the call
  const syntax::Expr* call = nullptr;  // the same, of a macro without variables
  const syntax::ModelDecl* model = nullptr;
  std::optional<std::array<double, 4>> own_times;  // of a macro that runs on its own: TIME, DT, …
  Scope* before = nullptr;                         //   and the same a step before
  std::unordered_map<std::string, Symbol> symbols;
  std::unordered_map<std::string, DimensionId> dimensions;  // local ones, of macros
};

// Part of the elements that a recipe covers: those of one dimension. `own` sides are dimensions of
// the target, the others only give a meaning to dimension names (a macro used in one element's
// equation).
struct Side {
  DimensionId dimension = kNone;
  DimensionId range = kNone;  // Vensim: the subscript range that the left side names, if one
  std::vector<std::uint32_t> elements;
  bool fixed = false;  // one element, not iterated
  bool whole = false;  // never split into elements
  bool own = true;
};

class Typer;
struct Vensim;
struct VensimBox;
struct VensimShape;

struct Body {
  NodeId expr = kNone;
  NodeId start = kNone;
};

struct Recipe {
  VariableId target = kNone;
  Role role = Role::value;
  std::vector<Side> sides;
  std::function<Body(Typer&)> body;
  base::Span span;
  std::uint32_t part = 0;  // numbers the recipes that are made of one equation
  bool filler = false;     // gives a value to elements that nobody asks for
};

// What the resolver knows of a variable beyond Model::variables.
struct VariableInfo {
  const syntax::VariableDecl* decl = nullptr;
  Scope* scope = nullptr;
  std::uint32_t context = 0;               // leading dimensions that come from a macro's use
  std::vector<Side> sides;                 //   and the sides of that use, fixed ones included
  const syntax::Expr* argument = nullptr;  // of a macro's parameter
  Scope* argument_scope = nullptr;
  base::Span use;  // of a standard macro's variable: the call
  std::vector<VariableId> inflows;
  std::vector<VariableId> outflows;
  bool non_negative = false;
  bool shared_outflow = false;  // of a flow: leaves (enters) more than one stock
  bool shared_inflow = false;
  VariableId leaves = kNone;  // of a flow: the stock it leaves, enters
  VariableId enters = kNone;
  bool structural = false;  // its value fixed the size of something
  bool partial = false;     // Vensim: some of its elements have no equation
  VariableId raw = kNone;   // what its equations give, if that is not the variable itself
  // Of a flow: the conveyor or queue that drives it, which of its outputs it is, and whether it is
  // a leakage.
  VariableId driver = kNone;
  std::uint32_t output = 0;
  bool leaks = false;
  // Of a conveyor or queue: its device, its array of outputs, its parameters (kNone if not given).
  std::uint32_t device = kNone;
  VariableId outputs = kNone;
  VariableId started = kNone;  // what the device holds at the start
  VariableId transit = kNone;
  VariableId capacity = kNone;
  VariableId inflow_limit = kNone;
  VariableId sample = kNone;
  VariableId arrest = kNone;
};

class Resolver {
 public:
  Resolver(const syntax::ParsedModel& root, base::Sources& sources, base::Diagnostics& diagnostics);
  ~Resolver();

  // False if errors were found.
  bool run();

  // Outflows of non-negative stocks whose limit leads back to them by way of equations: the names
  // of these, which see what the flow asks for. order_assignments adds to it what the circles that
  // it reports would need.
  using SeenAsked = std::map<std::string, std::set<std::string>>;
  SeenAsked seen_asked;
  // The variable that a reader's equation sees in place of a flow.
  VariableId seen_by(VariableId reader, VariableId variable) const;
  bool is_limited(VariableId flow) const;

  Model model;
  std::deque<Recipe> recipes;      // parallel to model.assignments
  std::deque<VariableInfo> info;   // parallel to model.variables
  std::unique_ptr<Vensim> vensim;  // of a model in Vensim's language only
  ModelFiles named_files;          // by path; those that are there are not read
  // f(x) in place of LOOKUP(f, x).
  std::unordered_map<const syntax::Expr*, syntax::Expr> direct_calls;

  base::Sources& sources;
  base::Diagnostics& diagnostics;

  void error(base::Code code, base::Span span, std::string what, std::string fix = {});

  // Assignments (resolve.cpp)
  void add(Recipe recipe);
  Assignment make(const Recipe& recipe);

  // A use of a call that has memory, or of a macro, in one part of one variable's equation.
  struct ExpansionKey {
    const void* expr;
    const void* scope;
    VariableId user;
    std::uint32_t part = 0;
    bool operator==(const ExpansionKey&) const = default;
  };
  struct ExpansionHash {
    std::size_t operator()(const ExpansionKey& key) const;
  };

  // Names (declare.cpp)
  const Symbol* find_symbol(Scope& scope, std::string_view written);
  std::optional<DimensionId> find_dimension(const Scope& scope, std::string_view written) const;
  std::optional<std::uint32_t> find_element(DimensionId dimension, std::string_view written) const;
  std::string nearest_symbol(const Scope& scope, std::string_view written);
  VariableId resolve_alias(VariableId variable) const;
  // A macro of the user's files, or else of the standard library, as seen from `use`.
  const syntax::MacroDecl* find_macro(std::string_view folded, std::size_t arguments,
                                      base::Span use);
  bool has_macro(std::string_view folded, base::Span use);
  // Which meaning of builtins holds at a place.
  Origin origin_at(base::Span use) const;

  // Hidden variables (expand.cpp)
  VariableId add_hidden(std::string name, Kind kind, const std::vector<Side>& sides,
                        VariableId owner);
  VariableId instantiate_macro(const syntax::MacroDecl& macro, const syntax::Expr& call,
                               Scope& caller, const std::vector<Side>& sides, VariableId owner,
                               Scope** its_inside = nullptr);
  // Macros that run on their own (own_runs.cpp)
  static std::optional<double> own_time(const Scope& scope, std::uint32_t slot);
  VariableId run_macro(const syntax::MacroDecl& macro, const syntax::Expr& call, Scope& parameters,
                       const std::vector<Side>& sides, VariableId owner);
  // The same place a step before, within such a macro; null at its start.
  Scope* step_before(Scope& scope);
  // The inside of a use of a macro with variables within such a macro, a step before.
  Scope* use_before(const syntax::MacroDecl& macro, const syntax::Expr& call, Scope& caller,
                    const std::vector<Side>& sides, VariableId owner);
  // Variables from `first` on, which stand in `inside`, become those of one step.
  void declare_step(VariableId first, Scope& inside, base::Span use);
  // The number that an expression is whatever the run, or nothing. A variable that it names is
  // marked as structural: it cannot be changed afterwards.
  std::optional<double> constant_value(const syntax::Expr& expr, Scope& scope, int depth = 0);
  // The scope of one use of a macro without variables; the same for the same use.
  Scope& macro_scope(const syntax::MacroDecl& macro, const syntax::Expr& call, Scope& caller);
  // The same at the start of the run, as far as it follows from the equations.
  std::optional<double> start_value(const syntax::Expr& expr, Scope& scope);
  std::optional<double> stage_count(const syntax::Expr& expr, Scope& scope);
  std::optional<double> constant_call(const syntax::Expr& expr, Scope& scope, int depth);
  bool names_lookup(const syntax::Expr& argument, Scope& scope);
  // Whether a use within uses of itself has to end, after reporting. A macro without variables may
  // call itself where it is known before the run that the calls end.
  bool is_recursive(const syntax::MacroDecl& macro, const Scope& caller, base::Span call);
  // Whether a macro leads to calls of itself.
  bool calls_itself(const syntax::MacroDecl& macro);
  // The hidden variable that keeps the start values of another.
  VariableId initial_of(VariableId variable);
  std::uint64_t next_stream(const syntax::Expr& expr, const Scope& scope, VariableId user);

  // The recipes of a declared variable (equations.cpp), of a stock's rate (stocks.cpp)
  void declare_equations(VariableId variable);
  void declare_net(VariableId stock);
  // Conveyors and queues (conveyors.cpp)
  void prepare_device(VariableId stock);
  void declare_device(VariableId stock);
  void declare_driven_flow(VariableId flow);
  // What a conveyor or queue holds (typer_containers.cpp): one of its parts if an index is given,
  // `beyond` outside of them.
  VariableId contents_of(VariableId stock, Contents what, const syntax::Expr* index, Scope& scope,
                         double beyond);
  void declare_shared_out(VariableId flow);  // stocks.cpp
  // The most that the conveyor which a flow enters lets it bring, or kNone.
  NodeId room(Typer& typer, VariableId flow, base::Span span);
  std::vector<Side> sides_of(VariableId variable) const;
  NodeId limit_flow(Typer& typer, VariableId flow, NodeId raw);
  // Tables of a graphical function: one, or one for each element of `dimensions`, row-major.
  std::vector<std::uint32_t> graphical_tables(const syntax::VariableDecl& decl, Scope& scope,
                                              const std::vector<DimensionId>& dimensions);

  std::optional<std::vector<Side>> subscripts_to_sides(const syntax::VariableDecl& decl,
                                                       const syntax::Equation& equation,
                                                       Scope& scope,
                                                       const std::vector<DimensionId>& dimensions);
  std::vector<DimensionId> dimensions_of(const syntax::VariableDecl& decl, const Scope& scope);

  // Vensim's language (vensim_shapes.cpp, vensim_equations.cpp). True for what stands in a file of
  // that language, false within the standard library.
  bool is_vensim(base::Span span) const;
  const VensimShape& shape_of(const syntax::VariableDecl& decl, const Scope& scope);
  void unknown_subscript(std::string_view text, base::Span span);
  void declare_vensim_equations(VariableId variable);
  // Variables that a call of a macro gives values to: MACRO(a, b : these) (vensim_outputs.cpp).
  void declare_macro_outputs(const std::vector<syntax::VariableDecl>& decls, Scope& scope);
  // One of them, in the equations of its variable.
  void add_macro_output(const syntax::MacroDecl& macro, const syntax::Expr& call, Scope& scope,
                        const syntax::Word& inner, const syntax::Expr& output, VariableId target,
                        const std::vector<Side>& own_sides, const ExpansionKey& key);
  VariableId macro_value(const syntax::MacroDecl& macro, const syntax::Expr& call, Scope& scope,
                         const std::vector<Side>& sides, const ExpansionKey& key);
  std::vector<std::uint32_t> vensim_tables(const syntax::VariableDecl& decl, const Scope& scope);
  VariableId numbers_of(DimensionId range);
  // A dimension of these elements, which are part of a range, or of none.
  DimensionId part_of_range(DimensionId range, const std::vector<std::uint32_t>& elements);

  NodeId add_node(Node node);
  // Nodes from `first` on that come from the standard library take the place of its use.
  bool is_standard(base::FileId file) const;
  void move_to_use(NodeId first, base::Span use);
  std::uint32_t add_table(const syntax::GraphicalFunction& gf);
  std::uint32_t table_of(const syntax::GraphicalFunction& gf);  // the same for the same function

  // Results of expanding a call that has memory, by call and by what uses it, so that making a
  // recipe again finds the same hidden variables.
  std::unordered_map<ExpansionKey, VariableId, ExpansionHash> expansions;
  // How hidden variables and nodes came to be, for the translation into another language: the call
  // of a macro whose value a variable has, and that of a macro without variables.
  struct MacroUse {
    const syntax::MacroDecl* macro = nullptr;
    std::vector<Symbol> arguments;  // what the parameters stand for
    std::size_t given = 0;          // of them, in the call
  };
  struct PlainCall {
    const syntax::MacroDecl* macro = nullptr;
    std::vector<NodeId> arguments;  // kNone for one that was not looked at
  };
  std::unordered_map<VariableId, MacroUse> macro_uses;
  std::unordered_map<NodeId, PlainCall> plain_calls;
  std::unordered_map<const syntax::MacroDecl*, bool> calls_themselves_;
  std::size_t recursive_uses_ = 0;
  std::unordered_set<const syntax::MacroDecl*> endless_macros_;
  std::span<const std::unique_ptr<Scope>> scopes() const { return scopes_; }
  // Tables of a graphical function, by element; null if nothing asked for them.
  const std::vector<std::uint32_t>* known_tables(const syntax::VariableDecl& decl) const {
    const auto found = tables_of_.find(&decl);
    return found == tables_of_.end() ? nullptr : &found->second;
  }

  // The inside of the uses of macros that have further outputs.
  std::unordered_map<ExpansionKey, Scope*, ExpansionHash> insides;

 private:
  using Macros = std::unordered_map<std::string, std::vector<const syntax::MacroDecl*>>;

  void declare_ranges(const syntax::ParsedModel& file);
  void declare_mapping(const syntax::DimensionDecl& decl, DimensionId id,
                       const syntax::Mapping& mapping);
  void index_elements();
  void resolve_times();
  void choose_method(const std::vector<syntax::Word>& methods);
  void declare_constants(VariableId variable, const VensimBox& box, Scope& scope);
  void declare_units();
  void declare_dimensions(const syntax::ParsedModel& file);
  std::optional<DimensionId> add_dimension(const syntax::DimensionDecl& decl, Scope* local);
  void declare_macros(const syntax::ParsedModel& file, Macros& macros);
  void load_standard_library();
  void declare_model(const syntax::ParsedModel& file, const syntax::ModelDecl& decl, Scope& scope,
                     int depth);
  void declare_variables(const std::vector<syntax::VariableDecl>& decls, Scope& scope,
                         const std::vector<Side>& context, const syntax::Behavior& behavior);
  void fill_gaps();
  void mark_missing();
  void connect_flows(VariableId stock);
  // Joins the flows of variables from `first` on to their stocks.
  void join_flows(VariableId first);
  void find_shared_flows(VariableId first);
  bool check_flows(VariableId stock);
  DimensionId hidden_dimension(std::uint32_t count);
  VariableId add_beside(VariableId variable, const std::string& label, Kind kind,
                        std::uint32_t count);
  VariableId add_expression(VariableId variable, const std::string& label,
                            const syntax::Expr& expr);
  VariableId add_inputs(VariableId stock, const std::string& label, Kind kind,
                        std::vector<std::function<NodeId(Typer&)>> values);
  void add_device_use(VariableId target, Role role, VariableId inputs, DeviceAction action,
                      std::uint32_t device, VariableId stock);
  NodeId destination_arrested(Typer& typer, VariableId flow, base::Span span);
  NodeId entering(Typer& typer, VariableId flow, base::Span span);
  ConveyorShape::Inflow shape_inflow(VariableId flow, VariableId conveyor);
  void declare_module(const syntax::ParsedModel& file, const syntax::VariableDecl& decl,
                      Scope& scope, int depth);
  void connect_modules();
  void resolve_sim_specs(const syntax::ParsedModel& root, const syntax::ModelDecl& model);
  const syntax::ParsedModel* load(const syntax::Word& resource);
  void load_includes();
  std::optional<VariableId> find_connected(Scope& from, std::string_view written);

  const syntax::ParsedModel& root_;
  std::vector<std::shared_ptr<const syntax::ParsedModel>> files_;  // and the standard library's
  std::unordered_map<std::string, const syntax::ParsedModel*> files_by_path_;
  std::vector<const syntax::ParsedModel*> included_;  // files of <includes>
  std::vector<std::string> loading_;                  // names of models being nested, for recursion
  std::vector<std::unique_ptr<Scope>> scopes_;
  Scope* root_scope_ = nullptr;
  std::unordered_map<std::string, DimensionId> dimensions_;
  std::deque<std::unordered_map<std::string, std::uint32_t>> element_index_;  // by dimension
  Macros macros_;                                                             // of the user's files
  std::array<Macros, 2> standard_macros_;  // of the standard library; and those for Vensim's files
  bool standard_library_loaded_ = false;
  std::vector<base::FileId> standard_files_;
  struct Module {
    const syntax::VariableDecl* decl;
    Scope* around;
    Scope* inside;
  };
  std::vector<Module> modules_;
  bool too_many_modules_ = false;
  std::unordered_map<std::string, std::uint32_t> hidden_names_;
  std::unordered_map<ExpansionKey, Scope*, ExpansionHash> macro_scopes_;
  std::unordered_map<ExpansionKey, Scope*, ExpansionHash> uses_in_steps_;
  std::unordered_map<ExpansionKey, std::uint64_t, ExpansionHash> streams_;
  std::unordered_map<VariableId, VariableId> initials_;
  std::unordered_map<std::uint32_t, DimensionId> hidden_dimensions_;  // by size
  std::unordered_map<const syntax::VariableDecl*, std::vector<std::uint32_t>> tables_of_;
  std::unordered_map<const syntax::GraphicalFunction*, std::uint32_t> table_ids_;
  units::UnitSystem units_;
  std::size_t total_elements_ = 0;
  std::size_t macro_uses_ = 0;
  bool at_start_ = false;         // constant_value takes TIME for the start time
  bool marks_structural_ = true;  // and marks the variables that it looked at
  std::size_t total_devices_ = 0;

  Scope& new_scope();

 public:
  units::UnitSystem& unit_system() { return units_; }
  bool gives_nan_beyond_arrays() const { return root_.nan_beyond_arrays; }

 private:
  Origin origin_ = Origin::standard;
  std::size_t suggestions_ = 0;  // made so far; the search is not cheap
};

// Evaluation orders; splits recipes where an array refers to itself (order.cpp).
void order_assignments(Resolver& resolver);

// The resolver of a model after it ran; null if there are errors. A circle that only limits of
// outflows close is opened (Resolver::seen_asked).
std::unique_ptr<Resolver> make_resolver(const syntax::ParsedModel& parsed, base::Sources& sources,
                                        base::Diagnostics& diagnostics,
                                        ModelFiles* files = nullptr);

}  // namespace shamal::model
