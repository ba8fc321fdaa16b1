// What `assay init` proposed and wrote.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

struct ProposedColumn {
  std::string name, type;
  std::string known;     // before, after
  bool sensitive = false;
  bool feature = false;  // whether a model may use it (or its calendar parts)
  std::string reason;    // why it is said to be known then, and to need care
};
template <class V>
void Describe(V& v, ProposedColumn& c) {
  v("name", c.name, "column");
  v("type", c.type, "boolean, number, category or time");
  v("known", c.known, "before or after the decision");
  v("sensitive", c.sensitive, "looks as if it said something about people that needs care");
  v("feature", c.feature, "whether a model may use it, or its calendar parts");
  v("reason", c.reason, "why");
}
inline const char* DescribedName(const ProposedColumn*) { return "ProposedColumn"; }

struct InitReport {
  ReportHeader header;
  std::string charter;   // the file written
  std::string backup;    // where the former one is kept; "" when there was none
  std::string outcome, task, metric, time, unit, query, wait;
  bool time_of_day_known = true;
  std::string split;     // in words
  std::vector<ProposedColumn> columns;
  std::string check;     // what `assay check` says about the new charter
  std::int64_t contradicted = 0;
  std::vector<OpenQuestion> open_questions;
  Timing timing;
};
template <class V>
void Describe(V& v, InitReport& r) {
  DescribeHeader(v, r.header);
  v("charter", r.charter, "the file written");
  v("backup", r.backup, "where the former charter is kept; empty when there was none");
  v("outcome", r.outcome, "the outcome EXPR");
  v("task", r.task, "proposed task");
  v("metric", r.metric, "proposed metric");
  v("time", r.time, "EXPR of the decision's time; empty when there is none");
  v("unit", r.unit, "EXPR of the unit; empty when rows are independent");
  v("query", r.query, "EXPR of the query; empty when nothing is ranked");
  v("wait", r.wait, "how long the outcome takes; empty while open");
  v("time_of_day_known", r.time_of_day_known, "whether the time of day of the decision's time may be used");
  v("split", r.split, "which rows will judge, in words");
  v("columns", r.columns, "every column with its proposed availability");
  v("check", r.check, "what assay check says about the new charter");
  v("contradicted", r.contradicted, "statements of it that the data contradict");
  v("open_questions", r.open_questions, "what only people can answer");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const InitReport*) { return "InitReport"; }

}  // namespace assay::evidence
