// One line on stderr with what is going on and how long it will still take.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "base/run_context.h"

namespace assay::cli {

// Shows nothing during the first second of a command. On a terminal the line is redrawn ten times a second; elsewhere a
// line is printed at most every ten seconds, so that logs stay readable. A total of 0 says that a step goes on, not how far it is.
// Thread-safe.
class ProgressBar : public base::ProgressSink {
 public:
  ProgressBar();
  ~ProgressBar() override;
  void Report(std::string_view step, std::int64_t done, std::int64_t total) override;
  // Removes the line, so that other output starts on a clean one.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  void Draw(std::int64_t done, std::int64_t total, Clock::time_point now);

  std::mutex mutex_;
  bool terminal_;
  Clock::time_point start_;
  std::string step_;
  std::int64_t done_ = 0, total_ = 0;
  Clock::time_point step_start_;
  Clock::time_point last_drawn_;
  bool drawn_ = false;
};

// "read flights.csv ████░░░░  50 %, about 4 s left" in less than `columns`: a line as wide as the terminal would wrap, and only its last
// part could be removed. First the bar becomes shorter, then the middle of the step's name goes. `share` below 0: not known.
std::string ProgressLine(std::string_view step, double share, std::string_view left, int columns);

// "12 s", "3 min 20 s", "1 h 5 min".
std::string ReadableSeconds(double seconds);

}  // namespace assay::cli
