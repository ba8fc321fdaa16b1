#include "base/thread_pool.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace assay::base {

namespace {
thread_local bool inside_task = false;
}

struct ThreadPool::State {
  std::mutex run_mutex;  // one Run at a time
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable finished;
  const std::function<void(std::int64_t)>* task = nullptr;
  std::int64_t num_tasks = 0;
  std::atomic<std::int64_t> next{0};
  int busy = 0;
  std::exception_ptr failure;  // the first exception of a task
  std::uint64_t generation = 0;
  bool stopping = false;
  std::vector<std::thread> threads;

  void Work() {
    inside_task = true;
    try {
      for (std::int64_t i = next.fetch_add(1); i < num_tasks; i = next.fetch_add(1)) (*task)(i);
    } catch (...) {  // out of memory, or a library: the caller of Run gets it
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = num_tasks;
    }
    inside_task = false;
  }

  void Loop() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return stopping || generation != seen; });
      if (stopping) return;
      seen = generation;
      lock.unlock();
      Work();
      lock.lock();
      if (--busy == 0) finished.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : state_(std::make_unique<State>()) {
  ASSAY_CHECK(num_threads >= 1);
  for (int i = 1; i < num_threads; ++i) state_->threads.emplace_back([this] { state_->Loop(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::num_threads() const { return static_cast<int>(state_->threads.size()) + 1; }

void ThreadPool::Run(std::int64_t num_tasks, const std::function<void(std::int64_t)>& task) {
  if (num_tasks <= 0) return;
  if (inside_task || state_->threads.empty() || num_tasks == 1) {
    for (std::int64_t i = 0; i < num_tasks; ++i) task(i);
    return;
  }
  const std::lock_guard run_lock(state_->run_mutex);
  {
    const std::lock_guard lock(state_->mutex);
    state_->task = &task;
    state_->num_tasks = num_tasks;
    state_->next = 0;
    state_->busy = static_cast<int>(state_->threads.size());
    ++state_->generation;
  }
  state_->wake.notify_all();
  state_->Work();
  std::unique_lock lock(state_->mutex);
  state_->finished.wait(lock, [&] { return state_->busy == 0; });
  if (state_->failure) std::rethrow_exception(std::exchange(state_->failure, nullptr));
}

int NumThreads(const RunContext& context) { return context.pool != nullptr ? context.pool->num_threads() : 1; }

Result<void> ParallelFor(const RunContext& context, std::int64_t num_tasks,
                         const std::function<void(std::int64_t)>& task, std::string_view step) {
  std::atomic<std::int64_t> done{0};
  const auto guarded = [&](std::int64_t i) {
    if (context.cancelled()) return;
    task(i);
    const std::int64_t now_done = ++done;
    if (!step.empty()) context.Report(step, now_done, num_tasks);
  };
  if (context.pool != nullptr) {
    context.pool->Run(num_tasks, guarded);
  } else {
    for (std::int64_t i = 0; i < num_tasks; ++i) guarded(i);
  }
  if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
  return {};
}

}  // namespace assay::base
