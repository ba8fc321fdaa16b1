// A policy applied to a file: every item's scores, their blend, its rank in its list.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "evidence/reports/frontier.h"

namespace assay::evidence {

struct PolicyScoreObjective {
  std::string name, rung;
  double weight = 0;
  Figure mean;
};
template <class V>
void Describe(V& v, PolicyScoreObjective& o) {
  v("name", o.name, "name of the objective");
  v("rung", o.rung, "rung whose scores are blended");
  v("weight", o.weight, "its weight, all weights adding up to 1");
  v("mean", o.mean, "mean score on these rows");
}
inline const char* DescribedName(const PolicyScoreObjective*) { return "PolicyScoreObjective"; }

struct PolicyScoreReport {
  ReportHeader header;
  std::string policy;
  std::int64_t version = 1;
  std::int64_t rows = 0, ranked = 0, shown = 0, queries = 0;
  std::int64_t k = 10;
  double threshold = std::numeric_limits<double>::quiet_NaN();
  std::string threshold_reason;
  std::vector<PolicyScoreObjective> objectives;
  std::map<std::string, GuardrailValue> guardrails;
  std::vector<std::string> output_columns;
  std::string out;
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, PolicyScoreReport& r) {
  DescribeHeader(v, r.header);
  v("policy", r.policy, "file of the policy");
  v("version", r.version, "its version");
  v("rows", r.rows, "rows of the file");
  v("ranked", r.ranked, "rows that were ranked");
  v("shown", r.shown, "rows among the first k of their list, or that reach the threshold");
  v("queries", r.queries, "lists");
  v("k", r.k, "ranks that are shown; 0 where single rows are decided");
  v("threshold", r.threshold, "of single rows, what the blend must reach; null with a reason");
  v("threshold_reason", r.threshold_reason, "why threshold is null; empty otherwise");
  v("objectives", r.objectives, "what was blended");
  v("guardrails", r.guardrails, "each guardrail on these lists, with an interval over lists; of single rows over those that reach the threshold");
  v("output_columns", r.output_columns, "columns of the file written");
  v("out", r.out, "the file written; empty when none was asked for");
  v("notes", r.notes, "what to know when reading it");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const PolicyScoreReport*) { return "PolicyScoreReport"; }

}  // namespace assay::evidence
