#include "api/battery/expectations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace shamal::api {

namespace {

// How far `value` is beyond `limit`, if `sign` is 1 above and if it is -1 below it; positive is a
// violation.
double excess(double value, double limit, double sign, double tolerance) {
  if (std::isnan(value) || std::isnan(limit)) {
    return std::numeric_limits<double>::infinity();
  }
  const double slack = tolerance * std::max(1.0, std::fabs(limit));
  const double beyond = sign * (value - limit);
  return beyond > slack ? beyond / std::max(1.0, std::fabs(limit)) : 0;
}

}  // namespace

std::vector<std::string> Examine::variables() const {
  std::vector<std::string> names;
  for (const analysis::Expectation& it : expectations_) {
    for (const analysis::PlacedText* name : {&it.variable, &it.not_above, &it.not_below}) {
      if (!name->empty()) {
        names.push_back(name->text);
      }
    }
  }
  return names;
}

void Examine::take(const sim::EnsembleBlock& block) {
  for (std::size_t run = 0; run < block.results.runs; ++run) {
    bool bad = false;
    for (const analysis::Expectation& expectation : expectations_) {
      bad = examine(expectation, block, run) || bad;
    }
    ++runs;
    violated += bad ? 1 : 0;
  }
}

bool Examine::examine(const analysis::Expectation& it, const sim::EnsembleBlock& block,
                      std::size_t run) {
  const sim::Trajectories& results = block.results;
  const SavedColumns& of = columns_.at(it.variable.text);
  const double from = it.from ? calendar_.time(*it.from) : -1e300;
  const double until = it.until ? calendar_.time(*it.until) : 1e300;
  const auto other = [&](const analysis::PlacedText& name, std::size_t t, std::size_t c) {
    const SavedColumns& column = columns_.at(name.text);
    const std::size_t element = column.count == 1 ? 0 : c;
    return it.of_base ? base_->at(name.text, block.first_run + run, t, element)
                      : results.value(run, t, column.first + element);
  };
  bool bad = false;
  for (std::size_t t = 0; t < results.times.size(); ++t) {
    if (results.times[t] < from - 1e-9 || results.times[t] > until + 1e-9) {
      continue;
    }
    for (std::size_t c = 0; c < of.count; ++c) {
      const double value = results.value(run, t, of.first + c);
      double beyond = 0;
      double limit = 0;
      const auto hold = [&](double bound, double sign) {
        const double more = excess(value, bound, sign, it.tolerance);
        if (more > beyond) {
          beyond = more;
          limit = bound;
        }
      };
      if (it.at_least) {
        hold(*it.at_least, -1);
      }
      if (it.at_most) {
        hold(*it.at_most, 1);
      }
      if (!it.not_above.empty()) {
        hold(other(it.not_above, t, c), 1);
      }
      if (!it.not_below.empty()) {
        hold(other(it.not_below, t, c), -1);
      }
      if (beyond > 0) {
        bad = true;
        if (beyond > worst_ || finding.empty()) {
          worst_ = beyond;
          finding = describe(it, c, value, limit, results.times[t], block.first_run + run);
        }
      }
    }
  }
  return bad;
}

std::string Examine::describe(const analysis::Expectation& it, std::size_t element, double value,
                              double limit, double time, std::uint64_t run) const {
  std::string name = it.variable.text;
  if (const ir::LayoutVariable* whole = columns_.at(name).whole) {
    name += fmt::format("[{}]", layout_.element_label(*whole, static_cast<std::uint32_t>(element)));
  }
  return fmt::format("{} is {:.6g} against {:.6g} on {} in draw {}", name, value, limit,
                     analysis::plain_date(calendar_.date(time)), run + 1);
}

}  // namespace shamal::api
