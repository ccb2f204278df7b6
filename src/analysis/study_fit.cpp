#include "analysis/study_fit.h"

#include <set>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;

class Reader {
 public:
  Reader(const TomlPlaces& places, base::Diagnostics& diagnostics, const Calendar& calendar)
      : places_(places), diagnostics_(diagnostics), calendar_(calendar) {}

  FitSpec read(const toml::table& root) {
    TomlTable table(root, "[fit]", places_, diagnostics_);
    FitSpec made;
    made.parameters = table.texts("parameters");
    made.step = table.number("step");
    if (made.step && !(*made.step > 0)) {
      table.wrong(*root.get("step"), "\"step\" of [fit] is not positive");
    }
    for (const toml::table* event : table.tables("event")) {
      made.events.push_back(read_event(*event));
    }
    for (const toml::table* group : table.tables("group")) {
      made.groups.push_back(read_group(*group));
    }
    table.finish();
    return made;
  }

 private:
  FitEvent read_event(const toml::table& root) {
    TomlTable table(root, "[[fit.event]]", places_, diagnostics_);
    FitEvent event;
    const PlacedText id = table.text("id", Need::required);
    event.id = id.text;
    if (!id.empty() && !ids_.insert(base::fold_name(id.text)).second) {
      diagnostics_.add(Code::study_key, id.span,
                       fmt::format("two events have the id \"{}\"", id.text),
                       "give each event an id of its own");
    }
    event.variable = table.text("variable", Need::required);
    event.scale = table.number("scale").value_or(1);
    event.falls = table.number("falls_below").has_value();
    const auto level = table.number(event.falls ? "falls_below" : "rises_above", Need::required);
    event.level = level.value_or(0);
    event.error = table.number("error", Need::required).value_or(1);
    event.before = table.date("before", Need::required).value_or(Date{});
    event.after = table.date("after", Need::required).value_or(Date{});
    if (!(calendar_.time(event.before) < calendar_.time(event.after)) || !(event.error > 0)) {
      diagnostics_.add(Code::study_key, table.span(),
                       "\"before\" is not before \"after\", or \"error\" is not positive");
    }
    table.finish();
    return event;
  }

  FitGroup read_group(const toml::table& root) {
    TomlTable table(root, "[[fit.group]]", places_, diagnostics_);
    FitGroup group;
    group.parameter = table.text("parameter", Need::required);
    group.spread = table.number("spread").value_or(group.spread);
    group.factor = table.number("factor").value_or(group.factor);
    if (!(group.spread > 0 && group.factor > 1)) {
      diagnostics_.add(Code::study_key, table.span(),
                       "\"spread\" is not positive, or \"factor\" not above 1");
    }
    table.finish();
    return group;
  }

  const TomlPlaces& places_;
  base::Diagnostics& diagnostics_;
  const Calendar& calendar_;
  std::set<std::string> ids_;
};

}  // namespace

FitSpec read_fit(const toml::table& root, const TomlPlaces& places, base::Diagnostics& diagnostics,
                 const Calendar& calendar) {
  return Reader(places, diagnostics, calendar).read(root);
}

}  // namespace shamal::analysis
