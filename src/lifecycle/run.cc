#include "lifecycle/run.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "evidence/ledger.h"
#include "expression/expression.h"
#include "lifecycle/board.h"
#include "lifecycle/check.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/html_report.h"
#include "lifecycle/understand.h"

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

// Measured results that exit criteria may name: <objective>_<metric> of the recommended rung where there are several
// objectives, else recommended_<metric>, best_<metric>, gain, rows, and the verdicts as 0/1.
std::vector<table::Column> Measurables(const ProjectReport& report) {
  std::vector<table::Column> columns;
  const auto add = [&](const std::string& name, double value) {
    const bool there = std::any_of(columns.begin(), columns.end(), [&](const table::Column& c) { return c.name() == name; });
    if (!there) columns.push_back(table::Column::Numbers(name, {value}));
  };
  add("rows", static_cast<double>(report.header.data.rows));
  if (report.understand) {
    double tested = 0, supported = 0;
    for (const evidence::HypothesisResult& h : report.understand->hypotheses) {
      tested += h.verdict == evidence::Verdict::kInconclusive ? 0 : 1;
      supported += h.verdict == evidence::Verdict::kSupported ? 1 : 0;
    }
    add("hypotheses_decided", tested);
    add("hypotheses_supported", supported);
  }
  for (const evidence::FeasibilityReport& f : report.feasibility) {
    for (const std::string& prefix : {std::string(), f.objective + "_"}) {
      add(prefix + "gain", f.gain.value);
      add(prefix + "gain_low", f.gain.low);
      add(prefix + "go", f.verdict == evidence::FeasibilityVerdict::kGo ? 1 : 0);
      add(prefix + "leaky_columns", static_cast<double>(f.leaky_columns.size()));
    }
  }
  for (const evidence::TrainReport& t : report.train) {
    for (const evidence::RungReport& rung : t.rungs) {
      for (const auto& [metric, estimate] : rung.metrics) {
        if (rung.name == t.recommended) {
          add("recommended_" + metric, estimate.value);
          add(t.objective + "_recommended_" + metric, estimate.value);
        }
        if (rung.status == evidence::RungStatus::kBest) {
          add("best_" + metric, estimate.value);
          add(t.objective + "_best_" + metric, estimate.value);
        }
      }
    }
  }
  return columns;
}

std::vector<evidence::StepResult> JudgeSteps(const charter::Charter& charter, const ProjectReport& report, const RunContext& context) {
  std::vector<evidence::StepResult> results;
  const Result<table::Table> measured = table::Table::Create(Measurables(report));
  for (const Record& step : charter.list("problem.steps")) {
    evidence::StepResult result{step.text("name"), step.text("exit"), "not_measurable", ""};
    const Result<expression::Expression> parsed = expression::Expression::Parse(result.criterion);
    const Result<table::Column> value = measured ? expression::EvaluateText(result.criterion, "exit", *measured, "exit", context) : Result<table::Column>(measured.error());
    if (!parsed || !value) {
      const std::string& message = parsed ? value.error().message : parsed.error().message;
      result.detail = message.substr(0, message.find('\n'));
    } else if (value->IsMissing(0)) {
      result.detail = "a figure in it does not exist in this run";
    } else {
      result.state = value->NumberAt(0) != 0 ? "met" : "not_met";
      std::vector<std::string> figures;
      for (const std::string& name : parsed->columns()) {
        const std::int64_t index = measured->Find(name);
        if (index >= 0) figures.push_back(name + " = " + base::ReadableNumber(measured->column(static_cast<std::size_t>(index)).NumberAt(0), 3));
      }
      result.detail = base::Join(figures, ", ");
    }
    results.push_back(std::move(result));
  }
  return results;
}

