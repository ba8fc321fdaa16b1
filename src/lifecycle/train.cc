#include "lifecycle/train.h"

#include <algorithm>
#include <cmath>

#include "base/sha256.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "expression/expression.h"
#include "learn/metrics.h"
#include "learn/model_store.h"
#include "learn/own_rule.h"
#include "learn/split.h"
#include "learn/training_memory.h"
#include "lifecycle/internal/rung_names.h"
#include "lifecycle/internal/train_parts.h"
#include "lifecycle/memory_need.h"
#include "lifecycle/model_paths.h"

namespace assay::lifecycle {

namespace {

using evidence::RungReport;
using evidence::RungStatus;
using learn::Examples;
using learn::Judge;
using learn::Metric;
using learn::RungKind;
using learn::Rows;

std::string HoldoutFingerprint(const Gathered& gathered, const Rows& rows) {
  base::Sha256 hash;
  hash.Update(gathered.data.fingerprint.data(), gathered.data.fingerprint.size());
  // What is looked at counts, not how it is written: a blank in the outcome's text makes no new holdout.
  std::vector<float> outcome;
  outcome.reserve(rows.size());
  for (const std::uint32_t row : rows) outcome.push_back(gathered.examples.outcome[row]);
  hash.Update(outcome.data(), outcome.size() * sizeof(outcome[0]));
  hash.Update(rows.data(), rows.size() * sizeof(rows[0]));
  return hash.FinishHex();
}

// Before anything is fitted: what the whole ladder will take.
Result<void> RefuseTooLarge(const Gathered& gathered, const TrainOptions& options, const RunContext& context) {
  const Examples& examples = gathered.examples;
  const std::int64_t num_rows = std::max<std::int64_t>(1, examples.num_rows());
  // Rows that were left out stay in the source beside the examples.
  const bool copied = gathered.source != nullptr && gathered.source->num_rows() != examples.num_rows();
  const std::int64_t source_bytes = copied ? static_cast<std::int64_t>(gathered.source->size_bytes()) / num_rows : 0;
  const auto bytes = [&](std::int64_t rows) { return ExamplesBytes(*examples.table, rows) + rows * source_bytes + learn::TrainingBytes(examples, static_cast<std::int64_t>((1 - options.holdout_share) * static_cast<double>(rows)), base::NumThreads(context), options.full ? rows : learn::kChoiceRows); };
  const std::string what = gathered.data.source + ": to train on its " + base::ReadableCount(num_rows) + " rows (" + base::ReadableCount(learn::EncodedColumns(examples)) + " encoded columns)";
  return RefuseBeyondMemory({what, num_rows, bytes, ""}, context);
}

// Imported models that the holdout shows to be better than the best of ours: worth knowing, but no rung to recommend.
std::string BetterImported(const evidence::TrainReport& report, const std::string& best) {
  std::string words;
  for (const RungReport& rung : report.rungs) {
    if (rung.kind != learn::RungKindName(RungKind::kImported) || !rung.against_best || !(rung.against_best->high < 0)) continue;
    const evidence::Comparison& c = *rung.against_best;
    const base::ReadableEnds lead = base::ReadableInterval(-c.difference, -c.high, -c.low);
    words += " Beside it, the imported model '" + rung.name + "' is better than '" + best + "', the best of ours, by " + lead.value + " (" + lead.low + " to " + lead.high + ") of " + report.metric + " on the holdout. It is a column of the data, not a rung that can be recommended or applied: find out what it knows.";
  }
  return words;
}

// Whether the rung that was chosen reaches the target on the holdout. A figure without an interval does not say how far others lie.
std::string TargetNote(const evidence::TrainReport& report, const RungReport& chosen, Metric metric) {
  const evidence::Estimate& reached = chosen.metrics.at(report.metric);
  const double sign = learn::HigherIsBetter(metric) ? 1 : -1, target = sign * report.target;
  const bool met = std::min(sign * reached.low, sign * reached.high) >= target, missed = std::max(sign * reached.low, sign * reached.high) < target;
  const bool known = std::isfinite(reached.low) && std::isfinite(reached.high);
  return "The target " + base::ReadableNumber(report.target) + (known && met ? " is reached" : known && missed ? " is not reached" : " is neither surely reached nor surely missed") + ": on the holdout '" + chosen.name + "' has " + report.metric + " " +
         (reached.low < reached.high ? EstimateInWords(reached) : base::ReadableNumber(reached.value, 3)) + (known ? "" : "; " + reached.reason) + ".";
}

}  // namespace

Result<evidence::TrainReport> Train(const Gathered& gathered, const TrainOptions& options, const RunContext& context) {
  const Examples& examples = gathered.examples;
  const Metric metric = options.metric.empty() ? Metric::kSkill : ASSAY_TRY(learn::ParseMetric(options.metric));
  ASSAY_TRY(learn::RefuseMetricOf(metric, examples.task));
  if (metric == Metric::kMae && !examples.aims_at_median()) return Train(AimedAtMedian(gathered), options, context);
  if (std::isnan(options.least_gain)) {
    TrainOptions stated = options;
    stated.least_gain = learn::DefaultLeastGain(metric, examples);
    return Train(gathered, stated, context);
  }
  ASSAY_TRY(RefuseWithoutFeatures(gathered));
  if (options.repeats == 1 || options.repeats < 0) return Error{ErrorCode::kInvalidInput, "repeats: " + std::to_string(options.repeats) + " is not possible; one fit shows no spread, so give 0 (none) or at least 2"};
  ASSAY_TRY(RefuseNameClashes(options));
  ASSAY_TRY(RefuseTooLarge(gathered, options, context));
  const Dependence dependence = DependenceOf(examples);
  const learn::Split split = ASSAY_TRY(learn::SplitHoldout(examples, {options.holdout_share, context.seed}));
  // Told before anything is fitted and before the holdout is opened.
  ASSAY_TRY(RefuseOneUnit("the holdout", examples, split.test, dependence));
  ASSAY_TRY(RefuseNothingToLearn("the training part", examples, split.train));
  ASSAY_TRY(RefuseUnjudgeable("the holdout", examples, split.test, metric, &split.train));

  std::vector<Rung> rungs;
  rungs.push_back({kRandomName, RungKind::kRandom, "", ""});
  rungs.push_back({kConstantName, RungKind::kConstant, "", ""});
  rungs.push_back({kRuleName, RungKind::kRule, "", ""});
  std::vector<std::string> rule_notes;
  for (const OwnRule& rule : ASSAY_TRY(UsableRules(options.own_rules, gathered, gathered.leaky, context, &rule_notes))) rungs.push_back({rule.name, RungKind::kOwnRule, rule.expression, ""});
  rungs.push_back({kLinearName, RungKind::kLinear, "", ""});
  rungs.push_back({kBoostedName, RungKind::kBoosted, "", ""});
  const std::size_t num_candidates = rungs.size();
  const Choice choice = ASSAY_TRY(ChooseInsideTraining(examples, split.train, &rungs, options, metric, dependence, context));
  ProcedureComparisons procedures = ASSAY_TRY(CompareProcedures(examples, split.train, rungs, options, metric, dependence, context));

  evidence::TrainReport report;
  report.notes = std::move(rule_notes);
  report.procedures = std::move(procedures.summary);
  report.header.report = "train";
  report.header.data = gathered.data;
  report.objective = options.objective.empty() ? examples.outcome_text : options.objective;
  report.task = learn::TaskName(examples.task);
  report.metric = learn::MetricName(metric);
  report.least_gain = options.least_gain;
  report.target = options.target;
  if (std::isnan(options.target)) report.target_reason = "no target was given";
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
    context.Report("score the holdout", static_cast<std::int64_t>(r), static_cast<std::int64_t>(num_candidates));
    rungs[r].predictions.resize(split.test.size() * k);
    ASSAY_TRY(rungs[r].model->Predict(*examples.table, split.test, rungs[r].predictions, context));
    if (rungs[r].kind == RungKind::kConstant) constant = rungs[r].predictions;
  }
  for (const ImportedPredictions& import : options.imported) {
    std::optional<Rung> rung = ASSAY_TRY(ImportRung(import, examples, split.test, constant, &report.notes));
    if (rung) rungs.push_back(std::move(*rung));
  }
  const Judge judge(examples, split.test, constant, dependence.Clusters());
  report.split.how = learn::ExplainSplit(examples, split);
  report.split.training_rows = static_cast<std::int64_t>(split.train.size());
  report.split.holdout_rows = static_cast<std::int64_t>(split.test.size());
  report.split.holdout_units = judge.num_units();
  report.split.training_units = Judge(examples, split.train, {}, dependence.Clusters()).num_units();
  report.split.holdout_openings = openings;

