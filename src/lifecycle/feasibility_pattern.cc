#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/thread_pool.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/feasibility.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using learn::RungKind;

constexpr std::int64_t kPatternRows = 20'000;
constexpr int kFolds = 3;
constexpr int kEnough = 10;  // as-good permutations after which the test stops

// Out-of-fold skill of one family on these labels.
double SkillOf(RungKind kind, const Examples& examples, const std::vector<learn::Split>& folds, const RunContext& context) {
  learn::LearnerOptions options;
  options.quick = true;
  double loss = 0, constant_loss = 0;
  for (const learn::Split& fold : folds) {
    const auto model = learn::MakeLearner(kind, options)->Fit(examples, fold.train, context);
    const auto constant = learn::MakeLearner(RungKind::kConstant)->Fit(examples, fold.train, context);
    if (!model || !constant) return -1;
    std::vector<double> predictions(fold.test.size() * examples.num_outputs()), losses(fold.test.size());
    const auto add = [&](const learn::Model& m, double* sum) {
      if (!m.Predict(*examples.table, fold.test, predictions, context)) return;
      if (examples.task == learn::Task::kRanking) {
        for (const double ndcg : learn::QueryNdcg(examples, fold.test, predictions, 0)) *sum += 1 - ndcg;
        return;
      }
      learn::RowLosses(examples.task == learn::Task::kRegression ? learn::Metric::kRmse : learn::Metric::kLogLoss, examples, fold.test, predictions, losses);
      for (const double l : losses) *sum += l;
    };
    add(**model, &loss);
    add(**constant, &constant_loss);
  }
  return constant_loss > 0 ? 1 - loss / constant_loss : 0;
}

// Outcomes rearranged under the null hypothesis. `order` is by time, or by unit.
std::vector<float> Exchange(const Examples& examples, const std::vector<std::uint32_t>& order, base::RandomStream* random) {
  const std::vector<float>& y = examples.outcome;
  std::vector<float> exchanged(y.size());
  if (!examples.time.empty()) {
    // At least a twentieth of the series away from where it was, so that what depends on its neighbours is torn apart.
    const std::size_t n = order.size();
    const std::size_t least = std::max<std::size_t>(1, n / 20);
    const std::size_t shift = least + random->Below(std::max<std::size_t>(1, n - 2 * least));
    for (std::size_t i = 0; i < n; ++i) exchanged[order[i]] = y[order[(i + shift) % n]];
    return exchanged;
  }
  if (!examples.unit.empty() || examples.task == learn::Task::kRanking) {
    // Units in random order, their outcomes dealt to the rows in the old order of units. With units of one size each unit
    // gets another's outcomes whole; otherwise a few units at size borders get parts of two.
    const std::vector<std::uint32_t>& ids = examples.task == learn::Task::kRanking ? examples.query : examples.unit;
    const std::uint32_t count = examples.task == learn::Task::kRanking ? examples.num_queries : examples.num_units;
    std::vector<std::vector<std::uint32_t>> rows(count);
    for (const std::uint32_t row : order) rows[ids[row]].push_back(row);
    std::vector<std::uint32_t> units(count);
    std::iota(units.begin(), units.end(), 0U);
    random->Shuffle(std::span<std::uint32_t>(units));
    std::size_t at = 0;
    for (const std::uint32_t unit : units) {
      for (const std::uint32_t row : rows[unit]) exchanged[order[at++]] = y[row];
    }
    return exchanged;
  }
  exchanged = y;
  random->Shuffle(std::span<float>(exchanged));
  return exchanged;
}

// The examples restricted to these rows, in their order.
Examples Restrict(const Examples& examples, const learn::Rows& rows) {
  Examples few = examples;
  few.table = std::make_shared<const table::Table>(examples.table->Take(rows));
  const auto take = [&](const auto& from) {
    std::decay_t<decltype(from)> to;
    if (!from.empty()) {
      for (const std::uint32_t row : rows) to.push_back(from[row]);
    }
    return to;
  };
  few.outcome = take(examples.outcome);
  few.unit = take(examples.unit);
  few.query = take(examples.query);
  few.time = take(examples.time);
  return few;
}

}  // namespace

learn::Rows ThinRows(const Examples& examples, std::int64_t num_rows, std::uint64_t seed) {
  learn::Rows rows;
  const std::int64_t n = examples.num_rows();
  if (examples.task == learn::Task::kRanking) {
    learn::Rows all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0U);
    return learn::SampleRows(examples, all, num_rows, seed);
  }
  base::RandomStream random(seed, "thin rows");
  std::int64_t needed = std::min(num_rows, n);
  for (std::int64_t row = 0; row < n && needed > 0; ++row) {
    if (static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(n - row))) >= needed) continue;
    rows.push_back(static_cast<std::uint32_t>(row));
    --needed;
  }
  return rows;
}

Result<PatternTest> TestPattern(const Examples& whole, int permutations, const RunContext& context) {
  const learn::Rows thin = ThinRows(whole, kPatternRows, context.seed);
  const Examples examples = Restrict(whole, thin);
  std::vector<std::uint32_t> order(examples.outcome.size());
  std::iota(order.begin(), order.end(), 0U);
  if (!examples.time.empty()) {
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return examples.time[a] < examples.time[b]; });
  } else if (examples.task == learn::Task::kRanking || !examples.unit.empty()) {
    const std::vector<std::uint32_t>& ids = examples.task == learn::Task::kRanking ? examples.query : examples.unit;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return ids[a] < ids[b]; });
  }
  PatternTest test;
  test.exchanged = !examples.time.empty() ? "the series of outcomes, shifted in a circle" : examples.task == learn::Task::kRanking ? "the outcomes of whole queries" : !examples.unit.empty() ? "the outcomes of whole units" : "the outcomes of rows";
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, std::vector<std::uint32_t>(order.begin(), order.end()), kFolds, context.seed));
  const auto statistic = [&](const Examples& e) {
    const RunContext serial{context.seed, nullptr, nullptr, context.cancel, nullptr, 0};
    return std::max(SkillOf(RungKind::kRule, e, folds, serial), SkillOf(RungKind::kLinear, e, folds, serial));
  };
  test.statistic = statistic(examples);
  // Batches, so that stopping early does not depend on threads.
  constexpr int kBatch = 20;
  int as_good = 0;
  while (test.permutations < permutations && as_good < kEnough) {
    const int count = std::min(kBatch, permutations - test.permutations);
    std::vector<double> values(static_cast<std::size_t>(count));
    ASSAY_TRY(base::ParallelFor(context, count, [&](std::int64_t b) {
      base::RandomStream random(context.seed, "pattern", static_cast<std::uint64_t>(test.permutations + b));
      Examples null = examples;
      null.outcome = Exchange(examples, order, &random);
      values[static_cast<std::size_t>(b)] = statistic(null);
    }));
    for (const double value : values) {
      ++test.permutations;
      if (value >= test.statistic) ++as_good;
      if (as_good >= kEnough) break;
    }
    context.Report("pattern: permutation test", test.permutations, permutations);
  }
  test.p_value = as_good >= kEnough ? static_cast<double>(as_good) / test.permutations : (as_good + 1.0) / (test.permutations + 1.0);
  return test;
}

}  // namespace assay::lifecycle
