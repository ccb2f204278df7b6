// `shamal predict`, beside the other commands (command.h).
#pragma once

#include "cli/command.h"

namespace shamal::cli {

std::function<int()> set_up_predict(CLI::App& app, const Common& common);

}  // namespace shamal::cli
