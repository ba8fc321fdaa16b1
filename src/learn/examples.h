// The examples of one objective: what every learner, metric and test is handed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "table/table.h"

namespace assay::learn {

enum class Task { kBinary, kMulticlass, kRegression, kRanking };
// What the answer to a number aims at: the median where the metric is the absolute error, else the mean.
enum class Centre { kMean, kMedian };
const char* TaskName(Task task);  // "binary", "multiclass", "regression", "ranking"

// Row numbers of the table, ascending unless said otherwise.
using Rows = std::vector<std::uint32_t>;

// A feature is a column of the table, as read or derived from a time ("hour(date)").
struct Feature {
  std::size_t column = 0;  // index into table
  std::string name;        // the column's name
  std::string source;      // the column of the data file it comes from
  table::ColumnType type = table::ColumnType::kNumber;  // filled in saved models; in memory the column itself knows
};

// A column that is not in the data file but made from it ("hour(date)" = hour("date")).
struct Derivation {
  std::string name;
  std::string expression;  // EXPR over columns of the file and derivations before it
};

// Rows that a problem says nothing about: those that `rows` is true for, or, where `kept`, those that it is not true for.
struct RowFilter {
  std::string rows;    // EXPR over columns of the file and derivations
  bool kept = false;
  std::string reason;  // why, in the words of the charter; "" for a row filter
};

// Built once per run by lifecycle/gather, then only read; thread-safe. Rows whose outcome is missing are not in it.
// All vectors have table->num_rows() entries or are empty where said.
struct Examples {
  std::shared_ptr<const table::Table> table;
  Task task = Task::kBinary;
  Centre centre = Centre::kMean;        // of regression
  std::vector<Feature> features;
  std::vector<float> outcome;           // class index (binary: 1 = positive), value, or relevance gain >= 0 (ranking); never NaN
  std::vector<std::string> classes;     // names by class index; empty for regression and ranking
  std::vector<std::uint32_t> unit;      // dense ids 0 .. num_units - 1; empty: every row is a unit of its own
  std::uint32_t num_units = 0;
  std::vector<std::uint32_t> query;     // dense ids, ranking only
  std::uint32_t num_queries = 0;
  std::vector<base::Micros> time;       // decision time; kMissingTime where unknown; empty: the data has no time
  base::Micros wait = 0;                // how long after the decision the outcome is known
  std::vector<Derivation> derivations;  // how the columns that are not in the file are made, in order
  std::vector<RowFilter> filters;       // which rows of the file are not in it, besides those without an outcome
  std::int64_t least_query_rows = 0;    // queries with fewer rows are not in it; ranking only
  std::map<std::string, table::ColumnType> source_types;  // as read, of the columns of the file that features and EXPRs are made from
  std::string outcome_text, time_text, unit_text, query_text;  // the EXPRs, for reports; empty where none

  bool aims_at_median() const { return task == Task::kRegression && centre == Centre::kMedian; }
  std::int64_t num_rows() const { return table ? table->num_rows() : 0; }
  // Values per row of a prediction: the number of classes for multiclass, else 1.
  std::size_t num_outputs() const { return task == Task::kMulticlass ? classes.size() : 1; }
};

// Half-way between the two middle values of an even number; requires at least one.
double Median(std::vector<double> values);
// The mean of the outcomes of `rows`, or their median where that is aimed at. Regression; requires at least one row.
double CentralOutcome(const Examples& examples, std::span<const std::uint32_t> rows);

}  // namespace assay::learn
