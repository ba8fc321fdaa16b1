// Every field on its own: empty, vague, or a value that cannot be.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "charter/fields.h"
#include "charter/limits.h"
#include "charter/vague.h"
#include "lifecycle/internal/check_state.h"

namespace assay::lifecycle::internal {

namespace {

using charter::Field;
using evidence::FieldJudgement;

void CheckValue(CheckState& state, const Field& field, const Record& record, std::size_t index) {
  const Place place = PlaceOf(field.section, record, field.key, index);
  if (field.kind == charter::FieldKind::kNumber) {
    const double value = record.number(field.key, 0);
    if (const std::string why = charter::ImpossibleNumber(field.section, field.key, value); !why.empty()) {
      state.Find("impossible_value", FieldStatus::kContradicted, place, "'" + place.key + "' is " + base::ShortestNumber(value) + ": " + why, "", std::string("Write a value such as ") + field.key + " = " + field.example);
    }
    return;
  }
  const std::string answer = field.kind == charter::FieldKind::kList ? base::Join(record.list(field.key), "; ") : record.text(field.key);
  if (const std::string wrong = charter::WrongChoice(field, answer); !wrong.empty()) {
    state.Find("unknown_choice", FieldStatus::kContradicted, place, "'" + place.key + "': " + wrong, "", std::string("Write one of them, like ") + field.key + " = " + field.example);
  } else if (const std::string reason = charter::VagueReason(field, answer); !reason.empty()) {
    state.Find("vague", FieldStatus::kVague, place, "'" + place.key + "' is vague: " + reason, "", std::string("Be concrete, like: ") + field.example);
  }
}

void JudgeField(CheckState& state, const Field& field, const Record& record, std::size_t index) {
  const bool answered = record.has(field.key);
  if (!answered && !field.asked) return;
  FieldJudgement judgement;
  const Place place = PlaceOf(field.section, record, field.key, index);
  judgement.key = place.key;
  judgement.stage = field.stage;
  judgement.question = field.question;
  if (answered) {
    judgement.answer = field.kind == charter::FieldKind::kList ? base::Join(record.list(field.key), "; ") : record.text(field.key);
    judgement.status = FieldStatus::kAnswered;
    judgement.line = place.line;
  }
  state.report->fields.push_back(std::move(judgement));
  if (answered) CheckValue(state, field, record, index);
}

// A list as a whole: its names, or the question to a person where it is empty. Lists that a project may well do without
// are judged only when they have entries.
void JudgeList(CheckState& state, const std::string& section) {
  const std::vector<Record>& records = state.charter().list(section);
  const bool optional = section == "data.derived" || section == "data.exclusions" || section == "baselines.imported" || section == "baselines.published";
  if (records.empty() && optional) return;
  FieldJudgement judgement;
  judgement.key = section;
  judgement.question = optional ? charter::SectionMeaning(section) : charter::ListQuestion(section);
  for (const Field& field : charter::Fields()) {
    if (section == field.section) {
      judgement.stage = field.stage;
      break;
    }
  }
  std::vector<std::string> names;
  for (const Record& record : records) names.push_back(record.text("name"));
  if (!records.empty()) {
    judgement.answer = base::Join(names, "; ");
    judgement.status = FieldStatus::kAnswered;
    judgement.line = records[0].line;
  }
  state.report->fields.push_back(std::move(judgement));
}

}  // namespace

void JudgeFields(CheckState& state) {
  for (const std::string_view view : charter::Sections()) {
    const std::string section(view);
    const bool list = charter::IsListSection(section);
    if (list) JudgeList(state, section);
    const std::size_t entries = list ? state.charter().list(section).size() : 1;
    for (std::size_t i = 0; i < entries; ++i) {
      const Record& record = list ? state.charter().list(section)[i] : state.charter().section(section);
      for (const Field& field : charter::Fields()) {
        if (section == field.section) JudgeField(state, field, record, i);
      }
    }
  }
}

}  // namespace assay::lifecycle::internal
