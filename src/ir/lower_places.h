// Where the values of a program lie (lower.h): the slots of variables, constants and intermediate
// results, and the steps from one element of an operand to the next.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "ir/lower.h"

namespace shamal::ir {

struct Operand {
  Slot base = 0;
  std::map<std::uint32_t, Axis> axes;  // by axis of the assignment; absent: does not move
};

class Places {
 protected:
  // Gives slots to the variables and values to those that are constants.
  Places(const model::Model& model, base::Diagnostics& diagnostics);

  // The program with what it has besides instructions; temporaries come last.
  Lowered finish();

  void fail(std::string what = fmt::format("an equation with more than {} nested indices",
                                           kMaxRank));
  bool failed() const { return failed_; }

  const model::Model& model_;
  Program program_;
  const model::Assignment* assignment_ = nullptr;  // that all of the rest is about

  std::vector<std::uint32_t> axes_of(model::AxisMask mask) const;
  std::vector<std::uint32_t> box_axes() const;
  LoopId loop(const std::vector<std::uint32_t>& axes);
  ViewId view(const Operand& operand, const std::vector<std::uint32_t>& axes);
  std::uint32_t table_view(const model::Lookup& lookup, const std::vector<std::uint32_t>& axes);

  Slot slot_of(model::VariableId v);
  // What the assignment gives values to: its first slot, and the elements in question.
  Slot target_base();
  Operand destination();
  Operand constant(double value);
  // 1-based positions of an axis' elements in their dimension.
  Operand positions(std::uint32_t axis);
  // Fresh slots for an intermediate result.
  Operand result_operand(const std::vector<std::uint32_t>& axes);
  // The operand of a reference's static part; its dynamic indices add a flat offset.
  Operand static_part(const model::Reference& reference);
  // A site for this assignment: elements of an array that are assigned one by one draw from
  // streams of their own.
  RandomSite random_site(const model::RandomSite& site) const;

 private:
  Slot allocate(std::uint32_t count);
  Slot temporary(std::uint32_t count);
  void allocate_variables();
  void load_constants();
  Slot slot_at(const Operand& operand, const std::vector<std::uint32_t>& position) const;
  template <class Visit>
  void for_each_position(const std::vector<std::uint32_t>& axes, Visit visit) const;
  Axis step(const std::vector<std::uint32_t>& elements, std::uint32_t stride, Slot& base);
  Axis merge(const Axis& a, const Axis& b, std::uint32_t size);
  void describe_states();
  Layout describe_layout() const;

  base::Diagnostics& diagnostics_;
  bool failed_ = false;
  std::vector<Slot> slots_;            // of each variable
  std::vector<Slot> next_slots_;       // net flows of stocks, next values of memories
  std::vector<std::uint32_t> tables_;  // Program table → Model table
  std::unordered_map<std::uint64_t, Slot> constant_slots_;
  std::map<std::vector<std::uint32_t>, Slot> position_slots_;
  std::unordered_map<std::string, LoopId> loop_ids_ = {{"", 0}};
  std::unordered_map<Slot, ViewId> scalar_views_;
  std::uint32_t temporaries_ = 0;
};

}  // namespace shamal::ir
