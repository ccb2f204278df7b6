// Four look-ups at once. Indices and bounds in vectors; the point of each lane is one load of 32
// bytes (x, y, slope, next x), and four of them are transposed: cheaper than four gathers. Included
// by row_kernels.h, inside its namespace.

struct FourPoints {
  __m256d x;
  __m256d y;
  __m256d slope;
  __m256d next;
};

[[gnu::always_inline]] inline FourPoints load_points(const TablePoint* point, __m128i index) {
  const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(index));
  const auto high = static_cast<std::uint64_t>(_mm_extract_epi64(index, 1));
  const auto load = [point](std::uint64_t i) __attribute__((always_inline)) {
    return _mm256_loadu_pd(&point[static_cast<std::uint32_t>(i)].x);
  };
  const __m256d p0 = load(low);
  const __m256d p1 = load(low >> 32);
  const __m256d p2 = load(high);
  const __m256d p3 = load(high >> 32);
  const __m256d even01 = _mm256_unpacklo_pd(p0, p1);
  const __m256d odd01 = _mm256_unpackhi_pd(p0, p1);
  const __m256d even23 = _mm256_unpacklo_pd(p2, p3);
  const __m256d odd23 = _mm256_unpackhi_pd(p2, p3);
  return {_mm256_permute2f128_pd(even01, even23, 0x20), _mm256_permute2f128_pd(odd01, odd23, 0x20),
          _mm256_permute2f128_pd(even01, even23, 0x31), _mm256_permute2f128_pd(odd01, odd23, 0x31)};
}

[[gnu::always_inline]] inline __m256d on_segment(const FourPoints& at, __m256d c) {
  return _mm256_add_pd(at.y, _mm256_mul_pd(at.slope, _mm256_sub_pd(c, at.x)));
}

// The second operand of MAXPD and MINPD is the answer where one is not a number: as in evaluate().
[[gnu::always_inline]] inline __m256d within(const TableView& table, __m256d a) {
  return _mm256_min_pd(_mm256_set1_pd(table.most), _mm256_max_pd(_mm256_set1_pd(table.least), a));
}

// The most points that are counted one after the other.
constexpr std::size_t kCounted = 16;

inline void look_up(double* d, const double* a, std::size_t count, const TableView& of) {
  const TableView table = of;
  std::size_t i = 0;
  if (table.per_x != 0) {
    const __m256d first = _mm256_set1_pd(table.first_x);
    const __m256d per_x = _mm256_set1_pd(table.per_x);
    const __m256d last = _mm256_set1_pd(table.last);
    for (; i + 4 <= count; i += 4) {
      const __m256d c = within(table, _mm256_loadu_pd(a + i));
      const __m256d guess = _mm256_mul_pd(_mm256_sub_pd(c, first), per_x);
      const __m256d bounded = _mm256_min_pd(_mm256_max_pd(guess, _mm256_setzero_pd()), last);
      const FourPoints at = load_points(table.point, _mm256_cvttpd_epi32(bounded));
      const __m256d missed =
          _mm256_or_pd(_mm256_cmp_pd(c, at.x, _CMP_LT_OQ), _mm256_cmp_pd(c, at.next, _CMP_GE_OQ));
      if (_mm256_movemask_pd(missed) == 0) {
        _mm256_storeu_pd(d + i, on_segment(at, c));
      } else {
        std::array<double, 4> four;
        _mm256_storeu_pd(four.data(), _mm256_loadu_pd(a + i));
        for (std::size_t k = 0; k < 4; ++k) {
          d[i + k] = evaluate(table, four[k]);
        }
      }
    }
  } else if (table.points <= kCounted) {
    for (; i + 4 <= count; i += 4) {
      const __m256d c = within(table, _mm256_loadu_pd(a + i));
      __m256i below = _mm256_setzero_si256();
      for (std::size_t p = 1; p < table.points; ++p) {
        const __m256d here = _mm256_cmp_pd(_mm256_set1_pd(table.point[p].x), c, _CMP_LE_OQ);
        below = _mm256_sub_epi64(below, _mm256_castpd_si256(here));
      }
      const __m256i packed =
          _mm256_permutevar8x32_epi32(below, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
      _mm256_storeu_pd(d + i,
                       on_segment(load_points(table.point, _mm256_castsi256_si128(packed)), c));
    }
  }
  for (; i < count; ++i) {
    d[i] = evaluate(table, a[i]);
  }
}
