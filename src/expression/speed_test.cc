// Nanoseconds per row beside DuckDB on the same 3,000,000 rows; run with ASSAY_LONG=1. Checks the
// answers, not the times.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/random.h"
#include "base/thread_pool.h"
#include "expression/engine_answer_for_test.h"

namespace assay::expression {
namespace {

constexpr std::int64_t kRows = 3'000'000;

table::Table Flights() {
  base::RandomStream random(42, "flights");
  std::vector<std::string> airports;
  for (int i = 0; i < 200; ++i) airports.push_back("A" + std::to_string(i));
  std::vector<double> delay, distance;
  std::vector<std::uint32_t> origin;
  std::vector<base::Micros> date;
  for (std::int64_t i = 0; i < kRows; ++i) {
    delay.push_back(random.Below(50) == 0 ? std::nan("") : std::round(10 + 30 * random.Normal()));
    distance.push_back(100 + static_cast<double>(random.Below(2500)));
    origin.push_back(static_cast<std::uint32_t>(random.Below(200)));
    date.push_back(base::FromCivil({2001, 1, 1}) + i * 5 * base::kMicrosPerSecond);
  }
  std::vector<table::Column> columns;
  columns.push_back(table::Column::Numbers("delay", delay));
  columns.push_back(table::Column::Numbers("distance", distance));
  columns.push_back(table::Column::Categories("origin", origin, airports));
  columns.push_back(table::Column::Times("date", date));
  return *table::Table::Create(std::move(columns));
}

// The best of five, in nanoseconds per row.
template <class Work>
double Time(Work work) {
  double best = 1e300;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(
        best,
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count());
  }
  return best / static_cast<double>(kRows);
}

TEST(ExpressionSpeed, BesideTheEngine) {
  if (std::getenv("ASSAY_LONG") == nullptr) GTEST_SKIP() << "set ASSAY_LONG=1";
  const table::Table table = Flights();
  const EngineForTest engine(table);
  base::ThreadPool pool(2);
  RunContext context;
  context.pool = &pool;
  std::printf("%-75s %10s %10s\n", "ns per row, 2 threads", "ours", "DuckDB");
  for (const char* text :
       {"delay > 15", "origin = 'A7' or origin in ('A1', 'A2')",
        "delay > 15 and distance / 500 < 3 and origin <> 'A7'",
        "case when hour(date) >= 17 then ln(distance) + abs(delay) else distance end > 6"}) {
    const BoundExpression bound = *BoundExpression::Bind(*Expression::Parse(text), table.schema());
    std::int64_t ours = 0, theirs = 0;
    const double our_time = Time([&] {
      const table::Column column = *bound.Evaluate(table, "r", context);
      ours = 0;
      for (const std::uint8_t value : std::get<std::vector<std::uint8_t>>(column.storage()))
        ours += value == 1 ? 1 : 0;
    });
    const Sql sql = ToSql(bound);
    const double their_time = Time([&] { ASSERT_TRUE(engine.CountTrue(sql, &theirs)); });
    EXPECT_EQ(ours, theirs) << text;
    std::printf("%-75s %10.2f %10.2f\n", text, our_time, their_time);
  }
}

}  // namespace
}  // namespace assay::expression
