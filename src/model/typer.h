// Types one assignment: turns its equation, as written, into nodes that know their shape.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "model/resolver.h"

namespace shamal::model {

// The inside of an array function: axes that the function will fold away, shared by the arrays
// among its arguments. Typer::open_context makes them; no two of an equation have one number.
struct ArrayContext {
  struct Free {
    DimensionId dimension = kNone;  // kNone for a range
    std::uint32_t occurrence = 0;
    std::uint32_t axis = 0;
    std::uint32_t size = 0;
  };
  std::uint32_t number = 0;
  std::vector<Free> free;

  AxisMask mask() const;
};

Operation operation_of(syntax::Operator op);

// The arguments of a call that are not further outputs of a macro.
std::size_t input_count(const syntax::Expr& call);

class Typer {
 public:
  Typer(Resolver& resolver, const Recipe& recipe);

  // The node of an expression; an erroneous one gives a NaN constant after reporting.
  NodeId type(const syntax::Expr& expr, Scope& scope, ArrayContext* array = nullptr);

  // A variable as a whole: its dimensions are bound to those of the equation by name, or are free
  // in an array function. `reversed` binds them in the opposite order (transposition).
  NodeId whole(VariableId variable, base::Span span, ArrayContext* array = nullptr,
               bool reversed = false);

  // A variable summed over the dimensions that the equation lacks.
  NodeId summed(VariableId variable, base::Span span);

  // A variable whose last dimension is fixed at one element.
  NodeId part(VariableId variable, std::uint32_t element, base::Span span);

  // The use of a device, with the elements of the last dimension of `inputs`; the outputs are those
  // of the equation's last.
  NodeId device(std::uint32_t use, VariableId inputs);

  NodeId constant(double value, base::Span span = {});
  NodeId fixed(std::uint32_t slot, base::Span span = {});
  NodeId apply(Operation operation, std::vector<NodeId> args, base::Span span);
  NodeId lookup(const syntax::VariableDecl& decl, Scope& scope,
                const std::vector<DimensionId>& dimensions, NodeId argument, base::Span span);

  NodeId lookup_at(const std::vector<std::uint32_t>& tables,
                   const std::vector<DimensionId>& dimensions, const std::vector<Index>& indices,
                   NodeId argument, base::Span span);
  NodeId lookup_in(const syntax::GraphicalFunction& table, NodeId argument, base::Span span);

  const Assignment& assignment() const { return assignment_; }
  Assignment& assignment() { return assignment_; }
  std::string target_name() const;
  VariableId target() const { return recipe_.target; }
  Resolver& resolver() { return resolver_; }

 private:
  struct Binding {
    DimensionId dimension = kNone;
    DimensionId range = kNone;
    std::uint32_t axis = kNone;  // or
    std::uint32_t element = 0;
  };

  const Node& node(NodeId id) const { return resolver_.model.nodes[id]; }
  NodeId fail(base::Code code, base::Span span, std::string what, std::string fix = {});
  NodeId poison(base::Span span);

