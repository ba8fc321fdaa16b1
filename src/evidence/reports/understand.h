// What `assay understand` found: the data, the outcome over time, what goes with it, the hypotheses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/common.h"
#include "evidence/reports/slices.h"

namespace assay::evidence {

// One column of the data.
struct ColumnProfile {
  std::string name;
  std::string type;                 // boolean, number, category, time
  std::int64_t missing = 0;
  std::int64_t distinct = 0;
  bool distinct_exact = true;       // false: a sketch, see Alert
  std::string least, most;          // smallest and largest value as text; "" for categories
  double mean = std::nan("");       // numbers and booleans
  double standard_deviation = std::nan("");
  double median = std::nan("");
  std::string reason;               // why mean, standard deviation or median is null; "" otherwise
  std::int64_t outliers = 0;        // beyond 3 interquartile ranges from the quartiles (Tukey's far out)
  std::vector<double> bin_edges;    // histogram of numbers and times (times in microseconds), n + 1 edges
  std::vector<std::int64_t> bin_counts;
  std::vector<std::string> top_values;       // most frequent categories
  std::vector<std::int64_t> top_counts;
};
template <class V>
void Describe(V& v, ColumnProfile& c) {
  v("name", c.name, "column");
  v("type", c.type, "boolean, number, category or time");
  v("missing", c.missing, "rows without a value");
  v("distinct", c.distinct, "different values");
  v("distinct_exact", c.distinct_exact, "whether distinct was counted exactly");
  v("least", c.least, "smallest value");
  v("most", c.most, "largest value");
  v("mean", c.mean, "mean of a number");
  v("standard_deviation", c.standard_deviation, "sample standard deviation of a number");
  v("median", c.median, "median of a number");
  v("reason", c.reason, "why mean, standard_deviation or median is null; empty otherwise");
  v("outliers", c.outliers, "values more than three interquartile ranges outside the quartiles");
  v("bin_edges", c.bin_edges, "edges of the histogram");
  v("bin_counts", c.bin_counts, "rows per bin");
  v("top_values", c.top_values, "most frequent categories");
  v("top_counts", c.top_counts, "rows of each");
}
inline const char* DescribedName(const ColumnProfile*) { return "ColumnProfile"; }

// Something about the data that a person should know.
struct Alert {
  std::string kind;     // constant, id_like, pii_like, duplicates, conflicting_labels, missing, missing_outcome, outliers, mixed_types, future_time
  std::string column;   // "" for the whole data
  std::string message;  // a sentence with the figures
  std::int64_t rows = 0;
};
template <class V>
void Describe(V& v, Alert& a) {
  v("kind", a.kind, "what kind of finding");
  v("column", a.column, "the column, or empty for the whole data");
  v("message", a.message, "the finding in a sentence");
  v("rows", a.rows, "rows concerned");
}
inline const char* DescribedName(const Alert*) { return "Alert"; }

// One period of the outcome's series.
struct PeriodPoint {
  std::string start;
  std::int64_t rows = 0;
  Estimate mean;
  std::int64_t segment = 0;  // index of the stretch between change points
};
template <class V>
void Describe(V& v, PeriodPoint& p) {
  v("start", p.start, "start of the period");
  v("rows", p.rows, "rows with a known outcome");
  v("mean", p.mean, "mean outcome with its interval by unit");
  v("segment", p.segment, "stretch between change points that it belongs to");
}
inline const char* DescribedName(const PeriodPoint*) { return "PeriodPoint"; }

struct ChangePoint {
  std::string start;          // first period of the new level
  Estimate before, after;
  Estimate difference;        // after minus before
  double p_value = std::nan("");
};
template <class V>
void Describe(V& v, ChangePoint& c) {
  v("start", c.start, "first period of the new level");
  v("before", c.before, "level before");
  v("after", c.after, "level after");
  v("difference", c.difference, "level after minus level before");
  v("p_value", c.p_value, "how often a series without change shows this much");
}
inline const char* DescribedName(const ChangePoint*) { return "ChangePoint"; }

struct OutcomeOverTime {
  std::string period;          // "day", "week", "month", "year"
  std::vector<PeriodPoint> points;
  std::vector<ChangePoint> changes;
  std::string seasonality;     // a sentence: "repeats every 7 days (p = 0.001)", or why none is claimed
  double season_p_value = std::nan("");
  std::string season_p_value_reason;  // why it is null; "" otherwise
  std::string outside;         // rows left out because their time lies far from the others; "" = none
  std::vector<std::string> season_labels;
  std::vector<Estimate> season_means;
  std::string method;
  std::string reason;          // why there is no series, "" when there is one
};
template <class V>
void Describe(V& v, OutcomeOverTime& o) {
  v("period", o.period, "length of a period");
  v("points", o.points, "the series");
  v("changes", o.changes, "level shifts");
  v("seasonality", o.seasonality, "what repeats, in a sentence");
  v("season_p_value", o.season_p_value, "p value of the seasonality test; null with a reason");
  v("season_p_value_reason", o.season_p_value_reason, "why season_p_value is null; empty otherwise");
  v("outside", o.outside, "rows left out because their time lies far from all others, in a sentence; empty = none");
  v("season_labels", o.season_labels, "positions in the season");
  v("season_means", o.season_means, "mean outcome at each position");
  v("method", o.method, "how changes were tested");
  v("reason", o.reason, "why there is no series");
}
inline const char* DescribedName(const OutcomeOverTime*) { return "OutcomeOverTime"; }

// The outcome by a part of the calendar.
struct Season {
  std::string name;                 // "weekday", "month", "hour"
  std::vector<std::string> labels;
  std::vector<Estimate> means;      // mean outcome at each, by unit
  std::vector<std::int64_t> rows;
  std::string lowest, highest;      // labels among the positions compared; "" where no difference is shown or fewer than two can be
  std::int64_t compared = 0;        // positions with an interval and at least a quarter of an even share of the rows
  double p_value = std::nan("");    // no difference between positions
  double q_value = std::nan("");    // over the seasons looked at
  std::string reason;               // why p and q are null; "" otherwise
  std::string method;               // which test, or why none
  std::string answer;               // a sentence
};
template <class V>
void Describe(V& v, Season& s) {
  v("name", s.name, "weekday, month or hour");
  v("labels", s.labels, "positions in the season");
  v("means", s.means, "mean outcome at each position, with its interval by unit");
  v("rows", s.rows, "rows at each position");
  v("lowest", s.lowest, "position with the lowest mean among those compared; empty where no difference is shown or fewer than two are compared");
  v("highest", s.highest, "position with the highest mean among those compared");
  v("compared", s.compared, "positions with an interval and at least a quarter of an even share of the rows");
  v("p_value", s.p_value, "test of no season");
  v("q_value", s.q_value, "false discovery rate over the seasons looked at");
  v("reason", s.reason, "why p_value and q_value are null; empty otherwise");
  v("method", s.method, "which test, or why there is none");
  v("answer", s.answer, "the finding in a sentence");
}
inline const char* DescribedName(const Season*) { return "Season"; }

// How long after the decision the outcome was known.
struct LabelDelay {
  std::string column;               // the time at which it was known, "" when no column says so
  std::int64_t rows = 0;            // rows with both times
  Estimate median_hours;
  Estimate ninetieth_hours;         // 90 % are known by then
  Estimate within_wait;             // share known within the wait
  std::string answer;               // a sentence, also when no column allows it
};
template <class V>
void Describe(V& v, LabelDelay& d) {
  v("column", d.column, "column that says when the outcome was known; empty when none does");
  v("rows", d.rows, "rows with both times");
  v("median_hours", d.median_hours, "hours from the decision to the outcome, middle row");
  v("ninetieth_hours", d.ninetieth_hours, "hours within which 90 % are known");
  v("within_wait", d.within_wait, "share known within the wait of the problem");
  v("answer", d.answer, "the finding in a sentence");
}
inline const char* DescribedName(const LabelDelay*) { return "LabelDelay"; }

struct Association {
  std::string feature;
  std::string measure;     // "eta_squared": share of the outcome's variance between the feature's values or bins
  Estimate strength;
  double p_value = std::nan("");
  double q_value = std::nan("");
  std::string reason;      // why p and q are null; "" otherwise
  std::vector<std::string> level_labels;  // values or bins, for the plot
  std::vector<Estimate> level_means;
  std::vector<std::int64_t> level_rows;
  std::string note;
};
template <class V>
void Describe(V& v, Association& a) {
  v("feature", a.feature, "column");
  v("measure", a.measure, "name of the effect size");
  v("strength", a.strength, "effect size with its interval by unit");
  v("p_value", a.p_value, "test of no association, by unit");
  v("q_value", a.q_value, "false discovery rate over all features looked at");
  v("reason", a.reason, "why p_value and q_value are null; empty otherwise");
  v("level_labels", a.level_labels, "values or bins of the feature");
  v("level_means", a.level_means, "mean outcome at each");
  v("level_rows", a.level_rows, "rows at each");
  v("note", a.note, "what to know when reading it");
}
inline const char* DescribedName(const Association*) { return "Association"; }

struct HypothesisResult {
  std::string name;
  std::string claim;
  std::string segment, metric, direction;
  Verdict verdict = Verdict::kInconclusive;
  Estimate effect;       // metric inside the segment minus outside
  Estimate inside, outside;
  std::int64_t rows_inside = 0;
  double p_value = std::nan("");
  double q_value = std::nan("");
  std::string reason;    // why p and q are null; "" otherwise
  std::string answer;    // a sentence; "no data yet: ..." where it cannot be tested
};
template <class V>
void Describe(V& v, HypothesisResult& h) {
  v("name", h.name, "short name");
  v("claim", h.claim, "what people believe");
  v("segment", h.segment, "EXPR of the rows it speaks of");
  v("metric", h.metric, "EXPR that is compared");
  v("direction", h.direction, "higher, lower or different");
  v("verdict", h.verdict, "what the data say");
  v("effect", h.effect, "metric inside the segment minus outside, with its interval by unit");
  v("inside", h.inside, "metric inside");
  v("outside", h.outside, "metric outside");
  v("rows_inside", h.rows_inside, "rows inside");
  v("p_value", h.p_value, "test of no difference, by unit");
  v("q_value", h.q_value, "false discovery rate over all hypotheses");
  v("reason", h.reason, "why p_value and q_value are null; empty otherwise");
  v("answer", h.answer, "in a sentence");
}
inline const char* DescribedName(const HypothesisResult*) { return "HypothesisResult"; }

struct UnderstandReport {
  ReportHeader header;
  std::string outcome;
  std::string share_of;          // what outcome_mean and all means are the share of: "true", a class; "" = means of a number
  std::string summary;           // what happens, in two or three sentences
  Estimate outcome_mean;
  std::string unit_of_dependence;  // what intervals are clustered by, in words
  std::vector<ColumnProfile> columns;
  std::vector<Alert> alerts;
  OutcomeOverTime over_time;
  std::vector<Season> seasons;
  LabelDelay label_delay;
  std::vector<Association> associations;
  std::optional<SlicesReport> carriers;
  std::vector<HypothesisResult> hypotheses;
  std::vector<OpenQuestion> open_questions;
  Timing timing;
};
template <class V>
void Describe(V& v, UnderstandReport& r) {
  DescribeHeader(v, r.header);
  v("outcome", r.outcome, "the outcome EXPR");
  v("share_of", r.share_of, "what every mean of the outcome is the share of: true, or the name of a class; empty: means of a number");
  v("summary", r.summary, "what happens, in sentences");
  v("outcome_mean", r.outcome_mean, "mean outcome over all rows");
  v("unit_of_dependence", r.unit_of_dependence, "what the intervals are clustered by");
  v("columns", r.columns, "every column of the data");
  v("alerts", r.alerts, "what a person should know about the data");
  v("over_time", r.over_time, "the outcome over time");
  v("seasons", r.seasons, "the outcome by weekday, month and hour");
  v("label_delay", r.label_delay, "how long after the decision the outcome was known");
  v("associations", r.associations, "what goes with the outcome, strongest first");
  v("carriers", r.carriers, "which segments carry the phenomenon: slices by the outcome in the place of a loss (of a number: how far it lies above its mean)");
  v("hypotheses", r.hypotheses, "the charter's hypotheses, tested");
  v("open_questions", r.open_questions, "what only people can answer");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const UnderstandReport*) { return "UnderstandReport"; }

}  // namespace assay::evidence
