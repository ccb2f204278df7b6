#include "base/read_log.h"

#include <algorithm>

#include "base/files.h"

namespace shamal::base {

namespace {

thread_local ReadLog* innermost = nullptr;

}  // namespace

ReadLog::ReadLog() : outer_(innermost) { innermost = this; }
ReadLog::~ReadLog() { innermost = outer_; }

void note_read(const std::string& path, const std::string* bytes) {
  if (innermost == nullptr) {
    return;
  }
  const std::string identity = bytes == nullptr ? std::string() : sha256(*bytes);
  for (ReadLog* log = innermost; log != nullptr; log = log->outer_) {
    const bool known = std::any_of(log->entries_.begin(), log->entries_.end(),
                                   [&](const ReadLog::Entry& entry) { return entry.path == path; });
    if (!known) {
      log->entries_.push_back({path, identity});
    }
  }
}

}  // namespace shamal::base
