#include "data/series_name.h"

#include <optional>

namespace shamal::data {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// The index after the quote that closes the one at text[0]; nothing if none does.
std::optional<std::size_t> end_of_quoted(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::nullopt;
}

bool is_quoted(std::string_view text) {
  return !text.empty() && text.front() == '"' && end_of_quoted(text) == text.size();
}

std::string unquoted(std::string_view text) {
  text = trimmed(text);
  if (!is_quoted(text)) {
    return std::string(text);
  }
  std::string result;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    result += text[escape ? ++i : i];
  }
  return result;
}

std::string quoted_if(bool needed, std::string_view text) {
  if (!needed) {
    return std::string(text);
  }
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result + "\"";
}

std::vector<std::string> split_subscripts(std::string_view text) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') {
      if (const auto end = end_of_quoted(text.substr(i))) {
        i += *end - 1;
        continue;
      }
    }
    if (i == text.size() || text[i] == ',') {
      result.push_back(unquoted(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return result;
}

}  // namespace

SeriesName split_series_name(std::string_view text) {
  text = trimmed(text);
  std::size_t end = std::string_view::npos;  // of the base name
  if (!text.empty() && text.front() == '"') {
    if (const auto quoted = end_of_quoted(text)) {
      end = text.find_first_not_of(" \t", *quoted);
    }
  } else {
    end = text.find('[');
  }
  if (end == std::string_view::npos || end == 0 || text[end] != '[' || text.back() != ']') {
    return {unquoted(text), {}};
  }
  return {unquoted(text.substr(0, end)),
          split_subscripts(text.substr(end + 1, text.size() - end - 2))};
}

std::string join_series_name(std::string_view base, std::span<const std::string> subscripts) {
  const auto ends_blank = [](std::string_view text) { return trimmed(text) != text; };
  std::string text = quoted_if(
      base.empty() || ends_blank(base) || base.find_first_of("[]\"") != std::string_view::npos,
      base);
  for (std::size_t i = 0; i < subscripts.size(); ++i) {
    const std::string& element = subscripts[i];
    text += i == 0 ? '[' : ',';
    text += quoted_if(element.empty() || ends_blank(element) ||
                          element.find_first_of("[],\"") != std::string_view::npos,
                      element);
  }
  return subscripts.empty() ? text : text + "]";
}

}  // namespace shamal::data
