#include "lifecycle/run.h"

#include <algorithm>

#include "base/file.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/board.h"
#include "lifecycle/check.h"
#include "lifecycle/data_notes.h"
#include "lifecycle/exit_criteria.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/holdout_slices.h"
#include "lifecycle/last_period.h"
#include "lifecycle/internal/run_progress.h"
#include "lifecycle/internal/step_recorder.h"
#include "lifecycle/objective_scores.h"
#include "lifecycle/options.h"
#include "lifecycle/project_report.h"
#include "lifecycle/tradeoff.h"
#include "lifecycle/understand.h"
#include "lifecycle/value.h"

namespace assay::lifecycle {

namespace {

using charter::Record;
using evidence::ProjectReport;

// One run on its way. Life: construct, Execute once.
class ProjectRun {
 public:
  ProjectRun(const Project& project, const RunOptions& options, const std::vector<Objective>& objectives, store::Engine& engine, const RunContext& context)
      : project_(project), options_(options), objectives_(objectives), engine_(engine), context_(context), steps_(project, options, context, &report_.ledger), progress_(&report_.progress, objectives) {}

  Result<RunResult> Execute() {
    ASSAY_TRY(Begin());
    for (const Objective& objective : objectives_) {
      const Result<void> done = OneObjective(objective);
      if (done) continue;
      ASSAY_TRY(Fail(objective, done.error()));
      if (done.error().code == ErrorCode::kCancelled) return done.error();
    }
    if (!progress_.AnyResult() && !failures_.empty()) return failures_.front();
    if (objectives_.size() > 1) ASSAY_TRY(WeighObjectives());
    report_.status = failures_.empty() ? "complete" : "failed";
    ASSAY_TRY(Finish());
    return RunResult{std::move(report_), std::move(failures_)};
  }

 private:
  using Step = StepRecorder::Step;

  Result<void> Begin() {
    report_.header.report = "project";
    report_.header.seed = context_.seed;
    report_.header.command = options_.command;
    report_.name = project_.charter.section("project").text("name");
    if (report_.name.empty()) report_.name = std::filesystem::absolute(project_.folder).lexically_normal().filename().string();
    report_.why = project_.charter.section("project").text("why");
    for (const Record& part : project_.charter.list("problem.parts")) report_.parts.push_back({part.text("name"), part.text("of"), part.text("what")});
    money_ = MoneySettingsOf(project_.charter);
    const Result<ProjectReport> earlier = LoadProjectReport(project_);
    earlier_result_ = earlier && earlier->understand.has_value();
    return steps_.Begin();
  }

  Result<void> ReadSource(const std::string& source) {
    if (shared_ && raw_.source == source) return {};
    const base::ScopedStep step(context_, "read");
    store::ReadOptions how;
    how.sample_rows = options_.sample_rows;
    how.seed = context_.seed;
    store::ReadResult read = ASSAY_TRY(engine_.Read(source, how, context_));
    raw_ = {source, read.table.num_rows(), static_cast<std::int64_t>(read.table.num_columns()), read.fingerprint, read.notes, read.sampled_from()};
    share_read_ = static_cast<double>(read.table.num_rows()) / static_cast<double>(std::max(read.source_rows, read.table.num_rows()));
    shared_ = std::make_shared<const table::Table>(std::move(read.table));
    return {};
  }

