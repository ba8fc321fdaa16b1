#include "lifecycle/run.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "evidence/ledger.h"
#include "lifecycle/board.h"
#include "lifecycle/check.h"
#include "lifecycle/conclusions.h"
#include "lifecycle/exit_criteria.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/html_report.h"
#include "lifecycle/options.h"
#include "lifecycle/step_store.h"
#include "lifecycle/understand.h"
#include "lifecycle/value.h"

namespace assay::lifecycle {

namespace {

using charter::Record;
using evidence::ProjectReport;

FeasibilityOptions FeasibilityOptionsOf(const Project& project, const Objective& objective) {
  FeasibilityOptions options;
  const Record& ethics = project.charter.section("ethics");
  const Record& value = project.charter.section("value");
  const double none = std::numeric_limits<double>::quiet_NaN();
  options.objective = objective.name;
  options.metric = objective.problem.metric;
  options.least_gain = objective.problem.least_gain;
  options.target = objective.problem.target;
  options.has_charter = true;
  for (const Record& column : project.charter.list("data.columns")) {
    if (column.flag("sensitive", false)) options.sensitive.push_back(column.text("name"));
  }
  options.harmed = ethics.text("harmed");
  options.worst_error = ethics.text("worst_error");
  options.fatal = ethics.flag("fatal", false);
  options.largest_error_rate = ethics.number("largest_error_rate", none);
  options.decisions_per_day = value.number("decisions_per_day", none);
  options.currency = value.text("currency");
  options.value_right = value.number("true_positive", none);
  options.value_wrong = value.number("false_positive", none);
  options.value_silence = value.number("true_negative", 0);
  options.value_miss = value.number("false_negative", 0);
  options.cost_per_month = value.number("cost_per_month", none);
  return options;
}

// The ledger holds reports without their timing, so that equal runs have equal bodies.
Json Body(const Json& report) {
  Json body = report;
  body.erase("timing");
  return body;
}

// What a step's result depends on in the charter, besides its objective. Sections that only people read are left out, so that
// rewording them computes nothing again; the board is made from the charter anew in every run.
std::vector<std::string> SectionsOf(const std::string& kind) {
  std::vector<std::string> sections = {"data", "data.derived", "data.exclusions", "data.columns", "problem", "baselines.rules", "baselines.imported", "baselines.published"};
  const auto add = [&](const std::vector<std::string>& more) { sections.insert(sections.end(), more.begin(), more.end()); };
  if (kind == "understand") add({"phenomenon.hypotheses", "business", "business.steps"});
  if (kind == "feasibility") add({"ethics", "value", "guardrails", "proof", "business", "business.steps"});
  if (kind == "value") add({"value"});
  return sections;
}

// Which steps of a run there are, and how far each came.
class Progress {
 public:
  Progress(ProjectReport* report, const std::vector<Objective>& objectives) : steps_(report->progress) {
    for (const char* first : {"check", "understand"}) steps_.push_back({first, "waiting", ""});
    for (const Objective& o : objectives) {
      for (const char* kind : kKinds) steps_.push_back({kind + o.name, "waiting", ""});
    }
  }
  void Set(const std::string& name, const std::string& state, const std::string& detail) {
    for (evidence::RunStep& step : steps_) {
      if (step.name == name) step = {name, state, detail};
    }
  }
  // The steps of an objective that wait.
  void SetWaiting(const std::string& objective, const std::string& state, const std::string& detail) {
    for (const char* kind : kKinds) {
      for (evidence::RunStep& step : steps_) {
        if (step.name == kind + objective && step.state == "waiting") step = {step.name, state, detail};
      }
    }
  }
  // The check alone is not a result: it also judges a charter that nothing can be done with.
  bool AnyResult() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const evidence::RunStep& s) { return s.state == "done" && s.name != "check"; });
  }

 private:
  static constexpr const char* kKinds[] = {"feasibility ", "train ", "value "};
  std::vector<evidence::RunStep>& steps_;
};

