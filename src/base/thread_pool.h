// A fixed set of threads that run numbered tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "base/run_context.h"

namespace assay::base {

// The result of ParallelFor must not depend on which thread runs which index: each task writes to its own place,
// and sums are merged in index order by the caller.
class ThreadPool {
 public:
  // num_threads >= 1 counts the calling thread too.
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const;
  // Calls task(0) .. task(num_tasks - 1), each once, and returns when all are done. The caller works too. A call from
  // inside a task runs serially. Tasks of ours do not throw; when memory runs out in one, the tasks not yet begun are skipped
  // and Run throws it again in the caller.
  void Run(std::int64_t num_tasks, const std::function<void(std::int64_t)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

int NumThreads(const RunContext& context);  // of its pool; 1 without one

// Runs the tasks on context.pool (serially without one), reports progress under `step` when it is not empty, and
// returns kCancelled as soon as the person stops it; tasks not yet begun are then skipped.
Result<void> ParallelFor(const RunContext& context, std::int64_t num_tasks,
                         const std::function<void(std::int64_t)>& task, std::string_view step = {});

}  // namespace assay::base
