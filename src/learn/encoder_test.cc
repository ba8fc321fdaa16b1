// Outcome encodings never see what was not known yet: each law here fails as soon as one outcome too many is looked at.
#include "learn/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/random.h"

namespace assay::learn {
namespace {

constexpr std::size_t kRows = 800;

// A category of 6 values and one of 40; times shuffled over 800 hours; units of consecutive hours, or spread over all time.
Examples Make(Task task, bool with_time, std::uint32_t unit_rows, bool spread, base::Micros wait) {
  base::RandomStream random(3, "encoder test");
  Examples examples;
  examples.task = task;
  std::vector<std::uint32_t> few, many;
  std::vector<std::string> few_names, many_names;
  for (int c = 0; c < 6; ++c) few_names.push_back("f" + std::to_string(c));
  for (int c = 0; c < 40; ++c) many_names.push_back("m" + std::to_string(c));
  for (std::size_t i = 0; i < kRows; ++i) {
    few.push_back(static_cast<std::uint32_t>(random.Below(6)));
    many.push_back(i % 17 == 0 ? table::kMissingCode : static_cast<std::uint32_t>(random.Below(40)));
    const std::size_t hour = i * 37 % kRows;
    if (with_time) examples.time.push_back(static_cast<base::Micros>(hour) * base::kMicrosPerHour);
    // Rounded up: the last unit may be short.
    const auto num_units = static_cast<std::uint32_t>((kRows + unit_rows - 1) / unit_rows);
    if (unit_rows > 1) {
      examples.unit.push_back(static_cast<std::uint32_t>(spread ? hour % num_units : hour / unit_rows));
      examples.num_units = num_units;
    }
    if (task == Task::kMulticlass) {
      examples.outcome.push_back(static_cast<float>(random.Below(3)));
    } else {
      examples.outcome.push_back(task == Task::kBinary ? static_cast<float>(random.Below(2)) : static_cast<float>(random.Normal()));
    }
  }
  if (task == Task::kMulticlass) examples.classes = {"a", "b", "c"};
  examples.wait = wait;
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Categories("few", few, few_names));
  columns.push_back(table::Column::Categories("many", many, many_names));
  examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
  for (std::size_t c = 0; c < 2; ++c) examples.features.push_back({c, examples.table->column(c).name(), examples.table->column(c).name()});
  return examples;
}

Rows All() {
  Rows rows(kRows);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

Matrix TrainingOf(const Examples& examples) {
  Matrix matrix;
  EXPECT_TRUE(Encoder::Fit(examples, All(), {}, &matrix));
  return matrix;
}

// Rows whose encoding differs between the two.
std::vector<std::size_t> Changed(const Matrix& a, const Matrix& b) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < a.num_rows(); ++i) {
    for (std::size_t c = 0; c < a.num_columns; ++c) {
      const float x = a.values[i * a.num_columns + c], y = b.values[i * b.num_columns + c];
      if (x == y || (std::isnan(x) && std::isnan(y))) continue;
      rows.push_back(i);
      break;
    }
  }
  return rows;
}

void Flip(Examples* examples, std::size_t row) {
  float& y = examples->outcome[row];
  y = examples->task == Task::kRegression ? y + 100 : examples->task == Task::kBinary ? 1 - y : static_cast<float>((static_cast<int>(y) + 1) % 3);
}

// Queries of `query_rows` rows: of consecutive hours or, with `spread`, of one unit (of 10 rows) over all time; `crossing`: each
// unit in several queries.
void AddQueries(Examples* examples, std::uint32_t query_rows, bool spread, bool crossing) {
  examples->num_queries = static_cast<std::uint32_t>(kRows) / query_rows;
  for (std::uint32_t i = 0; i < kRows; ++i) {
    const auto hour = static_cast<std::uint32_t>(i * 37 % kRows), num_units = static_cast<std::uint32_t>(kRows) / 10;
    examples->query.push_back(spread ? hour % num_units * (10 / query_rows) + hour / num_units / query_rows : hour / query_rows);
    if (crossing) examples->unit[i] = i % examples->num_units;
  }
}

