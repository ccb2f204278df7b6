// The day that a page shows: today, or what SOURCE_DATE_EPOCH says, so that a page can be made
// again byte for byte.
#pragma once

#include <string>

namespace shamal::cli {

std::string today();  // 2016-12-31

}  // namespace shamal::cli
