#include "model/procedure_derivative.h"

#include <algorithm>

#include "model/recorded.h"

namespace shamal::model {

namespace {

// One recording of a procedure.
class Recorder {
 public:
  Recorder(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in)
      : row_(row), by_(by), x_(in.x.begin(), in.x.end()), y_(in.y.begin(), in.y.end()) {
    for (std::size_t a = 0; a < row.arguments.size(); ++a) {
      std::vector<Recorded>& made = arguments_.emplace_back();
      for (const double value : in.arguments[a]) {
        made.push_back(follows(a) ? recording_.input(value) : Recorded(value));
      }
      spans_.emplace_back(made);
    }
    in_.arguments = spans_;
    in_.x = x_;
    in_.y = y_;
    in_.draw = in.draw;
    in_.time = in.time;
    in_.dt = in.dt;
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void remember(std::span<const double> kept) {
    for (const double value : kept) {
      kept_.push_back(recording_.input(value));
    }
    before_ = kept_;
  }
  void start() { row_.recorded.start(in_, kept_); }
  void advance() { row_.recorded.advance(in_, kept_); }
  void apply(std::size_t count) {
    result_.resize(count);
    in_.kept = kept_;
    row_.recorded.apply(in_, result_);
  }

  // Of the arguments, behind them among the inputs, and of what was remembered to those of all.
  std::vector<double> tangents(const ProcedureInputs& in, std::span<const double> kept) const {
    std::vector<double> made(recording_.size(), 0.0);
    for (std::size_t a = 0; a < arguments_.size(); ++a) {
      for (std::size_t i = 0; follows(a) && i < arguments_[a].size(); ++i) {
        made[arguments_[a][i].place()] = in.arguments[arguments_.size() + a][i];
      }
    }
    for (std::size_t i = 0; i < before_.size(); ++i) {
      made[before_[i].place()] = kept[i];
    }
    recording_.follow(made);
    return made;
  }

  // Of the result and of what is remembered now to those of all; empty ones are zero.
  std::vector<double> adjoints(std::span<const double> result, std::span<const double> kept) const {
    std::vector<double> made(recording_.size(), 0.0);
    const auto add = [&](const std::vector<Recorded>& to, std::span<const double> from) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (!to[i].constant()) {
          made[to[i].place()] += from[i];
        }
      }
    };
    add(result_, result);
    add(kept_, kept);
    recording_.go_back(made);
    return made;
  }

  void write_arguments(const std::vector<double>& from, std::span<double> to) const {
    auto next = to.begin();
    for (std::size_t a = 0; a < arguments_.size(); ++a) {
      for (std::size_t i = 0; follows(a) && i < arguments_[a].size(); ++i) {
        *next++ = from[arguments_[a][i].place()];
      }
    }
  }

  static double at(const std::vector<double>& from, const Recorded& of) {
    return of.constant() ? 0.0 : from[of.place()];
  }
  const std::vector<Recorded>& result() const { return result_; }
  const std::vector<Recorded>& before() const { return before_; }
  const std::vector<Recorded>& kept() const { return kept_; }

 private:
  bool follows(std::size_t a) const { return ((by_ >> a) & 1u) != 0; }

  const ProcedureRow& row_;
  std::uint32_t by_;
  Recording recording_;
  std::vector<Recorded> x_;
  std::vector<Recorded> y_;
  std::vector<std::vector<Recorded>> arguments_;
  std::vector<std::span<const Recorded>> spans_;
  InputsOf<Recorded> in_;
  std::vector<Recorded> before_;  // what was remembered
  std::vector<Recorded> kept_;    // what is now
  std::vector<Recorded> result_;
};

std::span<const double> values(std::span<const double> kept) { return kept.first(kept.size() / 2); }
std::span<const double> moves(std::span<const double> kept) { return kept.last(kept.size() / 2); }

void write_kept(const Recorder& of, const std::vector<double>& tangents, Kept& kept) {
  kept.clear();
  for (const Recorded& number : of.kept()) {
    kept.push_back(number.value());
  }
  for (const Recorded& number : of.kept()) {
    kept.push_back(Recorder::at(tangents, number));
  }
}

}  // namespace

std::size_t input_count(const ProcedureRow& row, Derivative derivative) {
  const std::size_t arguments = row.arguments.size();
  return derivative == Derivative::none      ? arguments
         : derivative == Derivative::tangent ? 2 * arguments
                                             : arguments + 1;
}

void apply_tangent(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                   std::span<double> result) {
  Recorder recorder(row, by, in);
  recorder.remember(values(in.kept));
  recorder.apply(result.size());
  const std::vector<double> tangents = recorder.tangents(in, moves(in.kept));
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = Recorder::at(tangents, recorder.result()[i]);
  }
}

void start_tangent(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                   Kept& kept) {
  Recorder recorder(row, by, in);
  recorder.start();
  write_kept(recorder, recorder.tangents(in, {}), kept);
}

void advance_tangent(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                     Kept& kept) {
  Recorder recorder(row, by, in);
  recorder.remember(values(kept));
  recorder.advance();
  write_kept(recorder, recorder.tangents(in, moves(kept)), kept);
}

void apply_adjoint(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in, bool first,
                   std::span<double> result) {
  const std::span<const double> adjoint = in.arguments.back();
  Recorder recorder(row, by, in);
  if (first && row.keeps()) {
    recorder.start();
  } else {
    recorder.remember(in.kept);
  }
  recorder.apply(adjoint.size());
  recorder.write_arguments(recorder.adjoints(adjoint, {}), result);
}

void apply_adjoint_of_step(const ProcedureRow& row, std::uint32_t by, const ProcedureInputs& in,
                           bool first, std::span<const double> next, std::span<double> result) {
  if (next.empty()) {
    std::fill(result.begin(), result.end(), 0.0);
    return;
  }
  Recorder recorder(row, by, in);
  if (first) {
    recorder.start();
  } else {
    recorder.remember(in.kept);
  }
  recorder.advance();
  recorder.write_arguments(recorder.adjoints({}, next), result);
}

void advance_adjoint(const ProcedureRow& row, const ProcedureInputs& in, Kept& adjoints) {
  Recorder recorder(row, 0, in);
  recorder.remember(in.kept);
  const std::span<const double> adjoint = in.arguments.back();
  recorder.apply(adjoint.size());
  recorder.advance();
  const std::vector<double> found = recorder.adjoints(adjoint, adjoints);
  adjoints.clear();
  for (const Recorded& number : recorder.before()) {
    adjoints.push_back(found[number.place()]);
  }
}

}  // namespace shamal::model
