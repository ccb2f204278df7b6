// A study's fit from its file to results: what the command, the server and Python share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/study_files.h"
#include "api/fit/fit.h"
#include "api/fit/fit_file.h"
#include "api/fit/identify.h"
#include "api/fit/predict.h"

namespace shamal::api {

// A study, its model and its posterior. The parts refer to each other: it does not move.
struct StudyPosterior {
  analysis::StudyFiles files;
  std::optional<CompiledModel> compiled;
  std::optional<Posterior> posterior;
};

// Nothing after errors.
std::unique_ptr<StudyPosterior> load_posterior(const std::string& study,
                                               const PosteriorRequest& request,
                                               base::Sources& sources,
                                               base::Diagnostics& diagnostics);

struct StudyFit {
  Sampled sampled;
  ThinnedDraws thinned;
  Predictions predictions;
  std::optional<Identified> identified;  // at the mean of the draws, with a gradient
  std::vector<SeriesScore> calibration;
  std::vector<SeriesScore> holdout;  // empty unless asked for
};

struct StudyFitRequest {
  SampleRequest sample;
  bool holdout = false;  // score what was held out
  std::string identity;
};

// Samples, predicts and scores. Nothing after errors; if it was cancelled, only `sampled` is there.
std::optional<StudyFit> fit_study(const StudyPosterior& of, const StudyFitRequest& request,
                                  base::Diagnostics& diagnostics,
                                  base::Progress* progress = nullptr);

// The observations that the run does not reach, a line a series; empty if there are none.
std::string outside_text(const Posterior& posterior);

// For the terminal: what converged, what the data say about each parameter.
std::string fit_summary(const StudyPosterior& of, const StudyFit& fit);
std::string identify_summary(const StudyPosterior& of, const Identified& identified);

}  // namespace shamal::api
