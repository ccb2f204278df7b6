#include "model/data_files.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/files.h"
#include "base/names.h"

namespace shamal::model {

using base::Code;
using base::fold_name;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTagSetting = "\n30:";
constexpr std::array kEndings = {".xlsx", ".xlsm", ".xls", ".ods", ".csv"};

std::string with_slashes(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

// The file of that name, or the only one whose name differs by case, as Windows finds it.
std::optional<std::string> find_file(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    return path.string();
  }
  std::optional<std::string> found;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (fold_name(entry->path().filename().string()) == fold_name(path.filename().string())) {
      if (found) {
        return std::nullopt;
      }
      found = entry->path().string();
    }
  }
  return found;
}

}  // namespace

// The settings hold lines such as "30:?data=data.xlsx".
DataFiles::DataFiles(const DataSources& sources, std::string_view model_path, std::string_view text,
                     base::Diagnostics& diagnostics)
    : sources_(sources), diagnostics_(diagnostics) {
  folder_ = sources.folder.empty() ? fs::path(std::string(model_path)).parent_path().string()
                                   : sources.folder;
  for (std::size_t at = text.rfind("///---\\\\\\"); at != std::string_view::npos;
       at = text.find(kTagSetting, at + 1)) {
    std::string_view line = text.substr(at + 1, text.find_first_of("\r\n", at + 1) - at - 1);
    line.remove_prefix(std::min(line.find('?'), line.size()));
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) {
      tags_[fold_name(line.substr(0, equals))] = line.substr(equals + 1);
    }
  }
  for (const auto& [tag, path] : sources.tags) {
    tags_[fold_name(tag.starts_with('?') ? tag : "?" + tag)] = path;
  }
}

std::optional<DataFiles::Place> DataFiles::find(const syntax::Expr& call) {
  const std::string& written = call.args[0].text;
  const std::string& tab = call.args[1].text;
  // For text files the second argument is the separator.
  const char separator = tab == "\\t" ? '\t' : tab.size() == 1 ? tab[0] : '\0';
  File& file = open(written, separator, call.span);
  if (!file.workbook) {
    return std::nullopt;
  }
  Place place;
  place.workbook = &*file.workbook;
  const std::string shown = fs::path(file.path).filename().string();
  if (place.workbook->sheets.size() == 1 && place.workbook->sheets.front().name.empty()) {
    place.sheet = &place.workbook->sheets.front();
    place.label = fmt::format("\"{}\"", shown);
    return place;
  }
  place.sheet = place.workbook->find_sheet(tab);
  place.label = fmt::format("\"{}\", sheet \"{}\"", shown, tab);
  if (place.sheet == nullptr) {
    std::vector<std::string> names;
    for (const data::Sheet& sheet : place.workbook->sheets) {
      names.push_back(sheet.name);
    }
    diagnostics_.add(Code::bad_cell_reference, call.args[1].span, place.label,
                     fmt::format("its sheets are: {}", fmt::join(names, ", ")));
    return std::nullopt;
  }
  return place;
}

DataFiles::File& DataFiles::open(const std::string& written, char separator, base::Span span) {
  const auto [entry, added] = files_.try_emplace(written + separator);
  if (!added) {
    if (entry->second->missing) {
      base::read_file(entry->second->path, diagnostics_, span);  // says so at each place
    }
    return *entry->second;
  }
  entry->second = std::make_unique<File>();
  File& file = *entry->second;
  file.path = path_of(written, span);
  if (file.path.empty()) {
    return file;
  }
  auto bytes = base::read_file(file.path, diagnostics_, span);
  if (!bytes) {
    file.missing = true;
    return file;
  }
  fingerprints_.push_back(base::sha256(*bytes));
  file.workbook = data::read_workbook(file.path, std::move(*bytes), separator, span, diagnostics_);
  return file;
}

std::string DataFiles::path_of(const std::string& written, base::Span span) {
  std::string path = with_slashes(written);
  if (path.starts_with('?')) {
    path = with_slashes(path_of_tag(path, span));
    if (path.empty()) {
      return path;
    }
  }
  // A path of another machine's drive leads nowhere here; its file may lie beside the model.
  const bool drive = path.size() > 2 && path[1] == ':' && path[2] == '/';
  const fs::path wanted = fs::path(folder_) / (drive ? fs::path(path).filename() : fs::path(path));
  return find_file(wanted).value_or(wanted.string());
}

// A tag that nothing explains stands for the only spreadsheet of that name beside the model or in a
// folder there, which is said.
std::string DataFiles::path_of_tag(const std::string& tag, base::Span span) {
  if (const auto known = tags_.find(fold_name(tag)); known != tags_.end()) {
    return known->second;
  }
  std::vector<std::string> found;
  std::error_code error;
  std::vector<fs::path> folders = {folder_.empty() ? fs::path(".") : fs::path(folder_)};
  for (fs::directory_iterator entry(folders.front(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_directory(error)) {
      folders.push_back(entry->path());
    }
  }
  for (const fs::path& folder : folders) {
    for (const char* ending : kEndings) {
      const fs::path path = folder / (tag.substr(1) + ending);
      if (fs::exists(path, error)) {
        found.push_back(fs::relative(path, folders.front(), error).string());
      }
    }
  }
  // Beside a workbook its sheets may lie as text.
  if (found.size() > 1 && found.back().ends_with(".csv")) {
    found.pop_back();
  }
  if (found.size() == 1) {
    diagnostics_.add(Code::file_tag_guessed, span, fmt::format("\"{}\" is {}", tag, found[0]));
    return found[0];
  }
  diagnostics_.add(Code::cannot_read_file, span, fmt::format("\"{}\": no file has this tag", tag),
                   fmt::format("say --file-tag \"{}=path\"", tag));
  return "";
}

}  // namespace shamal::model
