// The two kinds of files that an ensemble makes (ensemble_file.h): the results of every run, and
// statistics alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/ensemble_file.h"
#include "api/ensemble_parts.h"
#include "data/dataset.h"
#include "data/netcdf_runs.h"

namespace shamal::api {

inline constexpr std::string_view kRequestHash = "request_sha256";  // an attribute of both

std::string part_path(const std::string& output);
// The blocks of the shard, and the runs of blocks.
sim::BlockRange range_of(const PreparedEnsemble& prepared, const EnsembleFileRequest& request);
data::RunsExtent extent_of(const sim::EnsemblePlan& plan, sim::BlockRange range);
std::string describe(const PreparedEnsemble& prepared, const FailedRun& failed);

// These fill in what the result says of the simulation. False after errors.
bool write_runs(const PreparedEnsemble& prepared, const EnsembleFileRequest& request,
                base::Progress* progress, EnsembleFileResult& result,
                base::Diagnostics& diagnostics);
bool write_summary(const PreparedEnsemble& prepared, const EnsembleFileRequest& request,
                   base::Progress* progress, EnsembleFileResult& result,
                   base::Diagnostics& diagnostics);

bool merge_runs(const std::vector<std::string>& inputs, const std::string& output,
                base::Diagnostics& diagnostics);
// `parts` are what the inputs hold.
bool merge_summaries(std::vector<data::Dataset> parts, const std::vector<std::string>& inputs,
                     const std::string& output, base::Diagnostics& diagnostics);

}  // namespace shamal::api
