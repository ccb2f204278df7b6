// Ctrl-C for long work: the first one (and a SIGTERM) cancels the progress, so that the work can
// end in order; a second one ends the program at once.
#pragma once

#include "base/progress.h"

namespace shamal::cli {

class Interrupt {
 public:
  // One at a time.
  explicit Interrupt(base::Progress& progress);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
};

}  // namespace shamal::cli
