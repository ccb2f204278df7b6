// Workbooks of Excel (.xlsx) and OpenDocument (.ods) by liborcus, which calls the classes below for
// each sheet, text and cell that it meets.
#include <algorithm>
#include <deque>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>
#include <orcus/orcus_ods.hpp>
#include <orcus/orcus_xlsx.hpp>
#include <orcus/spreadsheet/import_interface.hpp>

#include "data/sheet_readers.h"

namespace shamal::data {

namespace {

namespace ss = orcus::spreadsheet;

// Days from the day 0 of Excel, 30 December 1899, as Excel gives a date's number.
double serial_day(int year, int month, int day) {
  // Days from civil [H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"].
  const std::int64_t y = month <= 2 ? std::int64_t{year} - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t of_era = y - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return static_cast<double>(era * 146097 + days - 719468 + 25569);
}

class Strings : public ss::iface::import_shared_strings {
 public:
  std::string_view text(std::size_t index) const {
    return index < texts_.size() ? std::string_view(texts_[index]) : std::string_view();
  }

  std::size_t append(std::string_view text) override {
    texts_.emplace_back(text);
    return texts_.size() - 1;
  }
  std::size_t add(std::string_view text) override { return append(text); }
  void append_segment(std::string_view text) override { segments_ += text; }
  std::size_t commit_segments() override {
    texts_.push_back(std::move(segments_));
    segments_.clear();
    return texts_.size() - 1;
  }

  void set_segment_font(std::size_t) override {}
  void set_segment_bold(bool) override {}
  void set_segment_italic(bool) override {}
  void set_segment_font_name(std::string_view) override {}
  void set_segment_font_size(double) override {}
  void set_segment_font_color(ss::color_elem_t, ss::color_elem_t, ss::color_elem_t,
                              ss::color_elem_t) override {}

 private:
  std::deque<std::string> texts_;
  std::string segments_;
};

class Names : public ss::iface::import_named_expression {
 public:
  Names(Workbook& workbook, std::string scope) : workbook_(workbook), scope_(std::move(scope)) {}

  void set_base_position(const ss::src_address_t&) override {}
  void set_named_expression(std::string_view name, std::string_view expression) override {
    if (auto range = read_range(expression)) {
      range->name = name;
      range->scope = scope_;
      workbook_.names.push_back(std::move(*range));
    }
  }
  void set_named_range(std::string_view name, std::string_view range) override {
    set_named_expression(name, range);
  }
  void commit() override {}

 private:
  Workbook& workbook_;
  std::string scope_;
};

class Cells;

// The last result of a formula is what the cell shows.
class Formula : public ss::iface::import_formula {
 public:
  explicit Formula(Cells& cells) : cells_(cells) {}

  void set_position(ss::row_t row, ss::col_t column) override {
    row_ = row;
    column_ = column;
  }
  void set_result_value(double value) override;
  void set_result_bool(bool value) override { set_result_value(value ? 1 : 0); }
  void set_result_string(std::string_view value) override;
  void set_result_empty() override {}
  void set_formula(ss::formula_grammar_t, std::string_view) override {}
  void set_shared_formula_index(std::size_t) override {}
  void commit() override {}

 private:
  Cells& cells_;
  ss::row_t row_ = 0;
  ss::col_t column_ = 0;
};

class ArrayFormula : public ss::iface::import_array_formula {
 public:
  explicit ArrayFormula(Cells& cells) : cells_(cells) {}

  void set_range(const ss::range_t& range) override { range_ = range; }
  void set_result_value(ss::row_t row, ss::col_t column, double value) override;
  void set_result_bool(ss::row_t row, ss::col_t column, bool value) override {
    set_result_value(row, column, value ? 1 : 0);
  }
  void set_result_string(ss::row_t row, ss::col_t column, std::string_view value) override;
  void set_result_empty(ss::row_t, ss::col_t) override {}
  void set_formula(ss::formula_grammar_t, std::string_view) override {}
  void commit() override {}

 private:
  Cells& cells_;
  ss::range_t range_{};
};

class Cells : public ss::iface::import_sheet {
 public:
  Cells(Workbook& workbook, std::size_t sheet, const Strings& strings, std::size_t& left)
      : workbook_(workbook),
        sheet_(sheet),
        strings_(strings),
        left_(left),
        names_(workbook, workbook.sheets[sheet].name),
        formula_(*this),
        array_formula_(*this) {}

  void set(ss::row_t row, ss::col_t column, SheetCell cell) {
    if (row < 0 || column < 0 || row >= static_cast<ss::row_t>(kMostRows) ||
        column >= static_cast<ss::col_t>(kMostColumns)) {
      return;
    }
    if (left_ == 0) {
      throw std::runtime_error(fmt::format("more than {} cells", kMostCells));
    }
    --left_;
    sheet().set({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(column)},
                std::move(cell));
  }

