// The other files of a whole model: resources of modules, included files, and the standard library
// with its macros.

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/names.h"
#include "model/resolve.h"
#include "model/resolver.h"
#include "model/stdlib_files.h"
#include "syntax/read_xmile.h"
#include "syntax/readers.h"

namespace shamal::model {

using base::Code;
using base::fold_name;

namespace {

constexpr std::string_view kStandardLibrary = "<standard library>/";

}  // namespace

bool is_standard_library(std::string_view path) { return path.starts_with(kStandardLibrary); }

// Of the library, files named vensim* hold the functions of Vensim's language.
void Resolver::declare_macros(const syntax::ParsedModel& file, Macros& macros) {
  const bool of_user = &macros == &macros_;
  for (const syntax::MacroDecl& macro : file.macros) {
    if (!macro.filter.empty()) {
      error(Code::unsupported_element, macro.name.span,
            fmt::format("option filter \"{}\"", macro.name.text),
            "write the filter into the equations");
      continue;
    }
    auto& named = macros[fold_name(macro.name.text)];
    const bool taken = std::any_of(named.begin(), named.end(), [&](const syntax::MacroDecl* other) {
      return other->parameters.size() == macro.parameters.size();
    });
    if (!taken) {
      named.push_back(&macro);
    } else if (of_user) {
      error(Code::duplicate_name, macro.name.span, fmt::format("macro \"{}\"", macro.name.text));
    }
  }
}

void Resolver::load_standard_library() {
  if (standard_library_loaded_) {
    return;
  }
  standard_library_loaded_ = true;
  for (const StdlibFile& file : stdlib_files()) {
    const base::FileId id =
        sources.add(fmt::format("{}{}", kStandardLibrary, file.name), std::string(file.text));
    standard_files_.push_back(id);
    auto parsed = syntax::read_xmile(id, sources, diagnostics);
    if (parsed) {
      files_.push_back(std::make_shared<const syntax::ParsedModel>(std::move(*parsed)));
      declare_macros(*files_.back(), standard_macros_[file.name.starts_with("vensim") ? 1 : 0]);
    }
  }
}

Origin Resolver::origin_at(base::Span use) const {
  return is_standard(use.file) ? Origin::standard : origin_;
}

const syntax::MacroDecl* Resolver::find_macro(std::string_view folded, std::size_t arguments,
                                              base::Span use) {
  const auto find = [&](const Macros& macros) -> const syntax::MacroDecl* {
    const auto named = macros.find(std::string(folded));
    if (named == macros.end()) {
      return nullptr;
    }
    for (const syntax::MacroDecl* macro : named->second) {
      const auto required = static_cast<std::size_t>(
          std::count_if(macro->parameters.begin(), macro->parameters.end(),
                        [](const syntax::MacroParameter& p) { return !p.fallback; }));
      if (arguments >= required && arguments <= macro->parameters.size()) {
        return macro;
      }
    }
    return nullptr;
  };
  // The library sees no macros of the user's, whatever their names.
  const syntax::MacroDecl* found = is_standard(use.file) ? nullptr : find(macros_);
  const Origin origin = origin_at(use);
  const Builtin* const builtin = find_builtin(folded, origin);
  // The library may know a builtin with more arguments.
  if (found == nullptr && (builtin == nullptr || (arguments > builtin->max_arguments &&
                                                  builtin->max_arguments != kAny))) {
    load_standard_library();
    found = find(standard_macros_[origin == Origin::mdl ? 1 : 0]);
    if (found == nullptr && origin == Origin::vensim) {
      found = find(standard_macros_[1]);  // xmutil keeps the names of what XMILE lacks
    }
  }
  return found;
}

bool Resolver::has_macro(std::string_view folded, base::Span use) {
  const std::string name(folded);
  return (!is_standard(use.file) && macros_.contains(name)) ||
         standard_macros_[origin_at(use) == Origin::mdl ? 1 : 0].contains(name);
}

namespace {

// A file as it is named. Of an absolute path that leads nowhere, such as one of another computer,
// the longest end that is a file below the folder (2.11).
std::filesystem::path found_beside(const std::filesystem::path& folder, std::string text) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const bool drive = text.size() > 2 && text[1] == ':' && (text[2] == '/' || text[2] == '\\');
  if (drive || text.starts_with("\\\\")) {
    std::replace(text.begin(), text.end(), '\\', '/');
  }
  const bool absolute = drive || fs::path(text).is_absolute();
  const fs::path named = fs::path(text).is_absolute() ? fs::path(text) : folder / text;
  if (absolute && !fs::exists(named, ignored)) {
    for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 1)) {
      const fs::path beside = folder / fs::path(text.substr(at + 1)).relative_path();
      if (at + 1 < text.size() && fs::is_regular_file(beside, ignored)) {
        return beside;
      }
    }
  }
  return named;
}

}  // namespace

