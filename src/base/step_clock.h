// Wall seconds per step of a run, for the object `timing` of reports.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "base/run_context.h"

namespace assay::base {

// Used from the main thread of a run only.
class StepClock {
 public:
  void Add(const std::string& step, double seconds) { seconds_[step] += seconds; }
  const std::map<std::string, double>& seconds() const { return seconds_; }

 private:
  std::map<std::string, double> seconds_;
};

// Adds the time from its construction to its end to `step` of context.clock, if there is one.
class ScopedStep {
 public:
  ScopedStep(const RunContext& context, std::string step)
      : clock_(context.clock), step_(std::move(step)), start_(std::chrono::steady_clock::now()) {}
  ~ScopedStep() {
    if (clock_ == nullptr) return;
    clock_->Add(step_, std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  }
  ScopedStep(const ScopedStep&) = delete;
  ScopedStep& operator=(const ScopedStep&) = delete;

 private:
  StepClock* clock_;
  std::string step_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace assay::base
