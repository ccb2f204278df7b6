#include "api/report/sources.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/report/text.h"

namespace shamal::api::report {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kSource = "Source:";
constexpr std::string_view kAssumption = "Assumption:";

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

// Where a marker begins a line or a sentence.
std::size_t find_marker(std::string_view text, std::string_view marker) {
  for (std::size_t at = text.find(marker); at != std::string_view::npos;
       at = text.find(marker, at + 1)) {
    if (at == 0 || kBlanks.find(text[at - 1]) != std::string_view::npos) {
      return at;
    }
  }
  return std::string_view::npos;
}

// The text cut into words and what stands between them; words in parentheses are remarks.
struct Piece {
  std::string text;
  bool key = false;
};

std::vector<Piece> pieces(std::string_view text) {
  std::vector<Piece> result;
  int depth = 0;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) {
      const bool key = depth == 0 && word.find_first_not_of(
                                         "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789_-") == std::string::npos;
      result.push_back({word, key});
      word.clear();
    }
  };
  for (const char c : text) {
    const bool part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
    if (part) {
      word += c;
      continue;
    }
    flush();
    depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
    result.push_back({std::string(1, c), false});
  }
  flush();
  return result;
}

bool mentions_assumption(std::string_view text) {
  return text.find("assum") != std::string_view::npos ||
         text.find("Assum") != std::string_view::npos;
}

}  // namespace

std::string source_link(std::string_view key, const analysis::SourceList& sources) {
  const auto found = sources.find(key);
  if (found == sources.end()) {
    return fmt::format("<span class=\"missing\">{}</span>", escape(key));
  }
  return fmt::format("<a class=\"key\" href=\"#source-{}\" title=\"{}\">{}</a>", anchor(key),
                     escape(found->second.citation), escape(key));
}

Origin read_origin(std::string_view doc, const analysis::SourceList& sources) {
  Origin origin;
  const std::size_t source = find_marker(doc, kSource);
  const std::size_t assumption = find_marker(doc, kAssumption);
  origin.description = trimmed(doc.substr(0, std::min({source, assumption, doc.size()})));
  const auto after = [&](std::size_t at, std::string_view marker, std::size_t other) {
    const std::size_t begin = at + marker.size();
    const std::size_t end = other != std::string_view::npos && other > at ? other : doc.size();
    return trimmed(doc.substr(begin, end - begin));
  };
  if (source != std::string_view::npos) {
    origin.source = after(source, kSource, assumption);
    for (const Piece& piece : pieces(origin.source)) {
      if (piece.key) {
        (sources.contains(piece.text) ? origin.keys : origin.unknown_keys).push_back(piece.text);
      }
    }
  }
  if (assumption != std::string_view::npos) {
    origin.assumption = after(assumption, kAssumption, source);
  }
  if (!origin.source.empty()) {
    origin.basis = !origin.assumption.empty() || mentions_assumption(origin.source) ? Basis::partly
                                                                                    : Basis::source;
  } else if (!origin.assumption.empty()) {
    origin.basis = Basis::assumption;
  }
  return origin;
}

std::string origin_html(const Origin& origin, const analysis::SourceList& sources) {
  std::string out;
  if (!origin.source.empty()) {
    for (const Piece& piece : pieces(origin.source)) {
      out += piece.key ? source_link(piece.text, sources) : escape(piece.text);
    }
  }
  if (origin.basis == Basis::partly && origin.assumption.empty()) {
    out += " <span class=\"assumed\">partly assumption</span>";
  }
  if (!origin.assumption.empty()) {
    out += fmt::format("{}<span class=\"assumed\">Assumption:</span> {}", out.empty() ? "" : " ",
                       escape(origin.assumption));
  }
  return out.empty() ? "<span class=\"missing\">no source given</span>" : out;
}

std::string bibliography_html(const analysis::SourceList& sources,
                              const std::set<std::string>& used) {
  std::string out = "<dl class=\"bibliography\">";
  for (const auto& [key, entry] : sources) {
    out += fmt::format("<div id=\"source-{}\"><dt>{}</dt><dd>{}", anchor(key), escape(key),
                       escape(entry.citation));
    const bool safe = entry.url.starts_with("https://") || entry.url.starts_with("http://");
    if (safe) {
      out += fmt::format(" <a href=\"{0}\" rel=\"noreferrer\">{0}</a>", escape(entry.url));
    } else if (!entry.url.empty()) {
      out += " " + escape(entry.url);
    }
    if (!entry.licence.empty()) {
      out += fmt::format(" <span class=\"aside\">Licence: {}.</span>", escape(entry.licence));
    }
    if (!used.contains(key)) {
      out += " <span class=\"aside\">Not cited on this page.</span>";
    }
    out += "</dd></div>";
  }
  return out + "</dl>";
}

}  // namespace shamal::api::report
