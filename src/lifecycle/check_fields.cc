// Every field on its own: empty, vague, or a value that cannot be.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "charter/fields.h"
#include "charter/vague.h"
#include "lifecycle/internal/check_state.h"

namespace assay::lifecycle::internal {

namespace {

using charter::Field;
using evidence::FieldJudgement;

// Numbers that cannot be, whatever the data say.
struct Limit {
  const char *section, *key;
  double least, most;
  const char* says;
};
constexpr double kAny = 1e300;
constexpr Limit kLimits[] = {
    {"value", "false_positive", -kAny, 0, "a false alarm cannot earn money here: a cost is negative"},
    {"value", "false_negative", -kAny, 0, "a miss cannot earn money here: a cost is negative"},
    {"value", "decisions_per_day", 1e-9, kAny, "there must be decisions"},
    {"value", "cost_per_month", 0, kAny, "a cost per month is written as a positive number"},
    {"data", "rows_per_day", 1e-9, kAny, "there must be rows"},
    {"data", "least_query_rows", 2, kAny, "a list of fewer than two rows cannot be ranked"},
    {"objectives", "least_gain", 1e-12, kAny, "the smallest gain worth having must be above 0"},
    {"objectives", "weight", 0, kAny, "a weight is not negative"},
    {"ethics", "largest_error_rate", 0, 1, "an error rate lies between 0 and 1"},
    {"proof", "units_per_decision", 1e-9, kAny, "a decision reaches somebody"},
    {"proof", "units_per_day", 1e-9, kAny, "units must take part"},
    {"proof", "days", 1e-9, kAny, "the test needs time"},
    {"proof", "standard_deviation", 1e-300, kAny, "a standard deviation is above 0"},
};

void CheckValue(CheckState& state, const Field& field, const Record& record, std::size_t index) {
  const Place place = PlaceOf(field.section, record, field.key, index);
  if (field.kind == charter::FieldKind::kNumber) {
    const double value = record.number(field.key, 0);
    for (const Limit& limit : kLimits) {
      if (limit.section == std::string_view(field.section) && limit.key == std::string_view(field.key) && (value < limit.least || value > limit.most)) {
        state.Find("impossible_value", FieldStatus::kContradicted, place, "'" + place.key + "' is " + base::ShortestNumber(value) + ": " + limit.says, "", std::string("Write a value such as ") + field.key + " = " + field.example);
      }
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
  judgement.question = charter::SectionMeaning(section);
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
