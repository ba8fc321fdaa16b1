#include "lifecycle/exit_criteria.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/measurables.h"

namespace assay::lifecycle {

namespace {

using charter::Record;
using evidence::StepResult;
using expression::BoundExpression;
using expression::Expression;
using expression::ValueType;

std::string FirstLine(const std::string& message) { return message.substr(0, message.find('\n')); }

table::Schema SchemaOf(const std::vector<std::string>& names) {
  table::Schema schema;
  for (const std::string& name : names) schema.push_back({name, table::ColumnType::kNumber, false, {}});
  return schema;
}

// What the criterion looked at: each figure with its value, or with the reason why this run does not have it.
std::string FiguresOf(const std::vector<std::size_t>& columns, const std::vector<Measurable>& measurables, bool only_missing) {
  std::vector<std::string> figures;
  for (const std::size_t column : columns) {
    const Measurable& m = measurables[column];
    if (std::isnan(m.value)) figures.push_back(m.name + " does not exist in this run: " + m.reason);
    else if (!only_missing) figures.push_back(m.name + " = " + base::ReadableNumber(m.value, 3));
  }
  return base::Join(figures, only_missing ? "; " : ", ");
}

Result<void> Judge(const Expression& criterion, const std::vector<Measurable>& measurables, const RunContext& context, StepResult* result) {
  std::vector<table::Column> columns;
  for (const Measurable& m : measurables) columns.push_back(table::Column::Numbers(m.name, {m.value}));
  const table::Table measured = ASSAY_TRY(table::Table::Create(std::move(columns)));
  const BoundExpression bound = ASSAY_TRY(BoundExpression::Bind(criterion, measured.schema()));
  const table::Column value = ASSAY_TRY(bound.Evaluate(measured, "exit", context));
  const bool missing = value.IsMissing(0);
  if (!missing) result->state = value.NumberAt(0) != 0 ? "met" : "not_met";
  for (const std::size_t column : bound.column_indices()) {
    const Measurable& m = measurables[column];
    result->figures.push_back({m.name, m.objective, m.figure, m.value, m.reason});
  }
  result->detail = FiguresOf(bound.column_indices(), measurables, missing);
  if (result->detail.empty()) result->detail = "it has no value for these figures: " + FiguresOf(bound.column_indices(), measurables, false);
  return {};
}

}  // namespace

Result<Expression> ParseCriterion(const std::string& text, const std::vector<std::string>& measurable_names) {
  const auto error = [](const std::string& message) { return Error{ErrorCode::kInvalidInput, message}; };
  const auto unmeasured = [](const std::string& message) { return Error{ErrorCode::kUnsupported, "cannot be measured: " + message}; };
  const Result<Expression> parsed = Expression::Parse(text);
  if (!parsed) return error("is no EXPR, so no run can measure it: " + FirstLine(parsed.error().message));
  const Result<BoundExpression> bound = BoundExpression::Bind(*parsed, SchemaOf(measurable_names));
  if (!bound) {
    std::vector<std::string> unknown, hints;
    for (const std::string& column : parsed->columns()) {
      if (base::IsAmong(measurable_names, column)) continue;
      unknown.push_back("'" + column + "'");
      for (const std::string& near : base::NearestNames(column, measurable_names, 2)) hints.push_back("'" + near + "'");
    }
    if (unknown.empty()) return unmeasured(FirstLine(bound.error().message));
    return unmeasured("a run does not measure " + base::Join(unknown, ", ") + (hints.empty() ? "" : ". Did you mean " + base::Join(hints, " or ") + "?"));
  }
  if (bound->type() == ValueType::kText || bound->type() == ValueType::kTime) return error(std::string("is a ") + expression::ValueTypeName(bound->type()) + ", expected a condition such as gain_low >= 0.01");
  if (parsed->columns().empty()) return error("names no figure, so it is the same whatever happens");
  return *parsed;
}

std::vector<StepResult> JudgeSteps(const charter::Charter& charter, const evidence::ProjectReport& report, const RunContext& context) {
  std::vector<std::string> objectives;
  for (const Record& objective : charter.list("objectives")) objectives.push_back(objective.text("name"));
  const std::vector<Measurable> measurables = Measurables(objectives, report);
  const std::vector<std::string> names = MeasurableNames(objectives);
  std::vector<StepResult> results;
  for (const Record& step : charter.list("problem.steps")) {
    StepResult result{step.text("name"), step.text("exit"), "not_measurable", "", {}};
    if (result.criterion.empty()) {
      result.detail = "it has no exit criterion";
    } else {
      const Result<Expression> criterion = ParseCriterion(result.criterion, names);
      const Result<void> judged = criterion ? Judge(*criterion, measurables, context, &result) : Result<void>(criterion.error());
      if (!judged) result.detail = "it " + FirstLine(judged.error().message);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace assay::lifecycle
