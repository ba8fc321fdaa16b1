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

TEST(Column, TakeKeepsTypeAndOrder) {
  const Column column = Column::Categories("c", {1, 0, kMissingCode}, {"a", "b"});
  const std::vector<std::uint32_t> rows = {2, 0, 0};
  const Column taken = column.Take(rows);
  EXPECT_EQ(taken.TextAt(0) + "|" + taken.TextAt(1) + "|" + taken.TextAt(2), "|b|b");
}

TEST(Table, RefusesDoubleNamesAndUnequalLengths) {
  EXPECT_FALSE(Table::Create({Column::Numbers("x", {1}), Column::Numbers("x", {2})}));
  EXPECT_FALSE(Table::Create({Column::Numbers("x", {1}), Column::Numbers("y", {2, 3})}));
  const Table table = *Table::Create({Column::Numbers("Delay", {1}), Column::Numbers("origin", {2})});
  EXPECT_EQ(table.Find("delay"), 0);
  EXPECT_EQ(table.Find("none"), -1);
  EXPECT_NE(table.IndexOf("orgin").error().message.find("'origin'"), std::string::npos);
}

}  // namespace
}  // namespace assay::table
