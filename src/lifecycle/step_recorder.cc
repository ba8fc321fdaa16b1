#include "lifecycle/internal/step_recorder.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace assay::lifecycle {

namespace {

// The ledger holds reports, and those within them, without their timing, so that equal runs have equal bodies.
Json Body(Json report) {
  if (report.is_object()) report.erase("timing");
  for (Json& part : report) {
    if (part.is_structured()) part = Body(std::move(part));
  }
  return report;
}

// What a step's result depends on in the charter, besides its objective. Sections that only people read are left out, so that
// rewording them computes nothing again; the board is made from the charter anew in every run.
std::vector<std::string> SectionsOf(const std::string& kind) {
  std::vector<std::string> sections = {"data", "data.derived", "data.exclusions", "data.columns", "problem", "baselines.rules", "baselines.imported", "baselines.published"};
  const auto add = [&](const std::vector<std::string>& more) { sections.insert(sections.end(), more.begin(), more.end()); };
  if (kind == "understand") add({"phenomenon.hypotheses", "business", "business.steps"});
  if (kind == "feasibility") add({"ethics", "value", "guardrails", "proof", "business", "business.steps"});
  if (kind == "change") add({"metrics"});
  if (kind == "tradeoff") add({"objectives", "tradeoff", "guardrails", "value"});
  if (kind == "value" || kind == "slices") add({"value"});
  return sections;
}

void AddConclusions(const std::vector<evidence::Evidence>& conclusions, std::vector<evidence::LedgerEntry>* entries) {
  for (const evidence::Evidence& conclusion : conclusions) entries->push_back({"evidence", evidence::ToJson(conclusion)});
}

std::string VerifyCommand(const Project& project, const std::string& head) {
  return "assay ledger verify " + base::ShellWord(project.folder.string()) + (head.empty() ? "" : " --head " + head);
}

}  // namespace

std::vector<std::string> InputsOf(const Project& project, const std::string& objective, const evidence::DataSummary& data) {
  std::vector<std::string> parts = {data.source, data.fingerprint};
  for (const charter::Record& record : project.charter.list("objectives")) {
    parts.insert(parts.end(), {record.text("name"), record.text("outcome")});
    if (record.text("name") != objective) continue;
    charter::Record learned = record;
    for (const char* key : {"weight", "amount"}) learned.answers.erase(key);
    parts.push_back(RecordText(learned));
  }
  return parts;
}

std::string LearnedFrom(const Project& project, const std::string& objective, const evidence::DataSummary& data) {
  std::vector<std::string> parts = InputsOf(project, objective, data);
  parts.push_back(SectionsText(project.charter, SectionsOf("train")));
  return StepKey(parts);
}

StepRecorder::StepRecorder(const Project& project, const RunOptions& options, const RunContext& context, evidence::LedgerSummary* ledger)
    : project_(project), options_(options), context_(context), summary_(*ledger), ledger_(project.state()), store_(project.state()) {}

Result<void> StepRecorder::Begin() {
  program_ = ASSAY_TRY(ProgramFingerprint());
  if (options_.fresh) ASSAY_TRY(store_.Clear());
  const evidence::LedgerState state = ASSAY_TRY(ledger_.Read());
  for (const evidence::LedgerRecord& record : state.records) {
    if (record.kind != "evidence") known_records_.emplace(record.hash, record.body);
  }
  summary_ = {static_cast<std::int64_t>(state.records.size()), state.head, VerifyCommand(project_, state.head), state.notice};
  return {};
}

std::string StepRecorder::KeyOf(const Step& step) const {
  std::vector<std::string> parts = {program_, std::to_string(context_.seed), step.kind, SectionsText(project_.charter, SectionsOf(step.kind))};
  parts.insert(parts.end(), step.depends_on.begin(), step.depends_on.end());
  return StepKey(parts);
}

