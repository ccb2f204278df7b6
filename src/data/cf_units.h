// Model units in the spelling of the CF conventions, for programs that convert by them.
#pragma once

#include <string>
#include <string_view>

namespace shamal::data {

// The unit in UDUNITS syntax, "km2 month-1"; "1" if it is dimensionless, is not a unit, or contains
// a unit that UDUNITS does not know: people, dollars and widgets have no dimension there.
std::string cf_unit(std::string_view model_unit);

}  // namespace shamal::data
