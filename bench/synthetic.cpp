#include "synthetic.h"

#include <algorithm>
#include <random>
#include <vector>

#include <fmt/format.h>

namespace shamal::bench {

namespace {

constexpr const char* kHead =
    "<xmile version=\"1.0\" xmlns=\"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0\">\n"
    "<header><vendor>Shamal</vendor><product version=\"1.0\">Shamal</product></header>\n";

class Generator {
 public:
  explicit Generator(const Mix& mix) : mix_(mix), random_(mix.seed) {}

  std::string run() {
    text_ = kHead;
    text_ += fmt::format(
        "<sim_specs method=\"euler\"><start>0</start><stop>{}</stop><dt>0.25</dt></sim_specs>\n"
        "<dimensions><dim name=\"Region\" size=\"{}\"/></dimensions>\n<model><variables>\n",
        mix_.steps / 4, mix_.regions);
    const auto arrays = static_cast<std::uint32_t>(mix_.arrayed * mix_.equations / mix_.regions);
    const auto scalars = static_cast<std::uint32_t>((1 - mix_.arrayed) * mix_.equations + 0.5);
    for (int p = 0; p < 60; ++p) {
      text_ += fmt::format("<aux name=\"p{}\"><eqn>{:.3f}</eqn></aux>\n", p, 0.6 + 0.8 * unit());
    }
    make(arrays, "a", true);
    make(scalars, "s", false);
    return text_ + "</variables></model></xmile>\n";
  }

 private:
  double unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  std::string parameter() { return fmt::format("p{}", below(60)); }

  // A stock, or one of the last equations of the kind being made; now and then an array's total.
  std::string value() {
    if (!stocks_.empty() && (recent_.empty() || unit() < 0.35)) {
      return stocks_[below(static_cast<std::uint32_t>(stocks_.size()))];
    }
    if (recent_.empty()) {
      return parameter();
    }
    const auto last = static_cast<std::uint32_t>(recent_.size());
    return recent_[last - 1 - below(std::min(last, 60u))];
  }

  void make(std::uint32_t count, const std::string& prefix, bool arrayed) {
    const auto stocks = static_cast<std::uint32_t>(mix_.stocks * count);
    const std::string dimensions = arrayed ? "<dimensions><dim name=\"Region\"/></dimensions>" : "";
    stocks_.clear();
    recent_.clear();
    for (std::uint32_t i = 0; i < stocks; ++i) {
      stocks_.push_back(fmt::format("{}stock{}", prefix, i));
    }
    for (std::uint32_t i = 0; i + stocks < count; ++i) {
      std::string eqn = equation(dimensions, fmt::format("{}x{}", prefix, i));
      if (!arrayed && i % 50 == 7 && last_array_ > 0) {
        eqn = fmt::format("SUM(ax{}[*]) / {} * {}", below(last_array_), mix_.regions, value());
      }
      if (!eqn.empty()) {
        text_ += fmt::format("<aux name=\"{}x{}\">{}<eqn>{}</eqn>{}</aux>\n", prefix, i, dimensions,
                             eqn, graphical_);
      }
      recent_.push_back(fmt::format("{}x{}", prefix, i));
    }
    if (arrayed) {
      last_array_ = static_cast<std::uint32_t>(recent_.size());
    }
    for (std::uint32_t i = 0; i < stocks; ++i) {
      text_ += fmt::format(
          "<stock name=\"{0}\">{1}<eqn>{2:.3f}</eqn><inflow>{0}in</inflow><outflow>{0}out</outflow>"
          "</stock>\n<flow name=\"{0}in\">{1}<eqn>{3} / {4}</eqn></flow>\n"
          "<flow name=\"{0}out\">{1}<eqn>{0} / {4}</eqn></flow>\n",
          stocks_[i], dimensions, 0.5 + unit(), value(), parameter());
    }
  }

  // Every form stays below the larger of its operands, give or take a parameter.
  std::string equation(const std::string&, const std::string&) {
    graphical_.clear();
    const double kind = unit();
    double upto = mix_.tables;
    if (kind < upto) {
      graphical_ = "<gf><xscale min=\"0\" max=\"2\"/><ypts>";
      const std::uint32_t points = 5 + below(5);
      for (std::uint32_t i = 0; i < points; ++i) {
        graphical_ += fmt::format("{}{:.2f}", i == 0 ? "" : ",", 0.2 + 1.2 * unit());
      }
      graphical_ += "</ypts></gf>";
      return unit() < 0.5 ? value() : fmt::format("{} / {}", value(), parameter());
    }
    upto += mix_.conditions;
    if (kind < upto) {
      return fmt::format("IF {} > {} THEN {} ELSE {} * {}", value(), value(), value(), parameter(),
                         value());
    }
    upto += mix_.functions;
    if (kind < upto) {
      switch (below(3)) {
        case 0:
          return fmt::format("EXP(-{} / {})", value(), parameter());
        case 1:
          return fmt::format("LN(1 + {})", value());
        default:
          return fmt::format("{} ^ {}", value(), parameter());
      }
    }
    switch (below(5)) {
      case 0:
        return fmt::format("{0} * {1} / ({0} + {2})", value(), value(), value());
      case 1:
        return fmt::format("{0} * {1} + {2} * (1 - {1} / 2)", value(), parameter(), value());
      case 2:
        return fmt::format("{0} * {1} / ({1} + {2})", parameter(), value(), value());
      case 3:
        return fmt::format("({} + {}) / (1 + {})", value(), value(), parameter());
      default:
        return fmt::format("MIN({} * {}, {})", value(), parameter(), value());
    }
  }

