// Long work in stages: told the name of the stage that begins, whoever watches gives the progress
// to report to; null if nobody does.
#pragma once

#include <functional>
#include <string>

#include "base/progress.h"

namespace shamal::api {

using OnStage = std::function<base::Progress*(const std::string& name)>;

}  // namespace shamal::api
