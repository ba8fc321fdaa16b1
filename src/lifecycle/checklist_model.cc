// Items of the checklist that comparisons of models decide, all inside the training part.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/text.h"
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::Verdict;
using learn::Metric;
using learn::Rows;
using learn::RungKind;

// The table with the values of one column dealt out again.
Result<table::Table> Shuffled(const table::Table& table, std::size_t column, base::RandomStream* random) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(table.num_rows()));
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random->Below(i)]);
  std::vector<table::Column> columns = table.columns();
  columns[column] = columns[column].Take(order);
  return table::Table::Create(std::move(columns));
}

}  // namespace

Result<std::vector<double>> PredictRows(const learn::Model& model, const table::Table& table, std::span<const std::uint32_t> rows, std::size_t outputs, const RunContext& context) {
  std::vector<double> out(rows.size() * outputs);
  ASSAY_TRY(model.Predict(table, rows, out, context));
  return out;
}

Result<ItemAnswer> DecideFeaturesBeneficial(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const learn::Examples& examples = bench.examples();
  const Rows& test = bench.folds.back().test;
  const std::size_t count = examples.features.size();
  const double level = 1 - 0.05 / static_cast<double>(count);
  answer.method = "boosted trees of the last fold on " + base::ReadableCount(static_cast<std::int64_t>(test.size())) + " rows they never saw: skill lost when one feature's values are dealt out again, paired by unit, level shared among the features (Bonferroni)";
  const table::Table seen = examples.table->Take(test);
  Rows all(test.size());
  std::iota(all.begin(), all.end(), 0U);
  const std::size_t k = examples.num_outputs();
  const std::vector<double> whole = ASSAY_TRY(PredictRows(*bench.boosted.last_model, seen, all, k, context));
  const std::vector<double> constant = ASSAY_TRY(PredictRows(*bench.constant.last_model, seen, all, k, context));
  const learn::Judge judge(examples, test, constant, bench.dependence.Clusters());
  std::vector<std::string> idle;
  std::size_t earning = 0;
  for (std::size_t f = 0; f < count; ++f) {
    base::RandomStream random(context.seed, "checklist shuffle", f);
    const table::Table shuffled = ASSAY_TRY(Shuffled(seen, examples.features[f].column, &random));
    const std::vector<double> without = ASSAY_TRY(PredictRows(*bench.boosted.last_model, shuffled, all, k, context));
    const stats::Interval lost = ASSAY_TRY(judge.Improvement(Metric::kSkill, whole, without, level));
    const std::string& name = examples.features[f].name;
    const bool earns = lost.low > 0;
    earning += earns ? 1 : 0;
    const bool is_idle = !earns && lost.high < bench.least_gain();
    if (is_idle) idle.push_back(name);
    answer.findings.push_back({name, "feature", WithInterval(lost, level), is_idle, "'" + name + "' dealt out again costs " + EstimateInWords(WithInterval(lost, level)) + " of skill"});
  }
  std::stable_sort(answer.findings.begin(), answer.findings.end(), [](const auto& a, const auto& b) { return a.estimate.value > b.estimate.value; });
  answer.figures.push_back(MakeFigure("features", "features looked at", WithoutInterval(static_cast<double>(count), "a count")));
  answer.figures.push_back(MakeFigure("features_earning", "features whose loss is surely felt", WithoutInterval(static_cast<double>(earning), "a count")));
  answer.verdict = earning == count ? Verdict::kSupported : !idle.empty() ? Verdict::kRefuted : Verdict::kInconclusive;
  constexpr std::size_t kMostNamed = 8;
  const std::string more = idle.size() > kMostNamed ? " and " + std::to_string(idle.size() - kMostNamed) + " more" : "";
  idle.resize(std::min(idle.size(), kMostNamed));
  const std::string worse = std::to_string(earning) + " of " + std::to_string(count) + " features";
  switch (answer.verdict) {
    case Verdict::kSupported: answer.answer = "Yes: the model is worse without any one of its " + std::to_string(count) + " features."; break;
    case Verdict::kRefuted: answer.answer = "No: without " + base::Join(idle, ", ") + more + " the model is not shown to be worse, and would lose less than the least gain " + base::ReadableNumber(bench.least_gain()) + "; it is surely worse without " + worse + "."; break;
    default: answer.answer = "The model is surely worse without " + worse + "; for the others the rows do not decide.";
  }
  return answer;
}

