#include "lifecycle/policy_score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/file.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "learn/calibration.h"
#include "lifecycle/estimates.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/flag_columns.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "lifecycle/memory_need.h"
#include "lifecycle/score_columns.h"
#include "objectives/blend.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

using charter::Policy;
using evidence::PolicyScoreReport;
using table::Column;

// Rows that the charter leaves out: those that data.where does not keep, and data.exclusions.
struct RowFilter {
  std::string expression, reason;
  bool keeps = false;  // true: rows where it holds stay; false: they go
};
std::vector<RowFilter> RowFiltersOf(const charter::Charter& charter) {
  std::vector<RowFilter> filters;
  const std::string where = charter.section("data").text("where");
  if (!where.empty()) filters.push_back({where, "data.where", true});
  for (const charter::Record& exclusion : charter.list("data.exclusions")) filters.push_back({exclusion.text("rows"), exclusion.text("reason"), false});
  return filters;
}

// Whether a text names what is known only after the decision: a column that the charter says is, or one of an outcome.
bool KnownAfter(const charter::Charter& charter, const std::string& text) {
  std::vector<std::string> after;
  for (const charter::Record& column : charter.list("data.columns")) {
    if (column.text("known") == "after") after.push_back(column.text("name"));
  }
  for (const charter::Record& objective : charter.list("objectives")) {
    for (const std::string& column : expression::ColumnsOf(objective.text("outcome"))) after.push_back(column);
  }
  const std::vector<std::string> named = expression::ColumnsOf(text);
  return std::any_of(named.begin(), named.end(), [&](const std::string& column) { return base::IsAmong(after, column); });
}

// Columns of the file that the policy and the output name, with what the project derives from them.
struct PolicySource {
  table::Table table;
  evidence::DataSummary data;
  std::vector<std::string> keep;  // as the file spells them
  std::string unit;               // EXPR of what rows depend on; "" where the charter names none, or the file lacks its columns
  std::vector<bool> guardrail_readable;  // per guardrail of the policy: the file has its columns
  std::vector<RowFilter> filters;        // of the charter, as far as the file has their columns
  std::vector<std::string> notes;
};

Result<PolicySource> ReadForPolicy(const Project& project, const Policy& policy, const std::string& name, const ScoreOptions& output, store::Engine& engine, const RunContext& context) {
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(name));
  ASSAY_TRY_WITH(base::RefuseToOverwrite(info.files, output.out), "--out");
  std::vector<std::string> names, wanted;
  for (const store::SourceColumn& column : info.columns) names.push_back(column.name);
  const auto want = [&](const std::string& text) {
    for (const std::string& column : expression::ColumnsOf(text)) wanted.push_back(column);
  };
  want(policy.query);
  want(policy.multiplier);
  want(policy.filter);
  std::vector<learn::Derivation> derivations;
  for (const charter::Record& derived : project.charter.list("data.derived")) derivations.push_back({derived.text("name"), derived.text("expression")});
  const Needed needed = ASSAY_TRY(NeededFor(wanted, derivations));
  // What new items may not have yet: guardrails that are known only afterwards, and reasons to leave rows out.
  std::vector<std::string> also;
  const auto readable = [&](const std::string& text) -> Result<bool> {
    const Needed one = ASSAY_TRY(NeededFor(expression::ColumnsOf(text), derivations));
    if (!std::all_of(one.columns.begin(), one.columns.end(), [&](const std::string& column) { return base::IsAmong(names, column); })) return false;
    const std::vector<std::string> columns = expression::ColumnsOf(text);
    also.insert(also.end(), columns.begin(), columns.end());
    return true;
  };
  PolicySource source;
  for (const charter::PolicyGuardrail& guardrail : policy.guardrails) source.guardrail_readable.push_back(ASSAY_TRY(readable(guardrail.expression)));
  for (RowFilter& filter : RowFiltersOf(project.charter)) {
    if (ASSAY_TRY(readable(filter.expression))) source.filters.push_back(std::move(filter));
    else source.notes.push_back("'" + filter.expression + "' of the charter (" + filter.reason + ") cannot be looked at, because the file lacks a column of it");
  }
  const std::string unit = project.charter.section("data").text("unit");
  if (!unit.empty() && ASSAY_TRY(readable(unit))) source.unit = unit;
  if (!unit.empty() && source.unit.empty()) source.notes.push_back("the file lacks a column of the charter's unit (" + unit + "), so intervals take " + (std::isfinite(policy.threshold) ? "rows" : "lists") + " as independent");
  wanted.insert(wanted.end(), also.begin(), also.end());
  const Needed all_needed = ASSAY_TRY(NeededFor(wanted, derivations));
  for (const std::string& column : needed.columns) {
    if (!base::IsAmong(names, column)) return Error{ErrorCode::kNotFound, name + ": the policy needs the column '" + column + "', which is not there." + base::DidYouMean(column, names)};
  }
  store::ReadOptions options;
  for (const std::string& column : output.keep) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& n) { return base::Lowercase(n) == base::Lowercase(column); });
    if (found == names.end()) return Error{ErrorCode::kNotFound, name + ": --keep: there is no column '" + column + "'." + base::DidYouMean(column, names)};
    if (!base::IsAmong(source.keep, *found)) source.keep.push_back(*found);
  }
  for (const std::string& column : names) {
    if (base::IsAmong(all_needed.columns, column) || base::IsAmong(source.keep, column)) options.columns.push_back(column);
  }
  if (options.columns.empty()) options.columns.push_back(names.front());
  store::ReadResult read = ASSAY_TRY(engine.Read(name, options, context));
  source.data = {name, read.table.num_rows(), static_cast<std::int64_t>(names.size()), read.fingerprint, read.notes, read.sampled_from()};
  source.table = ASSAY_TRY_WITH(Derive(read.table, all_needed.derivations, context), name);
  return source;
}

