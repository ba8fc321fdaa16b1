#include "store/engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "base/thread_pool.h"

namespace assay::store {
namespace {

using table::ColumnType;

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("assay-engine-test-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    engine_ = std::move(*Engine::Open({}));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string File(const std::string& name, const std::string& bytes) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  Result<ReadResult> Read(const std::string& path, const ReadOptions& options = {}) { return engine_->Read(path, options, {}); }

  std::filesystem::path folder_;
  std::unique_ptr<Engine> engine_;
};

// What each column of a file becomes: type and the values as text, row by row.
TEST_F(EngineTest, TypesAndValues) {
  struct Case {
    const char* name;
    const char* bytes;
    ColumnType type;
    std::vector<std::string> texts;  // of column x
  };
  const Case cases[] = {
      {"whole.csv", "x,y\n1,0\n,0\n-3,0\n", ColumnType::kNumber, {"1", "", "-3"}},
      {"real.csv", "x,y\n0.1,0\n2,0\n", ColumnType::kNumber, {"0.1", "2"}},
      {"big.csv", "x,y\n9007199254740993,0\n-9223372036854775807,0\n", ColumnType::kNumber, {"9007199254740993", "-9223372036854775807"}},
      {"odd.csv", "x,y\n9007199254740993,0\n9007199254740992,0\n", ColumnType::kNumber, {"9007199254740993", "9007199254740992"}},
      {"negative.csv", "x,y\n-9007199254740993,0\n-9007199254740992,0\n", ColumnType::kNumber, {"-9007199254740993", "-9007199254740992"}},
      {"huge.csv", "x,y\n12345678901234567890123,0\n7,0\n", ColumnType::kCategory, {"12345678901234567890123", "7"}},
      {"exponent.csv", "x,y\n1e25,0\n2e25,0\n", ColumnType::kNumber, {"1e+25", "2e+25"}},
      {"boolean.csv", "x,y\ntrue,0\nfalse,0\n,0\n", ColumnType::kBoolean, {"true", "false", ""}},
      {"upper.csv", "x,y\nTrue,0\nFALSE,0\n", ColumnType::kBoolean, {"true", "false"}},
      {"yes.csv", "x,y\nyes,0\nno,0\n", ColumnType::kCategory, {"yes", "no"}},
      {"letter.csv", "x,y\nt,0\nf,0\n", ColumnType::kCategory, {"t", "f"}},
      {"decimal-comma.csv", "x;y\n41,46;0\n;0\n7;0\n1.234,5;0\n", ColumnType::kNumber, {"41.46", "", "7", "1234.5"}},
      {"thousands.csv", "x,y\n\"1,234\",0\n\"5,678\",0\n", ColumnType::kCategory, {"1,234", "5,678"}},
      {"month.csv", "x,y\n2021-07,0\n2019-12,0\n", ColumnType::kTime, {"2021-07-01", "2019-12-01"}},
      {"date.csv", "x,y\n2001-02-03,0\n,0\n", ColumnType::kTime, {"2001-02-03", ""}},
      {"day-first.csv", "x,y\n31/12/2001,0\n01/02/2001,0\n", ColumnType::kTime, {"2001-12-31", "2001-02-01"}},
      {"short-years.csv", "x,y\n31/12/21,0\n01/02/21,0\n05/06/21,0\n", ColumnType::kTime, {"2021-12-31", "2021-02-01", "2021-06-05"}},
      {"short-years-first.csv", "x,y\n21-12-31,0\n21-02-01,0\n21-06-05,0\n", ColumnType::kTime, {"2021-12-31", "2021-02-01", "2021-06-05"}},
      {"short-years-at-a-time.csv", "x,y\n31.12.21 04:05:06,0\n01.02.21 04:05:06,0\n05.06.21 04:05:06,0\n", ColumnType::kTime, {"2021-12-31 04:05:06", "2021-02-01 04:05:06", "2021-06-05 04:05:06"}},
      {"moment.csv", "x,y\n2001-02-03 04:05:06.5,0\n2001-02-03,0\n", ColumnType::kTime, {"2001-02-03 04:05:06.500000", "2001-02-03"}},
      {"clock.csv", "x,y\n04:05:06,0\n23:59:59,0\n", ColumnType::kCategory, {"04:05:06", "23:59:59"}},
      {"text.csv", "x,y\na,0\n\"b, c\",0\n,0\n", ColumnType::kCategory, {"a", "b, c", ""}},
      {"whole.json", "[{\"x\":1},{\"x\":null},{\"x\":2.5}]", ColumnType::kNumber, {"1", "", "2.5"}},
      {"text.jsonl", "{\"x\":\"a\"}\n{\"x\":\"b\"}\n", ColumnType::kCategory, {"a", "b"}},
      {"beyond.csv", "x,y\n9223372036854775808,0\n9223372036854775809,0\n", ColumnType::kCategory, {"9223372036854775808", "9223372036854775809"}},
      {"edge.csv", "x,y\n9223372036854775807,0\n9223372036854775806,0\n", ColumnType::kNumber, {"9223372036854775807", "9223372036854775806"}},
      {"least.csv", "x,y\n-9223372036854775808,0\n-9223372036854775807,0\n", ColumnType::kCategory, {"-9223372036854775808", "-9223372036854775807"}},
      {"comment.csv", "# exported 2024\nx,y\n1,0\n2,0\n", ColumnType::kNumber, {"1", "2"}},
      {"comment-like-a-header.csv", "# delays, 2024\nx,y\n1,0\n2,0\n", ColumnType::kNumber, {"1", "2"}},
      {"comment-of-fields.csv", "# a, b, c\nx,y\n1,0\n2,0\n", ColumnType::kNumber, {"1", "2"}},
      {"hash.csv", "x,y,z\n1,0,5\n#N/A,1,6\n3,0,7\n4,1,8\n#N/A,0,9\n", ColumnType::kCategory, {"1", "#N/A", "3", "4", "#N/A"}},
      {"offset.csv", "x,y\n2001-02-03T10:00:00+02:00,0\n2001-02-03T10:00:00+02:00,0\n", ColumnType::kTime, {"2001-02-03 08:00:00", "2001-02-03 08:00:00"}},
      {"offset.jsonl", "{\"x\":\"2001-02-03T10:00:00+02:00\"}\n{\"x\":\"2001-02-03T10:00:00Z\"}\n{\"x\":null}\n", ColumnType::kTime, {"2001-02-03 08:00:00", "2001-02-03 10:00:00", ""}},
      {"quoted-number.jsonl", "{\"x\":0.5}\n{\"x\":\"1.5\"}\n{\"x\":null}\n{\"x\":2}\n", ColumnType::kNumber, {"0.5", "1.5", "", "2"}},
      {"quoted-id.jsonl", "{\"x\":1}\n{\"x\":\"9007199254740993\"}\n", ColumnType::kCategory, {"1", "9007199254740993"}},
      {"mixed.jsonl", "{\"x\":\"a \\\"b\\\"\"}\n{\"x\":300}\n{\"x\":null}\n{\"x\":true}\n", ColumnType::kCategory, {"a \"b\"", "300", "", "true"}},
  };
  for (const Case& c : cases) {
    const Result<ReadResult> read = Read(File(c.name, c.bytes));
    ASSERT_TRUE(read) << c.name << ": " << read.error().message;
    const table::Column& column = read->table.column(0);
    EXPECT_EQ(column.type(), c.type) << c.name;
    ASSERT_EQ(column.num_rows(), static_cast<std::int64_t>(c.texts.size())) << c.name;
    for (std::size_t row = 0; row < c.texts.size(); ++row) EXPECT_EQ(column.TextAt(static_cast<std::int64_t>(row)), c.texts[row]) << c.name << " row " << row;
  }
}

// What is said beside the values, all of it.
TEST_F(EngineTest, NotesSayOnlyWhatIs) {
  struct Case {
    const char* name;
    const char* bytes;
    std::vector<std::string> notes;
  };
  const Case cases[] = {
      {"plain.csv", "x,y\n1,0\n2,0\n", {}},
      {"comment.csv", "# exported 2024\nx,y\n1,0\n2,0\n", {}},
      {"beyond.csv", "x,y\n9223372036854775808,0\n9223372036854775809,0\n", {}},
      {"case.csv", "x,X\n1,0\n2,0\n", {"column 'X' is called 'X_1', because another column's name differs from it in case only"}},
      {"spaces.csv", "x, z ,y\n1,2,0\n2,3,0\n", {"column ' z ' is called 'z', without the spaces around it"}},
      {"spaces-only.csv", "z, z\n1,2\n2,3\n", {"column ' z' is called 'z_1', because another column's name differs from it in case or spaces only"}},
      {"day-first.csv", "x,y\n31/12/2001,0\n01/02/2001,0\n", {}},
      {"short-years.csv", "x,y\n31/12/21,0\n01/02/21,0\n", {"'x': no value shows whether the day or the year stands first; read as day/month/year: 31/12/21 is taken for 2021-12-31. If that is wrong, write the years with four digits"}},
      {"short-years-decided.csv", "x,y\n31/12/45,0\n01/02/45,0\n", {}},
      {"month-first.csv", "x,y\n12/31/2001,0\n01/02/2001,0\n", {}},
      {"either-day.csv", "x,y\n01/01/2019,0\n02/03/2019,0\n05/03/2019,0\n", {"'x': no value shows which number is the day; read as day/month: 02/03/2019 is taken for 2019-03-02. If that is wrong, write the dates like 2019-02-03"}},
      {"first-of-months.csv", "x,y\n01/01/2019,0\n02/01/2019,0\n03/01/2019,0\n", {"'x': no value shows which number is the day; read as day/month, though the other way round all would be day 1 of a month: 02/01/2019 is taken for 2019-01-02. If that is wrong, write the dates like 2019-02-01"}},
      {"iso.csv", "x,y\n2019-02-01,0\n2019-03-01,0\n", {}},
      {"decimal-comma.csv", "x;y\n41,46;0\n7;0\n", {"'x': texts like '41,46' are read as numbers with a decimal comma"}},
      {"thousands.csv", "x,y\n\"1,234\",0\n\"5,678\",0\n", {"'x': in texts like '1,234' the comma may part thousands or decimals, so they stay text; write numbers without thousands and with a decimal point"}},
      {"month.csv", "x,y\n2021-07,0\n2019-12,0\n", {"'x': texts like '2021-07' are read as the first days of months"}},
      {"quoted-number.jsonl", "{\"x\":0.5}\n{\"x\":\"1.5\"}\n", {"column 'x': some of its numbers stand in quotes; all are read as numbers"}},
  };
  for (const Case& c : cases) {
    const Result<ReadResult> read = Read(File(c.name, c.bytes));
    ASSERT_TRUE(read) << c.name << ": " << read.error().message;
    EXPECT_EQ(read->notes, c.notes) << c.name;
  }
}

// The engine looks at the first 20,000 rows.
TEST_F(EngineTest, AThirdWordThatComesLateMakesText) {
  for (const auto& [first, second, third] : {std::tuple{"yes", "no", "unknown"}, {"true", "false", "unknown"}, {"t", "f", "yes"}}) {
    std::string bytes = "x,y\n";
    for (int i = 0; i < 30'000; ++i) bytes += std::string(i == 29'000 ? third : i % 2 == 0 ? first : second) + ",0\n";
    const Result<ReadResult> read = Read(File("late.csv", bytes));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->table.column(0).type(), ColumnType::kCategory);
    EXPECT_EQ(read->table.column(0).TextAt(29'000), third);
  }
}

TEST_F(EngineTest, AFileIsReadByItsNameNotByAPattern) {
  File("data1.csv", "x,y\nwrong,0\n");
  File("aab.csv", "x,y\nwrong,0\n");
  File("a-b.csv", "x,y\nwrong,0\n");
  std::filesystem::create_directories(folder_ / "[1]");
  std::filesystem::create_directories(folder_ / "1");
  File("1/data.jsonl", "{\"x\":\"wrong\"}\n");
  for (const char* name : {"data[1].csv", "a?b.csv", "a*b.csv", "[!x].csv", "a]b.csv", "it's.csv"}) {
    const Result<ReadResult> read = Read(File(name, std::string("x,y\n") + name + ",0\n"));
    ASSERT_TRUE(read) << name << ": " << read.error().message;
    EXPECT_EQ(read->table.column(0).TextAt(0), name);
  }
  const Result<ReadResult> read = Read(File("[1]/data.jsonl", "{\"x\":\"right\"}\n"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->table.column(0).TextAt(0), "right");
}

TEST_F(EngineTest, FilesOfAPatternHaveTheSameColumns) {
  struct Case {
    const char* name;
    const char* ending;
    const char* first;
    const char* second;
    std::vector<std::string> says;  // empty: they are read
  };
  const Case cases[] = {
      {"alike", "csv", "a,b\n1,2\n", "a,b\n3,4\n", {}},
      {"header-only", "csv", "a,b\n1,2\n", "a,b\n", {}},
      {"wider", "csv", "a,b\n1,2\n", "a,b,c\n3,4,5\n", {"2.csv", "has a column 'c'", "1.csv has not"}},
      {"narrower", "csv", "a,b,c\n1,2,3\n", "a,b\n3,4\n", {"2.csv", "has no column 'c'", "1.csv has"}},
      {"turned", "csv", "a,b\n1,2\n", "b,a\n3,4\n", {"2.csv", "has 'b' as field 1", "has 'a'", "same order"}},
      {"ragged", "csv", "a,b\n1,2\n", "a,b\n3,4\n3,4,5\n3\n", {"2.csv", "line 3 has 3 fields"}},
      {"longer-last-line", "csv", "a,b\n1,2\n", "a,b\n3,4\n3,4\n3,4,5,6\n", {"2.csv", "line 4 has 4 fields"}},
      {"comments", "csv", "# of 1, 2, 3\na,b\n1,2\n", "# of 4, 5, 6\na,b\n3,4\n", {}},
      {"json-alike", "jsonl", "{\"a\":1,\"b\":2}\n", "{\"b\":3,\"a\":4}\n", {}},
      {"json-wider", "jsonl", "{\"a\":1}\n", "{\"a\":1,\"b\":2}\n", {"2.jsonl", "has a column 'b'"}},
      {"json-narrower", "jsonl", "{\"a\":1,\"b\":2}\n", "{\"a\":1}\n", {"2.jsonl", "has no column 'b'"}},
  };
  for (const Case& c : cases) {
    std::filesystem::create_directories(folder_ / c.name);
    File(std::string(c.name) + "/1." + c.ending, c.first);
    File(std::string(c.name) + "/2." + c.ending, c.second);
    const Result<ReadResult> read = Read((folder_ / c.name / "*").string());
    if (c.says.empty()) {
      EXPECT_TRUE(read) << c.name << ": " << read.error().message;
      continue;
    }
    ASSERT_FALSE(read) << c.name;
    for (const std::string& words : c.says) EXPECT_NE(read.error().message.find(words), std::string::npos) << c.name << ": " << read.error().message;
  }
}

TEST_F(EngineTest, AColumnOfParquetIsWhatAllFilesTogetherNeed) {
  const auto write = [&](const char* name, table::Column column) {
    std::vector<table::Column> block = {std::move(column)};
    const table::Schema schema = table::Table::Create({block[0]})->schema();
    bool given = false;
    const auto next = [&](std::vector<table::Column>* out) -> Result<bool> {
      if (given) return false;
      given = true;
      *out = block;
      return true;
    };
    ASSERT_TRUE((*Engine::Open({}))->WriteBlocks(schema, next, (folder_ / name).string()));
  };
  write("p1.parquet", table::Column::Numbers("x", {1, 2}));
  write("p2.parquet", table::Column::Numbers("x", {0.5}));
  const Result<ReadResult> read = Read((folder_ / "p*.parquet").string());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->table.column(0).TextAt(0) + "|" + read->table.column(0).TextAt(1) + "|" + read->table.column(0).TextAt(2), "1|2|0.5");
  write("p3.parquet", table::Column::Categories("x", {0}, {"a"}));
  const Result<ReadResult> refused = Read((folder_ / "p*.parquet").string());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("p3.parquet: column 'x' is a category, in "), std::string::npos) << refused.error().message;
}

TEST_F(EngineTest, OneEngineWritesSeveralFilesEachWithItsOwnValues) {
  const std::unique_ptr<Engine> engine = std::move(*Engine::Open({}));
  for (const double value : {1.5, 2.5, 3.5}) {
    const std::vector<table::Column> block = {table::Column::Numbers("x", {value, -value})};
    int given = 0;
    const auto next = [&](std::vector<table::Column>* out) -> Result<bool> {
      *out = block;
      return given++ < 2;
    };
    const std::string path = (folder_ / ("value" + std::to_string(static_cast<int>(value)) + ".parquet")).string();
    ASSERT_TRUE(engine->WriteBlocks(table::Table::Create({block[0]})->schema(), next, path));
    const Result<ReadResult> read = Read(path);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->table.num_rows(), 4);
    for (int row = 0; row < 4; ++row) EXPECT_EQ(read->table.column(0).NumberAt(row), row % 2 == 0 ? value : -value) << path;
  }
}

TEST_F(EngineTest, EveryWidthOfCodesIsCrossedWhileReading) {
  std::string bytes = "x,y\n";
  for (int i = 0; i < 70'000; ++i) bytes += "v" + std::to_string(i) + "," + (i % 3 == 0 ? "" : "1") + "\n";
  const Result<ReadResult> read = Read(File("codes.csv", bytes));
  ASSERT_TRUE(read) << read.error().message;
  for (const std::int64_t row : {0, 254, 255, 256, 65534, 65535, 65536, 69999}) EXPECT_EQ(read->table.column(0).TextAt(row), "v" + std::to_string(row));
}

TEST_F(EngineTest, ASampleHasExactlyTheRowsAskedForInOrder) {
  std::string bytes = "x,y\n";
  for (int i = 0; i < 10'000; ++i) bytes += std::to_string(i) + ",1\n";
  const std::string path = File("rows.csv", bytes);
  ReadOptions options;
  options.sample_rows = 700;
  const Result<ReadResult> read = Read(path, options);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->table.num_rows(), 700);
  EXPECT_EQ(read->source_rows, 10'000);
  double sum = 0;
  for (std::int64_t row = 0; row < 700; ++row) {
    sum += read->table.column(0).NumberAt(row);
    if (row > 0) {
      EXPECT_LT(read->table.column(0).NumberAt(row - 1), read->table.column(0).NumberAt(row));
    }
  }
  EXPECT_NEAR(sum / 700, 5000, 4 * 2887 / std::sqrt(700.0));  // four standard errors of a uniform mean
}

TEST_F(EngineTest, ThreadsDoNotChangeTheRead) {
  base::RandomStream random(1, "engine threads");
  std::string bytes = "x,y,z\n";
  for (int i = 0; i < 60'000; ++i) bytes += std::to_string(random.Uniform()) + ",c" + std::to_string(random.Below(300)) + "," + std::to_string(random.Below(9)) + "\n";
  const std::string path = File("threads.csv", bytes);
  std::vector<std::string> fingerprints;
  for (const int threads : {1, 2}) {
    EngineOptions options;
    options.threads = threads;
    const std::unique_ptr<Engine> engine = std::move(*Engine::Open(options));
    base::ThreadPool pool(threads);
    RunContext context;
    context.pool = &pool;
    fingerprints.push_back(engine->Read(path, {}, context)->fingerprint);
  }
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
}

TEST_F(EngineTest, TooLittleMemoryIsRefused) {
  EngineOptions options;
  options.memory_bytes = 10'000'000;
  const auto engine = Engine::Open(options);
  ASSERT_FALSE(engine);
  EXPECT_NE(engine.error().message.find("250 MB"), std::string::npos);
}

}  // namespace
}  // namespace assay::store
