// Whole files, in and out.
//
// Results appear under their name only when they are complete: they are written beside the target
// and renamed, so that a reader or a crash never meets half a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace shamal::base {

// The largest file that is read, in bytes. Spans count bytes in 32 bits.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

// The bytes of a file. `named_at` is the place that named it, for the message (cannot_read_file,
// file_too_large).
std::optional<std::string> read_file(const std::string& path, Diagnostics& diagnostics,
                                     Span named_at = {});

// False after cannot_write_file. A target that is no regular file (a terminal, a pipe) is written
// directly.
bool write_file(const std::string& path, std::string_view content, Diagnostics& diagnostics);

// A new file that will take the place of `target`, for writers that need a path of their own:
//
//   base::Replacement file(target);
//   file.create(diagnostics) && … write file.path() … && file.commit(diagnostics)
//
// Without a commit the new file is removed and the target stays as it was.
class Replacement {
 public:
  explicit Replacement(const std::string& target);
  ~Replacement();
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  // In the folder of the target, which is where a rename is atomic.
  const std::string& path() const { return path_; }

  // Makes an empty file there, or says why not (cannot_write_file), which few libraries do well.
  bool create(Diagnostics& diagnostics);

  // False after cannot_write_file.
  bool commit(Diagnostics& diagnostics);

 private:
  std::string named_;   // as the caller wrote it
  std::string target_;  // symbolic links followed, so that they survive
  std::string path_;
  bool committed_ = false;
};

// SHA-256 in lower-case hexadecimal: the identity of a model file in the provenance of a result.
std::string sha256(std::string_view bytes);

}  // namespace shamal::base
