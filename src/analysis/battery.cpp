#include "analysis/battery.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "analysis/toml_table.h"
#include "base/names.h"

namespace shamal::analysis {

namespace {

using base::Code;
using Kind = Check::Kind;

struct KindRow {
  Kind kind;
  std::string_view name;
};

constexpr std::array<KindRow, 5> kKinds{{
    {Kind::holds, "holds"},
    {Kind::sign, "sign"},
    {Kind::integration, "integration"},
    {Kind::steady, "steady"},
    {Kind::course, "course"},
}};

class Reader {
 public:
  Reader(const TomlPlaces& places, const Study& study, base::Diagnostics& diagnostics)
      : places_(places), study_(study), diagnostics_(diagnostics) {}

  Battery read(const toml::table& root) {
    TomlTable table(root, "the file", places_, diagnostics_);
    Battery battery;
    for (const toml::table* member : table.tables("member")) {
      battery.members.push_back(read_member(*member));
    }
    members_ = &battery.members;
    for (const toml::table* check : table.tables("check")) {
      battery.checks.push_back(read_check(*check));
    }
    table.finish();
    return battery;
  }

 private:
  void wrong(base::Span span, std::string what, std::string fix = {}) {
    diagnostics_.add(Code::study_key, span, std::move(what), std::move(fix));
  }

  Check read_check(const toml::table& root) {
    TomlTable table(root, "[[check]]", places_, diagnostics_);
    Check check;
    check.span = table.span();
    const PlacedText id = table.text("id", Need::required);
    if (!id.empty() && !taken_.insert(base::fold_name(id.text)).second) {
      wrong(id.span, fmt::format("two checks have the id \"{}\"", id.text),
            "give each check an id of its own");
    }
    check.id = id.text;
    check.title = table.text("title", Need::required).text;
    check.group = table.text("group", Need::required).text;
    check.text = table.text("text").text;
    check.settings = table.texts("set");
    check.required = table.flag("required").value_or(true);
    if (const PlacedText name = table.text("kind"); !name.empty()) {
      const auto* row = std::find_if(kKinds.begin(), kKinds.end(),
                                     [&](const KindRow& it) { return it.name == name.text; });
      if (row == kKinds.end()) {
        wrong(name.span, fmt::format("\"{}\" is not a kind of check", name.text),
              "write holds, sign, integration, steady or course");
      } else {
        check.kind = row->kind;
      }
    }
    switch (check.kind) {
      case Kind::holds:
        read_expectations(table, check);
        break;
      case Kind::sign:
        read_sign(table, check);
        break;
      case Kind::course:
        read_course(table, check);
        break;
      case Kind::steady:
        check.variables = table.texts("variables");
        [[fallthrough]];
      case Kind::integration:
        check.tolerance = table.number("tolerance").value_or(check.tolerance);
        check.months = table.number("months").value_or(check.months);
        break;
    }
    if (check.kind == Kind::steady && check.variables.empty()) {
      wrong(check.span, "a check of the kind steady needs variables");
    }
    table.finish();
    return check;
  }

  Member read_member(const toml::table& root) {
    TomlTable table(root, "[[member]]", places_, diagnostics_);
    Member member;
    member.span = table.span();
    member.id = table.text("id", Need::required).text;
    member.title = table.text("title", Need::required).text;
    member.text = table.text("text").text;
    member.time_origin = table.date("time_origin", Need::required).value_or(Date{});
    member.settings = table.texts("set");
    for (const toml::table* entry : table.tables("timeline")) {
      TomlTable inner(*entry, "[[member.timeline]]", places_, diagnostics_);
      Timeline timeline;
      timeline.variable = inner.text("variable", Need::required);
      const Calendar calendar{member.time_origin, study_.calendar.unit};
      for (const Date& date : inner.dates("dates")) {
        timeline.times.push_back(calendar.time(date));
      }
      timeline.values = inner.numbers("values");
      if (timeline.times.empty() || timeline.times.size() != timeline.values.size() ||
          std::adjacent_find(timeline.times.begin(), timeline.times.end(),
                             std::greater_equal<>()) != timeline.times.end()) {
        wrong(inner.span(), "a timeline needs rising dates and as many values");
      }
      inner.text("text");
      inner.finish();
      member.timelines.push_back(std::move(timeline));
    }
    table.finish();
    return member;
  }