// One run on its way. Life: construct, Execute once.
class ProjectRun {
 public:
  ProjectRun(const Project& project, const RunOptions& options, const std::vector<Objective>& objectives, store::Engine& engine, const RunContext& context)
      : project_(project), options_(options), objectives_(objectives), engine_(engine), context_(context), ledger_(project.state()), store_(project.state()), progress_(&report_, objectives) {}

  Result<RunResult> Execute() {
    ASSAY_TRY(Begin());
    for (const Objective& objective : objectives_) {
      const Result<void> done = OneObjective(objective);
      if (done) continue;
      ASSAY_TRY(Fail(objective, done.error()));
      if (done.error().code == ErrorCode::kCancelled) return done.error();
    }
    if (!progress_.AnyResult() && !failures_.empty()) return failures_.front();
    report_.status = failures_.empty() ? "complete" : "failed";
    ASSAY_TRY(Finish());
    return RunResult{std::move(report_), std::move(failures_)};
  }

 private:
  struct Step {
    std::string kind, name;
    std::vector<std::string> depends_on;  // besides program, seed, data and the charter's sections
    bool may_be_taken_over = true;
  };

  Result<void> Begin() {
    report_.header.report = "project";
    report_.header.seed = context_.seed;
    report_.header.command = options_.command;
    report_.name = project_.charter.section("project").text("name");
    if (report_.name.empty()) report_.name = std::filesystem::absolute(project_.folder).lexically_normal().filename().string();
    report_.why = project_.charter.section("project").text("why");
    for (const Record& part : project_.charter.list("problem.parts")) report_.parts.push_back({part.text("name"), part.text("of"), part.text("what")});
    program_ = ASSAY_TRY(ProgramFingerprint());
    money_ = MoneySettingsOf(project_.charter);
    if (options_.fresh) ASSAY_TRY(store_.Clear());
    // A ledger that was tampered with is no ground to stand on: its error names the line.
    const evidence::LedgerState state = ASSAY_TRY(ledger_.Read());
    for (const evidence::LedgerRecord& record : state.records) known_records_.insert(record.hash);
    report_.ledger = {static_cast<std::int64_t>(state.records.size()), state.head, state.notice};
    return {};
  }

  Result<void> ReadSource(const std::string& source) {
    if (shared_ && raw_.source == source) return {};
    const base::ScopedStep step(context_, "read");
    store::ReadOptions how;
    how.sample_rows = options_.sample_rows;
    how.seed = context_.seed;
    store::ReadResult read = ASSAY_TRY(engine_.Read(source, how, context_));
    raw_ = {source, read.table.num_rows(), static_cast<std::int64_t>(read.table.num_columns()), read.fingerprint, read.notes};
    share_read_ = static_cast<double>(read.table.num_rows()) / static_cast<double>(std::max(read.source_rows, read.table.num_rows()));
    shared_ = std::make_shared<const table::Table>(std::move(read.table));
    return {};
  }

  // Every field of the charter, judged against the data as read.
  Result<void> Check() {
    // Findings name the file and its lines.
    const std::string text = ASSAY_TRY(base::ReadFile(project_.charter.path()));
    report_.header.data = raw_;
    report_.check = ASSAY_TRY(DoStep<evidence::CheckReport>({"check", "check", {text}}, [&](const RunContext& context) { return CheckCharter(project_, {shared_, raw_, "", share_read_}, context); }));
    return StepDone();
  }