Result<ItemAnswer> DecideTuned(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const int trees[] = {20, 60, 150};
  answer.method = "the tuned boosted trees against fixed ones (20, 60, 150 trees of depth 6) out of fold, paired by unit, level shared among the three (Bonferroni)";
  const learn::Examples& examples = bench.examples();
  const double level = 1 - 0.05 / 3;
  double most = -1e9;
  Estimate headroom;
  bool better = false;
  for (const int number : trees) {
    learn::LearnerOptions options;
    options.num_trees = number;
    std::vector<double> predictions;
    for (const learn::Split& fold : bench.folds) {
      const auto model = ASSAY_TRY(learn::MakeLearner(RungKind::kBoosted, options)->Fit(examples, fold.train, context));
      const std::vector<double> out = ASSAY_TRY(PredictRows(*model, *examples.table, fold.test, examples.num_outputs(), context));
      predictions.insert(predictions.end(), out.begin(), out.end());
    }
    const stats::Interval gain = ASSAY_TRY(bench.judge->Improvement(Metric::kSkill, predictions, bench.boosted.out_of_fold, level));
    answer.findings.push_back({std::to_string(number) + " trees", "setting", WithInterval(gain, level), gain.low > bench.least_gain(), "fixed at " + std::to_string(number) + " trees it is better than tuned by " + EstimateInWords(WithInterval(gain, level))});
    better = better || gain.low > bench.least_gain();
    if (gain.high > most) {
      most = gain.high;
      headroom = WithInterval(gain, level);
    }
  }
  answer.figures.push_back(MakeFigure("headroom", "skill that another setting would add", headroom, "skill"));
  answer.verdict = better ? Verdict::kRefuted : most < bench.least_gain() ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = answer.verdict == Verdict::kSupported ? "Yes: other settings add at most " + base::ReadableNumber(most, 3) + " of skill, less than the least gain " + base::ReadableNumber(bench.least_gain()) + "." : answer.verdict == Verdict::kRefuted ? "No: a fixed setting is better by " + EstimateInWords(headroom) + "." : "Not decided: another setting may add up to " + base::ReadableNumber(most, 3) + " of skill.";
  return answer;
}

