#include "support/model_generator.h"

#include <array>
#include <random>
#include <vector>

#include <fmt/format.h>

namespace shamal::testing {

namespace {

struct Made {
  std::string name;
  int shape;  // bit 0: over A; bit 1: over B
};

constexpr std::array<const char*, 4> kDimensions = {
    "", "<dimensions><dim name=\"A\"/></dimensions>", "<dimensions><dim name=\"B\"/></dimensions>",
    "<dimensions><dim name=\"A\"/><dim name=\"B\"/></dimensions>"};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string model() {
    const int constants = 2 + below(4);
    for (int i = 0; i < constants; ++i) {
      const int shape = below(4);
      line("aux", fmt::format("c{}", i), shape, number());
    }
    const int stocks = 1 + below(4);
    std::vector<Made> levels;
    for (int i = 0; i < stocks; ++i) {
      levels.push_back({fmt::format("s{}", i), below(4)});
    }
    made_.insert(made_.end(), levels.begin(), levels.end());
    const int auxiliaries = 3 + below(8);
    for (int i = 0; i < auxiliaries; ++i) {
      auxiliary(fmt::format("x{}", i));
    }
    for (const Made& level : levels) {
      std::string flows;
      const int count = 1 + below(3);
      for (int f = 0; f < count; ++f) {
        const std::string flow = fmt::format("{}_f{}", level.name, f);
        line("flow", flow, level.shape, expression(level.shape, 2),
             below(3) == 0 ? "<non_negative/>" : "");
        flows += fmt::format("<{0}>{1}</{0}>", below(2) == 0 ? "inflow" : "outflow", flow);
      }
      text_ += fmt::format("<stock name=\"{}\">{}<eqn>{}</eqn>{}{}</stock>\n", level.name,
                           kDimensions[static_cast<std::size_t>(level.shape)], number(), flows,
                           below(3) == 0 ? "<non_negative/>" : "");
    }
    const int size = 2 + below(3);
    return fmt::format(
        "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">\n"
        "<header><vendor>Shamal</vendor><product version=\"1.0\">Generated</product></header>\n"
        "<sim_specs method=\"{}\"><start>0</start><stop>2</stop><dt>0.25</dt></sim_specs>\n"
        "<dimensions><dim name=\"A\" size=\"{}\"/><dim name=\"B\"><elem name=\"p\"/>"
        "<elem name=\"q\"/><elem name=\"r\"/></dim></dimensions>\n"
        "<model><variables>\n{}</variables></model></xmile>\n",
        below(3) == 0 ? "rk4" : "euler", size, text_);
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

  std::string number() { return fmt::format("{}", (below(2001) - 1000) / 100.0); }

  void line(const char* kind, const std::string& name, int shape, const std::string& equation,
            const std::string& rest = {}) {
    text_ += fmt::format("<{0} name=\"{1}\">{2}<eqn>{3}</eqn>{4}</{0}>\n", kind, name,
                         kDimensions[static_cast<std::size_t>(shape)], equation, rest);
    made_.push_back({name, shape});
  }

  std::string table() {
    constexpr std::array<const char*, 3> kKinds = {"continuous", "extrapolate", "discrete"};
    std::string points = "<ypts>";
    const int count = 2 + below(4);
    std::string last;
    for (int i = 0; i < count; ++i) {
      last = number();
      points += (i > 0 ? "," : "") + last;
    }
    points += "," + last + "</ypts>";
    return fmt::format("<gf type=\"{}\"><xscale min=\"-3\" max=\"4\"/>{}</gf>",
                       kKinds[static_cast<std::size_t>(below(3))], points);
  }

  void auxiliary(const std::string& name) {
    const int shape = below(4);
    const std::string input = expression(shape, 2);
    switch (below(9)) {
      case 0:
        line("aux", name, shape, input, table());
        break;
      case 1:
        line("aux", name, shape, fmt::format("SMTH3({}, 1 + ABS({}))", input, number()));
        break;
      case 2:
        line("aux", name, shape, fmt::format("DELAY({}, {})", input, 0.25 * (1 + below(5))));
        break;
      case 3:
        line("aux", name, shape, fmt::format("PREVIOUS({}, {})", input, number()));
        break;
      case 4:
        line("aux", name, shape, fmt::format("NORMAL({}, 1)", input));
        break;
      case 5:
        line("aux", name, shape, fmt::format("INIT({}) + DELAY1({}, 2)", input, atom(shape)));
        break;
      case 6:
        // One equation for each element of A.
        if (shape == 1) {
          std::string elements;
          text_ += fmt::format(
              "<aux name=\"{}\">{}<eqn>{}</eqn><element subscript=\"2\">"
              "<eqn>{}</eqn></element></aux>\n",
              name, kDimensions[1], input, expression(0, 2));
          made_.push_back({name, shape});
          break;
        }
        [[fallthrough]];
      default:
        line("aux", name, shape, input);
    }
  }

  // A value that varies along the shape at most.
  std::string atom(int shape) {
    if (below(4) == 0) {
      return number();
    }
    if (below(8) == 0) {
      return "TIME";
    }
    const Made& from = made_[static_cast<std::size_t>(below(static_cast<int>(made_.size())))];
    if ((from.shape & ~shape) == 0) {
      if (from.shape == 1 && below(4) == 0) {
        return fmt::format("{}[A - {}]", from.name, below(2));
      }
      return from.name;
    }
    constexpr std::array<const char*, 5> kFolds = {"SUM", "MEAN", "MIN", "MAX", "SIZE"};
    const std::string fold = kFolds[static_cast<std::size_t>(below(5))];
    if (from.shape == 3 && shape != 0 && below(2) == 0) {
      return fmt::format("{}({}[{}])", fold, from.name, (shape & 1) != 0 ? "A, *" : "*, B");
    }
    if (below(3) == 0) {
      return fmt::format("{}[{}]", from.name,
                         from.shape == 1   ? "1"
                         : from.shape == 2 ? "q"
                                           : "2, r");
    }
    return fmt::format("{}({})", fold, from.name);
  }

  std::string expression(int shape, int depth) {
    if (depth == 0) {
      return atom(shape);
    }
    const auto one = [&] { return expression(shape, depth - 1); };
    switch (below(12)) {
      case 0:
        return fmt::format("({} + {})", one(), one());
      case 1:
        return fmt::format("({} - {})", one(), one());
      case 2:
        return fmt::format("({} * {})", one(), one());
      case 3:
        return fmt::format("({} / {})", one(), one());
      case 4:
        return fmt::format("(IF {} &lt; {} THEN {} ELSE {})", one(), one(), one(), one());
      case 5:
        return fmt::format("MAX({}, {})", one(), one());
      case 6:
        return fmt::format("SIN({})", one());
      case 7:
        return fmt::format("EXP(-ABS({}))", one());
      case 8:
        return fmt::format("({} MOD {})", one(), one());
      case 9:
        return fmt::format("SQRT(ABS({}))", one());
      case 10:
        return fmt::format("STEP({}, 1)", one());
      default:
        return atom(shape);
    }
  }

  std::mt19937_64 random_;
  std::string text_;
  std::vector<Made> made_;
};

}  // namespace

std::string generate_model(std::uint64_t seed) { return Generator(seed).model(); }

}  // namespace shamal::testing
