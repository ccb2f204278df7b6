#include "cli/progress_line.h"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/stages.h"

namespace shamal::cli {

namespace {

void print_progress(const base::Progress& progress) {
  const auto left = progress.remaining_seconds();
  fmt::print(stderr, "\r{:5.1f} %  {} gone, {} left  ", 100 * progress.fraction(),
             duration_text(progress.elapsed_seconds()), left ? duration_text(*left) : "?");
}

}  // namespace

WatchedProgress::WatchedProgress(bool quiet)
    : shown_(!quiet && isatty(STDERR_FILENO) == 1),
      progress_(shown_ ? base::Progress::Report(print_progress) : base::Progress::Report()),
      interrupt_(progress_) {}

void WatchedProgress::end_line() const {
  if (shown_) {
    fmt::print(stderr, "\n");
  }
}

}  // namespace shamal::cli
