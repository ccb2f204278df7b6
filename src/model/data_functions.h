// Vensim's functions that ask for a data variable at other times than now: each use becomes a call
// of look-ups made from the variable's points. And GET TIME VALUE and TIME BASE, which become sums.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"
#include "syntax/vensim_settings.h"

namespace shamal::model {

struct DataHelper {
  std::string_view suffix;
  syntax::GraphicalFunction (*make)(const syntax::GraphicalFunction& points, double step);
};

std::span<const DataHelper> data_helpers();

// The name of the look-up that a helper makes from a variable, which no model can hold.
std::string data_helper_name(std::string_view variable, const DataHelper& helper);

// The folded names of variables that such functions of this model ask for.
std::set<std::string> data_function_arguments(const syntax::ModelDecl& model);

void rewrite_data_functions(syntax::ModelDecl& model, const syntax::Calendar& calendar,
                            base::Diagnostics& diagnostics);

}  // namespace shamal::model
