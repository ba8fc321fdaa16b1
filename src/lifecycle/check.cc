#include "lifecycle/check.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "charter/fields.h"
#include "lifecycle/internal/check_state.h"

namespace assay::lifecycle {

namespace internal {

Place PlaceOf(const std::string& section, const Record& record, const std::string& key, std::size_t index) {
  Place place;
  place.key = section;
  if (charter::IsListSection(section)) place.key += "[" + (record.has("name") ? record.text("name") : std::to_string(index + 1)) + "]";
  if (!key.empty()) place.key += "." + key;
  place.line = record.line;
  const auto answer = record.answers.find(key);
  if (answer != record.answers.end()) {
    place.line = answer->second.line;
    place.column = answer->second.column;
  }
  return place;
}

void CheckState::Find(const char* kind, FieldStatus status, const Place& place, std::string message, std::string evidence, std::string advice) {
  report->findings.push_back({kind, status, place.key, charter().path(), place.line, place.column, std::move(message), std::move(evidence), std::move(advice)});
}

void CheckState::Confirm(const std::string& key, std::string note) {
  for (evidence::FieldJudgement& field : report->fields) {
    if (field.key == key && field.note.empty()) field.note = std::move(note);
  }
}

}  // namespace internal

namespace {

using evidence::CheckReport;
using evidence::FieldJudgement;
using evidence::FieldStatus;

// The judgement of a finding's own field, and of the list it stands in.
bool Concerns(const std::string& finding_key, const FieldJudgement& field) {
  return finding_key == field.key || (charter::IsListSection(field.key) && finding_key.starts_with(field.key + "["));
}

void Conclude(CheckReport* report) {
  std::stable_sort(report->findings.begin(), report->findings.end(), [](const evidence::CheckFinding& a, const evidence::CheckFinding& b) {
    if (a.status != b.status) return a.status > b.status;
    return a.line < b.line;
  });
  for (const evidence::CheckFinding& finding : report->findings) {
    // An optional key that nobody answered is judged only where something is due there, such as a number's unit.
    const bool judged = std::any_of(report->fields.begin(), report->fields.end(), [&](const FieldJudgement& field) { return field.key == finding.key; });
    const std::size_t bracket = finding.key.find('['), dot = finding.key.rfind('.');
    const charter::Field* field_of_key = bracket != std::string::npos && dot != std::string::npos ? charter::FindField(finding.key.substr(0, bracket), finding.key.substr(dot + 1)) : nullptr;
    if (!judged && field_of_key != nullptr) report->fields.push_back({finding.key, field_of_key->stage, field_of_key->question, "", FieldStatus::kEmpty, 0, ""});
    for (FieldJudgement& field : report->fields) {
      if (!Concerns(finding.key, field)) continue;
      if (finding.status > field.status) {
        field.status = finding.status;
        field.note = finding.message;
      }
    }
  }
  for (const FieldJudgement& field : report->fields) {
    // A list with entries is judged by them; counted are its fields, and what was found about the list as a whole.
    FieldStatus counted = field.status;
    if (charter::IsListSection(field.key) && field.status != FieldStatus::kEmpty) {
      counted = FieldStatus::kAnswered;
      for (const evidence::CheckFinding& finding : report->findings) {
        if (finding.key == field.key) counted = std::max(counted, finding.status);
      }
      if (counted == FieldStatus::kAnswered) continue;
    }
    switch (counted) {
      case FieldStatus::kAnswered: ++report->answered; break;
      case FieldStatus::kEmpty: ++report->empty; break;
      case FieldStatus::kVague: ++report->vague; break;
      case FieldStatus::kContradicted: ++report->contradicted; break;
    }
    if (field.status == FieldStatus::kEmpty) report->open_questions.push_back({field.key, field.question, field.stage});
  }
  const auto count = std::count_if(report->findings.begin(), report->findings.end(), [](const auto& f) { return f.status == FieldStatus::kContradicted; });
  const auto number = [](std::int64_t n, const char* one, const char* many) { return base::ReadableCount(n) + " " + (n == 1 ? one : many); };
  report->summary = number(report->answered, "field is answered", "fields are answered") + ", " + std::to_string(report->empty) + " empty, " + std::to_string(report->vague) + " vague, " + std::to_string(report->contradicted) + " contradicted. " +
                    (count > 0 ? number(count, "statement does", "statements do") + " not hold." : "Nothing in it is contradicted.");
}

}  // namespace

Result<CheckReport> CheckCharter(const Project& project, const CheckData& data, const RunContext& context) {
  const base::ScopedStep step(context, "check");
  CheckReport report;
  report.header.report = "check";
  report.header.seed = context.seed;
  report.header.data = data.summary;
  report.charter = project.charter.path();
  internal::CheckState state{project, data, context, &report, data.table, {}, {}, {}, {}, {}};
  JudgeFields(state);
  CheckStructure(state);
  PrepareData(state);
  CheckHypotheses(state);
  CheckExpressions(state);
  CheckMetrics(state);
  CheckColumns(state);
  GatherObjectives(state);
  ASSAY_TRY(CheckAvailability(state));
  CheckVolumes(state);
  CheckProof(state);
  if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
  Conclude(&report);
  return report;
}

Result<CheckReport> CheckProject(const Project& project, store::Engine& engine, const RunContext& context) {
  CheckData data;
  const std::string written = project.charter.section("data").text("source");
  data.summary.source = written;
  if (!written.empty()) {
    const std::filesystem::path path = written;
    const std::string source = path.is_absolute() ? written : (project.folder / path).lexically_normal().string();
    const base::ScopedStep step(context, "read");
    Result<store::ReadResult> read = engine.Read(source, {}, context);
    if (!read && read.error().code == ErrorCode::kCancelled) return read.error();
    if (read) {
      data.summary = {source, read->table.num_rows(), static_cast<std::int64_t>(read->table.num_columns()), read->fingerprint, read->notes};
      data.table = std::make_shared<const table::Table>(std::move(read->table));
    } else {
      data.error = read.error().message;
    }
  }
  return CheckCharter(project, data, context);
}

}  // namespace assay::lifecycle
