#include "emit_c.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "ir/access.h"

namespace shamal::bench {

namespace {

using ir::Op;

// The C meaning of the elementwise operations, by the text of their row.
std::string c_meaning(Op op) {
  constexpr std::string_view kScope = "std::";
  std::string text(ir::row(op).meaning);
  for (std::size_t at = text.find(kScope); at != std::string::npos; at = text.find(kScope)) {
    text.erase(at, kScope.size());
  }
  return text;
}

// A literal of C.
std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.17g}", value)
         : std::isnan(value)  ? "NAN"
         : value > 0          ? "INFINITY"
                              : "-INFINITY";
}

constexpr std::size_t kMostStatements = 3000;

constexpr std::string_view kPrelude = R"(#include <math.h>
#define M static inline __attribute__((always_inline)) double
#define exponential exp
#define natural_log log
#define decimal_log log10
#define sine sin
#define cosine cos
#define tangent tan
#define hyperbolic_sine sinh
#define hyperbolic_cosine cosh
#define hyperbolic_tangent tanh
#define power pow
#define fused_multiply_add fma
M truth(int c) { return c ? 1.0 : 0.0; }
M floored_modulo(double a, double b) { double r = fmod(a, b); return r != 0.0 && (r < 0.0) != (b < 0.0) ? r + b : r; }
M checked_index(double a, double b) { double w = floor(a); return w >= 1.0 && w <= b ? w - 1.0 : NAN; }
typedef struct { int kind; int n; double per; const double *x, *y, *s; } T;
static inline double lookup(const T* t, double a) {
  int n = t->n, i;
  const double *x = t->x;
  if (!(a >= x[0])) return a < x[0] ? (t->kind == 1 ? t->y[0] + t->s[0] * (a - x[0]) : t->y[0]) : a;
  if (a >= x[n - 1]) return t->kind == 1 && n > 1 ? t->y[n - 1] + t->s[n - 2] * (a - x[n - 1]) : t->y[n - 1];
  if (t->per > 0) {
    i = (int)((a - x[0]) * t->per);
    if (i > n - 2) i = n - 2;
    if (x[i] > a) --i; else if (x[i + 1] <= a) ++i;
  } else {
    i = 0;
    while (x[i + 1] <= a) ++i;
  }
  return t->kind == 2 ? t->y[i] : t->y[i] + t->s[i] * (a - x[i]);
}
)";

class Emitter {
 public:
  Emitter(const ir::Program& program, const RivalSpec& spec)
      : program_(program), spec_(spec), objects_(ir::find_objects(program)) {}

  std::optional<std::string> run() {
    if (!program_.delays.empty() || !program_.random_sites.empty() || !program_.memories.empty() ||
        !program_.calls.empty() || !program_.device_uses.empty()) {
      return std::nullopt;
    }
    find_groups();
    find_locals();
    std::string functions;
    constexpr std::array<const char*, 3> kNames = {"initial", "rates", "outputs"};
    for (std::size_t b = 0; b < ir::kBlocks; ++b) {
      functions += block(kNames[b], b);
    }
    if (unsupported_) {
      return std::nullopt;
    }
    std::string text{kPrelude};
    text += tables();
    for (std::uint32_t o = 0; o < objects_.all.size(); ++o) {
      if (local_.count(o) == 0) {
        const auto& object = objects_.all[o];
        text += object.count == 1 ? fmt::format("static double v{};\n", o)
                                  : fmt::format("static double v{}[{}];\n", o, object.count);
      }
    }
    return text + functions + constants() + driver();
  }

 private:
  std::string place(ir::Slot slot) const {
    const std::uint32_t o = objects_.of_slot[slot];
    const auto& object = objects_.all[o];
    return object.count == 1 ? fmt::format("v{}", o)
                             : fmt::format("v{}[{}]", o, slot - object.base);
  }

