// What `assay slices` found: where a loss is concentrated, and what of it holds on rows that the search has not seen.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "evidence/reports/common.h"
#include "evidence/reports/predicate.h"

namespace assay::evidence {

// Another way to say the same rows.
struct SliceDescription {
  std::vector<Predicate> predicates;
  std::string text;
};
template <class V>
void Describe(V& v, SliceDescription& d) {
  v("predicates", d.predicates, "conditions, all of which hold");
  v("text", d.text, "the same in words");
}
inline const char* DescribedName(const SliceDescription*) { return "SliceDescription"; }

// The slice on the rows in which it was found.
struct SliceFound {
  std::int64_t size = 0;
  double loss_mean = std::numeric_limits<double>::quiet_NaN();
};
template <class V>
void Describe(V& v, SliceFound& f) {
  v("size", f.size, "rows of the slice among those searched");
  v("loss_mean", f.loss_mean, "their mean loss: the search makes it look worse than it is");
}
inline const char* DescribedName(const SliceFound*) { return "SliceFound"; }

// The slice and the other rows in one period.
struct SlicePeriod {
  std::string start;
  std::int64_t rows = 0;
  Estimate loss_mean;
  double others = std::numeric_limits<double>::quiet_NaN();
  std::string reason;  // why others is null; "" otherwise
};
template <class V>
void Describe(V& v, SlicePeriod& p) {
  v("start", p.start, "start of the period");
  v("rows", p.rows, "rows of the slice");
  v("loss_mean", p.loss_mean, "their mean loss, with its interval by unit");
  v("others", p.others, "mean loss of all other rows of the period; null with a reason");
  v("reason", p.reason, "why others is null; empty otherwise");
}
inline const char* DescribedName(const SlicePeriod*) { return "SlicePeriod"; }

// A row with a large loss, and its values of the features: those that the slice is made of first.
struct SliceExample {
  std::int64_t row = 0;
  double loss = 0;
  std::vector<std::string> features, values;
};
template <class V>
void Describe(V& v, SliceExample& e) {
  v("row", e.row, "row of the source, counted from 1");
  v("loss", e.loss, "its loss");
  v("features", e.features, "features, those of the slice's conditions first");
  v("values", e.values, "the row's value of each, empty where it is missing");
}
inline const char* DescribedName(const SliceExample*) { return "SliceExample"; }

struct Slice {
  std::vector<Predicate> predicates;  // one per feature at most
  std::string text;                   // "race = White and 42 <= age < 60"
  std::string expression;             // as an EXPR, for --where
  std::int64_t size = 0;
  double share = 0;
  double loss_sum = 0;
  double loss_mean = std::numeric_limits<double>::quiet_NaN(), loss_max = std::numeric_limits<double>::quiet_NaN();
  double lift = std::numeric_limits<double>::quiet_NaN();
  double score = 0;
  SliceFound found;
  double difference = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();
  double p_value = std::numeric_limits<double>::quiet_NaN(), q_value = std::numeric_limits<double>::quiet_NaN();
  std::string reason;                 // why low, high, p_value and q_value are null; "" otherwise
  Estimate value_at_stake;
  std::vector<SliceDescription> same_rows;
  std::int64_t same_rows_more = 0;
  bool same_rows_complete = true;
  std::vector<SlicePeriod> over_time;
  std::vector<SliceExample> examples;
};
template <class V>
void Describe(V& v, Slice& s) {
  v("predicates", s.predicates, "conditions, all of which hold; the shortest description of these rows");
  v("text", s.text, "the conditions in words");
  v("expression", s.expression, "the conditions as an EXPR, for --where");
  v("size", s.size, "rows that the figures are of: of the untouched part where there is one");
  v("share", s.share, "of those rows, the share that lies in the slice");
  v("loss_sum", s.loss_sum, "sum of the losses in the slice");
  v("loss_mean", s.loss_mean, "mean loss in the slice; null when it has no rows there");
  v("loss_max", s.loss_max, "largest loss in the slice; null when it has no rows there");
  v("lift", s.lift, "mean loss in the slice over the mean loss of all rows; null when there is none");
  v("score", s.score, "score by which the search ordered it, of the rows searched");
  v("found", s.found, "the slice on the rows in which it was found");
  v("difference", s.difference, "mean loss in the slice less the mean loss of all other rows; null when one of them has no rows");
  v("low", s.low, "lower end of the 95 % interval of the difference; null with a reason");
  v("high", s.high, "upper end of that interval; null with a reason");
  v("p_value", s.p_value, "test of being no worse than all other rows, below 0.05 just where low is above 0; 1 where the slice is better; null with a reason");
  v("q_value", s.q_value, "false discovery rate over the slices shown; null with a reason");
  v("reason", s.reason, "why low, high, p_value and q_value are null; empty otherwise");
  v("value_at_stake", s.value_at_stake, "what better decisions in the slice could bring, in the charter's money per day; null with a reason");
  v("same_rows", s.same_rows, "up to five other minimal descriptions of the same rows");
  v("same_rows_more", s.same_rows_more, "minimal descriptions beyond those");
  v("same_rows_complete", s.same_rows_complete, "false when counting them was stopped for time");
  v("over_time", s.over_time, "mean loss by period, where the data has times");
  v("examples", s.examples, "up to five rows with the largest losses in the slice");
}
inline const char* DescribedName(const Slice*) { return "Slice"; }

struct SlicesPruned {
  std::int64_t by_support = 0, by_score = 0, by_parents = 0, by_same_rows = 0;
};
template <class V>
void Describe(V& v, SlicesPruned& p) {
  v("by_support", p.by_support, "evaluated: fewer rows than the minimum support");
  v("by_score", p.by_score, "evaluated: no subset with the minimum support can reach the k-th score");
  v("by_parents", p.by_parents, "not evaluated: ruled out by what is known of conjunctions with a predicate less");
  v("by_same_rows", p.by_same_rows, "same rows as a conjunction with fewer predicates, or as another that is followed");
}
inline const char* DescribedName(const SlicesPruned*) { return "SlicesPruned"; }

// How the search went.
struct SliceSearch {
  std::int64_t k = 10;
  double alpha = 0.95;
  std::int64_t min_support = 0;
  std::int64_t max_level = 0;
  std::int64_t bins = 10;
  bool ranges = false;
  double distinct = 1;
  std::int64_t evaluated = 0;
  std::int64_t levels = 0;
  std::vector<std::int64_t> per_level;
  SlicesPruned pruned;
  double seconds = std::numeric_limits<double>::quiet_NaN();
  std::string seconds_reason;
  std::int64_t peak_bytes = 0;
};
template <class V>
void Describe(V& v, SliceSearch& s) {
  v("k", s.k, "slices asked for");
  v("alpha", s.alpha, "weight of the loss against the size");
  v("min_support", s.min_support, "least rows of a slice, of those searched");
  v("max_level", s.max_level, "most predicates; 0 = no limit");
  v("bins", s.bins, "most bins of a number");
  v("ranges", s.ranges, "whether neighbouring bins may be joined");
  v("distinct", s.distinct, "most overlap (Jaccard) of two slices; 1 = any");
  v("evaluated", s.evaluated, "conjunctions whose rows and losses were counted; does not depend on threads");
  v("levels", s.levels, "most predicates of a conjunction that was evaluated");
  v("per_level", s.per_level, "conjunctions evaluated, by number of predicates");
  v("pruned", s.pruned, "conjunctions that the search did not go on from, by reason");
  v("seconds", s.seconds, "from encoded columns to the result, bitmaps included; null with a reason");
  v("seconds_reason", s.seconds_reason, "why seconds is null; empty otherwise");
  v("peak_bytes", s.peak_bytes, "bitmaps and tables of the search");
}
inline const char* DescribedName(const SliceSearch*) { return "SliceSearch"; }

struct SlicesReport {
  ReportHeader header;
  std::string objective;              // in a run; "" otherwise
  std::string loss;                   // EXPR, or in words
  std::string summary;
  std::vector<std::string> features;
  std::int64_t rows = 0;
  double mean_loss = std::numeric_limits<double>::quiet_NaN();
  Estimate mean_loss_estimate;
  double honest = 0;
  std::string split;                  // how the rows were divided; "" when they were not
  std::int64_t rows_searched = 0;
  double mean_loss_searched = std::numeric_limits<double>::quiet_NaN();
  std::string dependence;             // what the intervals are by; "" without intervals
  std::string currency;
  std::vector<Slice> slices;
  std::string reason;                 // why there are none; "" when there are
  SliceSearch search;
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, SlicesReport& r) {
  DescribeHeader(v, r.header);
  v("objective", r.objective, "objective of a run; empty otherwise");
  v("loss", r.loss, "the loss of a row, at least 0");
  v("summary", r.summary, "the finding in a sentence or two");
  v("features", r.features, "columns that conditions are made of");
  v("rows", r.rows, "rows that the figures are of: the untouched part where there is one");
  v("mean_loss", r.mean_loss, "their mean loss; null with a reason");
  v("mean_loss_estimate", r.mean_loss_estimate, "the same with its interval");
  v("honest", r.honest, "share of the rows that the search did not see; 0 when it saw all");
  v("split", r.split, "how the rows were divided; empty when they were not");
  v("rows_searched", r.rows_searched, "rows that the search saw");
  v("mean_loss_searched", r.mean_loss_searched, "their mean loss; null without rows");
  v("dependence", r.dependence, "what the intervals are by; empty without intervals");
  v("currency", r.currency, "of value_at_stake; empty when there is none");
  v("slices", r.slices, "the slices, best first: by score, fewer predicates, more rows, text");
  v("reason", r.reason, "why there are no slices; empty when there are");
  v("search", r.search, "how the search went");
  v("notes", r.notes, "what to know when reading it");
  v("timing", r.timing, "when and how long; the only part beside search.seconds that differs between equal runs");
}
inline const char* DescribedName(const SlicesReport*) { return "SlicesReport"; }

}  // namespace assay::evidence
