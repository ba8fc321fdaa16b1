#include "lifecycle/gather.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

#include "base/step_clock.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "expression/expression.h"
#include "lifecycle/outcome_of.h"

namespace assay::lifecycle {

namespace {

using learn::Examples;
using learn::Task;
using table::Column;
using table::ColumnType;
using table::Table;

Result<std::vector<std::string>> ColumnsOf(const std::string& text, const std::string& where) {
  if (text.empty()) return std::vector<std::string>{};
  const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(text), where);
  return parsed.columns();
}

bool Holds(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return base::Lowercase(n) == base::Lowercase(name); });
}

// Calendar features of a time column, cheap to evaluate by our own expressions.
std::vector<DerivedColumn> CalendarParts(const Column& column, bool day_only) {
  const std::string quoted = "\"" + column.name() + "\"";
  std::set<std::string> parts;
  bool any_clock = false;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t row = 0; row < column.num_rows(); ++row) {
    const base::Micros time = column.TimeAt(row);
    if (time == base::kMissingTime) continue;
    least = std::min(least, time);
    most = std::max(most, time);
    if (!any_clock && time % base::kMicrosPerDay != 0) any_clock = true;
  }
  std::vector<DerivedColumn> derived;
  const auto add = [&](const char* part) { derived.push_back({std::string(part) + "(" + column.name() + ")", std::string(part) + "(" + quoted + ")"}); };
  if (most <= least) return derived;
  if (base::ToCivil(least).year != base::ToCivil(most).year) add("year");
  add("month");
  add("day");
  add("weekday");
  if (any_clock && !day_only) add("hour");
  return derived;
}

// Texts that are all times ("2001-03-04 05:06:07") as times; else names the first row that is none. `source_rows`: the row
// of the file that each row is.
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
      return Error{ErrorCode::kInvalidInput, "--time: '" + expression + "': '" + texts.dictionary()[code] + "' in row " + std::to_string(source_rows[i] + 1) + " is not a time" +
                                                 (2 * times >= is_time.size() ? ", as most other values are; mend it or leave it empty" : "; expected times like 2001-03-04 05:06:07")};
    }
    values[i] = time_of[code];
  }
  return Column::Times(texts.name(), std::move(values));
}

// "hour(date)" of a time column 'date'.
bool NamesCalendarPart(const std::string& name, const Table& table) {
  const std::size_t open = name.find('(');
  if (open == std::string::npos || name.back() != ')') return false;
  const std::int64_t column = table.Find(name.substr(open + 1, name.size() - open - 2));
  return column >= 0 && table.column(static_cast<std::size_t>(column)).type() == ColumnType::kTime;
}

// "'US Gross' is repaired as 'case ...': 66 values changed, 66 of them to missing".
std::string RepairNote(const Column& before, const Column& after, const std::string& expression) {
  std::int64_t changed = 0, to_missing = 0, from_missing = 0;
  const bool same_kind = before.type() == after.type() && before.type() != ColumnType::kCategory;
  for (std::int64_t row = 0; row < before.num_rows(); ++row) {
    if (before.IsMissing(row) && after.IsMissing(row)) continue;
    const bool both = !before.IsMissing(row) && !after.IsMissing(row);
    if (both && (same_kind ? before.NumberAt(row) == after.NumberAt(row) : before.TextAt(row) == after.TextAt(row))) continue;
    ++changed;
    to_missing += after.IsMissing(row) ? 1 : 0;
    from_missing += before.IsMissing(row) ? 1 : 0;
  }
  std::string note = "'" + before.name() + "' is repaired as '" + expression + "': " + base::ReadableCount(changed) + " values changed";
  if (to_missing > 0) note += ", " + base::ReadableCount(to_missing) + " of them to missing";
  if (from_missing > 0) note += ", " + base::ReadableCount(from_missing) + " of them were missing";
  return note;
}

