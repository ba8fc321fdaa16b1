#include "lifecycle/train.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/sha256.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "learn/calibration.h"
#include "learn/comparison.h"
#include "learn/metrics.h"
#include "learn/model_store.h"
#include "learn/own_rule.h"
#include "learn/split.h"
#include "lifecycle/model_paths.h"
#include "lifecycle/understand.h"
#include "stats/distributions.h"
#include "stats/mcnemar.h"

namespace assay::lifecycle {

namespace {

using evidence::Comparison;
using evidence::Estimate;
using evidence::RungReport;
using evidence::RungStatus;
using learn::Examples;
using learn::Judge;
using learn::Metric;
using learn::RungKind;
using learn::Rows;

constexpr std::int64_t kChoiceSampleRows = 1'000'000;
constexpr int kChoiceFolds = 4;

// One rung on its way through the run.
struct Rung {
  std::string name;
  RungKind kind = RungKind::kConstant;
  std::string own_rule;                // EXPR
  std::unique_ptr<learn::Model> model; // null for imported ones
  std::vector<double> predictions;     // on the holdout
  std::vector<double> out_of_fold;     // on the choice folds, in their order
  learn::Calibration calibration;      // fitted inside the training part
  std::string source;                  // imported
};

// Learned rungs are corrected where their out-of-fold predictions need it; own rules are calibrated as they are fitted.
bool MayBeCalibrated(RungKind kind) { return kind == RungKind::kRule || kind == RungKind::kLinear || kind == RungKind::kBoosted; }

Result<std::unique_ptr<learn::Model>> FitRung(const Rung& rung, const Examples& examples, std::span<const std::uint32_t> rows, const learn::LearnerOptions& options, const RunContext& context) {
  if (rung.kind == RungKind::kOwnRule) return learn::FitOwnRule(rung.own_rule, examples, rows, context);
  return learn::MakeLearner(rung.kind, options)->Fit(examples, rows, context);
}

// The improvement of the best over each rung, with the level shared among the rungs that are compared with it (Bonferroni):
// that corrects for having picked the best after seeing all.
struct Standing {
  std::size_t best = 0;
  std::vector<stats::Interval> behind;  // best - rung; the best's own is 0
};

Result<Standing> Compare(const Judge& judge, Metric metric, const std::vector<const std::vector<double>*>& predictions) {
  Standing standing;
  std::vector<double> values;
  for (const std::vector<double>* p : predictions) {
    const learn::MetricParts parts = ASSAY_TRY(judge.Parts(metric, *p));
    values.push_back(learn::HigherIsBetter(metric) ? parts.value : -parts.value);
  }
  // The lowest of equals is the best: a higher rung that adds nothing is not better.
  // The random rung stands first: it is there to be compared with, never the best and never recommended.
  standing.best = static_cast<std::size_t>(std::max_element(values.begin() + 1, values.end()) - values.begin());
  const double level = 1 - 0.05 / static_cast<double>(std::max<std::size_t>(1, predictions.size() - 1));
  for (const std::vector<double>* p : predictions) standing.behind.push_back(ASSAY_TRY(judge.Improvement(metric, *predictions[standing.best], *p, level)));
  return standing;
}

// The lowest rung whose distance to the best is surely below the least gain; the best itself always is.
std::size_t LowestGoodEnough(const Standing& standing, double least_gain) {
  for (std::size_t r = 1; r < standing.behind.size(); ++r) {
    if (r == standing.best || standing.behind[r].high < least_gain) return r;
  }
  return standing.best;
}

Comparison ToComparison(const std::string& other, const stats::Interval& interval, const std::string& method) {
  Comparison comparison;
  comparison.other = other;
  comparison.difference = interval.value;
  comparison.method = method;
  if (interval.standard_error == 0 && interval.value == 0) {
    comparison.low = comparison.high = 0;
    comparison.reason = "the predictions are identical, so there is nothing to test";
    return comparison;
  }
  comparison.low = interval.low;
  comparison.high = interval.high;
  comparison.p_value = interval.p_value;
  return comparison;
}

std::vector<evidence::CalibrationPoint> CalibrationCurve(const Examples& examples, const Rows& rows, const std::vector<double>& predictions, const Dependence& dependence) {
  std::vector<evidence::CalibrationPoint> curve;
  if (examples.task != learn::Task::kBinary && examples.task != learn::Task::kRegression) return curve;
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return predictions[a] < predictions[b]; });
  const std::size_t bins = std::clamp<std::size_t>(rows.size() / 50, 1, 12);
  std::size_t begin = 0;
  for (std::size_t b = 0; b < bins && begin < order.size(); ++b) {
    std::size_t end = std::max(begin + 1, order.size() * (b + 1) / bins);
    // Equal predictions stay in one bin.
    while (end < order.size() && predictions[order[end]] == predictions[order[end - 1]]) ++end;
    std::vector<double> values;
    std::vector<std::uint32_t> unit;
    double predicted = 0;
    for (std::size_t k = begin; k < end; ++k) {
      const std::uint32_t row = rows[order[k]];
      values.push_back(static_cast<double>(examples.outcome[row]));
      predicted += predictions[order[k]];
      if (!dependence.unit.empty()) unit.push_back(dependence.unit[row]);
    }
    evidence::CalibrationPoint point;
    point.predicted = predicted / static_cast<double>(values.size());
    point.observed = ToEstimate(stats::ClusterMean(values, {unit, dependence.num_units}));
    point.rows = static_cast<std::int64_t>(values.size());
    curve.push_back(point);
    begin = end;
  }
  return curve;
}

