// How definitions combine. All units are kept in terms of primary units at any time, so binding a
// name to a value is one step of Gaussian elimination: wherever the name's primary unit occurs it
// is substituted by the value. A definition is circular exactly if its value, so reduced, mentions
// the primary unit that it is about to replace. There is no recursion and no later pass.
#include "units/unit_system.h"

#include <algorithm>

#include <fmt/format.h>

#include "units/unit_syntax.h"

namespace shamal::units {

namespace {

// XMILE 1.0, 3.3.6, table of baseline units; the singular is the name under which we print them.
// Plurals need no alias (unit_key), and the rows per_second to per_year follow from these.
struct TimeUnit {
  std::string_view name;
  std::string_view alias;
};
constexpr TimeUnit kTimeUnits[] = {
    {"nanosecond", "ns"}, {"microsecond", "us"}, {"millisecond", "ms"}, {"second", "s"},
    {"minute", "min"},    {"hour", "hr"},        {"day", "day"},        {"week", "wk"},
    {"month", "mo"},      {"quarter", "qtr"},    {"year", "yr"},
};
constexpr std::string_view kDimensionless[] = {"1", "dimensionless", "unitless", "dmnl"};

// The key of the one base unit that `unit` is, if it is one.
std::optional<std::string> primary_key(const Unit& unit) {
  const auto factors = unit.factors();
  if (factors.size() == 1 && factors[0].exponent == Exponent{}) {
    return factors[0].key;
  }
  return std::nullopt;
}

bool is_unknown(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '?'; });
}

}  // namespace

UnitSystem::UnitSystem() {
  for (const std::string_view name : kDimensionless) {
    entries_[unit_key(name)] = {Unit::dimensionless(), true};
  }
  for (const TimeUnit& row : kTimeUnits) {
    const Unit unit = Unit::base(row.name);
    entries_[unit_key(row.name)] = {unit, true};
    entries_[unit_key(row.alias)] = {unit, true};
    entries_[unit_key(fmt::format("per_{}", row.name))] = {unit.pow(-1), true};
  }
}

void UnitSystem::define(std::span<const Definition> definitions, base::Diagnostics& diagnostics) {
  // What the baseline says otherwise must be gone before the first equation is evaluated, or the
  // order of definitions would matter.
  for (const Definition& definition : definitions) {
    if (definition.disabled) {
      if (const auto primary = primary_key(unit(definition.name))) {
        std::erase_if(entries_, [&](const auto& entry) {
          return entry.second.baseline && primary_key(entry.second.unit) == primary;
        });
      }
      release(definition.name);
    } else if (definition.equation) {
      release(definition.name);
      std::ranges::for_each(definition.aliases, [&](const auto& alias) { release(alias); });
    }
  }
  for (const Definition& definition : definitions) {
    if (definition.disabled) {
      continue;
    }
    if (definition.equation) {
      define_equation(definition, diagnostics);
    } else {
      define_aliases(definition, diagnostics);
    }
  }
}

// Forgets what the baseline means by a name, unless it is the name of a primary unit: that one
// takes its aliases along when it is bound.
void UnitSystem::release(std::string_view name) {
  const std::string key = unit_key(name);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.baseline && primary_key(found->second.unit) != key) {
    entries_.erase(found);
  }
}

void UnitSystem::define_equation(const Definition& definition, base::Diagnostics& diagnostics) {
  const std::optional<Unit> value = evaluate(*definition.equation, diagnostics);
  if (!value) {
    define_aliases(definition, diagnostics);
    return;
  }
  const bool by_itself = primary_key(unit(definition.name)) == unit_key(definition.name) &&
                         value->mentions(unit_key(definition.name));
  if (by_itself || !bind(definition.name, *value)) {
    diagnostics.add(base::Code::unit_circular, definition.equation->span(),
                    fmt::format("\"{}\"", definition.name),
                    "this equation is ignored; let one of the units that it leads through have no "
                    "equation.");
    define_aliases(definition, diagnostics);
    return;
  }
  for (const std::string& alias : definition.aliases) {
    if (!bind(alias, unit(definition.name))) {
      diagnostics.add(base::Code::unit_circular, definition.span,
                      fmt::format("\"{}\", through its alias \"{}\"", definition.name, alias),
                      "this alias is ignored.");
    }
  }
}

// Equivalent names: all mean what the first of them that is known means.
void UnitSystem::define_aliases(const Definition& definition, base::Diagnostics& diagnostics) {
  std::vector<std::string> names = {definition.name};
  names.insert(names.end(), definition.aliases.begin(), definition.aliases.end());
  const auto known = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return entries_.contains(unit_key(name));
  });
  const Unit value = known == names.end() ? Unit::base(definition.name) : unit(*known);
  for (const std::string& name : names) {
    if (!bind(name, value)) {
      diagnostics.add(base::Code::unit_circular, definition.span,
                      fmt::format("\"{}\", through its alias \"{}\"", definition.name, name),
                      "this alias is ignored.");
    }
  }
}

// Lets a name mean `value` from now on, wherever it was used before. False if that would be
// circular. A name that has a meaning which is not a primary unit keeps it.
bool UnitSystem::bind(std::string_view name, const Unit& value) {
  const Unit current = unit(name);
  const std::string key = unit_key(name);
  if (current == value) {
    entries_.try_emplace(key, Entry{value});
    return true;
  }
  const std::optional<std::string> primary = primary_key(current);
  if (!primary) {
    return true;
  }
  if (value.mentions(*primary)) {
    return false;
  }
  entries_.try_emplace(key, Entry{value});
  for (auto& [unused, entry] : entries_) {
    entry.unit = entry.unit.substitute(*primary, value);
  }
  return true;
}

std::optional<Unit> UnitSystem::parse(const base::LocatedText& text,
                                      base::Diagnostics& diagnostics) const {
  return is_unknown(text.text) ? std::nullopt : evaluate(text, diagnostics);
}

std::optional<Unit> UnitSystem::evaluate(const base::LocatedText& text,
                                         base::Diagnostics& diagnostics) const {
  const auto written = read_unit(text, diagnostics);
  if (!written) {
    return std::nullopt;
  }
  std::vector<Factor> factors;
  for (const WrittenFactor& factor : *written) {
    const Unit meaning = unit(factor.name);
    for (Factor part : meaning.factors()) {
      part.exponent = part.exponent * factor.exponent;
      factors.push_back(std::move(part));
    }
  }
  return Unit::product(std::move(factors));
}

Unit UnitSystem::unit(std::string_view name) const {
  const auto found = entries_.find(unit_key(name));
  return found == entries_.end() ? Unit::base(name) : found->second.unit;
}

}  // namespace shamal::units