  Result<void> OneObjective(const Objective& objective) {
    current_ = report_.understand ? "feasibility " + objective.name : report_.check ? "understand" : "check";
    ASSAY_TRY(ReadSource(objective.problem.source));
    if (!report_.check) ASSAY_TRY(Check());
    current_ = report_.understand ? "feasibility " + objective.name : "understand";
    const Gathered gathered = ASSAY_TRY_WITH(GatherFromTable(objective.problem, shared_, raw_, context_), project_.charter.path() + ": objective '" + objective.name + "'");
    if (!report_.understand) {
      report_.header.data = gathered.data;
      report_.understand = ASSAY_TRY(DoStep<evidence::UnderstandReport>({"understand", "understand", DependsOn(objective)}, [&](const RunContext& context) {
        return Understand(gathered, HypothesesOf(project_.charter), context);
      }));
      ASSAY_TRY(StepDone());
    }
    report_.feasibility.push_back(ASSAY_TRY(DoStep<evidence::FeasibilityReport>({"feasibility", "feasibility " + objective.name, DependsOn(objective)}, [&](const RunContext& context) {
      return Feasibility(gathered, FeasibilityOptionsOf(project_, objective), context);
    })));
    ASSAY_TRY(StepDone());
    // Also after a verdict of stop: the ladder then shows what each option would have been worth.
    return Climb(objective, gathered, report_.feasibility.back().leaky_columns);
  }

  // The ladder without the columns that leak, then what its rungs are worth.
  Result<void> Climb(const Objective& objective, const Gathered& gathered, const std::vector<std::string>& leaky) {
    std::vector<std::string> depends_on = DependsOn(objective);
    depends_on.push_back(options_.full ? "full" : "sampled");
    depends_on.push_back("repeats " + std::to_string(options_.repeats));
    depends_on.insert(depends_on.end(), leaky.begin(), leaky.end());
    Step step{"train", "train " + objective.name, depends_on};
    const std::string key = KeyOf(step);
    const bool binary = gathered.examples.task == learn::Task::kBinary;
    // Its other files carry the key, so that a result is never taken over with another one's files.
    const std::filesystem::path rows_path = store_.PathOf(step.name, ".decisions-" + key.substr(0, 16));
    const std::filesystem::path stamp = objective.train.models_folder / "step";
    std::error_code code;
    const Result<std::string> stamped = std::filesystem::exists(stamp, code) ? base::ReadFile(stamp) : Result<std::string>("");
    step.may_be_taken_over = stamped && *stamped == key + "\n" && (!binary || std::filesystem::exists(rows_path, code));
    std::optional<DecisionRows> rows;
    const auto climb = [&](const RunContext& context) -> Result<evidence::TrainReport> {
      std::filesystem::remove(stamp, code);
      store_.RemoveOthers(rows_path, step.name + ".decisions-");
      Gathered honest = gathered;
      honest.examples = WithoutFeatures(gathered.examples, leaky);
      TrainOptions train = objective.train;
      train.full = options_.full;
      train.repeats = options_.repeats;
      train.open_holdout = [&](const std::string& fingerprint) { return OpenHoldout(fingerprint, objective.name); };
      train.on_predictions = [&](const LadderPredictions& predictions) -> Result<void> {
        if (!binary) return {};
        rows = DecisionRowsOf(predictions, gathered.examples);
        return SaveDecisionRows(rows_path, *rows);
      };
      evidence::TrainReport report = ASSAY_TRY(Train(honest, train, context));
      ASSAY_TRY(base::WriteFileAtomically(stamp, key + "\n"));
      return report;
    };
    const auto value_it = [&](const RunContext&) -> Result<evidence::ValueReport> {
      evidence::ValueReport value = NoValue(money_, WhyNoValue(money_, gathered.examples.task, objective.name, objective.problem.outcome));
      if (value.reason.empty()) {
        if (!rows) rows = ASSAY_TRY(LoadDecisionRows(rows_path));
        value = ASSAY_TRY(ValueOfRungs(*rows, money_));
      }
      value.objective = objective.name;
      value.header.data = report_.train.back().header.data;
      return value;
    };
    report_.train.push_back(ASSAY_TRY(DoStep<evidence::TrainReport>(step, climb)));
    ASSAY_TRY(StepDone());
    report_.value.push_back(ASSAY_TRY(DoStep<evidence::ValueReport>({"value", "value " + objective.name, depends_on}, value_it)));
    return StepDone();
  }

