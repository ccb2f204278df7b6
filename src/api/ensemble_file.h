// Ensembles in files: written while they run, interrupted and continued, cut into shards and
// joined.
//
// Results grow in `<output>.part`, a netCDF-4 file with the dimension `run` that can be opened at
// any time, and take the name of the output when they are complete. Interrupted, they stay there
// and can be continued. With `summary_only` the part holds the state of the statistics and the
// output the fans alone, so that it is as small for a million runs as for a thousand.
//
// The bytes of the output depend on the request alone: not on threads, width of batches, shards or
// interruptions. docs/ensembles.md describes the files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/ensemble.h"

namespace shamal::api {

struct EnsembleFileRequest {
  std::string output;
  bool summary_only = false;
  bool resume = false;   // go on from the part, if there is one
  bool restart = false;  // or drop it
  std::uint64_t shard = 1;
  std::uint64_t shards = 1;
};

// What an ensemble needs, said before it starts.
struct EnsembleSize {
  std::uint64_t runs = 0;  // of the shard
  std::uint64_t steps = 0;
  std::uint64_t blocks = 0;
  std::size_t threads = 0;
  std::size_t columns = 0;
  std::size_t times = 0;
  bool exact_quantiles = false;    // of a summary
  std::uint64_t memory_bytes = 0;  // at most, besides the program and its libraries themselves
  std::uint64_t file_bytes = 0;    // about
};

EnsembleSize ensemble_size(const PreparedEnsemble& prepared, const EnsembleFileRequest& request);

struct EnsembleFileResult {
  bool complete = false;
  std::string path;             // of the output, or of the part
  std::uint64_t runs = 0;       // of the shard
  std::uint64_t done = 0;       // of them, those of an earlier part included
  std::uint64_t continued = 0;  // those of an earlier part
  std::uint64_t failed = 0;     // in which a saved value was no number, or step control gave up
  std::string first_failure;    // run, time and variable
  double seconds = 0;           // of simulation
};

// Nothing after errors. Cancelled by the progress it is not complete, and no error.
std::optional<EnsembleFileResult> write_ensemble(const PreparedEnsemble& prepared,
                                                 const EnsembleFileRequest& request,
                                                 base::Progress* progress,
                                                 base::Diagnostics& diagnostics);

// Joins files of shards that follow one another into one. Of all shards it makes the bytes that the
// ensemble gives in one piece. False after errors.
bool merge_ensembles(const std::vector<std::string>& inputs, const std::string& output,
                     base::Diagnostics& diagnostics);

}  // namespace shamal::api
