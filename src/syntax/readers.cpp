#include "syntax/readers.h"

#include <array>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/files.h"
#include "syntax/characters.h"
#include "syntax/read_vensim.h"
#include "syntax/read_xmile.h"
#include "syntax/xml_encoding.h"

namespace shamal::syntax {

namespace {

constexpr std::array<std::string_view, 4> kXmileExtensions = {".xmile", ".stmx", ".itmx", ".xml"};

constexpr std::array<std::string_view, 1> kVensimExtensions = {".mdl"};

constexpr std::array kReaders = {
    ReaderRow{"XMILE", kXmileExtensions, xml_to_utf8, read_xmile},
    ReaderRow{"Vensim", kVensimExtensions, base::to_utf8, read_vensim},
};

std::string known_formats() {
  std::string text = "models are read from";
  for (const ReaderRow& reader : kReaders) {
    text += fmt::format("{} {} ({})", &reader == kReaders.data() ? "" : ",", reader.name,
                        fmt::join(reader.extensions, ", "));
  }
  return text;
}

}  // namespace

std::span<const ReaderRow> readers() { return kReaders; }

const ReaderRow* find_reader(std::string_view path) {
  const std::string lower = ascii_lower(path);
  for (const ReaderRow& reader : kReaders) {
    for (const std::string_view extension : reader.extensions) {
      if (lower.ends_with(extension)) {
        return &reader;
      }
    }
  }
  return nullptr;
}

std::optional<ParsedModel> read_model_file(const std::string& path, base::Sources& sources,
                                           base::Diagnostics& diagnostics) {
  const ReaderRow* const reader = find_reader(path);
  if (reader == nullptr) {
    diagnostics.add(base::Code::unknown_format, {}, fmt::format("of \"{}\"", path),
                    known_formats());
    return std::nullopt;
  }
  auto bytes = base::read_file(path, diagnostics);
  if (!bytes) {
    return std::nullopt;
  }
  const base::FileId file = sources.add(path, reader->to_text(std::move(*bytes)));
  return reader->read(file, sources, diagnostics);
}

}  // namespace shamal::syntax
