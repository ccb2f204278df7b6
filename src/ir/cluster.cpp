#include "ir/cluster.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "ir/access.h"

namespace shamal::ir {

namespace {

// What stands together: arithmetic of one nest; operations of other kinds, each with its like.
struct Kind {
  std::uint32_t op = kNone;  // kNone: arithmetic
  LoopId loop = 0;

  auto operator<=>(const Kind&) const = default;
};

class Clusterer {
 public:
  Clusterer(const Program& program, const Objects& objects, std::vector<Instruction>& block)
      : program_(program), objects_(objects), block_(block), net_(objects.all.size(), false) {
    for (const Stock& stock : program.stocks) {
      net_[objects.of_slot[stock.net]] = true;
    }
  }

  void run() {
    find_dependences();
    std::size_t taken = 0;
    for (std::uint32_t i = 0; i < block_.size(); ++i) {
      if (waits_for_[i] == 0) {
        ready_[kind(i)].push(i);
      }
    }
    while (taken < block_.size()) {
      const Kind now = next_kind();
      std::vector<std::uint32_t> later;  // for when the loop over the nest has ended
      sums_.clear();
      groups_.push_back({now, {}});
      auto& of = ready_[now];
      while (!of.empty()) {
        const std::uint32_t i = of.top();
        of.pop();
        if (meets_sum(i)) {
          later.push_back(i);
          continue;
        }
        groups_.back().members.push_back(i);
        ++taken;
        if (partial_[i]) {
          sums_.push_back(target_[i]);
        }
        for (const std::uint32_t next : before_[i]) {
          if (--waits_for_[next] == 0) {
            ready_[kind(next)].push(next);
          }
        }
      }
      for (const std::uint32_t i : later) {
        of.push(i);
      }
    }
    sink();
    std::vector<Instruction> made;
    for (Group& group : groups_) {
      std::sort(group.members.begin(), group.members.end());
      for (const std::uint32_t i : group.members) {
        made.push_back(block_[i]);
      }
    }
    block_ = std::move(made);
  }

 private:
  struct Group {
    Kind kind;
    std::vector<std::uint32_t> members;
  };

  using Waiting = std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>>;

  Kind kind(std::uint32_t i) const {
    const Instruction& instruction = block_[i];
    return arithmetic(instruction.op) || still_look_up(instruction)
               ? Kind{kNone, instruction.loop}
               : Kind{static_cast<std::uint32_t>(instruction.op), 0};
  }

  // In one table for the whole nest.
  bool still_look_up(const Instruction& instruction) const {
    if (instruction.op != Op::lookup) {
      return false;
    }
    const View& table = program_.table_views[instruction.aux];
    return std::all_of(table.axes.begin(),
                       table.axes.begin() + program_.loops[instruction.loop].rank,
                       [](const Axis& axis) { return axis == Axis{}; });
  }

  // What is short before what is longer (in powers of four), whose nests then find as much ready as
  // they can; arithmetic while there is some; of the nest with the most to do.
  Kind next_kind() const {
    Kind best;
    std::tuple<int, bool, std::size_t> most{std::numeric_limits<int>::min(), false, 0};
    for (const auto& [of, waiting] : ready_) {
      if (waiting.empty()) {
        continue;
      }
      const std::uint32_t elements = program_.loops[block_[waiting.top()].loop].count();
      const int length = static_cast<int>(std::bit_width(elements)) / 2;
      const std::tuple now(-length, of.op == kNone, waiting.size());
      if (now > most) {
        most = now;
        best = of;
      }
    }
    return best;
  }

  // What only later groups want, the last one that can gives: a result that does not leave its
  // group need not be stored. A net flow is wanted by the step that follows the block.
  void sink() {
    std::vector<std::uint32_t> group_of(block_.size());
    std::map<Kind, std::vector<std::uint32_t>> of_kind;
    for (std::uint32_t g = 0; g < groups_.size(); ++g) {
      of_kind[groups_[g].kind].push_back(g);
      for (const std::uint32_t i : groups_[g].members) {
        group_of[i] = g;
      }
    }
    for (std::uint32_t g = static_cast<std::uint32_t>(groups_.size()); g-- > 0;) {
      std::vector<std::uint32_t> members = std::move(groups_[g].members);
      groups_[g].members.clear();
      std::sort(members.begin(), members.end(), std::greater<>());
      for (const std::uint32_t i : members) {
        std::uint32_t last = g;
        if (groups_[g].kind.op == kNone && (!before_[i].empty() || net_[target_[i]])) {
          last = static_cast<std::uint32_t>(groups_.size() - 1);
          for (const std::uint32_t next : before_[i]) {
            // What reads a sum comes after the loop that makes it.
            last = std::min(last, group_of[next] - (partial_[i] && group_of[next] > g ? 1 : 0));
          }
          const std::vector<std::uint32_t>& same = of_kind[groups_[g].kind];
          last = *(std::upper_bound(same.begin(), same.end(), last) - 1);
        }
        group_of[i] = partial_[i] && !finds_all(i, last, group_of) ? g : last;
        groups_[group_of[i]].members.push_back(i);
      }
    }
  }

