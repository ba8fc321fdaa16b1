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

TEST(ThreadPool, NoTaskIsNoWork) {
  ThreadPool pool(4);
  EXPECT_EQ(pool.num_threads(), 4);
  pool.Run(0, [](std::int64_t) { FAIL(); });
}

// The rule of the tree: blocks into own places, merged in order, give the same bits with any number of threads.
TEST(ParallelFor, BlocksMergedInOrderDoNotDependOnThreads) {
  constexpr std::int64_t kBlocks = 500;
  const auto sum = [](ThreadPool* pool) {
    std::vector<double> sums(kBlocks);
    RunContext context;
    context.pool = pool;
    const Result<void> done = ParallelFor(context, kBlocks, [&](std::int64_t b) {
      for (int i = 1; i <= 100; ++i) sums[static_cast<std::size_t>(b)] += 1.0 / static_cast<double>(b * 100 + i);
    });
    EXPECT_TRUE(done);
    double total = 0;
    for (const double part : sums) total += part;
    return total;
  };
  const double serial = sum(nullptr);
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(sum(&pool), serial) << threads;
  }
}

TEST(ThreadPool, AnExceptionOfATaskReachesTheCallerAndThePoolGoesOn) {
  ThreadPool pool(2);
  for (const std::int64_t failing : {0, 57, 99}) {
    EXPECT_THROW(pool.Run(100, [&](std::int64_t i) { if (i == failing) throw std::bad_alloc(); }), std::bad_alloc);
  }
  std::atomic<int> done{0};
  pool.Run(100, [&](std::int64_t) { ++done; });
  EXPECT_EQ(done.load(), 100);
}

class CountingSink : public ProgressSink {
 public:
  void Report(std::string_view, std::int64_t done, std::int64_t total) override {
    ++calls;
    if (done == total) ended = true;
  }
  std::atomic<int> calls{0};
  std::atomic<bool> ended{false};
};

TEST(ParallelFor, ReportsProgressToItsEndOnlyWhenNamed) {
  ThreadPool pool(2);
  CountingSink named, silent;
  RunContext context;
  context.pool = &pool;
  context.progress = &named;
  ASSERT_TRUE(ParallelFor(context, 100, [](std::int64_t) {}, "step"));
  EXPECT_GT(named.calls.load(), 0);
  EXPECT_TRUE(named.ended.load());
  context.progress = &silent;
  ASSERT_TRUE(ParallelFor(context, 100, [](std::int64_t) {}));
  EXPECT_EQ(silent.calls.load(), 0);
}

}  // namespace
}  // namespace assay::base
