// Included once by each turn_*.cpp: everything here is compiled for that file's processor and stays
// in its anonymous namespace.
#pragma once

#include <cmath>
#include <cstring>

#include "sim/turn.h"

namespace shamal::sim {

namespace {

#if defined(__AVX2__)
constexpr std::size_t kVectorBytes = 32;
#else
constexpr std::size_t kVectorBytes = 16;
#endif
constexpr std::size_t kBeside = kVectorBytes / sizeof(double);

using Doubles = double __attribute__((vector_size(kVectorBytes)));
using Floats = float __attribute__((vector_size(kVectorBytes)));
using FewFloats = float __attribute__((vector_size(kVectorBytes / 2)));

template <class Vector, class Value>
Vector load(const Value* from) {
  Vector made;
  std::memcpy(&made, from, sizeof made);
  return made;
}

Doubles load_doubles(const double* from) { return load<Doubles>(from); }
Doubles load_doubles(const float* from) {
  return __builtin_convertvector(load<FewFloats>(from), Doubles);
}

void store(const Doubles& values, double* to) { std::memcpy(to, &values, sizeof values); }

template <class Vector, class Value>
bool copy_and_look(const Value* from, std::size_t count, Value* to) {
  constexpr std::size_t kValues = sizeof(Vector) / sizeof(Value);
  decltype(Vector{} != Vector{}) odd{};
  std::size_t i = 0;
  for (; i + kValues <= count; i += kValues) {
    const auto values = load<Vector>(from + i);
    std::memcpy(to + i, &values, sizeof values);
    odd |= values != values;
  }
  bool found = false;
  for (std::size_t k = 0; k < kValues; ++k) {
    found = found || odd[k] != 0;
  }
  for (; i < count; ++i) {
    to[i] = from[i];
    found = found || std::isnan(to[i]);
  }
  return found;
}

// As many rows as a vector has values, and as many runs of them.
template <class Value>
void turn_square(const Value* from, std::size_t pitch, double* to, std::size_t apart) {
  const Doubles a = load_doubles(from);
  const Doubles b = load_doubles(from + pitch);
#if defined(__AVX2__)
  const Doubles c = load_doubles(from + 2 * pitch);
  const Doubles d = load_doubles(from + 3 * pitch);
  const Doubles even_ab = __builtin_shufflevector(a, b, 0, 4, 2, 6);
  const Doubles odd_ab = __builtin_shufflevector(a, b, 1, 5, 3, 7);
  const Doubles even_cd = __builtin_shufflevector(c, d, 0, 4, 2, 6);
  const Doubles odd_cd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
  store(__builtin_shufflevector(even_ab, even_cd, 0, 1, 4, 5), to);
  store(__builtin_shufflevector(odd_ab, odd_cd, 0, 1, 4, 5), to + apart);
  store(__builtin_shufflevector(even_ab, even_cd, 2, 3, 6, 7), to + 2 * apart);
  store(__builtin_shufflevector(odd_ab, odd_cd, 2, 3, 6, 7), to + 3 * apart);
#else
  store(__builtin_shufflevector(a, b, 0, 2), to);
  store(__builtin_shufflevector(a, b, 1, 3), to + apart);
#endif
}

template <class Value>
void turn_rows(const Value* from, std::size_t pitch, std::size_t rows, std::size_t beside,
               double* to, std::size_t apart) {
  std::size_t i = 0;
  if (beside == kLine) {
    for (; i + kBeside <= rows; i += kBeside) {
      for (std::size_t k = 0; k < kLine; k += kBeside) {
        turn_square(from + i * pitch + k, pitch, to + k * apart + i, apart);
      }
    }
  }
  for (; i < rows; ++i) {
    for (std::size_t k = 0; k < beside; ++k) {
      to[k * apart + i] = static_cast<double>(from[i * pitch + k]);
    }
  }
}

constexpr Turn kTurn = {{copy_and_look<Doubles, double>, turn_rows<double>},
                        {copy_and_look<Floats, float>, turn_rows<float>}};

}  // namespace

}  // namespace shamal::sim
