// The same draws of a study's priors and rival structures under many lists of settings: an ensemble
// for each model and list, however many probes look at it. What a setting names keeps the value of
// the setting, and the draws of everything else stay what they were.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/draws/probe.h"
#include "api/ensemble.h"

namespace shamal::api {

// Without the spaces around it.
std::string_view trimmed(std::string_view text);

// Every structure as a choice among its options, each as likely as the others.
void add_structures(const analysis::Study& study, EnsembleRequest& request);

// A parameter that a setting names keeps the value of the setting, an array of which it names an
// element keeps the model's other values, and the draws of all other parameters stay what they
// were.
void pin_settings(EnsembleRequest& request);

struct DrawsRequest {
  std::uint64_t draws = 1000;
  std::uint64_t seed = 1;
  std::size_t threads = 0;  // 0: all
};

class Draws {
 public:
  Draws(const analysis::Study& study, const DrawsRequest& request)
      : study_(study), request_(request) {}

  // The probe will see the runs of the model with these settings. Model and probe must outlive
  // run().
  void add(const CompiledModel& model, const std::vector<std::string>& settings, Probe& probe);

  std::size_t size() const { return groups_.size(); }

  // What was drawn for a parameter in each run without settings; empty if nothing was. After run().
  std::vector<double> drawn(const std::string& parameter) const;

  // All of them: first those without settings, which others may be compared with, then the others
  // side by side. False after errors in a setting, or if it was cancelled.
  bool run(base::Diagnostics& diagnostics, base::Progress* progress);

 private:
  struct Group {
    const CompiledModel* model = nullptr;
    EnsembleRequest request;
    std::vector<Probe*> probes;
    std::optional<PreparedEnsemble> prepared;
  };

  EnsembleRequest request_of(const std::vector<std::string>& settings) const;
  bool prepare(Group& group, base::Diagnostics& diagnostics) const;
  bool simulate(const std::vector<Group*>& groups, base::Progress* progress) const;

  const analysis::Study& study_;
  DrawsRequest request_;
  std::deque<Group> groups_;
};

}  // namespace shamal::api
