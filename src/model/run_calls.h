// Vensim's GET VDF functions: what variables were in another run, whose results a file holds.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"
#include "data/series.h"
#include "data/sheet_values.h"
#include "syntax/ast.h"

namespace shamal::model {

enum class RunFunction { none, constants, data, lookups };

// GET VDF CONSTANTS, DATA, LOOKUPS
RunFunction run_function(const syntax::Expr& expr);

class RunCalls {
 public:
  // The elements that a subscript stands for.
  using Elements = std::function<std::vector<std::string>(const std::string& subscript)>;

  // Relative paths begin at `folder`.
  RunCalls(std::string folder, base::Sources& sources, base::Diagnostics& diagnostics)
      : folder_(std::move(folder)), sources_(sources), diagnostics_(diagnostics) {}

  // 'file', 'variable[subscripts]' and two numbers or, of constants, one: the series of `count`
  // elements, in the order of the variable's subscripts. DATA and LOOKUPS(…, start, slope): with
  // start + slope * x for each x, unless the slope is not above 0. CONSTANTS(…, time): one point,
  // of that time. Nothing after an error.
  std::optional<std::vector<data::Points>> read(const syntax::Expr& call, std::size_t count,
                                                const Elements& elements);

  // The files that were read.
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  const data::SeriesTable* open(const syntax::Expr& file);

  std::string folder_;
  base::Sources& sources_;
  base::Diagnostics& diagnostics_;
  std::map<std::string, std::optional<data::SeriesTable>> tables_;  // by name as written
  std::vector<std::string> paths_;
};

}  // namespace shamal::model
