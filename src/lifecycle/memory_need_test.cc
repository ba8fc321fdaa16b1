#include "lifecycle/memory_need.h"

#include <gtest/gtest.h>

#include "learn/training_memory.h"

namespace assay::lifecycle {
namespace {

RunContext Capped(std::int64_t bytes) {
  RunContext context;
  context.memory_bytes = bytes;
  return context;
}

TEST(MemoryNeed, RefusesWithTheNeedAndASampleThatFits) {
  // 130 MB are always taken; 1,000 bytes per row and 50 MB beside.
  const auto bytes = [](std::int64_t rows) { return 50'000'000 + 1000 * rows; };
  struct Case {
    std::int64_t cap, rows;
    const char* says;  // "" = fits
  };
  const Case cases[] = {
      {0, 1'000'000'000, ""},
      {280'000'000, 100'000, ""},
      {280'000'000, 100'001, "x: to try takes about 280 MB, more than the 280 MB of --memory; raise --memory, or use a sample: --sample 95000"},
      {1'180'000'000, 2'000'000, "x: to try takes about 2,180 MB, more than the 1,180 MB of --memory; raise --memory, or use a sample: --sample 950000"},
      {170'000'000, 10, "x: to try takes about 180 MB, more than the 170 MB of --memory; raise --memory"},
  };
  for (const Case& c : cases) {
    const Result<void> refused = RefuseBeyondMemory({"x: to try", c.rows, bytes, ""}, Capped(c.cap));
    EXPECT_EQ(refused ? "" : refused.error().message, c.says) << c.cap << " for " << c.rows;
    EXPECT_TRUE(refused || refused.error().code == ErrorCode::kTooLarge) << c.cap;
  }
  const Result<void> otherwise = RefuseBeyondMemory({"x: to try", 200'000, bytes, "cut it"}, Capped(280'000'000));
  EXPECT_EQ(otherwise.error().message, "x: to try takes about 380 MB, more than the 280 MB of --memory; raise --memory, or cut it");
}

TEST(BytesLeft, IsTheCapLessWhatIsHeldOrWhatTheMachineHas) {
  EXPECT_EQ(BytesLeft(40'000'000, Capped(300'000'000)), 200'000'000);
  EXPECT_EQ(BytesLeft(400'000'000, Capped(300'000'000)), 1);
  EXPECT_GT(BytesLeft(0, {}), 1'000'000);
}

TEST(TrainingMemory, GrowsWithRowsAndEncodedColumns) {
  learn::Examples examples;
  examples.table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("x", {1, 2}), table::Column::Categories("colour", {0, 1}, {"red", "blue"})}));
  examples.features = {{0, "x", "x"}, {1, "colour", "colour"}};
  EXPECT_EQ(learn::EncodedColumns(examples), 4);  // x, the share of the colour, one for each of its values
  const std::int64_t small = learn::TrainingBytes(examples, 1000, 1);
  EXPECT_GT(small, 0);
  EXPECT_EQ(learn::TrainingBytes(examples, 2000, 1), 2 * small);
  EXPECT_GT(learn::TrainingBytes(examples, 100'000'000, 1), 10'000 * small);
  EXPECT_GT(learn::TrainingBytes(examples, 1000, 2), small) << "fits side by side";
  EXPECT_EQ(learn::TrainingBytes(examples, 100'000'000, 2), learn::TrainingBytes(examples, 100'000'000, 1)) << "the one fit on all rows is larger";
  examples.task = learn::Task::kMulticlass;
  examples.classes = {"a", "b", "c"};
  EXPECT_GT(learn::TrainingBytes(examples, 1000, 1), small);
}

}  // namespace
}  // namespace assay::lifecycle