// Every row's place, found list by list.
class Ranking {
 public:
  std::vector<double> blend, rank;  // NaN: not ranked
  std::vector<std::uint8_t> shown;
  std::vector<std::uint32_t> list;  // of the rows that are ranked
  std::uint32_t num_lists = 0;

  // Shown: the first k of a list, or with a threshold every row that reaches it.
  void Rank(const std::vector<bool>& ranked, const Policy& policy) {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < ranked.size(); ++i) {
      if (ranked[i]) rows.push_back(i);
    }
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) { return list[a] != list[b] ? list[a] < list[b] : blend[a] > blend[b]; });
    rank.assign(ranked.size(), std::nan(""));
    shown.assign(ranked.size(), 0);
    for (std::size_t i = 0, begin = 0; i < rows.size(); ++i) {
      if (list[rows[i]] != list[rows[begin]]) begin = i;
      rank[rows[i]] = static_cast<double>(i - begin + 1);
      shown[rows[i]] = (std::isfinite(policy.threshold) ? blend[rows[i]] >= policy.threshold : rank[rows[i]] <= static_cast<double>(policy.k)) ? 1 : 0;
    }
  }
};

// What the mean over shown items is a mean of: one value per list, of single rows per row acted on.
struct ShownValues {
  std::vector<double> values;
  std::vector<std::uint32_t> units;  // dense; empty: independent
  bool shares = true;                // of yes or no
};
// `unit`: of each list (of single rows: of each row), empty where they are independent.
ShownValues ValuesShown(const std::vector<double>& values, const std::vector<std::uint32_t>& unit, const Ranking& ranking, bool single_rows) {
  ShownValues shown;
  const auto add = [&](double value, std::size_t of) {
    shown.values.push_back(value);
    if (!unit.empty()) shown.units.push_back(unit[of]);
  };
  std::vector<double> sum(ranking.num_lists, 0.0), count(ranking.num_lists, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (ranking.shown[i] == 0 || std::isnan(values[i])) continue;
    shown.shares = shown.shares && (values[i] == 0 || values[i] == 1);
    if (single_rows) add(values[i], i);
    sum[ranking.list[i]] += values[i];
    ++count[ranking.list[i]];
  }
  for (std::size_t q = 0; q < sum.size() && !single_rows; ++q) {
    if (count[q] > 0) add(sum[q] / count[q], q);
  }
  return shown;
}

// The mean over a list's shown items, then over lists; of single rows the mean over those acted on.
evidence::GuardrailValue OnShown(const charter::PolicyGuardrail& guardrail, const ShownValues& shown, const Ranking& ranking, bool single_rows) {
  const std::vector<double>& means = shown.values;
  evidence::GuardrailValue value;
  if (means.empty()) {
    const bool any = std::any_of(ranking.shown.begin(), ranking.shown.end(), [](std::uint8_t s) { return s != 0; });
    value.reason = any ? "of no item that is shown is it known yet" : "nothing is shown, which breaks no guardrail";
    value.holds = true;
    return value;
  }
  value.value = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  const std::uint32_t num_units = shown.units.empty() ? 0 : *std::max_element(shown.units.begin(), shown.units.end()) + 1;
  const evidence::Estimate estimate = means.size() == 1 ? WithoutInterval(value.value, single_rows ? "one row alone has no scatter" : "one list alone has no scatter") : ToEstimate(shown.shares ? stats::ClusterShare(means, {shown.units, num_units}) : stats::ClusterMean(means, {shown.units, num_units}));
  value.low = estimate.low;
  value.high = estimate.high;
  value.reason = std::isfinite(estimate.low) && estimate.low < estimate.high ? "" : estimate.reason.empty() ? kEveryUnitAlike : estimate.reason;
  value.holds = guardrail.Holds(value.value);
  return value;
}

