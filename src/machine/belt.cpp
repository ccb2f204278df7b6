#include "machine/belt.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace shamal::machine {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// What rounding may lack of a whole number.
constexpr double kAlmost = 1e-9;

bool is_true(double value) { return value != 0 && !std::isnan(value); }
double non_negative(double value) { return value < 0 ? 0 : value; }

double clamped_fraction(double fraction, bool exponential) {
  if (!(fraction > 0)) {
    return 0;
  }
  return exponential ? fraction : std::min(fraction, 1.0);
}

}  // namespace

Belt::Belt(const model::ConveyorShape& shape, std::size_t most_slats)
    : shape_(&shape), most_slats_(most_slats), saved_(shape.leaks.size(), 0.0) {
  part_.resize(shape.exponential ? 0 : shape.leaks.size());
  left_.resize(part_.size());
  taken_.resize(shape.leaks.size());
}

std::size_t Belt::depth_of(double transit, double dt) const {
  const double depth = std::max(1.0, std::floor(transit / dt + 0.5));
  return depth <= static_cast<double>(most_slats_) && !std::isnan(transit)
             ? static_cast<std::size_t>(depth)
             : 0;
}

Belt::Zone Belt::zone(std::size_t leak, std::size_t length) const {
  const auto slats = static_cast<double>(length);
  const double start = shape_->leaks[leak].start * slats;
  const double end = shape_->leaks[leak].end * slats;
  double first = std::max(0.0, std::ceil(start - 0.5 - kAlmost));
  double last = std::min(slats - 1, std::floor(end - 0.5 + kAlmost));
  if (first > last) {
    first = last = std::clamp(std::floor(start), 0.0, slats - 1);
  }
  return {length - 1 - static_cast<std::size_t>(last), length - static_cast<std::size_t>(first)};
}

Belt::Journey Belt::journey(double dt, const Amounts& fractions, std::size_t depth,
                            std::size_t length) const {
  const std::size_t leaks = shape_->leaks.size();
  Journey made{Amounts(depth, 0.0), Amounts(leaks, 0.0), Amounts(leaks, 0.0)};
  std::vector<Zone> zones;
  for (std::size_t k = 0; k < leaks; ++k) {
    zones.push_back(zone(k, length));
    made.zone[k] = zones[k].below(depth);
  }
  std::vector<char> reached(leaks, 0);
  double rest = 1;
  for (std::size_t i = depth; i-- > 0;) {
    made.content[i] = rest;
    double taken = 0;
    for (std::size_t k = 0; k < leaks; ++k) {
      if (!zones[k].has(i)) {
        continue;
      }
      if (reached[k] == 0) {
        reached[k] = 1;
        made.reaching[k] = shape_->of_remaining ? rest : 1;
      }
      taken += shape_->exponential ? made.content[i] * fractions[k] * dt
                                   : fractions[k] * made.reaching[k] / made.zone[k];
    }
    rest = non_negative(rest - taken);
  }
  return made;
}

void Belt::resize(std::size_t length) {
  content_.resize(first_ + length, 0.0);
  for (std::size_t k = 0; k < part_.size(); ++k) {
    part_[k].resize(first_ + length, 0.0);
    left_[k].resize(first_ + length, 0.0);
  }
}

// Puts what entered as `entered` and is now `amount` on a slat.
void Belt::put(std::size_t slat, double amount, double entered, const Journey& journey,
               std::size_t length) {
  content_[first_ + slat] += amount;
  for (std::size_t k = 0; k < part_.size(); ++k) {
    if (journey.zone[k] > 0) {
      const double part = entered * journey.reaching[k] / journey.zone[k];
      part_[k][first_ + slat] += part;
      left_[k][first_ + slat] += part * std::min(zone(k, length).below(slat + 1), journey.zone[k]);
    }
  }
}

void Belt::start(double dt, const double* in, std::size_t inputs, double* out) {
  const std::size_t leaks = shape_->leaks.size();
  const std::size_t depth = depth_of(in[0], dt);
  *this = Belt(*shape_, most_slats_);
  broken_ = depth == 0;
  if (broken_) {
    out[0] = kNan;
    return;
  }
  transit_ = in[0];
  Amounts fractions;
  for (std::size_t k = 0; k < leaks; ++k) {
    fractions.push_back(clamped_fraction(in[1 + k], shape_->exponential));
  }
  const double* const given = in + 1 + leaks;
  const std::size_t count = inputs - 1 - leaks;
  // The units of time of the slats, and the first slat of each.
  const auto unit_of = [dt](std::size_t slat) {
    return static_cast<std::size_t>(std::floor(static_cast<double>(slat) * dt + kAlmost));
  };
  const auto first_of_unit = [&](std::size_t slat) {
    return slat == 0 || unit_of(slat) != unit_of(slat - 1);
  };
  resize(depth);
  const Journey path = journey(dt, fractions, depth, depth);
  Amounts contents(depth, 0.0);
  if (!shape_->list) {
    double sum = 0;
    for (std::size_t i = 0; i < depth; ++i) {
      contents[i] = !shape_->discrete || first_of_unit(i) ? path.content[i] : 0;
      sum += contents[i];
    }
    for (double& content : contents) {
      content = sum > 0 ? given[0] * (content / sum) : 0;
    }
  } else {
    std::vector<std::size_t> in_unit(unit_of(depth - 1) + 1, 0);
    for (std::size_t i = 0; i < depth; ++i) {
      ++in_unit[unit_of(i)];
    }
    for (std::size_t i = 0; i < depth; ++i) {
      if (count == depth) {
        contents[i] = given[i];
        continue;
      }
      const std::size_t unit = unit_of(i);
      const double value = given[std::min(unit, count - 1)];
      contents[i] = shape_->discrete ? (first_of_unit(i) ? value : 0)
                                     : value / static_cast<double>(in_unit[unit]);
    }
  }
  for (std::size_t i = 0; i < depth; ++i) {
    put(i, contents[i], path.content[i] > 0 ? contents[i] / path.content[i] : 0, path, depth);
  }
  out[0] = shape_->list ? std::accumulate(contents.begin(), contents.end(), 0.0) : given[0];
}

