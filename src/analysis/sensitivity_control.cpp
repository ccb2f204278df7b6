#include "analysis/sensitivity_control.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/names.h"
#include "data/delimited.h"

namespace shamal::analysis {

namespace {

using base::Code;

constexpr std::uint64_t kUsualSimulations = 200;
constexpr std::uint64_t kUsualSeed = 1234;
constexpr double kMostVectorValues = 1e6;

struct MethodRow {
  char letter;
  DesignKind kind;
};

constexpr std::array<MethodRow, 5> kMethods = {{{'u', DesignKind::univariate},
                                                {'m', DesignKind::montecarlo},
                                                {'l', DesignKind::lhs},
                                                {'g', DesignKind::grid},
                                                {'f', DesignKind::file}}};

// What stands after min and max. The distributions that take shift and stretch end with them.
struct DistributionRow {
  std::string_view name;  // folded
  std::string_view family;
  std::string_view arguments;  // after min, max
  std::size_t own;             // of the arguments, those of the family
  bool shifted;                // two more: shift and stretch
};

constexpr std::array<DistributionRow, 12> kDistributions = {{
    {"random beta", "beta", "A, B, shift, stretch", 2, true},
    {"random binomial", "binomial", "P, N, shift, stretch", 2, true},
    {"random exponential", "exponential", "shift, stretch", 0, true},
    {"random gamma", "gamma", "order, shift, stretch", 1, true},
    {"random lookup", "curve", "lookup, shift, stretch", 0, true},
    {"random negative binomial", "negative binomial", "P, N, shift, stretch", 2, true},
    {"random normal", "normal", "mean, standard deviation", 0, true},
    {"random poisson", "poisson", "M, shift, stretch", 1, true},
    {"random triangular", "triangular", "start, peak, stop", 3, false},
    {"random uniform", "uniform", "", 0, false},
    {"random weibull", "weibull", "shape, shift, stretch", 1, true},
    {"vector", "choice", "increment", 1, false},
}};

// Part of a line, and where it stands.
struct Piece {
  std::string_view text;
  std::uint32_t begin = 0;

  void trim() {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) {
      text.remove_prefix(1);
      ++begin;
    }
    while (!text.empty() && blank(text.back())) {
      text.remove_suffix(1);
    }
  }
};

// Cuts at `separator` outside of quotes and brackets.
std::vector<Piece> cut(Piece whole, char separator) {
  std::vector<Piece> pieces;
  int depth = 0;
  bool quoted = false;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= whole.text.size(); ++i) {
    const char c = i < whole.text.size() ? whole.text[i] : separator;
    quoted = c == '"' ? !quoted : quoted;
    depth += quoted ? 0 : (c == '(' || c == '[') ? 1 : (c == ')' || c == ']') ? -1 : 0;
    if (i == whole.text.size() || (c == separator && !quoted && depth == 0)) {
      Piece piece{whole.text.substr(from, i - from),
                  whole.begin + static_cast<std::uint32_t>(from)};
      piece.trim();
      pieces.push_back(piece);
      from = i + 1;
    }
  }
  return pieces;
}

class Reader {
 public:
  Reader(const base::Sources& sources, base::FileId file, base::Diagnostics& diagnostics)
      : text_(sources.text(file)), file_(file), diagnostics_(diagnostics) {}

  SensitivityControl read() {
    bool head = true;
    for (std::size_t from = 0; from < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', from), text_.size());
      Piece line{text_.substr(from, end - from), static_cast<std::uint32_t>(from)};
      if (from == 0 && line.text.starts_with("\xef\xbb\xbf")) {
        line.text.remove_prefix(3);
        line.begin += 3;
      }
      line.trim();
      from = end + 1;
      if (line.text.empty() || line.text == "{UTF-8}") {
        continue;
      }
      if (head) {
        read_head(line);
      } else {
        read_constant(line);
      }
      head = false;
    }
    if (head) {
      diagnostics_.add(Code::request_bad_value, {file_, 0, 0}, "the file is empty");
    }
    return std::move(made_);
  }

 private:
  base::Span span(const Piece& piece) const {
    return {file_, piece.begin,
            piece.begin + static_cast<std::uint32_t>(std::max<std::size_t>(1, piece.text.size()))};
  }
  void wrong(const Piece& piece, std::string what, std::string fix = {}) {
    diagnostics_.add(Code::request_bad_value, span(piece), std::move(what), std::move(fix));
  }
  std::optional<double> number(const Piece& piece) {
    const auto value = data::read_number(piece.text);
    if (!value || !std::isfinite(*value)) {
      wrong(piece, fmt::format("\"{}\" is not a number", piece.text));
      return std::nullopt;
    }
    return value;
  }

