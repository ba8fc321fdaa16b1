// The ladder: what each rung reaches on the holdout, which is recommended and why.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

// A rung against another: positive difference = this rung is better, whatever the metric's direction.
struct Comparison {
  std::string other;                  // name of the other rung
  double difference = std::nan("");
  double low = std::nan(""), high = std::nan("");
  double level = 0.95;
  double p_value = std::nan("");
  std::string method;
  std::string reason;                 // why p or the interval is null
  // A second interval that leans on less: whole units drawn again. The first decides; where the two differ in what they
  // say, units are few or their differences skewed.
  std::optional<Estimate> bootstrap;
  std::string bootstrap_method;
};
template <class V>
void Describe(V& v, Comparison& c) {
  v("other", c.other, "the rung compared with");
  v("difference", c.difference, "improvement over the other rung, in the run's metric");
  v("low", c.low, "lower end of its interval");
  v("high", c.high, "upper end of its interval");
  v("level", c.level, "confidence level of the interval; higher where it is shared among the rungs");
  v("p_value", c.p_value, "test of no difference");
  v("method", c.method, "how it was tested");
  v("reason", c.reason, "why p or the interval is null");
  v("bootstrap", c.bootstrap, "second interval of the difference, from drawing whole units again; null where it was not made");
  v("bootstrap_method", c.bootstrap_method, "how it was made");
}
inline const char* DescribedName(const Comparison*) { return "Comparison"; }

struct CalibrationPoint {
  double predicted = 0;  // mean prediction of the bin
  Estimate observed;     // share (or mean) of the outcome in the bin
  std::int64_t rows = 0;
};
template <class V>
void Describe(V& v, CalibrationPoint& p) {
  v("predicted", p.predicted, "mean prediction of the bin");
  v("observed", p.observed, "mean outcome of the bin");
  v("rows", p.rows, "rows in the bin");
}
inline const char* DescribedName(const CalibrationPoint*) { return "CalibrationPoint"; }

// McNemar's test on right and wrong classes: beside the metric, never in its place.
struct McNemarResult {
  std::string other;
  std::int64_t only_this_right = 0, only_other_right = 0;
  double p_value = std::nan("");
  std::string method;
  std::string reason;  // why p is null, or must not be believed
};
template <class V>
void Describe(V& v, McNemarResult& m) {
  v("other", m.other, "the rung compared with");
  v("only_this_right", m.only_this_right, "holdout rows that only this rung gets right");
  v("only_other_right", m.only_other_right, "holdout rows that only the other gets right");
  v("p_value", m.p_value, "test of equally many; null with a reason");
  v("method", m.method, "exact binomial below 25 disagreements, else chi-squared with correction");
  v("reason", m.reason, "why p is null");
}
inline const char* DescribedName(const McNemarResult*) { return "McNemarResult"; }

enum class RungStatus { kGoodEnough, kWorse, kUnclear, kBest, kNotCompared };
inline std::vector<const char*> EnumNames(RungStatus) { return {"good_enough", "worse", "unclear", "best", "not_compared"}; }

struct RungReport {
  std::string name;
  std::string kind;     // random, constant, rule, own_rule, linear, boosted, imported, published
  std::string explain;  // the rule itself as lines of "if" and "else", or what the model is, in a sentence
  std::map<std::string, Estimate> metrics;
  std::optional<Comparison> against_previous;
  // The same step up, every rung fitted anew on random halves of the training part: the procedures, not these two models.
  std::optional<Comparison> procedure_against_previous;
  std::optional<McNemarResult> mcnemar;    // against the rung below; binary and several classes only
  std::optional<Comparison> against_best;  // improvement of the best over this rung, corrected for having picked the best
  RungStatus status = RungStatus::kNotCompared;
  std::string status_text;                 // in a sentence
  Estimate rows_to_decide;                 // only for unclear rungs
  std::vector<CalibrationPoint> calibration;
  Estimate calibration_slope;
  std::int64_t training_rows = 0;
  std::string source;                      // imported: what it was trained on; published: where
};
template <class V>
void Describe(V& v, RungReport& r) {
  v("name", r.name, "name of the rung");
  v("kind", r.kind, "random, constant, rule, own_rule, linear, boosted, imported or published");
  v("explain", r.explain, "the rule itself or what the model is");
  v("metrics", r.metrics, "metrics on the holdout with 95 % intervals, by unit");
  v("against_previous", r.against_previous, "paired difference to the rung below");
  v("procedure_against_previous", r.procedure_against_previous, "difference to the rung below when both are fitted anew on other rows: corrected resampled t");
  v("mcnemar", r.mcnemar, "McNemar's test against the rung below; null where outcomes are not classes");
  v("against_best", r.against_best, "how much better the best is, corrected for having picked the best");
  v("status", r.status, "good_enough, worse, unclear, best or not_compared");
  v("status_text", r.status_text, "the status in a sentence");
  v("rows_to_decide", r.rows_to_decide, "holdout rows that would decide an unclear rung");
  v("calibration", r.calibration, "predicted against observed, by bins of equal count");
  v("calibration_slope", r.calibration_slope, "1 when predictions are neither over- nor underconfident");
  v("training_rows", r.training_rows, "rows of the final fit");
  v("source", r.source, "where an imported or published rung comes from");
}
inline const char* DescribedName(const RungReport*) { return "RungReport"; }

