#include "api/program_cache.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/names.h"
#include "base/read_log.h"

namespace shamal::api {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kEnding = ".program";
constexpr std::size_t kDigest = 64;  // characters

// Nothing if something in it is not UTF-8, such as the name of a file.
std::optional<std::string> dump(const json& of) {
  try {
    return of.dump();
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

// This executable: another build may compile the same text to another program. Empty: not known.
std::string own_identity() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const auto size = error ? 0 : fs::file_size(self, error);
  const auto time = error ? fs::file_time_type() : fs::last_write_time(self, error);
  return error ? std::string()
               : fmt::format("{} {} {}", self.string(), size, time.time_since_epoch().count());
}

// The entry's path; empty: it cannot be kept.
std::string entry_path(const std::string& path, const CompileInputs& inputs,
                       const std::string& folder) {
  const std::string self = own_identity();
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  const fs::path here = fs::current_path(error);  // names of data files may be relative to it
  if (folder.empty() || self.empty() || error || inputs.edit) {
    return {};
  }
  const json asked = {self,        path,           whole.string(),   here.string(),
                      inputs.data, inputs.changes, inputs.file_tags, inputs.data_folder};
  const auto text = dump(asked);
  return text ? (fs::path(folder) / (base::sha256(*text) + std::string(kEnding))).string() : "";
}

// An entry: the digest of the head, its length, the head, the program.
struct Entry {
  json head;
  std::string program;
};

std::string text_of(const std::string& head, const std::string& program) {
  return fmt::format("{}{:016x}{}{}", base::sha256(head), head.size(), head, program);
}

std::optional<Entry> read(const std::string& path) {
  base::Diagnostics unread;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return std::nullopt;
  }
  const auto bytes = base::read_file(path, unread);
  constexpr std::size_t kLength = 16;
  if (!bytes || bytes->size() < kDigest + kLength) {
    return std::nullopt;
  }
  const std::string length = bytes->substr(kDigest, kLength);
  const std::size_t size = std::strtoull(length.c_str(), nullptr, 16);
  const std::string head = bytes->substr(kDigest + kLength, size);
  if (head.size() != size || base::sha256(head) != bytes->substr(0, kDigest)) {
    return std::nullopt;
  }
  return Entry{json::parse(head), bytes->substr(kDigest + kLength + size)};
}

bool unchanged(const json& files) {
  base::Diagnostics unread;
  return std::all_of(files.begin(), files.end(), [&](const json& file) {
    const auto bytes = base::read_file(file[0], unread);
    return file[1] == (bytes ? base::sha256(*bytes) : std::string());
  });
}

json diagnostics_json(const base::Diagnostics& diagnostics, base::FileId first) {
  json made = json::array();
  for (const base::Diagnostic& diagnostic : diagnostics.all()) {
    const base::Span& span = diagnostic.span;
    made.push_back({base::row(diagnostic.code).id,
                    span.known() ? json(span.file - first) : json(nullptr), span.begin, span.end,
                    diagnostic.what, diagnostic.fix});
  }
  return made;
}

void repeat(const json& kept, base::FileId first, base::Diagnostics& diagnostics) {
  for (const json& of : kept) {
    const auto rows = base::diagnostic_codes();
    const auto id = of[0].get<std::string>();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const base::CodeRow& at) { return at.id == id; });
    base::Span span{base::kNoFile, of[2], of[3]};
    if (!of[1].is_null()) {
      span.file = first + of[1].get<base::FileId>();
    }
    diagnostics.add(row->code, span, of[4], of[5]);
  }
}

