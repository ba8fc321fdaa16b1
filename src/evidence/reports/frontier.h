// What `assay frontier` found: what objectives that pull apart give and take at every weight.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

struct FrontierObjective {
  std::string name, score, gain;
};
template <class V>
void Describe(V& v, FrontierObjective& o) {
  v("name", o.name, "name of the objective");
  v("score", o.score, "what items are ranked by, an EXPR per item");
  v("gain", o.gain, "what a shown item brings in, an EXPR per item");
}
inline const char* DescribedName(const FrontierObjective*) { return "FrontierObjective"; }

struct FrontierGuardrail {
  std::string name, expression;
  double limit = 0;
  bool at_least = false;
};
template <class V>
void Describe(V& v, FrontierGuardrail& g) {
  v("name", g.name, "name of the guardrail");
  v("expression", g.expression, "EXPR per item, averaged over a query's shown items, then over queries");
  v("limit", g.limit, "its bound");
  v("at_least", g.at_least, "true: it must not be below limit; false: not above");
}
inline const char* DescribedName(const FrontierGuardrail*) { return "FrontierGuardrail"; }

// A guardrail at one lambda, with the interval of its value.
struct GuardrailValue {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();
  std::string reason;
  bool holds = false;
};
template <class V>
void Describe(V& v, GuardrailValue& g) {
  v("value", g.value, "mean over queries of the mean over shown items");
  v("low", g.low, "lower end of the interval; null with a reason");
  v("high", g.high, "upper end of the interval; null with a reason");
  v("reason", g.reason, "why low and high are null, or why the interval has no width; empty otherwise");
  v("holds", g.holds, "whether value keeps to the bound");
}
inline const char* DescribedName(const GuardrailValue*) { return "GuardrailValue"; }

struct FrontierAt {
  double lambda = 0;
  std::map<std::string, double> weights;
  std::map<std::string, Estimate> metrics;
  std::map<std::string, GuardrailValue> guardrails;
  bool feasible = true;
};
template <class V>
void Describe(V& v, FrontierAt& a) {
  v("lambda", a.lambda, "weight of the second objective");
  v("weights", a.weights, "weight of each objective's score");
  v("metrics", a.metrics, "each objective's metric, with an interval that holds at all lambdas of at[] at once");
  v("guardrails", a.guardrails, "each guardrail, with such an interval");
  v("feasible", a.feasible, "whether all guardrails hold");
}
inline const char* DescribedName(const FrontierAt*) { return "FrontierAt"; }

struct LambdaRange {
  double low = 0, high = 0;
};
template <class V>
void Describe(V& v, LambdaRange& r) {
  v("low", r.low, "first lambda of it");
  v("high", r.high, "where it ends, itself not part of it unless it is 1");
}
inline const char* DescribedName(const LambdaRange*) { return "LambdaRange"; }

// A point that no other point of the curve, or of the search, dominates.
struct ParetoPoint {
  double lambda_low = std::numeric_limits<double>::quiet_NaN(), lambda_high = std::numeric_limits<double>::quiet_NaN();
  std::string reason;
  std::map<std::string, double> weights;
  std::map<std::string, double> metrics;
  bool feasible = true;
};
template <class V>
void Describe(V& v, ParetoPoint& p) {
  v("lambda_low", p.lambda_low, "first lambda of the point; null with a reason");
  v("lambda_high", p.lambda_high, "where it ends, itself not part of it unless it is 1; null with a reason");
  v("reason", p.reason, "why the lambdas are null; empty otherwise");
  v("weights", p.weights, "weights with which it is reached");
  v("metrics", p.metrics, "each objective's metric there, of these queries");
  v("feasible", p.feasible, "whether all guardrails hold there");
}
inline const char* DescribedName(const ParetoPoint*) { return "ParetoPoint"; }

// What another lambda than the current one would bring in, per query.
struct MoneyAt {
  double lambda = 0;
  Estimate difference;
};
template <class V>
void Describe(V& v, MoneyAt& m) {
  v("lambda", m.lambda, "weight of the second objective");
  v("difference", m.difference, "money per query there less that at the current lambda, with an interval that holds at all lambdas of the grid at once");
}
inline const char* DescribedName(const MoneyAt*) { return "MoneyAt"; }

