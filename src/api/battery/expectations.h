// What must hold of every run: the probe of a check of the kind `holds`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/battery.h"
#include "api/draws/probe.h"

namespace shamal::api {

class Examine final : public Probe {
 public:
  // `base` has the values of the same draws without the check's settings, where one is compared
  // with them; it must have taken the runs before.
  Examine(const std::vector<analysis::Expectation>& expectations,
          const analysis::Calendar& calendar, const ir::Layout& layout, const KeepAll* base)
      : expectations_(expectations), calendar_(calendar), layout_(layout), base_(base) {}

  std::vector<std::string> variables() const override;
  void open(const ColumnsByName& columns) override { columns_ = columns; }
  void take(const sim::EnsembleBlock& block) override;

  std::uint64_t runs = 0;
  std::uint64_t violated = 0;  // in so many of them
  std::string finding;         // the worst violation

 private:
  bool examine(const analysis::Expectation& it, const sim::EnsembleBlock& block, std::size_t run);
  std::string describe(const analysis::Expectation& it, std::size_t element, double value,
                       double limit, double time, std::uint64_t run) const;

  const std::vector<analysis::Expectation>& expectations_;
  const analysis::Calendar& calendar_;
  const ir::Layout& layout_;
  const KeepAll* base_;
  ColumnsByName columns_;
  double worst_ = 0;  // how far beyond what is allowed, as a share of it
};

}  // namespace shamal::api
