#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace assay::base {
namespace {

TEST(ThreadPool, RunsEachTaskOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::atomic<int>> runs(137);
      pool.Run(137, [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
      for (const auto& count : runs) ASSERT_EQ(count.load(), 1);
    }
  }
}

TEST(ThreadPool, ANestedRunIsSerialAndDoesNotHang) {
  ThreadPool pool(3);
  std::atomic<int> total{0};
  pool.Run(8, [&](std::int64_t) { pool.Run(10, [&](std::int64_t) { ++total; }); });
  EXPECT_EQ(total.load(), 80);
}

TEST(ParallelFor, StopsWhenCancelled) {
  ThreadPool pool(2);
  CancelToken cancel;
  RunContext context;
  context.pool = &pool;
  context.cancel = &cancel;
  std::atomic<int> done{0};
  const Result<void> result = ParallelFor(context, 1000, [&](std::int64_t) {
    if (++done == 10) cancel.Cancel();
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_LT(done.load(), 20);
}

}  // namespace
}  // namespace assay::base
