#include "table/table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::table {
namespace {

TEST(Column, TakesTheFewestBytesThatHoldItsValues) {
  const double nan = std::nan("");
  EXPECT_TRUE(std::holds_alternative<std::vector<float>>(Column::Numbers("x", {1, 2.5, nan}).storage()));
  EXPECT_TRUE(std::holds_alternative<std::vector<double>>(Column::Numbers("x", {0.1}).storage()));
  EXPECT_TRUE(std::holds_alternative<std::vector<std::int64_t>>(Column::Integers("x", {1, (std::int64_t{1} << 53) + 1, kMissingInteger}).storage()));
  EXPECT_TRUE(std::holds_alternative<std::vector<float>>(Column::Integers("x", {1, 2, kMissingInteger}).storage()));
  for (const std::size_t size : {1UL, 255UL, 256UL, 65535UL, 65536UL}) {
    std::vector<std::string> dictionary;
    std::vector<std::uint32_t> codes;
    for (std::size_t i = 0; i < size; ++i) {
      dictionary.push_back(std::to_string(i));
      codes.push_back(static_cast<std::uint32_t>(i));
    }
    codes.push_back(kMissingCode);
    const Column column = Column::Categories("c", codes, dictionary);
    EXPECT_EQ(column.CodeAt(static_cast<std::int64_t>(size) - 1), size - 1);
    EXPECT_TRUE(column.IsMissing(static_cast<std::int64_t>(size)));
    const std::size_t width = size <= 255 ? 0 : size <= 65535 ? 1 : 2;
    EXPECT_EQ(column.storage().index(), 3 + width) << size;
  }
}

TEST(Column, BigIntegersKeepEveryDigit) {
  const Column column = Column::Integers("id", {9007199254740993, kMissingInteger});
  EXPECT_EQ(column.TextAt(0), "9007199254740993");
  EXPECT_EQ(column.TextAt(1), "");
}

TEST(Column, EqualKeysMeanEqualValuesWhateverTheStorage) {
  constexpr std::int64_t kBig = std::int64_t{1} << 60;
  const double nan = std::nan("");
  struct Case {
    const char* name;
    Column column;
    std::vector<std::size_t> same_as;  // the first row with the same value; kMissing where there is none
  };
  constexpr std::size_t kMissing = 99;
  const Case cases[] = {
      {"int64", Column::Integers("x", {kBig, kBig + 1, kMissingInteger, kBig, -1, 0}), {0, 1, kMissing, 0, 4, 5}},
      {"float", Column::Numbers("x", {1, -0.0, nan, 0, 1}), {0, 1, kMissing, 1, 0}},
      {"double", Column::Numbers("x", {0.1, 0.2, nan, 0.1}), {0, 1, kMissing, 0}},
      {"codes", Column::Categories("x", {1, 0, kMissingCode, 1}, {"a", "b"}), {0, 1, kMissing, 0}},
      {"booleans", Column::Booleans("x", {1, 0, 255, 1}), {0, 1, kMissing, 0}},
      {"times", Column::Times("x", {kBig, kBig + 1, base::kMissingTime, kBig}), {0, 1, kMissing, 0}},
  };
  for (const Case& c : cases) {
    std::vector<std::uint64_t> keys(c.same_as.size());
    c.column.CopyKeys(0, keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_EQ(keys[i] == kMissingKey, c.same_as[i] == kMissing) << c.name << " row " << i;
      for (std::size_t j = 0; j < i; ++j) EXPECT_EQ(keys[i] == keys[j], c.same_as[i] == c.same_as[j]) << c.name << " rows " << i << ", " << j;
    }
  }
}

TEST(Column, TakeKeepsTypeAndOrder) {
  const Column column = Column::Categories("c", {1, 0, kMissingCode}, {"a", "b"});
  const std::vector<std::uint32_t> rows = {2, 0, 0};
  const Column taken = column.Take(rows);
  EXPECT_EQ(taken.TextAt(0) + "|" + taken.TextAt(1) + "|" + taken.TextAt(2), "|b|b");
}

TEST(Column, WithoutUnusedTextsKeepsValuesAndOrder) {
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i) many.push_back("text " + std::to_string(i));
  const Column column = Column::Categories("c", {299, kMissingCode, 7, 299}, many).WithoutUnusedTexts();
  EXPECT_EQ(column.dictionary(), (std::vector<std::string>{"text 7", "text 299"}));
  EXPECT_EQ(column.TextAt(0) + "|" + column.TextAt(1) + "|" + column.TextAt(2) + "|" + column.TextAt(3), "text 299||text 7|text 299");
  EXPECT_TRUE(Column::Categories("c", {kMissingCode}, {"a"}).WithoutUnusedTexts().IsMissing(0));
  EXPECT_EQ(Column::Numbers("x", {1, 2}).WithoutUnusedTexts().num_rows(), 2);
}

