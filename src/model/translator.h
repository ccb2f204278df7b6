// The working state of translate(). Internal to model/.
//
// An assignment iterates over axes; an equation as it is written names ranges. An axis is *named*
// if everything that is indexed by it can say the range's name; else the equation is written once
// for each position of the axis (of the box), or the function is written out (of a fold).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/resolver.h"
#include "model/translate.h"
#include "syntax/ast.h"

namespace shamal::model {

// What an axis of an assignment is written as.
struct AxisName {
  enum class Kind : std::uint8_t { range, slice, element };
  Kind kind = Kind::range;
  std::string range;           // range, and slice in Vensim's language (range!)
  std::uint32_t position = 0;  // element: of the axis
};

// Where an expression stands: an assignment, and what its axes are written as.
struct Place {
  const Assignment* assignment = nullptr;
  std::vector<AxisName> axes;
  VariableId owner = kNone;  // the variable that helpers are named after
  bool in_array = false;     // within an array function
  bool condition = false;    // a truth is wanted, not a number
};

class Translator {
 public:
  Translator(Resolver& resolver, const syntax::ParsedModel& source, syntax::Dialect to);

  std::optional<Translation> run();

 private:
  // One equation: some elements of a variable, and how its axes are written.
  struct Piece {
    const Assignment* assignment = nullptr;
    Place place;
    std::vector<std::string> left;  // subscripts
  };

  bool vensim() const { return to_ == syntax::Dialect::vensim; }
  const Node& node(NodeId id) const { return model_.nodes[id]; }
  void lose(std::string sentence);
  void refuse(base::Span span, std::string what, std::string fix = {});

  // Names (translate_names.cpp)
  void name_variables();
  std::string unique_name(const std::string& wanted, const std::string& qualified = {});
  const std::string& name_of(VariableId variable);
  const std::string& dimension_name(DimensionId dimension);
  std::string element_name(DimensionId dimension, std::uint32_t element);
  // The name of a range of these elements; `occurrence` counts axes over it in one equation.
  std::string range_name(const Axis& axis, std::uint32_t occurrence);
  bool is_whole(const Axis& axis) const;
  bool is_numbered(DimensionId dimension) const;
  void list_elements(const Axis& axis, syntax::DimensionDecl& decl);
  syntax::Expr name_expr(const std::string& name) const;
  void add_dimensions();

  // Expressions (translate_expression.cpp, translate_arrays.cpp, translate_hidden.cpp,
  // translate_tables.cpp)
  syntax::Expr expression(NodeId id, const Place& place);
  syntax::Expr number(double value, base::Span span);
  syntax::Expr call(std::string_view function, std::vector<syntax::Expr> args) const;
  syntax::Expr apply(const Node& of, const Place& place);
  syntax::Expr truth(syntax::Expr expr, const Place& place) const;
  syntax::Expr reduce(const Node& of, const Place& place);
  syntax::Expr lookup(const Node& of, const Place& place);
  syntax::Expr table_call(std::uint32_t table, syntax::Expr argument, bool of_time,
                          const Place& place);
  syntax::Expr table_name(std::uint32_t table, const Place& place);
  syntax::Expr axis_number(const Node& of, const Place& place);
  syntax::Expr subscript_of(DimensionId dimension, const std::string& element) const;
  syntax::Expr slice_of(const std::string& range) const;
  syntax::Expr refer(const Reference& reference, const Place& place, base::Span span);
  syntax::Expr computed_index(const Reference& reference, const Place& place);
  std::optional<syntax::Expr> plain_call(NodeId id, const Place& place);
  std::optional<syntax::Expr> memory_call(const Reference& reference, const Place& place);
  std::optional<syntax::Expr> inlined(const Reference& reference, const Place& place);
  std::optional<Place> place_within(const Reference& reference, const Place& place);
  syntax::Expr argument_of(const Symbol& symbol, const Reference& reference, const Place& place);
  std::optional<double> constant_of(NodeId id) const;
  bool is_time(NodeId id) const;
  bool is_unchanging(NodeId id);  // the same throughout a run
  NodeId delay_time(NodeId id) const;
  std::uint32_t table_of_lookup(const Lookup& lookup, const Place& place) const;
  std::vector<bool> named_axes(const Assignment& assignment);
  void look_at(NodeId id, const Assignment& assignment, std::vector<bool>& named,
               std::vector<bool>& used, std::set<NodeId>& seen) const;
  std::vector<AxisMask> masks_below(NodeId id) const;
  bool index_is_named(const Index& index, DimensionId of, const Axis& axis);

