// How far long work has come, as a line on a terminal that is written over and over, and Ctrl-C,
// which cancels it.
#pragma once

#include "base/progress.h"
#include "cli/interrupt.h"

namespace shamal::cli {

class WatchedProgress {
 public:
  // Nothing is written if `quiet`, or where stderr is no terminal.
  explicit WatchedProgress(bool quiet);

  base::Progress* get() { return &progress_; }
  bool cancelled() const { return progress_.cancelled(); }
  void end_line() const;  // the work is over: what is written next begins a line

 private:
  bool shown_;
  base::Progress progress_;
  Interrupt interrupt_;
};

}  // namespace shamal::cli
