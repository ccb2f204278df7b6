// Which record owns which slots of a run.
//
// A record names the first slot of its variable, or, if it is a look-up's table, the number of that
// table; nothing in it says which of the two is meant. But variables tile the slots without a gap,
// and tables the numbers from 0; both stand in alphabetical order, variables in two parts (stocks
// first). So the records, in order of their place, are dealt to two rows, and the deal with the
// fewest gaps and the fewest steps back in the alphabet is the right one: on the public runs it has
// none of either, and every other deal has some.
#include "data/vdf.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "data/vdf_layout.h"

namespace shamal::data {

namespace {

enum SlotClass : std::uint8_t {
  kData = 0x05,
  kStock = 0x08,
  kTime = 0x0f,
  kDynamic = 0x11,
  kOnce = 0x16,
  kConstant = 0x17,
  kOnceToo = 0x18,
};

constexpr std::uint32_t kScalarShape = 5;
constexpr std::uint32_t kMostSlots = 8'000'000;
constexpr std::uint64_t kMostValues = std::uint64_t{1} << 27;
constexpr float kMissing = -1.2980742e+33F;  // -2^110: nothing was saved

struct Candidate {
  std::uint32_t first = 0;
  std::uint32_t slots = 1;
  bool variable = false;  // may be one: its slots are there, and hold values
  bool stock = false;
  std::string name;
  std::string order;  // of the alphabet
  const VdfShape* shape = nullptr;
};

// Quotes do not count in the order.
std::string order_of(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c != '"') {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return result;
}

std::vector<Candidate> find_candidates(const VdfBytes& bytes, const VdfLayout& layout) {
  std::vector<Candidate> result;
  for (const VdfRecord& record : layout.records) {
    Candidate made;
    made.name = layout.name(record);
    made.first = record.place();
    if (record.shape() != kScalarShape) {
      const auto shape = layout.shapes.find(record.shape());
      if (record.shape() == 0 || shape == layout.shapes.end()) {
        continue;
      }
      made.shape = &shape->second;
      made.slots = static_cast<std::uint32_t>(
          std::min<std::uint64_t>(made.shape->slots(), std::uint64_t{layout.slots} + 1));
    }
    if (made.name.empty() || made.slots == 0) {
      continue;
    }
    made.variable =
        made.first > 0 && made.first < layout.slots && made.slots <= layout.slots - made.first;
    for (std::uint32_t s = 0; s < made.slots && made.variable; ++s) {
      const std::uint8_t kind = bytes.byte(layout.classes + made.first + s);
      made.variable = kind == kData || kind == kStock || kind == kDynamic || kind == kOnce ||
                      kind == kConstant || kind == kOnceToo;
    }
    if (!made.variable && made.first >= layout.lookups) {
      continue;
    }
    made.stock = bytes.byte(layout.classes + made.first) == kStock;
    made.order = order_of(made.name);
    result.push_back(std::move(made));
  }
  std::stable_sort(result.begin(), result.end(), [](const Candidate& a, const Candidate& b) {
    return a.first != b.first ? a.first < b.first : a.slots < b.slots;
  });
  return result;
}

// The deal described above, by the cheapest way to each pair of last cards; of the ways only the
// best few are followed.
class Deal {
 public:
  Deal(const std::vector<Candidate>& candidates, std::uint32_t lookups)
      : candidates_(candidates), lookups_(lookups) {}

  // Indices of the variables.
  std::vector<std::size_t> variables() {
    std::vector<State> states = {{kNobody, kNobody, 0, kNobody}};
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      states = step(states, i);
    }
    std::vector<std::size_t> result;
    for (std::size_t h = states.front().history; h != kNobody; h = history_[h].before) {
      if (history_[h].variable) {
        result.push_back(history_[h].candidate);
      }
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};
  static constexpr std::size_t kMostStates = 24;
  static constexpr int kDropped = 3;  // a record that is neither

