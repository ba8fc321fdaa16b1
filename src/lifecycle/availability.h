// Which columns are known only after the decision: from the data themselves and from their names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "table/table.h"

namespace assay::lifecycle {

// A column that hardly exists before the outcome does, or whose times lie after the decision.
struct LateColumn {
  std::string column;
  std::string evidence;  // with figures
  bool certain = false;  // false: it could be a plan made before (a time that lies ahead)
};

// 1 where the outcome has a value, 0 where it has none yet.
std::vector<std::uint8_t> KnownOutcomes(const table::Column& outcome);

// `outcome_known`: per row, whether the outcome has a value (1) or not yet (0). `time`: the decision, may be null. Columns in
// `skip` are not looked at. Certain: among at least 20 rows without outcome the column has a value in at most a twentieth of
// the share it has among rows with one (which is at least a fifth). With `time`, rows with an outcome are the newest ones, as
// many as there are without: a column that stopped arriving long before is not accused. Cost: one pass per column.
std::vector<LateColumn> FindLateColumns(const table::Table& table, const std::vector<std::uint8_t>& outcome_known, const table::Column* time, const std::vector<std::string>& skip);

// How long after the decision a later time lay, of rows with an outcome and both times.
struct Delays {
  std::vector<base::Micros> after;  // one a row, in the order of the rows; negative: before the decision
  std::int64_t num_before = 0;      // how many are negative
  // Of fewer than 20 rows, or where more than one in a hundred lies before the decision, nothing is learned.
  bool follow_the_decision() const { return after.size() >= 20 && num_before * 100 <= static_cast<std::int64_t>(after.size()); }
  base::Micros percentile_95() const;  // requires rows
};
// Both columns are times; `outcome_known`: one entry per row, as of KnownOutcomes.
Delays DelaysAfter(const table::Column& column, const table::Column& time, const std::vector<std::uint8_t>& outcome_known);

// How long the newest rows wait for their outcome: the newest days of which less than half of the usual share is known.
struct LabelDelay {
  base::Micros delay = 0;      // length of that stretch, whole days
  std::int64_t rows = 0;       // in it
  double known = 0, usual = 0; // share with outcome in it and before it
};
// delay 0 when the newest rows have their outcomes like the others, or when the data span fewer than 3 days.
LabelDelay FindLabelDelay(const std::vector<std::uint8_t>& outcome_known, const table::Column& time);

// "is named like something known only afterwards" for names such as actual_arrival or closed_at; "" otherwise.
std::string LateNameReason(const std::string& name);

// Nearly every row (95 % of at least 50) has its own text or whole number.
bool HasDistinctValues(const table::Column& column);

}  // namespace assay::lifecycle
