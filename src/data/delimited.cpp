#include "data/delimited.h"

#include <algorithm>
#include <cmath>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

namespace shamal::data {

namespace {

bool is_line_end(char c) { return c == '\n' || c == '\r'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

class RowReader {
 public:
  RowReader(std::string_view text, base::FileId file, char separator,
            base::Diagnostics& diagnostics)
      : text_(text), file_(file), separator_(separator), diagnostics_(diagnostics) {}

  std::vector<Row> read() {
    std::vector<Row> rows;
    while (at_ < text_.size()) {
      Row row = read_row();
      const bool empty =
          std::all_of(row.begin(), row.end(), [](const Cell& cell) { return cell.text.empty(); });
      if (!empty) {
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

 private:
  bool at_line_end() const { return at_ == text_.size() || is_line_end(text_[at_]); }
  bool at_cell_end() const { return at_line_end() || text_[at_] == separator_; }

  Row read_row() {
    Row row;
    for (;;) {
      row.push_back(read_cell());
      if (at_line_end()) {
        break;
      }
      ++at_;  // the separator
    }
    if (text_.substr(at_).starts_with("\r\n")) {
      ++at_;
    }
    ++at_;
    return row;
  }

  Cell read_cell() {
    while (!at_cell_end() && is_blank(text_[at_])) {
      ++at_;
    }
    return !at_cell_end() && text_[at_] == '"' ? read_quoted() : read_bare();
  }

  Cell read_bare() {
    const std::size_t begin = at_;
    while (!at_cell_end()) {
      ++at_;
    }
    std::size_t end = at_;
    while (end > begin && is_blank(text_[end - 1])) {
      --end;
    }
    return {std::string(text_.substr(begin, end - begin)), span(begin, end)};
  }

  Cell read_quoted() {
    const std::size_t begin = at_++;
    std::string content;
    for (;;) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        diagnostics_.add(base::Code::bad_table, span(begin, begin + 1),
                         "this quote is never closed");
        at_ = text_.size();
        return {std::move(content), span(begin, begin + 1)};
      }
      content += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') {
        break;
      }
      content += '"';
      ++at_;
    }
    const std::size_t end = at_;
    // What follows the closing quote belongs to the cell: "name"[a]. Such a cell was never quoted
    // in the sense of the RFC, so that its quotes are part of the name.
    while (!at_cell_end()) {
      ++at_;
    }
    std::size_t last = at_;
    while (last > end && is_blank(text_[last - 1])) {
      --last;
    }
    if (last > end) {
      return {std::string(text_.substr(begin, last - begin)), span(begin, last)};
    }
    return {std::move(content), span(begin, end)};
  }

  base::Span span(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  std::string_view text_;
  base::FileId file_;
  char separator_;
  base::Diagnostics& diagnostics_;
  std::size_t at_ = 0;
};

}  // namespace

char find_separator(std::string_view text) {
  std::size_t commas = 0;
  std::size_t semicolons = 0;
  bool quoted = false;
  bool any = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && is_line_end(c) && any) {
      break;
    } else if (!quoted && c == '\t') {
      return '\t';
    } else if (!quoted) {
      commas += c == ',' ? 1 : 0;
      semicolons += c == ';' ? 1 : 0;
    }
    any = any || static_cast<unsigned char>(c) > ' ';
  }
  return semicolons > commas ? ';' : ',';
}

std::vector<Row> read_rows(const base::Sources& sources, base::FileId file, char separator,
                           base::Diagnostics& diagnostics) {
  return RowReader(sources.text(file), file, separator, diagnostics).read();
}

std::optional<double> read_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) {
      return std::nullopt;
    }
  }
  double value = 0;
  const auto result = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  // Values too large for a double are read as infinite, which is what they are to any program.
  const bool read = result.ec == std::errc() || result.ec == std::errc::result_out_of_range;
  if (!read || result.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string number_text(double value, int digits) {
  if (std::isnan(value)) {
    return "nan";  // without the sign that some processors give it
  }
  return digits >= 17 ? fmt::format("{}", value) : fmt::format("{:.{}g}", value, digits);
}

std::string cell_text(std::string_view text, char separator) {
  const bool blank_ends = !text.empty() && (is_blank(text.front()) || is_blank(text.back()));
  // find_separator must not take another separator for the one that is meant; a tab goes first.
  const std::string_view special = separator == '\t' ? "\t\"\r\n" : "\t,;\"\r\n";
  const bool plain = !blank_ends && text.find_first_of(special) == std::string_view::npos;
  if (plain) {
    return std::string(text);
  }
  std::string result = "\"";
  for (const char c : text) {
    result += c;
    if (c == '"') {
      result += c;
    }
  }
  return result + "\"";
}

}  // namespace shamal::data
