// Lowering turns each assignment into a few loops. The node tree is walked from the root; every
// node's value is an Operand: where its first element lies and how far it moves along each axis of
// the assignment. References to arrays are operands as they stand, without an instruction; the root
// writes straight into the target's slots.
//
// Values within an assignment live in temporary slots that nothing else uses: each is written once,
// so that passes see where it comes from. Specialising a program lets them share slots.
#include "ir/lower.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "ir/lower_places.h"

namespace shamal::ir {

namespace {

using model::Assignment;
using model::AxisMask;
using model::Node;
using model::NodeId;
using model::NodeKind;

Op op_of(model::Operation operation) { return static_cast<Op>(operation); }

class Lowerer : Places {
 public:
  Lowerer(const model::Model& model, base::Diagnostics& diagnostics) : Places(model, diagnostics) {}

  std::optional<Lowered> run() {
    lower_order(model_.initial_order, Block::initial);
    lower_order(model_.rates_order, Block::rates);
    lower_order(model_.outputs_order, Block::outputs);
    if (failed()) {
      return std::nullopt;
    }
    return finish();
  }

 private:
  void emit(Op op, const std::vector<std::uint32_t>& axes, const Operand& dst,
            const std::vector<Operand>& args, std::uint32_t aux = kNone) {
    Instruction made;
    made.op = op;
    made.loop = loop(axes);
    made.dst = view(dst, axes);
    for (std::size_t i = 0; i < args.size(); ++i) {
      made.args[i] = view(args[i], axes);
    }
    made.aux = aux;
    program_.block(block_).push_back(made);
  }

  // Of a square or a cube that is written as one: products cost a hundredth of a power, and round
  // no worse.
  int factors_of(const Node& node) const {
    if (node.op != model::Operation::power) {
      return 0;
    }
    const Node& exponent = model_.nodes[node.args[1]];
    const bool small =
        exponent.kind == NodeKind::constant && (exponent.value == 2 || exponent.value == 3);
    return small ? static_cast<int>(exponent.value) : 0;
  }

