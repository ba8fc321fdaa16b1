// As what a source's columns are read, corrected by what a reading shows: the engine decides on the first rows.
#pragma once

#include <string>
#include <vector>

#include "store/internal/column_builder.h"
#include "store/internal/source.h"

namespace assay::store::internal {

// True: the engine's message says that a value does not fit its column's type, `source` now names a wider one and is to be read again.
bool WidenAfterFault(Source* source, const std::string& message);

// The column is to be read again as text: it holds whole numbers beyond 64 bits.
void ReadAsText(Source* source, const std::string& column);

// True: the values of a column, now all seen, show another type, and `source` is to be read again. Digits beyond 64 bits are kept only as text,
// those beyond 53 bits only as integers; a column that was empty in the first rows, or whose numbers stand in quotes, may hold nothing but numbers.
bool RetypeAfterReading(Source* source, const std::vector<ColumnBuilder>& builders);

// True: dates whose first number the engine took for the year ("21/12/31") begin with the day, and `source` is to be read again.
bool TurnYearsAfterReading(Source* source, const table::Column& times);

// Numbers among which "inf" stands are read as text by the engine; a column of mostly numbers is meant to be one. kInvalidInput with
// column and row, of the sample where `sampled`.
Result<void> RefuseInfinityInText(const table::Column& column, bool sampled);

}  // namespace assay::store::internal