struct SplitSummary {
  std::string how;  // in words, with dates
  std::int64_t training_rows = 0, holdout_rows = 0;
  std::int64_t training_units = 0, holdout_units = 0;
  std::int64_t holdout_openings = 0;  // how often this holdout has been scored so far, this run included
};
template <class V>
void Describe(V& v, SplitSummary& s) {
  v("how", s.how, "how the rows were split, in words");
  v("training_rows", s.training_rows, "rows that train");
  v("holdout_rows", s.holdout_rows, "rows that judge");
  v("training_units", s.training_units, "independent units that train");
  v("holdout_units", s.holdout_units, "independent units that judge");
  v("holdout_openings", s.holdout_openings, "times this holdout has been scored, this run included, as the ledger counts them; without a project only this run");
}
inline const char* DescribedName(const SplitSummary*) { return "SplitSummary"; }

// How the rungs were fitted anew to compare procedures.
struct ProcedureSummary {
  std::int64_t repeats = 0;          // fits of every rung that were judged; 0: not compared
  std::string groups;                // what was dealt into halves: units, queries, days, stretches of time, rows
  double training_groups = 0, judging_groups = 0;  // per fit, means
  std::int64_t sample_rows = 0;      // training rows that the halves were made of
  std::string how;                   // in sentences, with what the sample costs in power
  std::string reason;                // why procedures are not compared
};
template <class V>
void Describe(V& v, ProcedureSummary& p) {
  v("repeats", p.repeats, "fits of every rung that were judged; 0 when procedures are not compared");
  v("groups", p.groups, "what was dealt into halves: units, queries, days, stretches of time or rows");
  v("training_groups", p.training_groups, "groups that one fit learned from, mean");
  v("judging_groups", p.judging_groups, "groups that judged one fit, mean");
  v("sample_rows", p.sample_rows, "training rows that the halves were made of");
  v("how", p.how, "how rungs were fitted anew, in sentences");
  v("reason", p.reason, "why procedures are not compared; empty otherwise");
}
inline const char* DescribedName(const ProcedureSummary*) { return "ProcedureSummary"; }

struct TrainReport {
  ReportHeader header;
  std::string objective;       // name in the charter, or the outcome EXPR
  std::string task;
  std::string metric;
  double least_gain = 0.01;
  double target = std::nan("");
  std::string target_reason;  // why it is null; "" otherwise
  SplitSummary split;
  std::vector<std::string> features;
  std::vector<RungReport> rungs;
  ProcedureSummary procedures;
  std::string chosen;          // by the training part alone
  std::string recommended;     // chosen, or "" when the holdout refutes it
  std::string gate;            // what the holdout says of the choice: confirmed, refuted, unclear
  std::string reason;          // why, in sentences
  std::vector<std::string> notes;
  std::string models_folder;   // where the fitted rungs lie, "" when not saved
  Timing timing;
};
template <class V>
void Describe(V& v, TrainReport& r) {
  DescribeHeader(v, r.header);
  v("objective", r.objective, "name of the objective, or its outcome");
  v("task", r.task, "binary, multiclass, regression or ranking");
  v("metric", r.metric, "the metric that decides");
  v("least_gain", r.least_gain, "smallest improvement worth a higher rung");
  v("target", r.target, "the metric's goal; null when none was given");
  v("target_reason", r.target_reason, "why target is null; empty otherwise");
  v("split", r.split, "which rows train and which judge");
  v("features", r.features, "columns that the learned rungs see");
  v("rungs", r.rungs, "the ladder, lowest rung first");
  v("procedures", r.procedures, "how the rungs were fitted anew to compare procedures");
  v("chosen", r.chosen, "the rung chosen inside the training part");
  v("recommended", r.recommended, "the rung to use; empty when the holdout refutes the choice");
  v("gate", r.gate, "confirmed, refuted or unclear: the holdout's word on the choice");
  v("reason", r.reason, "why, in sentences");
  v("notes", r.notes, "samples, power, what was left out");
  v("models_folder", r.models_folder, "where the fitted rungs were saved");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const TrainReport*) { return "TrainReport"; }

}  // namespace assay::evidence