// Takes what is due of this leakage, and was saved before, in whole numbers, the front first.
void Belt::leak_whole(std::size_t leak, Amounts& rest) {
  Amounts& taken = taken_[leak];
  double due = coming_.saved[leak] + std::accumulate(taken.begin(), taken.end(), 0.0);
  double whole = std::floor(due + kAlmost);
  std::fill(taken.begin(), taken.end(), 0.0);
  const Zone from = zone(leak, rest.size());
  double available = 0;
  for (std::size_t i = from.first; i < from.end; ++i) {
    available += rest[i];
  }
  whole = std::min(whole, std::floor(available + kAlmost));
  double wanted = whole;
  for (std::size_t i = from.first; i < from.end && wanted > 0; ++i) {
    taken[i] = std::min(rest[i], wanted);
    wanted -= taken[i];
  }
  coming_.saved[leak] = due - (whole - wanted);
}

void Belt::leak(double dt) {
  const std::size_t length = slats();
  Amounts rest(content_.begin() + static_cast<std::ptrdiff_t>(first_), content_.end());
  std::vector<Zone> zones;
  for (std::size_t k = 0; k < shape_->leaks.size(); ++k) {
    zones.push_back(zone(k, length));
  }
  Amounts scale(shape_->exponential ? length : 0, 1.0);
  for (std::size_t i = 0; i < scale.size(); ++i) {
    double part = 0;
    for (std::size_t k = 0; k < zones.size(); ++k) {
      part += zones[k].has(i) ? coming_.fractions[k] * dt : 0;
    }
    scale[i] = part > 1 ? 1 / part : 1;
  }
  for (std::size_t k = 0; k < zones.size(); ++k) {
    Amounts& taken = taken_[k];
    taken.assign(length, 0.0);
    for (std::size_t i = zones[k].first; i < zones[k].end; ++i) {
      const double due =
          shape_->exponential
              ? content_[first_ + i] * (coming_.fractions[k] * dt * scale[i])
              : coming_.fractions[k] * std::min(part_[k][first_ + i], left_[k][first_ + i]);
      taken[i] = std::min(non_negative(due), non_negative(rest[i]));
    }
    if (shape_->leaks[k].integers) {
      leak_whole(k, rest);
    }
    for (std::size_t i = zones[k].first; i < zones[k].end; ++i) {
      rest[i] -= taken[i];
    }
  }
}

void Belt::release(double dt, double since_start, const double* in, double* out) {
  const std::size_t leaks = shape_->leaks.size();
  coming_.transit = is_true(in[1]) && !std::isnan(in[0]) ? in[0] : transit_;
  coming_.depth = depth_of(coming_.transit, dt);
  if (broken_ || coming_.depth == 0) {
    std::fill_n(out, leaks + 2, kNan);
    return;
  }
  coming_.arrested = is_true(in[2]);
  coming_.held = is_true(in[3]);
  coming_.unit = std::floor(since_start + kAlmost);
  coming_.entered = coming_.unit == unit_ ? entered_ : 0;
  coming_.saved = saved_;
  coming_.fractions.assign(leaks, 0.0);
  for (std::size_t k = 0; k < leaks; ++k) {
    if (!is_true(in[5 + 2 * k])) {
      coming_.fractions[k] = clamped_fraction(in[4 + 2 * k], shape_->exponential);
    }
  }
  if (coming_.arrested) {
    coming_.transit = transit_;
    for (Amounts& taken : taken_) {
      taken.assign(slats(), 0.0);
    }
    std::fill_n(out, leaks + 1, 0.0);
    out[leaks + 1] = coming_.entered;
    return;
  }
  leak(dt);
  double exit = coming_.held ? 0 : content_[first_];
  for (std::size_t k = 0; k < leaks; ++k) {
    exit -= coming_.held ? 0 : taken_[k].front();
    out[1 + k] = std::accumulate(taken_[k].begin(), taken_[k].end(), 0.0) / dt;
  }
  out[0] = exit / dt;
  out[leaks + 1] = coming_.entered;
}

