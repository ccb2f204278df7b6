#include "analysis/calendar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"

namespace shamal::analysis {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 5> kUnits = {"day", "week", "month", "quarter", "year"};

std::chrono::year_month_day chrono_date(Date date) {
  return std::chrono::year(date.year) / std::chrono::month(static_cast<unsigned>(date.month)) /
         std::chrono::day(static_cast<unsigned>(date.day));
}

Date from_days(std::chrono::sys_days days) {
  const std::chrono::year_month_day date(days);
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

int days_in_month(int year, int month) {
  const auto last = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::last;
  return static_cast<int>(static_cast<unsigned>(std::chrono::year_month_day(last).day()));
}

Date next_day(Date date) {
  return from_days(std::chrono::sys_days(chrono_date(date)) + std::chrono::days(1));
}

// The first of the month `count` months later.
Date month_start(int year, int month, int count) {
  const int index = year * 12 + (month - 1) + count;
  const int rest = (index % 12 + 12) % 12;  // also before year 0
  return {(index - rest) / 12, rest + 1, 1};
}

// A month counted from year 0, and the part of it that has passed: kept apart, so that whole months
// stay whole numbers and a day's fraction keeps its digits.
struct MonthPlace {
  int month = 0;
  double passed = 0;
};

MonthPlace month_place(Date date) {
  return {date.year * 12 + (date.month - 1),
          static_cast<double>(date.day - 1) / days_in_month(date.year, date.month)};
}

double day_number(Date date) {
  return static_cast<double>(std::chrono::sys_days(chrono_date(date)).time_since_epoch().count());
}

double months_in(TimeUnit unit) {
  return unit == TimeUnit::month ? 1.0 : unit == TimeUnit::quarter ? 3.0 : 12.0;
}

// Exactly `width` digits.
std::optional<int> digits(std::string_view text, std::size_t width) {
  int value = 0;
  if (text.size() != width ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<Period> read_simple(std::string_view text) {
  const std::optional<int> year = digits(text.substr(0, std::min<std::size_t>(4, text.size())), 4);
  if (!year || *year < 1) {
    return std::nullopt;
  }
  if (text.size() == 4) {
    return Period{{*year, 1, 1}, {*year + 1, 1, 1}};
  }
  if (text[4] != '-') {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(5);
  if (rest.size() == 2 && (rest[0] == 'Q' || rest[0] == 'q')) {
    const std::optional<int> quarter = digits(rest.substr(1), 1);
    if (!quarter || *quarter < 1 || *quarter > 4) {
      return std::nullopt;
    }
    const int month = *quarter * 3 - 2;
    return Period{{*year, month, 1}, month_start(*year, month, 3)};
  }
  const std::optional<int> month = digits(rest.substr(0, std::min<std::size_t>(2, rest.size())), 2);
  if (!month || *month < 1 || *month > 12) {
    return std::nullopt;
  }
  if (rest.size() == 2) {
    return Period{{*year, *month, 1}, month_start(*year, *month, 1)};
  }
  const std::optional<int> day = rest[2] == '-' ? digits(rest.substr(3), 2) : std::optional<int>();
  if (!day || *day < 1 || *day > days_in_month(*year, *month)) {
    return std::nullopt;
  }
  return Period{{*year, *month, *day}, {*year, *month, *day}};
}

}  // namespace

std::optional<Period> read_period(std::string_view text) {
  text = trimmed(text);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return read_simple(text);
  }
  const std::optional<Period> first = read_simple(trimmed(text.substr(0, slash)));
  const std::optional<Period> second = read_simple(trimmed(text.substr(slash + 1)));
  if (!first || !second || second->begin < first->begin) {
    return std::nullopt;
  }
  return Period{first->begin, second->is_day() ? next_day(second->end) : second->end};
}

std::optional<TimeUnit> read_time_unit(std::string_view text) {
  std::string name = base::fold_name(text);
  if (name.size() > 1 && name.back() == 's') {
    name.pop_back();
  }
  const auto found = std::find(kUnits.begin(), kUnits.end(), name);
  if (found == kUnits.end()) {
    return std::nullopt;
  }
  return static_cast<TimeUnit>(found - kUnits.begin());
}

std::string_view time_unit_name(TimeUnit unit) { return kUnits[static_cast<std::size_t>(unit)]; }

double Calendar::time(Date date) const {
  switch (unit) {
    case TimeUnit::day:
      return day_number(date) - day_number(origin);
    case TimeUnit::week:
      return (day_number(date) - day_number(origin)) / 7;
    default: {
      const MonthPlace from = month_place(origin);
      const MonthPlace to = month_place(date);
      return ((to.month - from.month) + (to.passed - from.passed)) / months_in(unit);
    }
  }
}

Date Calendar::date(double time) const {
  // Beyond the years of four digits there are no dates to speak of.
  constexpr Date kFirst{1, 1, 1};
  constexpr Date kLast{9999, 12, 31};
  time = std::clamp(time, this->time(kFirst), this->time(kLast));
  if (unit == TimeUnit::day || unit == TimeUnit::week) {
    const double days = day_number(origin) + std::round(time * (unit == TimeUnit::week ? 7 : 1));
    return from_days(std::chrono::sys_days(std::chrono::days(static_cast<int>(days))));
  }
  const MonthPlace from = month_place(origin);
  const double months = from.passed + time * months_in(unit);
  const int whole = static_cast<int>(std::floor(months));
  const Date start = month_start(0, 1, from.month + whole);
  const int days = days_in_month(start.year, start.month);
  const int passed = static_cast<int>(std::lround((months - whole) * days));
  return passed >= days ? month_start(start.year, start.month, 1)
                        : Date{start.year, start.month, 1 + passed};
}

Extent extent(const Calendar& calendar, const Period& period) {
  const double begin = calendar.time(period.begin);
  const double end = calendar.time(period.end);
  return {begin, (begin + end) / 2, end};
}

std::string iso_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string plain_date(Date date) {
  return fmt::format("{} {} {}", date.day, kMonths[static_cast<std::size_t>(date.month - 1)],
                     date.year);
}

}  // namespace shamal::analysis
