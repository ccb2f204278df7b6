// The fields of a plain struct, without naming them: for_each_field(value, f) calls f with each in
// the order of its declaration. A struct that gets a new field is walked with it.
//
// How: an aggregate can be initialised from as many values as it has fields and no more, which
// gives the number; a structured binding of that many names gives the fields.
#pragma once

#include <cstddef>
#include <utility>

namespace shamal::base {

namespace fields {

struct Anything {
  template <typename T>
  operator T() const;  // never called: only asked whether it could be
};

template <typename T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{((void)I, Anything{})...}; };
}

inline constexpr std::size_t kMost = 24;

template <typename T, std::size_t N = kMost>
constexpr std::size_t count() {
  if constexpr (N == 0 || takes<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    return count<T, N - 1>();
  }
}

}  // namespace fields

template <typename T, typename F>
void for_each_field(T& value, F&& f) {
  constexpr std::size_t kCount = fields::count<std::remove_const_t<T>>();
  static_assert(kCount > 0 && kCount < fields::kMost, "more fields: extend the list below");
  const auto each = [&](auto&... field) { (f(field), ...); };
#define SHAMAL_FIELDS(n, ...)    \
  if constexpr (kCount == n) {   \
    auto& [__VA_ARGS__] = value; \
    each(__VA_ARGS__);           \
  }
  // clang-format off
  SHAMAL_FIELDS(1, a)
  SHAMAL_FIELDS(2, a, b)
  SHAMAL_FIELDS(3, a, b, c)
  SHAMAL_FIELDS(4, a, b, c, d)
  SHAMAL_FIELDS(5, a, b, c, d, e)
  SHAMAL_FIELDS(6, a, b, c, d, e, g)
  SHAMAL_FIELDS(7, a, b, c, d, e, g, h)
  SHAMAL_FIELDS(8, a, b, c, d, e, g, h, i)
  SHAMAL_FIELDS(9, a, b, c, d, e, g, h, i, j)
  SHAMAL_FIELDS(10, a, b, c, d, e, g, h, i, j, k)
  SHAMAL_FIELDS(11, a, b, c, d, e, g, h, i, j, k, l)
  SHAMAL_FIELDS(12, a, b, c, d, e, g, h, i, j, k, l, m)
  SHAMAL_FIELDS(13, a, b, c, d, e, g, h, i, j, k, l, m, n1)
  SHAMAL_FIELDS(14, a, b, c, d, e, g, h, i, j, k, l, m, n1, o)
  SHAMAL_FIELDS(15, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p)
  SHAMAL_FIELDS(16, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q)
  SHAMAL_FIELDS(17, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r)
  SHAMAL_FIELDS(18, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r, s)
  SHAMAL_FIELDS(19, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r, s, t)
  SHAMAL_FIELDS(20, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r, s, t, u)
  SHAMAL_FIELDS(21, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r, s, t, u, v)
  SHAMAL_FIELDS(22, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r, s, t, u, v, w)
  SHAMAL_FIELDS(23, a, b, c, d, e, g, h, i, j, k, l, m, n1, o, p, q, r, s, t, u, v, w, x)
  // clang-format on
#undef SHAMAL_FIELDS
}

}  // namespace shamal::base