  struct State {
    std::size_t variable;  // the last of each row
    std::size_t table;
    int cost;
    std::size_t history;
  };
  struct Step {
    std::size_t before;
    std::size_t candidate;
    bool variable;
  };

  std::vector<State> step(const std::vector<State>& states, std::size_t i) {
    const Candidate& card = candidates_[i];
    std::map<std::pair<std::size_t, std::size_t>, State> next;
    const auto offer = [&](State state, int kind) {
      const auto [entry, added] = next.try_emplace({state.variable, state.table}, state);
      if (!added && entry->second.cost <= state.cost) {
        return;
      }
      if (kind >= 0) {
        history_.push_back({state.history, i, kind == 1});
        state.history = history_.size() - 1;
      }
      entry->second = state;
    };
    for (const State& state : states) {
      offer({state.variable, state.table, state.cost + kDropped, state.history}, -1);
      if (const int cost = follow_cost(state.variable, card, 1, true); card.variable && cost >= 0) {
        offer({i, state.table, state.cost + cost, state.history}, 1);
      }
      if (const int cost = follow_cost(state.table, card, 0, false);
          card.first < lookups_ && cost >= 0) {
        offer({state.variable, i, state.cost + cost, state.history}, 0);
      }
    }
    std::vector<State> result;
    for (const auto& [key, state] : next) {
      result.push_back(state);
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const State& a, const State& b) { return a.cost < b.cost; });
    result.resize(std::min(result.size(), kMostStates));
    return result;
  }

  // What it costs to put the card behind the row's last one; negative if they overlap.
  int follow_cost(std::size_t last, const Candidate& card, std::uint32_t begin, bool parts) const {
    const std::uint32_t end =
        last == kNobody ? begin : candidates_[last].first + candidates_[last].slots;
    if (card.first < end) {
      return -1;
    }
    int cost = card.first > end ? 2 : 0;
    if (last != kNobody && candidates_[last].order > card.order &&
        !(parts && candidates_[last].stock && !card.stock)) {
      ++cost;
    }
    return cost;
  }

  const std::vector<Candidate>& candidates_;
  std::uint32_t lookups_;
  std::vector<Step> history_;
};

class SeriesReader {
 public:
  SeriesReader(const VdfBytes& bytes, const VdfLayout& layout) : bytes_(bytes), layout_(layout) {}

  std::optional<std::string> read_times() {
    const auto times = read_block(bytes_.word(layout_.offsets));
    if (!times) {
      return "the block of times is damaged";
    }
    times_ = *times;
    first_block_ = bytes_.word(layout_.offsets);
    return std::nullopt;
  }

  // Nothing was saved: an empty series.
  std::optional<std::string> add(std::uint32_t slot, SeriesName name, SeriesTable& table) {
    Series series{std::move(name), {}, {}, 0};
    const std::uint64_t at = layout_.offsets + 4ull * slot;
    const std::uint32_t offset = bytes_.word(at);
    if (offset >= first_block_ && offset < bytes_.size()) {  // no constant is that small
      const auto values = read_block(offset);
      if (!values || values->size() != times_.size()) {
        return fmt::format("the block of values at byte {} is damaged", offset);
      }
      for (std::size_t i = 0; i < times_.size(); ++i) {
        if ((*values)[i] != kMissing) {
          series.times.push_back(times_[i]);
          series.values.push_back((*values)[i]);
        }
      }
    } else if (bytes_.number(layout_.finals + 4ull * slot) != kMissing) {
      series.values.push_back(bytes_.number(at));
    }
    if (!series.values.empty()) {
      table.series.push_back(std::move(series));
    }
    return std::nullopt;
  }

 private:
  // A count, a bit for each time, and a value for each bit that is set; a value holds until the
  // next. Some blocks have a bit for each time of a longer grid, whose end was saved: whichever
  // number of bits agrees with the count.
  std::optional<std::vector<float>> read_block(std::uint64_t at) const {
    for (const std::uint32_t points : {layout_.times, layout_.grid}) {
      if (auto values = read_block(at, points)) {
        const std::size_t surplus =
            values->size() - std::min<std::size_t>(values->size(), layout_.times);
        values->erase(values->begin(), values->begin() + static_cast<std::ptrdiff_t>(surplus));
        return values;
      }
    }
    return std::nullopt;
  }

