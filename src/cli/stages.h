// One line on a terminal that says what long work is at, for people; nothing anywhere else.
#pragma once

#include <memory>
#include <string>

#include "api/stages.h"
#include "cli/command.h"

namespace shamal::cli {

class StageLine {
 public:
  explicit StageLine(const Common& common);
  ~StageLine();  // clears the line
  StageLine(const StageLine&) = delete;
  StageLine& operator=(const StageLine&) = delete;

  base::Progress* begin(const std::string& name);
  api::OnStage on_stage();

 private:
  bool shown_;
  std::unique_ptr<base::Progress> progress_;
};

// "1:05".
std::string duration_text(double seconds);

}  // namespace shamal::cli
