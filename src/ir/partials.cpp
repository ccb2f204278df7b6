#include "ir/partials.h"

#include <limits>
#include <vector>

namespace shamal::ir {

namespace {

// Arithmetic on Values. A product or quotient with d on the left is 0 where d is.
Value operator*(const Value& d, const Value& x) { return d.emitter->apply(Op::scale, {d, x}); }
Value operator/(const Value& d, const Value& x) { return d * reciprocal(x); }
Value operator-(const Value& a) { return a.emitter->apply(Op::negate, {a}); }
Value times(const Value& a, const Value& b) { return a.emitter->apply(Op::multiply, {a, b}); }
Value plus(const Value& a, const Value& b) { return a.emitter->apply(Op::add, {a, b}); }
Value minus(const Value& a, const Value& b) { return a.emitter->apply(Op::subtract, {a, b}); }
Value over(const Value& a, const Value& b) { return a.emitter->apply(Op::divide, {a, b}); }
Value number(const Value& like, double value) { return like.emitter->constant(like.loop, value); }
Value of(Op op, const Value& a) { return a.emitter->apply(op, {a}); }
Value choose(const Value& c, const Value& a, const Value& b) {
  return c.emitter->apply(Op::select, {c, a, b});
}
Value compare(Op op, const Value& a, const Value& b) { return a.emitter->apply(op, {a, b}); }
Value zero(const Value& like) { return number(like, 0.0); }
Value one(const Value& like) { return number(like, 1.0); }

const Value& a(const Operands& o) { return o.args[0]; }
const Value& b(const Operands& o) { return o.args[1]; }
const Value& c(const Operands& o) { return o.args[2]; }

// Infinite with the sign of d, and zero where that is (or within 1e-308 of it, large): by products
// that overflow, as a zero times an infinity is no number.
Value unbounded(const Value& d) {
  const Value most = number(d, std::numeric_limits<double>::max());
  return d * most * most;
}

// d b a^(b - 1), as d b r / a; at a = 0: d for b = 1, 0 above and infinity below.
Value power_base(const Operands& o) {
  const Value at_zero =
      choose(compare(Op::equal, b(o), one(o.d)), o.d,
             choose(compare(Op::greater, b(o), one(o.d)), zero(o.d), unbounded(o.d)));
  const Value elsewhere = o.d * times(b(o), over(o.r, a(o)));
  return choose(a(o), elsewhere, choose(b(o), at_zero, zero(o.d)));
}

Value arc_tangent2_square(const Operands& o) { return plus(times(a(o), a(o)), times(b(o), b(o))); }

Value one_minus_square(const Value& x) { return minus(one(x), times(x, x)); }
Value one_plus_square(const Value& x) { return plus(one(x), times(x, x)); }

using Partial = Value (*)(const Operands&);
using O = const Operands&;

Value pass(O o) { return o.d; }
Value pass_negated(O o) { return -o.d; }
Value by_b(O o) { return o.d * b(o); }
Value by_c(O o) { return o.d * c(o); }
Value by_b_negated(O o) { return -by_b(o); }
Value by_c_negated(O o) { return -by_c(o); }

struct Row {
  Op op;
  std::array<Partial, 3> partials{};  // none: zero
};

constexpr double kLn10 = 2.302585092994045684;

constexpr Row kRows[] = {
    {Op::copy, {pass}},
    {Op::negate, {pass_negated}},
    {Op::logical_not, {}},
    {Op::absolute, {[](O o) { return o.d * of(Op::sign, a(o)); }}},
    {Op::reciprocal, {[](O o) { return -((o.d * o.r) * o.r); }}},
    {Op::square_root, {[](O o) { return o.d / plus(o.r, o.r); }}},
    {Op::exponential, {[](O o) { return o.d * o.r; }}},
    {Op::natural_log, {[](O o) { return o.d / a(o); }}},
    {Op::decimal_log, {[](O o) { return o.d / times(a(o), number(o.d, kLn10)); }}},
    {Op::sine, {[](O o) { return o.d * of(Op::cosine, a(o)); }}},
    {Op::cosine, {[](O o) { return -(o.d * of(Op::sine, a(o))); }}},
    {Op::tangent, {[](O o) { return o.d * one_plus_square(o.r); }}},
    {Op::arc_sine, {[](O o) { return o.d / of(Op::square_root, one_minus_square(a(o))); }}},
    {Op::arc_cosine, {[](O o) { return -(o.d / of(Op::square_root, one_minus_square(a(o)))); }}},
    {Op::arc_tangent, {[](O o) { return o.d / one_plus_square(a(o)); }}},
    {Op::hyperbolic_sine, {[](O o) { return o.d * of(Op::hyperbolic_cosine, a(o)); }}},
    {Op::hyperbolic_cosine, {[](O o) { return o.d * of(Op::hyperbolic_sine, a(o)); }}},
    {Op::hyperbolic_tangent, {[](O o) { return o.d * one_minus_square(o.r); }}},
    {Op::floor, {}},
    {Op::truncate, {}},
    {Op::round_half_even, {}},
    {Op::round_half_away, {}},
    {Op::sign, {}},

    {Op::add, {pass, pass}},
    {Op::subtract, {pass, pass_negated}},
    {Op::multiply, {[](O o) { return o.d * b(o); }, [](O o) { return o.d * a(o); }}},
    {Op::divide, {[](O o) { return o.d / b(o); }, [](O o) { return -((o.d / b(o)) * o.r); }}},
    {Op::power,
     {power_base,
      [](O o) {
        return choose(compare(Op::greater, a(o), zero(o.d)),
                      o.d * times(o.r, of(Op::natural_log, a(o))), zero(o.d));
      }}},
    {Op::modulo, {pass, [](O o) { return -(o.d * of(Op::floor, over(a(o), b(o)))); }}},
    {Op::truncated_modulo, {pass, [](O o) { return -(o.d * of(Op::truncate, over(a(o), b(o)))); }}},
    {Op::minimum,
     {[](O o) { return choose(compare(Op::less, b(o), a(o)), zero(o.d), o.d); },
      [](O o) { return choose(compare(Op::less, b(o), a(o)), o.d, zero(o.d)); }}},
    {Op::maximum,
     {[](O o) { return choose(compare(Op::less, a(o), b(o)), zero(o.d), o.d); },
      [](O o) { return choose(compare(Op::less, a(o), b(o)), o.d, zero(o.d)); }}},
    {Op::arc_tangent2,
     {[](O o) { return (o.d * b(o)) / arc_tangent2_square(o); },
      [](O o) { return -((o.d * a(o)) / arc_tangent2_square(o)); }}},
    {Op::less, {}},
    {Op::less_equal, {}},
    {Op::greater, {}},
    {Op::greater_equal, {}},
    {Op::equal, {}},
    {Op::not_equal, {}},
    {Op::logical_and, {}},
    {Op::logical_or, {}},
    {Op::checked_index, {}},
    {Op::scale, {[](O o) { return o.d * b(o); }, [](O o) { return o.d * a(o); }}},

    {Op::select,
     {nullptr, [](O o) { return choose(a(o), o.d, zero(o.d)); },
      [](O o) { return choose(a(o), zero(o.d), o.d); }}},
    {Op::divide_or,
     {[](O o) { return choose(b(o), o.d / b(o), zero(o.d)); },
      [](O o) { return choose(b(o), -((o.d / b(o)) * o.r), zero(o.d)); },
      [](O o) { return choose(b(o), zero(o.d), o.d); }}},
    {Op::add_product, {pass, by_c, by_b}},
    {Op::subtract_product, {pass, by_c_negated, by_b_negated}},
    {Op::add_scaled, {pass, by_c, by_b}},
    {Op::subtract_scaled, {pass, by_c_negated, by_b_negated}},

    {Op::rank, {}},
};

const Row* find(Op op) {
  for (const Row& row : kRows) {
    if (row.op == op) {
      return &row;
    }
  }
  return nullptr;
}

}  // namespace

Value reciprocal(const Value& x) {
  Emitter& emit = *x.emitter;
  const Loop& loop = emit.program().loops[x.loop];
  Loop along;
  View divisor{x.view.base, {}};
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < loop.rank; ++k) {
    if (!(x.view.axes[k] == Axis{})) {
      along.extents[along.rank] = loop.extents[k];
      divisor.axes[along.rank++] = x.view.axes[k];
      kept.push_back(k);
    }
  }
  const LoopId each = emit.add(along);
  const View made = emit.apply(Op::reciprocal, {emit.value(each, divisor)}).view;
  View spread{made.base, {}};
  for (std::size_t k = 0; k < kept.size(); ++k) {
    spread.axes[kept[k]] = made.axes[k];
  }
  return emit.value(x.loop, spread);
}

bool differentiable(Op op) { return find(op) != nullptr; }

bool has_partial(Op op, std::size_t argument) {
  const Row* const row = find(op);
  return row != nullptr && argument < row->partials.size() && row->partials[argument] != nullptr;
}

Value partial(Op op, std::size_t argument, const Operands& operands) {
  return find(op)->partials[argument](operands);
}

bool sums(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::add_product ||
         op == Op::subtract_product || op == Op::add_scaled || op == Op::subtract_scaled;
}

}  // namespace shamal::ir
