#include "units/unit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/names.h"
#include "units/unit_syntax.h"

namespace shamal::units {

// ---- exponents

namespace {

constexpr std::int64_t kLargestExponent = 1'000'000;

}  // namespace

Exponent Exponent::reduced(std::int64_t num, std::int64_t den) {
  const std::int64_t divisor = std::gcd(num, den) * (den < 0 ? -1 : 1);
  num /= divisor;
  den /= divisor;
  if (num > kLargestExponent || num < -kLargestExponent || den > kLargestExponent) {
    const double value = std::round(static_cast<double>(num) / static_cast<double>(den));
    const auto limit = static_cast<double>(kLargestExponent);
    num = static_cast<std::int64_t>(std::clamp(value, -limit, limit));
    den = 1;
  }
  return {static_cast<std::int32_t>(num), static_cast<std::int32_t>(den)};
}

Exponent operator+(Exponent a, Exponent b) {
  return Exponent::reduced(std::int64_t{a.num} * b.den + std::int64_t{b.num} * a.den,
                           std::int64_t{a.den} * b.den);
}

Exponent operator*(Exponent a, Exponent b) {
  return Exponent::reduced(std::int64_t{a.num} * b.num, std::int64_t{a.den} * b.den);
}

// ---- names

std::string unit_key(std::string_view name) {
  std::string key = base::fold_name(name);
  const bool plural = key.size() > 2 && key.back() == 's' && key[key.size() - 2] != 's';
  if (plural) {
    key.pop_back();
  }
  return key;
}

// ---- units

Unit Unit::base(std::string_view name) {
  return product({Factor{unit_key(name), base::display_name(name), Exponent{}}});
}

Unit Unit::product(std::vector<Factor> factors) {
  std::stable_sort(factors.begin(), factors.end(),
                   [](const Factor& a, const Factor& b) { return a.key < b.key; });
  std::vector<Factor> merged;
  merged.reserve(factors.size());
  for (Factor& factor : factors) {
    if (!merged.empty() && merged.back().key == factor.key) {
      merged.back().exponent = merged.back().exponent + factor.exponent;
    } else {
      merged.push_back(std::move(factor));
    }
  }
  std::erase_if(merged, [](const Factor& factor) { return factor.exponent.is_zero(); });
  Unit unit;
  if (!merged.empty()) {
    unit.factors_ = std::make_shared<const std::vector<Factor>>(std::move(merged));
  }
  return unit;
}

std::span<const Factor> Unit::factors() const& {
  return factors_ == nullptr ? std::span<const Factor>() : std::span<const Factor>(*factors_);
}

bool Unit::mentions(std::string_view key) const {
  const auto all = factors();
  return std::any_of(all.begin(), all.end(),
                     [&](const Factor& factor) { return factor.key == key; });
}

Unit Unit::pow(std::int32_t num, std::int32_t den) const {
  return pow(Exponent::reduced(num, den));
}

Unit Unit::pow(Exponent exponent) const {
  if (exponent == Exponent{}) {
    return *this;
  }
  std::vector<Factor> powers(factors().begin(), factors().end());
  for (Factor& factor : powers) {
    factor.exponent = factor.exponent * exponent;
  }
  return product(std::move(powers));
}

Unit Unit::substitute(std::string_view key, const Unit& by) const {
  if (!mentions(key)) {
    return *this;
  }
  std::vector<Factor> result;
  for (const Factor& factor : factors()) {
    if (factor.key != key) {
      result.push_back(factor);
      continue;
    }
    for (Factor part : by.factors()) {
      part.exponent = part.exponent * factor.exponent;
      result.push_back(std::move(part));
    }
  }
  return product(std::move(result));
}

Unit operator*(const Unit& a, const Unit& b) {
  if (a.is_dimensionless()) {
    return b;
  }
  if (b.is_dimensionless()) {
    return a;
  }
  std::vector<Factor> factors(*a.factors_);
  factors.insert(factors.end(), b.factors_->begin(), b.factors_->end());
  return Unit::product(std::move(factors));
}

Unit operator/(const Unit& a, const Unit& b) { return a * b.pow(-1); }

bool operator==(const Unit& a, const Unit& b) {
  const auto same = [](const Factor& x, const Factor& y) {
    return x.key == y.key && x.exponent == y.exponent;
  };
  return a.factors_ == b.factors_ || std::ranges::equal(a.factors(), b.factors(), same);
}

// ---- text

namespace {

std::string print_power(const Factor& factor, Exponent exponent) {
  std::string text = written_name(factor.name);
  if (exponent.den != 1) {
    text += fmt::format("^({}/{})", exponent.num, exponent.den);
  } else if (exponent.num != 1) {
    text += fmt::format("^{}", exponent.num);
  }
  return text;
}

}  // namespace

std::string Unit::print() const {
  std::vector<std::string> above;
  std::vector<std::string> below;
  for (const Factor& factor : factors()) {
    if (factor.exponent.num > 0) {
      above.push_back(print_power(factor, factor.exponent));
    } else {
      below.push_back(print_power(factor, {-factor.exponent.num, factor.exponent.den}));
    }
  }
  if (above.empty() && below.empty()) {
    return "dmnl";
  }
  std::string text = above.empty() ? "1" : fmt::format("{}", fmt::join(above, "*"));
  if (below.size() == 1) {
    text += "/" + below.front();
  } else if (below.size() > 1) {
    text += fmt::format("/({})", fmt::join(below, "*"));
  }
  return text;
}

}  // namespace shamal::units
