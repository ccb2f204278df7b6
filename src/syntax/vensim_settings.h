// What stands behind the sketches of a Vensim file, and what the control variables say about the
// run.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "syntax/parsed_model.h"

namespace shamal::syntax {

struct VensimSettings {
  std::vector<Word> methods;  // of integration, first choice first; empty if the file names none
  std::vector<UnitDecl> units;
  std::vector<std::string> date;  // the lines that say which date a time is (read_calendar)
};

// Which date a time is: the settings' base date, a time that it is, and the unit of time.
struct Calendar {
  double unit = 2;  // year 0, quarter 1, month 2, week 3, day 4, hour 5, minute 6, second 7
  double year = 2000;
  double month = 1;
  double day = 1;
  double base = 0;
};

// From VensimSettings::date, which a ParsedModel keeps for the round trip.
Calendar read_calendar(const std::vector<std::string>& kept);

// Lines of the form number:value. Numbers that are not understood concern the editor.
VensimSettings read_vensim_settings(const base::LocatedText& text);

// INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER, as far as they are constants or expressions of
// constants and of each other.
SimSpecs read_vensim_times(const std::vector<VariableDecl>& variables);

struct VensimUnits {
  std::optional<Word> units;
  std::optional<std::pair<double, double>> range;
};

// Units with their range: "widget/Month [0,?,0.5]". A question mark leaves the end open; the third
// number is the step of a slider and is not kept [Vensim reference manual, 22030].
VensimUnits read_vensim_units(const base::LocatedText& text, base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
