#include "api/report/scale.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

using analysis::Date;

ValueAxis linear_axis(double low, double high, int wanted) {
  if (!(high - low > 1e-12 * std::abs(low)) || high - low < 1e-200) {
    high = low + std::max(1.0, std::abs(low));
  }
  const double rough = (high - low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  }
  const auto first = static_cast<long>(std::floor(low / step + 1e-9));
  const auto last = static_cast<long>(std::ceil(high / step - 1e-9));
  int decimals = 0;
  while (decimals < 8 && std::abs(step * std::pow(10, decimals) -
                                  std::round(step * std::pow(10, decimals))) > 1e-6) {
    ++decimals;
  }
  // The axis ends a little beyond the values, not at the next tick.
  const double room = 0.04 * (high - low);
  ValueAxis axis{low < 0 ? std::max(static_cast<double>(first) * step, low - room)
                         : static_cast<double>(first) * step,
                 std::min(static_cast<double>(last) * step, high + room),
                 {}};
  for (long i = first; i <= last; ++i) {
    const double value = static_cast<double>(i) * step;
    if (value >= axis.low - 1e-9 * step && value <= axis.high + 1e-9 * step) {
      axis.ticks.push_back({value, decimal_text(value, decimals)});
    }
  }
  return axis;
}

ValueAxis log_axis(double low, double high) {
  // The largest of 1, 2, 5 times a power of ten that is not above, the least not below.
  const auto round_down = [](double value) {
    const double power = std::pow(10, std::floor(std::log10(value) + 1e-9));
    return value >= 5 * power * (1 - 1e-9)   ? 5 * power
           : value >= 2 * power * (1 - 1e-9) ? 2 * power
                                             : power;
  };
  const auto round_up = [](double value) {
    const double power = std::pow(10, std::floor(std::log10(value) + 1e-9));
    return value <= power * (1 + 1e-9)       ? power
           : value <= 2 * power * (1 + 1e-9) ? 2 * power
           : value <= 5 * power * (1 + 1e-9) ? 5 * power
                                             : 10 * power;
  };
  ValueAxis axis{round_down(low), round_up(std::max(high, low * 2)), {}};
  const double decades = std::log10(axis.high / axis.low);
  for (double power = std::pow(10, std::floor(std::log10(axis.low) + 1e-9)); power <= axis.high;
       power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * power;
      if (value >= axis.low * (1 - 1e-9) && value <= axis.high * (1 + 1e-9)) {
        const bool labelled = factor == 1.0 || decades <= 2.4;
        axis.ticks.push_back({value, labelled ? number_text(value) : std::string()});
      }
    }
  }
  return axis;
}

// Months from year 0 to the beginning of the month that holds `time`.
int month_number(const analysis::Calendar& calendar, double time) {
  const Date date = calendar.date(time);
  return date.year * 12 + date.month - 1;
}

double time_of_month(const analysis::Calendar& calendar, int number) {
  return calendar.time({number / 12, number % 12 + 1, 1});
}

}  // namespace

double Scale::operator()(double value) const {
  const double share =
      log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return from + share * (to - from);
}

ValueAxis value_axis(double low, double high, bool log, int wanted) {
  return log ? log_axis(low, high) : linear_axis(low, high, wanted);
}

DateAxis date_axis(const analysis::Calendar& calendar, double begin, double end) {
  const int first = month_number(calendar, begin);
  const int last = month_number(calendar, end);
  const int months = last - first;
  // Months between ticks of each kind.
  const int major = months <= 18 ? 3 : months <= 180 ? 12 : months <= 480 ? 60 : 120;
  const int minor = major == 3 ? 1 : major == 12 ? 3 : 12;
  const double margin = (end - begin) * 1e-9;
  DateAxis axis;
  for (int number = first - first % minor; number <= last + minor; number += minor) {
    const double time = time_of_month(calendar, number);
    if (time >= begin - margin && time <= end + margin) {
      (number % major == 0 ? axis.major : axis.minor).push_back(time);
    }
  }
  for (int number = first - first % major; number <= last; number += major) {
    const double from = std::max(begin, time_of_month(calendar, number));
    const double to = std::min(end, time_of_month(calendar, number + major));
    if (to <= from + margin) {
      continue;
    }
    const int year = number / 12;
    std::string label = fmt::format("{}", year);
    std::string short_label = fmt::format("’{:02}", year % 100);
    if (major == 3) {
      short_label = fmt::format("Q{}", number % 12 / 3 + 1);
      label = short_label + " " + label;
    } else if (major > 12) {
      label += "s";
      short_label = label;
      if (major == 60) {
        label = short_label = fmt::format("{}{}{:02}", year, kDash, (year + 4) % 100);
      }
    }
    axis.stretches.push_back({from, to, std::move(label), std::move(short_label)});
  }
  return axis;
}

}  // namespace shamal::api::report
