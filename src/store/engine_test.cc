#include "store/engine.h"

#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>

namespace assay::store {
namespace {
TEST(Engine, ReadsATypedCsv) {
  const std::string path = (std::filesystem::temp_directory_path() / "assay-engine-test.csv").string();
  std::ofstream(path) << "a,b,c,d,e\n1,0.1,x,2001-02-03,true\n2,,y,,false\n,3,x,2001-02-04,\n";
  auto engine = Engine::Open({});
  ASSERT_TRUE(engine) << engine.error().message;
  const Result<ReadResult> read = (*engine)->Read(path, {}, {});
  ASSERT_TRUE(read) << read.error().message;
  const table::Table& t = read->table;
  ASSERT_EQ(t.num_rows(), 3);
  EXPECT_EQ(t.column(0).type(), table::ColumnType::kNumber);
  EXPECT_EQ(t.column(1).TextAt(0), "0.1");
  EXPECT_EQ(t.column(2).TextAt(1), "y");
  EXPECT_EQ(t.column(3).TextAt(2), "2001-02-04");
  EXPECT_EQ(t.column(4).TextAt(0), "true");
  EXPECT_TRUE(t.column(0).IsMissing(2) && t.column(1).IsMissing(1) && t.column(3).IsMissing(1) && t.column(4).IsMissing(2));
}
}  // namespace
}  // namespace assay::store