  Result<std::int64_t> OpenHoldout(const std::string& fingerprint, const std::string& objective) {
    const evidence::LedgerState state = ASSAY_TRY(ledger_.Read());
    std::int64_t openings = 1;
    for (const evidence::LedgerRecord& record : state.records) {
      if (record.kind == "holdout_opened" && record.body.value("fingerprint", "") == fingerprint) ++openings;
    }
    ASSAY_TRY(Append({{"holdout_opened", Json{{"fingerprint", fingerprint}, {"objective", objective}, {"opening", openings}}}}));
    return openings;
  }

  // An objective's own answers, and all outcomes: what one objective is to know may not help another.
  std::vector<std::string> DependsOn(const Objective& objective) const {
    std::vector<std::string> parts;
    for (const Record& record : project_.charter.list("objectives")) {
      parts.push_back(record.text("outcome"));
      if (record.text("name") == objective.name) parts.push_back(RecordText(record));
    }
    return parts;
  }

  std::string KeyOf(const Step& step) const {
    std::vector<std::string> parts = {program_, std::to_string(context_.seed), raw_.source, raw_.fingerprint, step.kind, SectionsText(project_.charter, SectionsOf(step.kind))};
    parts.insert(parts.end(), step.depends_on.begin(), step.depends_on.end());
    return StepKey(parts);
  }

  // Takes the step over from an equal finished one, or computes it, appends its conclusions and its report to the ledger and
  // stores it.
  template <class Report, class Compute>
  Result<Report> DoStep(const Step& step, const Compute& compute) {
    current_ = step.name;
    const std::string key = KeyOf(step);
    const std::optional<FinishedStep> finished = step.may_be_taken_over ? store_.Load(step.name, key) : std::nullopt;
    Report report;
    if (finished && known_records_.contains(finished->record) && evidence::FromJson(finished->body, &report)) {
      Note(step.name, *finished);
      if (options_.say) options_.say(step.name + ": taken over from an earlier run (same data, charter, seed and program)");
      computed_ = false;
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
    FinishedStep done{clock.seconds(), evidence::ToJson(report), ""};
    std::vector<evidence::LedgerEntry> entries;
    for (const evidence::Evidence& conclusion : ConclusionsOf(report)) entries.push_back({"evidence", evidence::ToJson(conclusion)});
    entries.push_back({step.kind, Body(done.body)});
    done.record = ASSAY_TRY(Append(entries));
    ASSAY_TRY(store_.Save(step.name, key, done));
    Note(step.name, done);
    computed_ = true;
    return report;
  }

  void Note(const std::string& name, const FinishedStep& step) {
    records_[name] = step.record;
    if (context_.clock == nullptr) return;
    for (const auto& [inner, seconds] : step.seconds) context_.clock->Add(inner.empty() ? name : name + ": " + inner, seconds);
  }

  Result<void> StepDone() {
    progress_.Set(current_, "done", "");
    return computed_ ? HandOut() : Result<void>();
  }

  // Returns the hash of the last of the records.
  Result<std::string> Append(const std::vector<evidence::LedgerEntry>& entries) {
    const std::vector<evidence::LedgerRecord> records = ASSAY_TRY(ledger_.AppendAll(entries));
    report_.ledger.records = records.back().number;
    report_.ledger.head = records.back().hash;
    return records.back().hash;
  }

  void Conclude() {
    report_.options = JudgeOptions(project_.charter, report_);
    report_.steps = JudgeSteps(project_.charter, report_, context_);
    if (report_.check) report_.board = MakeBoard(*report_.check, report_);
    report_.headline = Headline(report_);
  }

  Result<void> HandOut() {
    Conclude();
    return options_.after_step ? options_.after_step(report_) : Result<void>();
  }

  // All steps before the one that failed stay in the report.
  Result<void> Fail(const Objective& objective, const Error& error) {
    const bool cancelled = error.code == ErrorCode::kCancelled;
    const std::string how = cancelled ? "interrupted" : "failed";
    report_.status = how;
    const bool shared_step = current_ == "check" || current_ == "understand";  // another objective may still do it
    if (cancelled || !shared_step) progress_.Set(current_, how, error.message);
    if (!cancelled) {
      failures_.push_back(error);
      report_.notes.push_back("objective '" + objective.name + "' failed: " + error.message);
      progress_.SetWaiting(objective.name, how, error.message);
    }
    if (!progress_.AnyResult()) return {};  // an earlier report is worth more than an empty one
    ASSAY_TRY(Append({{"stopped", Json{{"step", current_}, {"message", how + ": " + error.message}}}}));
    return HandOut();
  }

  // The run as one record: what it concluded and which records hold its reports. Nothing new: no new record.
  Result<void> Finish() {
    Conclude();
    Json body = Body(evidence::ToJson(report_));
    for (const char* elsewhere : {"ledger", "board", "check", "understand", "feasibility", "train", "value", "progress", "parts", "page"}) body.erase(elsewhere);
    body["reports"] = evidence::ToJson(records_);
    const evidence::LedgerState state = ASSAY_TRY(ledger_.Read());
    const auto last = std::find_if(state.records.rbegin(), state.records.rend(), [](const evidence::LedgerRecord& r) { return r.kind == "run"; });
    if (last == state.records.rend() || last->body != body) {
      std::vector<evidence::LedgerEntry> entries;
      for (const evidence::Evidence& conclusion : ConclusionsOf(report_)) entries.push_back({"evidence", evidence::ToJson(conclusion)});
      entries.push_back({"run", body});
      ASSAY_TRY(Append(entries));
    }
    return HandOut();
  }

  const Project& project_;
  const RunOptions& options_;
  const std::vector<Objective>& objectives_;
  store::Engine& engine_;
  const RunContext& context_;
  evidence::Ledger ledger_;
  StepStore store_;
  ProjectReport report_;
  Progress progress_;
  std::string program_;
  std::string current_;                         // the step under way
  bool computed_ = false;                       // the last step was computed, not taken over
  MoneySettings money_;
  std::shared_ptr<const table::Table> shared_;  // the data as read, for all objectives
  evidence::DataSummary raw_;
  double share_read_ = 1;                       // of the source's rows
  std::set<std::string> known_records_;         // hashes in the ledger when the run began
  std::map<std::string, std::string> records_;  // step -> hash of the record that holds its report
  std::vector<Error> failures_;
};

}  // namespace

