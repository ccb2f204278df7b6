// What a result depends on: the files that read_file (base/files.h) was asked for on this thread
// while a log lived, each once, whether they could be read or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shamal::base {

class ReadLog {
 public:
  struct Entry {
    std::string path;
    std::string sha256;  // of its bytes; empty if it could not be read
  };

  ReadLog();
  ~ReadLog();
  ReadLog(const ReadLog&) = delete;
  ReadLog& operator=(const ReadLog&) = delete;

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  friend void note_read(const std::string& path, const std::string* bytes);

  std::vector<Entry> entries_;
  ReadLog* outer_;  // notes everything too
};

// For read_file; null: could not be read.
void note_read(const std::string& path, const std::string* bytes);

}  // namespace shamal::base
