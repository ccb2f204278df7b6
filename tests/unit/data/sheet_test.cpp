#include "data/sheet.h"

#include <gtest/gtest.h>

#include "data/sheet_readers.h"
#include "data/sheet_values.h"

namespace shamal::data {
namespace {

const std::string kFolder = SHAMAL_SOURCE_DIR "/tests/fuzz/corpus/sheet/";

TEST(Sheet, NamesOfCellsAreReadAndWritten) {
  EXPECT_EQ(cell_name({11, 1}), "B12");
  EXPECT_EQ(column_name(26), "AA");
  EXPECT_EQ(column_name(kMostColumns - 1), "XFD");
  EXPECT_EQ(read_cell_name("b12"), (CellPlace{11, 1}));
  EXPECT_EQ(read_cell_name("$AA$3"), (CellPlace{2, 26}));
  for (const char* wrong : {"", "B", "12", "B0", "B1048577", "XFE1", "B1x", "1B", "B-1"}) {
    EXPECT_EQ(read_cell_name(wrong), std::nullopt) << wrong;
  }
}

TEST(Sheet, RangesOfBothFormats) {
  const auto excel = read_range("'It''s one'!$B$4:$G$5");
  ASSERT_TRUE(excel);
  EXPECT_EQ(excel->sheet, "It's one");
  EXPECT_EQ(excel->first, (CellPlace{3, 1}));
  EXPECT_EQ(excel->last, (CellPlace{4, 6}));
  const auto open = read_range("$Sheet1.$A$1:.$B$2");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->sheet, "Sheet1");
  EXPECT_EQ(open->last, (CellPlace{1, 1}));
  EXPECT_FALSE(read_range("SUM(A1:A2)"));
  EXPECT_FALSE(read_range(""));
}

class EachFormat : public testing::TestWithParam<const char*> {};

TEST_P(EachFormat, GivesTheSameCells) {
  base::Diagnostics diagnostics;
  const auto workbook = load_workbook(kFolder + GetParam(), '\0', {}, diagnostics);
  ASSERT_TRUE(workbook);
  const bool text = std::string_view(GetParam()).ends_with(".csv");
  const Sheet* sheet = workbook->find_sheet(text ? "" : "FIRST");
  ASSERT_NE(sheet, nullptr);
  EXPECT_EQ(sheet->at({0, 0}).text, "year");
  EXPECT_EQ(sheet->at({0, 3}).number, 2002);
  EXPECT_EQ(sheet->at({1, 0}).text, "value");
  EXPECT_EQ(sheet->at({1, 1}).number, 1.5);
  EXPECT_EQ(sheet->at({1, 2}).text, "none");
  EXPECT_EQ(sheet->at({1, 3}).number, 3);
  const std::uint32_t third = text ? 3 : 2;  // a blank line of text is a row
  EXPECT_TRUE(sheet->at({third, 0}).blank());
  EXPECT_EQ(sheet->at({third, 1}).number, -400);
  EXPECT_EQ(sheet->at({third, 3}).number, 1);
  if (!text) {
    ASSERT_NE(workbook->find_sheet("second one"), nullptr);
    EXPECT_EQ(workbook->find_sheet("second one")->at({0, 0}).number, 7);
  }
}

INSTANTIATE_TEST_SUITE_P(Sheet, EachFormat,
                         testing::Values("small.xlsx", "small.inline", "small.ods", "small.xls",
                                         "small.csv"),
                         [](const auto& name) { return std::string(name.param).substr(6); });

TEST(Sheet, NamedRangesOfExcelAndOpenDocument) {
  for (const char* name : {"small.xlsx", "small.ods"}) {
    base::Diagnostics diagnostics;
    const auto workbook = load_workbook(kFolder + name, '\0', {}, diagnostics);
    ASSERT_TRUE(workbook) << name;
    const RangeName* years = workbook->find_name("Years", "First");
    ASSERT_NE(years, nullptr) << name;
    EXPECT_EQ(years->first, (CellPlace{0, 1}));
    EXPECT_EQ(years->last, (CellPlace{0, 3}));
    ASSERT_NE(workbook->find_name("rate", "First"), nullptr) << name;
    EXPECT_EQ(workbook->find_name("rate", "First")->sheet, "Second one");
  }
}

TEST(Sheet, RowsAndColumnsOfOpenDocumentMayStandForSeveral) {
  base::Diagnostics diagnostics;
  const auto workbook = load_workbook(kFolder + "repeated.ods", '\0', {}, diagnostics);
  ASSERT_TRUE(workbook);
  const Sheet& one = *workbook->find_sheet("one");
  for (const std::uint32_t row : {0u, 1u}) {
    EXPECT_EQ(one.at({row, 0}).number, 1);
    EXPECT_TRUE(one.at({row, 1}).blank());
    EXPECT_EQ(one.at({row, 2}).number, 2);
    EXPECT_EQ(one.at({row, 4}).number, 2);
    EXPECT_EQ(one.at({row, 5}).text, "x");
  }
  EXPECT_EQ(one.at({2, 0}).number, 7);
  EXPECT_TRUE(one.at({2, 2}).blank());
  for (const std::uint32_t row : {3u, 4u, 5u}) {
    EXPECT_EQ(one.at({row, 2}).number, 8);
  }
  EXPECT_EQ(one.cells(), 2u * 5 + 1 + 3);
  const Sheet& two = *workbook->find_sheet("two");
  EXPECT_EQ(two.at({3, 0}).number, 5);
  EXPECT_EQ(two.at({4, 0}).number, 6);
}

TEST(Sheet, DamagedFilesAreRefused) {
  for (const char* bytes :
       {"PK\x03\x04 and no directory", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 end"}) {
    base::Diagnostics diagnostics;
    EXPECT_FALSE(read_workbook("a.xlsx", bytes, '\0', {}, diagnostics));
    EXPECT_TRUE(diagnostics.has_errors());
  }
  // An archive that claims more than its bytes can unpack to.
  std::string bomb = std::string("PK\x03\x04", 4) + std::string("PK\x01\x02", 4);
  bomb += std::string(16, '\0') + std::string("\x01\0\0\0", 4) + std::string(4, '\x7f');
  bomb.resize(4 + 46);
  bomb += std::string("PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\x04\0\0\0\0\0", 22);
  EXPECT_FALSE(unpacked_size(bomb));
}

TEST(SheetValues, SeriesLeaveOutWhatIsNoNumber) {
  base::Diagnostics diagnostics;
  const auto workbook = load_workbook(kFolder + "small.xlsx", '\0', {}, diagnostics);
  ASSERT_TRUE(workbook);
  const Sheet& sheet = workbook->sheets.front();
  BadCells bad;
  const SeriesPlace place{Direction::across, 0, {1, 1}, kMostRows};
  const Points first = read_points(sheet, place, 0, bad);
  EXPECT_EQ(first.x, (std::vector<double>{2000, 2002}));
  EXPECT_EQ(first.y, (std::vector<double>{1.5, 3}));
  EXPECT_EQ(bad, (BadCells{{1, 2}}));  // the text; a blank cell says nothing
  const Points second = read_points(sheet, place, 1, bad);
  EXPECT_EQ(second.y, (std::vector<double>{-400, 1}));
  EXPECT_EQ(bad.size(), 1u);
  EXPECT_EQ(read_names(sheet, {0, 0}, {0, 1}), (std::vector<std::string>{"year", "2000"}));
  EXPECT_EQ(read_names(sheet, {0, 0}, Direction::down),
            (std::vector<std::string>{"year", "value"}));
  BadCells blank;
  EXPECT_EQ(read_numbers(sheet, {1, 1}, 1, 3, blank),
            (std::vector<std::vector<double>>{{1.5, 0, 3}}));
  EXPECT_EQ(blank, (BadCells{{1, 2}}));
}

TEST(SheetValues, TextThatIsANumberCountsAsOne) {
  Sheet sheet;
  const char* const years[] = {"1970", "1971", "year", "nan"};
  for (std::uint32_t i = 0; i < 4; ++i) {
    sheet.set({0, i}, {std::nullopt, years[i]});
    sheet.set({1, i}, {std::nullopt, i == 1 ? "2.5" : "7"});
  }
  BadCells bad;
  const Points points = read_points(sheet, {Direction::across, 0, {1, 0}, kMostRows}, 0, bad);
  EXPECT_EQ(points.x, (std::vector<double>{1970, 1971}));
  EXPECT_EQ(points.y, (std::vector<double>{7, 2.5}));
  EXPECT_EQ(bad, BadCells{});
  EXPECT_EQ(read_numbers(sheet, {0, 0}, 1, 3, bad),
            (std::vector<std::vector<double>>{{1970, 1971, 0}}));
  EXPECT_EQ(bad, (BadCells{{0, 2}}));
}

}  // namespace
}  // namespace shamal::data