// 1 where a row is left out by one of the named exclusions (empty: there are none); a row counts under the first that names it.
Result<std::vector<std::uint8_t>> ExcludedRows(const Problem& problem, const Table& table, const RunContext& context, std::vector<std::string>* notes) {
  if (problem.exclusions.empty()) return std::vector<std::uint8_t>{};
  std::vector<std::uint8_t> excluded(static_cast<std::size_t>(table.num_rows()), 0);
  std::vector<double> named(excluded.size());
  for (const Exclusion& exclusion : problem.exclusions) {
    const Column rows = ASSAY_TRY(expression::EvaluateText(exclusion.rows, "data.exclusions: '" + exclusion.reason + "'", table, "excluded", context));
    rows.CopyNumbers(0, named);
    std::int64_t count = 0;
    for (std::size_t i = 0; i < excluded.size(); ++i) {
      if (excluded[i] == 1 || std::isnan(named[i]) || named[i] == 0) continue;
      excluded[i] = 1;
      ++count;
    }
    notes->push_back(base::ReadableCount(count) + " rows left out: " + exclusion.reason + " (" + exclusion.rows + ")");
  }
  return excluded;
}

// Everything about which columns may be features.
struct Roles {
  std::vector<std::string> outcome, time, unit, query, where;
};

std::string ReasonToExclude(const std::string& name, const Problem& problem, const Roles& roles) {
  if (Holds(roles.outcome, name)) return "it is part of the outcome";
  if (Holds(problem.known_after, name)) return "the charter says it is known only after the decision";
  if (Holds(roles.time, name)) return "it is the time; its calendar parts are features instead";
  if (Holds(roles.unit, name)) return "it names the unit";
  if (Holds(roles.query, name)) return "it names the query";
  if (Holds(problem.exclude, name)) return "excluded on request";
  if (!problem.features.empty() && !Holds(problem.features, name)) return "not among the features asked for";
  return "";
}

// What a row takes while it is analysed, besides its own columns: outcome, time, unit, calendar parts, values being sorted
// on two threads. Measured on the flights and on generated rows (docs/data.md).
constexpr std::int64_t kWorkingBytesPerRow = 110;

Result<void> RefuseTooLarge(const std::string& source, const Table& table, const RunContext& context) {
  if (context.memory_bytes <= 0) return {};
  const std::int64_t left = context.memory_bytes - store::EngineShare(context.memory_bytes) - store::kProgramBytes;
  const std::int64_t needed = static_cast<std::int64_t>(table.size_bytes()) + table.num_rows() * kWorkingBytesPerRow;
  if (needed <= left) return {};
  const auto fitting = static_cast<std::int64_t>(0.95 * static_cast<double>(table.num_rows()) * static_cast<double>(left) / static_cast<double>(needed));
  return Error{ErrorCode::kTooLarge, source + ": to analyse its " + base::ReadableCount(table.num_rows()) + " rows takes about " + base::ReadableCount((context.memory_bytes - left + needed) / 1'000'000) + " MB, more than --memory allows; raise --memory, or use a sample: --sample " + std::to_string(fitting)};
}

}  // namespace

std::vector<std::uint32_t> DenseIds(const Column& column, std::uint32_t* num_ids) {
  const auto rows = static_cast<std::size_t>(column.num_rows());
  std::vector<std::uint32_t> ids(rows);
  std::uint32_t next = 0;
  if (column.type() == ColumnType::kCategory || column.type() == ColumnType::kBoolean) {
    std::vector<std::uint32_t> codes(rows);
    column.CopyCodes(0, codes);
    std::unordered_map<std::uint32_t, std::uint32_t> id_of;
    for (std::size_t i = 0; i < rows; ++i) {
      if (codes[i] == table::kMissingCode) {
        ids[i] = next++;
        continue;
      }
      const auto [found, added] = id_of.emplace(codes[i], next);
      if (added) ++next;
      ids[i] = found->second;
    }
  } else {
    std::vector<double> numbers(rows);
    column.CopyNumbers(0, numbers);
    std::unordered_map<double, std::uint32_t> id_of;
    for (std::size_t i = 0; i < rows; ++i) {
      if (std::isnan(numbers[i])) {
        ids[i] = next++;
        continue;
      }
      const auto [found, added] = id_of.emplace(numbers[i], next);
      if (added) ++next;
      ids[i] = found->second;
    }
  }
  *num_ids = next;
  return ids;
}

