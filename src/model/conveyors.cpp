// Conveyors and queues. What they hold is no number in a slot but a device (ir/program.h); here the
// stock and its flows are joined to it by hidden variables:
//
//   S·start in      what the device starts from        S·start   = conveyor_start(S·start in)
//   S·release in    transit time, arrest, leakages …    S·release = conveyor_release(S·release in)
//   S·accept in     the inflows                         S next    = conveyor_accept(S·accept in)
//
// S·release is an array of the exit, each leakage, and what counts against the inflow limit; the
// flows that leave S are its elements. Inflows are limited by equations, in their order, to the
// room
//
//   (capacity - S) / DT + all outflows,  inflow limit     (0 while the conveyor is arrested)
//
// of which inflows that come from other conveyors take their part first, since nothing can hold
// them back. A queue has S·serve in and S·serve likewise; S·serve is an array of the outflows and
// of what stays.

#include <algorithm>

#include <fmt/format.h>

#include "base/names.h"
#include "model/typer.h"

namespace shamal::model {

using base::Code;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

bool same_dimensions(std::vector<DimensionId> a, std::vector<DimensionId> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

}  // namespace

// The elements of a hidden array beside a stock's own: 1, 2, … count.
DimensionId Resolver::hidden_dimension(std::uint32_t count) {
  const auto known = hidden_dimensions_.find(count);
  if (known != hidden_dimensions_.end()) {
    return known->second;
  }
  Dimension made;
  made.name = fmt::format("·{}", count);
  for (std::uint32_t i = 1; i <= count; ++i) {
    made.elements.push_back(fmt::format("{}", i));
  }
  made.hidden = true;
  const auto id = static_cast<DimensionId>(model.dimensions.size());
  model.dimensions.push_back(std::move(made));
  element_index_.emplace_back();
  hidden_dimensions_.emplace(count, id);
  return id;
}

std::vector<Side> Resolver::sides_of(VariableId variable) const {
  std::vector<Side> sides = info[variable].sides;
  const std::vector<DimensionId>& dimensions = model.variables[variable].dimensions;
  for (std::size_t d = info[variable].context; d < dimensions.size(); ++d) {
    Side side;
    side.dimension = dimensions[d];
    for (std::uint32_t e = 0; e < model.dimensions[side.dimension].size(); ++e) {
      side.elements.push_back(e);
    }
    sides.push_back(std::move(side));
  }
  return sides;
}

// A hidden variable beside another, with its dimensions and, unless `count` is 0, one more.
VariableId Resolver::add_beside(VariableId variable, const std::string& label, Kind kind,
                                std::uint32_t count) {
  std::vector<Side> sides = sides_of(variable);
  if (count > 0) {
    Side last;
    last.dimension = hidden_dimension(count);
    for (std::uint32_t e = 0; e < count; ++e) {
      last.elements.push_back(e);
    }
    sides.push_back(std::move(last));
  }
  const VariableId made =
      add_hidden(model.variables[variable].name + "·" + label, kind, sides, variable);
  info[made].context = info[variable].context;
  info[made].sides = info[variable].sides;
  info[made].scope = info[variable].scope;
  return made;
}

// An expression, understood where the variable stands, as a hidden variable beside it.
VariableId Resolver::add_expression(VariableId variable, const std::string& label,
                                    const syntax::Expr& expr) {
  const VariableId made = add_beside(variable, label, Kind::auxiliary, 0);
  Recipe recipe;
  recipe.target = made;
  recipe.sides = sides_of(variable);
  recipe.span = expr.span;
  Scope* const scope = info[variable].scope;
  recipe.body = [&expr, scope](Typer& typer) { return Body{typer.type(expr, *scope), kNone}; };
  add(std::move(recipe));
  return made;
}

// The array of a device's inputs.
VariableId Resolver::add_inputs(VariableId stock, const std::string& label, Kind kind,
                                std::vector<std::function<NodeId(Typer&)>> values) {
  const auto count = static_cast<std::uint32_t>(values.size());
  const VariableId made = add_beside(stock, label, kind, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Recipe recipe;
    recipe.target = made;
    recipe.role = kind == Kind::initial_only ? Role::initial : Role::value;
    recipe.sides = sides_of(stock);
    Side last;
    last.dimension = hidden_dimension(count);
    last.elements = {i};
    last.fixed = true;
    recipe.sides.push_back(std::move(last));
    recipe.span = model.variables[stock].span;
    recipe.body = [value = std::move(values[i])](Typer& typer) {
      return Body{value(typer), kNone};
    };
    add(std::move(recipe));
  }
  return made;
}

// target = action(inputs); the target's last dimension, if there is more than one output, is that
// of the outputs.
void Resolver::add_device_use(VariableId target, Role role, VariableId inputs, DeviceAction action,
                              std::uint32_t device, VariableId stock) {
  const auto use = static_cast<std::uint32_t>(model.device_uses.size());
  const bool array = target == info[stock].outputs;
  const std::uint32_t count = model.dimensions[model.variables[inputs].dimensions.back()].size();
  const std::uint32_t outputs =
      array ? model.dimensions[model.variables[target].dimensions.back()].size() : 1;
  model.device_uses.push_back({action, device, count, outputs});
  Recipe recipe;
  recipe.target = target;
  recipe.role = role;
  recipe.sides = sides_of(target);
  if (array) {
    recipe.sides.back().whole = true;
  }
  recipe.span = model.variables[stock].span;
  recipe.body = [inputs, use](Typer& typer) { return Body{typer.device(use, inputs), kNone}; };
  add(std::move(recipe));
}

bool Resolver::check_flows(VariableId stock) {
  bool good = true;
  const auto check = [&](const std::vector<VariableId>& flows) {
    for (const VariableId flow : flows) {
      if (!same_dimensions(model.variables[flow].dimensions, model.variables[stock].dimensions)) {
        error(Code::shape_mismatch, model.variables[flow].span,
              fmt::format("\"{}\" and \"{}\" have different dimensions", model.variables[flow].name,
                          model.variables[stock].name),
              "the flows of a conveyor or queue have its dimensions");
        good = false;
      }
    }
  };
  check(info[stock].outflows);
  check(info[stock].inflows);
  return good;
}

// Finds out which flows the devices drive, before any equation is declared.
void Resolver::prepare_device(VariableId stock) {
  VariableInfo& about = info[stock];
  const syntax::VariableDecl* const decl = about.decl;
  if (decl == nullptr || (!decl->conveyor && !decl->queue)) {
    return;
  }
  if (decl->conveyor && decl->queue) {
    error(Code::bad_conveyor, decl->name.span,
          fmt::format("\"{}\" is a conveyor and a queue", model.variables[stock].name),
          "remove <conveyor> or <queue/>");
    return;
  }
  if (!check_flows(stock)) {
    return;
  }
  // Each element holds what moves on it: far more than a number.
  constexpr std::size_t kMostDevices = 100'000;
  total_devices_ += model.element_count(model.variables[stock]);
  if (total_devices_ > kMostDevices) {
    error(Code::array_too_large, decl->name.span,
          fmt::format("\"{}\" makes more than {} conveyors and queues", model.variables[stock].name,
                      kMostDevices));
    return;
  }
  about.device = static_cast<std::uint32_t>(model.devices.size());
  about.non_negative = false;
  model.variables[stock].stepped = true;
  Device& device = model.devices.emplace_back();
  device.stock = stock;
  device.kind = decl->conveyor ? DeviceKind::conveyor : DeviceKind::queue;
  std::uint32_t next = decl->conveyor ? 1 : 0;
  bool has_exit = false;
  for (const VariableId flow : about.outflows) {
    VariableInfo& of_flow = info[flow];
    of_flow.driver = stock;
    const bool leaks =
        decl->conveyor && (has_exit || (of_flow.decl != nullptr && of_flow.decl->leak));
    of_flow.leaks = leaks;
    if (decl->conveyor && !leaks) {
      has_exit = true;
      of_flow.output = 0;
    } else {
      of_flow.output = next++;
    }
  }
  if (decl->conveyor && !has_exit) {
    error(Code::bad_conveyor, decl->name.span,
          fmt::format("nothing takes what reaches the end of \"{}\"", model.variables[stock].name),
          "give it an outflow that is no leakage");
  }
  for (const VariableId flow : about.outflows) {
    if (info[flow].leaks) {
      info[flow].raw = add_beside(flow, "fraction", Kind::auxiliary, 0);
    }
  }
  about.raw = add_beside(stock, "contents", Kind::initial_only, 0);
  // release: the exit, the leakages, what counts against the limit; serve: outflows, what stays
  about.outputs =
      add_beside(stock, decl->conveyor ? "release" : "serve", Kind::auxiliary, next + 1);
  if (decl->conveyor) {
    const syntax::ConveyorDecl& conveyor = *decl->conveyor;
    const auto expression = [&](const char* label, const std::optional<syntax::Expr>& expr) {
      return expr ? add_expression(stock, label, *expr) : kNone;
    };
    about.transit = expression("transit time", conveyor.length);
    about.capacity = expression("capacity", conveyor.capacity);
    about.inflow_limit = expression("inflow limit", conveyor.inflow_limit);
    about.sample = expression("sample", conveyor.sample);
    about.arrest = expression("arrest", conveyor.arrest);
  }
}

// Whether the conveyor that a flow leads to is arrested: 0 or its condition.
NodeId Resolver::destination_arrested(Typer& typer, VariableId flow, base::Span span) {
  const VariableId to = info[flow].enters;
  return to != kNone && info[to].arrest != kNone ? typer.whole(info[to].arrest, span)
                                                 : typer.constant(0, span);
}

// A flow as the stock that it enters counts it.
NodeId Resolver::entering(Typer& typer, VariableId flow, base::Span span) {
  NodeId value = typer.whole(flow, span);
  const VariableInfo& of_flow = info[flow];
  if (of_flow.decl != nullptr && of_flow.decl->multiplier) {
    value = typer.apply(Operation::multiply,
                        {value, typer.type(*of_flow.decl->multiplier, *of_flow.scope)}, span);
  }
  return value;
}

// The most that the conveyor which a flow enters lets it bring; kNone if it sets no limit.
NodeId Resolver::room(Typer& typer, VariableId flow, base::Span span) {
  const VariableId conveyor = info[flow].enters;
  const VariableInfo& about = info[conveyor];
  const auto subtract_inflows = [&](NodeId from, bool driven_too) {
    bool before = true;
    for (const VariableId other : about.inflows) {
      before = before && other != flow;
      const bool driven =
          info[other].driver != kNone && info[info[other].driver].decl->conveyor.has_value();
      if (driven ? driven_too : before) {
        from = typer.apply(Operation::subtract, {from, entering(typer, other, span)}, span);
      }
    }
    return from;
  };
  NodeId most = kNone;
  if (about.capacity != kNone) {
    NodeId space =
        typer.apply(Operation::subtract,
                    {typer.whole(about.capacity, span), typer.whole(conveyor, span)}, span);
    space = typer.apply(Operation::divide, {space, typer.fixed(1, span)}, span);
    for (std::uint32_t i = 0; i < about.outflows.size(); ++i) {
      space = typer.apply(Operation::add, {space, typer.part(about.outputs, i, span)}, span);
    }
    most = subtract_inflows(space, true);
  }
  if (about.inflow_limit != kNone) {
    NodeId limit = typer.whole(about.inflow_limit, span);
    if (about.decl->conveyor->discrete) {
      const auto entered = static_cast<std::uint32_t>(about.outflows.size());
      limit =
          typer.apply(Operation::subtract, {limit, typer.part(about.outputs, entered, span)}, span);
      limit = typer.apply(Operation::divide, {limit, typer.fixed(1, span)}, span);
    }
    limit = subtract_inflows(limit, false);
    most = most == kNone ? limit : typer.apply(Operation::minimum, {most, limit}, span);
  }
  if (most != kNone) {
    most = typer.apply(Operation::maximum, {typer.constant(0, span), most}, span);
  }
  if (about.arrest != kNone) {
    const NodeId open = most == kNone ? typer.constant(kInf, span) : most;
    most = typer.apply(Operation::select,
                       {typer.whole(about.arrest, span), typer.constant(0, span), open}, span);
  }
  const VariableInfo& of_flow = info[flow];
  if (most != kNone && of_flow.decl != nullptr && of_flow.decl->multiplier) {
    most = typer.apply(Operation::divide,
                       {most, typer.type(*of_flow.decl->multiplier, *of_flow.scope)}, span);
  }
  return most;
}

// A flow that a conveyor or queue drives: an element of its outputs. What the flow says itself is
// the fraction of a leakage, or means nothing.
void Resolver::declare_driven_flow(VariableId flow) {
  const VariableInfo& about = info[flow];
  const VariableId outputs = info[about.driver].outputs;
  const std::uint32_t output = about.output;
  const base::Span span = model.variables[flow].span;
  Recipe recipe;
  recipe.target = flow;
  recipe.sides = sides_of(flow);
  recipe.span = span;
  recipe.body = [outputs, output, span](Typer& typer) {
    return Body{typer.part(outputs, output, span), kNone};
  };
  add(std::move(recipe));
  if (about.leaks && about.decl->leak && about.decl->leak->fraction) {
    const syntax::Expr& fraction = *about.decl->leak->fraction;
    Scope* const scope = about.scope;
    Recipe of_fraction;
    of_fraction.target = about.raw;
    of_fraction.sides = sides_of(flow);
    of_fraction.span = fraction.span;
    of_fraction.body = [&fraction, scope](Typer& typer) {
      return Body{typer.type(fraction, *scope), kNone};
    };
    add(std::move(of_fraction));
  }
}

void Resolver::declare_device(VariableId stock) {
  using Value = std::function<NodeId(Typer&)>;
  const VariableInfo& about = info[stock];
  const syntax::VariableDecl& decl = *about.decl;
  const base::Span span = model.variables[stock].span;
  const auto whole = [span](VariableId variable) -> Value {
    return [variable, span](Typer& typer) { return typer.whole(variable, span); };
  };
  const auto number = [span](double value) -> Value {
    return [value, span](Typer& typer) { return typer.constant(value, span); };
  };
  const auto part = [span](VariableId variable, std::uint32_t i) -> Value {
    return [variable, i, span](Typer& typer) { return typer.part(variable, i, span); };
  };
  std::vector<VariableId> leaks;
  for (const VariableId flow : about.outflows) {
    if (info[flow].leaks) {
      leaks.push_back(flow);
    }
  }

  std::vector<Value> start;
  if (decl.conveyor) {
    start.push_back(whole(about.transit));
    for (const VariableId leak : leaks) {
      start.push_back(whole(info[leak].raw));
    }
  }
  if (decl.contents.empty()) {
    start.push_back(whole(about.raw));
  } else {
    for (const syntax::Expr& expr : decl.contents) {
      Scope* const scope = about.scope;
      start.push_back([&expr, scope](Typer& typer) { return typer.type(expr, *scope); });
    }
  }
  const bool conveyor = decl.conveyor.has_value();
  const VariableId start_in = add_inputs(stock, "start in", Kind::initial_only, std::move(start));
  const VariableId started = add_beside(stock, "start", Kind::initial_only, 0);
  info[stock].started = started;
  add_device_use(started, Role::initial, start_in,
                 conveyor ? DeviceAction::conveyor_start : DeviceAction::queue_start, about.device,
                 stock);
  // A leakage may look at what the conveyor holds, before that is spread over its slats.
  Recipe initial;
  initial.target = stock;
  initial.role = Role::initial;
  initial.sides = sides_of(stock);
  initial.span = span;
  initial.body = [from = decl.contents.empty() ? about.raw : started, span](Typer& typer) {
    return Body{typer.whole(from, span), kNone};
  };
  add(std::move(initial));

  std::vector<Value> inflows;
  for (const VariableId flow : about.inflows) {
    inflows.push_back([this, flow, span](Typer& typer) { return entering(typer, flow, span); });
  }
  if (!conveyor) {
    QueueShape shape;
    shape.inflows = static_cast<std::uint32_t>(inflows.size());
    for (const VariableId flow : about.outflows) {
      const VariableId to = info[flow].enters;
      QueueShape::Outflow& outflow = shape.outflows.emplace_back();
      outflow.overflow = info[flow].decl != nullptr && info[flow].decl->overflow;
      outflow.constrained = to != kNone && info[to].decl != nullptr && info[to].decl->conveyor;
      if (outflow.constrained) {
        outflow.one_at_a_time = info[to].decl->conveyor->one_at_a_time;
        outflow.batch_integrity = info[to].decl->conveyor->batch_integrity;
        inflows.push_back([this, flow, span](Typer& typer) {
          const NodeId most = room(typer, flow, span);
          return most == kNone ? typer.constant(kInf, span) : most;
        });
      } else {
        inflows.push_back(number(kInf));
      }
    }
    inflows.push_back(whole(started));  // so that it starts first
    model.devices[about.device].queue = std::move(shape);
    const VariableId serve_in = add_inputs(stock, "serve in", Kind::auxiliary, std::move(inflows));
    add_device_use(about.outputs, Role::value, serve_in, DeviceAction::queue_serve, about.device,
                   stock);
    Recipe next;
    next.target = stock;
    next.role = Role::next;
    next.sides = sides_of(stock);
    next.span = span;
    const auto stays = static_cast<std::uint32_t>(about.outflows.size());
    next.body = [outputs = about.outputs, stays, span](Typer& typer) {
      return Body{typer.part(outputs, stays, span), kNone};
    };
    add(std::move(next));
    return;
  }

  ConveyorShape shape;
  shape.exponential = decl.conveyor->exponential_leak;
  shape.discrete = decl.conveyor->discrete;
  shape.of_remaining = origin_ == Origin::isee;
  shape.list = !decl.contents.empty();
  std::vector<Value> release = {whole(about.transit),
                                about.sample == kNone ? number(1) : whole(about.sample),
                                about.arrest == kNone ? number(0) : whole(about.arrest)};
  const auto exit = std::find_if(about.outflows.begin(), about.outflows.end(),
                                 [&](VariableId flow) { return !info[flow].leaks; });
  const auto arrested = [&](VariableId flow) -> Value {
    return [this, flow, span](Typer& typer) { return destination_arrested(typer, flow, span); };
  };
  release.push_back(exit == about.outflows.end() ? number(0) : arrested(*exit));
  for (const VariableId leak : leaks) {
    release.push_back(whole(info[leak].raw));
    release.push_back(arrested(leak));
    const syntax::LeakDecl said =
        info[leak].decl->leak ? *info[leak].decl->leak : syntax::LeakDecl{};
    shape.leaks.push_back({said.start, said.end, said.integers});
  }
  release.push_back(whole(started));  // so that it starts first
  for (const VariableId flow : about.inflows) {
    shape.inflows.push_back(shape_inflow(flow, stock));
  }
  model.devices[about.device].conveyor = std::move(shape);
  const VariableId release_in =
      add_inputs(stock, "release in", Kind::auxiliary, std::move(release));
  add_device_use(about.outputs, Role::value, release_in, DeviceAction::conveyor_release,
                 about.device, stock);
  inflows.push_back(part(about.outputs, 0));  // so that it releases first
  const VariableId accept_in = add_inputs(stock, "accept in", Kind::auxiliary, std::move(inflows));
  add_device_use(stock, Role::next, accept_in, DeviceAction::conveyor_accept, about.device, stock);
}

ConveyorShape::Inflow Resolver::shape_inflow(VariableId flow, VariableId conveyor) {
  ConveyorShape::Inflow inflow;
  const VariableInfo& of_flow = info[flow];
  const VariableId from = of_flow.driver;
  const bool of_conveyor = from != kNone && info[from].decl->conveyor.has_value();
  inflow.limited = !of_conveyor;
  if (of_flow.decl == nullptr) {
    return inflow;
  }
  const syntax::VariableDecl& decl = *of_flow.decl;
  inflow.spread = static_cast<Spread>(decl.spread);
  if (inflow.spread == Spread::source) {
    const bool same = of_conveyor && of_flow.leaks &&
                      model.variables[from].dimensions == model.variables[conveyor].dimensions;
    if (same) {
      inflow.device = info[from].device;
      inflow.leak = of_flow.output - 1;
    } else {
      inflow.spread = Spread::beginning;  // only what fell off a conveyor has such a place
    }
  }
  if (inflow.spread == Spread::dist) {
    const Symbol* const symbol =
        decl.distribution ? find_symbol(*of_flow.scope, decl.distribution->text) : nullptr;
    const syntax::VariableDecl* const function =
        symbol == nullptr                         ? nullptr
        : symbol->kind == Symbol::Kind::graphical ? symbol->decl
        : symbol->kind == Symbol::Kind::variable  ? info[symbol->variable].decl
                                                  : nullptr;
    const std::vector<std::uint32_t> tables =
        function == nullptr
            ? std::vector<std::uint32_t>{}
            : graphical_tables(*function, *of_flow.scope, dimensions_of(*function, *of_flow.scope));
    if (tables.size() != 1) {
      error(Code::bad_conveyor, decl.distribution ? decl.distribution->span : decl.name.span,
            fmt::format("\"{}\" is spread by a distribution that is no graphical function",
                        model.variables[flow].name),
            "name a graphical function over 0 to 1 in <isee:distrib_eq>");
    } else {
      inflow.table = tables[0];
    }
  }
  return inflow;
}

}  // namespace shamal::model