TEST(Table, RefusesDoubleNamesAndUnequalLengths) {
  EXPECT_FALSE(Table::Create({Column::Numbers("x", {1}), Column::Numbers("x", {2})}));
  EXPECT_FALSE(Table::Create({Column::Numbers("x", {1}), Column::Numbers("y", {2, 3})}));
  const Table table = *Table::Create({Column::Numbers("Delay", {1}), Column::Numbers("origin", {2})});
  EXPECT_EQ(table.Find("delay"), 0);
  EXPECT_EQ(table.Find("none"), -1);
  EXPECT_NE(table.IndexOf("orgin").error().message.find("'origin'"), std::string::npos);
}

// Every type, by value, by block and as text, with a missing value in the middle.
TEST(Column, SaysItsValuesInEveryWay) {
  struct Case {
    Column column;
    std::vector<std::string> texts;
    std::vector<double> numbers;
  };
  const double nan = std::nan("");
  const Case cases[] = {
      {Column::Numbers("float", {1.5, nan, -0.25}), {"1.5", "", "-0.25"}, {1.5, nan, -0.25}},
      {Column::Numbers("double", {0.1, nan, 1e300}), {"0.1", "", "1e+300"}, {0.1, nan, 1e300}},
      {Column::Integers("small", {3, kMissingInteger, -4}), {"3", "", "-4"}, {3, nan, -4}},
      {Column::Integers("big", {INT64_MAX, kMissingInteger, 0}), {"9223372036854775807", "", "0"}, {9.223372036854775807e18, nan, 0}},
      {Column::Booleans("flag", {1, 255, 0}), {"true", "", "false"}, {1, nan, 0}},
      {Column::Categories("word", {1, kMissingCode, 0}, {"", "b"}), {"b", "", ""}, {1, nan, 0}},
      {Column::Times("when", {0, base::kMissingTime, -1}), {"1970-01-01", "", "1969-12-31 23:59:59.999999"}, {0, nan, -1}},
  };
  for (const Case& c : cases) {
    ASSERT_EQ(c.column.num_rows(), 3) << c.column.name();
    std::vector<double> block(3);
    c.column.CopyNumbers(0, block);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto row = static_cast<std::int64_t>(i);
      EXPECT_EQ(c.column.TextAt(row), c.texts[i]) << c.column.name() << " row " << i;
      EXPECT_EQ(c.column.IsMissing(row), std::isnan(c.numbers[i])) << c.column.name() << " row " << i;
      if (!std::isnan(c.numbers[i])) {
        EXPECT_EQ(c.column.NumberAt(row), c.numbers[i]) << c.column.name() << " row " << i;
        EXPECT_EQ(block[i], c.numbers[i]) << c.column.name() << " row " << i;
      } else {
        EXPECT_TRUE(std::isnan(block[i])) << c.column.name() << " row " << i;
      }
    }
    const Column renamed = c.column.Renamed("other");
    EXPECT_EQ(renamed.name(), "other");
    EXPECT_EQ(renamed.type(), c.column.type());
    EXPECT_EQ(renamed.TextAt(2), c.texts[2]);
    EXPECT_EQ(c.column.Take({}).num_rows(), 0);
  }
}

