#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/random.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/metrics.h"
#include "learn/split.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/exchange.h"
#include "lifecycle/internal/feasibility_items.h"
#include "stats/monte_carlo_p.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using learn::RungKind;

constexpr std::int64_t kPatternRows = 20'000;
constexpr int kFolds = 3;
constexpr double kLevel = 0.05;
constexpr int kEnough = 10;  // as-good permutations after which the test stops

// Out-of-fold skill of one family on these labels.
Result<double> SkillOf(RungKind kind, const Examples& examples, const std::vector<learn::Split>& folds, const RunContext& context) {
  learn::LearnerOptions options;
  options.quick = true;
  options.coarse = true;
  double loss = 0, constant_loss = 0;
  for (const learn::Split& fold : folds) {
    const auto model = ASSAY_TRY(learn::MakeLearner(kind, options)->Fit(examples, fold.train, context));
    const auto constant = ASSAY_TRY(learn::MakeLearner(RungKind::kConstant)->Fit(examples, fold.train, context));
    std::vector<double> predictions(fold.test.size() * examples.num_outputs()), losses(fold.test.size());
    const auto add = [&](const learn::Model& m, double* sum) -> Result<void> {
      ASSAY_TRY(m.Predict(*examples.table, fold.test, predictions, context));
      if (examples.task == learn::Task::kRanking) {
        for (const double ndcg : learn::QueryNdcg(examples, fold.test, predictions, 0)) *sum += 1 - ndcg;
        return {};
      }
      learn::RowLosses(learn::LossMetric(examples), examples, fold.test, predictions, losses);
      for (const double l : losses) *sum += l;
      return {};
    };
    ASSAY_TRY(add(*model, &loss));
    ASSAY_TRY(add(*constant, &constant_loss));
  }
  return constant_loss > 0 ? 1 - loss / constant_loss : 0;
}

// The time from which the rows are as many as those before, as nearly as its values allow; none where there is one time only.
std::optional<base::Micros> EvenestTime(std::vector<base::Micros> times) {
  std::sort(times.begin(), times.end());
  std::optional<base::Micros> evenest;
  std::size_t least = times.size();
  for (std::size_t i = 1; i < times.size(); ++i) {
    const std::size_t apart = 2 * i > times.size() ? 2 * i - times.size() : times.size() - 2 * i;
    if (times[i] == times[i - 1] || apart >= least) continue;
    least = apart;
    evenest = times[i];
  }
  return evenest;
}

// Any fixed folds make a valid test. Units that live side by side are judged by other units at other times, so that neither
// a unit's level nor a day's shock is learned from the rows it hits.
Result<std::vector<learn::Split>> PatternFolds(const Examples& examples, ExchangeKind kind, std::uint64_t seed) {
  std::vector<std::uint32_t> all(examples.outcome.size());
  std::iota(all.begin(), all.end(), 0U);
  if (kind != ExchangeKind::kPanel) return learn::CrossValidationFolds(examples, all, kFolds, seed);
  // About as many units in either half, however few there are.
  std::vector<std::uint32_t> units(examples.unit.begin(), examples.unit.end());
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  base::RandomStream(seed, "pattern units").Shuffle(std::span<std::uint32_t>(units));
  std::vector<std::size_t> half_of(examples.num_units, 0);
  for (std::size_t i = 0; i < units.size(); ++i) half_of[units[i]] = i % 2;
  const std::optional<base::Micros> middle = EvenestTime(examples.time);
  if (!middle) return Error{ErrorCode::kInvalidInput, "all rows have the same time, so the pattern cannot be tested across times"};
  std::vector<learn::Split> folds(4);
  for (const std::uint32_t row : all) {
    const std::size_t part = 2 * half_of[examples.unit[row]] + (examples.time[row] >= *middle ? 1 : 0);
    folds[part].test.push_back(row);
    folds[3 - part].train.push_back(row);
  }
  std::erase_if(folds, [](const learn::Split& fold) { return fold.train.empty() || fold.test.empty(); });
  if (folds.empty()) return Error{ErrorCode::kInvalidInput, "there are too few units or times for a test of the pattern"};
  return folds;
}

}  // namespace

learn::Rows ThinRows(const Examples& examples, std::int64_t num_rows, std::uint64_t seed) {
  learn::Rows all(static_cast<std::size_t>(examples.num_rows()));
  std::iota(all.begin(), all.end(), 0U);
  return learn::ThinRows(examples, all, num_rows, seed);
}

