#include "data/netcdf_runs.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include <fmt/format.h>

#include "base/files.h"
#include "base/random.h"
#include "data/netcdf_reader.h"
#include "data/netcdf_writer.h"

namespace shamal::data {

namespace {

constexpr const char* kCheckName = "block_check";
constexpr const char* kCheckDimension = "block";
constexpr std::string_view kFirstRun = "first_run";
constexpr std::string_view kBlockRuns = "block_runs";

constexpr std::size_t kCheckChunk = 4096;

// The file is brought up to date on the disk after so many numbers (4 MiB) and at the end. It is
// the amount that decides, not the time: when metadata is written shows in the bytes of the file.
constexpr std::uint64_t kSynchronise = std::uint64_t{1} << 19;

// A number over all the bits, below 2^52 and above 0, so that a double holds it.
double check_of(const RunsBlock& block) {
  std::uint64_t sum = base::scramble(block.first_run);
  for (const std::vector<double>& values : block.values) {
    for (const double value : values) {
      sum = base::scramble(sum ^ std::bit_cast<std::uint64_t>(value));
    }
  }
  return static_cast<double>((sum >> 12) | 1);
}

std::optional<std::uint64_t> number_attribute(const Dataset& dataset, std::string_view name) {
  const auto found = dataset.attributes.find(std::string(name));
  std::uint64_t value = 0;
  if (found == dataset.attributes.end()) {
    return std::nullopt;
  }
  const char* const end = found->second.data() + found->second.size();
  const auto read = std::from_chars(found->second.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace

std::size_t RunsExtent::runs_of(std::uint64_t block) const {
  return static_cast<std::size_t>(std::min(block_runs, runs - block * block_runs));
}

bool RunsWriter::good(base::Diagnostics& diagnostics) const {
  if (!file_.good()) {
    diagnostics.add(base::Code::netcdf_failure, {},
                    fmt::format("\"{}\": {}", path_, file_.message()));
  }
  return file_.good();
}

std::optional<RunsWriter> RunsWriter::create(const std::string& path, const Dataset& header,
                                             const RunsExtent& extent,
                                             base::Diagnostics& diagnostics) {
  if (!base::write_file(path, "", diagnostics)) {  // which says better than the library why not
    return std::nullopt;
  }
  Dataset whole = header;
  whole.dimensions.front().size = static_cast<std::size_t>(extent.runs);
  whole.attributes[std::string(kFirstRun)] = fmt::format("{}", extent.first_run);
  whole.attributes[std::string(kBlockRuns)] = fmt::format("{}", extent.block_runs);
  RunsWriter writer(path, NetcdfFile::create(path), extent);
  NetcdfWriter definitions(
      whole, writer.file_,
      NetcdfWriter::Pieces{0, static_cast<std::size_t>(std::min(extent.block_runs, extent.runs))});
  definitions.define();
  const int blocks =
      writer.file_.define_dimension(kCheckDimension, static_cast<std::size_t>(extent.blocks()));
  writer.check_ = writer.file_.define_variable_in_chunks(kCheckName, {blocks}, kCheckChunk);
  definitions.write_values();
  writer.variables_ = definitions.in_pieces();
  writer.file_.synchronise();
  return writer.good(diagnostics) ? std::optional(std::move(writer)) : std::nullopt;
}

bool RunsWriter::put(const RunsBlock& block, base::Diagnostics& diagnostics) {
  const auto at = static_cast<std::size_t>(block.first_run - extent_.first_run);
  std::vector<double> numbers(block.runs);
  for (std::size_t i = 0; i < block.runs; ++i) {
    numbers[i] = static_cast<double>(block.first_run + i);
  }
  file_.put_part(variables_.front(), at, block.runs, numbers);
  for (std::size_t v = 0; v < block.values.size(); ++v) {
    file_.put_part(variables_[v + 1], at, block.runs, block.values[v]);
    unsynchronised_ += block.values[v].size();
  }
  file_.put_part(check_, static_cast<std::size_t>(next_), 1, {check_of(block)});
  ++next_;
  if (unsynchronised_ >= kSynchronise) {
    unsynchronised_ = 0;
    file_.synchronise();
  }
  return good(diagnostics);
}

bool RunsWriter::close(base::Diagnostics& diagnostics) {
  file_.close();
  return good(diagnostics);
}

std::optional<RunsReader> RunsReader::open(const std::string& path,
                                           base::Diagnostics& diagnostics) {
  RunsReader reader(path, NetcdfFile::open(path));
  reader.header_ = read_dataset(reader.file_, kRunDimension, &reader.variables_);
  if (!reader.file_.good()) {
    diagnostics.add(base::Code::netcdf_failure, {},
                    fmt::format("\"{}\": {}", path, reader.file_.message()));
    return std::nullopt;
  }
  Dataset& header = reader.header_;
  const auto first = number_attribute(header, kFirstRun);
  const auto block_runs = number_attribute(header, kBlockRuns);
  const Variable* const checks = header.find(kCheckName);
  const bool sound = first && block_runs && *block_runs > 0 && checks != nullptr &&
                     !header.dimensions.empty() && header.dimensions.front().name == kRunDimension;
  if (sound) {
    reader.extent_ = {*first, header.dimensions.front().size, *block_runs};
    reader.checks_ = checks->values;
  }
  std::size_t in_blocks = 1;
  for (const Variable& variable : header.variables) {
    in_blocks += !variable.dimensions.empty() && variable.dimensions.front() == 0 ? 1 : 0;
  }
  if (!sound || reader.checks_.size() != reader.extent_.blocks() ||
      reader.variables_.size() != in_blocks) {
    diagnostics.add(base::Code::netcdf_failure, {},
                    fmt::format("\"{}\" is no file of an ensemble, or damaged", path));
    return std::nullopt;
  }
  // What the writer adds is no part of the dataset that it was given.
  std::erase_if(header.variables, [](const Variable& of) { return of.name == kCheckName; });
  std::erase_if(header.dimensions, [](const Dimension& of) { return of.name == kCheckDimension; });
  header.attributes.erase(std::string(kFirstRun));
  header.attributes.erase(std::string(kBlockRuns));
  header.dimensions.front().values.clear();
  return reader;
}

std::optional<RunsBlock> RunsReader::block(std::uint64_t index) {
  RunsBlock made;
  made.first_run = extent_.first_run + index * extent_.block_runs;
  made.runs = extent_.runs_of(index);
  const auto at = static_cast<std::size_t>(index * extent_.block_runs);
  for (std::size_t v = 1; v < variables_.size(); ++v) {
    made.values.push_back(file_.numbers_part(variables_[v], at, made.runs));
  }
  if (!file_.good() || checks_[static_cast<std::size_t>(index)] != check_of(made)) {
    return std::nullopt;
  }
  return made;
}

}  // namespace shamal::data
