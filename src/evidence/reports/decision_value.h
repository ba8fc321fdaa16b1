// What decisions by a score are worth, and from which score to act: the report of `assay value`.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "evidence/reports/common.h"
#include "evidence/reports/train.h"

namespace assay::evidence {

// Whether the score is the chance of a positive outcome.
struct CalibrationVerdict {
  Verdict verdict = Verdict::kInconclusive;  // supported: not refuted; refuted; inconclusive: not tested
  double p_value = std::nan("");
  std::string reason;                  // why p_value is null, or what else decided; "" otherwise
  std::string test;                    // the test in words
  double statistic = std::nan("");
  std::string statistic_reason;
  Estimate level;                      // mean outcome minus mean score
  std::vector<CalibrationPoint> curve;
  std::string curve_reason;            // why it is empty; "" otherwise
};
template <class V>
void Describe(V& v, CalibrationVerdict& c) {
  v("verdict", c.verdict, "supported: not refuted at 5 %; refuted: the score is not the chance; inconclusive: not tested");
  v("p_value", c.p_value, "of the test that every score is the chance of a positive outcome; null with a reason");
  v("reason", c.reason, "why p_value is null; empty otherwise");
  v("test", c.test, "the test in words");
  v("statistic", c.statistic, "its statistic; null with a reason");
  v("statistic_reason", c.statistic_reason, "why statistic is null; empty otherwise");
  v("level", c.level, "mean outcome minus mean score: 0 where scores are right on average");
  v("curve", c.curve, "mean score against share of positive outcomes, by bins of about equal count");
  v("curve_reason", c.curve_reason, "why curve is empty; empty otherwise");
}
inline const char* DescribedName(const CalibrationVerdict*) { return "CalibrationVerdict"; }

// A way to decide, and its money.
struct PolicyValue {
  std::string name;  // never, always, threshold, break_even
  std::string text;
  double threshold = std::nan("");  // act when the score is at least this
  std::string threshold_reason;     // why it is null; "" otherwise
  double share_acted = 0;
  Estimate money_per_decision;
  Estimate money_per_day;           // x decisions per day, less cost where it acts by the score
  Estimate against_never;           // money per decision more than without acting, paired by row
  Estimate against_always;
  Estimate against_never_per_day;
  Estimate against_always_per_day;
};
template <class V>
void Describe(V& v, PolicyValue& p) {
  v("name", p.name, "never, always, threshold (chosen on one half, measured on the other) or break_even");
  v("text", p.text, "the same in words");
  v("threshold", p.threshold, "act when the score is at least this; null with a reason");
  v("threshold_reason", p.threshold_reason, "why threshold is null; empty otherwise");
  v("share_acted", p.share_acted, "share of the rows acted on");
  v("money_per_decision", p.money_per_decision, "mean money per decision");
  v("money_per_day", p.money_per_day, "times decisions per day, less the cost per day where it acts by the score");
  v("against_never", p.against_never, "money per decision minus that of never acting, paired by row");
  v("against_always", p.against_always, "money per decision minus that of always acting, paired by row");
  v("against_never_per_day", p.against_never_per_day, "times decisions per day, less the cost where it acts by the score");
  v("against_always_per_day", p.against_always_per_day, "times decisions per day, less the cost where it acts by the score");
}
inline const char* DescribedName(const PolicyValue*) { return "PolicyValue"; }

struct HalfThreshold {
  std::int64_t rows = 0;
  double threshold = std::nan("");
  std::string reason;
  double money_where_chosen = 0;
  double money_on_the_other = 0;
};
template <class V>
void Describe(V& v, HalfThreshold& h) {
  v("rows", h.rows, "rows of the half that chose it");
  v("threshold", h.threshold, "with the most money on this half; null with a reason");
  v("reason", h.reason, "why threshold is null; empty otherwise");
  v("money_where_chosen", h.money_where_chosen, "per decision on this half: it was chosen there, so it looks better than it is");
  v("money_on_the_other", h.money_on_the_other, "per decision on the other half, which had no say");
}
inline const char* DescribedName(const HalfThreshold*) { return "HalfThreshold"; }

struct ThresholdInterval {
  double low = std::nan(""), high = std::nan("");
  std::string low_reason, high_reason;
  double share_acted_low = 0, share_acted_high = 0;
  bool never = false, always = false;
};
template <class V>
void Describe(V& v, ThresholdInterval& t) {
  v("low", t.low, "thresholds above this are not shown to be worse; null with a reason");
  v("low_reason", t.low_reason, "why low is null; empty otherwise");
  v("high", t.high, "and below this, which is refuted; null with a reason");
  v("high_reason", t.high_reason, "why high is null; empty otherwise");
  v("share_acted_low", t.share_acted_low, "least share of the rows acted on by a candidate in it");
  v("share_acted_high", t.share_acted_high, "largest share of the rows acted on by a candidate in it");
  v("never", t.never, "whether never acting is in it");
  v("always", t.always, "whether always acting is in it");
}
inline const char* DescribedName(const ThresholdInterval*) { return "ThresholdInterval"; }

struct ThresholdSetReport {
  double level = 0.95;
  std::vector<ThresholdInterval> intervals;
  std::int64_t candidates = 0, kept = 0;
  std::string method;
  std::string reason;
};
template <class V>
void Describe(V& v, ThresholdSetReport& s) {
  v("level", s.level, "chance with which the set holds the truly best candidate, at least");
  v("intervals", s.intervals, "thresholds not significantly worse than the best, by falling threshold");
  v("candidates", s.candidates, "thresholds compared, never acting among them");
  v("kept", s.kept, "of those not shown to be worse");
  v("method", s.method, "how it was made");
  v("reason", s.reason, "why there is none; empty otherwise");
}
inline const char* DescribedName(const ThresholdSetReport*) { return "ThresholdSetReport"; }

struct ProfitPoint {
  double share_acted = 0;
  double threshold = std::nan("");
  std::string reason;
  double money_per_decision = 0;
};
template <class V>
void Describe(V& v, ProfitPoint& p) {
  v("share_acted", p.share_acted, "share of the rows acted on, highest scores first");
  v("threshold", p.threshold, "act when the score is at least this; null: never");
  v("reason", p.reason, "why threshold is null; empty otherwise");
  v("money_per_decision", p.money_per_decision, "over all rows, exact for these rows");
}
inline const char* DescribedName(const ProfitPoint*) { return "ProfitPoint"; }

struct ProfitAt {
  double share_asked = 0;
  double share_acted = 0;
  double threshold = std::nan("");
  std::string reason;
  Estimate money_per_decision;
};
template <class V>
void Describe(V& v, ProfitAt& p) {
  v("share_asked", p.share_asked, "place on the grid: at least this share is acted on");
  v("share_acted", p.share_acted, "share acted on; more where scores are equal");
  v("threshold", p.threshold, "act when the score is at least this; null: never");
  v("reason", p.reason, "why threshold is null; empty otherwise");
  v("money_per_decision", p.money_per_decision, "with its own interval: for this threshold taken alone, not for the best of them");
}
inline const char* DescribedName(const ProfitAt*) { return "ProfitAt"; }

struct DecisionValueReport {
  ReportHeader header;
  std::string summary;
  Verdict verdict = Verdict::kInconclusive;  // whether acting from the chosen threshold brings more than never acting
  std::string score, outcome;                // EXPR
  std::string true_positive, false_positive, true_negative, false_negative;  // amounts or EXPR
  std::string amounts_from;
  std::string currency;
  double decisions_per_day = std::nan("");
  std::string decisions_per_day_reason;
  double cost_per_day = 0;
  Estimate positive_share;
  std::int64_t units = 0;
  std::string dependence;
  CalibrationVerdict calibration;
  double break_even_chance = std::nan("");
  std::string break_even_chance_reason;
  bool amounts_differ = false;
  double threshold = std::nan("");
  std::string threshold_reason;
  double threshold_share_acted = 0;
  double threshold_money_where_chosen = 0;
  std::vector<HalfThreshold> halves;
  std::string split;
  std::vector<PolicyValue> policies;
  std::string break_even_missing;            // why there is no break-even policy; "" otherwise
  Estimate threshold_against_break_even;     // money per decision of the chosen threshold minus that of the break-even policy, paired
  ThresholdSetReport best_thresholds;
  std::vector<ProfitPoint> curve;
  std::int64_t curve_thresholds = 0;
  double curve_error = 0;
  std::vector<ProfitAt> curve_grid;
  double least = std::nan("");
  std::string least_reason;
  Verdict least_verdict = Verdict::kNeedsPerson;
  Timing timing;
};
template <class V>
void Describe(V& v, DecisionValueReport& r) {
  DescribeHeader(v, r.header);
  v("summary", r.summary, "the finding in a few sentences");
  v("verdict", r.verdict, "whether acting from the chosen threshold brings more than never acting, at 95 %");
  v("score", r.score, "EXPR of the score");
  v("outcome", r.outcome, "EXPR of the outcome");
  v("true_positive", r.true_positive, "money for acting where the outcome is positive: an amount or an EXPR");
  v("false_positive", r.false_positive, "money for acting where it is not");
  v("true_negative", r.true_negative, "money for not acting where it is not");
  v("false_negative", r.false_negative, "money for not acting where it is");
  v("amounts_from", r.amounts_from, "where the amounts come from: --gain, or the charter");
  v("currency", r.currency, "currency of all money here; empty when it is not stated");
  v("decisions_per_day", r.decisions_per_day, "null with a reason when it is not stated");
  v("decisions_per_day_reason", r.decisions_per_day_reason, "why decisions_per_day is null; empty otherwise");
  v("cost_per_day", r.cost_per_day, "of deciding by the score");
  v("positive_share", r.positive_share, "share of the rows with a positive outcome");
  v("units", r.units, "independent units");
  v("dependence", r.dependence, "what intervals are by");
  v("calibration", r.calibration, "whether the score is the chance of a positive outcome");
  v("break_even_chance", r.break_even_chance, "chance from which acting pays (Elkan 2001); null with a reason");
  v("break_even_chance_reason", r.break_even_chance_reason, "why break_even_chance is null; empty otherwise");
  v("amounts_differ", r.amounts_differ, "whether amounts differ by row, so that every row has a break-even chance of its own");
  v("threshold", r.threshold, "act when the score is at least this: most money on all rows; null with a reason");
  v("threshold_reason", r.threshold_reason, "why threshold is null; empty otherwise");
  v("threshold_share_acted", r.threshold_share_acted, "share of the rows acted on from it");
  v("threshold_money_where_chosen", r.threshold_money_where_chosen, "money per decision on the rows that chose it: looks better than it is; the policy 'threshold' has the honest figure");
  v("halves", r.halves, "the thresholds chosen on either half");
  v("split", r.split, "how the halves were made");
  v("policies", r.policies, "ways to decide and their money");
  v("break_even_missing", r.break_even_missing, "why there is no break-even policy; empty otherwise");
  v("threshold_against_break_even", r.threshold_against_break_even, "money per decision of the chosen thresholds minus that of the break-even policy, paired by row; null with a reason");
  v("best_thresholds", r.best_thresholds, "thresholds that are not significantly worse than the best");
  v("curve", r.curve, "the profit curve, at most 1,000 points, each exact");
  v("curve_thresholds", r.curve_thresholds, "points of the whole curve");
  v("curve_error", r.curve_error, "largest distance of a point left out from the straight lines between those kept");
  v("curve_grid", r.curve_grid, "the curve at even shares, with pointwise intervals");
  v("least", r.least, "least money over never acting that was asked for, per day where decisions per day are known, else per decision; null when none was");
  v("least_reason", r.least_reason, "why least is null; empty otherwise");
  v("least_verdict", r.least_verdict, "supported: the whole interval reaches it; refuted: none of it does; needs_person: none was asked for");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const DecisionValueReport*) { return "DecisionValueReport"; }

}  // namespace assay::evidence
