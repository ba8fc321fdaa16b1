// What decisions by each rung are worth in money, on the holdout, at a threshold chosen inside the training part.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

struct RungValue {
  std::string name;  // of the rung, or "nothing": never act
  std::string kind;
  double threshold = std::nan("");      // act when the prediction is at least this; null: never act
  double share_acted = std::nan("");    // of the holdout rows
  std::string reason;                   // why the threshold is null; "" otherwise
  Estimate money_per_decision;
  Estimate money_per_day;               // x decisions per day, before cost
  double cost_per_day = 0;              // of running ML, for rungs that are ML
  Estimate value_per_day;               // money per day minus cost
  Estimate against_nothing;             // value per day minus that of never acting, paired by row
};
template <class V>
void Describe(V& v, RungValue& r) {
  v("name", r.name, "the rung, or nothing: never act");
  v("kind", r.kind, "kind of the rung");
  v("threshold", r.threshold, "act when the prediction is at least this; null: never act");
  v("share_acted", r.share_acted, "share of the holdout rows acted on");
  v("reason", r.reason, "why threshold is null; empty otherwise");
  v("money_per_decision", r.money_per_decision, "mean money per decision on the holdout, interval by unit");
  v("money_per_day", r.money_per_day, "times decisions per day, before cost");
  v("cost_per_day", r.cost_per_day, "cost of running ML per day; 0 for rungs that are none");
  v("value_per_day", r.value_per_day, "money per day minus cost");
  v("against_nothing", r.against_nothing, "value per day minus that of never acting, paired by row, interval by unit");
}
inline const char* DescribedName(const RungValue*) { return "RungValue"; }

struct ValueReport {
  ReportHeader header;
  std::string objective;
  std::string currency;
  double true_positive = 0, false_positive = 0, true_negative = 0, false_negative = 0;
  double decisions_per_day = std::nan("");
  std::string decisions_per_day_reason;  // why it is null; "" otherwise
  double break_even_chance = std::nan("");
  std::string break_even_chance_reason;
  std::vector<RungValue> rungs;   // empty when not measurable
  std::string best;               // rung with the most value per day
  Estimate best_against_nothing;  // its against_nothing, at a level that allows for its having been picked
  std::string reason;             // why nothing was measured; "" otherwise
  std::string method;
  Timing timing;
};
template <class V>
void Describe(V& v, ValueReport& r) {
  DescribeHeader(v, r.header);
  v("objective", r.objective, "name of the objective");
  v("currency", r.currency, "currency of all money here");
  v("true_positive", r.true_positive, "money for acting rightly");
  v("false_positive", r.false_positive, "money for a false alarm");
  v("true_negative", r.true_negative, "money for a right silence");
  v("false_negative", r.false_negative, "money for a miss");
  v("decisions_per_day", r.decisions_per_day, "decisions per day, as the charter states; null when it does not");
  v("decisions_per_day_reason", r.decisions_per_day_reason, "why decisions_per_day is null; empty otherwise");
  v("break_even_chance", r.break_even_chance, "chance from which acting pays, 0 where it always does; null where it never does or there is no such chance");
  v("break_even_chance_reason", r.break_even_chance_reason, "why break_even_chance is null; empty otherwise");
  v("rungs", r.rungs, "value per rung; empty when not measurable");
  v("best", r.best, "the rung with the most value per day");
  v("best_against_nothing", r.best_against_nothing, "its value per day minus that of never acting, with an interval that allows for its having been picked among the rungs on the same rows (Bonferroni)");
  v("reason", r.reason, "why nothing was measured; empty otherwise");
  v("method", r.method, "how the threshold was chosen and the interval made");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const ValueReport*) { return "ValueReport"; }

}  // namespace assay::evidence
