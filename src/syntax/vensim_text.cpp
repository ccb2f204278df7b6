// One pass over the bytes. Only the first part of an entry has a structure of its own: quotation
// marks protect "|", "~" and braces there, and braces may be nested (as in Vensim, to judge from a
// model of SDEverywhere's test suite). Units and comments end at the next "~" or "|", whatever
// stands in them.
#include "syntax/vensim_text.h"

#include <optional>

#include "syntax/characters.h"
#include "syntax/located_text.h"
#include "syntax/parsed_model.h"
#include "syntax/vensim_characters.h"

namespace shamal::syntax {

namespace {

using base::Code;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kSettingsMark = R"(///---\\\)";
constexpr std::string_view kSketchMark = "---///";  // behind backslashes
constexpr std::string_view kMacro = ":macro:";
constexpr std::string_view kEndOfMacro = ":end of macro:";

// A brace without partner makes the search for it run to the end of the file; after so many of them
// braces are neither searched for nor reported.
constexpr int kMaxUnclosedComments = 10;

class TextReader {
 public:
  TextReader(base::FileId file, std::string_view text, base::Diagnostics& diagnostics)
      : file_(file), text_(text), diagnostics_(diagnostics) {
    at_ = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    end_ = std::min(sketches_begin(), settings_begin(at_));
  }

  VensimText read() {
    while (skip_to_entry()) {
      read_entry();
    }
    read_sketches();
    return std::move(result_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_, end_ - at_); }