std::optional<Runnable> open(const std::string& entry_path, base::Sources& sources,
                             base::Diagnostics& diagnostics) {
  const auto entry = read(entry_path);
  if (!entry || !unchanged(entry->head["files"])) {
    return std::nullopt;
  }
  auto file = ir::read_program(entry->program);
  if (!file) {
    return std::nullopt;
  }
  const auto first = static_cast<base::FileId>(sources.size());
  for (const json& source : entry->head["sources"]) {
    sources.add(source[0], source[1]);
  }
  repeat(entry->head["diagnostics"], first, diagnostics);
  const json& controls = entry->head["controls"];
  machine::Kernel kernel(file->program);
  return Runnable{entry->head["path"],
                  std::move(file->model_sha256),
                  std::move(file->name),
                  {file->start, file->stop, file->dt, file->save_interval, std::move(file->method),
                   std::move(file->time_unit), controls[0], controls[1], controls[2]},
                  std::move(file->program),
                  std::move(file->layout),
                  std::move(kernel)};
}

// The oldest entries go.
void keep_few(const std::string& folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == kEnding) {
      entries.emplace_back(entry.last_write_time(error), entry.path());
    }
  }
  std::sort(entries.begin(), entries.end());
  for (std::size_t i = 0; i + kMostKept < entries.size(); ++i) {
    fs::remove(entries[i].second, error);
  }
}

}  // namespace

ir::ProgramFile program_file(Runnable compiled) {
  const RunTimes& times = compiled.times;
  return {compiled.name,
          compiled.sha256,
          times.start,
          times.stop,
          times.dt,
          times.save_interval,
          base::fold_name(times.method),
          times.time_unit,
          std::move(compiled.program),
          std::move(compiled.layout)};
}

std::string program_cache_folder() {
  if (const char* const own = std::getenv("SHAMAL_CACHE")) {
    return own;
  }
  if (const char* const caches = std::getenv("XDG_CACHE_HOME"); caches != nullptr && *caches != 0) {
    return (fs::path(caches) / "shamal").string();
  }
  const char* const home = std::getenv("HOME");
  return home == nullptr || *home == 0 ? std::string()
                                       : (fs::path(home) / ".cache" / "shamal").string();
}

std::optional<Runnable> compile_cached(const std::string& path, base::Sources& sources,
                                       base::Diagnostics& diagnostics, const CompileInputs& inputs,
                                       const std::string& folder) {
  const std::string entry = entry_path(path, inputs, folder);
  if (!entry.empty()) {
    if (auto known = open(entry, sources, diagnostics)) {
      return known;
    }
  }
  const auto first = static_cast<base::FileId>(sources.size());
  base::Diagnostics said;
  std::optional<CompiledModel> compiled;
  json files = json::array();
  {
    const base::ReadLog log;
    compiled = compile(path, sources, said, inputs);
    for (const base::ReadLog::Entry& file : log.entries()) {
      files.push_back({file.path, file.sha256});
    }
  }
  for (const base::Diagnostic& diagnostic : said.all()) {
    diagnostics.add(diagnostic.code, diagnostic.span, diagnostic.what, diagnostic.fix);
  }
  if (!compiled) {
    return std::nullopt;
  }
  std::error_code error;
  if (!entry.empty() && compiled->program.instructions() >= kLeastKept &&
      (fs::create_directories(folder, error), fs::is_directory(folder, error))) {
    json texts = json::array();  // only messages need them
    for (auto file = first; file < sources.size() && !said.all().empty(); ++file) {
      texts.push_back({sources.path(file), sources.text(file)});
    }
    const RunTimes& times = compiled->times;
    const json head = {{"path", path},
                       {"files", std::move(files)},
                       {"sources", std::move(texts)},
                       {"diagnostics", diagnostics_json(said, first)},
                       {"controls", {times.dt_by, times.stop_by, times.save_by}}};
    const auto text = dump(head);
    base::Diagnostics unwritten;
    if (text && base::write_file(entry, text_of(*text, ir::write_program(program_file(*compiled))),
                                 unwritten)) {
      keep_few(folder);
    }
  }
  return std::optional<Runnable>(std::move(*compiled));
}

}  // namespace shamal::api
