#include "data/netcdf_file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace shamal::data {

namespace {

constexpr int kDeflateLevel = 4;

// A chunk of a variable that is written in parts holds about 4 MiB at most.
constexpr std::size_t kChunkValues = std::size_t{1} << 19;

// A damaged file may claim any size; beyond this many values it is not believed.
constexpr std::size_t kMostValues = std::size_t{1} << 31;

}  // namespace

NetcdfFile NetcdfFile::create(const std::string& path) {
  NetcdfFile file;
  file.open_ =
      file.run([&] { return nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file.id_); });
  file.root_ = file.id_;
  return file;
}

NetcdfFile NetcdfFile::open(const std::string& path) {
  NetcdfFile file;
  file.open_ = file.run([&] { return nc_open(path.c_str(), NC_NOWRITE, &file.id_); });
  file.root_ = file.id_;
  return file;
}

NetcdfFile::NetcdfFile(NetcdfFile&& other) noexcept
    : id_(other.id_),
      root_(other.root_),
      open_(std::exchange(other.open_, false)),
      error_(other.error_) {}

NetcdfFile::~NetcdfFile() {
  if (open_) {
    nc_close(root_);
  }
}

std::string NetcdfFile::message() const {
  const std::string_view text = nc_strerror(error_);
  constexpr std::string_view kPrefix = "NetCDF: ";
  return std::string(text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text);
}

void NetcdfFile::close() {
  if (std::exchange(open_, false)) {
    const int closed = nc_close(root_);
    run([&] { return closed; });
  }
}

void NetcdfFile::begin_group(const std::string& name) {
  run([&] { return nc_def_grp(root_, name.c_str(), &id_); });
}

int NetcdfFile::define_dimension(const std::string& name, std::size_t size) {
  int id = -1;
  run([&] { return nc_def_dim(id_, name.c_str(), size, &id); });
  return id;
}

int NetcdfFile::define_variable(const std::string& name, nc_type type,
                                const std::vector<int>& dimensions) {
  int id = -1;
  run([&] {
    return nc_def_var(id_, name.c_str(), type, static_cast<int>(dimensions.size()),
                      dimensions.data(), &id);
  });
  if (type == NC_DOUBLE && !dimensions.empty()) {
    run([&] { return nc_def_var_deflate(id_, id, 1, 1, kDeflateLevel); });
  }
  return id;
}

int NetcdfFile::define_variable_in_chunks(const std::string& name,
                                          const std::vector<int>& dimensions, std::size_t chunk) {
  int id = -1;
  run([&] {
    return nc_def_var(id_, name.c_str(), NC_DOUBLE, static_cast<int>(dimensions.size()),
                      dimensions.data(), &id);
  });
  std::vector<std::size_t> sizes;
  std::size_t others = 1;
  for (const int dimension : dimensions) {
    sizes.push_back(std::max<std::size_t>(1, dimension_size(dimension)));
    others *= sizes.size() > 1 ? sizes.back() : 1;
  }
  sizes.front() = std::min({sizes.front(), chunk, std::max<std::size_t>(1, kChunkValues / others)});
  run([&] { return nc_def_var_chunking(id_, id, NC_CHUNKED, sizes.data()); });
  return id;
}

void NetcdfFile::put_attribute(int variable, const std::string& name, const std::string& text) {
  run([&] { return nc_put_att_text(id_, variable, name.c_str(), text.size(), text.data()); });
}

void NetcdfFile::put(int variable, const std::vector<double>& values) {
  if (values.size() == value_count(variable)) {
    run([&] { return nc_put_var_double(id_, variable, values.data()); });
  } else {
    run([&] { return NC_EEDGE; });
  }
}

void NetcdfFile::put(int variable, const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const std::string& text : texts) {
    pointers.push_back(text.c_str());
  }
  run([&] { return nc_put_var_string(id_, variable, pointers.data()); });
}

NetcdfFile::Part NetcdfFile::part(int variable, std::size_t first, std::size_t count) {
  Part made;
  for (const int dimension : variable_dimensions(variable)) {
    made.start.push_back(made.start.empty() ? first : 0);
    made.count.push_back(made.count.empty() ? count : dimension_size(dimension));
  }
  return made;
}

void NetcdfFile::put_part(int variable, std::size_t first, std::size_t count,
                          const std::vector<double>& values) {
  const Part where = part(variable, first, count);
  std::size_t size = where.count.empty() ? 0 : 1;
  for (const std::size_t extent : where.count) {
    size *= extent;
  }
  run([&] {
    return size != values.size() ? NC_EEDGE
                                 : nc_put_vara_double(id_, variable, where.start.data(),
                                                      where.count.data(), values.data());
  });
}

