// What `assay check` found: every field of the charter judged, each finding with its place, and what only people can answer.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/common.h"

namespace assay::evidence {

// In rising order of concern.
enum class FieldStatus { kAnswered, kEmpty, kVague, kContradicted };
inline std::vector<const char*> EnumNames(FieldStatus) { return {"answered", "empty", "vague", "contradicted"}; }

// One field of the charter, or a whole list of tables (key without a field: "problem.options").
struct FieldJudgement {
  std::string key;       // "problem.wait", "data.columns[distance].known"
  std::string stage;     // understand, define, design, deploy, business
  std::string question;
  std::string answer;    // "" while empty; a list's names
  FieldStatus status = FieldStatus::kEmpty;
  std::int64_t line = 0; // of the answer; 0 while empty
  std::string note;      // the first finding about it, or what the data confirm
};
template <class V>
void Describe(V& v, FieldJudgement& f) {
  v("key", f.key, "section and key; an entry of a list by its name");
  v("stage", f.stage, "stage of the life cycle");
  v("question", f.question, "the question");
  v("answer", f.answer, "as the charter has it; empty while open");
  v("status", f.status, "answered, empty, vague or contradicted");
  v("line", f.line, "line of the answer; 0 while empty");
  v("note", f.note, "what is wrong with it, or what the data confirm");
}
inline const char* DescribedName(const FieldJudgement*) { return "FieldJudgement"; }

struct CheckFinding {
  std::string kind;      // machine name: column_missing, known_too_late, wait_too_short, ... (docs/charter.md lists them)
  FieldStatus status = FieldStatus::kVague;
  std::string key;
  std::string file;
  std::int64_t line = 0, column = 0;  // 1-based; 0 where the charter has no such place
  std::string message;   // what is wrong
  std::string evidence;  // what the data say; "" where it is decided without data
  std::string advice;    // what to do
};
template <class V>
void Describe(V& v, CheckFinding& f) {
  v("kind", f.kind, "machine name of the kind of finding");
  v("status", f.status, "vague or contradicted");
  v("key", f.key, "the key it is about");
  v("file", f.file, "the charter");
  v("line", f.line, "line, from 1; 0 where there is none");
  v("column", f.column, "column, from 1; 0 where there is none");
  v("message", f.message, "what is wrong");
  v("evidence", f.evidence, "what the data say");
  v("advice", f.advice, "what to do");
}
inline const char* DescribedName(const CheckFinding*) { return "CheckFinding"; }

// The problem as a tree, in the order in which it is printed.
struct CheckedPart {
  std::string name, of, what;
  std::int64_t level = 0;  // 0 = top
  Estimate share;          // of the rows, where the part says which
};
template <class V>
void Describe(V& v, CheckedPart& p) {
  v("name", p.name, "the part");
  v("of", p.of, "the part above");
  v("what", p.what, "what it is");
  v("level", p.level, "depth in the tree, 0 = top");
  v("share", p.share, "share of the rows that belong to it");
}
inline const char* DescribedName(const CheckedPart*) { return "CheckedPart"; }

// Whether the planned A/B test can see the smallest effect worth having. Follows from the charter's figures alone.
struct ProofPower {
  std::string metric_kind;              // "share", "mean", or "" where the charter says too little
  double level = 0.05, wanted_power = 0.8;
  double units_available = std::nan("");  // per variant
  double units_needed = std::nan("");     // per variant
  double days_needed = std::nan("");
  double power = std::nan("");            // of the test as planned
  double visible_effect = std::nan("");   // smallest effect seen with the wanted power
  std::string method;
  std::string reason;                   // why a figure is null, or why none has an interval
};
template <class V>
void Describe(V& v, ProofPower& p) {
  v("metric_kind", p.metric_kind, "share, mean, or empty where the charter says too little");
  v("level", p.level, "level of the two-sided test");
  v("wanted_power", p.wanted_power, "wanted chance to see the effect when it is there");
  v("units_available", p.units_available, "units per variant in the days of the charter");
  v("units_needed", p.units_needed, "units per variant for the smallest effect");
  v("days_needed", p.days_needed, "days until both variants have them");
  v("power", p.power, "power of the test as planned");
  v("visible_effect", p.visible_effect, "smallest effect seen with the wanted power");
  v("method", p.method, "formula");
  v("reason", p.reason, "why a figure is missing, or why none has an interval");
}
inline const char* DescribedName(const ProofPower*) { return "ProofPower"; }

struct CheckReport {
  ReportHeader header;
  std::string charter;   // path
  std::string summary;
  std::int64_t answered = 0, empty = 0, vague = 0, contradicted = 0;  // fields
  std::vector<FieldJudgement> fields;
  std::vector<CheckFinding> findings;      // contradicted first, then vague; within each in the order of the file
  std::vector<OpenQuestion> open_questions;
  std::vector<CheckedPart> parts;
  Estimate rows_per_day;
  ProofPower proof;
  Timing timing;
};
template <class V>
void Describe(V& v, CheckReport& r) {
  DescribeHeader(v, r.header);
  v("charter", r.charter, "the file that was checked");
  v("summary", r.summary, "the judgement in a sentence");
  v("answered", r.answered, "fields with an answer that holds");
  v("empty", r.empty, "fields that nobody has answered");
  v("vague", r.vague, "fields whose answer lacks what is due");
  v("contradicted", r.contradicted, "fields that the data or other fields contradict");
  v("fields", r.fields, "every field, judged");
  v("findings", r.findings, "what is wrong, where, and what to do");
  v("open_questions", r.open_questions, "what only people can answer");
  v("parts", r.parts, "the problem as a tree");
  v("rows_per_day", r.rows_per_day, "rows per day in the data, days as units");
  v("proof", r.proof, "whether the planned A/B test has power");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const CheckReport*) { return "CheckReport"; }

}  // namespace assay::evidence
