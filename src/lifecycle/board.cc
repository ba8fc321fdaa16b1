#include "lifecycle/board.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "charter/fields.h"
#include "lifecycle/estimates.h"

namespace assay::lifecycle {

namespace {

using evidence::BoardQuestion;
using evidence::CheckReport;
using evidence::FieldJudgement;

// What the check says about a field, or about a whole list, in the board's words.
BoardQuestion FromJudgement(const FieldJudgement& field) {
  BoardQuestion board{field.stage, field.question, field.answer, "charter", "", field.key, field.note};
  board.status = evidence::EnumNames(field.status)[static_cast<std::size_t>(field.status)];
  if (field.status == evidence::FieldStatus::kEmpty) board.source = "person";
  return board;
}

const FieldJudgement* FindJudgement(const CheckReport& check, const std::string& key) {
  for (const FieldJudgement& field : check.fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

// One question for a whole list of tables, its names as the answer; as bad as its worst field.
void AddList(const char* section, const CheckReport& check, std::vector<BoardQuestion>* board) {
  const FieldJudgement* list = FindJudgement(check, section);
  if (list != nullptr) board->push_back(FromJudgement(*list));
}

// The objectives with the weights that people gave them: "quality (weight 0.6), engagement (weight 0.4)".
void AddObjectives(const CheckReport& check, std::vector<BoardQuestion>* board) {
  AddList("objectives", check, board);
  if (FindJudgement(check, "objectives") == nullptr) return;
  std::vector<std::string> weighted;
  bool any = false;
  for (const FieldJudgement& name : check.fields) {
    if (!name.key.starts_with("objectives[") || !name.key.ends_with("].name")) continue;
    const FieldJudgement* weight = FindJudgement(check, name.key.substr(0, name.key.size() - 4) + "weight");
    const bool given = weight != nullptr && !weight->answer.empty();
    any = any || given;
    weighted.push_back(name.answer + (given ? " (weight " + weight->answer + ")" : ""));
  }
  if (any) board->back().answer = base::Join(weighted, ", ");
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

// "0.034", with as many decimals as its interval supports.
std::string Value(const evidence::Estimate& e) { return std::isfinite(e.low) && std::isfinite(e.high) ? base::ReadableInterval(e.value, e.low, e.high).value : base::ReadableNumber(e.value, 2); }

std::string MoneyADay(const evidence::Estimate& e, const std::string& currency) {
  const bool interval = std::isfinite(e.low) && std::isfinite(e.high);
  const base::ReadableEnds ends = interval ? base::ReadableInterval(e.value, e.low, e.high) : base::ReadableEnds{base::ReadableNumber(e.value, 3), "", ""};
  return ends.value + (currency.empty() ? "" : " " + currency) + " a day" + (interval && ends.low != ends.high ? " (" + ends.low + " to " + ends.high + (e.level == 0.95 ? "" : " at " + LevelInWords(e.level)) + ")" : "");
}

// What deciding by the recommended rung is worth; "" where the charter states no money.
std::string Worth(const evidence::ProjectReport& report, const evidence::TrainReport& train) {
  const auto value = std::find_if(report.value.begin(), report.value.end(), [&](const auto& v) { return v.objective == train.objective; });
  if (value == report.value.end() || !value->reason.empty()) return "";
  const auto find = [&](const std::string& name) { return std::find_if(value->rungs.begin(), value->rungs.end(), [&](const auto& r) { return r.name == name; }); };
  const auto own = find(train.recommended), best = find(value->best);
  if (own == value->rungs.end()) return "";
  if (own->share_acted > 0 && !std::isfinite(own->against_nothing.value)) return "";
  const char* always = own->share_acted < 1 ? "" : "always acts, as one may without it, which ";
  std::string text = own->share_acted > 0 ? std::string(" At the stated values it ") + always + "is worth " + MoneyADay(own->against_nothing, value->currency) + " more than doing nothing" : " But at the stated values it never acts, so using it is doing nothing";
  if (best != value->rungs.end() && best != own && best->kind != "nothing" && value->best_against_nothing.value > std::fmax(own->against_nothing.value, own->against_nothing.high)) text += "; the most money on the holdout is brought by '" + best->name + "', " + MoneyADay(value->best_against_nothing, value->currency) + " more than doing nothing";
  return text + ".";
}

}  // namespace

std::vector<BoardQuestion> MakeBoard(const CheckReport& check, const evidence::ProjectReport& report) {
  std::vector<BoardQuestion> board;
  for (const FieldJudgement& field : check.fields) {
    if (field.key.find('[') != std::string::npos || charter::IsListSection(field.key)) continue;
    // What the data are and what the project is called is no question of the life cycle, unless it is wrong.
    const bool technical = field.key.starts_with("data.") || (field.key.starts_with("project.") && field.key != "project.why");
    if (technical && field.status != evidence::FieldStatus::kContradicted) continue;
    board.push_back(FromJudgement(field));
  }
  AddList("phenomenon.hypotheses", check, &board);
  AddList("problem.parts", check, &board);
  AddList("problem.options", check, &board);
  AddList("problem.steps", check, &board);
  AddList("data.columns", check, &board);
  AddObjectives(check, &board);
  AddList("guardrails", check, &board);
  AddList("baselines.rules", check, &board);
  AddList("business.steps", check, &board);
  AddEvidence(report, &board);
  return board;
}

std::string Headline(const evidence::ProjectReport& report) {
  std::vector<std::string> parts;
  for (const evidence::RunStep& step : report.progress) {
    if (step.state == "interrupted") parts.push_back("Interrupted during '" + step.name + "'; what was done before stands here, and the same command goes on from there.");
    else if (step.state == "failed" && parts.empty()) parts.push_back("Not finished: '" + step.name + "' failed (" + step.detail + ").");
  }
  for (std::size_t i = 0; i < report.feasibility.size(); ++i) {
    const evidence::FeasibilityReport& f = report.feasibility[i];
    static constexpr const char* kWords[] = {"stop", "a person must answer first", "collect more before deciding", "use a rule", "go"};
    std::string part = (report.feasibility.size() > 1 ? f.objective + ": " : "Verdict: ") + kWords[static_cast<std::size_t>(f.verdict)] + ".";
    if (!f.leaky_columns.empty()) part += " " + base::Join(f.leaky_columns, ", ") + " leaks: with it the gain would seem to be " + Value(f.gain_with_leaks) + " of " + f.metric + ", honestly it is " + Value(f.gain) + ".";
    parts.push_back(part);
  }
  for (const evidence::TrainReport& t : report.train) {
    const std::string whose = report.train.size() > 1 ? " for " + t.objective : std::string();
    parts.push_back(t.recommended.empty() ? "No rung is recommended" + whose + ": the holdout refutes the choice." : "Recommended rung" + whose + ": " + t.recommended + "." + Worth(report, t));
  }
  for (const evidence::RunStep& step : report.progress) {
    if (step.state == "skipped" && step.name.starts_with("train ")) parts.push_back("No ladder for " + step.name.substr(6) + ": " + step.detail + ".");
  }
  return parts.empty() ? "Nothing has been run yet." : base::Join(parts, " ");
}

}  // namespace assay::lifecycle
