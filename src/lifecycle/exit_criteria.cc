#include "lifecycle/exit_criteria.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "expression/expression.h"

namespace assay::lifecycle {

namespace {

using charter::Record;
using evidence::ProjectReport;

// Names with the objective in front, and without it the first objective's.
class Names {
 public:
  void Add(const std::string& name, double value) {
    const bool there = std::any_of(values_.begin(), values_.end(), [&](const auto& v) { return v.first == name; });
    if (!there) values_.emplace_back(name, value);
  }
  void AddFor(const std::string& objective, const std::string& name, double value) {
    Add(name, value);
    Add(objective + "_" + name, value);
  }
  void AddEstimate(const std::string& objective, const std::string& name, const evidence::Estimate& estimate) {
    AddFor(objective, name, estimate.value);
    AddFor(objective, name + "_low", estimate.low);
    AddFor(objective, name + "_high", estimate.high);
  }
  std::vector<std::pair<std::string, double>> values() && { return std::move(values_); }

 private:
  std::vector<std::pair<std::string, double>> values_;
};

void AddUnderstand(const ProjectReport& report, Names* names) {
  names->Add("rows", static_cast<double>(report.header.data.rows));
  if (!report.understand) return;
  double decided = 0, supported = 0;
  for (const evidence::HypothesisResult& h : report.understand->hypotheses) {
    decided += h.verdict == evidence::Verdict::kInconclusive ? 0 : 1;
    supported += h.verdict == evidence::Verdict::kSupported ? 1 : 0;
  }
  names->Add("hypotheses_decided", decided);
  names->Add("hypotheses_supported", supported);
}

void AddFeasibility(const evidence::FeasibilityReport& f, Names* names) {
  names->AddEstimate(f.objective, "gain", f.gain);
  names->AddFor(f.objective, "go", f.verdict == evidence::FeasibilityVerdict::kGo ? 1 : 0);
  names->AddFor(f.objective, "stop", f.verdict == evidence::FeasibilityVerdict::kStop ? 1 : 0);
  names->AddFor(f.objective, "leaky_columns", static_cast<double>(f.leaky_columns.size()));
  for (const evidence::FeasibilityItem& item : f.items) names->AddFor(f.objective, item.id + "_supported", item.verdict == evidence::Verdict::kSupported ? 1 : 0);
}

void AddTrain(const evidence::TrainReport& t, Names* names) {
  for (const evidence::RungReport& rung : t.rungs) {
    for (const auto& [metric, estimate] : rung.metrics) {
      if (!t.recommended.empty() && rung.name == t.recommended) names->AddEstimate(t.objective, "recommended_" + metric, estimate);
      if (rung.status == evidence::RungStatus::kBest) names->AddEstimate(t.objective, "best_" + metric, estimate);
    }
  }
  names->AddFor(t.objective, "holdout_openings", static_cast<double>(t.split.holdout_openings));
}

void AddValue(const ProjectReport& report, const evidence::ValueReport& value, Names* names) {
  const auto train = std::find_if(report.train.begin(), report.train.end(), [&](const auto& t) { return t.objective == value.objective; });
  if (train == report.train.end()) return;
  for (const evidence::RungValue& rung : value.rungs) {
    if (rung.name != train->recommended) continue;
    names->AddEstimate(value.objective, "value_per_day", rung.value_per_day);
    names->AddEstimate(value.objective, "value_against_nothing", rung.against_nothing);
  }
}

}  // namespace

std::vector<std::pair<std::string, double>> Measurables(const ProjectReport& report) {
  Names names;
  AddUnderstand(report, &names);
  for (const evidence::FeasibilityReport& f : report.feasibility) AddFeasibility(f, &names);
  for (const evidence::TrainReport& t : report.train) AddTrain(t, &names);
  for (const evidence::ValueReport& v : report.value) AddValue(report, v, &names);
  return std::move(names).values();
}

std::vector<evidence::StepResult> JudgeSteps(const charter::Charter& charter, const ProjectReport& report, const RunContext& context) {
  std::vector<table::Column> columns;
  for (const auto& [name, value] : Measurables(report)) columns.push_back(table::Column::Numbers(name, {std::isfinite(value) ? value : std::nan("")}));
  const Result<table::Table> measured = table::Table::Create(std::move(columns));
  std::vector<evidence::StepResult> results;
  for (const Record& step : charter.list("problem.steps")) {
    evidence::StepResult result{step.text("name"), step.text("exit"), "not_measurable", ""};
    const Result<expression::Expression> parsed = expression::Expression::Parse(result.criterion);
    const Result<table::Column> value = measured ? expression::EvaluateText(result.criterion, "exit criterion", *measured, "exit", context) : Result<table::Column>(measured.error());
    if (result.criterion.empty()) {
      result.detail = "it has no exit criterion";
    } else if (!parsed || !value) {
      const std::string& message = parsed ? value.error().message : parsed.error().message;
      // Columns of a table are what this run measured; the list of all of them stands in the documents.
      result.detail = message.substr(0, std::min(message.find('\n'), message.find(" The columns are:")));
    } else if (value->type() == table::ColumnType::kCategory || value->type() == table::ColumnType::kTime) {
      result.detail = "it is a " + std::string(table::ColumnTypeName(value->type())) + ", expected a condition such as gain_low >= 0.01";
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

}  // namespace assay::lifecycle
