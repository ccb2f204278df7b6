// How large an archive gets, before anything is unpacked: a few kilobytes can hold gigabytes. The
// sizes stand in the directory at the archive's end, and unpackers allocate by them [APPNOTE.TXT,
// PKWARE, 4.3.12, 4.3.16].
#include <algorithm>

#include "data/sheet_readers.h"

namespace shamal::data {

namespace {

constexpr std::string_view kEndOfDirectory = "PK\x05\x06";
constexpr std::string_view kEntry = "PK\x01\x02";
constexpr std::size_t kEndLength = 22;
constexpr std::size_t kEntryLength = 46;

std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  for (std::size_t i = length; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

}  // namespace

std::optional<std::uint64_t> unpacked_size(std::string_view bytes) {
  const std::size_t end = bytes.rfind(kEndOfDirectory);
  if (end == std::string_view::npos || bytes.size() - end < kEndLength) {
    return std::nullopt;
  }
  std::uint64_t entries = little_endian(bytes, end + 10, 2);
  std::size_t at = little_endian(bytes, end + 16, 4);
  std::uint64_t sum = 0;
  for (; entries > 0; --entries) {
    if (at > bytes.size() || bytes.size() - at < kEntryLength ||
        bytes.substr(at, kEntry.size()) != kEntry) {
      return std::nullopt;
    }
    const std::uint64_t packed = little_endian(bytes, at + 20, 4);
    const std::uint64_t unpacked = little_endian(bytes, at + 24, 4);
    // Deflate reaches 1032:1 at most [zlib technical details].
    if (packed > bytes.size() || unpacked > packed * 1040 + 1024) {
      return std::nullopt;
    }
    sum += unpacked;
    at += kEntryLength + little_endian(bytes, at + 28, 2) + little_endian(bytes, at + 30, 2) +
          little_endian(bytes, at + 32, 2);
  }
  return sum;
}

}  // namespace shamal::data
