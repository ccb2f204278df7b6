// Stocks: their rates of change, and what keeps stocks and flows from going negative.
//
// XMILE 1.0, 4.2 and 4.8.4: a non-negative stock limits its outflows, in the order of their
// priority, to what is in it: outflow_i <= max(0, stock / DT - earlier outflows). A non-negative
// flow is max(flow, 0). The standard's filter leaves inflows out, so what comes in during a step
// leaves in the next one at the earliest. A flow with dimensions that the stock lacks is summed
// over them. Beyond the standard, a negative inflow (a biflow that runs backwards) is limited to
// stock / DT likewise; how Stella treats it is unverified. A flow that leaves several stocks is not
// limited itself; each stock then counts only what it had.
//
// The limit of an outflow may lead back to it: it counts an earlier outflow, whose equation depends
// on this flow. The equations of such a circle see what the flow asks for, as if limits were found
// when all equations are computed (W0407; that Stella finds them so is unverified).

#include <algorithm>

#include "model/resolver.h"
#include "model/typer.h"

namespace shamal::model {

namespace {

// max(0, stock / DT - the outflows before `count`)
NodeId available(Typer& typer, VariableId stock, const std::vector<VariableId>& outflows,
                 std::size_t count, base::Span span) {
  const NodeId level = typer.whole(stock, span);
  const auto own = Resolver::own_time(*typer.resolver().info[stock].scope, 1);
  const NodeId dt = own ? typer.constant(*own, span) : typer.fixed(1, span);
  NodeId rest = typer.apply(Operation::divide, {level, dt}, span);
  for (std::size_t i = 0; i < count; ++i) {
    rest = typer.apply(Operation::subtract, {rest, typer.summed(outflows[i], span)}, span);
  }
  return typer.apply(Operation::maximum, {typer.constant(0, span), rest}, span);
}

}  // namespace

bool Resolver::is_limited(VariableId flow) const {
  const VariableInfo& about = info[flow];
  return about.leaves != kNone && about.driver == kNone && !about.shared_outflow &&
         info[about.leaves].non_negative;
}

VariableId Resolver::seen_by(VariableId reader, VariableId variable) const {
  if (seen_asked.empty()) {
    return variable;
  }
  const VariableId flow = resolve_alias(variable);
  const auto readers = seen_asked.find(model.variables[flow].name);
  if (readers == seen_asked.end() || info[flow].raw == kNone) {
    return variable;
  }
  // Hidden variables stand for parts of their owner's equation.
  for (; reader != kNone; reader = model.variables[reader].owner) {
    if (readers->second.contains(model.variables[reader].name)) {
      return info[flow].raw;
    }
  }
  return variable;
}

NodeId Resolver::limit_flow(Typer& typer, VariableId flow, NodeId raw) {
  const VariableInfo& about = info[flow];
  const base::Span span = model.nodes[raw].span;
  if (about.non_negative && model.variables[flow].kind == Kind::flow) {
    raw = typer.apply(Operation::maximum, {raw, typer.constant(0, span)}, span);
  }
  const auto enters = [&](bool conveyor) {
    return about.enters != kNone && !about.shared_inflow && info[about.enters].device != kNone &&
           info[about.enters].decl->conveyor.has_value() == conveyor;
  };
  if (!about.non_negative && (enters(true) || enters(false))) {
    raw = typer.apply(Operation::maximum, {raw, typer.constant(0, span)}, span);
  }
  if (enters(true)) {
    const NodeId most = room(typer, flow, span);
    raw = most == kNone ? raw : typer.apply(Operation::minimum, {raw, most}, span);
  }
  if (about.leaves != kNone && !about.shared_outflow && about.raw == kNone &&
      info[about.leaves].non_negative) {
    const std::vector<VariableId>& outflows = info[about.leaves].outflows;
    const auto place = static_cast<std::size_t>(std::find(outflows.begin(), outflows.end(), flow) -
                                                outflows.begin());
    raw = typer.apply(Operation::minimum,
                      {raw, available(typer, about.leaves, outflows, place, span)}, span);
  }
  if (about.enters != kNone && !about.shared_inflow && info[about.enters].non_negative &&
      !about.non_negative) {
    const NodeId most = available(typer, about.enters, {}, 0, span);
    raw =
        typer.apply(Operation::maximum, {raw, typer.apply(Operation::negate, {most}, span)}, span);
  }
  return raw;
}

// A flow with more dimensions than the non-negative stock that it leaves: what its equations ask
// for is scaled down, all elements alike, so that together they take no more than there is.
void Resolver::declare_shared_out(VariableId flow) {
  const VariableId wanted = info[flow].raw;
  const VariableId stock = info[flow].leaves;
  const base::Span span = model.variables[flow].span;
  const VariableId sum = add_beside(stock, "wanted", Kind::auxiliary, 0);
  Recipe all;
  all.target = sum;
  all.sides = sides_of(stock);
  all.span = span;
  all.body = [wanted, span](Typer& typer) { return Body{typer.summed(wanted, span), kNone}; };
  add(std::move(all));
  Recipe recipe;
  recipe.target = flow;
  recipe.sides = sides_of(flow);
  recipe.span = span;
  recipe.body = [this, wanted, sum, stock, flow, span](Typer& typer) {
    const std::vector<VariableId>& outflows = info[stock].outflows;
    const auto place = static_cast<std::size_t>(std::find(outflows.begin(), outflows.end(), flow) -
                                                outflows.begin());
    const NodeId most = available(typer, stock, outflows, place, span);
    const NodeId asked = typer.whole(sum, span);
    const NodeId part = typer.apply(Operation::divide, {most, asked}, span);
    const NodeId too_much = typer.apply(Operation::greater, {asked, most}, span);
    const NodeId scale =
        typer.apply(Operation::select, {too_much, part, typer.constant(1, span)}, span);
    return Body{typer.apply(Operation::multiply, {typer.whole(wanted, span), scale}, span), kNone};
  };
  add(std::move(recipe));
}

void Resolver::declare_net(VariableId stock) {
  Recipe recipe;
  recipe.target = stock;
  recipe.role = Role::net;
  recipe.span = info[stock].use.known() ? info[stock].use : model.variables[stock].span;
  // Sides of a macro's use that are fixed stay fixed; dimensions of the stock itself are full.
  recipe.sides = info[stock].sides;
  for (std::size_t d = info[stock].context; d < model.variables[stock].dimensions.size(); ++d) {
    Side side;
    side.dimension = model.variables[stock].dimensions[d];
    for (std::uint32_t e = 0; e < model.dimensions[side.dimension].size(); ++e) {
      side.elements.push_back(e);
    }
    recipe.sides.push_back(std::move(side));
  }
  recipe.body = [this, stock](Typer& typer) {
    const VariableInfo& about = info[stock];
    const base::Span span = model.variables[stock].span;
    NodeId net = kNone;
    const auto join = [&](Operation operation, NodeId flow) {
      if (net == kNone) {
        net = operation == Operation::add ? flow : typer.apply(Operation::negate, {flow}, span);
      } else {
        net = typer.apply(operation, {net, flow}, span);
      }
    };
    for (const VariableId flow : about.inflows) {
      NodeId value = typer.summed(flow, span);
      const VariableInfo& of_flow = info[flow];
      if (about.non_negative && of_flow.shared_inflow) {
        const NodeId most = available(typer, stock, {}, 0, span);
        value = typer.apply(Operation::maximum,
                            {value, typer.apply(Operation::negate, {most}, span)}, span);
      }
      if (of_flow.decl != nullptr && of_flow.decl->multiplier) {
        value = typer.apply(Operation::multiply,
                            {value, typer.type(*of_flow.decl->multiplier, *of_flow.scope)}, span);
      }
      join(Operation::add, value);
    }
    for (std::size_t i = 0; i < about.outflows.size(); ++i) {
      NodeId value = typer.summed(about.outflows[i], span);
      if (about.non_negative && info[about.outflows[i]].shared_outflow) {
        value = typer.apply(Operation::minimum,
                            {value, available(typer, stock, about.outflows, i, span)}, span);
      }
      join(Operation::subtract, value);
    }
    return Body{net == kNone ? typer.constant(0, span) : net, kNone};
  };
  add(std::move(recipe));
}

}  // namespace shamal::model
