// Commands that make something of a model file without running it.
#pragma once

#include "cli/command.h"

namespace shamal::cli {

std::function<int()> set_up_convert(CLI::App& app, const Common& common);
std::function<int()> set_up_document(CLI::App& app, const Common& common);
std::function<int()> set_up_causes(CLI::App& app, const Common& common);
std::function<int()> set_up_uses(CLI::App& app, const Common& common);
std::function<int()> set_up_diff(CLI::App& app, const Common& common);

}  // namespace shamal::cli