Result<ItemAnswer> DecideStaleness(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  const learn::Examples& examples = bench.examples();
  if (examples.time.empty()) {
    answer.method = "needs times";
    answer.answer = "Not known: the data has no time, so models of different age cannot be compared. Name the time column in data.time.";
    return answer;
  }
  const learn::Split& last = bench.folds.back();
  Rows ordered;
  for (const std::uint32_t row : last.train) {
    if (examples.time[row] != base::kMissingTime) ordered.push_back(row);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [&](std::uint32_t a, std::uint32_t b) { return examples.time[a] < examples.time[b]; });
  const std::size_t half = ordered.size() / 2;
  if (half == 0 || examples.time[ordered[half - 1]] == examples.time[ordered.back()]) {
    answer.method = "needs rows of different times";
    answer.answer = "Not known: of the " + base::ReadableCount(static_cast<std::int64_t>(last.train.size())) + " training rows " + base::ReadableCount(static_cast<std::int64_t>(ordered.size())) + " have a time, and " + (half == 0 ? "that is" : "their times are") + " too few to make an older and a newer model. Give a time to more rows, or a longer period.";
    return answer;
  }
  Rows old(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(half));
  Rows fresh(ordered.end() - static_cast<std::ptrdiff_t>(half), ordered.end());
  const double age = static_cast<double>(examples.time[fresh.back()] - examples.time[old.back()]) / static_cast<double>(base::kMicrosPerDay);
  std::sort(old.begin(), old.end());
  std::sort(fresh.begin(), fresh.end());
  const std::size_t k = examples.num_outputs();
  std::vector<double> predictions[2];
  for (int which = 0; which < 2; ++which) {
    learn::LearnerOptions options;
    options.num_trees = 60;
    const auto model = ASSAY_TRY(learn::MakeLearner(RungKind::kBoosted, options)->Fit(examples, which == 0 ? old : fresh, context));
    predictions[which] = ASSAY_TRY(PredictRows(*model, *examples.table, last.test, k, context));
  }
  const std::vector<double> constant = ASSAY_TRY(PredictRows(*bench.constant.last_model, *examples.table, last.test, k, context));
  const learn::Judge judge(examples, last.test, constant, bench.dependence.Clusters());
  const Estimate lost = WithInterval(ASSAY_TRY(judge.Improvement(Metric::kSkill, predictions[1], predictions[0])), 0.95);
  answer.method = "boosted trees (60 trees) on the newer and on the older half of the training rows that have a time, equally many, judged on the same later rows, paired by unit";
  answer.figures.push_back(MakeFigure("age", "difference in age of the two models", WithoutInterval(age, "from the times of the rows"), "days"));
  answer.figures.push_back(MakeFigure("staleness", "skill lost by the older model", lost, "skill"));
  const double least = bench.least_gain();
  const std::string days = base::ReadableNumber(age, 3) + " days";
  const bool narrow = lost.high < least || lost.low > least;
  answer.verdict = narrow ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = lost.high < least ? "Yes: a model that is " + days + " older loses at most " + base::ReadableNumber(lost.high, 3) + " of skill, less than the least gain; training anew more often buys nothing." : lost.low > least ? "Yes: a model that is " + days + " older loses " + EstimateInWords(lost) + " of skill; train anew more often than that." : "Not decided: a model that is " + days + " older loses " + EstimateInWords(lost) + " of skill, which includes the least gain.";
  return answer;
}

Result<ItemAnswer> DecideSimplerModel(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "boosted trees against constant, best rule and linear model out of fold inside the training part, paired by unit, level shared among the three (Bonferroni)";
  const std::pair<const char*, const Prediction*> simpler[] = {{"the constant", &bench.constant}, {"the best rule", &bench.rule}, {"the linear model", &bench.linear}};
  const double level = 1 - 0.05 / 3;
  bool all_worse = true;
  std::string enough;
  for (const auto& [name, prediction] : simpler) {
    const stats::Interval gain = ASSAY_TRY(bench.judge->Improvement(Metric::kSkill, bench.boosted.out_of_fold, prediction->out_of_fold, level));
    all_worse = all_worse && gain.low > bench.least_gain();
    const bool as_good = gain.high < bench.least_gain();
    if (as_good && enough.empty()) enough = std::string(name) + " does as well: boosted trees are better by " + EstimateInWords(WithInterval(gain, level)) + " only";
    answer.findings.push_back({name, "rung", WithInterval(gain, level), as_good, "boosted trees are better than " + std::string(name) + " by " + EstimateInWords(WithInterval(gain, level))});
    answer.figures.push_back(MakeFigure(std::string("over_") + learn::RungKindName(prediction == &bench.constant ? RungKind::kConstant : prediction == &bench.rule ? RungKind::kRule : RungKind::kLinear), "gain of boosted trees over " + std::string(name), WithInterval(gain, level), "skill"));
  }
  answer.verdict = !enough.empty() ? Verdict::kRefuted : all_worse ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = !enough.empty() ? "No: " + enough + "." : all_worse ? "Yes: boosted trees are better than every simpler rung by more than the least gain." : "Not decided: the gain over a simpler rung may lie on either side of the least gain.";
  return answer;
}

}  // namespace assay::lifecycle