  void read_course(TomlTable& table, Check& check) {
    check.share = table.number("share").value_or(0.5);
    check.member = table.text("member");
    const bool known = std::any_of(members_->begin(), members_->end(), [&](const Member& member) {
      return base::fold_name(member.id) == base::fold_name(check.member.text);
    });
    if (!check.member.empty() && !known) {
      wrong(check.member.span, fmt::format("there is no member \"{}\"", check.member.text),
            "write the id of a [[member]]");
    }
    for (const toml::table* entry : table.tables("step")) {
      TomlTable inner(*entry, "[[check.step]]", places_, diagnostics_);
      CourseStep step;
      step.variable = inner.text("variable", Need::required);
      step.date = inner.date("date", Need::required).value_or(Date{});
      step.over = inner.date("over");
      step.at_least = inner.number("at_least");
      step.at_most = inner.number("at_most");
      if (!step.at_least && !step.at_most) {
        wrong(inner.span(), "nothing is expected", "write at_least or at_most");
      }
      inner.finish();
      check.steps.push_back(std::move(step));
    }
    if (check.steps.empty()) {
      wrong(check.span, "a check of the kind course needs a [[check.step]]");
    }
  }

  void read_sign(TomlTable& table, Check& check) {
    check.parameter = table.text("parameter", Need::required);
    check.low = table.number("low").value_or(check.low);
    check.high = table.number("high").value_or(check.high);
    check.share = table.number("share").value_or(check.share);
    check.outcome = table.text("outcome", Need::required);
    const PlacedText moves = table.text("moves", Need::required);
    check.rises = moves.text == "up";
    if (!moves.empty() && moves.text != "up" && moves.text != "down") {
      wrong(moves.span, fmt::format("\"{}\" is not a direction", moves.text), "write up or down");
    }
    const bool known =
        std::any_of(study_.outcomes.begin(), study_.outcomes.end(), [&](const Outcome& outcome) {
          return base::fold_name(outcome.id) == base::fold_name(check.outcome.text);
        });
    if (!check.outcome.empty() && !known) {
      wrong(check.outcome.span, fmt::format("the study has no outcome \"{}\"", check.outcome.text),
            "write the id of an [[outcome]]");
    }
    if (!(check.low < check.high)) {
      wrong(check.span, "a check of the kind sign needs low below high");
    }
  }

  void read_expectations(TomlTable& table, Check& check) {
    for (const toml::table* entry : table.tables("expect")) {
      TomlTable inner(*entry, "[[check.expect]]", places_, diagnostics_);
      Expectation made;
      made.variable = inner.text("variable", Need::required);
      made.at_least = inner.number("at_least");
      made.at_most = inner.number("at_most");
      made.not_above = inner.text("not_above");
      made.not_below = inner.text("not_below");
      made.of_base = inner.flag("of_base").value_or(false);
      made.tolerance = inner.number("tolerance").value_or(made.tolerance);
      made.from = inner.date("from");
      made.until = inner.date("until");
      if (!made.at_least && !made.at_most && made.not_above.empty() && made.not_below.empty()) {
        wrong(inner.span(), "nothing is expected",
              "write at_least, at_most, not_above or not_below");
      }
      if (made.of_base && check.settings.empty()) {
        wrong(inner.span(), "of_base compares with the run without the settings; there are none");
      }
      inner.finish();
      check.expectations.push_back(std::move(made));
    }
    if (check.expectations.empty()) {
      wrong(check.span, "a check of the kind holds needs a [[check.expect]]");
    }
  }

  const TomlPlaces& places_;
  const Study& study_;
  base::Diagnostics& diagnostics_;
  std::set<std::string> taken_;
  const std::vector<Member>* members_ = nullptr;
};

}  // namespace

std::optional<Battery> read_battery(const base::Sources& sources, base::FileId file,
                                    const Study& study, base::Diagnostics& diagnostics) {
  const TomlPlaces places(sources, file);
  const toml::parse_result parsed = toml::parse(sources.text(file), sources.path(file));
  if (!parsed) {
    diagnostics.add(Code::bad_toml, places.span(parsed.error().source()),
                    std::string(parsed.error().description()));
    return std::nullopt;
  }
  const std::size_t errors = diagnostics.errors();
  Battery battery = Reader(places, study, diagnostics).read(parsed.table());
  if (diagnostics.errors() > errors) {
    return std::nullopt;
  }
  return battery;
}

}  // namespace shamal::analysis