struct Case {
  const char* name;
  Task task;
  bool with_time;
  std::uint32_t unit_rows;
  bool spread;
  int wait_hours;
  std::uint32_t query_rows = 0;
  bool crossing = false;
};
constexpr Case kCases[] = {
    {"time", Task::kBinary, true, 1, false, 0},
    {"time and a wait", Task::kBinary, true, 1, false, 30},
    {"time and short units", Task::kBinary, true, 24, false, 5},
    {"time and units spread over all of it", Task::kBinary, true, 10, true, 5},
    {"regression", Task::kRegression, true, 24, false, 5},
    {"several classes", Task::kMulticlass, true, 10, true, 5},
    {"no time", Task::kBinary, false, 1, false, 0},
    {"no time, units", Task::kRegression, false, 10, true, 0},
    {"ranking", Task::kRanking, true, 1, false, 5, 16},
    {"ranking, units of several queries", Task::kRanking, true, 20, false, 5, 10},
    {"ranking, units of several queries over all of time", Task::kRanking, true, 10, true, 5, 5},
    {"ranking, units across queries", Task::kRanking, true, 20, false, 5, 20, true},
    {"ranking, no time", Task::kRanking, false, 1, false, 0, 10},
    {"ranking, no time, units of several queries", Task::kRanking, false, 10, true, 0, 5},
    {"ranking, no time, units across queries", Task::kRanking, false, 20, false, 0, 10, true},
};

TEST(Encoder, AnOutcomeChangesOnlyWhatIsDecidedAfterItIsKnownAndNeverItsOwnGroup) {
  for (const Case& c : kCases) {
    Examples examples = Make(c.task, c.with_time, c.unit_rows, c.spread, c.wait_hours * base::kMicrosPerHour);
    if (c.query_rows > 0) AddQueries(&examples, c.query_rows, c.spread, c.crossing);
    const Matrix before = TrainingOf(examples);
    std::size_t total_changed = 0;
    for (std::size_t flipped = 0; flipped < kRows; flipped += 23) {
      Examples other = examples;
      Flip(&other, flipped);
      const std::vector<std::size_t> changed = Changed(before, TrainingOf(other));
      total_changed += changed.size();
      for (const std::size_t row : changed) {
        EXPECT_NE(row, flipped) << c.name;
        EXPECT_TRUE(examples.unit.empty() || c.crossing || examples.unit[row] != examples.unit[flipped]) << c.name;
        EXPECT_TRUE(examples.query.empty() || examples.query[row] != examples.query[flipped]) << c.name;
        EXPECT_TRUE(!c.with_time || examples.time[flipped] + examples.wait <= examples.time[row]) << c.name << ": row " << row << " saw an outcome of the future";
      }
    }
    // The encodings do look at outcomes: the law above is not kept by doing nothing.
    EXPECT_GT(total_changed, kRows) << c.name;
  }
}

// With a column per value its share would only repeat them, and out of fold it mirrors the rows' own outcomes.
TEST(Encoder, OnlyCategoriesOfManyValuesBecomeShares) {
  Matrix matrix;
  const Result<Encoder> encoder = Encoder::Fit(Make(Task::kBinary, false, 1, false, 0), All(), {}, &matrix);
  EXPECT_EQ(encoder->names(), (std::vector<std::string>{"few = f0", "few = f1", "few = f2", "few = f3", "few = f4", "few = f5", "many: share"}));
  EXPECT_EQ(Encoder::FromJson(encoder->ToJson())->names(), encoder->names());
}

TEST(Encoder, TrainingSharesAreTheSmoothedMeansOfWhatWasKnown) {
  // The definition, row by row, for units that straddle the stages.
  const Examples examples = Make(Task::kRegression, true, 10, true, 0);
  const Matrix matrix = TrainingOf(examples);
  const table::Column& category = examples.table->column(1);
  std::vector<base::Micros> starts;
  for (std::int64_t s = 0; s < 8; ++s) starts.push_back(s * static_cast<base::Micros>(kRows) / 8 * base::kMicrosPerHour);
  for (std::size_t i = 0; i < kRows; ++i) {
    const base::Micros start = *(std::upper_bound(starts.begin(), starts.end(), examples.time[i]) - 1);
    double rows = 0, sum = 0, all_rows = 0, all_sum = 0;
    for (std::size_t j = 0; j < kRows; ++j) {
      if (examples.time[j] >= start || examples.unit[j] == examples.unit[i]) continue;
      all_rows += 1;
      all_sum += static_cast<double>(examples.outcome[j]);
      if (category.CodeAt(static_cast<std::int64_t>(j)) != category.CodeAt(static_cast<std::int64_t>(i))) continue;
      rows += 1;
      sum += static_cast<double>(examples.outcome[j]);
    }
    const float share = matrix.values[i * matrix.num_columns + 6];  // behind a column per value of the first category
    if (all_rows == 0 || category.IsMissing(static_cast<std::int64_t>(i))) {
      EXPECT_TRUE(std::isnan(share)) << i;
    } else {
      EXPECT_NEAR(static_cast<double>(share), (sum + 20 * all_sum / all_rows) / (rows + 20), 1e-6) << i;
    }
  }
}

}  // namespace
}  // namespace assay::learn