  // Evaluates a node; into `into` if given, which must move along exactly the node's axes.
  Operand evaluate(NodeId id, const Operand* into = nullptr) {
    const auto known = values_.find(id);
    if (known != values_.end()) {
      return known->second;
    }
    const Node& node = model_.nodes[id];
    const std::vector<std::uint32_t> axes = axes_of(node.axes);
    Operand result;
    switch (node.kind) {
      case NodeKind::constant:
        result = constant(node.value);
        break;
      case NodeKind::fixed:
        result = {node.index, {}};
        break;
      case NodeKind::axis_index:
        result = positions(node.index);
        break;
      case NodeKind::reference: {
        const model::Reference& reference = model_.references[node.index];
        result = static_part(reference);
        const Operand offset = flat_offset(reference);
        if (offset.base != kNone) {
          const Operand source = result;
          result = into != nullptr ? *into : result_operand(axes);
          const Slot first = slot_of(reference.variable);
          program_.gathered.push_back(
              {static_cast<std::int32_t>(first) - static_cast<std::int32_t>(source.base),
               model_.element_count(model_.variables[reference.variable])});
          emit(Op::gather, axes, result, {offset, source},
               static_cast<std::uint32_t>(program_.gathered.size() - 1));
        }
        break;
      }
      case NodeKind::apply: {
        std::vector<Operand> args;
        for (std::size_t i = 0; i < node.arity; ++i) {
          args.push_back(evaluate(node.args[i]));
        }
        result = into != nullptr ? *into : result_operand(axes);
        if (const int factors = factors_of(node); factors > 0) {
          Operand product = args[0];
          for (int i = 2; i <= factors; ++i) {
            const Operand longer = i < factors ? result_operand(axes) : result;
            emit(Op::multiply, axes, longer, {product, args[0]});
            product = longer;
          }
        } else {
          emit(op_of(node.op), axes, result, args);
        }
        break;
      }
      case NodeKind::reduce: {
        const model::Reduction& reduction = model_.reductions[node.index];
        const Operand child = evaluate(node.args[0]);
        result = into != nullptr ? *into : result_operand(axes);
        emit(Op::copy, axes, result, {constant(reduction.start)});
        std::vector<std::uint32_t> all = axes;
        const std::vector<std::uint32_t> folded = axes_of(reduction.axes);
        all.insert(all.end(), folded.begin(), folded.end());
        emit(op_of(node.op), all, result, {result, child});
        break;
      }
      case NodeKind::lookup: {
        const Operand argument = evaluate(node.args[0]);
        result = into != nullptr ? *into : result_operand(axes);
        emit(Op::lookup, axes, result, {argument}, table_view(model_.lookups[node.index], axes));
        break;
      }
      case NodeKind::delay_read: {
        const Operand time = evaluate(node.args[0]);
        const Operand start = evaluate(node.args[1]);
        const Operand line = evaluate(node.args[2]);
        result = into != nullptr ? *into : result_operand(axes);
        emit(Op::delay_read, axes, result, {time, start, line}, node.index);
        break;
      }
      case NodeKind::random: {
        std::vector<Operand> args;
        for (std::size_t i = 0; i < node.arity; ++i) {
          args.push_back(evaluate(node.args[i]));
        }
        result = into != nullptr ? *into : result_operand(axes);
        program_.random_sites.push_back(random_site(model_.random_sites[node.index]));
        emit(Op::random, axes, result, args,
             static_cast<std::uint32_t>(program_.random_sites.size() - 1));
        break;
      }
      case NodeKind::device: {
        const model::DeviceUse& use = model_.device_uses[node.index];
        const Operand inputs = evaluate(node.args[0]);
        // The outputs follow each other; the loop goes over the devices.
        std::vector<std::uint32_t> devices = axes;
        if (use.outputs > 1) {
          devices.pop_back();
        }
        result = into != nullptr ? *into : result_operand(axes);
        program_.device_uses.push_back(
            {use.action, use.device, use.inputs, use.outputs, target_base()});
        emit(Op::device, devices, result, {inputs},
             static_cast<std::uint32_t>(program_.device_uses.size() - 1));
        break;
      }
      case NodeKind::rank: {
        const std::vector<std::uint32_t> inner = axes_of(model_.reductions[node.index].axes);
        const Operand array = evaluate(node.args[0]);
        const Operand place = evaluate(node.args[1]);
        std::vector<std::uint32_t> all = axes;
        all.insert(all.end(), inner.begin(), inner.end());
        if (all.size() > kMaxRank) {
          fail();
        }
        result = into != nullptr ? *into : result_operand(axes);
        Instruction made;
        made.op = Op::rank;
        made.loop = loop(axes);
        made.dst = view(result, axes);
        made.args[0] = view(array, all);
        made.args[1] = view(place, axes);
        if (node.args[2] != model::kNone) {
          made.args[2] = view(evaluate(node.args[2]), all);
        }
        made.aux = loop(inner);
        program_.block(block_).push_back(made);
        break;
      }
      case NodeKind::procedure:
        result = call(node, into);
        break;
    }
    values_.emplace(id, result);
    return result;
  }

