// The netCDF library behind functions that check each call: the first failure is remembered and the
// calls after it do nothing, so that a writer reads as a list of what it writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <netcdf.h>

namespace shamal::data {

class NetcdfFile {
 public:
  static NetcdfFile create(const std::string& path);
  static NetcdfFile open(const std::string& path);
  ~NetcdfFile();
  NetcdfFile(NetcdfFile&& other) noexcept;
  NetcdfFile& operator=(NetcdfFile&&) = delete;

  bool good() const { return error_ == NC_NOERR; }
  std::string message() const;

  // Writes out what the library still holds.
  void close();

  // What is defined from here on belongs to a new group of the root; names are those of the group.
  void begin_group(const std::string& name);

  // ---- writing: dimensions and variables are known by the ids that these return
  int define_dimension(const std::string& name, std::size_t size);
  int define_variable(const std::string& name, nc_type type, const std::vector<int>& dimensions);
  // Of doubles, not compressed, in chunks of `chunk` positions of the first dimension.
  int define_variable_in_chunks(const std::string& name, const std::vector<int>& dimensions,
                                std::size_t chunk);
  void put_attribute(int variable, const std::string& name, const std::string& text);
  void put(int variable, const std::vector<double>& values);
  void put(int variable, const std::vector<std::string>& texts);
  // The positions first … first + count - 1 of the first dimension, all of the others.
  void put_part(int variable, std::size_t first, std::size_t count,
                const std::vector<double>& values);
  void synchronise();

  // ---- reading
  std::vector<int> dimensions();
  int variable_count();
  std::string dimension_name(int dimension);
  std::size_t dimension_size(int dimension);
  std::optional<int> find_variable(const std::string& name);
  std::string variable_name(int variable);
  nc_type variable_type(int variable);
  std::vector<int> variable_dimensions(int variable);
  std::vector<std::string> attribute_names(int variable);
  // The text of an attribute; nothing if there is none, or if it is not a text.
  std::optional<std::string> attribute(int variable, const std::string& name);
  std::vector<double> numbers(int variable);
  std::vector<double> numbers_part(int variable, std::size_t first, std::size_t count);
  std::vector<std::string> texts(int variable);

 private:
  NetcdfFile() = default;

  // Runs a call unless an earlier one failed.
  template <typename Call>
  bool run(Call call) {
    if (good()) {
      error_ = call();
    }
    return good();
  }
  std::size_t value_count(int variable);
  // Where positions of the first dimension lie.
  struct Part {
    std::vector<std::size_t> start;
    std::vector<std::size_t> count;
  };
  Part part(int variable, std::size_t first, std::size_t count);

  int id_ = -1;    // of the file, or of the group at hand
  int root_ = -1;  // of the file
  bool open_ = false;
  int error_ = NC_NOERR;
};

}  // namespace shamal::data
