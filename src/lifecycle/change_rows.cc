#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/thread_pool.h"
#include "expression/expression.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/change_parts.h"
#include "lifecycle/internal/flag_columns.h"
#include "table/float_range.h"

namespace assay::lifecycle {

namespace {

using table::Column;
using table::ColumnType;
using table::Table;

constexpr double kTellsApart = 0.999;       // of the rows in values that occur on one side only
constexpr std::int64_t kLeastRowsOfValue = 20;
constexpr double kSmallest = 1e-100;

bool Holds(double condition) { return !std::isnan(condition) && condition != 0; }

struct Conditions {
  std::vector<double> before, after;
  std::vector<std::uint8_t> kept;  // empty: all
};

Result<Conditions> EvaluateConditions(const ChangeProblem& problem, const Table& table, const RunContext& context, std::vector<std::string>* notes) {
  constexpr const char* kCondition = "a condition, such as date >= '2001-06-01'";
  Conditions conditions;
  conditions.before = ASSAY_TRY(NumbersOf(problem.before, "--before", kCondition, table, context));
  conditions.after = ASSAY_TRY(NumbersOf(problem.after, "--after", kCondition, table, context));
  const auto leave_out = [&](const std::vector<double>& values, bool where_true, const std::string& why) {
    if (conditions.kept.empty()) conditions.kept.assign(values.size(), 1);
    std::int64_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (conditions.kept[i] == 0 || Holds(values[i]) != where_true) continue;
      conditions.kept[i] = 0;
      ++count;
    }
    if (count > 0) notes->push_back(base::Counted(count, "row") + " left out: " + why);
  };
  for (const Exclusion& exclusion : problem.exclusions) leave_out(ASSAY_TRY(NumbersOf(exclusion.rows, "data.exclusions: '" + exclusion.reason + "'", kCondition, table, context)), true, exclusion.reason + " (" + exclusion.rows + ")");
  if (!problem.where.empty()) leave_out(ASSAY_TRY(NumbersOf(problem.where, "--where", kCondition, table, context)), false, "not kept by --where '" + problem.where + "'");
  return conditions;
}

Result<void> FindFeatures(const ChangeProblem& problem, const Table& table, const RunContext& context, ChangeSides* sides) {
  for (const std::string& name : problem.features) {
    const std::int64_t found = table.Find(name);
    sides->features.push_back(found >= 0 ? table.column(static_cast<std::size_t>(found)) : ASSAY_TRY(expression::EvaluateText(name, "--features", table, name, context)));
  }
  sides->asked_for = !problem.features.empty();
  if (sides->asked_for) return {};
  std::vector<std::string> taken;
  std::vector<std::string> texts = {problem.before, problem.after, problem.unit, problem.time};
  if (problem.metrics.empty()) {
    const slices::Metric metric = ASSAY_TRY_WITH(slices::ParseMetric(problem.metric), "--metric");
    texts.insert(texts.end(), {metric.x, metric.y});
  }
  for (const slices::MetricDefinition& definition : problem.metrics) {
    if (!slices::NamesAggregate(definition.is)) continue;
    if (const Result<slices::Metric> metric = slices::ParseMetric(definition.is); metric) texts.insert(texts.end(), {metric->x, metric->y});
  }
  for (const std::string& text : texts) {
    for (std::string& name : expression::ColumnsOf(text)) taken.push_back(std::move(name));
  }
  for (const std::string& name : problem.exclude) {
    const std::vector<std::string> like = ColumnsLike(table, name);
    if (like.size() == 1 && table.Find(like[0]) < 0) ASSAY_TRY_WITH(table.IndexOf(name), "--exclude");
    taken.insert(taken.end(), like.begin(), like.end());
  }
  for (const Column& column : table.columns()) {
    if (!base::IsAmong(taken, column.name())) sides->features.push_back(column);
  }
  const std::int64_t time = problem.time.empty() ? -1 : table.Find(problem.time);
  if (time < 0 || table.column(static_cast<std::size_t>(time)).type() != ColumnType::kTime) return {};
  for (const char* part : {"weekday", "hour"}) {
    const std::string name = std::string(part) + "(" + problem.time + ")";
    if (base::IsAmong(problem.exclude, name)) continue;
    sides->features.push_back(ASSAY_TRY(expression::EvaluateText(std::string(part) + "(" + expression::ColumnAsExpression(problem.time) + ")", "--time", table, name, context)));
  }
  return {};
}

// Why a feature cannot describe parts; "" when it can.
std::string WhyNoFeature(const slices::Feature& feature, const slices::ChangeRows& rows) {
  std::vector<double> count[2] = {std::vector<double>(feature.atoms.size(), 0), std::vector<double>(feature.atoms.size(), 0)};
  slices::ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) { count[rows.side[i]][atom] += 1; });
  double all = 0, pure = 0;
  std::size_t occupied = 0;
  for (std::size_t a = 0; a < feature.atoms.size(); ++a) {
    all += count[0][a] + count[1][a];
    if (count[0][a] == 0 || count[1][a] == 0) pure += count[0][a] + count[1][a];
    occupied += count[0][a] + count[1][a] > 0 ? 1 : 0;
  }
  if (occupied == 0 || all < 0.01 * static_cast<double>(rows.x.size())) return "hardly any of its values has " + std::to_string(kLeastRowsOfValue) + " rows";
  if (occupied == 1 && feature.rare_rows == 0) return "it is the same in every row";
  if (pure >= kTellsApart * all) return "its values tell the two sides apart, so nothing of it can be compared";
  return "";
}

