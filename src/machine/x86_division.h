// Divisions of a body, as machine code: by the divider, by products, or by reciprocals that the
// program has (ir/reciprocals.h).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "machine/target.h"
#include "machine/x86_assembler.h"
#include "machine/x86_registers.h"

namespace shamal::machine {

// What a body seldom needs and its function has at the end: a division by a reciprocal whose
// quotient is not that of ordinary numbers.
struct Detour {
  Form form;
  std::size_t from;  // a jump that waits to be told where this is
  std::size_t back;  // where the body goes on
  int quotient;      // registers
  int dividend;
  int divisor;  // or, if negative,
  Value divisor_in_memory;
};

void write_detour(const Detour& detour, Assembler& to);

// The quotients of a body, one operation at a time.
class Divisions {
 public:
  Divisions(Registers& registers, Assembler& to, const std::vector<Operation>& operations,
            Guards guards);

  void write(const Operation& operation);
  std::vector<Detour> take_detours() { return std::move(detours_); }

 private:
  int invert(int b);
  void by_products(int a, int b);
  void by_reciprocal(bool changing);
  void by_product_alone();
  void add_odd_divisors(bool fetch, int b);
  void detour_if_odd(int quotient, int dividend, int divisor);

  Registers& registers_;
  Assembler& to_;
  Guards guards_;
  std::vector<Detour> detours_;
  double part_by_products_;
  double by_products_ = 0;  // of the divisions so far, what is left of a whole one
};

}  // namespace shamal::machine