Result<void> WriteRanking(const PolicySource& source, const Policy& policy, const std::vector<std::vector<double>>& scores, const Ranking& ranking, const std::string& path, store::Engine& engine, PolicyScoreReport* report) {
  std::vector<Column> columns;
  std::vector<std::int64_t> numbers(ranking.blend.size());
  std::iota(numbers.begin(), numbers.end(), 1);
  const auto add = [&](Column column) {
    std::string name = column.name();
    while (std::any_of(columns.begin(), columns.end(), [&](const Column& other) { return other.name() == name; })) name += "_";
    columns.push_back(column.Renamed(name));
  };
  for (const std::string& name : source.keep) columns.push_back(source.table.column(static_cast<std::size_t>(source.table.Find(name))));
  add(Column::Integers("row", std::move(numbers)));
  std::rotate(columns.begin(), columns.end() - 1, columns.end());
  for (std::size_t o = 0; o < scores.size(); ++o) add(Column::Numbers("score of " + policy.objectives[o].name, scores[o]));
  add(Column::Numbers("blend", ranking.blend));
  add(Column::Numbers("rank", ranking.rank));
  add(Column::Booleans("shown", ranking.shown));
  const table::Table out = ASSAY_TRY(table::Table::Create(std::move(columns)));
  ASSAY_TRY_WITH(engine.WriteTable(out, path), "--out");
  report->out = path;
  report->output_columns = out.names();
  return {};
}

}  // namespace

