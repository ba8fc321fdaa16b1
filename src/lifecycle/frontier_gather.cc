// Items and their scores from a file.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/file.h"
#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/internal/flag_columns.h"
#include "lifecycle/internal/frontier_parts.h"
#include "lifecycle/memory_need.h"

namespace assay::lifecycle {

namespace {

using evidence::FrontierGuardrail;
using evidence::FrontierObjective;
using table::Column;

// What items are ranked or measured by.
Result<std::vector<double>> ValuesOf(const std::string& text, const std::string& where, const table::Table& table, bool sampled, const RunContext& context) {
  std::vector<double> values = ASSAY_TRY(NumbersOf(text, where, "a number or a condition", table, context));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::abs(values[i]) > objectives::kLargestValue) return Error{ErrorCode::kInvalidInput, where + ": row " + std::to_string(i + 1) + (sampled ? " of the sample" : "") + " has the value " + base::ShortestNumber(values[i]) + ", beyond 1e100 in size; mend it or leave it empty"};
  }
  return values;
}

std::string FlagOf(const FrontierObjective& objective) { return "--objective '" + objective.name + "'"; }
std::string FlagOf(const FrontierGuardrail& guardrail) { return "--guardrail '" + guardrail.name + "'"; }

// Takes the rows out in which `values` are missing, and counts them.
void Drop(const std::vector<double>& values, std::vector<bool>* kept, std::int64_t* count) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(*kept)[i] || !std::isnan(values[i])) continue;
    (*kept)[i] = false;
    ++*count;
  }
}

std::vector<double> Kept(const std::vector<double>& values, const std::vector<std::uint32_t>& rows) {
  std::vector<double> taken;
  taken.reserve(rows.size());
  for (const std::uint32_t row : rows) taken.push_back(values[row]);
  return taken;
}

Result<FrontierItems> ItemsOf(const FrontierProblem& problem, const table::Table& table, std::vector<std::string>* notes, const RunContext& context) {
  FrontierItems found;
  const bool sampled = problem.sample_rows > 0;
  std::vector<bool> kept = ASSAY_TRY(RowsKeptByWhere(problem.where, table, notes, context));
  const Column query = ASSAY_TRY(ColumnOf(problem.query, "--query", table, context));
  std::vector<std::uint64_t> keys(kept.size());
  query.CopyKeys(0, keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!kept[i] || keys[i] != table::kMissingKey) continue;
    kept[i] = false;
    ++found.dropped.query;
  }
  std::vector<std::vector<double>> gains, values;
  for (const FrontierObjective& objective : problem.objectives) {
    found.scores.push_back(ASSAY_TRY(ValuesOf(objective.score, FlagOf(objective), table, sampled, context)));
    Drop(found.scores.back(), &kept, &found.dropped.score);
  }
  for (const FrontierObjective& objective : problem.objectives) {
    gains.push_back(ASSAY_TRY(ValuesOf(objective.gain, FlagOf(objective), table, sampled, context)));
    Drop(gains.back(), &kept, &found.dropped.gain);
  }
  for (const FrontierGuardrail& guardrail : problem.guardrails) {
    values.push_back(ASSAY_TRY(ValuesOf(guardrail.expression, FlagOf(guardrail), table, sampled, context)));
    Drop(values.back(), &kept, &found.dropped.guardrail);
  }
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) found.source_rows.push_back(i);
  }
  if (found.source_rows.empty()) return Error{ErrorCode::kInvalidInput, problem.source + ": no row is left to rank: " + std::to_string(found.dropped.query) + " without a query, " + std::to_string(found.dropped.score) + " without a score, " + std::to_string(found.dropped.gain) + " without a gain, " + std::to_string(found.dropped.guardrail) + " without a guardrail's value"};
  // Queries are numbered as they appear.
  std::unordered_map<std::uint64_t, std::uint32_t> ids;
  std::vector<std::uint32_t> query_of;
  for (const std::uint32_t row : found.source_rows) query_of.push_back(ids.try_emplace(keys[row], static_cast<std::uint32_t>(ids.size())).first->second);
  std::vector<objectives::Measure> measures;
  for (std::size_t i = 0; i < gains.size(); ++i) measures.push_back({problem.objectives[i].name, objectives::Measure::Kind::kMetric, Kept(gains[i], found.source_rows)});
  for (std::size_t i = 0; i < values.size(); ++i) measures.push_back({problem.guardrails[i].name, objectives::Measure::Kind::kShown, Kept(values[i], found.source_rows)});
  for (std::vector<double>& scores : found.scores) scores = Kept(scores, found.source_rows);
  found.items = ASSAY_TRY(objectives::RankedItems::Create(query_of, static_cast<std::uint32_t>(ids.size()), std::move(measures)));
  return found;
}

}  // namespace

Result<evidence::FrontierReport> FindFrontier(const FrontierProblem& problem, const FrontierSettings& settings, store::Engine& engine, const RunContext& context) {
  ASSAY_TRY(settings.Validate(problem));
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(problem.source));
  ASSAY_TRY_WITH(base::RefuseToOverwrite(info.files, settings.out), "--out");
  store::ReadOptions how;
  std::vector<std::string> texts = {problem.query, problem.where};
  for (const FrontierObjective& o : problem.objectives) texts.insert(texts.end(), {o.score, o.gain});
  for (const FrontierGuardrail& g : problem.guardrails) texts.push_back(g.expression);
  how.columns = ColumnsToRead(texts, info);
  how.sample_rows = problem.sample_rows;
  how.seed = context.seed;
  const auto read_source = [&] {
    const base::ScopedStep step(context, "read");
    return engine.Read(problem.source, how, context);
  };
  store::ReadResult read = ASSAY_TRY(read_source());
  evidence::DataSummary data{problem.source, read.table.num_rows(), static_cast<std::int64_t>(info.columns.size()), read.fingerprint, read.notes, read.sampled_from()};
  // Scores and measures are made for all rows, then taken for those that stay.
  const auto bytes = [&](std::int64_t rows) { return ExamplesBytes(read.table, rows) + 2 * rows * BytesPerItem(problem); };
  ASSAY_TRY(RefuseBeyondMemory({problem.source + ": to rank its " + base::ReadableCount(read.table.num_rows()) + " rows", read.table.num_rows(), bytes, "keep fewer queries in the file"}, context));
  const FrontierItems items = ASSAY_TRY(ItemsOf(problem, read.table, &data.notes, context));
  read.table = {};
  evidence::FrontierReport report = ASSAY_TRY(FrontierOfItems(items, problem, settings, &engine, context));
  data.rows = report.items;
  if (data.sampled_from > 0) report.notes.push_back("a sample takes rows, not queries: lists lose items, so metrics, breakpoints and weights are those of thinner lists");
  report.header.data = std::move(data);
  return report;
}

}  // namespace assay::lifecycle
