// What `assay change` found: which rows moved a metric between before and after.
#pragma once

#include "evidence/reports/common.h"
#include "evidence/reports/predicate.h"

namespace assay::evidence {

// The metric of all rows of both sides.
struct ChangeTotal {
  double before = std::nan(""), after = std::nan("");
  double change = std::nan("");
  double low = std::nan(""), high = std::nan("");  // of the change
  double level = 0.95;
  double p_value = std::nan("");
  std::string reason;                    // why low, high and p_value are null; "" otherwise
  double mix = 0, rate = 0;              // add up to the change
  std::string mix_by;                    // "parts", or without parts the feature by which most of the change is mix
  Estimate before_estimate, after_estimate;
  std::int64_t rows_before = 0, rows_after = 0;
  std::int64_t blocks_before = 0, blocks_after = 0;
};
template <class V>
void Describe(V& v, ChangeTotal& t) {
  v("before", t.before, "the metric before");
  v("after", t.after, "the metric after");
  v("change", t.change, "after minus before");
  v("low", t.low, "lower end of the interval of the change, by blocks; null with a reason");
  v("high", t.high, "upper end");
  v("level", t.level, "confidence level");
  v("p_value", t.p_value, "test of no change");
  v("reason", t.reason, "why low, high and p_value are null; empty otherwise");
  v("mix", t.mix, "of the change: other shares (of a sum: numbers) of the rows of mix_by");
  v("rate", t.rate, "of the change: these at another level; mix and rate add up to the change");
  v("mix_by", t.mix_by, "what mix and rate compare: parts (and the rest), or without parts the feature whose values' shares moved the metric most");
  v("before_estimate", t.before_estimate, "the metric before with its interval");
  v("after_estimate", t.after_estimate, "the metric after with its interval");
  v("rows_before", t.rows_before, "rows before with a value");
  v("rows_after", t.rows_after, "rows after with a value");
  v("blocks_before", t.blocks_before, "blocks (units, days or rows) that have rows before");
  v("blocks_after", t.blocks_after, "blocks that have rows after");
}
inline const char* DescribedName(const ChangeTotal*) { return "ChangeTotal"; }

// Rows that moved otherwise than the rest, and what they did to the metric.
struct ChangePart {
  std::string metric;                  // the leaf of a metric tree whose rows these are; "" without a tree
  std::vector<Predicate> predicates;
  std::string text;
  bool outside_earlier_parts = false;
  double contribution = 0;
  std::optional<double> share;         // of the total change
  double mix = 0, rate = 0;
  double estimate = std::nan(""), low = std::nan(""), high = std::nan("");
  double level = 0.95;
  double p_value = std::nan(""), q_value = std::nan("");
  std::string reason;                  // why estimate, low, high, p_value or q_value is null; "" otherwise
  std::optional<double> before, after; // the metric of these rows
  std::int64_t rows_before = 0, rows_after = 0;
};
template <class V>
void Describe(V& v, ChangePart& p) {
  v("metric", p.metric, "the leaf of a metric tree that these rows moved; empty without a tree");
  v("predicates", p.predicates, "conditions that all hold for its rows");
  v("text", p.text, "the conditions as people read them");
  v("outside_earlier_parts", p.outside_earlier_parts, "whether its conditions also fit rows of a part above it, which are not its own");
  v("contribution", p.contribution, "what its rows moved the metric by, exactly, of all rows; parts and unexplained add up to the total change");
  v("share", p.share, "contribution as a share of the total change; null where that is 0");
  v("mix", p.mix, "of the contribution: more or fewer of these rows");
  v("rate", p.rate, "of the contribution: these rows at another level");
  v("estimate", p.estimate, "the contribution in the half of the blocks that did not choose this part; null with a reason");
  v("low", p.low, "lower end of the interval of the contribution, from that half");
  v("high", p.high, "upper end");
  v("level", p.level, "confidence level");
  v("p_value", p.p_value, "test that its rows moved with the rest, in that half");
  v("q_value", p.q_value, "false discovery rate over all cells tested");
  v("reason", p.reason, "why estimate, low, high, p_value and q_value are null; empty otherwise");
  v("before", p.before, "the metric of these rows before; null where there are none");
  v("after", p.after, "the metric of these rows after; null where there are none");
  v("rows_before", p.rows_before, "rows before");
  v("rows_after", p.rows_after, "rows after");
}
inline const char* DescribedName(const ChangePart*) { return "ChangePart"; }

// The change by the values of one feature alone.
struct ChangeByFeature {
  std::string feature;
  std::int64_t segments = 0;
  double mix = 0, rate = 0;
  bool reversal = false;
  std::string text;
};
template <class V>
void Describe(V& v, ChangeByFeature& f) {
  v("feature", f.feature, "column or derived column");
  v("segments", f.segments, "its values or bins that have rows");
  v("mix", f.mix, "of the total change: other shares of its values");
  v("rate", f.rate, "of the total change: its values at other levels; mix and rate add up to the total change");
  v("reversal", f.reversal, "whether every value moved one way and the total the other (Simpson's paradox)");
  v("text", f.text, "a reversal in words; empty where there is none");
}
inline const char* DescribedName(const ChangeByFeature*) { return "ChangeByFeature"; }

// A metric of a tree of metrics.
struct ChangeOfMetric {
  std::string name, is;
  bool leaf = false;
  double before = 0, after = 0, change = 0;
  double low = std::nan(""), high = std::nan("");  // of the change of a leaf
  std::string reason;                              // why low and high are null; "" otherwise
  std::optional<double> contribution;              // of a leaf, to the root's change
  std::optional<double> share;
  std::string text;                                // of a leaf: what its own rows say, in a sentence
  std::optional<double> unexplained;               // of a leaf: its contribution less those of its parts
  std::string unexplained_text;                    // of the leaf itself, in its own unit
};
template <class V>
void Describe(V& v, ChangeOfMetric& m) {
  v("name", m.name, "name of the metric");
  v("is", m.is, "what it is made of");
  v("leaf", m.leaf, "whether it is measured in the data, not made of other metrics");
  v("before", m.before, "its value before");
  v("after", m.after, "its value after");
  v("change", m.change, "after minus before");
  v("low", m.low, "of a leaf: lower end of the interval of its change, by blocks");
  v("high", m.high, "upper end");
  v("reason", m.reason, "why low and high are null; empty otherwise");
  v("contribution", m.contribution, "of a leaf: what it moved the root by (Shapley); leaves add up to the total change");
  v("share", m.share, "contribution as a share of the total change");
  v("text", m.text, "of a leaf: why it moved, in a sentence");
  v("unexplained", m.unexplained, "of a leaf: its contribution less those of its parts");
  v("unexplained_text", m.unexplained_text, "of a leaf: what of its own change no part holds, in words");
}
inline const char* DescribedName(const ChangeOfMetric*) { return "ChangeOfMetric"; }

struct ChangeReport {
  ReportHeader header;
  std::string metric;               // as given
  std::string before_rows, after_rows;  // EXPRs
  std::string answer;               // in sentences
  ChangeTotal total;
  std::vector<ChangePart> parts;    // within one metric disjoint
  double unexplained = 0;
  std::string unexplained_text;     // "too noisy to explain: 38 % of the change"; "" when nothing is left
  ChangePart rest;                  // the rows in no part; its contribution is `unexplained` (of a tree: left empty)
  std::vector<ChangeByFeature> features;
  std::vector<ChangeOfMetric> metrics;  // of a tree, children before parents
  bool tested = false;
  std::int64_t cells_looked_at = 0, cells_tested = 0;
  std::string unit_of_noise;        // what the noise is measured by, in words
  std::string method;
  Timing timing;
};
template <class V>
void Describe(V& v, ChangeReport& r) {
  DescribeHeader(v, r.header);
  v("metric", r.metric, "the metric as given");
  v("before_rows", r.before_rows, "EXPR of the rows before");
  v("after_rows", r.after_rows, "EXPR of the rows after");
  v("answer", r.answer, "why it moved, in sentences");
  v("total", r.total, "the change of the whole metric");
  v("parts", r.parts, "disjoint sets of rows (of one metric of a tree) that moved otherwise than the rest, in the order in which they were found");
  v("unexplained", r.unexplained, "the change less the contributions of all parts");
  v("unexplained_text", r.unexplained_text, "what unexplained is, in words; empty where nothing is left");
  v("rest", r.rest, "the rows in no part; without a tree of metrics its contribution is unexplained");
  v("features", r.features, "mix and rate by each feature alone");
  v("metrics", r.metrics, "the tree of metrics, children before parents; empty without one");
  v("tested", r.tested, "whether parts were tested against noise; otherwise they are the largest departures, which may be noise");
  v("cells_looked_at", r.cells_looked_at, "sets of rows that were looked at");
  v("cells_tested", r.cells_tested, "of them chosen, and tested on the other half");
  v("unit_of_noise", r.unit_of_noise, "what the noise is measured by");
  v("method", r.method, "how parts were chosen and tested");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const ChangeReport*) { return "ChangeReport"; }

}  // namespace assay::evidence