  void read_head(const Piece& line) {
    std::vector<Piece> parts = cut(line, ',');
    parts.resize(std::max<std::size_t>(parts.size(), 5));
    double simulations = static_cast<double>(kUsualSimulations);
    if (!parts[0].text.empty()) {
      simulations = number(parts[0]).value_or(simulations);
      if (!(simulations >= 1) || simulations != std::floor(simulations) || simulations > 1e15) {
        wrong(parts[0], fmt::format("{} simulations", parts[0].text));
        simulations = 1;
      }
    }
    made_.design.kind = DesignKind::montecarlo;
    if (!parts[1].text.empty()) {
      const std::string letter = base::fold_name(parts[1].text);
      const auto* const row = std::find_if(kMethods.begin(), kMethods.end(), [&](const auto& of) {
        return letter.size() == 1 && of.letter == letter[0];
      });
      if (row == kMethods.end()) {
        wrong(parts[1], fmt::format("\"{}\" is not a method", parts[1].text),
              "write U, M, L, G or F");
      } else {
        made_.design.kind = row->kind;
      }
    }
    made_.design.runs = static_cast<std::uint64_t>(simulations);
    if (made_.design.kind == DesignKind::grid) {
      made_.design.levels = static_cast<std::uint32_t>(std::min(simulations, 1e9));
    }
    made_.design.seed = kUsualSeed;
    if (!parts[2].text.empty()) {
      // Vensim draws anew each time for 0, and takes an old generator for a negative seed; here
      // every seed is one like others.
      const double seed = number(parts[2]).value_or(0);
      made_.design.seed = static_cast<std::uint64_t>(std::min(std::fabs(seed), 0x1p53));
    }
    made_.file = {std::string(parts[3].text), span(parts[3])};
    if (made_.design.kind == DesignKind::file && made_.file.text.empty()) {
      wrong(line, "method F without a file", "name it after the seed");
    }
  }

  void read_constant(const Piece& line) {
    const std::vector<Piece> sides = cut(line, '=');
    if (sides.size() != 2 || sides[0].text.empty()) {
      wrong(line, fmt::format("\"{}\"", line.text), "write CONSTANT=RANDOM UNIFORM(min,max)");
      return;
    }
    Piece call = sides[1];
    const std::size_t open = call.text.find('(');
    if (open == std::string_view::npos || call.text.back() != ')') {
      wrong(call, fmt::format("\"{}\" is not a distribution with its arguments", call.text));
      return;
    }
    const std::string name = base::fold_name(call.text.substr(0, open));
    const auto* const row =
        std::find_if(kDistributions.begin(), kDistributions.end(),
                     [&](const DistributionRow& of) { return base::fold_name(of.name) == name; });
    if (row == kDistributions.end()) {
      std::vector<std::string> names;
      for (const DistributionRow& of : kDistributions) {
        names.emplace_back(of.name);
      }
      const auto near = base::nearest_name(name, names);
      wrong(call, fmt::format("no distribution \"{}\"", call.text.substr(0, open)),
            near ? fmt::format("did you mean \"{}\"?", *near)
                 : fmt::format("distributions are {}", fmt::join(names, ", ")));
      return;
    }
    const Piece inner{call.text.substr(open + 1, call.text.size() - open - 2),
                      call.begin + static_cast<std::uint32_t>(open) + 1};
    read_distribution(*row, sides[0], call, cut(inner, ','));
  }