  std::vector<std::uint32_t> holdout_unit;
  for (const std::uint32_t row : split.test) {
    if (!dependence.unit.empty()) holdout_unit.push_back(dependence.unit[row]);
  }
  std::vector<const std::vector<double>*> predictions;
  for (const Rung& rung : rungs) predictions.push_back(&rung.predictions);
  const Standing standing = ASSAY_TRY(Compare(judge, metric, predictions, num_candidates));
  for (std::size_t r = 0; r < rungs.size(); ++r) {
    context.Report("judge the rungs on the holdout", static_cast<std::int64_t>(r), static_cast<std::int64_t>(rungs.size()));
    RungReport out;
    out.name = rungs[r].name;
    out.kind = learn::RungKindName(rungs[r].kind);
    out.explain = rungs[r].model ? rungs[r].model->Explain(examples.classes) : "predictions of another model";
    out.source = rungs[r].source;
    out.training_rows = rungs[r].model ? report.split.training_rows : 0;
    for (const Metric m : learn::MetricsOf(examples.task)) out.metrics[learn::MetricName(m)] = MetricEstimate(judge, m, rungs[r].predictions);
    if (r > 0) out.against_previous = ASSAY_TRY(AgainstPrevious(judge, metric, rungs[r - 1].name, rungs[r].predictions, rungs[r - 1].predictions, dependence, context.seed));
    if (r > 0 && Disagree(*out.against_previous)) report.notes.push_back("'" + out.name + "' against '" + rungs[r - 1].name + "' is a borderline case: one of the two intervals holds 0, the other does not. The one by formula decides");
    if (r < num_candidates) out.procedure_against_previous = std::move(procedures.against_previous[r]);
    FillStatus(standing, r, judge, dependence, options, rungs[standing.best].name, &out);
    out.calibration = CalibrationCurve(examples, split.test, rungs[r].predictions, dependence);
    out.calibration_slope = ToEstimate(learn::CalibrationSlope(examples, split.test, rungs[r].predictions, dependence.Clusters(holdout_unit)));
    if (r > 0) out.mcnemar = McNemarAgainst(rungs[r - 1].name, examples, split.test, rungs[r].predictions, rungs[r - 1].predictions, dependence);
    if (rungs[r].model && !options.models_folder.empty()) ASSAY_TRY(learn::SaveModel(ModelPath(options.models_folder, out.kind, out.name), out.name, examples, {split.train, std::vector<double>(constant.begin(), constant.begin() + static_cast<std::ptrdiff_t>(k))}, *rungs[r].model));
    report.rungs.push_back(std::move(out));
  }
  for (const PublishedResult& published : options.published) {
    const Result<Metric> published_metric = learn::ParseMetric(published.metric);
    if (published_metric && !learn::MetricApplies(*published_metric, examples.task)) {
      report.notes.push_back("the published result '" + published.name + "' is left out: its metric " + published.metric + " does not exist for the task " + report.task);
      continue;
    }
    RungReport out;
    out.name = published.name;
    out.kind = learn::RungKindName(RungKind::kPublished);
    if (!published.metric.empty()) out.metrics[published.metric] = WithoutInterval(published.value, std::isfinite(published.value) ? "published without an interval" : "the charter does not say which value was published");
    out.source = published.source + (published.dataset.empty() ? "" : ", on " + published.dataset);
    out.status_text = "a published figure on other data: shown for orientation, neither tested nor recommended";
    out.calibration_slope.reason = out.rows_to_decide.reason = "a published figure";
    report.rungs.push_back(std::move(out));
  }

