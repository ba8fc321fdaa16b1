#include "lifecycle/gather.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "base/step_clock.h"
#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/internal/copies.h"
#include "lifecycle/internal/gather_parts.h"
#include "lifecycle/memory_need.h"
#include "lifecycle/outcome_of.h"
#include "table/float_range.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using learn::Task;
using table::Column;
using table::ColumnType;
using table::Table;

// Outcomes are kept as floats of 24 bits. Values that differ only beyond them (1,000,000,010 and 1,000,000,020) would be
// told apart no more: refused, rather than judged as something else.
Result<void> CheckPrecision(const std::string& text, const Examples& examples, const std::vector<double>& values, const learn::Rows& rows) {
  if (rows.empty()) return {};
  double mean = 0, spread = 0, lost = 0;
  for (const std::uint32_t row : rows) mean += values[row] / static_cast<double>(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = values[rows[i]], error = value - static_cast<double>(examples.outcome[i]);
    spread += (value - mean) * (value - mean);
    lost += error * error;
  }
  if (lost <= 1e-6 * spread) return {};
  return Error{ErrorCode::kInvalidInput, "--outcome: the values of '" + text + "' lie so close together for their size, about " + base::ShortestNumber(std::round(mean)) + ", that they cannot be told apart; take a constant off: --outcome '" + text + " - " + base::ShortestNumber(std::round(mean)) + "'"};
}

// The row of the file, counted from 1 without the header, that a row of the examples is. Of a sample only its own rows are counted.
std::string RowInWords(const Gathered& gathered, std::size_t row) {
  return "row " + std::to_string(gathered.source_rows[row] + 1) + (gathered.data.sampled_from > 0 ? " of the sample" : "");
}

Result<void> RefuseFeaturesBeyondFloat(const Gathered& gathered) {
  for (const learn::Feature& feature : gathered.examples.features) {
    const Column& column = gathered.examples.table->column(feature.column);
    const std::int64_t row = table::FirstBeyondFloat(column, 0, column.num_rows());
    if (row >= 0) return Error{ErrorCode::kInvalidInput, gathered.data.source + ": " + RowInWords(gathered, static_cast<std::size_t>(row)) + ", column '" + column.name() + "': " + BeyondFloatInWords(column.NumberAt(row)) + ", or leave the column out"};
  }
  return {};
}

// Of "false" and "true", 0 and 1, everyone knows which is meant; of other values only who named the outcome.
void NamePositiveClass(const Examples& examples, std::vector<std::string>* notes) {
  const std::vector<std::string>& classes = examples.classes;
  double number = 0;
  const bool numbers = base::ParseNumber(classes[0], &number) && base::ParseNumber(classes[1], &number);
  if (!NamesItsPositive(classes)) notes->push_back("'" + classes[1] + "' counts as positive and '" + classes[0] + "' as negative; for the other way round write a condition as the outcome, like " + examples.outcome_text + " = " + (numbers ? classes[0] : expression::TextAsExpression(classes[0])));
}

// Rows that are all alike can be ranked in any order.
Result<void> RefuseAlikeQueries(const Examples& examples) {
  std::vector<float> first(examples.num_queries, NAN);
  for (std::size_t row = 0; row < examples.query.size(); ++row) {
    float& outcome = first[examples.query[row]];
    if (std::isnan(outcome)) outcome = examples.outcome[row];
    if (examples.outcome[row] != outcome) return {};
  }
  return Error{ErrorCode::kInvalidInput, "--outcome, --query: no query of '" + examples.query_text + "' holds two different values of '" + examples.outcome_text + "', so any order of its rows is as good as another and there is nothing to rank; name an outcome that differs within a query, or a query that holds more rows"};
}

// Copies of a row stand on one side of every split. Equal rows have the same time and, but for a unit of its own per row, the same unit.
void HoldCopiesTogether(std::size_t num_columns, Gathered* gathered) {
  constexpr double kOwnUnits = 0.95;
  Examples& examples = gathered->examples;
  const bool units = !examples.unit.empty() && examples.num_units < kOwnUnits * static_cast<double>(examples.num_rows());
  if (units || !examples.time.empty() || examples.task == Task::kRanking) return;
  std::vector<std::string> outcome;
  for (const ExcludedColumn& excluded : gathered->excluded) {
    if (excluded.part_of_outcome) outcome.push_back(excluded.column);
  }
  std::optional<Copies> copies = FindCopies(examples, num_columns, outcome);
  if (!copies) return;
  examples.unit = std::move(copies->group);
  examples.num_units = copies->num_groups;
  gathered->copied_rows = copies->rows;
  const std::string but = copies->ids.empty() ? "every column" : "every column but " + base::Join(copies->ids, ", ");
  gathered->data.notes.push_back(base::ReadableCount(copies->rows) + " of " + base::ReadableCount(examples.num_rows()) + " rows are copies of each other, equal in " + but + ", the outcome included, where chance would make hardly any: copies of a row count as one unit, so that none is judged by what another taught. If they are no copies, name what rows depend on (--unit, in a charter data.unit)");
}

