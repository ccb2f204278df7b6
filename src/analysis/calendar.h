// Dates and model time: where a date lies on a model's time axis, and which date a time stands for.
//
// A model counts time in one unit from an origin. Months, quarters and years are counted by the
// calendar: 15 February is month 1 plus 14/28, so that the first of every month is a whole number
// whatever the lengths of the months before it. Days and weeks are counted as such.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shamal::analysis {

struct Date {
  int year = 1970;
  int month = 1;  // 1 to 12
  int day = 1;    // 1 to 31

  auto operator<=>(const Date&) const = default;
};

// What an observation says of its time. `end` is the first day that no longer belongs to it; for a
// single day it equals `begin`, because a day is a point on the scale of these models.
struct Period {
  Date begin;
  Date end;

  bool is_day() const { return begin == end; }
  bool operator==(const Period&) const = default;
};

// YYYY, YYYY-MM, YYYY-MM-DD, YYYY-Qn, or two of those joined by '/', which span from the beginning
// of the first to the end of the second. Nothing for words, impossible dates and reversed periods.
std::optional<Period> read_period(std::string_view text);

enum class TimeUnit : std::uint8_t { day, week, month, quarter, year };

// "month", "months", "Month"; nothing for other words.
std::optional<TimeUnit> read_time_unit(std::string_view text);
std::string_view time_unit_name(TimeUnit unit);

struct Calendar {
  Date origin;  // t = 0
  TimeUnit unit = TimeUnit::month;

  double time(Date date) const;
  Date date(double time) const;  // the nearest day of the years 1 to 9999

  bool operator==(const Calendar&) const = default;
};

// The extent of a period on the model's axis and the time at its middle.
struct Extent {
  double begin = 0;
  double middle = 0;
  double end = 0;

  bool operator==(const Extent&) const = default;
};
Extent extent(const Calendar& calendar, const Period& period);

std::string iso_date(Date date);    // 2016-12-31
std::string plain_date(Date date);  // 31 Dec 2016

}  // namespace shamal::analysis