  // Whether a sum would find what it adds in group `last`: values that come along, as only this
  // group and later ones want them, or that another of the group wants as well.
  bool finds_all(std::uint32_t sum, std::uint32_t last,
                 const std::vector<std::uint32_t>& group_of) const {
    return std::all_of(makers_[sum].begin(), makers_[sum].end(), [&](std::uint32_t maker) {
      bool comes = !partial_[maker];
      bool met = false;
      for (const std::uint32_t reader : before_[maker]) {
        comes = comes && (reader == sum || group_of[reader] >= last);
        met = met || (reader != sum && group_of[reader] == last);
      }
      return met || comes;
    });
  }

  bool meets_sum(std::uint32_t i) const {
    const auto sum = [this](std::uint32_t o) {
      return std::find(sums_.begin(), sums_.end(), o) != sums_.end();
    };
    return sum(target_[i]) || std::any_of(sources_[i].begin(), sources_[i].end(), sum);
  }

  void find_dependences() {
    const std::size_t count = block_.size();
    target_.resize(count);
    sources_.resize(count);
    partial_.assign(count, false);
    waits_for_.assign(count, 0);
    before_.resize(count);
    makers_.resize(count);
    struct Last {
      std::uint32_t writer = kNone;
      std::vector<std::uint32_t> readers;
    };
    std::vector<Last> last(objects_.all.size());
    std::uint32_t device = kNone;  // one may depend on what another holds
    const auto wait = [&](std::uint32_t i, std::uint32_t for_this) {
      if (for_this != kNone && for_this != i) {
        ++waits_for_[i];
        before_[for_this].push_back(i);
      }
    };
    for (std::uint32_t i = 0; i < count; ++i) {
      const Instruction& instruction = block_[i];
      const auto met = [&](const Access& access) {
        return objects_.of_slot[reach(program_, instruction, access).first];
      };
      for (const Access& access : reads(program_, instruction)) {
        sources_[i].push_back(met(access));
      }
      for (const Access& access : places(program_, instruction)) {
        sources_[i].push_back(met(access));
      }
      if (instruction.op == Op::gather) {
        sources_[i].push_back(objects_.of_slot[gathered_span(program_, instruction).base]);
      }
      const std::uint32_t to = met(write(program_, instruction));
      target_[i] = to;
      partial_[i] = stands_still(program_.loops[instruction.loop], program_.views[instruction.dst]);
      for (const std::uint32_t from : sources_[i]) {
        wait(i, last[from].writer);
        if (from != to && last[from].writer != kNone) {
          makers_[i].push_back(last[from].writer);
        }
      }
      wait(i, last[to].writer);
      for (const std::uint32_t reader : last[to].readers) {
        wait(i, reader);
      }
      if (instruction.op == Op::device) {
        wait(i, std::exchange(device, i));
      }
      for (const std::uint32_t from : sources_[i]) {
        last[from].readers.push_back(i);
      }
      last[to] = {i, {}};
    }
  }

  const Program& program_;
  const Objects& objects_;
  std::vector<Instruction>& block_;
  std::vector<std::uint32_t> target_;
  std::vector<std::vector<std::uint32_t>> sources_;
  std::vector<bool> partial_;  // comes back to an element that it has written
  std::vector<std::uint32_t> waits_for_;
  std::vector<std::vector<std::uint32_t>> before_;
  std::vector<std::vector<std::uint32_t>> makers_;  // of an instruction's sources
  std::vector<bool> net_;                           // by object
  std::map<Kind, Waiting> ready_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> sums_;  // objects that the nest of now has not finished
};

}  // namespace

bool arithmetic(Op op) {
  switch (op) {
    case Op::exponential:
    case Op::natural_log:
    case Op::decimal_log:
    case Op::sine:
    case Op::cosine:
    case Op::tangent:
    case Op::arc_sine:
    case Op::arc_cosine:
    case Op::arc_tangent:
    case Op::hyperbolic_sine:
    case Op::hyperbolic_cosine:
    case Op::hyperbolic_tangent:
    case Op::round_half_away:
    case Op::log_gamma:
    case Op::power:
    case Op::modulo:
    case Op::truncated_modulo:
    case Op::arc_tangent2:
      return false;
    default:
      return static_cast<std::size_t>(op) < kElementwiseOps;
  }
}

void cluster(Program& program) {
  const Objects objects = find_objects(program);
  for (const Block block : {Block::rates, Block::outputs}) {
    Clusterer(program, objects, program.block(block)).run();
  }
}

}  // namespace shamal::ir