  // Every field of the charter, judged against the data as read.
  Result<void> Check() {
    // Findings name the file and its lines.
    const std::string text = ASSAY_TRY(base::ReadFile(project_.charter.path()));
    report_.header.data = raw_;
    report_.check = ASSAY_TRY(DoStep<evidence::CheckReport>({"check", "check", {raw_.source, raw_.fingerprint, text}}, [&](const RunContext& context) { return CheckCharter(project_, {shared_, raw_, "", &leaks_, share_read_}, context); }));
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
        return Understand(gathered, HypothesesOf(project_.charter, objective.problem.outcome), context);
      }));
      ASSAY_TRY(StepDone());
      ASSAY_TRY(CompareLastPeriods(objective, gathered));
    }
    report_.feasibility.push_back(ASSAY_TRY(DoStep<evidence::FeasibilityReport>({"feasibility", "feasibility " + objective.name, DependsOn(objective)}, [&](const RunContext& context) {
      FeasibilityOptions options = FeasibilityOptionsOf(project_.charter, objective);
      options.leaks = &leaks_;
      return Feasibility(gathered, options, context);
    })));
    ASSAY_TRY(StepDone());
    // Also after a verdict of stop: the ladder then shows what each option would have been worth.
    const std::vector<std::string>& leaky = report_.feasibility.back().leaky_columns;
    if (WithoutFeatures(gathered.examples, leaky).features.empty()) return SkipLadder(objective, leaky);
    return Climb(objective, gathered, leaky);
  }

  // Why the metric moved from the period before the last to the last; data that do not allow it are no failure.
  Result<void> CompareLastPeriods(const Objective& objective, const Gathered& gathered) {
    current_ = "change";
    const Result<ChangeProblem> problem = LastChangeOf(project_, objective, gathered);
    const auto skip = [&](const Error& error) -> Result<void> {
      progress_.Set("change", "skipped", error.message);
      return {};
    };
    if (!problem) return problem.error().code == ErrorCode::kNumeric ? skip(problem.error()) : Result<void>(problem.error());
    std::optional<Error> refused;
    const Result<evidence::ChangeReport> change = DoStep<evidence::ChangeReport>({"change", "change", DependsOn(objective)}, [&](const RunContext& context) {
      Result<evidence::ChangeReport> made = ExplainChangeInTable(*problem, *shared_, raw_, context);
      if (!made && (made.error().code == ErrorCode::kInvalidInput || made.error().code == ErrorCode::kTooLarge)) refused = made.error();
      return made;
    });
    if (!change) return refused ? skip(*refused) : Result<void>(change.error());
    report_.change.push_back(*change);
    return StepDone();
  }

  // Feasibility has said why: there is nothing to climb with, which is an answer and no failure.
  Result<void> SkipLadder(const Objective& objective, const std::vector<std::string>& leaky) {
    const std::string reason = leaky.empty() ? "no column can be a feature, so there is no ladder" : "without the columns that leak (" + base::Join(leaky, ", ") + ") no feature is left, so there is no ladder";
    progress_.SetWaiting(objective.name, "skipped", reason);
    report_.notes.push_back("objective '" + objective.name + "': " + reason);
    return HandOut();
  }

  // The ladder without the columns that leak, then what its rungs are worth.
  Result<void> Climb(const Objective& objective, const Gathered& gathered, const std::vector<std::string>& leaky) {
    Gathered honest = gathered;
    honest.examples = WithoutFeatures(gathered.examples, leaky);
    honest.leaky = leaky;
    std::vector<std::string> depends_on = DependsOn(objective);
    depends_on.push_back(options_.full ? "full" : "sampled");
    depends_on.push_back("repeats " + std::to_string(options_.repeats));
    depends_on.insert(depends_on.end(), leaky.begin(), leaky.end());
    Step step{"train", "train " + objective.name, depends_on};
    const std::string key = steps_.KeyOf(step);
    const bool binary = gathered.examples.task == learn::Task::kBinary;
    // Its other files carry the key, so that a result is never taken over with another one's files.
    const std::filesystem::path rows_path = steps_.store().PathOf(step.name, ".decisions-" + key.substr(0, 16));
    const std::filesystem::path losses_path = steps_.store().PathOf(step.name, ".losses-" + key.substr(0, 16));
    const std::filesystem::path scores_path = steps_.store().PathOf(step.name, ".scores-" + key.substr(0, 16));
    const bool blended = objectives_.size() > 1 && gathered.examples.task != learn::Task::kMulticlass;
    const std::filesystem::path stamp = objective.train.models_folder / "step";
    std::error_code code;
    const Result<std::string> stamped = std::filesystem::exists(stamp, code) ? base::ReadFile(stamp) : Result<std::string>("");
    step.may_be_taken_over = stamped && *stamped == key + "\n" && (!binary || std::filesystem::exists(rows_path, code)) && std::filesystem::exists(losses_path, code) && (!blended || std::filesystem::exists(scores_path, code));
    std::optional<DecisionRows> rows;
    std::optional<HoldoutLosses> losses;
    const auto climb = [&](const RunContext& context) -> Result<evidence::TrainReport> {
      std::filesystem::remove(stamp, code);
      steps_.store().RemoveOthers(rows_path, step.name + ".decisions-");
      steps_.store().RemoveOthers(losses_path, step.name + ".losses-");
      steps_.store().RemoveOthers(scores_path, step.name + ".scores-");
      TrainOptions train = objective.train;
      train.full = options_.full;
      train.repeats = options_.repeats;
      train.open_holdout = [&](const std::string& fingerprint) { return steps_.OpenHoldout(fingerprint, objective.name); };
      train.on_predictions = [&](const LadderPredictions& predictions) -> Result<void> {
        losses = LossesOnHoldout(predictions, gathered.examples, objective.train.metric);
        ASSAY_TRY(SaveHoldoutLosses(losses_path, *losses));
        if (blended) {
          ObjectiveScores scores = ScoresOf(predictions, gathered);
          scores.learned_from = LearnedFrom(project_, objective.name, raw_);
          ASSAY_TRY(SaveObjectiveScores(scores_path, scores));
        }
        if (!binary) return {};
        rows = DecisionRowsOf(predictions, gathered.examples);
        return SaveDecisionRows(rows_path, *rows);
      };
      evidence::TrainReport report = ASSAY_TRY(Train(honest, train, context));
      ASSAY_TRY(base::WriteFileAtomically(stamp, key + "\n"));
      return report;
    };
    const auto value_it = [&](const RunContext&) -> Result<evidence::ValueReport> {
      evidence::ValueReport value = NoValue(money_, WhyNoValue(money_, gathered.examples.task, objective.name, objective.problem.outcome, gathered.examples.classes));
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
    climbed_.push_back({scores_path, key, gathered.examples.task, blended ? std::make_shared<const learn::Examples>(honest.examples) : nullptr, gathered.source_rows});
    if (!source_) source_ = gathered.source;
    report_.value.push_back(ASSAY_TRY(DoStep<evidence::ValueReport>({"value", "value " + objective.name, depends_on}, value_it)));
    ASSAY_TRY(StepDone());
    const auto find_slices = [&](const RunContext& context) -> Result<evidence::SlicesReport> {
      const evidence::ValueReport& value = report_.value.back();
      if (!losses) losses = ASSAY_TRY(LoadHoldoutLosses(losses_path));
      if (binary && !rows) rows = ASSAY_TRY(LoadDecisionRows(rows_path));
      const Stake stake = binary ? StakeOnHoldout(*rows, value, losses->rung, money_) : Stake{{}, value.reason};
      evidence::SlicesReport slices = ASSAY_TRY(SlicesOfHoldout(honest, *losses, stake, money_, ProjectSliceOptions(), context));
      slices.objective = objective.name;
      return slices;
    };
    report_.slices.push_back(ASSAY_TRY(DoStep<evidence::SlicesReport>({"slices", "slices " + objective.name, depends_on}, find_slices)));
    return StepDone();
  }

  // What the objectives give and take, once every one of them has a ladder.
  Result<void> WeighObjectives() {
    current_ = "tradeoff";
    if (climbed_.size() != objectives_.size()) {
      progress_.Set(current_, "skipped", "an objective has no ladder");
      return HandOut();
    }
    std::vector<learn::Task> tasks;
    Step step{"tradeoff", "tradeoff", {raw_.source, raw_.fingerprint, SettingsFingerprint(project_)}};
    for (const Climbed& climbed : climbed_) {
      tasks.push_back(climbed.task);
      step.depends_on.push_back(climbed.key);
    }
    const auto weigh = [&](const RunContext& context) -> Result<evidence::TradeoffReport> {
      if (const std::string why = WhyNoTradeoff(project_, objectives_, tasks); !why.empty()) {
        evidence::TradeoffReport none = NoTradeoff(project_, why);
        none.header.data = raw_;
        return none;
      }
      std::vector<ObjectiveScores> scores;
      for (const Climbed& climbed : climbed_) scores.push_back(ASSAY_TRY(LoadObjectiveScores(climbed.scores)));
      TradeoffInput input{project_, objectives_, scores, source_, raw_};
      for (const Climbed& climbed : climbed_) {
        input.examples.push_back(climbed.examples);
        input.source_rows.push_back(climbed.source_rows);
      }
      return FindTradeoff(input, context);
    };
    Result<evidence::TradeoffReport> tradeoff = DoStep<evidence::TradeoffReport>(step, weigh);
    if (tradeoff) {
      report_.tradeoff = std::move(*tradeoff);
      return StepDone();
    }
    if (tradeoff.error().code == ErrorCode::kCancelled) report_.status = "interrupted";
    progress_.Set(current_, tradeoff.error().code == ErrorCode::kCancelled ? "interrupted" : "failed", tradeoff.error().message);
    ASSAY_TRY(steps_.RecordStop(current_, tradeoff.error().message));
    ASSAY_TRY(HandOut());
    if (tradeoff.error().code == ErrorCode::kCancelled) return tradeoff.error();
    report_.notes.push_back("the trade-off failed: " + tradeoff.error().message);
    failures_.push_back(tradeoff.error());
    return {};
  }

  std::vector<std::string> DependsOn(const Objective& objective) const { return InputsOf(project_, objective.name, raw_); }

  template <class Report, class Compute>
  Result<Report> DoStep(const Step& step, const Compute& compute) {
    current_ = step.name;
    return steps_.Do<Report>(step, compute);
  }

  Result<void> StepDone() {
    progress_.Set(current_, "done", "");
    return steps_.computed() ? HandOut() : Result<void>();
  }

  void Conclude() {
    // A run that was stopped still says what its finished steps show.
    RunContext uncancelled = context_;
    uncancelled.cancel = nullptr;
    report_.options = JudgeOptions(project_.charter, report_);
    report_.steps = JudgeSteps(project_.charter, report_, uncancelled);
    if (report_.check) report_.board = MakeBoard(*report_.check, report_);
    report_.header.data.notes = DataNotesOf(report_);
    report_.headline = Headline(report_);
  }

  // An earlier report is worth more than one without a result: it stays until this run has one.
  Result<void> HandOut() {
    if (earlier_result_ && !progress_.AnyResult()) return {};
    Conclude();
    return options_.after_step ? options_.after_step(report_) : Result<void>();
  }

  // All steps before the one that failed stay in the report.
  Result<void> Fail(const Objective& objective, const Error& error) {
    const bool cancelled = error.code == ErrorCode::kCancelled;
    const std::string how = cancelled ? "interrupted" : "failed";
    report_.status = how;
    const bool shared_step = current_ == "check" || current_ == "understand" || current_ == "change";  // another objective may still do it
    if (cancelled || !shared_step) progress_.Set(current_, how, error.message);
    if (!cancelled) {
      failures_.push_back(error);
      report_.notes.push_back("objective '" + objective.name + "' failed: " + error.message);
      progress_.SetWaiting(objective.name, how, error.message);
    }
    ASSAY_TRY(steps_.RecordStop(current_, how + ": " + error.message));
    return HandOut();
  }

  Result<void> Finish() {
    Conclude();
    ASSAY_TRY(steps_.RecordRun(report_));
    return HandOut();
  }

  const Project& project_;
  const RunOptions& options_;
  const std::vector<Objective>& objectives_;
  store::Engine& engine_;
  const RunContext& context_;
  ProjectReport report_;
  StepRecorder steps_;
  RunProgress progress_;
  std::string current_;                         // the step under way
  MoneySettings money_;
  std::shared_ptr<const table::Table> shared_;  // the data as read, for all objectives
  evidence::DataSummary raw_;
  double share_read_ = 1;                       // of the source's rows
  LeakFinder leaks_;                            // the check and feasibility ask the same
  struct Climbed {
    std::filesystem::path scores;
    std::string key;
    learn::Task task;
    std::shared_ptr<const learn::Examples> examples;  // without leaky features
    learn::Rows source_rows;
  };
  std::vector<Climbed> climbed_;                // objectives with a ladder, in order
  std::shared_ptr<const table::Table> source_;  // the data with derived columns
  std::vector<Error> failures_;
  bool earlier_result_ = false;                 // an earlier run's report holds one
};

}  // namespace

Result<RunResult> RunProject(const Project& project, const RunOptions& options, store::Engine& engine, const RunContext& context) {
  ASSAY_TRY(base::CheckWritable(project.state()));
  ASSAY_TRY(RefuseImpossibleNumbers(project.charter));
  const std::vector<Objective> objectives = ASSAY_TRY(ObjectivesOf(project));
  // Everything generated stays out of the project's version control.
  const std::filesystem::path ignore = project.state() / ".gitignore";
  std::error_code code;
  if (!std::filesystem::exists(ignore, code)) ASSAY_TRY(base::WriteFileAtomically(ignore, "*\n"));
  return ProjectRun(project, options, objectives, engine, context).Execute();
}

}  // namespace assay::lifecycle
