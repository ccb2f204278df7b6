#include "analysis/payoff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "base/names.h"
#include "data/delimited.h"

namespace shamal::analysis {

namespace {

using base::Code;

// The options of a control; four letters of a name are enough.
constexpr std::array<std::string_view, 19> kOptions = {
    "optimizer",
    "sensitivity",
    "multiple_start",
    "random_number",
    "output_level",
    "trace",
    "max_iterations",
    "restart_max",
    "pass_limit",
    "fractional_tolerance",
    "tolerance_multiplier",
    "absolute_tolerance",
    "scale_absolute",
    "vector_points",
    "seed",
    "mcmethod",
    "mclimit",
    "mcburnin",
    "random_numer",  // as Vensim itself writes it
};

struct Piece {
  std::string_view text;
  std::uint32_t begin = 0;

  Piece part(std::size_t from, std::size_t count = std::string_view::npos) const {
    Piece made{text.substr(std::min(from, text.size()), count),
               begin + static_cast<std::uint32_t>(from)};
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!made.text.empty() && blank(made.text.front())) {
      made.text.remove_prefix(1);
      ++made.begin;
    }
    while (!made.text.empty() && blank(made.text.back())) {
      made.text.remove_suffix(1);
    }
    return made;
  }

  // The first or last of a character outside of quotes and brackets.
  std::optional<std::size_t> find(std::string_view wanted, bool last = false) const {
    std::optional<std::size_t> found;
    bool quoted = false;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      quoted = text[i] == '"' ? !quoted : quoted;
      depth += quoted ? 0 : text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
      if (!quoted && depth == 0 && text.substr(i).starts_with(wanted) && (last || !found)) {
        found = i;
      }
    }
    return found;
  }
};

class Reader {
 public:
  Reader(const base::Sources& sources, base::FileId file, base::Diagnostics& diagnostics)
      : text_(sources.text(file)), file_(file), diagnostics_(diagnostics) {
    blank_comments();
  }

  std::vector<PayoffElement> payoff() {
    std::vector<PayoffElement> made;
    bool typed = false;
    bool logarithmic = false;
    for_each_line([&](const Piece& line) {
      if (line.text.front() == '*') {
        typed = read_type(line, logarithmic);
        return;
      }
      if (!typed) {
        if (!reported_type_) {
          wrong(line, "an element stands before any type", "begin with a line *C");
        }
        reported_type_ = true;
        return;
      }
      if (auto element = read_element(line)) {
        element->logarithmic = logarithmic;
        made.push_back(std::move(*element));
      }
    });
    if (made.empty() && !diagnostics_.has_errors()) {
      diagnostics_.add(Code::bad_payoff, {file_, 0, 0}, "the payoff has no elements");
    }
    return made;
  }

  OptimisationControl control() {
    OptimisationControl made;
    for_each_line([&](const Piece& line) {
      if (line.text.front() == ':') {
        read_option(line, made);
      } else if (auto constant = read_constant(line)) {
        made.constants.push_back(std::move(*constant));
      }
    });
    if (made.constants.empty() && !diagnostics_.has_errors()) {
      diagnostics_.add(Code::bad_payoff, {file_, 0, 0}, "the control has no parameters");
    }
    return made;
  }

 private:
  void blank_comments() {
    bool inside = false;
    for (char& c : text_) {
      inside = inside || c == '{';
      const bool ends = inside && c == '}';
      c = inside && c != '\n' ? ' ' : c;
      inside = inside && !ends;
    }
  }

  template <typename Take>
  void for_each_line(Take take) {
    for (std::size_t from = 0; from < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', from), text_.size());
      const Piece whole{std::string_view(text_), 0};
      Piece line = whole.part(from, end - from);
      if (line.text.starts_with("\xef\xbb\xbf")) {
        line = line.part(3);
      }
      from = end + 1;
      if (!line.text.empty()) {
        take(line);
      }
    }
  }

