// Four look-ups at once. Indices and bounds in vectors; of each lane's point (x, y) and the
// two slopes are loads of 16 bytes, put in order by four shuffles: cheaper than gathers. Included
// by row_kernels.h, inside its namespace.

struct FourPoints {
  __m256d x;
  __m256d y;
  __m256d left;
  __m256d right;
};

[[gnu::always_inline]] inline FourPoints load_points(const TablePoint* point, __m128i index) {
  static_assert(sizeof(TablePoint) == 32);
  const __m128i place = _mm_slli_epi32(index, 5);  // in bytes
  const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(place));
  const auto high = static_cast<std::uint64_t>(_mm_extract_epi64(place, 1));
  const char* const first = reinterpret_cast<const char*>(point);
  const auto at = [first](std::uint64_t offset) __attribute__((always_inline)) {
    return reinterpret_cast<const double*>(first + offset);
  };
  const double* const p0 = at(static_cast<std::uint32_t>(low));
  const double* const p1 = at(low >> 32);
  const double* const p2 = at(static_cast<std::uint32_t>(high));
  const double* const p3 = at(high >> 32);
  const auto both = [](const double* a, const double* b) __attribute__((always_inline)) {
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_load_pd(a)), _mm_load_pd(b), 1);
  };
  const __m256d even = both(p0, p2);
  const __m256d odd = both(p1, p3);
  const __m256d even_slopes = both(p0 + 2, p2 + 2);
  const __m256d odd_slopes = both(p1 + 2, p3 + 2);
  return {_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd),
          _mm256_unpacklo_pd(even_slopes, odd_slopes), _mm256_unpackhi_pd(even_slopes, odd_slopes)};
}

// (BLENDV looks at the sign alone: where it is that of a zero, the slope does not matter, and steps
// see to it that it is not.)
template <bool begins, bool steps>
[[gnu::always_inline]] inline __m256d on_segment(const FourPoints& at, __m256d c) {
  const __m256d past = _mm256_sub_pd(c, at.x);
  const __m256d beside = begins ? at.right : _mm256_blendv_pd(at.right, at.left, past);
  if constexpr (steps) {
    return _mm256_add_pd(beside, _mm256_mul_pd(_mm256_setzero_pd(), past));
  }
  return _mm256_add_pd(at.y, _mm256_mul_pd(beside, past));
}

// The point of each of four arguments within the bounds of an even table.
[[gnu::always_inline]] inline __m128i even_point(const TableView& table, __m256d c) {
  const __m256d place =
      _mm256_add_pd(_mm256_mul_pd(c, _mm256_set1_pd(table.per_x)), _mm256_set1_pd(table.shift));
  return _mm256_cvttpd_epi32(
      _mm256_min_pd(_mm256_max_pd(place, _mm256_setzero_pd()), _mm256_set1_pd(table.top)));
}

// The second operand of MAXPD and MINPD is the answer where one is not a number: as in evaluate().
[[gnu::always_inline]] inline __m256d within(const TableView& table, __m256d a) {
  return _mm256_min_pd(_mm256_set1_pd(table.most), _mm256_max_pd(_mm256_set1_pd(table.least), a));
}

// The most points that are counted one after the other.
constexpr std::size_t kCounted = 16;

[[gnu::always_inline]] inline __m256d load_four(const double* from) {
  return _mm256_loadu_pd(from);
}
[[gnu::always_inline]] inline __m256d load_four(const float* from) {
  return _mm256_cvtps_pd(_mm_loadu_ps(from));
}
[[gnu::always_inline]] inline void store_four(double* to, __m256d values) {
  _mm256_storeu_pd(to, values);
}
[[gnu::always_inline]] inline void store_four(float* to, __m256d values) {
  _mm_storeu_ps(to, _mm256_cvtpd_ps(values));
}

// As many as are fours of them.
template <bool begins, bool steps, class Number>
[[gnu::always_inline]] inline std::size_t look_up_even(Number* d, const Number* a,
                                                       std::size_t count, const TableView& table) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m256d c = within(table, load_four(a + i));
    store_four(d + i, on_segment<begins, steps>(load_points(table.point, even_point(table, c)), c));
  }
  return i;
}

template <class Number>
void look_up(Number* d, const Number* a, std::size_t count, const TableView& of) {
  const TableView table = of;
  std::size_t i = 0;
  if (table.steps) {
    i = table.begins ? look_up_even<true, true>(d, a, count, table)
                     : look_up_even<false, true>(d, a, count, table);
  } else if (table.begins) {
    i = look_up_even<true, false>(d, a, count, table);
  } else if (table.per_x != 0) {
    i = look_up_even<false, false>(d, a, count, table);
  } else if (table.points <= kCounted) {
    for (; i + 4 <= count; i += 4) {
      const __m256d c = within(table, load_four(a + i));
      __m256i below = _mm256_setzero_si256();
      for (std::size_t p = 1; p < table.points; ++p) {
        const __m256d here = _mm256_cmp_pd(_mm256_set1_pd(table.point[p].x), c, _CMP_LE_OQ);
        below = _mm256_sub_epi64(below, _mm256_castpd_si256(here));
      }
      const __m256i packed =
          _mm256_permutevar8x32_epi32(below, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
      store_four(d + i, on_segment<true, false>(
                            load_points(table.point, _mm256_castsi256_si128(packed)), c));
    }
  }
  for (; i < count; ++i) {
    d[i] = static_cast<Number>(evaluate(table, a[i]));
  }
}
