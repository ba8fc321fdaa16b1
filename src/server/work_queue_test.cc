#include "server/internal/work_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace assay::server {
namespace {

TEST(WorkQueue, DoesEverythingThatItTook) {
  std::atomic<int> done{0};
  int taken = 0;
  {
    WorkQueue queue(3, 1'000);
    for (int i = 0; i < 500; ++i) taken += queue.Post([&] { ++done; }) ? 1 : 0;
  }
  EXPECT_EQ(taken, 500);
  EXPECT_EQ(done, 500);
}

TEST(WorkQueue, GoesOnAfterATaskThatThrows) {
  std::promise<void> done;
  WorkQueue queue(1, 10);
  ASSERT_TRUE(queue.Post([] { throw std::runtime_error("a defect"); }));
  ASSERT_TRUE(queue.Post([&] { done.set_value(); }));
  done.get_future().wait();
  EXPECT_EQ(queue.failures(), 1U);
}

TEST(WorkQueue, TakesNoMoreThanMayWait) {
  std::promise<void> go, begun;
  std::atomic<int> done{0};
  {
    WorkQueue queue(1, 2);
    ASSERT_TRUE(queue.Post([&, gate = go.get_future().share()] {
      begun.set_value();
      gate.wait();
      ++done;
    }));
    begun.get_future().wait();
    EXPECT_TRUE(queue.Post([&] { ++done; }));
    EXPECT_TRUE(queue.Post([&] { ++done; }));
    EXPECT_FALSE(queue.Post([&] { ++done; }));
    go.set_value();
  }
  EXPECT_EQ(done, 3);
}

}  // namespace
}  // namespace assay::server
