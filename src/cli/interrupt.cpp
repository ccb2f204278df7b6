#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace shamal::cli {

namespace {

// A signal handler takes no argument: this is the one thing that it can reach.
std::atomic<base::Progress*> watched{nullptr};

void handle(int signal) {
  if (base::Progress* const progress = watched.load()) {
    progress->cancel();  // sets an atomic flag
  }
  std::signal(signal, SIG_DFL);
}

}  // namespace

Interrupt::Interrupt(base::Progress& progress) {
  watched = &progress;
  std::signal(SIGINT, handle);
  std::signal(SIGTERM, handle);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  watched = nullptr;
}

}  // namespace shamal::cli