// The rung that training rows alone speak for.
struct Choice {
  std::size_t rung = 0;
  Rows rows;  // of the folds' test parts, in the order of the rungs' out_of_fold
  std::string how;
};

Result<Choice> ChooseInsideTraining(const Examples& examples, const Rows& training, std::vector<Rung>* rungs, std::size_t num_candidates, const TrainOptions& options, Metric metric, const Dependence& dependence, const RunContext& context) {
  const base::ScopedStep step(context, "choose the rung");
  const std::int64_t limit = options.full ? static_cast<std::int64_t>(training.size()) : kChoiceSampleRows;
  const Rows sample = learn::SampleRows(examples, training, limit, context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, sample, kChoiceFolds, context.seed));
  Rows judged;
  std::vector<double> constant;
  std::vector<std::vector<learn::FoldPredictions>> of_rung(num_candidates);
  const std::size_t k = examples.num_outputs();
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(folds.size() * num_candidates);
  for (const learn::Split& fold : folds) {
    judged.insert(judged.end(), fold.test.begin(), fold.test.end());
    for (std::size_t r = 0; r < num_candidates; ++r) {
      learn::LearnerOptions quick;
      quick.num_trees = 60;  // a fixed setting: tuning again in every fold would cost more than it could change
      const std::unique_ptr<learn::Model> model = ASSAY_TRY(FitRung((*rungs)[r], examples, fold.train, quick, context));
      std::vector<double> predictions(fold.test.size() * k);
      ASSAY_TRY(model->Predict(*examples.table, fold.test, predictions, context));
      of_rung[r].push_back({fold.test, predictions});
      if ((*rungs)[r].kind == RungKind::kConstant) constant.insert(constant.end(), predictions.begin(), predictions.end());
      context.Report("choose the rung inside the training part", ++done, total);
    }
  }
  for (std::size_t r = 0; r < num_candidates; ++r) {
    Rung& rung = (*rungs)[r];
    if (MayBeCalibrated(rung.kind)) {
      learn::CrossFitted fitted = ASSAY_TRY(learn::CalibrateAcrossFolds(examples, std::move(of_rung[r]), dependence.unit, dependence.num_units));
      rung.calibration = fitted.calibration;
      of_rung[r] = std::move(fitted.calibrated);
    }
    for (const learn::FoldPredictions& fold : of_rung[r]) rung.out_of_fold.insert(rung.out_of_fold.end(), fold.predictions.begin(), fold.predictions.end());
  }
  const Judge judge(examples, judged, constant, dependence.unit, dependence.num_units);
  std::vector<const std::vector<double>*> predictions;
  for (std::size_t r = 0; r < num_candidates; ++r) predictions.push_back(&(*rungs)[r].out_of_fold);
  const Standing standing = ASSAY_TRY(Compare(judge, metric, predictions));
  Choice choice;
  choice.rows = judged;
  choice.rung = LowestGoodEnough(standing, options.least_gain);
  choice.how = "chosen inside the training part by " + std::to_string(folds.size()) + (examples.time.empty() ? " folds of whole units" : " folds that only look forward in time") + " over " + base::ReadableCount(static_cast<std::int64_t>(sample.size())) + " rows" +
               (sample.size() < training.size() ? ", a sample of whole units (--full uses all " + base::ReadableCount(static_cast<std::int64_t>(training.size())) + "; the sample makes the intervals of the choice wider, about " + base::ReadableNumber(std::sqrt(static_cast<double>(training.size()) / static_cast<double>(sample.size())), 2) + " times where rows are independent)" : "");
  return choice;
}