  NodeId type_name(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  NodeId type_call(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  NodeId type_builtin(const Builtin& builtin, const syntax::Expr& expr, Scope& scope,
                      ArrayContext* array);
  NodeId type_macro(const syntax::MacroDecl& macro, const syntax::Expr& expr, Scope& scope,
                    ArrayContext* array);
  NodeId lookup_of(const syntax::VariableDecl& decl, Scope& of,
                   const std::vector<DimensionId>& dimensions, const syntax::Expr& call,
                   Scope& scope, ArrayContext* array);
  NodeId type_symbol_call(const Symbol& symbol, const syntax::Expr& expr, Scope& scope,
                          ArrayContext* array);
  // Conveyors, queues and graphical functions as lists of numbers (typer_containers.cpp): nothing
  // for what is not meant so.
  std::optional<NodeId> container_function(const Builtin& builtin, const syntax::Expr& expr,
                                           Scope& scope, ArrayContext* array);
  std::optional<NodeId> container_element(const Symbol& symbol, const syntax::Expr& expr,
                                          Scope& scope, ArrayContext* array);
  NodeId numbered(const std::vector<double>& numbers, const syntax::Expr& where, double beyond,
                  base::Span span, Scope& scope, ArrayContext* array);
  NodeId subscripted(VariableId variable, const syntax::Expr& expr, Scope& scope,
                     ArrayContext* array);
  NodeId reference(VariableId variable, std::vector<Index> indices, base::Span span);
  // An argument of MIN or MAX that is folded before it is compared: a slice, or an array that the
  // equation is not arrayed over.
  bool is_array_argument(const syntax::Expr& expr, Scope& scope);
  NodeId element_value(const syntax::Expr& expr, Scope& scope, bool& found);

  std::optional<std::vector<Index>> bind_all(VariableId variable,
                                             const std::vector<DimensionId>& dimensions,
                                             base::Span span, ArrayContext* array, bool reversed);
  std::optional<Index> bind_dimension(DimensionId dimension, std::uint32_t occurrence,
                                      ArrayContext* array);
  // The i-th dimension that a macro's variable has from the macro's use.
  std::optional<Index> bind_context(VariableId variable, std::size_t i) const;
  std::optional<Index> bind_named(DimensionId named, DimensionId of);
  std::optional<Index> bind_alike(DimensionId dimension);
  std::optional<Index> part_index(const syntax::Expr& subscript, DimensionId of, Scope& scope,
                                  ArrayContext* array);
  // Vensim's language (typer_vensim.cpp)
  bool is_vensim(const syntax::Expr& expr) const { return resolver_.is_vensim(expr.span); }
  const Binding* side_of(DimensionId range);
  std::optional<Index> index_by_side(const Binding& binding, DimensionId range, DimensionId of,
                                     base::Span span);
  std::uint32_t axis_over(DimensionId range, ArrayContext& array);
  std::optional<Index> vensim_index(const syntax::Expr& subscript, DimensionId of, Scope& scope,
                                    ArrayContext* array);
  std::optional<std::vector<Index>> vensim_indices(const std::vector<DimensionId>& dimensions,
                                                   std::size_t first, const syntax::Expr& expr,
                                                   Scope& scope, ArrayContext* array);
  NodeId vensim_reference(VariableId variable, const syntax::Expr& expr, Scope& scope,
                          ArrayContext* array);
  NodeId vensim_number(const syntax::Expr& expr, Scope& scope, ArrayContext* array, bool& found);
  NodeId vensim_lookup(const Symbol& symbol, const syntax::Expr& expr, Scope& scope,
                       ArrayContext* array);
  Index free_axis(ArrayContext& array, DimensionId dimension, std::uint32_t occurrence,
                  std::vector<std::uint32_t> elements, bool range);
  Index index_of(const Binding& binding) const;
  // An axis behind those of `before`: one that a function ran over and folded away, or a new one.
  std::uint32_t add_axis(DimensionId dimension, std::vector<std::uint32_t> elements,
                         AxisMask before = 0);
  ArrayContext open_context() { return {++contexts_, {}}; }

  NodeId add_lookup(Lookup lookup, NodeId argument, base::Span span);

  // Types an argument of an array function; returns the node and the axes to fold.
  NodeId type_array(const syntax::Expr& expr, Scope& scope, AxisMask& axes);
  NodeId reduce(Operation operation, double start, NodeId child, AxisMask axes, base::Span span);
  double axes_size(AxisMask axes) const;
  // An expression as a variable of its own with the dimensions of the equation.
  Resolver::ExpansionKey key_of(const syntax::Expr& expr, const Scope& scope) const {
    return {&expr, &scope, recipe_.target, recipe_.part};
  }
  VariableId as_variable(const syntax::Expr& expr, Scope& scope, const char* label);
  // A hidden variable that keeps what `value` is at the start.
  VariableId keep_start(const char* label, base::Span span, std::function<NodeId(Typer&)> value);
  NodeId type_initial(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  NodeId type_previous(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  NodeId type_simultaneous(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  // INIT, PREVIOUS and DELAY within a macro that runs on its own (own_runs.cpp).
  NodeId type_earlier(const Builtin& builtin, const syntax::Expr& expr, Scope& scope,
                      ArrayContext* array);
  NodeId type_delay(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  NodeId type_random(const Builtin& builtin, const syntax::Expr& expr, Scope& scope,
                     ArrayContext* array);
  // Procedures (typer_procedures.cpp). An argument that does not fit gives nothing.
  NodeId type_procedure(const Builtin& builtin, const syntax::Expr& expr, Scope& scope,
                        ArrayContext* array);
  // VECTOR ELM MAP: what stands a computed number of places behind an element.
  NodeId type_element_offset(const syntax::Expr& expr, Scope& scope, ArrayContext* array);
  NodeId finish_procedure(const ProcedureRow& called, Call call, const syntax::Expr& expr,
                          Scope& scope, std::uint32_t along, std::uint32_t own,
                          const ArrayContext& marked);
  std::optional<Call::Argument> vector_argument(const syntax::Expr& expr, Scope& scope,
                                                std::uint32_t& along);
  std::optional<Call::Argument> profile_argument(const syntax::Expr& expr, Scope& scope,
                                                 std::uint32_t along, std::uint32_t own);
  std::optional<Call::Argument> own_vector_argument(const syntax::Expr& expr, Scope& scope,
                                                    std::size_t dimensions, std::uint32_t& size);
  NodeId graphical_kind(std::uint32_t lookup, base::Span span);
  std::optional<std::uint32_t> graphical_argument(const syntax::Expr& function, Scope& scope);
  NodeId kept_argument(char letter, const syntax::Expr& expr, Scope& scope);
  std::optional<Reference> array_reference(NodeId id, std::size_t least_indices) const;
  const Dimension& dimension_of(const Reference& reference, std::size_t index) const;
  // Lets an index run over an axis of its own: from its element on (`count` of them, 0 for all that
  // follow), or over the elements that it ran over before.
  bool spread(Reference& reference, std::size_t place, std::uint32_t count, AxisMask& inner);
  bool is_graphical(const Symbol& symbol) const;
  // The stream that a constant seed names; NAN names none.
  std::optional<std::uint64_t> seeded_stream(const syntax::Expr& seed, Scope& scope,
                                             std::uint64_t unseeded);

  Resolver& resolver_;
  const Recipe& recipe_;
  Assignment assignment_;
  std::vector<Binding> bindings_;  // one for each side
  // The sides for hidden variables that stand for parts of the equation: what is fixed here is not
  // a dimension of theirs.
  std::vector<Side> hidden_sides_;
  // Arguments of macros that were typed already, by the context's number: 0 is outside of all.
  std::map<std::tuple<const syntax::Expr*, const Scope*, std::uint32_t>, NodeId> arguments_;
  std::uint32_t contexts_ = 0;
  AxisMask folded_ = 0;   // axes that array functions have folded away, and others may run over
  std::string referred_;  // the array whose subscripts are looked at, for messages
  bool self_allowed_ = false;
  VariableId self_ = kNone;  // what SELF means: the variable of the user's equation
};

}  // namespace shamal::model
