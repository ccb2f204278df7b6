#include "base/diagnostics.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

namespace shamal::base {

namespace {

constexpr std::array kRows = {
#define SHAMAL_CODE(name, id, severity, title, why) \
  CodeRow{Code::name, #name, #id, Severity::severity, title, why},
#include "base/diagnostic_codes.def"
#undef SHAMAL_CODE
};

}  // namespace

std::span<const CodeRow> diagnostic_codes() { return kRows; }

const CodeRow& row(Code code) { return kRows[static_cast<std::size_t>(code)]; }

void Diagnostics::add(Code code, Span span, std::string what, std::string fix) {
  Diagnostic diagnostic{code, span, std::move(what), std::move(fix)};
  // Two equations of one macro report the same place once.
  if (!known_.emplace(code, span.file, span.begin, diagnostic.what).second) {
    return;
  }
  const Severity severity = row(code).severity;
  errors_ += severity == Severity::error ? 1 : 0;
  warnings_ += severity == Severity::warning ? 1 : 0;
  all_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = all_;
  std::stable_sort(result.begin(), result.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(a.span.file, a.span.begin) < std::tuple(b.span.file, b.span.begin);
  });
  return result;
}

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"error", "warning", "note"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string print(const Diagnostic& diagnostic, const Sources& sources) {
  const CodeRow& code = row(diagnostic.code);
  std::string message(code.title);
  if (!diagnostic.what.empty()) {
    message += " " + diagnostic.what;
  }
  std::string text;
  if (diagnostic.span.known()) {
    const Place place = sources.place(diagnostic.span);
    text = fmt::format("{}:{}:{}: {}[{}]: {}\n", place.path, place.line, place.column,
                       severity_name(code.severity), code.id, message);
    // Tabs count as one character, and long lines are cut around the place.
    constexpr std::size_t kWidth = 100;
    std::string line(place.text);
    std::replace(line.begin(), line.end(), '\t', ' ');
    std::size_t column = place.column - 1;
    std::size_t start = 0;
    if (place.column > kWidth && line.size() == place.text.size()) {
      // Byte offset of the character at which the excerpt begins.
      std::size_t skip = column - kWidth / 2;
      column -= skip;
      while (start < line.size() && skip > 0) {
        ++start;
        while (start < line.size() && (static_cast<unsigned char>(line[start]) & 0xc0) == 0x80) {
          ++start;
        }
        --skip;
      }
    }
    std::string shown = line.substr(start);
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (bytes < shown.size() && count < kWidth) {
      ++bytes;
      while (bytes < shown.size() && (static_cast<unsigned char>(shown[bytes]) & 0xc0) == 0x80) {
        ++bytes;
      }
      ++count;
    }
    shown.resize(bytes);
    const std::size_t carets = std::max<std::size_t>(
        1, std::min<std::size_t>(place.width, kWidth - std::min(column, kWidth - 1)));
    text += fmt::format("{:>6} | {}\n", place.line, shown);
    text += fmt::format("{:>6} | {:{}}{:^>{}}\n", "", "", column, "", carets);
  } else {
    text = fmt::format("{}[{}]: {}\n", severity_name(code.severity), code.id, message);
  }
  text += fmt::format("  why: {}\n", code.why);
  if (!diagnostic.fix.empty()) {
    text += fmt::format("  fix: {}\n", diagnostic.fix);
  }
  return text;
}

std::string print(const Diagnostics& diagnostics, const Sources& sources) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    text += print(diagnostic, sources) + "\n";
  }
  return text;
}

}  // namespace shamal::base