// Holdout rows at which the interval would no longer reach the least gain, if the distance is what it looks like: half-width
// shrinks with the root of the rows. The interval of the distance gives that of the rows.
Estimate RowsToDecide(const stats::Interval& behind, double least_gain, double rows) {
  Estimate estimate;
  const double half = (behind.high - behind.low) / 2;
  const double distance = std::abs(behind.value - least_gain);
  const auto needed = [&](double d) { return std::ceil(rows * (half / d) * (half / d)); };
  // Even the largest distance the interval allows needs as many; this many rows did not decide.
  estimate.low = std::max(rows, needed(distance + half));
  estimate.reason = "no upper end: the interval includes the least gain itself, and a difference equal to it is never decided";
  if (distance > 0) {
    estimate.value = needed(distance);
  } else {
    estimate.reason = "the difference is the least gain itself; " + estimate.reason;
  }
  return estimate;
}

void FillStatus(const Standing& standing, std::size_t r, const Judge& judge, const TrainOptions& options, const std::string& best_name, RungReport* report) {
  const stats::Interval& behind = standing.behind[r];
  report->against_best = ToComparison(best_name, behind, "paired on the holdout by unit, level shared among the rungs (Bonferroni)");
  report->rows_to_decide.reason = "only for unclear rungs";
  if (r == standing.best) {
    report->status = RungStatus::kBest;
    report->status_text = "the best on the holdout";
    return;
  }
  const std::string limits = "the best is better by " + base::ReadableNumber(behind.low, 2) + " to " + base::ReadableNumber(behind.high, 2);
  if (report->kind == learn::RungKindName(RungKind::kRandom) && behind.high < options.least_gain) {
    report->status = RungStatus::kNotCompared;
    report->status_text = "no rung is surely better than this random guess by the least gain; a guess is there for comparison and never recommended";
  } else if (behind.high < options.least_gain) {
    report->status = RungStatus::kGoodEnough;
    report->status_text = "good enough: " + limits + ", less than the least gain " + base::ReadableNumber(options.least_gain);
  } else if (behind.low > options.least_gain) {
    report->status = RungStatus::kWorse;
    report->status_text = "worse: " + limits;
  } else {
    report->status = RungStatus::kUnclear;
    report->status_text = "unclear: " + limits + ", which includes the least gain " + base::ReadableNumber(options.least_gain);
    report->rows_to_decide = RowsToDecide(behind, options.least_gain, static_cast<double>(judge.rows().size()));
  }
}

std::optional<evidence::McNemarResult> McNemarAgainst(const std::string& other, const Examples& examples, const Rows& rows, const std::vector<double>& a, const std::vector<double>& b, const Dependence& dependence) {
  if (examples.task != learn::Task::kBinary && examples.task != learn::Task::kMulticlass) return std::nullopt;
  std::vector<double> wrong_a(rows.size()), wrong_b(rows.size());
  learn::RowLosses(Metric::kAccuracy, examples, rows, a, wrong_a);
  learn::RowLosses(Metric::kAccuracy, examples, rows, b, wrong_b);
  std::vector<std::uint8_t> right_a(rows.size()), right_b(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    right_a[i] = wrong_a[i] == 0 ? 1 : 0;
    right_b[i] = wrong_b[i] == 0 ? 1 : 0;
  }
  const stats::Disagreements counts = stats::CountDisagreements(right_a, right_b);
  const stats::McNemarTest test = stats::McNemar(counts);
  evidence::McNemarResult result{other, counts.only_a, counts.only_b, test.p_value, test.exact ? "McNemar, exact" : "McNemar, chi-squared with correction", ""};
  if (counts.only_a + counts.only_b == 0) result.reason = "both are right on the same rows, so there is nothing to test";
  if (!dependence.unit.empty()) {
    result.p_value = std::nan("");
    result.reason = "McNemar's test needs independent rows; these depend on each other " + dependence.words + ", so read the paired difference instead";
  }
  return result;
}

std::string HoldoutFingerprint(const Gathered& gathered, const Rows& rows) {
  base::Sha256 hash;
  hash.Update(gathered.data.fingerprint.data(), gathered.data.fingerprint.size());
  hash.Update(gathered.examples.outcome_text.data(), gathered.examples.outcome_text.size());
  hash.Update(rows.data(), rows.size() * sizeof(rows[0]));
  return hash.FinishHex();
}

}  // namespace

