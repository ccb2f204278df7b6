// What is wrong with a user's text: where, what, why, and how to mend it.
//
// A stage adds diagnostics to a Diagnostics and goes on as far as it can, so that one pass reports
// every problem of a file. Codes are rows of diagnostic_codes.def; each has a broken model in
// tests/errors/ with the exact text that is printed for it.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/source.h"

namespace shamal::base {

enum class Severity : std::uint8_t { error, warning, note };

// One enumerator a row of the table, by its short name.
enum class Code : std::uint16_t {
#define SHAMAL_CODE(name, id, severity, title, why) name,
#include "base/diagnostic_codes.def"
#undef SHAMAL_CODE
};

struct CodeRow {
  Code code;
  std::string_view name;  // unknown_name
  std::string_view id;    // E0210
  Severity severity;
  std::string_view title;  // "unknown name"
  std::string_view why;    // one sentence: the rule that was broken
};

std::span<const CodeRow> diagnostic_codes();
const CodeRow& row(Code code);

struct Diagnostic {
  Code code;
  Span span;
  std::string what;  // completes the title: which name, which sizes; may be empty
  std::string fix;   // what to do; may be empty

  bool operator==(const Diagnostic&) const = default;
};

class Diagnostics {
 public:
  void add(Code code, Span span, std::string what, std::string fix = {});

  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }
  const std::vector<Diagnostic>& all() const { return all_; }

  // By file and place; those of one place keep the order in which they were found.
  std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> all_;
  std::set<std::tuple<Code, FileId, std::uint32_t, std::string>> known_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

std::string_view severity_name(Severity severity);

// The text for people:
//   teacup.xmile:14:20: error[E0210]: unknown name "Room Temprature"
//      14 |     (Teacup Temp - Room Temprature) / Characteristic Time
//         |                    ^^^^^^^^^^^^^^^
//     why: …
//     fix: …
std::string print(const Diagnostic& diagnostic, const Sources& sources);

// All of them in order of place, each followed by a newline.
std::string print(const Diagnostics& diagnostics, const Sources& sources);

}  // namespace shamal::base