  std::string index(const ir::View& view, const ir::Loop& loop, std::int64_t base) const {
    std::string text = fmt::format("{}", base);
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      const ir::Axis& axis = view.axes[k];
      if (axis.table >= 0) {
        text += fmt::format("+o{}[i{}]", axis.table, k);
      } else if (axis.stride != 0) {
        text += fmt::format("+{}*i{}", axis.stride, k);
      }
    }
    return text;
  }

  std::string operand(const ir::View& view, const ir::Loop& loop) const {
    const std::uint32_t o = objects_.of_slot[view.base];
    if (local_.count(o) != 0) {
      return fmt::format("t{}", o);
    }
    const auto& object = objects_.all[o];
    return object.count == 1
               ? fmt::format("v{}", o)
               : fmt::format("v{}[{}]", o,
                             index(view, loop, static_cast<std::int64_t>(view.base) - object.base));
  }

  // Which instructions share a loop (or, being scalar, a function: compilers take more than linear
  // time, so no function is longer than kMostStatements).
  void find_groups() {
    for (std::size_t b = 0; b < ir::kBlocks; ++b) {
      std::vector<const ir::Instruction*> open;
      for (const ir::Instruction& instruction : program_.blocks[b]) {
        const bool joins =
            !open.empty() && open.front()->loop == instruction.loop &&
            open.size() < kMostStatements &&
            (instruction.loop == 0 || std::all_of(open.begin(), open.end(), [&](const auto* with) {
               return fusible(*with, instruction);
             }));
        if (!joins) {
          open.clear();
          ++groups_;
        }
        open.push_back(&instruction);
        group_of_[b].push_back(groups_);
      }
    }
  }

  bool repeats(const ir::View& view, const ir::Loop& loop) const {
    for (std::uint32_t k = 0; k < loop.rank; ++k) {
      if (loop.extents[k] > 1 && view.axes[k] == ir::Axis{}) {
        return true;
      }
    }
    return false;
  }

  template <class Visit>
  void for_each_view(const ir::Instruction& instruction, Visit visit) const {
    visit(program_.views[instruction.dst]);
    for (const ir::ViewId arg : instruction.args) {
      if (arg != ir::kNone) {
        visit(program_.views[arg]);
      }
    }
  }

  // The second instruction may follow in the same loop: whatever one of them writes, both touch by
  // one view, and each element once.
  bool fusible(const ir::Instruction& first, const ir::Instruction& next) const {
    if (first.op == Op::gather || next.op == Op::gather) {
      return false;
    }
    const ir::Loop& loop = program_.loops[next.loop];
    bool fine = true;
    const auto check = [&](const ir::Instruction& writer, const ir::Instruction& other) {
      const ir::View& written = program_.views[writer.dst];
      for_each_view(other, [&](const ir::View& view) {
        if (objects_.of_slot[view.base] == objects_.of_slot[written.base]) {
          fine = fine && view == written && !repeats(written, loop);
        }
      });
    };
    check(first, next);
    check(next, first);
    return fine;
  }

  // A temporary that one group alone touches, by one view, is a local variable.
  void find_locals() {
    std::vector<std::vector<std::pair<std::uint32_t, ir::View>>> seen(objects_.all.size());
    for (std::size_t b = 0; b < ir::kBlocks; ++b) {
      for (std::size_t i = 0; i < program_.blocks[b].size(); ++i) {
        for_each_view(program_.blocks[b][i], [&](const ir::View& view) {
          seen[objects_.of_slot[view.base]].push_back({group_of_[b][i], view});
        });
      }
    }
    std::set<std::uint32_t> kept;
    for (const auto& stock : program_.stocks) {
      kept.insert(objects_.of_slot[stock.level]);
      kept.insert(objects_.of_slot[stock.net]);
    }
    for (const auto& constant : program_.constants) {
      kept.insert(objects_.of_slot[constant.slot]);
    }
    for (const auto& block : program_.blocks) {
      for (const auto& instruction : block) {
        if (instruction.op == Op::gather) {
          kept.insert(objects_.of_slot[program_.views[instruction.args[1]].base]);
        }
      }
    }
    for (const ir::Slot slot : spec_.saved) {
      kept.insert(objects_.of_slot[slot]);
    }
    for (ir::Slot slot = 0; slot < ir::kFirstFreeSlot; ++slot) {
      kept.insert(objects_.of_slot[slot]);
    }
    for (std::uint32_t o = 0; o < seen.size(); ++o) {
      const bool one = !seen[o].empty() && kept.count(o) == 0 &&
                       std::all_of(seen[o].begin(), seen[o].end(), [&](const auto& use) {
                         return use.first == seen[o][0].first && use.second == seen[o][0].second;
                       });
      if (one) {
        local_.insert(o);
      }
    }
  }

  std::string compute(const ir::Instruction& instruction, const ir::Loop& loop) {
    std::array<std::string, 3> args;
    for (std::size_t a = 0; a < 3; ++a) {
      if (instruction.args[a] != ir::kNone) {
        args[a] = operand(program_.views[instruction.args[a]], loop);
      }
    }
    if (instruction.op == Op::lookup) {
      const ir::View& view = program_.table_views[instruction.aux];
      return fmt::format("lookup(&tables[{}], {})", index(view, loop, view.base), args[0]);
    }
    if (instruction.op == Op::gather) {
      const ir::SlotSpan span = ir::gathered_span(program_, instruction);
      const ir::View& view = program_.views[instruction.args[1]];
      const std::uint32_t o = objects_.of_slot[span.base];
      const auto& object = objects_.all[o];
      return fmt::format(
          "({{ double at = {} + ({}); at >= {} && at < {} ? (&v{}{})[(int)at] : 0.0; }})", args[0],
          index(view, loop, std::int64_t{view.base} - object.base), span.base - object.base,
          span.base - object.base + span.count, o, object.count == 1 ? "" : "[0]");
    }
    if (static_cast<std::size_t>(instruction.op) >= ir::kElementwiseOps) {
      unsupported_ = true;
      return "0";
    }
    // Operands are put in as the names a, b, c of the row.
    std::string text;
    const std::string meaning = c_meaning(instruction.op);
    const auto letter = [&](std::size_t i) {
      const auto word = [](char ch) {
        return std::isalnum(static_cast<unsigned char>(ch)) != 0 || ch == '_';
      };
      return (meaning[i] == 'a' || meaning[i] == 'b' || meaning[i] == 'c') &&
             (i == 0 || !word(meaning[i - 1])) &&
             (i + 1 == meaning.size() || !word(meaning[i + 1]));
    };
    for (std::size_t i = 0; i < meaning.size(); ++i) {
      text +=
          letter(i) ? args[static_cast<std::size_t>(meaning[i] - 'a')] : std::string(1, meaning[i]);
    }
    return text;
  }

  std::string block(const char* name, std::size_t b) {
    const std::vector<ir::Instruction>& instructions = program_.blocks[b];
    std::vector<std::string> parts(1);
    std::size_t statements = 0;
    for (std::size_t i = 0; i < instructions.size();) {
      const std::uint32_t group = group_of_[b][i];
      const ir::Loop& loop = program_.loops[instructions[i].loop];
      std::string text;
      for (std::uint32_t k = 0; k < loop.rank; ++k) {
        text += fmt::format("for (int i{0} = 0; i{0} < {1}; ++i{0}) ", k, loop.extents[k]);
      }
      text += "{\n";
      for (; i < instructions.size() && group_of_[b][i] == group; ++i, ++statements) {
        const ir::View& dst = program_.views[instructions[i].dst];
        const std::string value = compute(instructions[i], loop);
        std::string target = operand(dst, loop);
        if (target[0] == 't' && defined_.insert(target).second) {
          target = "double " + target;
        }
        text += fmt::format("  {} = {};\n", target, value);
      }
      if (statements > kMostStatements) {
        parts.emplace_back();
        statements = 0;
      }
      parts.back() += text + "}\n";
    }
    std::string made;
    std::string calls;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      made += fmt::format("static void {}{}(void) {{\n{}}}\n", name, p, parts[p]);
      calls += fmt::format("{}{}();\n", name, p);
    }
    return made + fmt::format("static void {}(void) {{\n{}}}\n", name, calls);
  }

  std::string tables() const {
    std::string text;
    const auto list = [](const std::vector<double>& values) {
      std::string made;
      for (const double value : values) {
        made += fmt::format("{:.17g},", value);
      }
      return made;
    };
    std::string rows;
    for (std::size_t t = 0; t < program_.tables.size(); ++t) {
      const ir::Table& table = program_.tables[t];
      std::vector<double> slope(table.x.size(), 0.0);
      const std::size_t last = table.x.size() - 1;
      const double per = static_cast<double>(last) / (table.x[last] - table.x[0]);
      bool even = last > 0;
      for (std::size_t i = 0; i < last; ++i) {
        const double dx = table.x[i + 1] - table.x[i];
        slope[i] = dx > 0 ? (table.y[i + 1] - table.y[i]) / dx : 0.0;
        even = even && std::fabs((table.x[i] - table.x[0]) * per - static_cast<double>(i)) < 0.25;
      }
      text += fmt::format(
          "static const double tx{0}[] = {{{1}}}, ty{0}[] = {{{2}}}, ts{0}[] = {{{3}}};\n", t,
          list(table.x), list(table.y), list(slope));
      rows += fmt::format("{{{}, {}, {:.17g}, tx{}, ty{}, ts{}}},\n", static_cast<int>(table.kind),
                          table.x.size(), even ? per : 0.0, t, t, t);
    }
    text += fmt::format("static const T tables[] = {{\n{}{{0}}}};\n", rows);
    for (std::size_t t = 0; t < program_.offset_tables.size(); ++t) {
      text += fmt::format("static const int o{}[] = {{", t);
      for (const std::int32_t offset : program_.offset_tables[t]) {
        text += fmt::format("{},", offset);
      }
      text += "};\n";
    }
    return text;
  }

  std::string constants() const {
    std::string text = "static void constants(void) {\n";
    for (const ir::Constant& constant : program_.constants) {
      text += fmt::format("  {} = {};\n", place(constant.slot), number(constant.value));
    }
    return text + "}\n";
  }

  std::string driver() const {
    std::string text =
        "void rival_run(const double* inputs, double* results, double start, double stop, double "
        "dt, unsigned steps, unsigned save_every) {\n  constants();\n";
    for (std::size_t i = 0; i < spec_.varied.size(); ++i) {
      text += fmt::format("  {} = inputs[{}];\n", place(spec_.varied[i]), i);
    }
    text += fmt::format("  {} = dt; {} = start; {} = stop; {} = start;\n  initial();\n",
                        place(ir::kStepSlot), place(ir::kStartSlot), place(ir::kStopSlot),
                        place(ir::kTimeSlot));
    text += fmt::format(
        "  for (unsigned step = 0;; ++step) {{\n    {} = start + step * dt;\n    rates();\n"
        "    if (step % save_every == 0 || step == steps) {{\n      outputs();\n",
        place(ir::kTimeSlot));
    for (const ir::Slot slot : spec_.saved) {
      text += fmt::format("      *results++ = {};\n", place(slot));
    }
    text += "    }\n    if (step == steps) break;\n";
    for (const ir::Stock& stock : program_.stocks) {
      if (stock.count == 1) {
        text += fmt::format("    {} += dt * {};\n", place(stock.level), place(stock.net));
      } else {
        text += fmt::format("    for (int i = 0; i < {}; ++i) (&{})[i] += dt * (&{})[i];\n",
                            stock.count, place(stock.level), place(stock.net));
      }
    }
    return text + "  }\n}\n";
  }

  const ir::Program& program_;
  const RivalSpec& spec_;
  ir::Objects objects_;
  std::array<std::vector<std::uint32_t>, ir::kBlocks> group_of_;
  std::uint32_t groups_ = 0;
  std::set<std::uint32_t> local_;
  std::set<std::string> defined_;
  bool unsupported_ = false;
};

}  // namespace

std::optional<std::string> emit_c(const ir::Program& program, const RivalSpec& spec) {
  return Emitter(program, spec).run();
}

}  // namespace shamal::bench