  base::Span span(const Piece& piece) const {
    return {file_, piece.begin,
            piece.begin + static_cast<std::uint32_t>(std::max<std::size_t>(1, piece.text.size()))};
  }
  void wrong(const Piece& piece, std::string what, std::string fix = {}) {
    diagnostics_.add(Code::bad_payoff, span(piece), std::move(what), std::move(fix));
  }
  PlacedText placed(Piece piece) const {
    const base::Span at = span(piece);
    return {std::string(piece.text), at};
  }
  std::optional<double> number(const Piece& piece) {
    const auto value = data::read_number(piece.text);
    if (!value || !std::isfinite(*value)) {
      wrong(piece, fmt::format("\"{}\" is not a number", piece.text), "write a number");
      return std::nullopt;
    }
    return value;
  }

  bool read_type(const Piece& line, bool& logarithmic) {
    std::string type;
    for (const char c : line.text) {
      type += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    logarithmic = type == "*cl";
    if (type == "*c" || type == "*cl" || type == "*calibration") {
      return true;
    }
    wrong(line, fmt::format("payoffs of type \"{}\" are not read", line.text),
          "calibration payoffs are: *C, and *CL of logarithms");
    reported_type_ = true;
    return false;
  }

  std::optional<PayoffElement> read_element(const Piece& line) {
    PayoffElement made;
    const auto slash = line.find("/", true);
    if (!slash) {
      wrong(line, "an element without a weight", "write variable|data/weight");
      return std::nullopt;
    }
    const Piece names = line.part(0, *slash);
    const Piece written = line.part(*slash + 1);
    const auto weight = data::read_number(written.text);
    const auto bar = names.find("|");
    made.variable = placed(names.part(0, bar ? *bar : names.text.size()));
    made.data = bar ? placed(names.part(*bar + 1)) : made.variable;
    made.weight = weight.value_or(1);
    if (!weight) {
      made.weight_name = placed(written);
    } else if (!(*weight > 0) || !std::isfinite(*weight)) {
      wrong(written, "the weight of a calibration is not positive");
    }
    return made;
  }

  void read_option(const Piece& line, OptimisationControl& made) {
    const auto equals = line.find("=");
    const Piece key = line.part(1, equals ? *equals - 1 : std::string_view::npos);
    std::string name;
    for (const char c : key.text) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (name.starts_with("comm")) {
      return;
    }
    const auto* known = std::find_if(kOptions.begin(), kOptions.end(), [&](std::string_view it) {
      return name == it || (name.size() >= 4 && it.starts_with(name));
    });
    if (known == kOptions.end()) {
      wrong(key, fmt::format("\"{}\" is not an option", key.text),
            fmt::format("options are {}", fmt::join(kOptions, ", ")));
      return;
    }
    if (*known == "seed" && equals) {
      if (const auto value = number(line.part(*equals + 1)); value && *value >= 0) {
        made.seed = static_cast<std::uint64_t>(*value);
      }
    }
  }

  // low <= name = initial <= high | tolerance
  std::optional<SearchedConstant> read_constant(const Piece& whole) {
    const auto bar = whole.find("|");
    const Piece line = bar ? whole.part(0, *bar) : whole;
    const auto first = line.find("<=");
    const auto last = line.find("<=", true);
    if (!first || !last || *first == *last) {
      wrong(line, "a parameter without two bounds", "write low<=name=initial<=high");
      return std::nullopt;
    }
    const auto low = number(line.part(0, *first));
    const auto high = number(line.part(*last + 2));
    Piece middle = line.part(*first + 2, *last - *first - 2);
    if (const auto equals = middle.find("=", true)) {
      number(middle.part(*equals + 1));
      middle = middle.part(0, *equals);
    }
    if (low && high && !(*low < *high)) {
      wrong(line, "the lower bound is not below the upper one");
    }
    return SearchedConstant{placed(middle), low.value_or(0), high.value_or(1)};
  }

  std::string text_;
  base::FileId file_;
  base::Diagnostics& diagnostics_;
  bool reported_type_ = false;
};

}  // namespace

std::optional<std::vector<PayoffElement>> read_payoff(const base::Sources& sources,
                                                      base::FileId file,
                                                      base::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  auto made = Reader(sources, file, diagnostics).payoff();
  return diagnostics.errors() > errors ? std::nullopt : std::optional(std::move(made));
}

std::optional<OptimisationControl> read_optimisation_control(const base::Sources& sources,
                                                             base::FileId file,
                                                             base::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  auto made = Reader(sources, file, diagnostics).control();
  return diagnostics.errors() > errors ? std::nullopt : std::optional(std::move(made));
}

}  // namespace shamal::analysis
