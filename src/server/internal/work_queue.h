// Threads for what would keep an event loop from its other connections.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace assay::server {

class WorkQueue {
 public:
  WorkQueue(int threads, std::size_t most_waiting);
  ~WorkQueue();  // does what is waiting, then ends
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // False when as many are waiting as may; thread-safe. What a task throws ends that task alone.
  bool Post(std::function<void()> task);
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }  // tasks that threw

 private:
  void Work();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::atomic<std::uint64_t> failures_{0};
  std::vector<std::thread> threads_;
};

}  // namespace assay::server