  void read_distribution(const DistributionRow& row, const Piece& name, const Piece& call,
                         const std::vector<Piece>& arguments) {
    const bool curve = row.family == "curve";
    const std::size_t wanted = 2 + row.own + (curve ? 1 : 0) + (row.shifted ? 2 : 0);
    if (arguments.size() != wanted) {
      wrong(call, fmt::format("{} takes min, max{}{}, not {} arguments", row.name,
                              row.arguments.empty() ? "" : ", ", row.arguments, arguments.size()));
      return;
    }
    std::vector<double> numbers;
    Marginal marginal;
    marginal.family = find_marginal_family(row.family);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (curve && i == 2) {
        read_curve(arguments[i], marginal);
        continue;
      }
      const auto value = number(arguments[i]);
      if (!value) {
        return;
      }
      numbers.push_back(*value);
    }
    const double low = numbers[0];
    const double high = numbers[1];
    if (!(low < high)) {
      wrong(call, "min is not below max",
            "Vensim leaves such a constant alone; remove the line to do the same");
      return;
    }
    const std::span<const double> own = std::span(numbers).subspan(2, row.own);
    if (row.family == "choice") {
      const double count = std::floor((high - low) / own[0] + 1e-9) + 1;
      if (!(own[0] > 0) || !(count <= kMostVectorValues)) {
        wrong(call, "the increment of VECTOR is not positive, or too small");
        return;
      }
      for (double i = 0; i < count; ++i) {
        marginal.parameters.push_back(low + i * own[0]);
        marginal.parameters.push_back(1);
      }
    } else {
      marginal.low = low;
      marginal.high = high;
      if (row.family == "uniform") {
        marginal.parameters = {low, high};
      } else if (row.family == "normal") {
        marginal.parameters = {0, 1};
      } else if (!curve) {
        marginal.parameters.assign(own.begin(), own.end());
      }
      if (row.family == "gamma") {  // an order below 1 counts as 1 [Vensim, "RANDOM functions"]
        marginal.parameters[0] = std::max(marginal.parameters[0], 1.0);
      }
      // Those that are one-parameter families here have mean 1 in Vensim.
      if (row.family == "exponential" || row.family == "gamma" || row.family == "weibull") {
        marginal.parameters.push_back(1);
      }
      if (row.shifted) {
        marginal.shift = numbers[numbers.size() - 2];
        marginal.stretch = numbers[numbers.size() - 1];
      }
    }
    if (const std::string problem = find_problem(marginal); !problem.empty()) {
      wrong(call, fmt::format("no such distribution: {}", problem));
      return;
    }
    made_.constants.push_back({{std::string(name.text), span(name)}, std::move(marginal)});
  }

  // ((x,y),(x,y),...), with or without a range [(…)-(…)] in front.
  void read_curve(const Piece& piece, Marginal& marginal) {
    Piece inner = piece;
    if (inner.text.size() < 2 || inner.text.front() != '(' || inner.text.back() != ')') {
      wrong(piece, "a lookup is written out here as ((x,y),(x,y),...)",
            "replace the name of the lookup by its points");
      return;
    }
    inner.text = inner.text.substr(1, inner.text.size() - 2);
    ++inner.begin;
    for (const Piece& point : cut(inner, ',')) {
      if (point.text.starts_with('[')) {
        continue;
      }
      if (point.text.size() < 2 || point.text.front() != '(' || point.text.back() != ')') {
        wrong(point, fmt::format("\"{}\" is not a point", point.text), "write (x,y)");
        return;
      }
      for (const Piece& part :
           cut({point.text.substr(1, point.text.size() - 2), point.begin + 1}, ',')) {
        if (const auto value = number(part)) {
          marginal.parameters.push_back(*value);
        }
      }
    }
  }

  std::string_view text_;
  base::FileId file_;
  base::Diagnostics& diagnostics_;
  SensitivityControl made_;
};

}  // namespace

std::optional<SensitivityControl> read_sensitivity_control(const base::Sources& sources,
                                                           base::FileId file,
                                                           base::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  SensitivityControl made = Reader(sources, file, diagnostics).read();
  return diagnostics.errors() > errors ? std::nullopt : std::optional(std::move(made));
}

std::optional<RunTable> read_run_table(const base::Sources& sources, base::FileId file,
                                       base::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  const std::vector<data::Row> rows =
      data::read_rows(sources, file, data::find_separator(sources.text(file)), diagnostics);
  RunTable made;
  if (rows.size() < 2) {
    diagnostics.add(Code::bad_table, {file, 0, 0}, "a design has names and at least one run");
    return std::nullopt;
  }
  for (const data::Cell& cell : rows.front()) {
    if (cell.text.empty()) {
      diagnostics.add(Code::bad_table, cell.span, "a column without a name");
    }
    made.names.push_back({cell.text, cell.span});
  }
  const std::size_t width = made.names.size();
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const data::Row& row = rows[r];
    if (row.size() > width) {
      diagnostics.add(Code::bad_table, row[width].span,
                      fmt::format("{} values below {} names", row.size(), width));
      continue;
    }
    for (std::size_t c = 0; c < width; ++c) {
      const bool empty = c >= row.size() || row[c].text.empty();
      if (empty && r > 1 && made.values.size() >= width) {
        made.values.push_back(made.values[made.values.size() - width]);
        continue;
      }
      const auto value = empty ? std::optional<double>() : data::read_number(row[c].text);
      if (!value) {
        diagnostics.add(Code::bad_cell, c < row.size() ? row[c].span : row.back().span,
                        empty ? "an empty cell repeats the value above it; there is none"
                              : fmt::format("\"{}\"", row[c].text));
      }
      made.values.push_back(value.value_or(0));
    }
  }
  return diagnostics.errors() > errors ? std::nullopt : std::optional(std::move(made));
}

}  // namespace shamal::analysis
