#include "cli/stages.h"

#include <cstdint>

#include <fmt/format.h>
#include <unistd.h>

namespace shamal::cli {

namespace {

constexpr const char* kClear = "\r\033[K";

}  // namespace

StageLine::StageLine(const Common& common) : shown_(!common.json && isatty(STDERR_FILENO) == 1) {}

StageLine::~StageLine() {
  if (shown_ && progress_) {
    fmt::print(stderr, "{}", kClear);
  }
}

base::Progress* StageLine::begin(const std::string& name) {
  if (!shown_) {
    return nullptr;
  }
  fmt::print(stderr, "{}{}", kClear, name);
  progress_ = std::make_unique<base::Progress>([name](const base::Progress& progress) {
    const auto left = progress.remaining_seconds();
    fmt::print(stderr, "{}{}  {:.0f} %, {} left", kClear, name, 100 * progress.fraction(),
               left ? duration_text(*left) : "?");
  });
  return progress_.get();
}

api::OnStage StageLine::on_stage() {
  return [this](const std::string& name) { return begin(name); };
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace shamal::cli
