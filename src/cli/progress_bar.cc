#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "cli/terminal.h"

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
  // A step of the same name that starts again; calls from several threads may come a little out of order.
  const bool again = done < done_ && (done_ >= total_ || 2 * done < done_);
  const bool begins = step != step_ || again;
  if (begins) {
    step_ = step;
    step_start_ = now;
  }
  done_ = done;
  total_ = total;
  const double since_start = std::chrono::duration<double>(now - start_).count();
  const double since_drawn = std::chrono::duration<double>(now - last_drawn_).count();
  if (since_start < 1.0 || (since_drawn < (terminal_ ? 0.1 : 10.0) && !(terminal_ && begins))) return;
  Draw(done, total, now);
}

void ProgressBar::Draw(std::int64_t done, std::int64_t total, Clock::time_point now) {
  last_drawn_ = now;
  const double elapsed = std::chrono::duration<double>(now - step_start_).count();
  const double share = total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0.0;
  // What a moment's work says about the rest is noise; a step that is done has no time left.
  const bool known = share > 0.0 && elapsed > 0.2;
  const std::string left = total <= 0 || share >= 1.0 ? "" : known ? "about " + ReadableSeconds(elapsed * (1.0 - share) / share) + " left" : "time left not known yet";
  if (terminal_) {
    // Asked each time, so that a resized window has the right line from the next one on.
    const int columns = ColumnsOfTerminal(STDERR_FILENO);
    std::fprintf(stderr, "\r\x1b[K%s", ProgressLine(base::WithoutControls(step_), total > 0 ? share : -1, left, columns > 0 ? columns : 80).c_str());
    std::fflush(stderr);
    drawn_ = true;
  } else {
    std::string line = base::WithoutControls(step_);
    if (total > 0) line += ": " + std::to_string(std::lround(100 * share)) + " %";
    std::fprintf(stderr, "%s%s\n", line.c_str(), left.empty() ? "" : (", " + left).c_str());
  }
}

std::string ProgressLine(std::string_view step, double share, std::string_view left, int columns) {
  constexpr int kMostCells = 24, kLeastCells = 8, kLeastName = 16;
  const int room = std::max(1, columns - 1);
  if (share < 0) return ShortenMiddle(step, room - 2) + (room > 2 ? " …" : "");
  char percent[16];
  std::snprintf(percent, sizeof percent, " %3.0f %%", 100 * share);
  const std::string after = percent + (left.empty() ? std::string() : ", " + std::string(left));
  const int free = room - DisplayWidth(after);
  if (free < kLeastName) return ShortenMiddle(std::string(step) + percent, room);
  const int cells = std::clamp(free - 1 - DisplayWidth(step), kLeastCells, kMostCells);
  const bool with_bar = free - 1 - cells >= kLeastName;
  std::string line = ShortenMiddle(step, with_bar ? free - 1 - cells : free);
  if (with_bar) line += " ";
  for (int i = 0; with_bar && i < cells; ++i) line += i < static_cast<int>(share * cells) ? "█" : "░";
  return line + after;
}

void ProgressBar::Clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) std::fprintf(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace assay::cli