using SourceTypes = std::map<std::string, ColumnType>;
SourceTypes TypesOf(const Table& table) {
  SourceTypes types;
  for (const Column& column : table.columns()) types[column.name()] = column.type();
  return types;
}

// Those of the columns that features, derivations, filters and the problem's EXPRs are made from.
Result<SourceTypes> TypesRead(SourceTypes types, const Examples& examples) {
  std::vector<std::string> texts = {examples.outcome_text, examples.time_text, examples.unit_text, examples.query_text}, names;
  for (const learn::Derivation& derivation : examples.derivations) texts.push_back(derivation.expression);
  for (const learn::RowFilter& filter : examples.filters) texts.push_back(filter.rows);
  for (const learn::Feature& feature : examples.features) names.insert(names.end(), {feature.name, feature.source});
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    const expression::Expression parsed = ASSAY_TRY(expression::Expression::Parse(text));
    for (const std::string& name : parsed.columns()) names.push_back(name);
  }
  std::set<std::string> read;
  for (const std::string& name : names) read.insert(base::Lowercase(name));
  std::erase_if(types, [&](const auto& entry) { return !read.contains(base::Lowercase(entry.first)); });
  return types;
}

}  // namespace

std::string BeyondFloatInWords(double value) {
  return base::ShortestNumber(value) + ", beyond the largest number that a model can hold (" + base::ReadableNumber(table::kLargestFloat, 2) + "); mend it or leave it empty";
}

Result<Column> TimesOfTexts(const Column& texts, const std::string& expression, const learn::Rows& source_rows) {
  std::vector<base::Micros> time_of;
  std::vector<char> is_time;
  std::size_t times = 0;
  for (const std::string& text : texts.dictionary()) {
    const Result<base::Micros> time = base::ParseTime(text);
    time_of.push_back(time ? *time : base::kMissingTime);
    is_time.push_back(time ? 1 : 0);
    times += time ? 1 : 0;
  }
  std::vector<base::Micros> values(static_cast<std::size_t>(texts.num_rows()), base::kMissingTime);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t code = texts.CodeAt(static_cast<std::int64_t>(i));
    if (code == table::kMissingCode) continue;
    if (is_time[code] == 0) {
      return Error{ErrorCode::kInvalidInput, "'" + expression + "': '" + texts.dictionary()[code] + "' in row " + std::to_string(source_rows[i] + 1) + " is not a time" +
                                                 (2 * times >= is_time.size() ? ", as most other values are; mend it or leave it empty" : "; expected times like 2001-03-04 05:06:07")};
    }
    values[i] = time_of[code];
  }
  return Column::Times(texts.name(), std::move(values));
}

std::vector<std::uint32_t> DenseIds(const Column& column, std::uint32_t* num_ids) {
  std::vector<std::uint64_t> keys(static_cast<std::size_t>(column.num_rows()));
  column.CopyKeys(0, keys);
  std::vector<std::uint32_t> ids(keys.size());
  std::uint32_t next = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> id_of;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == table::kMissingKey) {
      ids[i] = next++;
      continue;
    }
    const auto [found, added] = id_of.emplace(keys[i], next);
    if (added) ++next;
    ids[i] = found->second;
  }
  *num_ids = next;
  return ids;
}

Result<Gathered> Gather(const Problem& problem, store::Engine& engine, const RunContext& context) {
  const auto read_source = [&] {
    const base::ScopedStep step(context, "read");
    store::ReadOptions options;
    options.sample_rows = problem.sample_rows;
    options.seed = context.seed;
    return engine.Read(problem.source, options, context);
  };
  store::ReadResult read = ASSAY_TRY(read_source());
  evidence::DataSummary data;
  data.source = problem.source;
  data.rows = read.table.num_rows();
  data.columns = static_cast<std::int64_t>(read.table.num_columns());
  data.fingerprint = read.fingerprint;
  data.notes = read.notes;
  return GatherFromTable(problem, std::make_shared<const Table>(std::move(read.table)), std::move(data), context);
}

