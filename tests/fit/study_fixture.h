// The small studies of this folder, loaded and compiled.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "analysis/study_files.h"
#include "api/compile.h"
#include "api/fit/posterior.h"

namespace shamal::fit_tests {

struct Loaded {
  base::Sources sources;
  base::Diagnostics diagnostics;
  analysis::StudyFiles files;
  std::optional<api::CompiledModel> compiled;
  std::optional<api::Posterior> posterior;
};

inline std::string study_path(const std::string& name) {
  return std::string(SHAMAL_SOURCE_DIR) + "/tests/fit/studies/" + name + ".toml";
}

inline std::unique_ptr<Loaded> load(const std::string& name, api::PosteriorRequest request = {}) {
  auto made = std::make_unique<Loaded>();
  auto files = analysis::load_study(study_path(name), made->sources, made->diagnostics);
  if (files) {
    made->files = std::move(*files);
    made->compiled = api::compile(made->files.study.model.text, made->sources, made->diagnostics);
  }
  if (made->compiled) {
    made->posterior =
        api::Posterior::make(*made->compiled, made->files, request, made->diagnostics);
  }
  EXPECT_TRUE(made->posterior.has_value()) << base::print(made->diagnostics, made->sources);
  return made;
}

}  // namespace shamal::fit_tests
