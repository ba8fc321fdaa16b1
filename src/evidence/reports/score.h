// A saved model applied to a file: what it predicts, and how well where the outcome is known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

struct ScoredModel {
  std::string name;   // name of the rung
  std::string kind;
  std::string task;
  std::string outcome;
  std::string explain;
  std::int64_t training_rows = 0;
  std::string trained_until;  // time of the latest training row, "" without time
  std::vector<std::string> columns;  // columns of the file that it needs
};
template <class V>
void Describe(V& v, ScoredModel& m) {
  v("name", m.name, "name of the rung");
  v("kind", m.kind, "random, constant, rule, own_rule, linear or boosted");
  v("task", m.task, "binary, multiclass, regression or ranking");
  v("outcome", m.outcome, "what it predicts");
  v("explain", m.explain, "the rule itself or what the model is");
  v("training_rows", m.training_rows, "rows it was fitted on");
  v("trained_until", m.trained_until, "time of the latest training row; empty without time");
  v("columns", m.columns, "columns of the file that it needs");
}
inline const char* DescribedName(const ScoredModel*) { return "ScoredModel"; }

// Values of a category feature that no training row had; the model treats them as unknown.
struct UnseenFeature {
  std::string feature;
  std::int64_t values = 0;  // different ones
  std::int64_t rows = 0;    // rows that hold one
  std::vector<std::string> most_frequent;
};
template <class V>
void Describe(V& v, UnseenFeature& u) {
  v("feature", u.feature, "a category column that the model reads");
  v("values", u.values, "different values of these rows that no training row had");
  v("rows", u.rows, "rows that hold one of them");
  v("most_frequent", u.most_frequent, "up to five of them, the most frequent first");
}
inline const char* DescribedName(const UnseenFeature*) { return "UnseenFeature"; }

struct ScoreReport {
  ReportHeader header;
  ScoredModel model;
  std::int64_t rows = 0;              // rows scored
  std::vector<Figure> predictions;    // what the predictions look like: description of these rows
  std::vector<UnseenFeature> unseen;  // one for each category column that the model reads
  std::int64_t judged_rows = 0;       // rows whose outcome is known and that the metrics come from
  std::int64_t judged_units = 0;
  std::map<std::string, Estimate> metrics;
  Estimate calibration_slope;
  std::string metrics_reason;         // why there are no metrics; "" when there are
  std::vector<std::string> output_columns;
  std::string out;                    // the file written, "" when none was asked for
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, ScoreReport& r) {
  DescribeHeader(v, r.header);
  v("model", r.model, "the model applied");
  v("rows", r.rows, "rows scored");
  v("predictions", r.predictions, "what the predictions look like on these rows");
  v("unseen", r.unseen, "values never seen in training, for each category column that the model reads");
  v("judged_rows", r.judged_rows, "rows whose outcome is known and that the metrics come from");
  v("judged_units", r.judged_units, "independent units among them");
  v("metrics", r.metrics, "metrics with 95 % intervals, by unit; empty when the outcome is not in the file");
  v("calibration_slope", r.calibration_slope, "1 when predictions are as sure as they should be");
  v("metrics_reason", r.metrics_reason, "why there are no metrics; empty when there are");
  v("output_columns", r.output_columns, "columns of the file written");
  v("out", r.out, "the file written; empty when none was asked for");
  v("notes", r.notes, "samples, types brought into line, rows of the training period");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const ScoreReport*) { return "ScoreReport"; }

}  // namespace assay::evidence