Result<Gathered> GatherFromTable(const Problem& given, std::shared_ptr<const Table> table, evidence::DataSummary data, const RunContext& context) {
  const base::ScopedStep step(context, "gather");
  Problem problem = given;
  Gathered gathered;
  gathered.data = std::move(data);
  gathered.vouched = problem.vouched;
  const auto analysis_bytes = [&](std::int64_t rows) { return AnalysisBytes(*table, rows); };
  ASSAY_TRY(RefuseBeyondMemory({problem.source + ": to analyse its " + base::ReadableCount(table->num_rows()) + " rows", table->num_rows(), analysis_bytes, ""}, context));

  const std::size_t num_columns = table->num_columns();
  const SourceTypes source_types = TypesOf(*table);
  table = ASSAY_TRY(WithDerived(problem, table, context, &gathered.data.notes));
  gathered.source = table;
  problem.exclude.clear();
  for (const std::string& name : given.exclude) {
    for (const std::string& column : ColumnsLike(*table, name)) problem.exclude.push_back(column);
  }
  const Roles roles = ASSAY_TRY(RolesOf(problem, *table));
  Outcome outcome = ASSAY_TRY(OutcomeOf(problem, *table, context));
  std::optional<Column> query;
  if (!problem.query.empty()) query = ASSAY_TRY(expression::EvaluateText(problem.query, "--query", *table, "query", context));
  ASSAY_TRY(KeepRows(problem, outcome.values, query, *table, context, &gathered));
  ChosenColumns chosen = ASSAY_TRY(ChooseFeatures(problem, roles, *table, context, &gathered.excluded, &gathered.data.notes));
  Table wide = ASSAY_TRY(Table::Create(std::move(chosen.columns)));
  const bool all_kept = static_cast<std::int64_t>(gathered.source_rows.size()) == table->num_rows();
  if (!all_kept) {
    // The rows that stay are copied beside the source.
    const auto kept_rows = static_cast<std::int64_t>(gathered.source_rows.size());
    const auto all_rows = static_cast<double>(table->num_rows());
    const double kept_bytes_per_row = static_cast<double>(wide.size_bytes()) / all_rows * static_cast<double>(kept_rows) / all_rows;
    const auto bytes = [&](std::int64_t rows) { return AnalysisBytes(wide, rows) + static_cast<std::int64_t>(kept_bytes_per_row * static_cast<double>(rows)); };
    ASSAY_TRY(RefuseBeyondMemory({gathered.data.source + ": to analyse its " + base::ReadableCount(table->num_rows()) + " rows, of which " + base::ReadableCount(kept_rows) + " stay,", table->num_rows(), bytes, ""}, context));
  }
  // Texts of rows that are left out are no values of those that stay: how many there are tells ids from categories.
  std::shared_ptr<const Table> kept = std::make_shared<const Table>(all_kept ? std::move(wide) : wide.Take(gathered.source_rows).WithoutUnusedTexts());

  Examples& examples = gathered.examples;
  examples.table = kept;
  examples.task = outcome.task;
  examples.classes = std::move(outcome.classes);
  examples.features = std::move(chosen.features);
  examples.derivations = std::move(chosen.derivations);
  gathered.clocks = roles.withheld.clocks;
  examples.wait = problem.wait.value_or(0);
  for (const Exclusion& exclusion : problem.exclusions) examples.filters.push_back({exclusion.rows, false, exclusion.reason});
  if (!problem.where.empty()) examples.filters.push_back({problem.where, true, ""});
  if (examples.task == Task::kRanking) examples.least_query_rows = problem.least_query_rows;
  examples.outcome_text = problem.outcome;
  examples.time_text = problem.time;
  examples.unit_text = problem.unit;
  examples.query_text = problem.query;
  examples.source_types = ASSAY_TRY(TypesRead(source_types, examples));
  examples.outcome.resize(gathered.source_rows.size());
  for (std::size_t i = 0; i < gathered.source_rows.size(); ++i) {
    const double value = outcome.values[gathered.source_rows[i]];
    if (std::abs(value) > table::kLargestFloat) return Error{ErrorCode::kInvalidInput, gathered.data.source + ": " + RowInWords(gathered, i) + ": the outcome '" + problem.outcome + "' is " + BeyondFloatInWords(value)};
    if (examples.task == Task::kRanking && value < 0) return Error{ErrorCode::kInvalidInput, "--outcome: row " + std::to_string(gathered.source_rows[i] + 1) + " has the negative value " + base::ShortestNumber(value) + "; a gain for ranking is 0 or more"};
    examples.outcome[i] = static_cast<float>(value);
  }
  ASSAY_TRY(CheckPrecision(problem.outcome, examples, outcome.values, gathered.source_rows));
  ASSAY_TRY(RefuseFeaturesBeyondFloat(gathered));
  const bool varied = std::any_of(examples.outcome.begin(), examples.outcome.end(), [&](float v) { return v != examples.outcome[0]; });
  if (!varied && LeastDistinct(examples.task) > 1) {
    return Error{ErrorCode::kInvalidInput, "--outcome: '" + problem.outcome + "' has the same value in " + (gathered.data.rows == 1 ? "the only row" : "all " + base::ReadableCount(gathered.data.rows) + " rows") + "; there is nothing to predict"};
  }
  if (examples.task == Task::kBinary) NamePositiveClass(examples, &gathered.data.notes);
  if (!problem.time.empty()) {
    Column time = ASSAY_TRY(expression::EvaluateText(problem.time, "--time", *kept, "time", context));
    if (time.type() == ColumnType::kCategory) time = ASSAY_TRY_WITH(TimesOfTexts(time, problem.time, gathered.source_rows), "--time");
    if (time.type() != ColumnType::kTime) return Error{ErrorCode::kInvalidInput, "--time: '" + problem.time + "' is a " + table::ColumnTypeName(time.type()) + ", expected a time"};
    examples.time.resize(examples.outcome.size());
    std::int64_t unknown = 0;
    for (std::size_t i = 0; i < examples.time.size(); ++i) {
      examples.time[i] = time.TimeAt(static_cast<std::int64_t>(i));
      if (examples.time[i] == base::kMissingTime) ++unknown;
    }
    if (unknown > 0) gathered.data.notes.push_back(base::Counted(unknown, "row has no time; it counts", "rows have no time; they count") + " as the earliest where rows are split, and alone in intervals");
  } else if (examples.wait > 0) {
    gathered.data.notes.push_back("the wait of " + base::FormatDuration(examples.wait) + " changes nothing, because nothing says when the decision is taken (--time, in a charter data.time)");
  }
  if (!problem.unit.empty()) {
    const Column unit = ASSAY_TRY(expression::EvaluateText(problem.unit, "--unit", *kept, "unit", context));
    examples.unit = DenseIds(unit, &examples.num_units);
  }
  if (examples.task == Task::kRanking) {
    if (!query) return Error{ErrorCode::kInvalidInput, "the task ranking needs --query: the list within which rows are ranked"};
    examples.query = DenseIds(query->Take(gathered.source_rows), &examples.num_queries);
    ASSAY_TRY(RefuseAlikeQueries(examples));
  }
  HoldCopiesTogether(num_columns, &gathered);
  return gathered;
}

learn::Examples WithoutFeatures(const learn::Examples& examples, const std::vector<std::string>& names) {
  learn::Examples fewer = examples;
  std::erase_if(fewer.features, [&](const learn::Feature& feature) { return base::IsAmong(names, feature.name) || base::IsAmong(names, feature.source); });
  return fewer;
}

std::string SourceOf(const learn::Examples& examples, const std::string& feature) {
  for (const learn::Feature& f : examples.features) {
    if (f.name == feature) return f.source;
  }
  return feature;
}

learn::Examples Restricted(const learn::Examples& examples, const learn::Rows& rows) {
  learn::Examples few = examples;
  few.table = std::make_shared<const Table>(examples.table->Take(rows));
  const auto take = [&](const auto& from) {
    std::decay_t<decltype(from)> to;
    if (!from.empty()) {
      for (const std::uint32_t row : rows) to.push_back(from[row]);
    }
    return to;
  };
  few.outcome = take(examples.outcome);
  few.unit = take(examples.unit);
  few.query = take(examples.query);
  few.time = take(examples.time);
  return few;
}

Gathered AimedAtMedian(Gathered gathered) {
  gathered.examples.centre = learn::Centre::kMedian;
  return gathered;
}

}  // namespace assay::lifecycle