TEST(Column, KnowsWhenEveryNumberIsWhole) {
  EXPECT_TRUE(Column::Numbers("x", {1, std::nan(""), -3}).is_integer());
  EXPECT_FALSE(Column::Numbers("x", {1, 2.5}).is_integer());
  EXPECT_TRUE(Column::Integers("x", {1, (std::int64_t{1} << 60)}).is_integer());
}

TEST(Column, FloatsHoldOnlyWhatSurvives) {
  // 2^24 + 1 is the first whole number that a float cannot hold; 1e39 is beyond its range, 1e-46 below.
  for (const double value : {16777217.0, 1e39, 1e-46, 0.1}) {
    const Column column = Column::Numbers("x", {1, value});
    EXPECT_TRUE(std::holds_alternative<std::vector<double>>(column.storage())) << value;
    EXPECT_EQ(column.NumberAt(1), value);
  }
  EXPECT_EQ(Column::Numbers("x", {16777216.0}).size_bytes(), sizeof(float));
}

TEST(Column, BlocksBeginAnywhere) {
  const Column column = Column::Categories("c", {0, 1, kMissingCode, 1}, {"a", "b"});
  std::vector<std::uint32_t> codes(2);
  column.CopyCodes(2, codes);
  EXPECT_EQ(codes, (std::vector<std::uint32_t>{kMissingCode, 1}));
  std::vector<double> none;
  column.CopyNumbers(4, none);
}

TEST(Table, SchemaSaysWhatItsColumnsAre) {
  const Table table = *Table::Create({Column::Integers("n", {1, 2}), Column::Categories("c", {0, 1}, {"u", "v"}), Column::Times("t", {0, 1})});
  const Schema schema = table.schema();
  ASSERT_EQ(schema.size(), 3U);
  EXPECT_EQ(schema[0].type, ColumnType::kNumber);
  EXPECT_TRUE(schema[0].integer);
  EXPECT_EQ(schema[1].dictionary, (std::vector<std::string>{"u", "v"}));
  EXPECT_EQ(schema[2].name, "t");
  EXPECT_EQ(table.names(), (std::vector<std::string>{"n", "c", "t"}));
  EXPECT_GT(table.size_bytes(), 0U);
}

TEST(Table, FindPrefersTheExactNameAndRefusesToGuess) {
  const Table table = *Table::Create({Column::Numbers("Delay", {1}), Column::Numbers("DELAY", {2}), Column::Numbers("Origin", {3})});
  EXPECT_EQ(table.Find("DELAY"), 1);
  EXPECT_EQ(table.Find("Delay"), 0);
  EXPECT_EQ(table.Find("delay"), -1);
  EXPECT_EQ(table.Find("ORIGIN"), 2);
  EXPECT_EQ(table.IndexOf("nothing").error().code, ErrorCode::kNotFound);
}

TEST(Table, TakeKeepsRowsTogether) {
  const Table table = *Table::Create({Column::Numbers("x", {10, 20, 30}), Column::Categories("c", {0, 1, kMissingCode}, {"a", "b"})});
  const std::vector<std::uint32_t> rows = {2, 1, 1};
  const Table taken = table.Take(rows);
  ASSERT_EQ(taken.num_rows(), 3);
  EXPECT_EQ(taken.column(0).TextAt(0) + taken.column(1).TextAt(0), "30");
  EXPECT_EQ(taken.column(0).TextAt(2) + taken.column(1).TextAt(2), "20b");
}

TEST(Table, MayBeEmpty) {
  const Table no_columns = *Table::Create({});
  EXPECT_EQ(no_columns.num_rows(), 0);
  EXPECT_EQ(no_columns.Find("x"), -1);
  EXPECT_EQ(Table::Create({Column::Numbers("x", {})})->num_rows(), 0);
}

}  // namespace
}  // namespace assay::table