std::vector<table::Column> TakeRows(const std::vector<table::Column>& columns, const std::vector<std::uint32_t>& rows, std::int64_t all) {
  std::vector<table::Column> taken;
  for (const table::Column& column : columns) taken.push_back(static_cast<std::int64_t>(rows.size()) == all ? column : column.Take(rows));
  return taken;
}

}  // namespace

Result<ChangeSides> FindSides(const ChangeProblem& problem, const Table& table, const RunContext& context, std::vector<std::string>* notes) {
  const Conditions conditions = ASSAY_TRY(EvaluateConditions(problem, table, context, notes));
  ChangeSides sides;
  std::int64_t both = 0, first_both = -1, unknown = 0;
  for (std::size_t i = 0; i < conditions.before.size(); ++i) {
    if (!conditions.kept.empty() && conditions.kept[i] == 0) continue;
    const bool before = Holds(conditions.before[i]), after = Holds(conditions.after[i]);
    if (before && after && ++both == 1) first_both = static_cast<std::int64_t>(i);
    if (!before && !after && (std::isnan(conditions.before[i]) || std::isnan(conditions.after[i]))) ++unknown;
    if (!before && !after) continue;
    sides.rows.push_back(static_cast<std::uint32_t>(i));
    sides.side.push_back(after ? 1 : 0);
  }
  if (both > 0) {
    return Error{ErrorCode::kInvalidInput, "--before and --after overlap: " + base::Counted(both, "row fits", "rows fit") + " both, the first is row " + std::to_string(first_both + 1) + " of " + problem.source + "; write conditions that exclude each other, such as date < '2001-04-01' and date >= '2001-04-01'"};
  }
  for (std::uint8_t side = 0; side < 2; ++side) {
    if (std::find(sides.side.begin(), sides.side.end(), side) != sides.side.end()) continue;
    return Error{ErrorCode::kInvalidInput, std::string(side == 0 ? "--before" : "--after") + ": no row of " + problem.source + (conditions.kept.empty() ? "" : " that is kept") + " fits '" + (side == 0 ? problem.before : problem.after) + "'; write a condition that some rows fit"};
  }
  if (unknown > 0) notes->push_back(base::Counted(unknown, "row lies", "rows lie") + " on neither side because --before or --after has no value there");
  ASSAY_TRY(FindBlocks(problem, table, context, &sides, notes));
  ASSAY_TRY(FindFeatures(problem, table, context, &sides));
  return sides;
}

