// Units of measure: a product of named base units, each raised to a rational power.
//
// There are no conversion factors. The tools of the field check that dimensions agree and leave
// numbers to the modeller: a month and a year are as different as a month and a person.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::units {

// A power in lowest terms with a positive denominator. Square roots of units make halves.
// Numbers beyond a million, which only a hostile file can reach, become the nearest whole number
// within that range.
struct Exponent {
  std::int32_t num = 1;
  std::int32_t den = 1;

  static Exponent reduced(std::int64_t num, std::int64_t den);  // requires den != 0
  bool is_zero() const { return num == 0; }

  friend Exponent operator+(Exponent a, Exponent b);
  friend Exponent operator*(Exponent a, Exponent b);
  bool operator==(const Exponent&) const = default;
};

// The form under which unit names compare: base::fold_name, without the final s of a plural.
//
// Equating "Month" and "Months" is our leniency: XMILE 1.0, 3.3.6 wants an alias for each, which
// files in the wild rarely have. An s is not a plural's after another s ("gross"), nor when only
// one letter would remain ("ms" is no plural of "m").
std::string unit_key(std::string_view name);

struct Factor {
  std::string key;   // unit_key of the name
  std::string name;  // as people read it
  Exponent exponent;
};

// A value, cheap to copy: copies share their factors.
class Unit {
 public:
  Unit() = default;  // dimensionless
  static Unit dimensionless() { return {}; }
  static Unit base(std::string_view name);

  // The product of the factors, which may name a base unit more than once.
  static Unit product(std::vector<Factor> factors);

  bool is_dimensionless() const { return factors_ == nullptr; }

  // Sorted by key, no key twice, no exponent zero.
  std::span<const Factor> factors() const&;
  void factors() && = delete;  // the span would outlive them
  bool mentions(std::string_view key) const;

  Unit pow(std::int32_t num, std::int32_t den = 1) const;  // requires den != 0
  Unit pow(Exponent exponent) const;

  // Every power of the base unit `key` becomes that power of `by`.
  Unit substitute(std::string_view key, const Unit& by) const;

  // "person/(km^2*month)", "1/month", "dmnl". UnitSystem::parse reads it back, except for powers
  // that are not whole, which the standard does not allow to be written.
  std::string print() const;

  friend Unit operator*(const Unit& a, const Unit& b);
  friend Unit operator/(const Unit& a, const Unit& b);
  friend bool operator==(const Unit& a, const Unit& b);  // by keys and exponents

 private:
  // Null when dimensionless, so that the commonest unit costs nothing.
  std::shared_ptr<const std::vector<Factor>> factors_;
};

}  // namespace shamal::units