Result<std::optional<FinishedStep>> StepRecorder::Finished(const Step& step, const std::string& key) {
  std::optional<FinishedStep> finished = step.may_be_taken_over ? store_.Load(step.name, key) : std::nullopt;
  if (!finished) return finished;
  const auto record = known_records_.find(finished->record);
  if (record == known_records_.end()) return std::optional<FinishedStep>();
  if (Body(finished->body) == record->second) return finished;
  const std::string message = "the stored result of '" + step.name + "' is not the one that was recorded in the ledger; it was changed afterwards and is computed again";
  if (options_.say) options_.say(message);
  ASSAY_TRY(Append({{"notice", Json{{"message", message}}}}));
  return std::optional<FinishedStep>();
}

void StepRecorder::TakeOver(const Step& step, const FinishedStep& finished) {
  Note(step.name, finished);
  if (options_.say) options_.say(step.name + ": taken over from an earlier run (same data, charter, seed and program)");
}

Result<void> StepRecorder::Record(const Step& step, const std::string& key, FinishedStep done, const std::vector<evidence::Evidence>& conclusions) {
  std::vector<evidence::LedgerEntry> entries;
  AddConclusions(conclusions, &entries);
  entries.push_back({step.kind, Body(done.body)});
  done.record = ASSAY_TRY(Append(entries));
  ASSAY_TRY(store_.Save(step.name, key, done));
  Note(step.name, done);
  return {};
}

void StepRecorder::Note(const std::string& name, const FinishedStep& step) {
  records_[name] = step.record;
  if (context_.clock == nullptr) return;
  for (const auto& [inner, seconds] : step.seconds) context_.clock->Add(inner.empty() ? name : name + ": " + inner, seconds);
}

Result<std::string> StepRecorder::Append(const std::vector<evidence::LedgerEntry>& entries) {
  const std::vector<evidence::LedgerRecord> records = ASSAY_TRY(ledger_.AppendAll(entries));
  Stand(records.back());
  return records.back().hash;
}

void StepRecorder::Stand(const evidence::LedgerRecord& last) {
  summary_.records = last.number;
  summary_.head = last.hash;
  summary_.verify = VerifyCommand(project_, last.hash);
}

Result<std::int64_t> StepRecorder::OpenHoldout(const std::string& fingerprint, const std::string& objective) {
  std::int64_t openings = 1;
  // Counted and recorded in one go, so that two runs at once do not both call theirs the first.
  const evidence::LedgerRecord record = ASSAY_TRY(ledger_.AppendAfter([&](const evidence::LedgerState& state) -> evidence::LedgerEntry {
    for (const evidence::LedgerRecord& earlier : state.records) {
      if (earlier.kind == "holdout_opened" && earlier.body.value("fingerprint", "") == fingerprint) ++openings;
    }
    return {"holdout_opened", Json{{"fingerprint", fingerprint}, {"objective", objective}, {"opening", openings}}};
  }));
  Stand(record);
  return openings;
}

Result<void> StepRecorder::RecordStop(const std::string& step, const std::string& message) {
  ASSAY_TRY(Append({{"stopped", Json{{"step", step}, {"message", message}}}}));
  return {};
}

Result<void> StepRecorder::RecordRun(const evidence::ProjectReport& report) {
  Json body = Body(evidence::ToJson(report));
  for (const char* elsewhere : {"ledger", "board", "check", "understand", "change", "feasibility", "train", "value", "slices", "tradeoff", "progress", "parts", "page"}) body.erase(elsewhere);
  body["reports"] = evidence::ToJson(records_);
  const evidence::LedgerState state = ASSAY_TRY(ledger_.Read());
  const auto last = std::find_if(state.records.rbegin(), state.records.rend(), [](const evidence::LedgerRecord& r) { return r.kind == "run"; });
  if (last != state.records.rend() && last->body == body) return {};
  std::vector<evidence::LedgerEntry> entries;
  AddConclusions(ConclusionsOf(report), &entries);
  entries.push_back({"run", body});
  ASSAY_TRY(Append(entries));
  return {};
}

}  // namespace assay::lifecycle
