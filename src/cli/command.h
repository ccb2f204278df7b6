// The commands of the program: one row each, one file each.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

namespace shamal::cli {

// Exit codes, the same for every command.
enum Exit : int {
  kSuccess = 0,
  kDiffers = 1,      // compare: out of tolerance; fit --sbc: not calibrated
  kModelErrors = 2,  // the model, the data or the request has errors; they are on stderr
  kUsage = 3,        // the command line is not understood
  kDefect = 4,       // our own mistake
  kInterrupted = 5,  // ensemble, fit: ended before it was complete; what was done is kept
};

// Options that every command has.
struct Common {
  bool json = false;
  std::string command_line;  // as typed, for the provenance of results
};

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view example;
  // Adds the options; the returned function does the work and gives the exit code.
  std::function<int()> (*set_up)(CLI::App& app, const Common& common);
};

std::span<const Command> commands();

std::function<int()> set_up_check(CLI::App& app, const Common& common);
std::function<int()> set_up_test(CLI::App& app, const Common& common);
std::function<int()> set_up_run(CLI::App& app, const Common& common);
std::function<int()> set_up_compare(CLI::App& app, const Common& common);
std::function<int()> set_up_emit(CLI::App& app, const Common& common);
std::function<int()> set_up_variables(CLI::App& app, const Common& common);
std::function<int()> set_up_functions(CLI::App& app, const Common& common);
std::function<int()> set_up_report(CLI::App& app, const Common& common);
std::function<int()> set_up_ensemble(CLI::App& app, const Common& common);
std::function<int()> set_up_fit(CLI::App& app, const Common& common);
std::function<int()> set_up_merge(CLI::App& app, const Common& common);
std::function<int()> set_up_validate(CLI::App& app, const Common& common);

}  // namespace shamal::cli