Result<PolicyScoreReport> ScoreByPolicy(const Project& project, const std::string& name, const ScoreOptions& options, store::Engine& engine, const RunContext& context) {
  const LoadedPolicy loaded = ASSAY_TRY(LoadPolicyAndModels(project));
  const Policy& policy = loaded.policy;
  const PolicySource source = ASSAY_TRY(ReadForPolicy(project, policy, name, options, engine, context));
  const auto num_rows = static_cast<std::size_t>(source.table.num_rows());
  PolicyScoreReport report;
  report.header.report = "policy-score";
  report.header.data = source.data;
  report.policy = PolicyPath(project).string();
  report.version = policy.version;
  report.rows = static_cast<std::int64_t>(num_rows);
  const bool single_rows = std::isfinite(policy.threshold);
  report.k = single_rows ? 0 : policy.k;
  report.threshold = policy.threshold;
  if (!single_rows) report.threshold_reason = "the policy ranks lists";
  const auto bytes = [&](std::int64_t rows) { return ExamplesBytes(source.table, rows) + rows * static_cast<std::int64_t>(8 * (2 * policy.objectives.size() + 8)); };
  ASSAY_TRY(RefuseBeyondMemory({name + ": to rank its " + base::ReadableCount(source.table.num_rows()) + " rows", source.table.num_rows(), bytes, "score it in parts of whole lists"}, context));

  std::vector<bool> ranked(num_rows, true);
  const auto leave_out = [&](const auto& out, const std::string& one, const std::string& many) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < num_rows; ++i) {
      if (!ranked[i] || !out(i)) continue;
      ranked[i] = false;
      ++count;
    }
    if (count > 0) report.notes.push_back(base::Counted(count, one, many));
  };
  report.notes = source.notes;
  for (const RowFilter& filter : source.filters) {
    const std::vector<double> values = ASSAY_TRY_WITH(NumbersOf(filter.expression, "the charter's " + filter.reason, "a condition", source.table, context), name);
    leave_out([&](std::size_t i) { return filter.keeps ? values[i] != 1 : values[i] == 1; }, "row is left out as in the charter: " + filter.reason, "rows are left out as in the charter: " + filter.reason);
  }
  Ranking ranking;
  if (single_rows) {
    ranking.list.assign(num_rows, 0);
    ranking.num_lists = 1;
  } else {
    const Column query = ASSAY_TRY_WITH(ColumnOf(policy.query, "the policy's query", source.table, context), name);
    leave_out([&](std::size_t i) { return query.IsMissing(static_cast<std::int64_t>(i)); }, "row has no query and is not ranked", "rows have no query and are not ranked");
    ranking.list = DenseIds(query, &ranking.num_lists);
  }
  if (!policy.filter.empty()) {
    const std::vector<double> allowed = ASSAY_TRY_WITH(NumbersOf(policy.filter, "the policy's filter", "a number or a condition", source.table, context), name);
    leave_out([&](std::size_t i) { return allowed[i] != 1; }, "row is left out by the policy's filter", "rows are left out by the policy's filter");
  }
  std::vector<double> multiplier;
  if (policy.blend == "multiplier") {
    multiplier = ASSAY_TRY_WITH(NumbersOf(policy.multiplier, "the policy's multiplier", "a number or a condition", source.table, context), name);
    leave_out([&](std::size_t i) { return std::isnan(multiplier[i]); }, "row has no multiplier and is not ranked", "rows have no multiplier and are not ranked");
  }

  // What may break a guardrail that is known before is not shown where it is missing; one that is known only afterwards is measured where it is known already.
  std::vector<std::vector<double>> guarded(policy.guardrails.size());
  for (std::size_t g = 0; g < policy.guardrails.size(); ++g) {
    const charter::PolicyGuardrail& guardrail = policy.guardrails[g];
    const bool after = KnownAfter(project.charter, guardrail.expression);
    if (!source.guardrail_readable[g] && !after) return Error{ErrorCode::kNotFound, name + ": the policy's guardrail '" + guardrail.name + "' needs columns that are not there: " + guardrail.expression};
    if (!source.guardrail_readable[g]) continue;
    guarded[g] = ASSAY_TRY_WITH(NumbersOf(guardrail.expression, "guardrail '" + guardrail.name + "'", "a number or a condition", source.table, context), name);
    if (!after) leave_out([&](std::size_t i) { return std::isnan(guarded[g][i]); }, "row has no value of guardrail '" + guardrail.name + "' and is not shown", "rows have no value of guardrail '" + guardrail.name + "' and are not shown");
  }

  std::vector<std::uint32_t> unit;
  if (!source.unit.empty()) {
    std::vector<std::uint64_t> keys(num_rows);
    ASSAY_TRY_WITH(ColumnOf(source.unit, "data.unit", source.table, context), name).CopyKeys(0, keys);
    bool cross = false;
    std::uint32_t num_units = 0;
    unit = single_rows ? NumberedAsTheyAppear(keys, &num_units) : UnitsOfQueries(ranking.list, ranking.num_lists, keys, &cross);
    if (cross) report.notes.push_back(kUnitsCross);
  }

  const objectives::Blend blend = objectives::BlendNamed(policy.blend);
  double weights = 0;
  for (const charter::PolicyObjective& objective : policy.objectives) weights += objective.weight;
  ranking.blend.assign(num_rows, 0.0);
  std::vector<std::vector<double>> scores;
  for (std::size_t o = 0; o < loaded.models.size(); ++o) {
    const charter::PolicyObjective& objective = policy.objectives[o];
    const base::ScopedStep step(context, "score " + objective.name);
    scores.push_back(ASSAY_TRY(PredictFile(loaded.models[o], name, engine, context)));
    if (scores.back().size() != num_rows) return Error{ErrorCode::kConflict, name + ": changed while it was read"};
    const learn::Task task = objective.calibration == "logistic" ? learn::Task::kBinary : learn::Task::kRegression;
    if (!objective.calibration.empty()) learn::ApplyCalibration({objective.intercept, objective.slope}, task, 1, scores.back());
    // A weight of 0 takes nothing from the blend, also where a product has no logarithm.
    for (std::size_t i = 0; i < num_rows && objective.weight > 0; ++i) ranking.blend[i] += objective.weight / weights * objectives::BlendTerm(blend, scores.back()[i], objective.scale, multiplier.empty() ? 1 : multiplier[i]);
    const double mean = std::accumulate(scores.back().begin(), scores.back().end(), 0.0) / static_cast<double>(std::max<std::size_t>(num_rows, 1));
    report.objectives.push_back({objective.name, objective.rung, objective.weight / weights, MakeFigure("mean", "mean score", WithoutInterval(mean, "a description of these rows, not an estimate"))});
  }
  const std::string why = blend == objectives::Blend::kProduct ? " a score of 0 or below, of which a product cannot be made, and " : " a score that cannot be blended, and ";
  leave_out([&](std::size_t i) { return !std::isfinite(ranking.blend[i]); }, "row has" + why + "is not ranked", "rows have" + why + "are not ranked");
  ranking.Rank(ranked, policy);

  std::vector<bool> has_list(ranking.num_lists, false);
  for (std::size_t i = 0; i < num_rows; ++i) {
    if (!ranked[i]) {
      ranking.blend[i] = std::nan("");
      continue;
    }
    ++report.ranked;
    report.shown += ranking.shown[i];
    has_list[ranking.list[i]] = true;
  }
  report.queries = std::count(has_list.begin(), has_list.end(), true);
  for (std::size_t g = 0; g < guarded.size(); ++g) report.guardrails[policy.guardrails[g].name] = OnShown(policy.guardrails[g], ValuesShown(guarded[g], unit, ranking, single_rows), ranking, single_rows);
  if (!options.out.empty()) ASSAY_TRY(WriteRanking(source, policy, scores, ranking, options.out, engine, &report));
  return report;
}

}  // namespace assay::lifecycle
