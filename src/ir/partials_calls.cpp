// Derivatives of procedures that are not recorded (ir/partials_recorded.cpp): of those that are
// flat but for jumps, of normal distributions, and of Vensim's VECTOR SELECT. They are written as
// instructions, so that reverse and forward mode run on the machine like everything else.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ir/partials.h"
#include "ir/single_assignment.h"

namespace shamal::ir {

namespace {

using model::Procedure;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Row {
  Procedure procedure;
  unsigned partials;  // a bit for each argument whose partial may differ from zero
};

constexpr Row kRows[] = {
    {Procedure::vector_sort_order, 0},
    {Procedure::vector_rank, 0},
    {Procedure::factorial, 0},
    {Procedure::permutations, 0},
    {Procedure::combinations, 0},
    {Procedure::lookup_backward, 0},
    {Procedure::lookup_forward, 0},
    {Procedure::data_minimum, 0},
    {Procedure::data_maximum, 0},
    {Procedure::data_median, 0},
    {Procedure::lookup_slope, 0},
    {Procedure::lookupmean, 0},
    {Procedure::queue_age_oldest, 0},
    {Procedure::vector_select, 0b111},
    {Procedure::erf, 0b1},
    {Procedure::normalcdf, 0b1111},
    {Procedure::invnorm, 0b111},
};

const Row* find_row(Procedure procedure) {
  const auto* const found = std::find_if(std::begin(kRows), std::end(kRows),
                                         [&](const Row& of) { return of.procedure == procedure; });
  return found == std::end(kRows) ? nullptr : found;
}

constexpr std::size_t kSelection = 0;
constexpr std::size_t kExpression = 1;
constexpr std::size_t kMissing = 2;
constexpr std::size_t kAction = 3;

// Writes the instructions of one call and argument.
class Writer {
 public:
  Writer(const Instruction& instruction, std::size_t argument, const CallFlow& flow)
      : flow_(flow),
        emit_(flow.emit),
        call_(emit_.program().calls[instruction.aux]),
        argument_(argument),
        outer_(instruction.loop),
        outer_rank_(emit_.program().loops[outer_].rank),
        loop_(joined_with(call_.inputs[argument].inner)) {}

  // d 2/√π exp(-x²)
  Value error_function() {
    const Value x = arg(0);
    return scaled(d(), times(number(2 * std::numbers::inv_sqrtpi), exp_negative(times(x, x))));
  }

  // φ being the density of the standard normal distribution, z0 and z1 the standardised bounds and
  // s the deviation: -φ(z0) / s, φ(z1) / s, (φ(z0) - φ(z1)) / s, (z0 φ(z0) - z1 φ(z1)) / s.
  Value normal_probability() {
    const Value s = deviation(arg(3));
    const Value z0 = over(minus(arg(0), arg(2)), s);
    const Value z1 = over(minus(arg(1), arg(2)), s);
    const Value p0 = density(z0);
    const Value p1 = density(z1);
    switch (argument_) {
      case 0:
        return scaled(d(), over(minus(number(0), p0), s));
      case 1:
        return scaled(d(), over(p1, s));
      case 2:
        return scaled(d(), over(minus(p0, p1), s));
      default:
        // Without a deviation it is 1, whatever it is.
        return choose(arg(3), scaled(d(), over(minus(times(z0, p0), times(z1, p1)), s)), number(0));
    }
  }

  // r = mean + s z, z the quantile: s / φ(z), 1, z.
  Value normal_quantile() {
    const Value s = deviation(arg(2));
    const Value z = over(minus(emit_.value(loop_, flow_.r), arg(1)), s);
    switch (argument_) {
      case 0:
        return scaled(d(), over(s, density(z)));
      case 1:
        return d();
      default:
        return choose(arg(2), scaled(d(), z), number(0));
    }
  }

  // model/procedure_vector.cpp: of the elements i whose selection s is not zero, the sum, product,
  // least, greatest or mean of s x, of x ^ s (5) or of x alone (6 to 10).
  Value selected(int action) {
    loop_ = joined_with(call_.inputs[kSelection].inner);
    const Value s = arg(kSelection);
    const Value x = arg(kExpression);
    const Value chosen = emit_.apply(Op::not_equal, {s, number(0)});
    const Value count = sum(chosen);
    if (argument_ == kMissing) {
      loop_ = outer_;
      const Value none = emit_.value(loop_, count.view);
      return choose(none, number(0), emit_.value(loop_, flow_.d));
    }
    const Value told = emit_.apply(Op::floor, {emit_.apply(Op::add, {arg(kAction), number(0.5)})});
    // A run that was told to do something else has no derivative here.
    const Value given = choose(emit_.apply(Op::equal, {told, number(action)}), d(), number(kNan));
    const Value value = action == 5 ? emit_.apply(Op::power, {x, s}) : action < 5 ? times(s, x) : x;
    const Value d_value = choose(chosen, of_value(action, value, chosen, count, given), number(0));
    if (action > 5) {
      return argument_ == kExpression ? d_value : number(0);
    }
    if (action == 5) {
      return partial(Op::power, argument_ == kExpression ? 0 : 1, {{x, s}, value, d_value});
    }
    return scaled(d_value, argument_ == kExpression ? s : x);
  }

