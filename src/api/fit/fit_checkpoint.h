// An interrupted fit on disk: the sampler's state and the draws so far, as text whose numbers are
// exact. Written beside and renamed, with the hash of all of it in the last line.
#pragma once

#include <optional>
#include <string>

#include "analysis/inference/checkpoint.h"
#include "analysis/inference/draws.h"
#include "base/diagnostics.h"

namespace shamal::api {

struct FitCheckpoint {
  std::string identity;
  analysis::inference::Checkpoint sampler;
  analysis::inference::Draws draws;
};

bool write_checkpoint(const FitCheckpoint& checkpoint, const std::string& path,
                      base::Diagnostics& diagnostics);

// Nothing after cannot_read_file or fit_other (damaged, or of another fit).
std::optional<FitCheckpoint> read_checkpoint(const std::string& path, const std::string& identity,
                                             base::Diagnostics& diagnostics);

}  // namespace shamal::api
