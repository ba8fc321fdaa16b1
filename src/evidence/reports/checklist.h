// Two public checklists, executed: the 28 tests of the ML Test Score (Breck et al. 2017, doi:10.1109/BigData.2017.8258038) and
// the 21 items of Deon's ethics checklist. What can be run on the project is run; the rest says what is missing or whom to ask.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/reports/common.h"
#include "evidence/reports/feasibility.h"

namespace assay::evidence {

enum class ChecklistState { kDecided, kNotYet, kNeedsPerson };
inline std::vector<const char*> EnumNames(ChecklistState) { return {"decided", "not_yet", "needs_person"}; }

struct ChecklistItem {
  std::string list;     // "ml_test_score" or "deon"
  std::string id;       // "D1", "A.3": as the list numbers it
  std::string section;  // data, model, infrastructure, monitoring; collection, storage, analysis, modeling, deployment
  std::string claim;    // what holds when the item is supported
  ChecklistState state = ChecklistState::kNotYet;
  std::optional<Verdict> verdict;  // decided items only
  std::string answer;   // a sentence with the figures; of an open item: which capability is missing, or the question for people
  std::string method;   // how it was decided, "" for open items
  std::vector<Figure> figures;
  std::vector<Finding> findings;
};
template <class V>
void Describe(V& v, ChecklistItem& i) {
  v("list", i.list, "ml_test_score or deon");
  v("id", i.id, "number of the item in its list");
  v("section", i.section, "section of the list");
  v("claim", i.claim, "what holds when the item is supported");
  v("state", i.state, "decided, not_yet or needs_person");
  v("verdict", i.verdict, "supported, refuted or inconclusive; null unless decided");
  v("answer", i.answer, "the answer in a sentence; for open items what is missing, or the question");
  v("method", i.method, "how it was decided");
  v("figures", i.figures, "the figures behind it");
  v("findings", i.findings, "columns or groups found");
}
inline const char* DescribedName(const ChecklistItem*) { return "ChecklistItem"; }

struct ChecklistSection {
  std::string list, section;
  std::int64_t items = 0, supported = 0, refuted = 0, inconclusive = 0, not_yet = 0, needs_person = 0;
};
template <class V>
void Describe(V& v, ChecklistSection& s) {
  v("list", s.list, "ml_test_score or deon");
  v("section", s.section, "section of the list");
  v("items", s.items, "items of the section");
  v("supported", s.supported, "decided, and it holds");
  v("refuted", s.refuted, "decided, and it does not hold");
  v("inconclusive", s.inconclusive, "decided as far as the data go: open");
  v("not_yet", s.not_yet, "a capability is missing");
  v("needs_person", s.needs_person, "only people can answer");
}
inline const char* DescribedName(const ChecklistSection*) { return "ChecklistSection"; }

struct ChecklistReport {
  ReportHeader header;
  std::string name;        // of the project
  std::string objective;   // the objective that was looked at
  std::vector<ChecklistItem> items;
  std::vector<ChecklistSection> sections;
  double ml_test_score = 0;  // the smallest of the four sections, 1 per item that an executed test supports
  std::string score_text;
  std::vector<std::string> notes;
  Timing timing;
};
template <class V>
void Describe(V& v, ChecklistReport& r) {
  DescribeHeader(v, r.header);
  v("name", r.name, "the project");
  v("objective", r.objective, "the objective that was looked at");
  v("items", r.items, "28 items of the ML Test Score, then 21 of Deon");
  v("sections", r.sections, "counts per section");
  v("ml_test_score", r.ml_test_score, "smallest of the four sections; 1 per item that an executed test supports");
  v("score_text", r.score_text, "what the score means");
  v("notes", r.notes, "samples taken, what was reused");
  v("timing", r.timing, "the only part that differs from run to run");
}
inline const char* DescribedName(const ChecklistReport*) { return "ChecklistReport"; }

}  // namespace assay::evidence