  if (options.on_predictions) {
    LadderPredictions all{choice.rows, split.test, dependence, {}, rungs[choice.rung].name, rungs[choice.rung].predictions};
    for (const Rung& rung : rungs) {
      if (k == 1) all.rungs.push_back({rung.name, learn::RungKindName(rung.kind), rung.out_of_fold, rung.predictions});
    }
    ASSAY_TRY(options.on_predictions(all));
  }

  const RungReport& chosen = report.rungs[choice.rung];
  report.chosen = chosen.name;
  if (chosen.status == RungStatus::kWorse) {
    report.gate = "refuted";
    report.reason = "The holdout refutes '" + chosen.name + "', " + choice.how + ": " + chosen.status_text + ". It does not name another rung instead, because it was looked at only once: find out why " + (examples.time.empty() ? "the rows held back differ from those it was chosen on" : "the latest rows differ") + ", then run again on new data.";
  } else {
    report.gate = chosen.status == RungStatus::kUnclear ? "unclear" : "confirmed";
    report.recommended = chosen.name;
    report.reason = "'" + chosen.name + "' is the lowest rung that is good enough, " + choice.how + ". On the holdout (" + base::ReadableCount(report.split.holdout_units) + " " + dependence.many + ") it is " + (chosen.status == RungStatus::kBest ? "the best of all rungs" : chosen.status_text) + ".";
  }
  report.reason += BetterImported(report, rungs[standing.best].name);
  if (std::isfinite(options.target)) report.notes.push_back(TargetNote(report, chosen, metric));
  for (std::string& note : HoldoutNotes(examples, split, dependence)) report.notes.push_back(std::move(note));
  report.notes.push_back("Intervals are " + dependence.words + ".");
  report.models_folder = options.models_folder.string();
  return report;
}

}  // namespace assay::lifecycle
