// What draws say together: a middle, an interval that holds nine of ten, and how many point which
// way.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace shamal::api::report {

struct Spread {
  std::size_t draws = 0;  // that gave a number
  double median = 0;
  double low = 0;    // 5 %
  double high = 0;   // 95 %
  double below = 0;  // share of draws below zero
  double above = 0;

  bool empty() const { return draws == 0; }
  // All but one draw in twenty lie on one side of zero.
  bool one_sided() const { return draws > 0 && (below >= 0.95 || above >= 0.95); }
};

Spread spread_of(std::vector<double> values);

// a - b, draw by draw.
std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b);

// "−3.1 (−9 to 0.2)".
std::string spread_text(const Spread& spread);

}  // namespace shamal::api::report