struct FrontierMoney {
  std::map<std::string, double> amounts;
  double current = 0;
  std::vector<MoneyAt> at;
  std::vector<LambdaRange> more, less;
};
template <class V>
void Describe(V& v, FrontierMoney& m) {
  v("amounts", m.amounts, "money per unit of each metric");
  v("current", m.current, "the lambda that others are compared with");
  v("at", m.at, "differences on an even grid of lambdas");
  v("more", m.more, "stretches of the grid on which more money than at the current lambda is certain");
  v("less", m.less, "stretches of the grid on which less money than at the current lambda is certain");
}
inline const char* DescribedName(const FrontierMoney*) { return "FrontierMoney"; }

struct DroppedItems {
  std::int64_t query = 0, score = 0, gain = 0, guardrail = 0;
};
template <class V>
void Describe(V& v, DroppedItems& d) {
  v("query", d.query, "rows whose query is missing");
  v("score", d.score, "rows with a missing score");
  v("gain", d.gain, "rows with a missing gain: what showing them brings is not known");
  v("guardrail", d.guardrail, "rows with a missing value of a guardrail");
}
inline const char* DescribedName(const DroppedItems*) { return "DroppedItems"; }

struct FrontierReport {
  ReportHeader header;
  std::string summary;
  std::string query;
  std::int64_t queries = 0, items = 0;
  DroppedItems dropped;
  std::int64_t k = 10;
  std::string discount;
  std::vector<FrontierObjective> objectives;
  std::vector<FrontierGuardrail> guardrails;
  std::int64_t orderings = 0;
  std::string orderings_reason;
  std::int64_t distinct_top_k = 0;
  std::int64_t breakpoints = 0;
  std::vector<FrontierAt> at;
  std::string band;
  std::vector<LambdaRange> feasible;
  std::vector<ParetoPoint> pareto;
  double hypervolume = 0;
  std::string hypervolume_reason;
  std::vector<double> reference;
  std::optional<FrontierMoney> money;
  std::int64_t lines = 0;
  std::string out;
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, FrontierReport& r) {
  DescribeHeader(v, r.header);
  v("summary", r.summary, "the finding in a few sentences");
  v("query", r.query, "within which items are ranked, an EXPR per item");
  v("queries", r.queries, "queries with at least one item");
  v("items", r.items, "items ranked");
  v("dropped", r.dropped, "rows left out, by reason");
  v("k", r.k, "ranks that count");
  v("discount", r.discount, "what a rank weighs: none (1, the sum then divided by k) or log2 (1 / log2(rank + 1))");
  v("objectives", r.objectives, "the objectives, in the order given");
  v("guardrails", r.guardrails, "the guardrails, in the order given");
  v("orderings", r.orderings, "sum over queries of the orders of all their items that occur for lambdas in [0, 1); -1 with a reason");
  v("orderings_reason", r.orderings_reason, "why orderings is -1; empty otherwise");
  v("distinct_top_k", r.distinct_top_k, "sum over queries of the ordered lists of the first k that occur for lambdas in [0, 1)");
  v("breakpoints", r.breakpoints, "distinct lambdas in (0, 1) at which the list of some query changes");
  v("at", r.at, "the lambdas asked for, in the order asked; empty for more than two objectives");
  v("band", r.band, "how the intervals of at[] were made");
  v("feasible", r.feasible, "the stretches of lambda in which all guardrails hold; empty for more than two objectives");
  v("pareto", r.pareto, "points that no other one dominates: of the whole curve in order of lambda; of more than two objectives those that the search found, which is not exhaustive");
  v("hypervolume", r.hypervolume, "area (volume) that these points dominate above the reference; null with a reason");
  v("hypervolume_reason", r.hypervolume_reason, "why hypervolume is null; empty otherwise");
  v("reference", r.reference, "the point that hypervolume is measured from");
  v("money", r.money, "what moving lambda is worth; null where no amounts were given");
  v("lines", r.lines, "lines searched through the weights; 1 for two objectives, whose one line is all of them");
  v("out", r.out, "file that the whole curve was written to; empty when none was asked for");
  v("notes", r.notes, "what to know when reading it");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const FrontierReport*) { return "FrontierReport"; }

}  // namespace assay::evidence