Result<Gathered> Gather(const Problem& problem, store::Engine& engine, const RunContext& context) {
  store::ReadResult read = [&] { return store::ReadResult{}; }();
  {
    const base::ScopedStep step(context, "read");
    store::ReadOptions options;
    options.sample_rows = problem.sample_rows;
    options.seed = context.seed;
    read = ASSAY_TRY(engine.Read(problem.source, options, context));
    ASSAY_TRY(RefuseTooLarge(problem.source, read.table, context));
  }
  evidence::DataSummary data;
  data.source = problem.source;
  data.rows = read.table.num_rows();
  data.columns = static_cast<std::int64_t>(read.table.num_columns());
  data.fingerprint = read.fingerprint;
  data.notes = read.notes;
  return GatherFromTable(problem, std::make_shared<const Table>(std::move(read.table)), std::move(data), context);
}

std::vector<std::string> ColumnsLike(const Table& table, const std::string& name) {
  const std::size_t star = name.find('*');
  if (table.Find(name) >= 0 || star == std::string::npos) return {name};
  const std::string before = name.substr(0, star), after = name.substr(star + 1);
  std::vector<std::string> like;
  for (const std::string& column : table.names()) {
    if (column.size() + 1 >= name.size() && column.starts_with(before) && column.ends_with(after)) like.push_back(column);
  }
  return like.empty() ? std::vector<std::string>{name} : like;
}

