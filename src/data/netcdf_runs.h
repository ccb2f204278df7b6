// Results of many runs that are written, and read, a block at a time: a netCDF-4 file that grows
// while an ensemble runs, and of which no more than a block is ever in memory.
//
// The dataset of such a file has the dimension `run`, whose coordinate is the number of the run;
// the variables whose first dimension it is come in blocks, in ascending order. Each block carries
// a check over its numbers, so that after a crash it is known what had been written completely. The
// same blocks give the same bytes, whenever they come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "data/dataset.h"
#include "data/netcdf_file.h"

namespace shamal::data {

// The numbers of consecutive runs: of each variable over runs, in the order of the dataset.
struct RunsBlock {
  std::uint64_t first_run = 0;
  std::size_t runs = 0;
  std::vector<std::vector<double>> values;
};

// Where the blocks of a file lie: block k holds block_runs runs from first_run + k * block_runs on.
struct RunsExtent {
  std::uint64_t first_run = 0;
  std::uint64_t runs = 0;
  std::uint64_t block_runs = 1;

  std::uint64_t blocks() const { return (runs + block_runs - 1) / block_runs; }
  std::size_t runs_of(std::uint64_t block) const;
};

class RunsWriter {
 public:
  // `header` has the dimension `run` first, and no values of variables over it. Nothing after
  // cannot_write_file or netcdf_failure.
  static std::optional<RunsWriter> create(const std::string& path, const Dataset& header,
                                          const RunsExtent& extent, base::Diagnostics& diagnostics);

  // The next block. False after netcdf_failure.
  bool put(const RunsBlock& block, base::Diagnostics& diagnostics);
  // Everything on the disk. False after netcdf_failure.
  bool close(base::Diagnostics& diagnostics);

  std::uint64_t blocks() const { return next_; }

 private:
  RunsWriter(std::string path, NetcdfFile file, RunsExtent extent)
      : path_(std::move(path)), file_(std::move(file)), extent_(extent) {}
  bool good(base::Diagnostics& diagnostics) const;

  std::string path_;
  NetcdfFile file_;
  RunsExtent extent_;
  std::vector<int> variables_;  // the coordinate first
  int check_ = -1;
  std::uint64_t next_ = 0;
  std::uint64_t unsynchronised_ = 0;  // numbers
};

class RunsReader {
 public:
  // Nothing after netcdf_failure, or netcdf_failure if it is no such file.
  static std::optional<RunsReader> open(const std::string& path, base::Diagnostics& diagnostics);

  const Dataset& header() const { return header_; }  // without what comes in blocks
  const RunsExtent& extent() const { return extent_; }

  // Nothing if the block was not written completely.
  std::optional<RunsBlock> block(std::uint64_t index);

 private:
  RunsReader(std::string path, NetcdfFile file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  NetcdfFile file_;
  Dataset header_;
  RunsExtent extent_;
  std::vector<int> variables_;
  std::vector<double> checks_;
};

}  // namespace shamal::data
