#include "base/files.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "base/read_log.h"

namespace shamal::base {

namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

std::string reason(int error) { return std::generic_category().message(error); }

void add_unreadable(const std::string& path, const std::string& why, Diagnostics& diagnostics,
                    Span named_at) {
  diagnostics.add(Code::cannot_read_file, named_at, fmt::format("\"{}\": {}", path, why));
}

void add_unwritable(const std::string& path, const std::string& why, Diagnostics& diagnostics) {
  diagnostics.add(Code::cannot_write_file, {}, fmt::format("\"{}\": {}", path, why));
}

// The error number, 0 if all is written.
int write_bytes(const std::string& path, std::string_view content) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) {
    return errno;
  }
  if (std::fwrite(content.data(), 1, content.size(), file.get()) != content.size()) {
    return errno;
  }
  // A full disk may show only when the buffer is written out.
  return std::fclose(file.release()) == 0 ? 0 : errno;
}

std::string follow_links(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) {
    return path;
  }
  const fs::path real = fs::weakly_canonical(path, error);
  return error ? path : real.string();
}

std::optional<std::string> read_bytes(const std::string& path, Diagnostics& diagnostics,
                                      Span named_at) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    add_unreadable(path, reason(EISDIR), diagnostics, named_at);
    return std::nullopt;
  }
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    add_unreadable(path, reason(errno), diagnostics, named_at);
    return std::nullopt;
  }
  std::string content;
  std::array<char, 1 << 16> block;
  while (const std::size_t size = std::fread(block.data(), 1, block.size(), file.get())) {
    content.append(block.data(), size);
    if (content.size() > kLargestFile) {
      diagnostics.add(Code::file_too_large, named_at,
                      fmt::format("\"{}\": more than {} MiB", path, kLargestFile >> 20));
      return std::nullopt;
    }
  }
  if (std::ferror(file.get()) != 0) {
    add_unreadable(path, reason(errno), diagnostics, named_at);
    return std::nullopt;
  }
  return content;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, Diagnostics& diagnostics,
                                     Span named_at) {
  auto bytes = read_bytes(path, diagnostics, named_at);
  note_read(path, bytes ? &*bytes : nullptr);
  return bytes;
}

bool write_file(const std::string& path, std::string_view content, Diagnostics& diagnostics) {
  std::error_code error;
  const bool direct = fs::exists(path, error) && !fs::is_regular_file(path, error);
  Replacement file(path);
  if (const int failed = write_bytes(direct ? path : file.path(), content)) {
    add_unwritable(path, reason(failed), diagnostics);
    return false;
  }
  return direct || file.commit(diagnostics);
}

Replacement::Replacement(const std::string& target)
    : named_(target), target_(follow_links(target)) {
  static std::atomic<unsigned> count{0};
  const fs::path whole(target_);
  const std::string name =
      fmt::format(".{}.{}-{}.part", whole.filename().string(), ::getpid(), count.fetch_add(1));
  path_ = (whole.parent_path() / name).string();
}

Replacement::~Replacement() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
}

bool Replacement::create(Diagnostics& diagnostics) {
  if (const int failed = write_bytes(path_, "")) {
    add_unwritable(named_, reason(failed), diagnostics);
    return false;
  }
  return true;
}

bool Replacement::commit(Diagnostics& diagnostics) {
  std::error_code error;
  fs::rename(path_, target_, error);
  if (error) {
    add_unwritable(named_, error.message(), diagnostics);
    return false;
  }
  committed_ = true;
  return true;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += fmt::format("{:02x}", digest[i]);
  }
  return text;
}

}  // namespace shamal::base
