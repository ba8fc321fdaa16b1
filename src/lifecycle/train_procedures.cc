// The rungs as procedures: would this step up pay again, fitted on other rows of the same kind?
#include <cmath>
#include <optional>

#include "base/step_clock.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/metrics.h"
#include "learn/split.h"
#include "lifecycle/internal/train_parts.h"
#include "stats/corrected_resampled_t.h"

namespace assay::lifecycle {

namespace {

constexpr std::int64_t kProcedureSampleRows = 500'000;
constexpr double kEnoughGroups = 15;  // in a fit's two halves; coverage from there on: docs/statistics.md

// The metric of every rung fitted on split.train and judged on split.test; an error where the metric does not exist there.
Result<std::vector<double>> ScoresOf(const learn::Examples& examples, const learn::Split& split, const std::vector<Rung>& rungs, learn::Metric metric, const Dependence& dependence, const RunContext& context) {
  learn::LearnerOptions options;
  options.tuning_rows = learn::kRepeatedTuningRows;
  std::vector<std::vector<double>> predictions;
  std::vector<double> constant;
  for (const Rung& rung : rungs) {
    const std::unique_ptr<learn::Model> model = ASSAY_TRY(FitRung(rung, examples, split.train, options, context));
    predictions.emplace_back(split.test.size() * examples.num_outputs());
    ASSAY_TRY(model->Predict(*examples.table, split.test, predictions.back(), context));
    if (rung.kind == learn::RungKind::kConstant) constant = predictions.back();
  }
  const learn::Judge judge(examples, split.test, constant, dependence.Clusters());
  std::vector<double> scores;
  for (const std::vector<double>& p : predictions) scores.push_back(ASSAY_TRY(judge.Parts(metric, p)).value);
  return scores;
}

std::string InWords(const learn::Examples& examples, const learn::Resampling& halves, std::int64_t sampled_rows, std::int64_t sampled_groups, std::int64_t rows, std::int64_t groups) {
  const std::string parts = examples.time.empty() ? "learns from a random half of the " + halves.groups + " and is judged by the other half"
                                                  : "learns from a random half of the " + halves.groups + " of the earlier two thirds and is judged by a random half of those of the later third";
  std::string words = "Every rung was fitted anew " + std::to_string(halves.splits.size()) + " times inside the training part: each fit " + parts + " (about " + base::ReadableCount(std::llround(halves.training_groups)) + " and " + base::ReadableCount(std::llround(halves.judging_groups)) + ").";
  if (halves.training_groups + halves.judging_groups < kEnoughGroups) words += " So few " + halves.groups + " make these intervals too narrow: with ten in all they held the truth in 92 % of simulations instead of 95 %.";
  if (sampled_rows < rows) {
    words += " This used a sample of " + base::ReadableCount(sampled_groups) + " whole " + halves.groups + " (" + base::ReadableCount(sampled_rows) + " of " + base::ReadableCount(rows) + " rows); --full uses all " + base::ReadableCount(groups) + ", which makes these intervals about " +
             base::ReadableNumber(std::sqrt(static_cast<double>(groups) / static_cast<double>(sampled_groups)), 2) + " times narrower where " + halves.groups + " are alike.";
  }
  return words;
}

}  // namespace

Result<ProcedureComparisons> CompareProcedures(const learn::Examples& examples, const learn::Rows& training, const std::vector<Rung>& rungs, const TrainOptions& options, learn::Metric metric, const Dependence& dependence, const RunContext& context) {
  const base::ScopedStep step(context, "compare procedures");
  ProcedureComparisons result;
  result.against_previous.resize(rungs.size());
  evidence::ProcedureSummary& summary = result.summary;
  if (options.repeats == 0) {
    summary.reason = "switched off (--repeats 0)";
    return result;
  }
  const learn::Rows sample = options.full ? training : learn::SampleRows(examples, training, kProcedureSampleRows, context.seed);
  const Result<learn::Resampling> halves = learn::RandomHalves(examples, sample, options.repeats, context.seed);
  if (!halves) {
    summary.reason = halves.error().message;
    return result;
  }
  const double sign = learn::HigherIsBetter(metric) ? 1 : -1;
  std::vector<std::vector<double>> differences(rungs.size());
  std::vector<std::optional<Result<std::vector<double>>>> scores_of(halves->splits.size());
  ASSAY_TRY(base::ParallelFor(
      context, static_cast<std::int64_t>(scores_of.size()),
      [&](std::int64_t s) {
        const auto at = static_cast<std::size_t>(s);
        scores_of[at] = ScoresOf(examples, halves->splits[at], rungs, metric, dependence, context.Serial());
      },
      "fit the rungs anew on random halves"));
  for (const std::optional<Result<std::vector<double>>>& of_split : scores_of) {
    const Result<std::vector<double>>& scores = *of_split;
    if (!scores) {
      if (scores.error().code != ErrorCode::kNumeric) return scores.error();
      continue;  // a judging half in which the metric does not exist
    }
    ++summary.repeats;
    for (std::size_t r = 1; r < rungs.size(); ++r) differences[r].push_back(sign * ((*scores)[r] - (*scores)[r - 1]));
  }
  summary.groups = halves->groups;
  summary.training_groups = halves->training_groups;
  summary.judging_groups = halves->judging_groups;
  summary.sample_rows = static_cast<std::int64_t>(sample.size());
  summary.how = InWords(examples, *halves, summary.sample_rows, learn::CountGroups(examples, sample), static_cast<std::int64_t>(training.size()), learn::CountGroups(examples, training));
  for (std::size_t r = 1; r < rungs.size(); ++r) {
    const Result<stats::Interval> difference = stats::CorrectedResampledT(differences[r], {halves->spared_groups, halves->judging_groups});
    const std::string method = "fitted anew on random halves, corrected resampled t (Nadeau, Bengio)";
    if (difference) {
      result.against_previous[r] = ToComparison(rungs[r - 1].name, {*difference, "", 0.95}, method);
      if (!(difference->standard_error > 0)) {
        result.against_previous[r]->low = result.against_previous[r]->high = std::nan("");
        result.against_previous[r]->reason = "no interval and no test: no fit shows a difference";
      }
    } else {
      result.against_previous[r] = evidence::Comparison{};
      result.against_previous[r]->other = rungs[r - 1].name;
      result.against_previous[r]->method = method;
      result.against_previous[r]->reason = difference.error().message;
    }
  }
  return result;
}

}  // namespace assay::lifecycle
