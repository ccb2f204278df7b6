// The cards: what was officially said, what the data show, what the model can and cannot attribute.
#pragma once

#include <span>
#include <string>

#include "analysis/comparison.h"
#include "analysis/study_files.h"
#include "api/experiment.h"

namespace shamal::api::report {

// `experiment` may be null: then the model attributes nothing.
std::string cards_html(const analysis::StudyFiles& files,
                       std::span<const analysis::ComparedSeries> series,
                       const Experiment* experiment);

}  // namespace shamal::api::report