Result<Gathered> GatherFromTable(const Problem& given, std::shared_ptr<const Table> table, evidence::DataSummary data, const RunContext& context) {
  const base::ScopedStep step(context, "gather");
  Problem problem = given;
  Gathered gathered;
  gathered.data = std::move(data);

  // Derived columns, one after another: a later one may use an earlier one.
  if (!problem.derived.empty()) {
    std::vector<Column> columns = table->columns();
    for (const DerivedColumn& derived : problem.derived) {
      const Table so_far = ASSAY_TRY(Table::Create(columns));
      Column made = ASSAY_TRY(expression::EvaluateText(derived.expression, "derived column '" + derived.name + "'", so_far, derived.name, context));
      // A derived column of the same name repairs the column; how much it changed is said.
      const auto same = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name() == derived.name; });
      if (same != columns.end()) {
        gathered.data.notes.push_back(RepairNote(*same, made, derived.expression));
        *same = std::move(made);
      } else {
        columns.push_back(std::move(made));
      }
    }
    table = std::make_shared<const Table>(ASSAY_TRY(Table::Create(std::move(columns))));
  }
  gathered.source = table;
  problem.exclude.clear();
  for (const std::string& name : given.exclude) {
    for (const std::string& column : ColumnsLike(*table, name)) problem.exclude.push_back(column);
  }

  Roles roles;
  roles.outcome = ASSAY_TRY(ColumnsOf(problem.outcome, "--outcome"));
  roles.time = ASSAY_TRY(ColumnsOf(problem.time, "--time"));
  roles.unit = ASSAY_TRY(ColumnsOf(problem.unit, "--unit"));
  roles.query = ASSAY_TRY(ColumnsOf(problem.query, "--query"));
  for (const auto* names : {&problem.features, &problem.exclude, &problem.known_after}) {
    for (const std::string& name : *names) {
      if (!NamesCalendarPart(name, *table)) ASSAY_TRY(table->IndexOf(name));
    }
  }
  Outcome outcome = ASSAY_TRY(OutcomeOf(problem, *table, context));

  // Which rows stay: first the named exclusions, each counted, then the row filter.
  const auto all_rows = static_cast<std::size_t>(table->num_rows());
  std::vector<double> keep;  // empty: all
  if (!problem.where.empty()) {
    keep.resize(all_rows);
    const Column where = ASSAY_TRY(expression::EvaluateText(problem.where, "--where", *table, "where", context));
    where.CopyNumbers(0, keep);
  }
  const std::vector<std::uint8_t> excluded_rows = ASSAY_TRY(ExcludedRows(problem, *table, context, &gathered.data.notes));
  std::int64_t not_kept = 0;
  gathered.source_rows.reserve(all_rows);
  for (std::size_t i = 0; i < all_rows; ++i) {
    if (!excluded_rows.empty() && excluded_rows[i] == 1) continue;
    if (!keep.empty() && (std::isnan(keep[i]) || keep[i] == 0)) {
      ++not_kept;
    } else if (std::isnan(outcome.values[i])) {
      ++gathered.rows_without_outcome;
    } else {
      gathered.source_rows.push_back(static_cast<std::uint32_t>(i));
    }
  }
  keep = {};
  std::optional<Column> query;
  if (!problem.query.empty()) query = ASSAY_TRY(expression::EvaluateText(problem.query, "--query", *table, "query", context));
  std::int64_t in_small_queries = 0;
  if (query) {
    std::uint32_t num_ids = 0;
    const std::vector<std::uint32_t> ids = DenseIds(*query, &num_ids);
    std::vector<std::int64_t> sizes(num_ids, 0);
    for (const std::uint32_t row : gathered.source_rows) ++sizes[ids[row]];
    const std::size_t before = gathered.source_rows.size();
    std::erase_if(gathered.source_rows, [&](std::uint32_t row) { return query->IsMissing(row) || sizes[ids[row]] < problem.least_query_rows; });
    in_small_queries = static_cast<std::int64_t>(before - gathered.source_rows.size());
  }
  if (not_kept > 0) gathered.data.notes.push_back(base::ReadableCount(not_kept) + " rows left out by the row filter '" + problem.where + "'");
  if (gathered.rows_without_outcome > 0) gathered.data.notes.push_back(base::ReadableCount(gathered.rows_without_outcome) + " rows left out because their outcome is missing");
  if (in_small_queries > 0) gathered.data.notes.push_back(base::ReadableCount(in_small_queries) + " rows left out because their query has fewer than " + std::to_string(problem.least_query_rows) + " rows");
  if (gathered.source_rows.empty()) return Error{ErrorCode::kInvalidInput, "no row is left: the outcome is missing or the row filter is false everywhere"};
  gathered.data.rows = static_cast<std::int64_t>(gathered.source_rows.size());

  // Calendar parts of time columns that are features, or of the time of the decision.
  std::vector<Column> columns = table->columns();
  std::vector<learn::Feature> features;
  std::vector<learn::Derivation> derivations;
  for (const DerivedColumn& derived : problem.derived) derivations.push_back({derived.name, derived.expression});
  for (std::size_t c = 0; c < table->num_columns(); ++c) {
    const Column& column = table->column(c);
    std::string reason = ReasonToExclude(column.name(), problem, roles);
    const bool is_time = column.type() == ColumnType::kTime;
    const bool is_decision_time = is_time && Holds(roles.time, column.name());
    const bool usable = reason.empty() || (is_decision_time && !Holds(roles.outcome, column.name()) && !Holds(problem.known_after, column.name()) && !Holds(problem.exclude, column.name()) && (problem.features.empty() || Holds(problem.features, column.name())));
    if (is_time && usable) {
      for (const DerivedColumn& part : CalendarParts(column, is_decision_time && problem.calendar_day_only)) {
        if (Holds(problem.exclude, part.name)) {
          gathered.excluded.push_back({part.name, "excluded on request"});
          continue;
        }
        if (Holds(problem.known_after, part.name)) {
          gathered.excluded.push_back({part.name, "the charter says it is known only after the decision"});
          continue;
        }
        Column made = ASSAY_TRY(expression::EvaluateText(part.expression, "calendar part", *table, part.name, context));
        features.push_back({columns.size(), part.name, column.name()});
        derivations.push_back({part.name, part.expression});
        columns.push_back(std::move(made));
      }
      if (reason.empty()) reason = "it is a time; its calendar parts are features instead";
    }
    if (is_time || !reason.empty()) {
      gathered.excluded.push_back({column.name(), reason});
    } else {
      features.push_back({c, column.name(), column.name()});
    }
  }
  std::sort(features.begin(), features.end(), [](const learn::Feature& a, const learn::Feature& b) { return a.column < b.column; });
  Table wide = ASSAY_TRY(Table::Create(std::move(columns)));
  const bool all_kept = gathered.source_rows.size() == all_rows;
  std::shared_ptr<const Table> kept = std::make_shared<const Table>(all_kept ? std::move(wide) : wide.Take(gathered.source_rows));

  Examples& examples = gathered.examples;
  examples.table = kept;
  examples.task = outcome.task;
  examples.classes = std::move(outcome.classes);
  examples.features = std::move(features);
  examples.derivations = std::move(derivations);
  examples.wait = problem.wait.value_or(0);
  examples.outcome_text = problem.outcome;
  examples.time_text = problem.time;
  examples.unit_text = problem.unit;
  examples.query_text = problem.query;
  examples.outcome.resize(gathered.source_rows.size());
  for (std::size_t i = 0; i < gathered.source_rows.size(); ++i) {
    const double value = outcome.values[gathered.source_rows[i]];
    if (examples.task == Task::kRanking && value < 0) return Error{ErrorCode::kInvalidInput, "--outcome: row " + std::to_string(gathered.source_rows[i] + 1) + " has the negative value " + base::ShortestNumber(value) + "; a gain for ranking is 0 or more"};
    examples.outcome[i] = static_cast<float>(value);
  }
  const bool varied = std::any_of(examples.outcome.begin(), examples.outcome.end(), [&](float v) { return v != examples.outcome[0]; });
  if (!varied && LeastDistinct(examples.task) > 1) {
    return Error{ErrorCode::kInvalidInput, "--outcome: '" + problem.outcome + "' has the same value in all " + base::ReadableCount(gathered.data.rows) + " rows; there is nothing to predict"};
  }
  if (!problem.time.empty()) {
    Column time = ASSAY_TRY(expression::EvaluateText(problem.time, "--time", *kept, "time", context));
    if (time.type() == ColumnType::kCategory) time = ASSAY_TRY(TimesOfTexts(time, problem.time, gathered.source_rows));
    if (time.type() != ColumnType::kTime) return Error{ErrorCode::kInvalidInput, "--time: '" + problem.time + "' is a " + table::ColumnTypeName(time.type()) + ", expected a time"};
    examples.time.resize(examples.outcome.size());
    std::int64_t unknown = 0;
    for (std::size_t i = 0; i < examples.time.size(); ++i) {
      examples.time[i] = time.TimeAt(static_cast<std::int64_t>(i));
      if (examples.time[i] == base::kMissingTime) ++unknown;
    }
    if (unknown > 0) gathered.data.notes.push_back(base::ReadableCount(unknown) + " rows have no time; they count as the earliest");
  }
  if (!problem.unit.empty()) {
    const Column unit = ASSAY_TRY(expression::EvaluateText(problem.unit, "--unit", *kept, "unit", context));
    examples.unit = DenseIds(unit, &examples.num_units);
  }
  if (examples.task == Task::kRanking) {
    if (!query) return Error{ErrorCode::kInvalidInput, "the task ranking needs --query: the list within which rows are ranked"};
    examples.query = DenseIds(query->Take(gathered.source_rows), &examples.num_queries);
  }
  return gathered;
}

learn::Examples WithoutFeatures(const learn::Examples& examples, const std::vector<std::string>& names) {
  learn::Examples fewer = examples;
  std::erase_if(fewer.features, [&](const learn::Feature& feature) { return Holds(names, feature.name); });
  return fewer;
}

}  // namespace assay::lifecycle
