// The arguments of Vensim's GET functions, and what the cells that they name hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/data_files.h"

namespace shamal::model {

enum class GetFunction { none, constants, data, lookups, subscript };

// GET DIRECT …, GET XLS …, GET 123 …
GetFunction get_function(const syntax::Expr& expr);

class SheetCalls {
 public:
  SheetCalls(DataFiles& files, base::Diagnostics& diagnostics)
      : files_(files), diagnostics_(diagnostics) {}

  // GET … SUBSCRIPT(file, sheet, first cell, last cell or its column or row, prefix): the elements;
  // none after an error.
  std::vector<std::string> read_names(const syntax::Expr& call);

  // GET … CONSTANTS(file, sheet, cell): the numbers for ranges of these sizes, which are the axes
  // of the sheet: one runs across (down with a * behind the cell), of two the first runs down and
  // the second across (with a * the other way). One row for a single range, one number for none.
  std::optional<std::vector<std::vector<double>>> read_constants(
      const syntax::Expr& call, const std::vector<std::uint32_t>& sizes);

  // GET … DATA and LOOKUPS(file, sheet, row or column of x, first cell): that many series beside
  // each other, each called as `labels` says; one without a label is not asked for. Nothing after
  // an error in the call; a series without a point is no number, with a warning, or an error if all
  // are so.
  std::optional<std::vector<data::Points>> read_series(const syntax::Expr& call,
                                                       const std::vector<std::string>& labels);

 private:
  bool check_arguments(const syntax::Expr& call, std::size_t fewest, std::size_t most);
  std::optional<data::CellPlace> find_cell(const DataFiles::Place& place,
                                           const syntax::Expr& written);
  std::optional<data::SeriesPlace> find_series(const DataFiles::Place& place,
                                               const syntax::Expr& call);
  void unknown_place(const DataFiles::Place& place, const syntax::Expr& written, const char* fix);
  void no_points(base::Code code, const DataFiles::Place& place, const data::SeriesPlace& cells,
                 std::uint32_t series, const std::string& label, base::Span span);
  void report(const DataFiles::Place& place, base::Span span, const data::BadCells& bad);

  DataFiles& files_;
  base::Diagnostics& diagnostics_;
};

}  // namespace shamal::model
