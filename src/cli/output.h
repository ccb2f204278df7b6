// What commands share: printing diagnostics, and writing to a file or to standard output.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "cli/command.h"

namespace shamal::cli {

// To stderr, for people; with --json nothing, since the reply holds them.
void print_diagnostics(const base::Diagnostics& diagnostics, const base::Sources& sources,
                       const Common& common);

// A reply with --json goes to stdout: the fields, plus "diagnostics".
void print_json(nlohmann::json reply, const base::Diagnostics& diagnostics,
                const base::Sources& sources);

// Ends a command whose request failed: diagnostics printed, kModelErrors.
int fail(const base::Diagnostics& diagnostics, const base::Sources& sources, const Common& common);

// To the file, or to stdout if the path is empty or "-".
bool write_text(const std::string& text, const std::string& path, base::Diagnostics& diagnostics);

}  // namespace shamal::cli
