// What `assay tradeoff` and a run say of a project with several objectives: what each weight gives and takes, and which policy follows.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/frontier.h"

namespace assay::evidence {

struct TradeoffObjective {
  std::string name, task, gain, rung, kind;
  double weight = 1;
  double scale = 1;
  std::string calibration;
  double intercept = 0, slope = 1;
};
template <class V>
void Describe(V& v, TradeoffObjective& o) {
  v("name", o.name, "name of the objective");
  v("task", o.task, "its task");
  v("gain", o.gain, "what a shown item brings in: the objective's outcome");
  v("rung", o.rung, "rung whose scores are blended: the one recommended");
  v("kind", o.kind, "kind of that rung");
  v("weight", o.weight, "its weight at the current weights, all weights adding up to 1");
  v("scale", o.scale, "standard deviation of its scores out of fold (where they are calibrated: of those), by which they are divided before they are blended");
  v("calibration", o.calibration, "how scores are brought to the outcome's scale first: logistic (logit(q) = intercept + slope * logit(score)), linear (intercept + slope * score); empty: not at all");
  v("intercept", o.intercept, "of the calibration; 0 where there is none");
  v("slope", o.slope, "of the calibration; 1 where there is none");
}
inline const char* DescribedName(const TradeoffObjective*) { return "TradeoffObjective"; }

// Items with their lists, on which something was chosen or measured.
struct TradeoffRows {
  std::string how;
  std::int64_t queries = 0, items = 0;
};
template <class V>
void Describe(V& v, TradeoffRows& r) {
  v("how", r.how, "which rows, and which predictions of them");
  v("queries", r.queries, "queries");
  v("items", r.items, "items");
}
inline const char* DescribedName(const TradeoffRows*) { return "TradeoffRows"; }

// One objective that is bought with another.
struct ClickbaitAlarm {
  bool alarm = false;
  std::string text;
  Estimate first, second;
};
template <class V>
void Describe(V& v, ClickbaitAlarm& c) {
  v("alarm", c.alarm, "whether another metric is surely above, and the first surely below, what the first objective alone gives");
  v("text", c.text, "the same in words");
  v("first", c.first, "first metric at these weights less that of the first objective alone, paired by query");
  v("second", c.second, "second metric (of several the one that gains most surely) at these weights less that of the first objective alone, paired by query");
}
inline const char* DescribedName(const ClickbaitAlarm*) { return "ClickbaitAlarm"; }

// Where single rows are decided: the threshold on the blend, applied to the holdout.
struct ThresholdPoint {
  double value = 0;
  Estimate share;
};
template <class V>
void Describe(V& v, ThresholdPoint& t) {
  v("value", t.value, "rows whose blend reaches it are acted on");
  v("share", t.share, "share of the holdout's rows that reach it");
}
inline const char* DescribedName(const ThresholdPoint*) { return "ThresholdPoint"; }

// One policy: weights, and what lists by them have, where it was chosen and on rows that nothing was chosen by.
struct PolicyPoint {
  std::map<std::string, double> weights;
  std::string line;
  double lambda = 0;
  bool feasible = true;
  FrontierAt chosen_on, measured_on;
  ClickbaitAlarm clickbait;
  std::optional<ThresholdPoint> threshold;
};
template <class V>
void Describe(V& v, PolicyPoint& p) {
  v("weights", p.weights, "weight of each objective");
  v("line", p.line, "objective on whose line (lines[]) it lies");
  v("lambda", p.lambda, "weight of that objective");
  v("feasible", p.feasible, "whether all guardrails hold on the rows it was chosen on");
  v("chosen_on", p.chosen_on, "its figures on the rows it was chosen on");
  v("measured_on", p.measured_on, "its figures on the holdout, which chose nothing; of single rows over those that reach the threshold");
  v("clickbait", p.clickbait, "whether another objective is bought with the first at these weights");
  v("threshold", p.threshold, "of a policy for single rows, the threshold and what it gives; null for lists");
}
inline const char* DescribedName(const PolicyPoint*) { return "PolicyPoint"; }

// A curve for drawing and for the slider: values hold from each lambda to the next.
struct TradeoffCurve {
  std::vector<double> lambda;
  std::map<std::string, std::vector<double>> values;
  std::int64_t pieces = 0;
};
template <class V>
void Describe(V& v, TradeoffCurve& c) {
  v("lambda", c.lambda, "where pieces begin, the first at 0: all of them, or of many those at even steps and where guardrails begin or cease to hold");
  v("values", c.values, "of each metric and guardrail, from that lambda on");
  v("pieces", c.pieces, "pieces of the whole curve");
}
inline const char* DescribedName(const TradeoffCurve*) { return "TradeoffCurve"; }

// The weight of one objective moved from 0 to 1, the others keeping their proportions.
struct TradeoffLine {
  std::string objective;
  std::map<std::string, double> rest;
  double current = 0;
  std::int64_t breakpoints = 0;
  std::vector<FrontierAt> at;
  std::string band;
  std::vector<LambdaRange> feasible;
  std::optional<FrontierMoney> money;
  TradeoffCurve curve;
};
template <class V>
void Describe(V& v, TradeoffLine& l) {
  v("objective", l.objective, "the objective whose weight moves: lambda");
  v("rest", l.rest, "weights at lambda 0, in whose proportions the others stay");
  v("current", l.current, "its weight at the current weights, which lie on every line");
  v("breakpoints", l.breakpoints, "lambdas at which a list changes");
  v("at", l.at, "figures on an even grid of lambdas");
  v("band", l.band, "how the intervals of at[] were made");
  v("feasible", l.feasible, "the stretches of lambda in which all guardrails hold");
  v("money", l.money, "money per list (of single rows: per row acted on) along the line against the current weights; null where the charter states no amount");
  v("curve", l.curve, "the curve, for drawing");
}
inline const char* DescribedName(const TradeoffLine*) { return "TradeoffLine"; }

struct TradeoffItem {
  std::string name;
  std::int64_t row = 0;
  std::vector<double> scores, gains, guardrails;
};
template <class V>
void Describe(V& v, TradeoffItem& i) {
  v("name", i.name, "the item, in words");
  v("row", i.row, "its row in the data, from 1");
  v("scores", i.scores, "scores as they are blended, one per objective");
  v("gains", i.gains, "what showing it brings, one per objective");
  v("guardrails", i.guardrails, "its value of each guardrail");
}
inline const char* DescribedName(const TradeoffItem*) { return "TradeoffItem"; }

// A query of the holdout with all its items, for looking at lists.
struct TradeoffQuery {
  std::string name;
  std::vector<TradeoffItem> items;
};
template <class V>
void Describe(V& v, TradeoffQuery& q) {
  v("name", q.name, "the query");
  v("items", q.items, "its items, in the order of the data");
}
inline const char* DescribedName(const TradeoffQuery*) { return "TradeoffQuery"; }

// Training on blended labels with one weight, beside blending the scores of two models.
struct RetrainPoint {
  std::map<std::string, double> weights;
  std::map<std::string, Estimate> gaps;
};
template <class V>
void Describe(V& v, RetrainPoint& r) {
  v("weights", r.weights, "weight of each objective's label, in units of the label's spread");
  v("gaps", r.gaps, "each metric of the model trained on blended labels less that of blending scores, on rows that neither saw, paired by query; intervals hold for all of points[] at once");
}
inline const char* DescribedName(const RetrainPoint*) { return "RetrainPoint"; }

struct RetrainReport {
  std::string learner, text;
  std::int64_t training_rows = 0, items = 0, queries = 0;
  std::vector<RetrainPoint> points;
  std::string each_step, blended_step;
  std::string reason;
};
template <class V>
void Describe(V& v, RetrainReport& r) {
  v("learner", r.learner, "what was trained each way, on the same rows and features");
  v("text", r.text, "the finding in words");
  v("training_rows", r.training_rows, "rows trained on");
  v("items", r.items, "items ranked, none of them trained on");
  v("queries", r.queries, "their queries");
  v("points", r.points, "per weight; empty with a reason");
  v("each_step", r.each_step, "name in timing.steps of the seconds to train one model per objective, which then serve every weight");
  v("blended_step", r.blended_step, "name in timing.steps of the seconds to train one model per weight");
  v("reason", r.reason, "why nothing was compared; empty otherwise");
}
inline const char* DescribedName(const RetrainReport*) { return "RetrainReport"; }

struct TradeoffReport {
  ReportHeader header;
  std::string summary;
  std::string reason;
  std::string query;
  std::int64_t k = 10;
  double share = std::numeric_limits<double>::quiet_NaN();
  std::string share_reason;
  std::string discount, blend, multiplier, filter;
  std::vector<TradeoffObjective> objectives;
  std::vector<FrontierGuardrail> guardrails;
  TradeoffRows chosen_on, measured_on;
  std::optional<FrontierReport> frontier;
  std::vector<TradeoffLine> lines;
  std::string weights_from;
  std::optional<PolicyPoint> current, recommended;
  std::string decided_by;
  std::string why;
  std::optional<Estimate> money_on_holdout;
  std::string nearest, nearest_certain;
  std::string currency;
  double lists_per_day = std::numeric_limits<double>::quiet_NaN();
  std::string lists_per_day_reason;
  std::vector<TradeoffQuery> lists;
  std::optional<RetrainReport> retrain;
  std::string settings_fingerprint;
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, TradeoffReport& r) {
  DescribeHeader(v, r.header);
  v("summary", r.summary, "the finding in a few sentences");
  v("reason", r.reason, "why there is no trade-off to show; empty otherwise");
  v("query", r.query, "within which items are ranked");
  v("k", r.k, "ranks that count");
  v("share", r.share, "of single rows, the share that is acted on; null with a reason");
  v("share_reason", r.share_reason, "why share is null; empty otherwise");
  v("discount", r.discount, "what a rank weighs: none or log2");
  v("blend", r.blend, "how scores are blended: sum, product or multiplier");
  v("multiplier", r.multiplier, "EXPR that the sum is multiplied with; empty otherwise");
  v("filter", r.filter, "EXPR that items must fulfil to be shown at all; empty: all may be");
  v("objectives", r.objectives, "the objectives, in the charter's order");
  v("guardrails", r.guardrails, "the charter's guardrails");
  v("chosen_on", r.chosen_on, "the rows on which the policy is chosen");
  v("measured_on", r.measured_on, "the rows on which it is measured: they chose nothing");
  v("frontier", r.frontier, "the whole trade-off on the rows that choose; null with a reason");
  v("lines", r.lines, "of two objectives the one line between them; of more one line per objective through the current weights");
  v("weights_from", r.weights_from, "where the current weights stand: charter, policy (in use) or asked (by --weight)");
  v("current", r.current, "the current weights; null with a reason");
  v("recommended", r.recommended, "the policy recommended; null with a reason");
  v("decided_by", r.decided_by, "what decided: money, guardrails, or nothing (the current weights stay)");
  v("why", r.why, "why this one");
  v("money_on_holdout", r.money_on_holdout, "money per list (of single rows: per row acted on) at the recommended less that at the current weights on the holdout; null where the charter states no amount or nothing changes");
  v("nearest", r.nearest, "the smallest change of weights that mends a broken guardrail, in words; empty where none is broken");
  v("nearest_certain", r.nearest_certain, "the weights nearest to those recommended at which the interval of every guardrail keeps to its bound, in words; empty where that holds at the recommended ones, or nothing is guarded");
  v("currency", r.currency, "of money; empty where none is stated");
  v("lists_per_day", r.lists_per_day, "lists shown per day (of single rows: rows acted on), by the charter; null with a reason");
  v("lists_per_day_reason", r.lists_per_day_reason, "why lists_per_day is null; empty otherwise");
  v("lists", r.lists, "a few queries of the holdout with all their items");
  v("retrain", r.retrain, "training on blended labels beside blending scores; null where nothing can be blended");
  v("settings_fingerprint", r.settings_fingerprint, "of what the charter and the policy in use say of weighing, when this was made");
  v("notes", r.notes, "what to know when reading it");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const TradeoffReport*) { return "TradeoffReport"; }

}  // namespace assay::evidence
