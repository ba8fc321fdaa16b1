// The choice of the rung inside the training part.
#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "learn/metrics.h"
#include "learn/out_of_fold.h"
#include "learn/own_rule.h"
#include "learn/split.h"
#include "learn/training_memory.h"
#include "lifecycle/internal/train_parts.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using learn::Judge;
using learn::Metric;
using learn::RungKind;
using learn::Rows;

constexpr int kChoiceFolds = 4;

// Learned rungs are corrected where their out-of-fold predictions need it; own rules are calibrated as they are fitted. The map is one of
// means, which medians must not be bent to.
bool MayBeCalibrated(const Examples& examples, RungKind kind) { return !examples.aims_at_median() && (kind == RungKind::kRule || kind == RungKind::kLinear || kind == RungKind::kBoosted); }

// The lowest rung whose distance to the best is surely below the least gain; the best itself always is.
std::size_t LowestGoodEnough(const Standing& standing, double least_gain) {
  for (std::size_t r = 1; r < standing.behind.size(); ++r) {
    if (r == standing.best || standing.behind[r].interval.high < least_gain) return r;  // NaN: there is no interval
  }
  return standing.best;
}

std::string SampleInWords(const Examples& examples, const Rows& training, const Rows& sample) {
  const std::string groups = learn::GroupWords(examples);
  const std::int64_t sampled = learn::CountGroups(examples, sample), all = learn::CountGroups(examples, training);
  return ", a sample of " + base::ReadableCount(sampled) + " whole " + groups + " (--full uses all " + base::ReadableCount(all) + " with " + base::ReadableCount(static_cast<std::int64_t>(training.size())) + " rows; the sample makes the intervals of the choice about " +
         base::ReadableNumber(std::sqrt(static_cast<double>(all) / static_cast<double>(sampled)), 2) + " times wider where " + groups + " are alike)";
}

}  // namespace

Result<std::unique_ptr<learn::Model>> FitRung(const Rung& rung, const Examples& examples, std::span<const std::uint32_t> rows, const learn::LearnerOptions& options, const RunContext& context) {
  if (rung.kind == RungKind::kOwnRule) return learn::FitOwnRule(rung.own_rule, examples, rows, context);
  return learn::MakeLearner(rung.kind, options)->Fit(examples, rows, context);
}

Result<Standing> Compare(const Judge& judge, Metric metric, const std::vector<const std::vector<double>*>& predictions, std::size_t num_candidates) {
  Standing standing;
  std::vector<double> values;
  for (std::size_t r = 0; r < num_candidates; ++r) {
    const learn::MetricParts parts = ASSAY_TRY(judge.Parts(metric, *predictions[r]));
    values.push_back(learn::HigherIsBetter(metric) ? parts.value : -parts.value);
  }
  // The lowest of equals is the best: a higher rung that adds nothing is not better.
  // The random rung stands first: it is there to be compared with, never the best and never recommended.
  standing.best = static_cast<std::size_t>(std::max_element(values.begin() + 1, values.end()) - values.begin());
  for (std::size_t r = 0; r < predictions.size(); ++r) {
    const auto compared = static_cast<double>(std::max<std::size_t>(1, (r < num_candidates ? num_candidates : predictions.size()) - 1));
    JudgedImprovement behind = ASSAY_TRY(ImprovementOf(judge, metric, *predictions[standing.best], *predictions[r], 1 - 0.05 / compared));
    behind.interval.p_value = std::min(behind.interval.p_value * compared, 1.0);  // NaN stays
    standing.behind.push_back(std::move(behind));
  }
  return standing;
}

Result<Choice> ChooseInsideTraining(const Examples& examples, const Rows& training, std::vector<Rung>* rungs, const TrainOptions& options, Metric metric, const Dependence& dependence, const RunContext& context) {
  const base::ScopedStep step(context, "choose the rung");
  const std::int64_t limit = options.full ? static_cast<std::int64_t>(training.size()) : learn::kChoiceRows;
  const Rows sample = learn::SampleRows(examples, training, limit, context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, sample, kChoiceFolds, context.seed));
  Rows judged;
  std::vector<double> constant;
  const std::size_t num_candidates = rungs->size();
  for (const learn::Split& fold : folds) judged.insert(judged.end(), fold.test.begin(), fold.test.end());
  ASSAY_TRY(RefuseOneUnit("the validation folds", examples, judged, dependence));
  ASSAY_TRY(RefuseUnjudgeable("the validation folds inside the training part", examples, judged, metric));
  // The procedure that the final fit follows, tuning included, though on fewer rows.
  learn::LearnerOptions learner;
  learner.tuning_rows = learn::kRepeatedTuningRows;
  const auto fit = [&](std::size_t r, std::span<const std::uint32_t> rows, const RunContext& serial) { return FitRung((*rungs)[r], examples, rows, learner, serial); };
  std::vector<learn::MemberOutOfFold> of_rung = ASSAY_TRY(learn::PredictOutOfFold(examples, folds, num_candidates, fit, context, "choose the rung inside the training part"));
  for (std::size_t r = 0; r < num_candidates; ++r) {
    if ((*rungs)[r].kind == RungKind::kConstant) constant = of_rung[r].All();
  }
  for (std::size_t r = 0; r < num_candidates; ++r) {
    Rung& rung = (*rungs)[r];
    if (MayBeCalibrated(examples, rung.kind)) {
      learn::CrossFitted fitted = ASSAY_TRY(learn::CalibrateAcrossFolds(examples, std::move(of_rung[r].folds), dependence.Clusters()));
      rung.calibration = fitted.calibration;
      of_rung[r].folds = std::move(fitted.calibrated);
    }
    rung.out_of_fold = of_rung[r].All();
  }
  const Judge judge(examples, judged, constant, dependence.Clusters());
  std::vector<const std::vector<double>*> predictions;
  for (std::size_t r = 0; r < num_candidates; ++r) predictions.push_back(&(*rungs)[r].out_of_fold);
  const Standing standing = ASSAY_TRY(Compare(judge, metric, predictions, num_candidates));
  Choice choice;
  choice.rows = judged;
  choice.rung = LowestGoodEnough(standing, options.least_gain);
  choice.how = "chosen inside the training part by " + std::to_string(folds.size()) + (examples.time.empty() ? " folds of whole " + learn::GroupWords(examples) : std::string(" folds that only look forward in time")) + " over " + base::ReadableCount(static_cast<std::int64_t>(sample.size())) + " rows" +
               (sample.size() < training.size() ? SampleInWords(examples, training, sample) : "");
  return choice;
}

}  // namespace assay::lifecycle