  base::Span span(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  bool starts_with(std::string_view lower) const {
    return at_ + lower.size() <= end_ && ascii_lower(text_.substr(at_, lower.size())) == lower;
  }

  // --- entries ----------------------------------------------------------------------------------

  // Over blanks, comments and empty entries. False at the end.
  bool skip_to_entry() {
    while (at_ < end_) {
      if (is_blank(text_[at_])) {
        ++at_;
      } else if (continuation_length(text_, at_) > 0) {
        at_ += continuation_length(text_, at_);
      } else if (text_[at_] == '{') {
        const std::size_t end = end_of_comment(at_);
        read_group_in_braces(text_.substr(at_, end - at_));
        at_ = end;
      } else {
        return true;
      }
    }
    return false;
  }

  void read_entry() {
    if (starts_with(kEndOfMacro)) {
      add(VensimEntry::Kind::macro_end, base::located(rest().substr(0, kEndOfMacro.size()), file_,
                                                      static_cast<std::uint32_t>(at_)));
      at_ += kEndOfMacro.size();
    } else if (starts_with(kMacro)) {
      at_ += kMacro.size();
      base::LocatedText header = trimmed(read_structured(')'));
      add(VensimEntry::Kind::macro_begin, std::move(header));
    } else if (text_[at_] == '*') {
      read_group();
    } else {
      read_equation();
    }
  }

  VensimEntry& add(VensimEntry::Kind kind, base::LocatedText text) {
    result_.entries.push_back({});
    result_.entries.back().kind = kind;
    result_.entries.back().text = std::move(text);
    return result_.entries.back();
  }

  void read_equation() {
    const std::size_t begin = at_;
    base::LocatedText equation = trimmed(read_structured('~'));
    const bool empty = equation.text.empty();
    const std::string start = equation.text.substr(0, equation.text.find_first_of("=:(\n"));
    VensimEntry& entry = add(VensimEntry::Kind::equation, std::move(equation));
    const bool closed = read_parts(entry);
    if (!closed) {
      diagnostics_.add(Code::unclosed, span(begin, begin + 1),
                       "equation \"" + std::string(syntax::trimmed(start)) + "\"",
                       "end it with ~ units ~ comment |");
    }
    if (empty && entry.units.text.empty() && entry.comment.empty()) {
      result_.entries.pop_back();
    }
  }

  // ****
  //   .Name
  // **** ~ comment |
  void read_group() {
    while (at_ < end_ && text_[at_] == '*') {
      ++at_;
    }
    base::LocatedText name = read_structured('~');
    while (name.text.ends_with('*') || (!name.text.empty() && is_blank(name.text.back()))) {
      name.text.pop_back();
      name.offsets.pop_back();
    }
    read_parts(add(VensimEntry::Kind::group, trimmed(name)));
  }

  void read_group_in_braces(std::string_view comment) {
    if (!comment.starts_with("{**") || !comment.ends_with("**}") || comment.size() < 6) {
      return;
    }
    std::string_view name = comment.substr(1, comment.size() - 2);
    std::size_t begin = at_ + 1;
    while (name.starts_with('*')) {
      name.remove_prefix(1);
      ++begin;
    }
    while (name.ends_with('*')) {
      name.remove_suffix(1);
    }
    add(VensimEntry::Kind::group,
        trimmed(base::located(name, file_, static_cast<std::uint32_t>(begin))));
  }

  // Units, comment and flags. False if no "|" follows.
  bool read_parts(VensimEntry& entry) {
    int part = 0;
    while (at_ < end_ && text_[at_] == '~') {
      ++at_;
      const std::size_t begin = at_;
      at_ = std::min(end_, text_.find_first_of("~|", at_));
      base::LocatedText content = unwrapped(begin, at_);
      ++part;
      // A comment may begin with a colon, but hardly with this word.
      const bool flag = part > 2 ? content.text.starts_with(':')
                                 : part > 1 && ascii_lower(content.text).starts_with(":sup");
      if (flag) {
        entry.flags.push_back(content.text);
      } else if (part == 1 && entry.kind == VensimEntry::Kind::equation) {
        entry.units = std::move(content);
      } else if (!content.text.empty()) {
        entry.comment += entry.comment.empty() ? "" : " ~ ";
        entry.comment += content.text;
      }
    }
    if (at_ >= end_) {
      return false;
    }
    ++at_;
    return true;
  }

  // --- text -------------------------------------------------------------------------------------

  // Without continuations and blanks around it.
  base::LocatedText unwrapped(std::size_t begin, std::size_t end) const {
    base::LocatedText result;
    result.file = file_;
    for (std::size_t at = begin; at < end;) {
      if (const std::size_t length = continuation_length(text_, at); length > 0) {
        at += length;
      } else {
        append(result, at++);
      }
    }
    result.offsets.push_back(static_cast<std::uint32_t>(end));
    return trimmed(result);
  }

  // Up to `stop` (behind it, if it is a parenthesis), "|", or the end of the entries.
  base::LocatedText read_structured(char stop) {
    base::LocatedText result;
    result.file = file_;
    while (at_ < end_ && text_[at_] != '|' && text_[at_] != '~') {
      const char c = text_[at_];
      if (const std::size_t length = continuation_length(text_, at_); length > 0) {
        at_ += length;
      } else if (c == '{') {
        append(result, at_);
        result.text.back() = ' ';
        at_ = end_of_comment(at_);
      } else if (c == '"' || (c == '\'' && !ends_in_name(result.text))) {
        copy_quoted(result);
      } else {
        append(result, at_++);
        if (c == stop) {
          break;
        }
      }
    }
    result.offsets.push_back(static_cast<std::uint32_t>(at_));
    return result;
  }

  static bool ends_in_name(std::string_view text) {
    return !text.empty() && is_vensim_name_character(text.back());
  }

  void append(base::LocatedText& to, std::size_t at) const {
    to.text += text_[at];
    to.offsets.push_back(static_cast<std::uint32_t>(at));
  }

  // A mark without partner is copied alone; the lexer reports it.
  void copy_quoted(base::LocatedText& to) {
    const std::size_t quoted = end_of_quoted_lines(at_);
    const std::size_t end = quoted == std::string_view::npos ? at_ + 1 : quoted;
    while (at_ < end) {
      if (const std::size_t length = continuation_length(text_, at_); length > 0) {
        at_ += length;
      } else {
        append(to, at_++);
      }
    }
  }

  // Like end_of_quoted, but lines may be continued.
  std::size_t end_of_quoted_lines(std::size_t begin) const {
    const char mark = text_[begin];
    for (std::size_t at = begin + 1; at < end_ && text_[at] != '\n'; ++at) {
      if (const std::size_t length = continuation_length(text_, at); length > 0) {
        at += length - 1;
      } else if (mark == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == mark) {
        return at + 1;
      }
    }
    return std::string_view::npos;
  }

  // Behind the brace that closes the one at `begin`.
  std::size_t end_of_comment(std::size_t begin) {
    int depth = 0;
    for (std::size_t at = begin; at < end_ && unclosed_ < kMaxUnclosedComments; ++at) {
      depth += text_[at] == '{' ? 1 : text_[at] == '}' ? -1 : 0;
      if (depth == 0) {
        return at + 1;
      }
    }
    if (unclosed_ < kMaxUnclosedComments) {
      ++unclosed_;
      diagnostics_.add(Code::unclosed, span(begin, begin + 1), "comment \"{\"",
                       "end the comment with }");
    }
    return begin + 1;
  }

  // --- behind the equations ---------------------------------------------------------------------

  // Where the line that announces a sketch begins, or the end of the text. Other programs write
  // fewer backslashes.
  std::size_t sketches_begin() const {
    for (std::size_t at = text_.find(kSketchMark); at != std::string_view::npos;
         at = text_.find(kSketchMark, at + 1)) {
      std::size_t line = at;
      while (line > 0 && text_[line - 1] == '\\') {
        --line;
      }
      if (line < at && begins_line(text_, line)) {
        return line;
      }
    }
    return text_.size();
  }

  // Where the line that announces the settings begins, or the end of the text.
  std::size_t settings_begin(std::size_t from) const {
    for (std::size_t at = text_.find(":L", from); at != std::string_view::npos;
         at = text_.find(":L", at + 1)) {
      // The third character is a DEL, which some editors drop.
      const std::size_t mark = at + 2 + (text_.substr(at + 2).starts_with('\x7f') ? 1 : 0);
      if (begins_line(text_, at) && text_.substr(mark).starts_with("<%^E!@")) {
        return at;
      }
    }
    return text_.size();
  }

  void read_sketches() {
    const std::size_t settings = settings_begin(end_);
    const std::size_t mark = text_.find(kSketchMark, end_);
    if (mark < settings) {
      const std::size_t begin = mark + kSketchMark.size();
      const std::size_t stop = std::min(text_.find(kSettingsMark, begin), settings);
      result_.sketches = kVensimSketch;
      for (std::size_t at = begin; at < stop; ++at) {
        const bool alone = text_[at] == '\r' && text_.substr(at + 1, 1) != "\n";
        result_.sketches += alone ? '\n' : text_[at];
      }
    }
    const std::size_t begin = std::min(text_.find_first_of("\r\n", settings), text_.size());
    result_.settings = base::located(text_.substr(begin), file_, static_cast<std::uint32_t>(begin));
  }

  base::FileId file_;
  std::string_view text_;
  base::Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;  // of the entries
  int unclosed_ = 0;
  VensimText result_;
};

}  // namespace

VensimText read_vensim_text(base::FileId file, std::string_view text,
                            base::Diagnostics& diagnostics) {
  return TextReader(file, text, diagnostics).read();
}

}  // namespace shamal::syntax
