#include "base/source.h"

#include <algorithm>

namespace shamal::base {

namespace {

// Number of code points in UTF-8 text: bytes that do not continue another.
std::uint32_t characters(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

Sources::Sources() = default;
Sources::~Sources() = default;

FileId Sources::add(std::string path, std::string text) {
  auto file = std::make_unique<File>();
  file->path = std::move(path);
  file->text = std::move(text);
  file->line_starts.push_back(0);
  for (std::size_t i = 0; i < file->text.size(); ++i) {
    const char c = file->text[i];
    const bool lone_return = c == '\r' && (i + 1 == file->text.size() || file->text[i + 1] != '\n');
    if (c == '\n' || lone_return) {
      file->line_starts.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }
  files_.push_back(std::move(file));
  return static_cast<FileId>(files_.size() - 1);
}

Place Sources::place(Span span) const {
  const File& file = *files_[span.file];
  const auto size = static_cast<std::uint32_t>(file.text.size());
  const std::uint32_t begin = std::min(span.begin, size);
  const auto after = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), begin);
  const std::uint32_t line_start = *std::prev(after);
  std::uint32_t line_end = after == file.line_starts.end() ? size : *after;
  while (line_end > line_start &&
         (file.text[line_end - 1] == '\n' || file.text[line_end - 1] == '\r')) {
    --line_end;
  }
  const std::string_view text(file.text);
  const std::uint32_t stop = std::clamp(span.end, begin, std::max(begin, line_end));
  Place place;
  place.path = file.path;
  place.line = static_cast<std::uint32_t>(after - file.line_starts.begin());
  place.column = characters(text.substr(line_start, begin - line_start)) + 1;
  place.width = std::max(1u, characters(text.substr(begin, stop - begin)));
  place.text = text.substr(line_start, line_end - line_start);
  return place;
}

Span LocatedText::span(std::size_t begin, std::size_t end) const {
  if (file == kNoFile || offsets.empty()) {
    return {};
  }
  const std::size_t last = offsets.size() - 1;
  begin = std::min(begin, last);
  end = std::min(std::max(begin, end), last);
  // The end is that of the last byte, so that trailing markup is not underlined.
  const std::uint32_t stop = end > begin ? offsets[end - 1] + 1 : offsets[begin];
  return {file, offsets[begin], stop};
}

LocatedText located(std::string_view text, FileId file, std::uint32_t begin) {
  LocatedText result;
  result.text = std::string(text);
  result.file = file;
  result.offsets.resize(text.size() + 1);
  for (std::size_t i = 0; i <= text.size(); ++i) {
    result.offsets[i] = begin + static_cast<std::uint32_t>(i);
  }
  return result;
}

}  // namespace shamal::base
