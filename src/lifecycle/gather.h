// Gather: reads the data of a problem once and brings it into the form that all analyses share.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/common.h"
#include "learn/examples.h"
#include "lifecycle/problem.h"
#include "store/engine.h"

namespace assay::lifecycle {

// A column of the data that is not a feature, and why, in a sentence for people.
struct ExcludedColumn {
  std::string column;
  std::string reason;
  bool known_after = false;  // known only after the decision: by the charter, or as another objective's outcome
  bool part_of_outcome = false;  // of the outcome, or derived from it
};

// A reason that others ask for.
inline constexpr const char* kPartOfTheOutcome = "it is part of the outcome";

// What an analysis gets. `examples.table` holds, in this order: the columns of the source, the derived columns, the
// calendar parts of time columns. Rows with a missing outcome, named by an exclusion or not kept by `where` are not in it; they
// are counted by reason in data.notes, as are the values that a derived column repaired.
struct Gathered {
  learn::Examples examples;
  std::shared_ptr<const table::Table> source;  // every row read, also those without outcome; source columns + derived
  learn::Rows source_rows;                     // examples row -> row of `source`
  evidence::DataSummary data;
  std::vector<ExcludedColumn> excluded;
  std::map<std::string, std::string> clocks;   // times in lower case of which only the calendar day is known -> the column whose clock it is
  std::vector<std::string> vouched;            // Problem::vouched
  std::vector<std::string> leaky;              // features or whole columns that were taken out because they leak
  std::int64_t rows_without_outcome = 0;
  std::int64_t copied_rows = 0;                // rows held together with an equal one, as a unit; 0: there are none, or a unit or a time is named
};

// Columns named in outcome, other_outcomes, time, unit and query are never features, nor are `exclude` and `known_after`, nor is
// what is derived from columns that may not be known at the decision, or from a time of day that is not.
// Where neither time nor unit is named (or a unit of a single row each), rows that are copies of each other become units (internal/copies.h), with a note.
// Each time-typed feature becomes month, weekday and (unless all are midnight, or calendar_day_only for the time column)
// hour features. An outcome or a feature that no float can hold is refused, naming its row. Errors name the flag or key whose EXPR is wrong.
Result<Gathered> Gather(const Problem& problem, store::Engine& engine, const RunContext& context);

// The same from a table that is already in memory (tests; data shared between objectives of one run).
Result<Gathered> GatherFromTable(const Problem& problem, std::shared_ptr<const table::Table> table,
                                 evidence::DataSummary data, const RunContext& context);

// The same data for models that aim at the median, which is what the absolute error rewards. Requires regression.
Gathered AimedAtMedian(Gathered gathered);

// "1e+39, beyond the largest number that a model can hold (3.4e+38); mend it or leave it empty".
std::string BeyondFloatInWords(double value);

// The columns that are no features and why, the first five; "" when none were asked for and refused.
std::string WhyExcluded(const Gathered& gathered);
// kInvalidInput, with those, when there is no feature.
Result<void> RefuseWithoutFeatures(const Gathered& gathered);

// Texts that are all times ("2001-03-04 05:06:07") as times; else kInvalidInput names the first row that is none. `source_rows`: the
// row of the file that each row is.
Result<table::Column> TimesOfTexts(const table::Column& texts, const std::string& expression, const learn::Rows& source_rows);

// Dense ids in order of first appearance; a missing value becomes an id of its own per row.
std::vector<std::uint32_t> DenseIds(const table::Column& column, std::uint32_t* num_ids);

// The columns that a name stands for: itself where there is such a column, else all that fit, '*' being any text.
std::vector<std::string> ColumnsLike(const table::Table& table, const std::string& name);

// The column of the data that a feature is made from; the name itself when it is no feature.
std::string SourceOf(const learn::Examples& examples, const std::string& feature);

// The examples with fewer features (leaky ones taken out); shares the table.
learn::Examples WithoutFeatures(const learn::Examples& examples, const std::vector<std::string>& names);

// The examples restricted to these rows, in their order, with a table of their own.
learn::Examples Restricted(const learn::Examples& examples, const learn::Rows& rows);

}  // namespace assay::lifecycle
