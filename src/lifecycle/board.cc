#include "lifecycle/board.h"

#include "base/text.h"
#include "charter/fields.h"

namespace assay::lifecycle {

namespace {

using charter::Due;
using charter::Field;
using evidence::BoardQuestion;

bool HasDigit(const std::string& text) { return text.find_first_of("0123456789") != std::string::npos; }

// "" when the answer holds what is due.
std::string VagueReason(const Field& field, const std::string& text) {
  switch (field.due) {
    case Due::kNothing: return "";
    case Due::kNumber: return HasDigit(text) ? "" : "vague: it names no number or date";
    case Due::kNumberAndUnit: return HasDigit(text) && text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$") != std::string::npos ? "" : "vague: it needs a number and a unit";
    case Due::kSentence: return text.size() >= 20 && text.find(' ') != std::string::npos ? "" : "vague: say it in a sentence";
  }
  return "";
}

BoardQuestion FromField(const Field& field, const charter::Charter& charter) {
  const std::string section = field.section;
  BoardQuestion question{field.stage, field.question, "", "person", "empty", section + "." + field.key, ""};
  const charter::Record& record = charter.section(section);
  if (!record.has(field.key)) return question;
  question.source = "charter";
  question.answer = field.kind == charter::FieldKind::kList ? base::Join(record.list(field.key), "; ") : record.text(field.key);
  question.note = VagueReason(field, question.answer);
  question.status = question.note.empty() ? "answered" : "vague";
  return question;
}

// One question for a whole list of tables, its names as the answer.
BoardQuestion FromList(const std::string& stage, const std::string& text, const std::string& section, const charter::Charter& charter) {
  BoardQuestion question{stage, text, "", "person", "empty", section, ""};
  std::vector<std::string> names;
  for (const charter::Record& record : charter.list(section)) names.push_back(record.text("name"));
  if (names.empty()) return question;
  question.answer = base::Join(names, "; ");
  question.source = "charter";
  question.status = "answered";
  return question;
}

void AddEvidence(const evidence::ProjectReport& report, std::vector<BoardQuestion>* board) {
  if (report.understand) {
    board->push_back({"understand", "What do the data say that happens?", report.understand->summary, "evidence", "supported", "understand.summary", ""});
    for (const evidence::HypothesisResult& h : report.understand->hypotheses) {
      board->push_back({"understand", h.claim.empty() ? h.name : h.claim, h.answer, "evidence", evidence::EnumNames(h.verdict)[static_cast<std::size_t>(h.verdict)], "understand.hypotheses", ""});
    }
  }
  for (const evidence::FeasibilityReport& f : report.feasibility) {
    board->push_back({"design", "Is machine learning right for '" + f.objective + "'?", f.reason, "evidence", evidence::EnumNames(f.verdict)[static_cast<std::size_t>(f.verdict)], "feasibility.verdict", ""});
  }
  for (const evidence::TrainReport& t : report.train) {
    board->push_back({"design", "Better than what, for '" + t.objective + "'?", t.reason, "evidence", t.recommended.empty() ? "refuted" : t.gate == "unclear" ? "inconclusive" : "supported", "train.recommended", ""});
  }
  for (const char* later : {"Where is it wrong, and for whom?", "Is it better for users? (A/B test)", "How is it doing now?"}) board->push_back({"deploy", later, "", "later", "later", "", ""});
}

}  // namespace

std::vector<BoardQuestion> MakeBoard(const charter::Charter& charter, const evidence::ProjectReport& report) {
  std::vector<BoardQuestion> board;
  for (const Field& field : charter::Fields()) {
    const std::string section = field.section;
    const bool technical = section == "data" || section == "project";
    if (!field.asked || charter::IsListSection(section) || (technical && std::string(field.key) != "why")) continue;
    board.push_back(FromField(field, charter));
  }
  board.push_back(FromList("understand", "Which hypotheses do people have?", "phenomenon.hypotheses", charter));
  board.push_back(FromList("define", "Which options are there?", "problem.options", charter));
  board.push_back(FromList("define", "Which steps lead there?", "problem.steps", charter));
  board.push_back(FromList("design", "Which objectives?", "objectives", charter));
  board.push_back(FromList("design", "What must not get worse?", "guardrails", charter));
  board.push_back(FromList("business", "Where is value made, step by step?", "business.steps", charter));
  AddEvidence(report, &board);
  return board;
}

std::string Headline(const evidence::ProjectReport& report) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < report.feasibility.size(); ++i) {
    const evidence::FeasibilityReport& f = report.feasibility[i];
    static constexpr const char* kWords[] = {"stop", "a person must answer first", "collect more before deciding", "use a rule", "go"};
    std::string part = (report.feasibility.size() > 1 ? f.objective + ": " : "Verdict: ") + kWords[static_cast<std::size_t>(f.verdict)] + ".";
    if (!f.leaky_columns.empty()) part += " " + base::Join(f.leaky_columns, ", ") + " leaks: with it the gain would seem to be " + base::ReadableNumber(f.gain_with_leaks.value, 2) + " of skill, honestly it is " + base::ReadableNumber(f.gain.value, 2) + ".";
    parts.push_back(part);
  }
  for (const evidence::TrainReport& t : report.train) parts.push_back(t.recommended.empty() ? "No rung holds on the latest data." : "Recommended rung" + (report.train.size() > 1 ? " for " + t.objective : std::string()) + ": " + t.recommended + ".");
  return parts.empty() ? "Nothing has been run yet." : base::Join(parts, " ");
}

}  // namespace assay::lifecycle
