// The units that a model knows: the baseline of XMILE 1.0, 3.3.6 and the model's own definitions,
// in one namespace of their own.
//
// Every name stands for a unit in terms of primary units, those without an equation. A name that
// nobody defined is a primary unit too. A definition replaces its name in all units known so far,
// so definitions may come in any order and refer forward.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "units/unit.h"

namespace shamal::units {

// One <unit> of XMILE, or one row of Vensim's unit equivalents (no equation).
struct Definition {
  std::string name;
  base::Span span;                            // of the name, for messages
  std::optional<base::LocatedText> equation;  // absent: a primary unit
  std::vector<std::string> aliases;
  bool disabled = false;  // removes a baseline unit, defines nothing
};

class UnitSystem {
 public:
  UnitSystem();  // the baseline

  // Definitions of one model. Those that repeat what is known are ignored; where they contradict
  // the baseline they replace it; where they contradict each other the first one holds. Reports
  // unit_syntax and unit_circular; a name whose equation is at fault stays a primary unit.
  void define(std::span<const Definition> definitions, base::Diagnostics& diagnostics);

  // The unit that a text means in this system. Nothing for an empty text or "?" (unknown unit, no
  // message), and for a text that is not a unit (unit_syntax).
  std::optional<Unit> parse(const base::LocatedText& text, base::Diagnostics& diagnostics) const;

  // The unit of one name.
  Unit unit(std::string_view name) const;

 private:
  struct Entry {
    Unit unit;
    bool baseline = false;
  };

  void release(std::string_view name);
  void define_equation(const Definition& definition, base::Diagnostics& diagnostics);
  void define_aliases(const Definition& definition, base::Diagnostics& diagnostics);
  bool bind(std::string_view name, const Unit& value);
  std::optional<Unit> evaluate(const base::LocatedText& text, base::Diagnostics& diagnostics) const;

  std::unordered_map<std::string, Entry> entries_;  // by unit_key
};

}  // namespace shamal::units