Result<evidence::TrainReport> Train(const Gathered& gathered, const TrainOptions& options, const RunContext& context) {
  const Examples& examples = gathered.examples;
  const Metric metric = options.metric.empty() ? Metric::kSkill : ASSAY_TRY(learn::ParseMetric(options.metric));
  if (!learn::MetricApplies(metric, examples.task)) return Error{ErrorCode::kInvalidInput, std::string("metric '") + learn::MetricName(metric) + "' does not exist for the task " + learn::TaskName(examples.task)};
  if (examples.features.empty()) return Error{ErrorCode::kInvalidInput, "no column is left as a feature; see what was excluded and why with: assay understand"};
  const Dependence dependence = DependenceOf(examples);
  const learn::Split split = ASSAY_TRY(learn::SplitHoldout(examples, {options.holdout_share, context.seed}));

  std::vector<Rung> rungs;
  rungs.push_back({"random", RungKind::kRandom, "", nullptr, {}, {}, {}, ""});
  rungs.push_back({"constant", RungKind::kConstant, "", nullptr, {}, {}, {}, ""});
  rungs.push_back({"best rule", RungKind::kRule, "", nullptr, {}, {}, {}, ""});
  for (const OwnRule& rule : options.own_rules) rungs.push_back({rule.name, RungKind::kOwnRule, rule.expression, nullptr, {}, {}, {}, ""});
  rungs.push_back({"linear", RungKind::kLinear, "", nullptr, {}, {}, {}, ""});
  rungs.push_back({"boosted trees", RungKind::kBoosted, "", nullptr, {}, {}, {}, ""});
  const std::size_t num_candidates = rungs.size();
  const Choice choice = ASSAY_TRY(ChooseInsideTraining(examples, split.train, &rungs, num_candidates, options, metric, dependence, context));

  evidence::TrainReport report;
  report.header.report = "train";
  report.header.data = gathered.data;
  report.objective = options.objective.empty() ? examples.outcome_text : options.objective;
  report.task = learn::TaskName(examples.task);
  report.metric = learn::MetricName(metric);
  report.least_gain = options.least_gain;
  report.target = options.target;
  for (const learn::Feature& feature : examples.features) report.features.push_back(feature.name);

  const std::size_t k = examples.num_outputs();
  std::vector<double> constant;
  for (std::size_t r = 0; r < num_candidates; ++r) {
    const base::ScopedStep step(context, "fit " + rungs[r].name);
    context.Report("fit the ladder on all training rows", static_cast<std::int64_t>(r), static_cast<std::int64_t>(num_candidates));
    std::unique_ptr<learn::Model> fitted = ASSAY_TRY(FitRung(rungs[r], examples, split.train, {}, context));
    rungs[r].model = learn::Calibrated(std::move(fitted), rungs[r].calibration, examples.task);
  }
  // The holdout is opened here, once, for all rungs.
  std::int64_t openings = 1;
  if (options.open_holdout) openings = ASSAY_TRY(options.open_holdout(HoldoutFingerprint(gathered, split.test)));
  const base::ScopedStep step(context, "judge on the holdout");
  for (std::size_t r = 0; r < num_candidates; ++r) {
    rungs[r].predictions.resize(split.test.size() * k);
    ASSAY_TRY(rungs[r].model->Predict(*examples.table, split.test, rungs[r].predictions, context));
    if (rungs[r].kind == RungKind::kConstant) constant = rungs[r].predictions;
  }
  for (const ImportedPredictions& import : options.imported) {
    if (import.trained_on.empty()) {
      report.notes.push_back("the predictions in '" + import.column + "' are not compared: it is not said what their model was trained on");
      continue;
    }
    if (k != 1) {
      report.notes.push_back("the predictions in '" + import.column + "' are not compared: one column cannot hold the probabilities of several classes");
      continue;
    }
    const std::size_t index = ASSAY_TRY(examples.table->IndexOf(import.column));
    Rung rung{import.name, RungKind::kImported, "", nullptr, {}, {}, {}, "trained on " + import.trained_on};
    std::int64_t unusable = 0;
    for (std::size_t i = 0; i < split.test.size(); ++i) {
      const double value = examples.table->column(index).NumberAt(split.test[i]);
      const bool usable = std::isfinite(value) && (examples.task != learn::Task::kBinary || (value >= 0 && value <= 1));
      unusable += usable ? 0 : 1;
      rung.predictions.push_back(usable ? value : constant[i]);
    }
    if (unusable > 0) report.notes.push_back("'" + import.column + "': " + base::ReadableCount(unusable) + " of " + base::ReadableCount(static_cast<std::int64_t>(split.test.size())) + " holdout rows have no usable prediction and count as the constant");
    rungs.push_back(std::move(rung));
  }
  const Judge judge(examples, split.test, constant, dependence.unit, dependence.num_units);
  report.split.how = learn::ExplainSplit(examples, split);
  report.split.training_rows = static_cast<std::int64_t>(split.train.size());
  report.split.holdout_rows = static_cast<std::int64_t>(split.test.size());
  report.split.holdout_units = judge.num_units();
  report.split.training_units = Judge(examples, split.train, {}, dependence.unit, dependence.num_units).num_units();
  report.split.holdout_openings = openings;

  std::vector<std::uint32_t> holdout_unit;
  for (const std::uint32_t row : split.test) {
    if (!dependence.unit.empty()) holdout_unit.push_back(dependence.unit[row]);
  }
  std::vector<const std::vector<double>*> predictions;
  for (const Rung& rung : rungs) predictions.push_back(&rung.predictions);
  const Standing standing = ASSAY_TRY(Compare(judge, metric, predictions));
  for (std::size_t r = 0; r < rungs.size(); ++r) {
    RungReport out;
    out.name = rungs[r].name;
    out.kind = learn::RungKindName(rungs[r].kind);
    out.explain = rungs[r].model ? rungs[r].model->Explain() : "predictions of another model";
    out.source = rungs[r].source;
    out.training_rows = rungs[r].model ? report.split.training_rows : 0;
    for (const Metric m : learn::MetricsOf(examples.task)) out.metrics[learn::MetricName(m)] = ToEstimate(judge.Estimate(m, rungs[r].predictions));
    if (rungs[r].kind == RungKind::kConstant) {
      // Skill is measured against the constant, so its own is 0 by definition.
      out.metrics["skill"].low = out.metrics["skill"].high = out.metrics["skill"].value;
    }
    if (r > 0) out.against_previous = ToComparison(rungs[r - 1].name, ASSAY_TRY(judge.Improvement(metric, rungs[r].predictions, rungs[r - 1].predictions)), "paired on the holdout by unit, delta method, t");
    FillStatus(standing, r, judge, options, rungs[standing.best].name, &out);
    out.calibration = CalibrationCurve(examples, split.test, rungs[r].predictions, dependence);
    out.calibration_slope = ToEstimate(learn::CalibrationSlope(examples, split.test, rungs[r].predictions, {holdout_unit, dependence.num_units}));
    if (r > 0) out.mcnemar = McNemarAgainst(rungs[r - 1].name, examples, split.test, rungs[r].predictions, rungs[r - 1].predictions, dependence);
    if (rungs[r].model && !options.models_folder.empty()) ASSAY_TRY(learn::SaveModel(ModelPath(options.models_folder, out.kind, out.name), out.name, examples, {split.train, std::vector<double>(constant.begin(), constant.begin() + static_cast<std::ptrdiff_t>(k))}, *rungs[r].model));
    report.rungs.push_back(std::move(out));
  }
  for (const PublishedResult& published : options.published) {
    RungReport out;
    out.name = published.name;
    out.kind = learn::RungKindName(RungKind::kPublished);
    out.metrics[published.metric].value = published.value;
    out.metrics[published.metric].reason = "published without an interval";
    out.source = published.source + (published.dataset.empty() ? "" : ", on " + published.dataset);
    out.status_text = "a published figure on other data: shown for orientation, neither tested nor recommended";
    out.calibration_slope.reason = out.rows_to_decide.reason = "a published figure";
    report.rungs.push_back(std::move(out));
  }

  if (options.on_predictions && k == 1) {
    LadderPredictions all{choice.rows, split.test, dependence, {}};
    for (const Rung& rung : rungs) all.rungs.push_back({rung.name, learn::RungKindName(rung.kind), rung.out_of_fold, rung.predictions});
    ASSAY_TRY(options.on_predictions(all));
  }

  const RungReport& chosen = report.rungs[choice.rung];
  report.chosen = chosen.name;
  const std::string unit_word = dependence.unit.empty() ? "independent rows" : "units";
  if (chosen.status == RungStatus::kWorse) {
    report.gate = "refuted";
    report.reason = "The holdout refutes '" + chosen.name + "', " + choice.how + ": " + chosen.status_text + ". It does not name another rung instead, because it was looked at only once: find out why the latest rows differ, then run again on new data.";
  } else {
    report.gate = chosen.status == RungStatus::kUnclear ? "unclear" : "confirmed";
    report.recommended = chosen.name;
    report.reason = "'" + chosen.name + "' is the lowest rung that is good enough, " + choice.how + ". On the holdout (" + base::ReadableCount(report.split.holdout_units) + " " + unit_word + ") it is " + chosen.status_text + ".";
  }
  report.notes.push_back("Intervals are " + dependence.words + ".");
  report.models_folder = options.models_folder.string();
  return report;
}

}  // namespace assay::lifecycle
