// What a request says about runs, made into what the simulation takes: shared by one run and by
// ensembles. Each reports what is wrong with its part.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/run.h"
#include "sim/run.h"

namespace shamal::api {

// "Name=3" → the slots it sets.
bool add_setting(const ir::Layout& layout, const std::string& setting, sim::Inputs& inputs,
                 base::Diagnostics& diagnostics);

// The variables to save, whole or one element of them.
std::optional<std::vector<NamedVariable>> choose_columns(const ir::Layout& layout,
                                                         const RunRequest& request,
                                                         base::Diagnostics& diagnostics);

// What to do where a constant cannot be set from outside.
inline constexpr const char* kStructural =
    "it fixes the size of an array or a time of the run, or the file marks it as unchangeable "
    "(==); "
    "change it in the model file";

// Times, method and seed; nothing is saved yet.
std::optional<sim::RunSpec> run_spec(const Runnable& compiled, const RunRequest& request,
                                     base::Diagnostics& diagnostics);

// "Name"[element] of a slot, for messages.
std::string slot_name(const ir::Layout& layout, ir::Slot slot);

}  // namespace shamal::api