Result<slices::ChangeRows> RowsOfMetric(const slices::Metric& metric, const std::string& where, const ChangeSides& sides, const Table& table, const RunContext& context, std::vector<std::string>* notes) {
  constexpr const char* kValue = "a number per row, or a condition, which counts 1 where it holds";
  const std::vector<double> x = ASSAY_TRY(NumbersOf(metric.x, where, kValue, table, context));
  std::vector<double> y;
  if (!metric.y.empty()) y = ASSAY_TRY(NumbersOf(metric.y, where, kValue, table, context));
  slices::ChangeRows rows;
  rows.form = metric.form;
  rows.kind = sides.kind;
  rows.num_blocks = sides.num_blocks;
  rows.num_days = sides.num_days;
  std::vector<std::uint32_t> used;
  std::int64_t missing[2] = {0, 0};
  for (std::size_t i = 0; i < sides.rows.size(); ++i) {
    const std::uint32_t row = sides.rows[i];
    if (std::isnan(x[row]) || (!y.empty() && std::isnan(y[row]))) {
      ++missing[sides.side[i]];
      continue;
    }
    for (const double value : {x[row], y.empty() ? 0.0 : y[row]}) {
      if (std::abs(value) > table::kLargestFloat) return Error{ErrorCode::kInvalidInput, where + ": row " + std::to_string(row + 1) + " has the value " + base::ShortestNumber(value) + ", too large to measure noise with (at most " + base::ReadableNumber(table::kLargestFloat, 2) + "); mend it or leave it empty"};
    }
    used.push_back(row);
    rows.x.push_back(x[row]);
    if (!y.empty()) rows.y.push_back(y[row]);
    rows.side.push_back(sides.side[i]);
    if (!sides.block.empty()) rows.block.push_back(sides.block[i]);
    if (!sides.day.empty()) rows.day.push_back(sides.day[i]);
  }
  // Squares of smaller ones are lost, and noise with them.
  const auto largest_of = [](const std::vector<double>& values) { return values.empty() ? 0.0 : std::abs(*std::max_element(values.begin(), values.end(), [](double a, double b) { return std::abs(a) < std::abs(b); })); };
  for (const std::vector<double>* values : {&rows.x, &rows.y}) {
    const double largest = largest_of(*values);
    if (largest > 0 && largest < kSmallest) return Error{ErrorCode::kInvalidInput, where + ": no value of '" + metric.text + "' is larger than " + base::ReadableNumber(largest, 2) + ", too small to measure noise with; measure it in a smaller unit, as in sum(x * 1e100)"};
  }
  for (std::uint8_t side = 0; side < 2; ++side) {
    if (std::find(rows.side.begin(), rows.side.end(), side) == rows.side.end()) return Error{ErrorCode::kInvalidInput, where + ": '" + metric.text + "' has no value in any row " + (side == 0 ? "before" : "after") + "; mend the column, or compare other rows"};
  }
  if (missing[0] + missing[1] > 0) notes->push_back(base::Counted(missing[0] + missing[1], "row") + " left out, because '" + metric.text + "' has no value there (" + base::ReadableCount(missing[0]) + " before, " + base::ReadableCount(missing[1]) + " after)");
  const Table taken = ASSAY_TRY_WITH(Table::Create(TakeRows(sides.features, used, table.num_rows())), "--features");
  const slices::FeatureOptions cuts{10, std::min<std::int64_t>(kLeastRowsOfValue, static_cast<std::int64_t>(used.size()) / 10 + 1)};
  std::vector<Result<slices::Feature>> cut(taken.num_columns(), Error{ErrorCode::kInternal, "not cut"});
  ASSAY_TRY(base::ParallelFor(context, static_cast<std::int64_t>(cut.size()), [&](std::int64_t c) { cut[static_cast<std::size_t>(c)] = slices::CutFeature(taken.column(static_cast<std::size_t>(c)), {}, cuts); }, "cutting features"));
  for (Result<slices::Feature>& feature : cut) {
    if (!feature && (sides.asked_for || feature.error().code != ErrorCode::kTooLarge)) return feature.error();
    const std::string why = feature ? WhyNoFeature(*feature, rows) : "it has too many values";
    if (why.empty()) {
      rows.features.push_back(std::move(*feature));
    } else {
      notes->push_back("'" + taken.column(static_cast<std::size_t>(&feature - cut.data())).name() + "' describes no parts: " + why);
    }
  }
  if (rows.features.empty()) return Error{ErrorCode::kInvalidInput, "no column is left that could describe parts of the change" + std::string(notes->empty() ? "" : " (" + notes->back() + ")") + "; name columns by --features"};
  return rows;
}

}  // namespace assay::lifecycle
