// What to analyse: the one form into which flags and charters are brought.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace assay::lifecycle {

// A column made from others before anything else happens ("year" = "year(Release_Date)").
struct DerivedColumn {
  std::string name;
  std::string expression;
};

// Rows that cannot be used, and why: left out and counted under that reason ("release year after 2011").
struct Exclusion {
  std::string reason;
  std::string rows;  // EXPR: true where a row is left out
};

// What another objective of the same project predicts.
struct OtherOutcome {
  std::string objective;
  std::string outcome;  // EXPR
};

// EXPRs are texts as people wrote them; "" means not given.
struct Problem {
  std::string source;     // path or glob
  std::string outcome;    // EXPR; boolean or two values: binary; text: multiclass; number: regression
  std::string task;       // "binary", "multiclass", "regression", "ranking", or "" to infer (ranking when a query is given)
  std::string metric;     // key of learn::Metric, "" = skill
  std::string time;       // EXPR of type time: when the decision is taken
  std::string unit;       // EXPR: rows of one unit depend on each other
  std::string query;      // EXPR: the list within which items are ranked
  std::string where;      // EXPR: rows to keep
  std::optional<base::Micros> wait;  // how long after the decision the outcome is known
  std::vector<DerivedColumn> derived;
  std::vector<Exclusion> exclusions;  // after derived columns; a row counts under the first that names it
  std::vector<std::string> features;  // columns; empty: all but the excluded ones
  std::vector<std::string> exclude;   // columns never used as features; '*' stands for any text
  std::vector<std::string> known_after;  // columns that a charter says are known only after the decision
  std::vector<std::string> vouched;      // columns that a charter says are known before the decision and may be used, however much they tell
  std::vector<OtherOutcome> other_outcomes;  // the columns that they name are never features; one that is no EXPR names none
  bool calendar_day_only = false;     // the time column's time of day is not known at the decision: only calendar features
  double target = std::numeric_limits<double>::quiet_NaN();
  double least_gain = std::numeric_limits<double>::quiet_NaN();  // of the metric, as an improvement; NaN: learn::DefaultLeastGain
  std::int64_t sample_rows = 0;       // 0: all
  std::int64_t least_query_rows = 2;  // queries with fewer rows are left out (ranking)
};

}  // namespace assay::lifecycle