Result<RunResult> RunProject(const Project& project, const RunOptions& options, store::Engine& engine, const RunContext& context) {
  ASSAY_TRY(base::CheckWritable(project.state()));
  const std::vector<Objective> objectives = ASSAY_TRY(ObjectivesOf(project));
  return ProjectRun(project, options, objectives, engine, context).Execute();
}

std::filesystem::path ProjectReportPath(const Project& project) { return project.state() / "reports" / "project.json"; }
std::filesystem::path HtmlReportPath(const Project& project) { return project.state() / "report.html"; }

Result<void> SaveProjectReport(const Project& project, const ProjectReport& report) {
  ASSAY_TRY(base::WriteFileAtomically(ProjectReportPath(project), base::WriteJson(evidence::ToJson(report), 2) + "\n"));
  return WriteHtmlReport(report, HtmlReportPath(project));
}

Result<ProjectReport> LoadProjectReport(const Project& project) {
  const std::string path = ProjectReportPath(project).string();
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return Error{ErrorCode::kNotFound, path + ": there is no run yet; make one with: assay run " + project.folder.string()};
  const std::string bytes = ASSAY_TRY(base::ReadFile(path));
  const Json json = ASSAY_TRY(base::ParseJson(bytes, path));
  ProjectReport report;
  if (!evidence::FromJson(json, &report)) return Error{ErrorCode::kInvalidInput, path + ": was written by another version; run again with: assay run " + project.folder.string()};
  return report;
}

}  // namespace assay::lifecycle
