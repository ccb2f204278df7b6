// Source text and places in it. A Span is a range of bytes of one file; Sources owns the texts and
// turns a Span back into file:line:column and the line to print under a message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::base {

using FileId = std::uint32_t;
inline constexpr FileId kNoFile = 0xffffffffu;

// Bytes [begin, end) of one file. A span without a file belongs to no text (a command-line option).
struct Span {
  FileId file = kNoFile;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool known() const { return file != kNoFile; }
  bool operator==(const Span&) const = default;
};

// Where a span begins, for people: line and column count from 1, the column in characters (UTF-8
// code points), `text` is the whole line without its end.
struct Place {
  std::string_view path;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t width = 0;  // characters of the span that lie on this line, at least 1
  std::string_view text;
};

class Sources {
 public:
  // Takes over the text; the returned id stays valid, as do views into the text.
  FileId add(std::string path, std::string text);

  std::string_view path(FileId file) const { return files_[file]->path; }
  std::string_view text(FileId file) const { return files_[file]->text; }
  std::size_t size() const { return files_.size(); }

  // Requires span.known().
  Place place(Span span) const;

  Sources();
  ~Sources();
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

 private:
  struct File {
    std::string path;
    std::string text;
    std::vector<std::uint32_t> line_starts;
  };
  std::vector<std::unique_ptr<File>> files_;
};

// A piece of decoded text and where each of its bytes stood in the file: an equation inside XML has
// entities and CDATA markers that the decoded text lacks.
struct LocatedText {
  std::string text;
  FileId file = kNoFile;
  std::vector<std::uint32_t> offsets;  // one for each byte of text, and one for its end

  Span span(std::size_t begin, std::size_t end) const;
  Span span() const { return span(0, text.size()); }
};

// Text that stands in the file byte for byte from `begin` on.
LocatedText located(std::string_view text, FileId file, std::uint32_t begin);

}  // namespace shamal::base