  Operand call(const Node& node, const Operand* into) {
    const model::Call& of = model_.calls[node.index];
    const std::vector<std::uint32_t> outer = axes_of(node.axes & ~of.result);
    const auto behind = [&](AxisMask inner) {
      std::vector<std::uint32_t> all = outer;
      const std::vector<std::uint32_t> own = axes_of(inner);
      all.insert(all.end(), own.begin(), own.end());
      if (all.size() > kMaxRank) {
        fail();
      }
      return all;
    };
    Call made;
    made.procedure = of.procedure;
    for (const model::Call::Argument& argument : of.arguments) {
      Call::Input input;
      if (argument.node != model::kNone) {
        input.view = view(evaluate(argument.node), behind(argument.inner));
        input.inner = loop(axes_of(argument.inner));
      }
      made.inputs.push_back(input);
    }
    if (of.lookup != model::kNone) {
      made.table_view = table_view(model_.lookups[of.lookup], outer);
    }
    if (of.site != model::kNone) {
      made.site = random_site(model_.random_sites[of.site]);
    }
    made.result = loop(axes_of(of.result));
    Instruction instruction;
    instruction.op = Op::procedure;
    instruction.loop = loop(outer);
    const Operand result = into != nullptr ? *into : result_operand(axes_of(node.axes));
    instruction.dst = view(result, behind(of.result));
    instruction.aux = static_cast<std::uint32_t>(program_.calls.size());
    if (model::row(of.procedure).keeps()) {
      // One memory for the blocks that compute the same assignment.
      const auto [known, fresh] = keepers_.emplace(
          std::pair(assignment_, &of), static_cast<std::uint32_t>(program_.keepers.size()));
      if (fresh) {
        program_.keepers.push_back({instruction.loop, instruction.aux});
      }
      made.keeper = known->second;
    }
    if (made.keeper != kNone && program_.keepers[made.keeper].call != instruction.aux) {
      instruction.aux = program_.keepers[made.keeper].call;
    } else {
      program_.calls.push_back(std::move(made));
    }
    program_.block(block_).push_back(instruction);
    return result;
  }

  // Sum of (index - 1) * stride over the dynamic indices; base kNone if there is none.
  Operand flat_offset(const model::Reference& reference) {
    const model::Variable& variable = model_.variables[reference.variable];
    Operand sum{kNone, {}};
    AxisMask mask = 0;
    std::uint32_t stride = 1;
    for (std::size_t d = variable.dimensions.size(); d-- > 0;) {
      const model::Index& index = reference.indices[d];
      const std::uint32_t size = model_.dimensions[variable.dimensions[d]].size();
      if (index.kind == model::Index::Kind::dynamic) {
        const AxisMask own = model_.nodes[index.node].axes;
        Operand place = compute(op_of(model::Operation::checked_index), own,
                                {evaluate(index.node), constant(size)});
        if (stride != 1) {
          place = compute(Op::multiply, own, {place, constant(stride)});
        }
        mask |= own;
        sum = sum.base == kNone ? place : compute(Op::add, mask, {sum, place});
      }
      stride *= size;
    }
    return sum;
  }

  Operand compute(Op op, AxisMask mask, const std::vector<Operand>& args) {
    const std::vector<std::uint32_t> axes = axes_of(mask);
    const Operand result = result_operand(axes);
    emit(op, axes, result, args);
    return result;
  }

  void begin(const Assignment& assignment) {
    assignment_ = &assignment;
    values_.clear();
  }

  void lower_order(const std::vector<std::uint32_t>& order, Block block) {
    block_ = block;
    for (const std::uint32_t a : order) {
      const Assignment& assignment = model_.assignments[a];
      begin(assignment);
      const NodeId root = block == Block::initial && assignment.start_expr != model::kNone
                              ? assignment.start_expr
                              : assignment.expr;
      const std::vector<std::uint32_t> axes = box_axes();
      const AxisMask box = assignment.box_axes >= model::kMaxAxes
                               ? ~AxisMask{0}
                               : (AxisMask{1} << assignment.box_axes) - 1;
      const Operand target = destination();
      const bool direct = model_.nodes[root].axes == box;
      const Operand value = evaluate(root, direct ? &target : nullptr);
      if (value.base != target.base || value.axes.size() != target.axes.size()) {
        emit(Op::copy, axes, target, {value});
      }
    }
  }

  Block block_ = Block::initial;
  std::map<std::pair<const Assignment*, const model::Call*>, std::uint32_t> keepers_;
  std::unordered_map<NodeId, Operand> values_;  // of the assignment being lowered
};

}  // namespace

std::optional<Lowered> lower(const model::Model& model, base::Diagnostics& diagnostics) {
  return Lowerer(model, diagnostics).run();
}

}  // namespace shamal::ir