namespace {

// Of the families that can be fitted; the last one's error when none can.
Result<double> BestSkill(const Examples& examples, const std::vector<learn::Split>& folds, const RunContext& context) {
  const RunContext serial = context.Serial();
  Result<double> best = Error{ErrorCode::kInternal, "no family of models"};
  for (const RungKind family : {RungKind::kRule, RungKind::kLinear, RungKind::kBoosted}) {
    const Result<double> skill = SkillOf(family, examples, folds, serial);
    if (!best || (skill && *skill > *best)) best = skill;
  }
  return best;
}

// The p value of the statistic among its values under one way to exchange; adds the permutations to the test's.
Result<double> ShareAsGood(const Exchange& exchange, const std::vector<learn::Split>& folds, int permutations, const RunContext& context, PatternTest* test) {
  // Batches, so that stopping early does not depend on threads.
  constexpr int kBatch = 20;
  const std::string purpose = exchange.num_shifts() > 0 ? "pattern between shifts" : "pattern";
  int done = 0, as_good = 0;
  while (done < permutations && as_good < kEnough) {
    const int count = std::min(kBatch, permutations - done);
    std::vector<double> values(static_cast<std::size_t>(count));
    ASSAY_TRY(base::ParallelFor(context, count, [&](std::int64_t b) {
      base::RandomStream random(context.seed, purpose, static_cast<std::uint64_t>(done + b));
      const Result<double> value = BestSkill(exchange.Draw(&random), folds, context);
      values[static_cast<std::size_t>(b)] = value ? *value : test->statistic;
    }));
    for (const double value : values) {
      ++done;
      if (value >= test->statistic) ++as_good;
      if (as_good >= kEnough) break;
    }
    context.Report("pattern: permutation test", done, permutations);
  }
  test->permutations += done;
  return stats::MonteCarloP(as_good, done, kEnough);
}

}  // namespace

Result<PatternTest> TestPattern(const Examples& whole, int permutations, const RunContext& context) {
  const Examples examples = Restricted(whole, ThinRows(whole, kPatternRows, context.seed));
  const Exchange exchange(examples);
  PatternTest test;
  test.exchanged = exchange.words();
  const std::vector<learn::Split> folds = ASSAY_TRY(PatternFolds(examples, exchange.kind(), context.seed));
  test.statistic = ASSAY_TRY(BestSkill(examples, folds, context));
  test.p_value = ASSAY_TRY(ShareAsGood(exchange, folds, permutations, context, &test));
  const Exchange between(examples, Levels::kStay);
  test.level_shifts = static_cast<int>(between.num_shifts());
  if (test.level_shifts == 0) return test;
  // Two looks at the same statistic: the smaller p value counts double (Bonferroni). The second's refits are only paid for
  // where the first did not settle it.
  test.p_value = std::min(1.0, 2 * test.p_value);
  if (test.p_value <= kLevel) return test;
  test.p_value = std::min({1.0, test.p_value, 2 * ASSAY_TRY(ShareAsGood(between, folds, permutations, context, &test))});
  test.exchanged += " or " + between.words();
  return test;
}

Result<evidence::FeasibilityItem> PatternItem(const Ground& ground, const stats::Interval& gain, bool* refuted) {
  using evidence::Verdict;
  evidence::FeasibilityItem item = StartItem("pattern");
  const Result<PatternTest> tested = TestPattern(ground.examples, 199, ground.context);
  if (!tested && tested.error().code == ErrorCode::kCancelled) return tested.error();
  if (!tested) {
    *refuted = false;
    item.verdict = Verdict::kInconclusive;
    item.method = "none: " + tested.error().message;
    item.figures.push_back(MakeFigure("p_value", "share of rearranged outcomes with as much skill", WithoutInterval(std::nan(""), tested.error().message)));
    item.answer = "Not tested: " + tested.error().message + ".";
    return item;
  }
  const PatternTest& test = *tested;
  *refuted = test.p_value > kLevel;
  // A large p alone may also mean that these learners cannot use what is there: refuted only where the gain agrees.
  item.verdict = !*refuted ? Verdict::kSupported : gain.high < ground.options.least_gain ? Verdict::kRefuted : Verdict::kInconclusive;
  item.method = "permutation test at 5 %: the largest out-of-fold skill of rule, linear model and boosted trees (25 small ones) against " + std::to_string(test.permutations) + " refits in which " + test.exchanged + " changed places; up to " + base::ReadableCount(kPatternRows) + " rows of all units; refuted only when the gain over the constant is below the least gain too";
  item.figures.push_back(MakeFigure("p_value", test.level_shifts > 0 ? "share of rearranged outcomes with as much skill, doubled for two ways to rearrange" : "share of rearranged outcomes with as much skill", WithoutInterval(test.p_value, "a p value has no interval")));
  item.figures.push_back(MakeFigure("statistic", "skill of the best family", WithoutInterval(test.statistic, "compared with its permutations instead of an interval"), "skill"));
  item.figures.push_back(MakeFigure("permutations", "rearranged outcomes that were tried", WithoutInterval(test.permutations, "a count; a test stops early once 10 were as good")));
  item.answer = item.verdict == Verdict::kSupported ? "Yes: the features say more about the outcome than rearranged outcomes would (p = " + base::ReadableNumber(test.p_value, 2) + ")." : test.level_shifts > 0 ? "Not shown (p = " + base::ReadableNumber(test.p_value, 2) + " over two ways to rearrange the outcomes)." : "Not shown: " + base::ReadableShare(test.p_value) + " of the rearranged outcomes are predicted as well.";
  return item;
}

}  // namespace assay::lifecycle
