// What a flag, or a key of a charter, says of a table: a column by its very name ("item-price"), else an EXPR over columns.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "base/time.h"
#include "learn/examples.h"
#include "store/engine.h"
#include "table/table.h"

namespace assay::lifecycle {

// The columns that a text names, of these; those of an EXPR also where they are not among them.
std::vector<std::string> ColumnsNamedBy(const std::string& text, const std::vector<std::string>& names);
// The columns of a source that texts name, in its order. Empty, which stands for all, where one of them is not there: the message about it can then name the
// nearest. Where none is named the first, so that rows are counted all the same. Empty texts name nothing.
std::vector<std::string> ColumnsToRead(const std::vector<std::string>& texts, const store::SourceInfo& info);

// `where` names the flag or key in errors: "--score".
Result<table::Column> ColumnOf(const std::string& text, const std::string& where, const table::Table& table, const RunContext& context);
// A number per row, conditions as 0 and 1, NaN where it is missing. kInvalidInput for texts and times, saying what was `expected`: "a number".
Result<std::vector<double>> NumbersOf(const std::string& text, const std::string& where, const std::string& expected, const table::Table& table, const RunContext& context);
// The rows that --where keeps; all where the text is "". A note counts the others. kInvalidInput when it is no condition, or keeps no row of a table that has some.
Result<std::vector<bool>> RowsKeptByWhere(const std::string& text, const table::Table& table, std::vector<std::string>* notes, const RunContext& context);
// Times, also where they were read as texts. `source_rows`: the row of the file that each row is.
Result<std::vector<base::Micros>> TimesOfColumn(table::Column column, const std::string& text, const std::string& where, const learn::Rows& source_rows);

}  // namespace assay::lifecycle
