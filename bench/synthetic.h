// Models made for measuring, as XMILE text.
#pragma once

#include <cstdint>
#include <string>

namespace shamal::bench {

struct Mix {
  std::uint32_t equations = 1000;
  std::uint32_t regions = 30;  // elements of the one dimension
  double arrayed = 0.7;        // share of the equations that stand in arrays
  double stocks = 0.15;        // shares of the equations: stocks,
  double tables = 0.25;        //   look-ups,
  double conditions = 0.15;    //   IF,
  double functions = 0.035;    //   EXP, LN and powers;
  std::uint64_t seed = 1;      // the rest are sums, products and quotients
  double steps = 600;
};

// A model with the operations that World3-03 and C-LEARN have, in their proportions: for each
// equation .4 divisions, .45 multiplications, .4 additions. Values stay positive and bounded.
std::string synthetic_model(const Mix& mix);

// Six compartments by 50 regions and 10 age groups, contacts within a region: 8,283 values a step.
std::string epidemic_model();

}  // namespace shamal::bench