  std::optional<std::vector<float>> read_block(std::uint64_t at, std::uint32_t points) const {
    const std::uint64_t bitmap = (std::uint64_t{points} + 7) / 8;
    const std::uint32_t count = bytes_.half(at);
    if (!bytes_.holds(at, 2 + bitmap + 4ull * count)) {
      return std::nullopt;
    }
    std::vector<float> values(points, kMissing);
    std::uint32_t taken = 0;
    float last = kMissing;
    for (std::uint32_t i = 0; i < points; ++i) {
      if ((bytes_.byte(at + 2 + i / 8) >> (i % 8) & 1) != 0) {
        if (taken == count) {
          return std::nullopt;
        }
        last = bytes_.number(at + 2 + bitmap + 4ull * taken++);
      }
      values[i] = last;
    }
    return taken == count ? std::optional(std::move(values)) : std::nullopt;
  }

  const VdfBytes& bytes_;
  const VdfLayout& layout_;
  std::vector<float> times_;
  std::uint32_t first_block_ = 0;
};

// Element names of a variable's slots, the last subscript fastest; numbers where the file does not
// tell the names.
std::vector<std::string> subscripts(const VdfLayout& layout, const VdfShape& shape,
                                    std::uint32_t slot) {
  std::vector<std::string> result(shape.sizes.size());
  for (std::size_t a = shape.sizes.size(); a-- > 0;) {
    const std::uint32_t position = slot % shape.sizes[a];
    slot /= shape.sizes[a];
    const auto names = layout.dimensions.find(shape.anchors[a]);
    result[a] = names != layout.dimensions.end() && names->second.size() == shape.sizes[a]
                    ? names->second[position]
                    : std::to_string(position + 1);
  }
  return result;
}

std::string without_quotes(std::string_view name) { return split_series_name(name).base; }

std::optional<std::string> read_series(const VdfBytes& bytes, SeriesTable& table) {
  VdfLayout layout;
  if (auto fault = read_vdf_layout(bytes, layout)) {
    return fault;
  }
  // Each slot with a block has a bit for each time there, so that a sound file is never larger.
  const std::uint64_t values = std::uint64_t{layout.slots} * std::max(layout.times, layout.grid);
  if (layout.slots > kMostSlots || values > kMostValues || layout.times > 8 * bytes.size() ||
      layout.grid > 8 * bytes.size()) {
    return fmt::format("{} values at {} times are too many", layout.slots, layout.times);
  }
  SeriesReader reader(bytes, layout);
  if (auto fault = reader.read_times()) {
    return fault;
  }
  const std::vector<Candidate> candidates = find_candidates(bytes, layout);
  for (const std::size_t i : Deal(candidates, layout.lookups).variables()) {
    const Candidate& variable = candidates[i];
    if (variable.name.starts_with('#')) {
      continue;
    }
    for (std::uint32_t s = 0; s < variable.slots; ++s) {
      SeriesName name{without_quotes(variable.name), {}};
      if (variable.shape != nullptr) {
        name.subscripts = subscripts(layout, *variable.shape, s);
      }
      if (auto fault = reader.add(variable.first + s, std::move(name), table)) {
        return fault;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_vdf(std::string_view bytes) { return bytes.starts_with("\x7f\xf7\x17"); }

std::optional<SeriesTable> read_vdf(const std::string& path, std::string_view bytes,
                                    base::Diagnostics& diagnostics) {
  SeriesTable table;
  if (const auto fault = read_series(VdfBytes(bytes), table)) {
    diagnostics.add(base::Code::bad_vdf, {}, fmt::format("{}: {}", path, *fault));
    return std::nullopt;
  }
  return table;
}

}  // namespace shamal::data