const syntax::ParsedModel* Resolver::load(const syntax::Word& resource) {
  std::string text = resource.text;
  const bool remote = text.find("://") != std::string::npos && !text.starts_with("file://");
  if (remote) {
    error(Code::remote_resource, resource.span, fmt::format("\"{}\"", text),
          "copy the file beside the model and name it by a relative path");
    return nullptr;
  }
  if (text.starts_with("file://")) {
    text = text.substr(7);
  }
  namespace fs = std::filesystem;
  const fs::path from(std::string(sources.path(resource.span.file)));
  const fs::path path = found_beside(from.parent_path(), text);
  std::error_code ignored;
  const std::string key = path.lexically_normal().string();
  const auto known = files_by_path_.find(key);
  if (known != files_by_path_.end()) {
    return known->second;
  }
  std::shared_ptr<const syntax::ParsedModel>& named = named_files[key];
  if (named == nullptr) {
    if (!fs::exists(path, ignored)) {
      error(Code::cannot_read_file, resource.span, fmt::format("\"{}\"", key));
    } else if (auto parsed = syntax::read_model_file(key, sources, diagnostics)) {
      named = std::make_shared<const syntax::ParsedModel>(std::move(*parsed));
    }
  }
  const syntax::ParsedModel* const result = named.get();
  if (result != nullptr) {
    files_.push_back(named);
    declare_dimensions(*result);
    declare_macros(*result, macros_);
  } else {
    named_files.erase(key);
  }
  files_by_path_.emplace(key, result);
  return result;
}

// <includes> of the root file (XMILE 1.0, 2.11): macros, dimensions, units and models that the
// whole model may use; what the root defines itself comes first. A * in the last part of the path
// stands for any text.
void Resolver::load_includes() {
  namespace fs = std::filesystem;
  for (const syntax::Word& include : root_.includes) {
    std::vector<syntax::Word> files = {include};
    const std::string name = fs::path(include.text).filename().string();
    const std::size_t star = name.find('*');
    if (star != std::string::npos && include.text.find("://") == std::string::npos) {
      files.clear();
      const fs::path from(std::string(sources.path(include.span.file)));
      const fs::path folder = fs::path(include.text).parent_path();
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(from.parent_path() / folder, ignored)) {
        const std::string file = entry.path().filename().string();
        if (file.size() + 1 >= name.size() && file.starts_with(name.substr(0, star)) &&
            file.ends_with(name.substr(star + 1))) {
          files.push_back({(folder / file).string(), include.span});
        }
      }
      std::sort(files.begin(), files.end(),
                [](const syntax::Word& a, const syntax::Word& b) { return a.text < b.text; });
      if (files.empty()) {
        error(Code::cannot_read_file, include.span, fmt::format("\"{}\"", include.text),
              "no file has such a name");
      }
    }
    for (const syntax::Word& file : files) {
      const syntax::ParsedModel* parsed = load(file);
      if (parsed != nullptr && parsed != &root_) {
        included_.push_back(parsed);
      }
    }
  }
}

}  // namespace shamal::model
