// Quotients that are hard to round, for what divides without dividing.
#pragma once

#include <vector>

namespace shamal::testing {

struct Quotient {
  double a;
  double b;
};

// Nearest to the middle between two numbers, all of them ordinary.
std::vector<Quotient> hard_quotients();
// Of numbers at the ends of their range, zeros, infinities, what is no number, and any other.
std::vector<Quotient> odd_quotients();

}  // namespace shamal::testing
