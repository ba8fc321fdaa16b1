// Kernels that the main job spends its time in, on 1,000,000 rows. A wrong answer ends the benchmark with an error.
#include <benchmark/benchmark.h>

#include <cmath>
#include <numeric>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/random.h"
#include "base/sha256.h"
#include "expression/expression.h"
#include "objectives/frontier.h"
#include "stats/auc.h"
#include "stats/cluster_mean.h"

namespace assay {
namespace {

constexpr std::int64_t kRows = 1'000'000;

struct Data {
  std::vector<double> score, value;
  std::vector<std::uint8_t> positive;
  std::vector<std::uint32_t> unit;
  table::Table table;
};

const Data& Shared() {
  static const Data data = [] {
    Data made;
    base::RandomStream random(42, "benchmark");
    std::vector<std::uint32_t> codes;
    for (std::int64_t i = 0; i < kRows; ++i) {
      made.value.push_back(random.Normal());
      made.positive.push_back(random.Below(4) == 0 ? 1 : 0);
      made.score.push_back(made.value.back() + made.positive.back());
      made.unit.push_back(static_cast<std::uint32_t>(i * 180 / kRows));
      codes.push_back(static_cast<std::uint32_t>(random.Below(3)));
    }
    std::vector<table::Column> columns;
    columns.push_back(table::Column::Numbers("value", made.value));
    columns.push_back(table::Column::Categories("origin", codes, {"ORD", "ATL", "DFW"}));
    made.table = *table::Table::Create(std::move(columns));
    return made;
  }();
  return data;
}

void Expression(benchmark::State& state) {
  const char* const texts[] = {"value > 0.5", "value > 0 and origin in ('ORD', 'DFW')", "case when value < 0 then -value else exp(least(value, 2)) end"};
  const Data& data = Shared();
  const auto parsed = expression::Expression::Parse(texts[state.range(0)]);
  const auto bound = expression::BoundExpression::Bind(*parsed, data.table.schema());
  state.SetLabel(texts[state.range(0)]);
  for (auto _ : state) {
    const auto column = bound->Evaluate(data.table, "result", {});
    if (!column || column->num_rows() != kRows) return state.SkipWithError("no answer");
    benchmark::DoNotOptimize(column->NumberAt(7));
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(Expression)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

// Scores are normal, 1 apart between the classes: the area is the normal distribution at 1 / sqrt(2), 0.7602.
void DeLong(benchmark::State& state) {
  const Data& data = Shared();
  for (auto _ : state) {
    const auto parts = stats::Auc(data.score, data.positive);
    if (!parts || std::abs(parts->auc - 0.7602) > 0.002) return state.SkipWithError("wrong area");
    const auto interval = stats::AucInterval(*parts, data.positive, {data.unit, 180});
    if (!interval || interval->low >= interval->high) return state.SkipWithError("wrong interval");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(DeLong)->Unit(benchmark::kMillisecond);

void MeanByUnit(benchmark::State& state) {
  const Data& data = Shared();
  for (auto _ : state) {
    const auto mean = stats::ClusterMean(data.value, {data.unit, 180});
    if (!mean || std::abs(mean->value) > 0.005) return state.SkipWithError("wrong mean");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(MeanByUnit)->Unit(benchmark::kMillisecond);

// 10,000 queries of 100 items, as generate_frontier makes them.
struct Feed {
  objectives::RankedItems items;
  std::vector<double> quality, click;
};
const Feed& SharedFeed() {
  static const Feed feed = [] {
    Feed made;
    base::RandomStream random(42, "benchmark feed");
    std::vector<std::uint32_t> query;
    std::vector<double> liked, clicked;
    for (std::uint32_t i = 0; i < kRows; ++i) {
      query.push_back(i / 100);
      made.quality.push_back(random.Uniform());
      made.click.push_back(0.7 * random.Uniform() + 0.3 * (1 - made.quality.back()));
      liked.push_back(random.Uniform() < made.quality.back() ? 1 : 0);
      clicked.push_back(random.Uniform() < made.click.back() ? 1 : 0);
    }
    using enum objectives::Measure::Kind;
    made.items = *objectives::RankedItems::Create(query, 10'000, {{"quality", kMetric, std::move(liked)}, {"engagement", kMetric, std::move(clicked)}});
    return made;
  }();
  return feed;
}

// The whole curve on one core; with all orders of the items counted, and without.
void FrontierSweep(benchmark::State& state) {
  const Feed& feed = SharedFeed();
  state.SetLabel(state.range(0) == 1 ? "orders counted" : "orders not counted");
  for (auto _ : state) {
    const auto frontier = objectives::Frontier::Sweep(feed.items, feed.quality, feed.click, {.k = 10, .count_orderings = state.range(0) == 1}, {});
    if (!frontier || frontier->breakpoints().size() < kRows) return state.SkipWithError("wrong curve");
  }
}
BENCHMARK(FrontierSweep)->DenseRange(0, 1)->Unit(benchmark::kMillisecond);

// One lambda after that: both metrics.
void FrontierAt(benchmark::State& state) {
  const Feed& feed = SharedFeed();
  const objectives::Frontier frontier = *objectives::Frontier::Sweep(feed.items, feed.quality, feed.click, {.k = 10, .count_orderings = false}, {});
  base::RandomStream random(42, "lambdas");
  for (auto _ : state) {
    const std::size_t piece = frontier.PieceAt(random.Uniform());
    const double both = frontier.Value(piece, 0) + frontier.Value(piece, 1);
    if (!(both > 1 && both < 2)) return state.SkipWithError("wrong values");
    benchmark::DoNotOptimize(both);
  }
}
BENCHMARK(FrontierAt)->Unit(benchmark::kMicrosecond);

// The same with the value of every query, as intervals need it.
void FrontierPerQuery(benchmark::State& state) {
  const Feed& feed = SharedFeed();
  const objectives::Frontier frontier = *objectives::Frontier::Sweep(feed.items, feed.quality, feed.click, {.k = 10, .count_orderings = false}, {});
  base::RandomStream random(42, "lambdas");
  std::vector<double> values(frontier.num_queries());
  for (auto _ : state) {
    const double lambda = random.Uniform();
    frontier.PerQuery(lambda, 0, values);
    if (std::abs(std::accumulate(values.begin(), values.end(), 0.0) / 10'000 - frontier.Value(frontier.PieceAt(lambda), 0)) > 1e-9) return state.SkipWithError("wrong values");
  }
}
BENCHMARK(FrontierPerQuery)->Unit(benchmark::kMicrosecond);

void JsonRoundTrip(benchmark::State& state) {
  Json json = Json::array();
  for (std::size_t i = 0; i < 20'000; ++i) json.push_back({{"name", "row"}, {"value", Shared().value[i]}});
  const std::string written = base::WriteJson(json);
  for (auto _ : state) {
    const auto read = base::ParseJson(written, "benchmark");
    if (!read || base::WriteJson(*read) != written) return state.SkipWithError("another text");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(written.size()));
}
BENCHMARK(JsonRoundTrip)->Unit(benchmark::kMillisecond);

void Sha256(benchmark::State& state) {
  const std::string bytes(std::size_t{1} << 24U, 'a');
  const std::string expected = base::Sha256Hex(bytes);
  for (auto _ : state) {
    if (base::Sha256Hex(bytes) != expected) return state.SkipWithError("another hash");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(Sha256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace assay
