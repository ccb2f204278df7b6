#include "base/names.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include <utf8proc.h>

namespace shamal::base {

namespace {

bool is_space(std::string_view text, std::size_t i, std::size_t& width) {
  const auto byte = static_cast<unsigned char>(text[i]);
  width = 1;
  // Control characters may be read as spaces (3.2.2.1).
  if (byte <= 0x20 || byte == '_') {
    return true;
  }
  if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xa0) {
    width = 2;
    return true;
  }
  // A newline may be written as the two characters \n (3.2.2.1).
  if (byte == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
    width = 2;
    return true;
  }
  return false;
}

std::string with_separator(std::string_view name, char separator) {
  std::string result;
  result.reserve(name.size());
  bool pending = false;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t width = 1;
    if (is_space(name, i, width)) {
      pending = !result.empty();
    } else {
      if (pending) {
        result += separator;
        pending = false;
      }
      result += name[i];
    }
    i += width;
  }
  return result;
}

}  // namespace

std::string fold_name(std::string_view name) {
  std::string spaced = with_separator(name, '_');
  const bool ascii = std::all_of(spaced.begin(), spaced.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    for (char& c : spaced) {
      if (c >= 'A' && c <= 'Z') {
        c = static_cast<char>(c - 'A' + 'a');
      }
    }
    return spaced;
  }
  utf8proc_uint8_t* folded = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(spaced.data()),
      static_cast<utf8proc_ssize_t>(spaced.size()), &folded,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  if (size < 0) {
    return spaced;
  }
  std::string result(reinterpret_cast<const char*>(folded), static_cast<std::size_t>(size));
  std::free(folded);
  return result;
}

std::string display_name(std::string_view name) { return with_separator(name, ' '); }

namespace {

// Optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) {
    return limit + 1;
  }
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates) {
  const std::string wanted = fold_name(name);
  std::size_t best = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, fold_name(candidate), best);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace shamal::base