// Mean money per decision when acting wherever it pays, from calibrated-as-is holdout predictions is the value step's
// work; here an option gets its rung's metric, and seconds come from the ladder.
std::vector<evidence::OptionResult> JudgeOptions(const charter::Charter& charter, const ProjectReport& report) {
  std::vector<evidence::OptionResult> results;
  for (const Record& option : charter.list("problem.options")) {
    evidence::OptionResult result;
    result.name = option.text("name");
    result.stated_cost = option.text("cost");
    result.stated_time = option.text("time");
    result.measured.reason = "no rung of the ladder measures it";
    result.value_per_day.reason = "not measured in this version";
    for (const evidence::TrainReport& train : report.train) {
      for (const evidence::RungReport& rung : train.rungs) {
        if (rung.kind != option.text("kind")) continue;
        const auto metric = rung.metrics.find(train.metric);
        if (metric == rung.metrics.end()) continue;
        result.measured = metric->second;
        result.note = train.metric + " of '" + rung.name + "' on the holdout" + (report.train.size() > 1 ? " for " + train.objective : "");
      }
      if (std::isfinite(result.measured.value)) break;
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

Result<ProjectReport> RunProject(const Project& project, const RunOptions& options, store::Engine& engine, const RunContext& context) {
  ASSAY_TRY(base::CheckWritable(project.state()));
  const std::vector<Objective> objectives = ASSAY_TRY(ObjectivesOf(project));
  evidence::Ledger ledger(project.state());
  ProjectReport report;
  report.header.report = "project";
  report.header.seed = context.seed;
  report.header.command = options.command;
  report.name = project.charter.section("project").text("name");
  if (report.name.empty()) report.name = std::filesystem::absolute(project.folder).filename().string();
  report.why = project.charter.section("project").text("why");
  for (const Record& part : project.charter.list("problem.parts")) report.parts.push_back({part.text("name"), part.text("of"), part.text("what")});

  const auto finish_step = [&](const char* kind, const Json& body) -> Result<void> {
    const evidence::LedgerRecord record = ASSAY_TRY(ledger.Append(kind, Body(body)));
    report.ledger.records = record.number;
    report.ledger.head = record.hash;
    report.options = JudgeOptions(project.charter, report);
    report.steps = JudgeSteps(project.charter, report, context);
    if (report.check) report.board = MakeBoard(*report.check, report);
    report.headline = Headline(report);
    if (options.after_step) ASSAY_TRY(options.after_step(report));
    return {};
  };

  std::shared_ptr<const table::Table> shared;
  evidence::DataSummary raw;
  for (std::size_t o = 0; o < objectives.size(); ++o) {
    const Objective& objective = objectives[o];
    if (!shared) {
      const base::ScopedStep step(context, "read");
      store::ReadResult read = ASSAY_TRY(engine.Read(objective.problem.source, {}, context));
      raw = {objective.problem.source, read.table.num_rows(), static_cast<std::int64_t>(read.table.num_columns()), read.fingerprint, read.notes};
      shared = std::make_shared<const table::Table>(std::move(read.table));
      report.header.data = raw;
      evidence::CheckReport check = ASSAY_TRY(CheckCharter(project, {shared, raw, ""}, context));
      check.header.seed = context.seed;
      check.header.command = options.command;
      report.check = std::move(check);
      ASSAY_TRY(finish_step("check", evidence::ToJson(*report.check)));
    }
    const Gathered gathered = ASSAY_TRY_WITH(GatherFromTable(objective.problem, shared, raw, context), project.charter.path() + ": objective '" + objective.name + "'");
    if (o == 0) {
      report.header.data = gathered.data;
      evidence::UnderstandReport understand = ASSAY_TRY(Understand(gathered, HypothesesOf(project.charter), context));
      understand.header.seed = context.seed;
      understand.header.command = options.command;
      report.understand = std::move(understand);
      ASSAY_TRY(finish_step("understand", evidence::ToJson(*report.understand)));
    }
    evidence::FeasibilityReport feasibility = ASSAY_TRY(Feasibility(gathered, FeasibilityOptionsOf(project, objective), context));
    feasibility.header.seed = context.seed;
    feasibility.header.command = options.command;
    report.feasibility.push_back(std::move(feasibility));
    ASSAY_TRY(finish_step("feasibility", evidence::ToJson(report.feasibility.back())));

    // The ladder climbs without the columns that leak.
    Gathered honest = gathered;
    honest.examples = WithoutFeatures(gathered.examples, report.feasibility.back().leaky_columns);
    TrainOptions train_options = objective.train;
    train_options.full = options.full;
    train_options.open_holdout = [&](const std::string& fingerprint) -> Result<std::int64_t> {
      const evidence::LedgerState state = ASSAY_TRY(ledger.Read());
      std::int64_t openings = 1;
      for (const evidence::LedgerRecord& record : state.records) {
        if (record.kind == "holdout_opened" && record.body.value("fingerprint", "") == fingerprint) ++openings;
      }
      ASSAY_TRY(ledger.Append("holdout_opened", Json{{"fingerprint", fingerprint}, {"objective", objective.name}}));
      return openings;
    };
    evidence::TrainReport train = ASSAY_TRY(Train(honest, train_options, context));
    train.header.seed = context.seed;
    train.header.command = options.command;
    report.train.push_back(std::move(train));
    ASSAY_TRY(finish_step("train", evidence::ToJson(report.train.back())));
  }
  const evidence::LedgerState state = ASSAY_TRY(ledger.Read());
  report.ledger.notice = state.notice;
  return report;
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
