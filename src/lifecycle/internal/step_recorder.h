// Does the steps of one run: each is taken over from an equal finished one or computed, and then stands in the ledger and in
// the step store.
//
//   1. Begin      once, before any step
//   2. Do         per step
//   3. RecordRun  at the end
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/run_context.h"
#include "base/step_clock.h"
#include "evidence/ledger.h"
#include "lifecycle/conclusions.h"
#include "lifecycle/run.h"
#include "lifecycle/step_store.h"

namespace assay::lifecycle {

// What all steps of an objective depend on besides the charter's sections: the data, its own answers, and all outcomes, since what one objective predicts is no
// feature of another. Weight and amount are left out: they weigh what was learned and change nothing of it.
std::vector<std::string> InputsOf(const Project& project, const std::string& objective, const evidence::DataSummary& data);
// Hash of what an objective's ladder learns from.
std::string LearnedFrom(const Project& project, const std::string& objective, const evidence::DataSummary& data);

class StepRecorder {
 public:
  struct Step {
    std::string kind, name;
    std::vector<std::string> depends_on;  // besides program, seed and the charter's sections: data, earlier results, flags
    bool may_be_taken_over = true;
  };

  // All of them outlive it. `ledger` is the report's summary, kept up to date.
  StepRecorder(const Project& project, const RunOptions& options, const RunContext& context, evidence::LedgerSummary* ledger);

  // A ledger that was tampered with is no ground to stand on: its error names the line.
  Result<void> Begin();

  // Hash of everything that the step's result depends on.
  std::string KeyOf(const Step& step) const;

  // `compute` (RunContext -> Result<Report>) is called when no equal step is there; its conclusions and its report are
  // appended to the ledger at once. kCancelled before computing when the run was interrupted.
  template <class Report, class Compute>
  Result<Report> Do(const Step& step, const Compute& compute);
  // Whether the last step was computed, not taken over.
  bool computed() const { return computed_; }

  const StepStore& store() const { return store_; }
  // Counts an opening of this holdout; 1 = the first.
  Result<std::int64_t> OpenHoldout(const std::string& fingerprint, const std::string& objective);
  Result<void> RecordStop(const std::string& step, const std::string& message);
  // The run as one record: what it concluded and which records hold its reports. Nothing new: no new record.
  Result<void> RecordRun(const evidence::ProjectReport& report);

 private:
  // An equal finished step whose body is that of its record in the ledger. One that was changed since is as good as none, and
  // that is said and recorded.
  Result<std::optional<FinishedStep>> Finished(const Step& step, const std::string& key);
  void TakeOver(const Step& step, const FinishedStep& finished);
  Result<void> Record(const Step& step, const std::string& key, FinishedStep done, const std::vector<evidence::Evidence>& conclusions);
  // Returns the hash of the last of the records.
  Result<std::string> Append(const std::vector<evidence::LedgerEntry>& entries);
  // The ledger's last record, for the report's summary.
  void Stand(const evidence::LedgerRecord& last);
  void Note(const std::string& name, const FinishedStep& step);

  const Project& project_;
  const RunOptions& options_;
  const RunContext& context_;
  evidence::LedgerSummary& summary_;
  evidence::Ledger ledger_;
  StepStore store_;
  std::string program_;
  bool computed_ = false;
  std::map<std::string, Json> known_records_;   // hash -> body: what the ledger held when the run began
  std::map<std::string, std::string> records_;  // step -> hash of the record that holds its report
};

template <class Report, class Compute>
Result<Report> StepRecorder::Do(const Step& step, const Compute& compute) {
  const std::string key = KeyOf(step);
  Report report;
  const std::optional<FinishedStep> finished = ASSAY_TRY(Finished(step, key));
  computed_ = !(finished && evidence::FromJson(finished->body, &report));
  if (!computed_) {
    TakeOver(step, *finished);
    return report;
  }
  if (context_.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
  base::StepClock clock;
  RunContext inner = context_;
  inner.clock = &clock;
  {
    const base::ScopedStep timed(inner, "");
    report = ASSAY_TRY(compute(inner));
  }
  report.header.seed = context_.seed;
  report.header.command = options_.command;
  ASSAY_TRY(Record(step, key, {clock.seconds(), evidence::ToJson(report), ""}, ConclusionsOf(report)));
  return report;
}

}  // namespace assay::lifecycle