void NetcdfFile::synchronise() {
  run([&] { return nc_sync(id_); });
}

std::vector<int> NetcdfFile::dimensions() {
  int count = 0;
  run([&] { return nc_inq_dimids(id_, &count, nullptr, 0); });
  std::vector<int> ids(static_cast<std::size_t>(count));
  run([&] { return nc_inq_dimids(id_, &count, ids.data(), 0); });
  return ids;
}

int NetcdfFile::variable_count() {
  int count = 0;
  run([&] { return nc_inq_nvars(id_, &count); });
  return count;
}

std::string NetcdfFile::dimension_name(int dimension) {
  std::array<char, NC_MAX_NAME + 1> name{};
  run([&] { return nc_inq_dimname(id_, dimension, name.data()); });
  return name.data();
}

std::size_t NetcdfFile::dimension_size(int dimension) {
  std::size_t size = 0;
  run([&] { return nc_inq_dimlen(id_, dimension, &size); });
  return size;
}

std::optional<int> NetcdfFile::find_variable(const std::string& name) {
  int id = -1;
  return good() && nc_inq_varid(id_, name.c_str(), &id) == NC_NOERR ? std::optional(id)
                                                                    : std::nullopt;
}

std::string NetcdfFile::variable_name(int variable) {
  std::array<char, NC_MAX_NAME + 1> name{};
  run([&] { return nc_inq_varname(id_, variable, name.data()); });
  return name.data();
}

nc_type NetcdfFile::variable_type(int variable) {
  nc_type type = NC_NAT;
  run([&] { return nc_inq_vartype(id_, variable, &type); });
  return type;
}

std::vector<int> NetcdfFile::variable_dimensions(int variable) {
  int count = 0;
  run([&] { return nc_inq_varndims(id_, variable, &count); });
  std::vector<int> dimensions(static_cast<std::size_t>(count));
  run([&] { return nc_inq_vardimid(id_, variable, dimensions.data()); });
  return dimensions;
}

std::vector<std::string> NetcdfFile::attribute_names(int variable) {
  int count = 0;
  run([&] { return nc_inq_varnatts(id_, variable, &count); });
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    std::array<char, NC_MAX_NAME + 1> name{};
    if (run([&] { return nc_inq_attname(id_, variable, i, name.data()); })) {
      names.emplace_back(name.data());
    }
  }
  return names;
}

std::optional<std::string> NetcdfFile::attribute(int variable, const std::string& name) {
  nc_type type = NC_NAT;
  std::size_t size = 0;
  if (!good() || nc_inq_att(id_, variable, name.c_str(), &type, &size) != NC_NOERR) {
    return std::nullopt;
  }
  if (type == NC_CHAR) {
    std::string text(size, '\0');
    run([&] { return nc_get_att_text(id_, variable, name.c_str(), text.data()); });
    return text;
  }
  if (type == NC_STRING && size == 1) {
    char* pointer = nullptr;
    std::string text;
    if (run([&] { return nc_get_att_string(id_, variable, name.c_str(), &pointer); })) {
      text = pointer == nullptr ? "" : pointer;
      nc_free_string(1, &pointer);
    }
    return text;
  }
  return std::nullopt;
}

std::size_t NetcdfFile::value_count(int variable) {
  std::size_t count = 1;
  for (const int dimension : variable_dimensions(variable)) {
    const std::size_t size = dimension_size(dimension);
    if (size > 0 && count > kMostValues / size) {
      run([] { return NC_ENOMEM; });
      return 0;
    }
    count *= size;
  }
  return count;
}

std::vector<double> NetcdfFile::numbers(int variable) {
  std::vector<double> values(value_count(variable));
  run([&] { return nc_get_var_double(id_, variable, values.data()); });
  return values;
}

std::vector<double> NetcdfFile::numbers_part(int variable, std::size_t first, std::size_t count) {
  const Part where = part(variable, first, count);
  std::size_t size = where.count.empty() ? 0 : 1;
  for (const std::size_t extent : where.count) {
    if (extent > 0 && size > kMostValues / extent) {
      run([] { return NC_ENOMEM; });
      return {};
    }
    size *= extent;
  }
  std::vector<double> values(size);
  run([&] {
    return nc_get_vara_double(id_, variable, where.start.data(), where.count.data(), values.data());
  });
  return values;
}

std::vector<std::string> NetcdfFile::texts(int variable) {
  std::vector<char*> pointers(value_count(variable), nullptr);
  std::vector<std::string> result;
  if (run([&] { return nc_get_var_string(id_, variable, pointers.data()); })) {
    for (const char* text : pointers) {
      result.emplace_back(text == nullptr ? "" : text);
    }
    nc_free_string(pointers.size(), pointers.data());
  }
  return result;
}

}  // namespace shamal::data