 private:
  LoopId joined_with(LoopId inner) {
    const Program& program = emit_.program();
    return emit_.add(joined(program.loops[outer_], program.loops[inner]));
  }

  Value arg(std::size_t a) {
    return emit_.value(loop_, emit_.program().views[call_.inputs[a].view]);
  }
  Value d() { return emit_.value(loop_, flow_.d); }
  Value number(double value) { return emit_.constant(loop_, value); }
  Value scaled(const Value& d, const Value& x) { return emit_.apply(Op::scale, {d, x}); }
  Value times(const Value& a, const Value& b) { return emit_.apply(Op::multiply, {a, b}); }
  Value minus(const Value& a, const Value& b) { return emit_.apply(Op::subtract, {a, b}); }
  Value over(const Value& a, const Value& b) { return emit_.apply(Op::divide, {a, b}); }
  Value choose(const Value& c, const Value& a, const Value& b) {
    return emit_.apply(Op::select, {c, a, b});
  }
  Value exp_negative(const Value& a) {
    return emit_.apply(Op::exponential, {emit_.apply(Op::negate, {a})});
  }
  Value density(const Value& z) {
    constexpr double kOne = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    return times(number(kOne), exp_negative(times(number(0.5), times(z, z))));
  }
  Value deviation(const Value& s) { return choose(s, s, number(1)); }

  // Over the axes of the argument alone.
  Value sum(const Value& of) {
    const View total = emit_.temporary(outer_);
    emit_.assign(total, emit_.constant(outer_, 0.0));
    emit_.emit(Op::add, loop_, total, {total, of.view});
    return emit_.value(loop_, total);
  }

  Value of_value(int action, const Value& value, const Value& chosen, const Value& count,
                 const Value& given) {
    const Flow flow{emit_, emit_.value(loop_, flow_.r), given};
    switch (action) {
      case 0:
      case 6:
        return given;
      case 2:
      case 3:
      case 8:
      case 9:
        return partial_of_extremum(loop_, outer_rank_, choose(chosen, value, number(kNan)).view,
                                   flow);
      case 4:
      case 10:
        return scaled(given, emit_.apply(Op::divide_or, {number(1), count, number(0)}));
      default:
        return partial_of_product(loop_, outer_rank_, number(1).view,
                                  choose(chosen, value, number(1)).view, flow);
    }
  }

  const CallFlow& flow_;
  Emitter& emit_;
  const Call call_;
  std::size_t argument_;
  LoopId outer_;
  std::uint32_t outer_rank_;
  LoopId loop_;
};

}  // namespace

bool differentiable(Procedure procedure) {
  return model::row(procedure).smooth() || find_row(procedure) != nullptr;
}

bool has_partial(Procedure procedure, std::size_t argument) {
  if (model::row(procedure).smooth()) {
    return model::row(procedure).moves[argument] == '+';
  }
  const Row* const row = find_row(procedure);
  return row != nullptr && ((row->partials >> argument) & 1u) != 0;
}

std::size_t telling_argument(Procedure procedure) {
  return procedure == Procedure::vector_select ? kAction : std::size_t{kNone};
}

std::optional<double> constant_argument(const Program& program, const Instruction& instruction,
                                        std::size_t argument) {
  const Call::Input& input = program.calls[instruction.aux].inputs[argument];
  std::optional<double> found;
  for (const Slot slot : reached_slots(program, instruction, Access{input.view, input.inner})) {
    const auto at = std::find_if(program.constants.begin(), program.constants.end(),
                                 [slot](const Constant& of) { return of.slot == slot; });
    if (at == program.constants.end() || (found && *found != at->value)) {
      return std::nullopt;
    }
    found = at->value;
  }
  return found;
}

std::optional<Value> partial_of_call(const Instruction& instruction, std::size_t argument,
                                     const std::optional<double>& what, const CallFlow& flow) {
  Writer write(instruction, argument, flow);
  switch (flow.emit.program().calls[instruction.aux].procedure) {
    case Procedure::erf:
      return write.error_function();
    case Procedure::normalcdf:
      return write.normal_probability();
    case Procedure::invnorm:
      return write.normal_quantile();
    case Procedure::vector_select: {
      const double action = what ? std::floor(*what + 0.5) : -1.0;
      if (!(action >= 0 && action <= 10)) {
        return std::nullopt;
      }
      return write.selected(static_cast<int>(action));
    }
    default:
      return std::nullopt;
  }
}

}  // namespace shamal::ir
