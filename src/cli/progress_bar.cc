#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace assay::cli {

std::string ReadableSeconds(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::max(0.0, seconds)));
  char buffer[48];
  if (whole < 60) {
    std::snprintf(buffer, sizeof buffer, "%lld s", whole);
  } else if (whole < 3600) {
    std::snprintf(buffer, sizeof buffer, "%lld min %lld s", whole / 60, whole % 60);
  } else {
    std::snprintf(buffer, sizeof buffer, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
  }
  return buffer;
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1), start_(Clock::now()), last_drawn_(start_) {}
ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Report(std::string_view step, std::int64_t done, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (step != step_) {
    step_ = step;
    step_start_ = now;
  }
  const double since_start = std::chrono::duration<double>(now - start_).count();
  const double since_drawn = std::chrono::duration<double>(now - last_drawn_).count();
  if (since_start < 1.0 || since_drawn < (terminal_ ? 0.1 : 10.0)) return;
  Draw(done, total, now);
}

void ProgressBar::Draw(std::int64_t done, std::int64_t total, Clock::time_point now) {
  last_drawn_ = now;
  const double elapsed = std::chrono::duration<double>(now - step_start_).count();
  const double share = total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0.0;
  // What a moment's work says about the rest is noise.
  const bool known = share > 0.0 && elapsed > 0.2;
  const std::string left = known ? "about " + ReadableSeconds(elapsed * (1.0 - share) / share) + " left" : "time left not known yet";
  if (terminal_) {
    constexpr int kCells = 24;
    std::string bar;
    for (int i = 0; i < kCells; ++i) bar += i < static_cast<int>(share * kCells) ? "█" : "░";
    std::fprintf(stderr, "\r\x1b[K%s %s %3.0f %%, %s", step_.c_str(), bar.c_str(), 100 * share, left.c_str());
    std::fflush(stderr);
    drawn_ = true;
  } else {
    std::fprintf(stderr, "%s: %.0f %%, %s\n", step_.c_str(), 100 * share, left.c_str());
  }
}

void ProgressBar::Clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) std::fprintf(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace assay::cli
