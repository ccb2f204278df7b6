#include "data/cf_units.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "base/source.h"
#include "units/unit_system.h"

namespace shamal::data {

namespace {

// By units::unit_key, which ignores case: "MW" is absent because it would also be "mW". Each
// spelling was accepted by udunits2 2.2.28. Times are in the singular: xarray turns variables whose
// unit is "days", "hours" and so on, in the plural only, into time differences, and with them a
// delay time.
struct CfName {
  std::string_view key;
  std::string_view cf;
};
constexpr std::array kNames = {
    // time, as UnitSystem prints it
    CfName{"nanosecond", "ns"},
    CfName{"microsecond", "microsecond"},
    CfName{"millisecond", "millisecond"},
    CfName{"second", "second"},
    CfName{"minute", "minute"},
    CfName{"hour", "hour"},
    CfName{"day", "day"},
    CfName{"week", "week"},
    CfName{"month", "month"},
    CfName{"year", "year"},
    // length and what is made of it
    CfName{"mm", "mm"},
    CfName{"cm", "cm"},
    CfName{"meter", "m"},
    CfName{"metre", "m"},
    CfName{"km", "km"},
    CfName{"kilometer", "km"},
    CfName{"kilometre", "km"},
    CfName{"hectare", "hectare"},
    CfName{"ha", "hectare"},
    CfName{"liter", "liter"},
    CfName{"litre", "liter"},
    // mass, temperature, energy
    CfName{"gram", "g"},
    CfName{"kg", "kg"},
    CfName{"kilogram", "kg"},
    CfName{"tonne", "tonne"},
    CfName{"degc", "degC"},
    CfName{"kelvin", "K"},
    CfName{"joule", "J"},
    CfName{"watt", "W"},
    CfName{"kw", "kW"},
    // numbers
    CfName{"percent", "percent"},
    CfName{"%", "percent"},
    CfName{"ppm", "ppm"},
};

std::optional<std::string_view> find_cf_name(std::string_view key) {
  const auto found = std::ranges::find(kNames, key, &CfName::key);
  return found == kNames.end() ? std::nullopt : std::optional(found->cf);
}

}  // namespace

std::string cf_unit(std::string_view model_unit) {
  static const units::UnitSystem kBaseline;
  base::Diagnostics ignored;  // the model's own check reports what is wrong with its units
  const auto unit = kBaseline.parse(base::located(model_unit, base::kNoFile, 0), ignored);
  if (!unit) {
    return "1";
  }
  std::string text;
  for (const units::Factor& factor : unit->factors()) {
    const auto name = find_cf_name(factor.key);
    if (!name || factor.exponent.den != 1) {
      return "1";
    }
    text += text.empty() ? "" : " ";
    text += *name;
    if (factor.exponent.num != 1) {
      text += std::to_string(factor.exponent.num);
    }
  }
  return text.empty() ? "1" : text;
}

}  // namespace shamal::data
