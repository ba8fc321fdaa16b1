// What every analysis is handed besides its data: seed, threads, progress, cancellation.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay::base {

class StepClock;
class ThreadPool;

// Set once, from a signal handler or another thread; read everywhere. Lock-free.
class CancelToken {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

// Receives what a running step has done. Calls may come from any thread.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  // `done` of `total` units of `step` ("permutation test") are finished; done == total ends the step.
  virtual void Report(std::string_view step, std::int64_t done, std::int64_t total) = 0;
};

// Never owns what it points to; all pointers outlive the call. `pool` may be null: then serial.
struct RunContext {
  std::uint64_t seed = 42;
  ThreadPool* pool = nullptr;
  ProgressSink* progress = nullptr;       // null: silent
  const CancelToken* cancel = nullptr;    // null: cannot be cancelled
  StepClock* clock = nullptr;             // null: steps are not timed (see step_clock.h)
  std::int64_t memory_bytes = 0;          // cap for this process, 0 = no cap was given

  // The same without progress: for the parts of a step that reports itself.
  RunContext Quiet() const {
    RunContext quiet = *this;
    quiet.progress = nullptr;
    return quiet;
  }

  // Quiet, on the calling thread, untimed: for tasks that run side by side.
  RunContext Serial() const {
    RunContext serial = Quiet();
    serial.pool = nullptr;
    serial.clock = nullptr;
    return serial;
  }

  bool cancelled() const { return cancel != nullptr && cancel->cancelled(); }
  void Report(std::string_view step, std::int64_t done, std::int64_t total) const {
    if (progress != nullptr) progress->Report(step, done, total);
  }
};

}  // namespace assay::base

namespace assay {
using base::RunContext;
}