void Belt::share_out(const model::ConveyorShape::Inflow& inflow, double amount,
                     const std::vector<TableView>& tables, const Belt* source) {
  const std::size_t depth = coming_.depth;
  Amounts& landing = coming_.landing;
  const auto place = [](std::size_t slat, std::size_t length) {
    return 1 - (static_cast<double>(slat) + 0.5) / static_cast<double>(length);
  };
  Amounts weights;
  switch (inflow.spread) {
    case model::Spread::beginning:
      break;
    case model::Spread::even:
      weights.assign(depth, 1.0);
      break;
    case model::Spread::dest:
      for (std::size_t i = 0; i < depth; ++i) {
        // What lies here after the move.
        weights.push_back(i + 1 < slats() ? content_[first_ + i + 1] : 0);
      }
      break;
    case model::Spread::dist:
      for (std::size_t i = 0; i < depth; ++i) {
        weights.push_back(non_negative(evaluate(tables[inflow.table], place(i, depth))));
      }
      break;
    case model::Spread::source:
      if (source != nullptr) {
        const Amounts& taken = source->taken_[inflow.leak];
        weights.assign(depth, 0.0);
        for (std::size_t i = 0; i < taken.size(); ++i) {
          const double nearest =
              (1 - place(i, taken.size())) * static_cast<double>(depth) - 0.5 - kAlmost;
          const double slat =
              std::clamp(std::ceil(nearest - 0.5), 0.0, static_cast<double>(depth - 1));
          weights[static_cast<std::size_t>(slat)] += taken[i];
        }
      }
      break;
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 0)) {
    landing[depth - 1] += amount;
    return;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    landing[i] += amount * (weights[i] / sum);
  }
}

void Belt::accept(double dt, const double* in, const std::vector<TableView>& tables,
                  const std::vector<const Belt*>& sources, double* out) {
  if (broken_ || coming_.depth == 0) {
    out[0] = kNan;
    return;
  }
  double sum =
      std::accumulate(content_.begin() + static_cast<std::ptrdiff_t>(first_), content_.end(), 0.0);
  coming_.landing.assign(coming_.depth, 0.0);
  if (coming_.arrested) {
    out[0] = sum;
    return;
  }
  double front = content_[first_];
  for (const Amounts& taken : taken_) {
    sum -= std::accumulate(taken.begin(), taken.end(), 0.0);
    front -= taken.front();
  }
  sum -= coming_.held ? 0 : front;
  double limited = 0;
  for (std::size_t j = 0; j < shape_->inflows.size(); ++j) {
    const double amount = non_negative(in[j]) * dt;
    share_out(shape_->inflows[j], amount, tables, sources[j]);
    limited += shape_->inflows[j].limited ? amount : 0;
    sum += amount;
  }
  coming_.entered += limited;
  out[0] = sum;
}

void Belt::drop_front() {
  ++first_;
  if (first_ > 64 && first_ > content_.size() / 2) {
    const auto drop = [this](Amounts& amounts) {
      amounts.erase(amounts.begin(), amounts.begin() + static_cast<std::ptrdiff_t>(first_));
    };
    drop(content_);
    for (std::size_t k = 0; k < part_.size(); ++k) {
      drop(part_[k]);
      drop(left_[k]);
    }
    first_ = 0;
  }
}

void Belt::commit() {
  broken_ = broken_ || coming_.depth == 0;
  if (broken_) {
    return;
  }
  unit_ = coming_.unit;
  entered_ = coming_.entered;
  if (coming_.arrested) {
    return;
  }
  transit_ = coming_.transit;
  saved_ = coming_.saved;
  const std::size_t before = slats();
  for (std::size_t k = 0; k < taken_.size(); ++k) {
    const Zone from = zone(k, before);
    for (std::size_t i = from.first; i < from.end; ++i) {
      content_[first_ + i] -= taken_[k][i];
      if (k < left_.size()) {
        double& left = left_[k][first_ + i];
        left -= std::min(part_[k][first_ + i], left);
      }
    }
  }
  if (coming_.held && before > 1) {
    const auto merge = [this](Amounts& amounts) { amounts[first_ + 1] += amounts[first_]; };
    merge(content_);
    for (std::size_t k = 0; k < part_.size(); ++k) {
      merge(part_[k]);
      merge(left_[k]);
    }
  }
  if (!coming_.held || before > 1) {
    drop_front();
  }
  std::size_t length = slats();
  while (length > coming_.depth && content_[first_ + length - 1] == 0) {
    --length;
  }
  length = std::max(length, coming_.depth);
  resize(length);
  Journey path;
  if (!part_.empty()) {
    path = journey(1, coming_.fractions, coming_.depth, length);
  }
  for (std::size_t i = 0; i < coming_.depth; ++i) {
    if (coming_.landing[i] != 0) {
      put(i, coming_.landing[i], coming_.landing[i], path, length);
    }
  }
}

}  // namespace shamal::machine
