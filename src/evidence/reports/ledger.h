// What the ledger holds and how it is shown: conclusions, lists, differences.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

// One conclusion of one analysis: the body of a ledger record of kind "evidence" (its time stands on the record).
struct Evidence {
  std::string report;            // understand, feasibility, train, value, run
  std::string objective;         // "" where it speaks of the whole project
  std::string item;              // which question of that report: "pattern", a hypothesis, a step
  std::string question;
  Verdict verdict = Verdict::kInconclusive;
  std::string answer;            // one sentence
  std::vector<Figure> figures;   // with intervals
  std::string method;
  std::string data_fingerprint;
  std::uint64_t seed = 42;
  std::string assay_version = kAssayVersion;
  std::string command;           // that repeats it
};
template <class V>
void Describe(V& v, Evidence& e) {
  v("report", e.report, "the analysis it comes from");
  v("objective", e.objective, "the objective; empty for the whole project");
  v("item", e.item, "which question of that analysis");
  v("question", e.question, "the question as people ask it");
  v("verdict", e.verdict, "supported, refuted, inconclusive or needs_person");
  v("answer", e.answer, "the answer in a sentence");
  v("figures", e.figures, "the numbers behind it, with intervals");
  v("method", e.method, "what decided, at what level");
  v("data_fingerprint", e.data_fingerprint, "SHA-256 of the data");
  v("seed", e.seed, "seed of every random stream");
  v("assay_version", e.assay_version, "version of Assay that concluded it");
  v("command", e.command, "the command that repeats it");
}
inline const char* DescribedName(const Evidence*) { return "Evidence"; }

struct LedgerLine {
  std::int64_t number = 0;
  std::string time;
  std::string kind;
  std::string summary;
  std::string hash;
};
template <class V>
void Describe(V& v, LedgerLine& l) {
  v("number", l.number, "1, 2, 3, ...");
  v("time", l.time, "when it was appended, UTC");
  v("kind", l.kind, "evidence, a report, run, holdout_opened, notice");
  v("summary", l.summary, "the record in a line");
  v("hash", l.hash, "SHA-256 over number, kind, body and the hash before");
}
inline const char* DescribedName(const LedgerLine*) { return "LedgerLine"; }

// header.data: the ledger file; its rows are records, its fingerprint is the head.
struct LedgerReport {
  ReportHeader header;
  std::string head;
  std::string seal;
  std::string notice;
  std::string noted_head;         // --head, "" when not given
  bool whole = true;              // always true in a report: a broken ledger is an error
  std::vector<LedgerLine> records;
};
template <class V>
void Describe(V& v, LedgerReport& r) {
  DescribeHeader(v, r.header);
  v("head", r.head, "hash of the last record");
  v("seal", r.seal, "the same with the times bound in");
  v("notice", r.notice, "what is half-written; empty when nothing");
  v("noted_head", r.noted_head, "the head it was compared with; empty when none was given");
  v("whole", r.whole, "the chain is unbroken");
  v("records", r.records, "the records in order; empty for verify");
}
inline const char* DescribedName(const LedgerReport*) { return "LedgerReport"; }

struct LedgerChange {
  std::string path;           // "feasibility late.verdict"
  std::string before, after;  // JSON text, "" where absent
};
template <class V>
void Describe(V& v, LedgerChange& c) {
  v("path", c.path, "where the two differ");
  v("before", c.before, "JSON text in the first; empty where absent");
  v("after", c.after, "JSON text in the second; empty where absent");
}
inline const char* DescribedName(const LedgerChange*) { return "LedgerChange"; }

struct LedgerDiffReport {
  ReportHeader header;
  std::int64_t before = 0, after = 0;  // numbers of the records
  std::vector<LedgerChange> differences;
};
template <class V>
void Describe(V& v, LedgerDiffReport& r) {
  DescribeHeader(v, r.header);
  v("before", r.before, "number of the first record");
  v("after", r.after, "number of the second record");
  v("differences", r.differences, "where their bodies differ, timing aside");
}
inline const char* DescribedName(const LedgerDiffReport*) { return "LedgerDiffReport"; }

}  // namespace assay::evidence
