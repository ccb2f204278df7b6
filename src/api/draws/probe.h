// What a battery looks at in the runs of an ensemble: probes, which are handed the blocks in order.
// Several of them, of several checks, may look at the same runs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/study.h"
#include "api/compile.h"
#include "sim/ensemble.h"

namespace shamal::api {

// Where a variable stands among the saved values of a run.
struct SavedColumns {
  std::size_t first = 0;
  std::size_t count = 1;                      // 1: a scalar or one element
  const ir::LayoutVariable* whole = nullptr;  // the array that it is the whole of, if one
};
using ColumnsByName = std::map<std::string, SavedColumns>;  // by the name as the file writes it

class Probe {
 public:
  virtual ~Probe() = default;
  Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  // What must be saved for it.
  virtual std::vector<std::string> variables() const = 0;
  // Before the first block.
  virtual void open(const ColumnsByName& columns) = 0;
  // One block after the other, in the order of the runs.
  virtual void take(const sim::EnsembleBlock& block) = 0;
};

// Keeps every saved value.
class KeepAll final : public Probe {
 public:
  void ask(const std::string& variable) { asked_.push_back(variable); }

  std::vector<std::string> variables() const override { return asked_; }
  void open(const ColumnsByName& columns) override;
  void take(const sim::EnsembleBlock& block) override;

  double at(const std::string& variable, std::uint64_t run, std::size_t time,
            std::size_t element) const;

 private:
  struct Kept {
    SavedColumns columns;
    std::vector<double> values;  // [run][time][element]
  };
  std::vector<std::string> asked_;
  std::map<std::string, Kept> kept_;
  std::size_t times_ = 0;
};

// Reads numbers off the curves of each run.
class ReadCurves final : public Probe {
 public:
  ReadCurves(std::vector<analysis::Reading> readings, const analysis::Calendar& calendar)
      : readings_(std::move(readings)), calendar_(calendar), values(readings_.size()) {}

  std::vector<std::string> variables() const override;
  void open(const ColumnsByName& columns) override;
  void take(const sim::EnsembleBlock& block) override;

 private:
  std::vector<analysis::Reading> readings_;
  analysis::Calendar calendar_;
  std::vector<std::size_t> columns_;  // of each reading

 public:
  std::vector<std::vector<double>> values;  // [reading][run]
};

// The first and the last value of whole variables.
class KeepEnds final : public Probe {
 public:
  explicit KeepEnds(std::vector<std::string> asked) : asked_(std::move(asked)) {}

  std::vector<std::string> variables() const override { return asked_; }
  void open(const ColumnsByName& columns) override;
  void take(const sim::EnsembleBlock& block) override;

  struct Ends {
    std::vector<double> first;  // by element
    std::vector<double> last;
  };
  std::vector<std::vector<Ends>> runs;  // [run][variable]
  double begin = 0;
  double end = 0;

 private:
  std::vector<std::string> asked_;
  std::vector<SavedColumns> columns_;
};

}  // namespace shamal::api