  void set_auto(ss::row_t row, ss::col_t column, std::string_view text) override {
    set(row, column, {std::nullopt, std::string(text)});
  }
  void set_string(ss::row_t row, ss::col_t column, ss::string_id_t index) override {
    set(row, column, {std::nullopt, std::string(strings_.text(index))});
  }
  void set_value(ss::row_t row, ss::col_t column, double value) override {
    set(row, column, {value, {}});
  }
  void set_bool(ss::row_t row, ss::col_t column, bool value) override {
    set(row, column, {value ? 1.0 : 0.0, {}});
  }
  void set_date_time(ss::row_t row, ss::col_t column, int year, int month, int day, int hour,
                     int minute, double second) override {
    const double time = (hour * 60.0 + minute) * 60.0 + second;
    set(row, column, {serial_day(year, month, day) + time / 86400.0, {}});
  }
  void fill_down_cells(ss::row_t row, ss::col_t column, ss::row_t count) override {
    if (row < 0 || column < 0) {
      return;
    }
    const SheetCell cell =
        sheet().at({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(column)});
    // Formats are repeated to the end of the sheet, with nothing in them.
    for (ss::row_t i = 1; i <= count && !cell.blank(); ++i) {
      set(row + i, column, cell);
    }
  }
  void set_format(ss::row_t, ss::col_t, std::size_t) override {}
  void set_format(ss::row_t, ss::col_t, ss::row_t, ss::col_t, std::size_t) override {}
  ss::range_size_t get_sheet_size() const override {
    ss::range_size_t size;
    size.rows = kMostRows;
    size.columns = kMostColumns;
    return size;
  }
  ss::iface::import_formula* get_formula() override { return &formula_; }
  ss::iface::import_array_formula* get_array_formula() override { return &array_formula_; }
  ss::iface::import_named_expression* get_named_expression() override { return &names_; }

  const std::string& name() const { return workbook_.sheets[sheet_].name; }

 private:
  Sheet& sheet() { return workbook_.sheets[sheet_]; }

  Workbook& workbook_;
  std::size_t sheet_;
  const Strings& strings_;
  std::size_t& left_;
  Names names_;
  Formula formula_;
  ArrayFormula array_formula_;
};

void Formula::set_result_value(double value) { cells_.set(row_, column_, {value, {}}); }
void Formula::set_result_string(std::string_view value) {
  cells_.set(row_, column_, {std::nullopt, std::string(value)});
}

void ArrayFormula::set_result_value(ss::row_t row, ss::col_t column, double value) {
  cells_.set(range_.first.row + row, range_.first.column + column, {value, {}});
}
void ArrayFormula::set_result_string(ss::row_t row, ss::col_t column, std::string_view value) {
  cells_.set(range_.first.row + row, range_.first.column + column,
             {std::nullopt, std::string(value)});
}

class Resolver : public ss::iface::import_reference_resolver {
 public:
  ss::src_address_t resolve_address(std::string_view address) override {
    auto place = read_cell_name(address);
    if (const auto on_sheet = place ? std::nullopt : read_range(address)) {
      place = on_sheet->first;
    }
    if (!place) {
      throw std::runtime_error(fmt::format("\"{}\" is not a cell", address));
    }
    ss::src_address_t result{};
    result.row = static_cast<ss::row_t>(place->row);
    result.column = static_cast<ss::col_t>(place->column);
    return result;
  }
  ss::src_range_t resolve_range(std::string_view range) override {
    const std::size_t colon = range.find(':');
    ss::src_range_t result{};
    result.first = resolve_address(range.substr(0, colon));
    result.last =
        colon == std::string_view::npos ? result.first : resolve_address(range.substr(colon + 1));
    return result;
  }
};

class Factory : public ss::iface::import_factory {
 public:
  explicit Factory(Workbook& workbook) : workbook_(workbook), names_(workbook, "") {}

  ss::iface::import_shared_strings* get_shared_strings() override { return &strings_; }
  ss::iface::import_named_expression* get_named_expression() override { return &names_; }
  ss::iface::import_reference_resolver* get_reference_resolver(ss::formula_ref_context_t) override {
    return &resolver_;
  }
  ss::iface::import_sheet* append_sheet(ss::sheet_t, std::string_view name) override {
    workbook_.sheets.emplace_back().name = name;
    return &sheets_.emplace_back(workbook_, workbook_.sheets.size() - 1, strings_, left_);
  }
  ss::iface::import_sheet* get_sheet(std::string_view name) override {
    for (Cells& sheet : sheets_) {
      if (sheet.name() == name) {
        return &sheet;
      }
    }
    return nullptr;
  }
  ss::iface::import_sheet* get_sheet(ss::sheet_t index) override {
    return index >= 0 && static_cast<std::size_t>(index) < sheets_.size()
               ? &sheets_[static_cast<std::size_t>(index)]
               : nullptr;
  }
  void finalize() override {}

 private:
  Workbook& workbook_;
  std::size_t left_ = kMostCells;
  Strings strings_;
  Names names_;
  Resolver resolver_;
  std::deque<Cells> sheets_;
};

// `add` reads what the library passes over.
template <typename Filter>
SheetFault import(std::string_view bytes, Workbook& workbook,
                  void (*add)(std::string_view, Workbook&)) {
  try {
    check_parts(bytes);
    Factory factory(workbook);
    Filter filter(&factory);
    filter.read_stream(bytes);
    add(bytes, workbook);
  } catch (const std::exception& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace

SheetFault read_xlsx(std::string_view bytes, Workbook& workbook) {
  return import <orcus::orcus_xlsx>(bytes, workbook, read_inline_texts);
}

SheetFault read_ods(std::string_view bytes, Workbook& workbook) {
  return import <orcus::orcus_ods>(bytes, workbook, repeat_rows);
}

}  // namespace shamal::data
