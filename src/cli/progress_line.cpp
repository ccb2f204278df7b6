#include "cli/progress_line.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/stages.h"

namespace shamal::cli {

void print_progress(const base::Progress& progress) {
  const auto left = progress.remaining_seconds();
  fmt::print(stderr, "\r{:5.1f} %  {} gone, {} left  ", 100 * progress.fraction(),
             duration_text(progress.elapsed_seconds()), left ? duration_text(*left) : "?");
}

}  // namespace shamal::cli
