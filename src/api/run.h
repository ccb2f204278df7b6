// Running a compiled model: what a user may ask for, and the labelled result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/compile.h"
#include "data/dataset.h"

namespace shamal::api {

struct RunRequest {
  std::vector<std::string> settings;  // "Name=3", "Name[element,element]=3"
  std::optional<double> start, stop, dt, save_interval;
  std::optional<std::string> method;    // euler, rk2, rk4, rk45
  std::vector<std::string> columns;     // variables, or single elements; empty: all of them
  std::vector<std::string> save_lists;  // files that name more columns, one a line (Vensim's .lst)
  bool hidden = false;                  // also what the compiler made: stages of delays …
  std::uint64_t seed = 0;
  std::string backend = "machine";  // a row of machine/machine.cpp
  std::string command;              // for the provenance
};

// One run. The dataset has the dimension `time` and the model's dimensions; constants have no time.
// Its attributes say where it comes from. Nothing after errors in the request; a result that is not
// a number is a warning with its time and variable.
std::optional<data::Dataset> run(const Runnable& compiled, const RunRequest& request,
                                 base::Diagnostics& diagnostics);

// The columns that a save list names become part of the request's others. Reports unknown ones at
// their lines.
void add_save_list(const ir::Layout& layout, base::FileId list, RunRequest& request,
                   const base::Sources& sources, base::Diagnostics& diagnostics);

// All of the request's save lists, which are read once. False after errors.
bool add_save_lists(const ir::Layout& layout, RunRequest& request, base::Sources& sources,
                    base::Diagnostics& diagnostics);

// "Name", "Name[a,b]": the variable, and the element if one is named.
struct NamedVariable {
  const ir::LayoutVariable* variable = nullptr;
  std::optional<std::uint32_t> element;
};

// Reports an unknown variable or element, with the nearest name.
// `named_at` is where it was written, if in a file.
std::optional<NamedVariable> find_variable(const ir::Layout& layout, std::string_view written,
                                           base::Diagnostics& diagnostics,
                                           base::Span named_at = {});

}  // namespace shamal::api
