#pragma once

#include <string_view>

namespace shamal::api {

// The engine's version, as results name it.
constexpr std::string_view version() { return "0.1.0"; }

}  // namespace shamal::api
