// Is machine learning right for this at all? Nine questions, each with its figures and the test that decided.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

enum class FeasibilityVerdict { kStop, kNeedsPerson, kCollectMore, kUseARule, kGo };
inline std::vector<const char*> EnumNames(FeasibilityVerdict) { return {"stop", "needs_person", "collect_more", "use_a_rule", "go"}; }

// One point of the learning curve; `fitted` follows the extrapolated power law.
struct CurvePoint {
  double rows = 0;
  Estimate score;
  bool extrapolated = false;
};
template <class V>
void Describe(V& v, CurvePoint& p) {
  v("rows", p.rows, "training rows");
  v("score", p.score, "score on untouched rows, or of the fitted curve");
  v("extrapolated", p.extrapolated, "true where it is the fitted curve");
}
inline const char* DescribedName(const CurvePoint*) { return "CurvePoint"; }

// A line of an item's table: a leaky column, a group, a proxy.
struct Finding {
  std::string name;      // column or group
  std::string kind;      // leak, suspicious, group, proxy, ...
  Estimate estimate;
  bool accused = false;  // excluded or called out because of it
  std::string message;   // a sentence
};
template <class V>
void Describe(V& v, Finding& f) {
  v("name", f.name, "column or group");
  v("kind", f.kind, "what kind of finding");
  v("estimate", f.estimate, "its figure with interval");
  v("accused", f.accused, "whether it was excluded or called out");
  v("message", f.message, "the finding in a sentence");
}
inline const char* DescribedName(const Finding*) { return "Finding"; }

struct FeasibilityItem {
  std::string id;        // pattern, objective, complexity, data, repetition, leakage, collection, fatal_errors, ethics
  Verdict verdict = Verdict::kInconclusive;
  std::string question;
  std::string answer;    // one plain sentence
  std::string method;    // which test decided, at what level
  std::vector<Figure> figures;
  std::vector<CurvePoint> curve;
  std::vector<Finding> findings;
};
template <class V>
void Describe(V& v, FeasibilityItem& i) {
  v("id", i.id, "which question");
  v("verdict", i.verdict, "supported, refuted, inconclusive or needs_person");
  v("question", i.question, "the question as people ask it");
  v("answer", i.answer, "the answer in a sentence");
  v("method", i.method, "which test decided and at what level");
  v("figures", i.figures, "the figures behind it");
  v("curve", i.curve, "the learning curve, for the item data");
  v("findings", i.findings, "columns or groups found");
}
inline const char* DescribedName(const FeasibilityItem*) { return "FeasibilityItem"; }

// Which rule of the verdict applied first.
enum class DecidedBy { kObjective, kCap, kPattern, kPerson, kGain, kTarget, kRule };
inline std::vector<const char*> EnumNames(DecidedBy) { return {"objective", "cap", "pattern", "person", "gain", "target", "rule"}; }

struct FeasibilityReport {
  ReportHeader header;
  std::string objective;
  std::string task;
  std::string metric;
  double least_gain = 0.01;
  double target = std::nan("");
  std::string target_reason;  // why it is null; "" otherwise
  FeasibilityVerdict verdict = FeasibilityVerdict::kCollectMore;
  DecidedBy decided_by = DecidedBy::kGain;
  std::string reason;         // the same in a sentence with figures
  std::string next;           // what to do about it, a clause
  std::string best;           // what makes the gain; "" when nothing was measured
  Estimate gain;              // of the best over the constant, without leaky columns
  Estimate gain_with_leaks;   // the same with them; a reason when there are none
  std::vector<std::string> leaky_columns;
  std::vector<std::string> features;
  std::vector<FeasibilityItem> items;
  std::vector<OpenQuestion> open_questions;
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, FeasibilityReport& r) {
  DescribeHeader(v, r.header);
  v("objective", r.objective, "name of the objective, or its outcome");
  v("task", r.task, "binary, multiclass, regression or ranking");
  v("metric", r.metric, "the metric of all gains");
  v("least_gain", r.least_gain, "smallest gain worth having");
  v("target", r.target, "the metric's goal; null when none was given");
  v("target_reason", r.target_reason, "why target is null; empty otherwise");
  v("verdict", r.verdict, "stop, needs_person, collect_more, use_a_rule or go");
  v("decided_by", r.decided_by, "which rule decided: objective, cap, pattern, person, gain, target or rule");
  v("reason", r.reason, "which rule decided, in a sentence");
  v("next", r.next, "what to do about it");
  v("best", r.best, "what makes the gain: the best rule, an own rule, the linear model or boosted trees; empty when it was not measured");
  v("gain", r.gain, "gain of the best over the constant, leaky columns left out");
  v("gain_with_leaks", r.gain_with_leaks, "the same with the leaky columns");
  v("leaky_columns", r.leaky_columns, "columns that are excluded because they leak");
  v("features", r.features, "columns that were used");
  v("items", r.items, "the nine questions");
  v("open_questions", r.open_questions, "what only people can answer");
  v("notes", r.notes, "samples and their effect on power");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const FeasibilityReport*) { return "FeasibilityReport"; }

}  // namespace assay::evidence
