// The spreadsheets that a model names: found, read once, and searched.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "data/sheet_values.h"
#include "model/attach_data.h"
#include "syntax/ast.h"

namespace shamal::model {

class DataFiles {
 public:
  // `text` is the model file's, whose settings may say which file a tag stands for.
  DataFiles(const DataSources& sources, std::string_view model_path, std::string_view text,
            base::Diagnostics& diagnostics);

  // A sheet of a file as a GET function names it in its first two arguments; null after reporting.
  struct Place {
    const data::Workbook* workbook = nullptr;
    const data::Sheet* sheet = nullptr;
    std::string label;  // for messages: "data.xlsx", sheet "A"
  };
  std::optional<Place> find(const syntax::Expr& call);

  const std::vector<std::string>& fingerprints() const { return fingerprints_; }

 private:
  struct File {
    std::string path;
    std::optional<data::Workbook> workbook;
    bool missing = false;
  };

  File& open(const std::string& written, char separator, base::Span span);
  std::string path_of(const std::string& written, base::Span span);
  std::string path_of_tag(const std::string& tag, base::Span span);

  const DataSources& sources_;
  std::string folder_;
  std::map<std::string, std::string> tags_;  // folded
  base::Diagnostics& diagnostics_;
  std::map<std::string, std::unique_ptr<File>> files_;
  std::vector<std::string> fingerprints_;
};

}  // namespace shamal::model
