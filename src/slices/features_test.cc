#include "slices/features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "expression/expression.h"

namespace assay::slices {
namespace {

using table::Column;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> Texts(const Feature& feature) {
  std::vector<std::string> texts;
  for (std::uint32_t a = 0; a < feature.atoms.size(); ++a) texts.push_back(PredicateText(feature, {0, a, a}));
  return texts;
}

std::vector<std::int64_t> RowsPerAtom(const Feature& feature) {
  std::vector<std::int64_t> rows;
  for (const Atom& atom : feature.atoms) rows.push_back(atom.rows);
  return rows;
}

struct Case {
  const char* name;
  Column column;
  FeatureOptions options;
  std::vector<std::string> texts;
  std::vector<std::int64_t> rows;
  std::int64_t rare_rows;
};

TEST(Features, AreCutIntoAtoms) {
  const Case cases[] = {
      {"few numbers keep their values", Column::Numbers("x", {3, 1, 1, 2}), {}, {"x = 1", "x = 2", "x = 3"}, {2, 1, 1}, 0},
      {"minus zero is zero", Column::Numbers("x", {-0.0, 0.0}), {}, {"x = 0"}, {2}, 0},
      {"missing numbers are an atom of their own, the last", Column::Numbers("x", {kMissing, 5, kMissing}), {}, {"x = 5", "x is missing"}, {1, 2}, 0},
      {"no value at all", Column::Numbers("x", {kMissing, kMissing}), {}, {"x is missing"}, {2}, 0},
      {"many numbers are cut at equal counts", Column::Numbers("x", {1, 2, 3, 4, 5, 6, 7, 8}), {.bins = 4}, {"x < 3", "3 <= x < 5", "5 <= x < 7", "7 <= x"}, {2, 2, 2, 2}, 0},
      {"a value that half of the rows have takes several bins", Column::Numbers("x", {1, 1, 1, 1, 1, 2, 3, 4}), {.bins = 3}, {"x < 2", "2 <= x"}, {5, 3}, 0},
      {"texts in the dictionary's order", Column::Categories("c", {1, 0, 1, table::kMissingCode}, {"a", "b"}), {}, {"c = a", "c = b", "c is missing"}, {1, 2, 1}, 0},
      {"rare texts have no atom", Column::Categories("c", {1, 0, 1, table::kMissingCode}, {"a", "b"}), {.least_rows = 2}, {"c = b"}, {2}, 2},
      {"booleans", Column::Booleans("b", {1, 0, 255, 1}), {}, {"b = false", "b = true", "b is missing"}, {1, 2, 1}, 0},
      {"times", Column::Times("t", {0, 86'400'000'000, 0}), {}, {"t = 1970-01-01", "t = 1970-01-02"}, {2, 1}, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<Feature> feature = CutFeature(c.column, {}, c.options);
    ASSERT_TRUE(feature) << feature.error().message;
    EXPECT_EQ(Texts(*feature), c.texts);
    EXPECT_EQ(RowsPerAtom(*feature), c.rows);
    EXPECT_EQ(feature->rare_rows, c.rare_rows);
  }
}

TEST(Features, RunsOfAtomsReadAsPeopleWriteThem) {
  const Feature x = *CutFeature(Column::Numbers("x", {1, 2, 3, 4, kMissing}), {}, {});
  EXPECT_EQ(PredicateText(x, {0, 0, 1}), "x < 3");
  EXPECT_EQ(PredicateText(x, {0, 1, 2}), "2 <= x < 4");
  EXPECT_EQ(PredicateText(x, {0, 2, 3}), "3 <= x");
  EXPECT_EQ(PredicateText(x, {0, 0, 3}), "x is known");
}

// Whatever a predicate says in words, its EXPR keeps just the rows that have its atoms.
TEST(Features, ExpressionsKeepTheSameRows) {
  const std::vector<Column> columns = {
      Column::Numbers("a number", {1.5, 2, 3, 4, 5, kMissing, 0.1, 7, 8, 9, 10, 11}),
      Column::Categories("quoted 'text", {0, 1, 2, table::kMissingCode, 0, 1, 2, 0, 1, 2, 0, 1}, {"it's", "\"x\"", ""}),
      Column::Booleans("b", {1, 0, 255, 1, 0, 1, 0, 1, 0, 1, 0, 1}),
      Column::Times("t", {0, 1'500'000, 86'400'000'000, 3'600'000'000, table::kMissingInteger, 5, 6, 7, 8, 9, 10, 11}),
  };
  const table::Table table = *table::Table::Create(columns);
  for (const std::int64_t bins : {3, 50}) {
    for (const Column& column : columns) {
      const Feature feature = *CutFeature(column, {}, {.bins = bins});
      std::vector<std::uint32_t> atom_of(12, UINT32_MAX);
      ForEachAtom(feature, [&](std::size_t row, std::uint32_t atom) { atom_of[row] = atom; });
      const auto known = static_cast<std::uint32_t>(feature.num_known());
      for (std::uint32_t first = 0; first < feature.atoms.size(); ++first) {
        for (std::uint32_t last = first; last < (feature.ordered() && first < known ? known : first + 1); ++last) {
          const std::string text = PredicateExpression(feature, {0, first, last});
          const Result<Column> kept = expression::EvaluateText(text, "test", table, "kept", {});
          ASSERT_TRUE(kept) << text << ": " << kept.error().message;
          for (std::size_t row = 0; row < 12; ++row) EXPECT_EQ(kept->NumberAt(static_cast<std::int64_t>(row)) == 1, atom_of[row] >= first && atom_of[row] <= last) << text << " row " << row;
        }
      }
    }
  }
}

TEST(Features, OfSomeRowsOnly) {
  const std::vector<std::uint32_t> rows = {3, 1};
  const Feature x = *CutFeature(Column::Numbers("x", {1, 2, 3, 4}), rows, {});
  EXPECT_EQ(Texts(x), (std::vector<std::string>{"x = 2", "x = 4"}));
  std::vector<std::uint32_t> atoms;
  ForEachAtom(x, [&](std::size_t, std::uint32_t atom) { atoms.push_back(atom); });
  EXPECT_EQ(atoms, (std::vector<std::uint32_t>{1, 0}));
}

TEST(Features, ManyValuesTakeTwoBytesAndTooManyAreRefused) {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < 61'000; ++i) {
    codes.push_back(i);
    names.push_back(std::to_string(i));
  }
  const Column column = Column::Categories("id", codes, names);
  const Result<Feature> refused = CutFeature(column, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(refused.error().message.find("'id'"), std::string::npos);
  const Feature none = *CutFeature(column, {}, {.least_rows = 2});
  EXPECT_EQ(none.atoms.size(), 0U);
  EXPECT_EQ(none.rare_rows, 61'000);
  for (std::uint32_t& code : codes) code %= 300;
  names.resize(300);
  const Feature wide = *CutFeature(Column::Categories("id", codes, names), {}, {});
  std::int64_t agree = 0;
  ForEachAtom(wide, [&](std::size_t row, std::uint32_t atom) { agree += atom == codes[row] ? 1 : 0; });
  EXPECT_EQ(agree, 61'000);
}

TEST(Features, OptionsOutOfRangeAreRefused) {
  for (const std::int64_t bins : {0, 251, -1}) EXPECT_FALSE(FeatureOptions{.bins = bins}.Validate()) << bins;
}

}  // namespace
}  // namespace assay::slices