  Mix mix_;
  std::mt19937_64 random_;
  std::string text_;
  std::string graphical_;
  std::vector<std::string> stocks_;
  std::vector<std::string> recent_;
  std::uint32_t last_array_ = 0;
};

}  // namespace

std::string synthetic_model(const Mix& mix) { return Generator(mix).run(); }

std::string epidemic_model() {
  std::string text = kHead;
  text +=
      "<sim_specs method=\"euler\"><start>0</start><stop>200</stop><dt>0.125</dt></sim_specs>\n"
      "<dimensions><dim name=\"Region\" size=\"50\"/><dim name=\"Age\" size=\"10\"/></dimensions>\n"
      "<model><variables>\n";
  const auto add = [&](const char* kind, const char* name, const char* dims, const char* eqn,
                       const char* flows = "") {
    std::string over;
    for (const char* d = dims; *d != 0; ++d) {
      over += *d == 'R' ? "<dim name=\"Region\"/>" : "<dim name=\"Age\"/>";
    }
    text += fmt::format("<{0} name=\"{1}\">{2}<eqn>{3}</eqn>{4}</{0}>\n", kind, name,
                        over.empty() ? "" : "<dimensions>" + over + "</dimensions>", eqn, flows);
  };
  for (const char* constant :
       {"incubation=5", "infectious time=6", "hospital time=12", "immunity=400", "mixing=0.15",
        "season height=0.2", "base fatality=0.02", "beds=0.4", "reproduction=2.4"}) {
    const std::string both = constant;
    const std::size_t at = both.find('=');
    add("aux", both.substr(0, at).c_str(), "", both.substr(at + 1).c_str());
  }
  add("aux", "susceptibility", "A", "0.6 + 0.08 * Age");
  add("aux", "severity", "A", "0.01 * Age");
  add("aux", "density", "R", "0.7 + 0.012 * Region");
  add("aux", "season", "", "1 + season height * COS(2 * PI * TIME / 365)");
  add("aux", "population", "RA", "S + E + I + H + R");
  add("aux", "prevalence", "RA", "I / population");
  add("aux", "regional infectious", "R", "SUM(I[Region, *])");
  add("aux", "regional population", "R", "SUM(population[Region, *])");
  add("aux", "regional hospital", "R", "SUM(H[Region, *])");
  add("aux", "regional prevalence", "R", "regional infectious / regional population");
  add("aux", "pressure", "R", "MIN(1, regional hospital / (beds * 0.01 * regional population))");
  add("aux", "national prevalence", "", "SUM(regional infectious) / SUM(regional population)");
  add("aux", "force", "RA",
      "reproduction / infectious time * season * density[Region] * susceptibility[Age] * ((1 - "
      "mixing) * (regional prevalence[Region] + prevalence) / 2 + mixing * national prevalence)");
  add("aux", "fatality", "RA", "base fatality * (1 + severity[Age]) * (1 + pressure[Region])");
  add("stock", "S", "RA", "1000 - 10 * Age", "<inflow>waning</inflow><outflow>infecting</outflow>");
  add("stock", "E", "RA", "0", "<inflow>infecting</inflow><outflow>incubating</outflow>");
  add("stock", "I", "RA", "IF Region = 1 THEN 1 ELSE 0",
      "<inflow>incubating</inflow><outflow>recovering</outflow><outflow>admitting</outflow>");
  add("stock", "H", "RA", "0",
      "<inflow>admitting</inflow><outflow>discharging</outflow><outflow>dying</outflow>");
  add("stock", "R", "RA", "0",
      "<inflow>recovering</inflow><inflow>discharging</inflow><outflow>waning</outflow>");
  add("stock", "D", "RA", "0", "<inflow>dying</inflow>");
  add("flow", "infecting", "RA", "S * force");
  add("flow", "incubating", "RA", "E / incubation");
  add("flow", "recovering", "RA", "I * (1 - severity[Age]) / infectious time");
  add("flow", "admitting", "RA", "I * severity[Age] / infectious time");
  add("flow", "discharging", "RA", "H * (1 - fatality) / hospital time");
  add("flow", "dying", "RA", "H * fatality / hospital time");
  add("flow", "waning", "RA", "R / immunity");
  return text + "</variables></model></xmile>\n";
}

}  // namespace shamal::bench
