// Reading a dataset through NetcdfFile.
#pragma once

#include "data/dataset.h"
#include "data/netcdf_file.h"

namespace shamal::data {

// What a dataset can hold of the file; see data/netcdf.h. With `in_pieces`, the name of a
// dimension, everything along it stays empty, and `pieces` takes the variables that hold it: the
// coordinate first (-1 if there is none), then those of the dataset.
Dataset read_dataset(NetcdfFile& file, std::string_view in_pieces = {},
                     std::vector<int>* pieces = nullptr);

}  // namespace shamal::data
