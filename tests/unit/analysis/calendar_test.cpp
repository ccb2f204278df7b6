#include "analysis/calendar.h"

#include <gtest/gtest.h>

namespace shamal::analysis {
namespace {

const Calendar kMonths{{2013, 7, 1}, TimeUnit::month};

TEST(ReadPeriod, TakesEveryForm) {
  EXPECT_EQ(read_period("2014"), (Period{{2014, 1, 1}, {2015, 1, 1}}));
  EXPECT_EQ(read_period("2014-12"), (Period{{2014, 12, 1}, {2015, 1, 1}}));
  EXPECT_EQ(read_period("2016-02-29"), (Period{{2016, 2, 29}, {2016, 2, 29}}));
  EXPECT_EQ(read_period("2015-Q2"), (Period{{2015, 4, 1}, {2015, 7, 1}}));
  EXPECT_EQ(read_period("2015-Q4"), (Period{{2015, 10, 1}, {2016, 1, 1}}));
  EXPECT_EQ(read_period("2013/2014"), (Period{{2013, 1, 1}, {2015, 1, 1}}));
  EXPECT_EQ(read_period("2015-01-01/2015-01-31"), (Period{{2015, 1, 1}, {2015, 2, 1}}));
  EXPECT_EQ(read_period(" 2014-06 / 2014-Q3 "), (Period{{2014, 6, 1}, {2014, 10, 1}}));
}

TEST(ReadPeriod, RefusesWordsAndImpossibleDates) {
  for (const char* text :
       {"", "peak", "2014-late", "2014-13", "2015-02-29", "2014-Q5", "2014-1", "2014-06-1", "14",
        "2014/", "2015/2014", "2014-06-31", "2014-06-011", "0000", "2014 06"}) {
    EXPECT_FALSE(read_period(text)) << text;
  }
}

TEST(Calendar, CountsMonthsByTheCalendar) {
  EXPECT_EQ(kMonths.time({2013, 7, 1}), 0);
  EXPECT_EQ(kMonths.time({2014, 7, 1}), 12);
  EXPECT_EQ(kMonths.time({2013, 1, 1}), -6);
  EXPECT_DOUBLE_EQ(kMonths.time({2014, 2, 15}), 7 + 14.0 / 28);
  EXPECT_DOUBLE_EQ(kMonths.time({2016, 12, 31}), 41 + 30.0 / 31);
}

TEST(Calendar, CountsTheOtherUnits) {
  const Date origin{2014, 1, 1};
  EXPECT_EQ((Calendar{origin, TimeUnit::day}.time({2014, 3, 1})), 59);
  EXPECT_EQ((Calendar{origin, TimeUnit::week}.time({2014, 1, 15})), 2);
  EXPECT_EQ((Calendar{origin, TimeUnit::quarter}.time({2015, 1, 1})), 4);
  EXPECT_EQ((Calendar{origin, TimeUnit::year}.time({2014, 7, 1})), 0.5);
}

TEST(Calendar, GivesBackEveryDay) {
  const Date origin{2013, 7, 9};
  for (const TimeUnit unit :
       {TimeUnit::day, TimeUnit::week, TimeUnit::month, TimeUnit::quarter, TimeUnit::year}) {
    const Calendar calendar{origin, unit};
    for (const Date date : {Date{2012, 2, 29}, Date{2013, 7, 9}, Date{2014, 12, 31},
                            Date{2016, 2, 29}, Date{2020, 1, 1}}) {
      EXPECT_EQ(calendar.date(calendar.time(date)), date) << time_unit_name(unit);
    }
  }
}

TEST(Calendar, KeepsToTheYearsOfFourDigits) {
  EXPECT_EQ(kMonths.date(1e300), (Date{9999, 12, 31}));
  EXPECT_EQ(kMonths.date(-1e300), (Date{1, 1, 1}));
  EXPECT_EQ((Calendar{{2014, 1, 1}, TimeUnit::day}.date(1e300)), (Date{9999, 12, 31}));
}

TEST(Extent, PlacesAPeriodAtItsMiddle) {
  EXPECT_EQ(extent(kMonths, *read_period("2014")), (Extent{6, 12, 18}));
  EXPECT_EQ(extent(kMonths, *read_period("2014-06")), (Extent{11, 11.5, 12}));
  EXPECT_EQ(extent(kMonths, *read_period("2014-06-01")), (Extent{11, 11, 11}));
  EXPECT_EQ(extent(kMonths, *read_period("2014-06/2014-07")), (Extent{11, 12, 13}));
}

TEST(TimeUnit, IsReadByName) {
  EXPECT_EQ(read_time_unit("Months"), TimeUnit::month);
  EXPECT_EQ(read_time_unit("year"), TimeUnit::year);
  EXPECT_FALSE(read_time_unit("fortnight"));
  EXPECT_FALSE(read_time_unit(""));
}

TEST(Date, IsWrittenForPeopleAndForMachines) {
  EXPECT_EQ(plain_date({2016, 12, 31}), "31 Dec 2016");
  EXPECT_EQ(iso_date({2016, 3, 1}), "2016-03-01");
}

}  // namespace
}  // namespace shamal::analysis