  // Draws, and functions of whole vectors (translate_procedures.cpp)
  struct Array {
    std::string name;
    std::vector<std::uint32_t> axes;  // of the assignment, in the order of the subscripts
  };
  syntax::Expr draw(const Node& of, const Place& place);
  static std::optional<double> seed_of(const RandomSite& site);
  std::optional<syntax::Expr> written_out(const Call& called, const Place& place);
  syntax::Expr rank_by_order(NodeId id, const Place& place);
  syntax::Expr rank(const Node& of, const Place& place);
  syntax::Expr procedure(NodeId id, const Place& place);
  syntax::Expr procedure_call(const Call& called, const Place& place, bool arrays, base::Span span);
  const Array& array_of(std::pair<NodeId, AxisMask> key, const Place& place, const char* label,
                        bool ranges, const std::function<syntax::Expr(const Place&)>& expr);
  syntax::Expr in_array(const Array& array, const Place& place);
  std::string axis_name(const Assignment& assignment, std::uint32_t axis);
  std::string element_of(const Axis& axis, std::uint32_t position);
  bool follow_one_another(NodeId id, AxisMask own, bool to_end) const;

  // Variables (translate_variables.cpp)
  void collect();
  void count_references();
  void name_tables();
  void write_variable(VariableId variable);
  void write_hidden(VariableId variable);
  syntax::VariableDecl describe(VariableId variable);
  std::vector<Piece> pieces(VariableId variable, Role role, bool by_element);
  bool write_constants(VariableId variable, Role role, syntax::VariableDecl& decl);
  void write_equation(const Piece& piece, syntax::VariableDecl& decl);
  void write_values(VariableId variable, syntax::VariableDecl& decl);
  // XMILE: a number for elements that have no equation, since nobody asks for them.
  void fill_gaps(VariableId variable, Role role, syntax::VariableDecl& decl);
  bool is_constant(VariableId variable) const;
  void write_level(VariableId variable, syntax::VariableDecl& decl);
  void write_stock(VariableId variable, syntax::VariableDecl& decl);
  bool split_net(const Assignment& net, VariableId stock, std::vector<VariableId>& inflows,
                 std::vector<VariableId>& outflows);
  void write_graphical(const syntax::VariableDecl& decl, const Scope& scope);

  // The rest of the file (translate_settings.cpp)
  void write_times();
  void write_units();
  void write_groups();
  void write_views();
  std::vector<syntax::Word> words(const std::vector<std::string>& texts) const;

  Resolver& resolver_;
  Model& model_;
  const syntax::ParsedModel& source_;
  syntax::Dialect to_;
  Translation result_;
  std::vector<syntax::VariableDecl> out_;
  std::set<std::string> lost_;

  std::set<std::string> taken_;     // folded
  std::vector<std::string> names_;  // by variable; empty if not yet named
  std::unordered_map<DimensionId, std::string> dimension_names_;
  std::map<std::pair<std::string, std::uint32_t>, std::string> aliases_;
  std::vector<syntax::DimensionDecl> extra_ranges_;
  std::map<std::pair<DimensionId, std::vector<std::uint32_t>>, std::string> part_names_;
  std::set<DimensionId> used_dimensions_;
  std::map<std::pair<DimensionId, std::uint32_t>, std::string> element_names_;
  std::map<std::string, std::string> element_owner_;  // folded element -> as written
  std::unordered_map<DimensionId, std::string> numbers_;

  std::vector<std::vector<const Assignment*>> assignments_;  // by variable
  std::vector<std::uint32_t> references_;                    // how often each variable is named
  std::set<VariableId> written_;
  bool own_tables_ = true;     // a graphical function may stand in the equation that is written
  std::set<VariableId> open_;  // memories that are being written in place
  std::vector<VariableId> waiting_;  // hidden variables that were named and are to be written
  std::unordered_map<const Assignment*, std::vector<bool>> named_;

  struct TableOwner {
    std::string name;
    std::vector<std::string> subscripts;
  };
  std::map<std::uint32_t, TableOwner> table_owners_;
  std::map<NodeId, bool> unchanging_;
  VariableId writing_ = kNone;  // the user's variable whose equations are written
  std::map<std::pair<NodeId, AxisMask>, Array> arrays_;  // made for arguments, by what they hold
  std::set<VariableId> inflow_taken_;
  std::set<VariableId> outflow_taken_;
  std::vector<syntax::Word> ungrouped_;
  std::map<std::string, std::vector<syntax::Word>> grouped_;  // by module
  std::vector<std::string> group_order_;
};

// Ramps in place of the steps of a discrete function of time, so narrow that no step of the run
// falls onto one. Nothing if there is no room for them.
std::optional<syntax::GraphicalFunction> as_ramps(const syntax::GraphicalFunction& gf,
                                                  const SimSpecs& sim);

}  // namespace shamal::model
