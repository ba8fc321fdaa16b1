// A source as the engine reads it: its files, how they are written, and which columns come out as what.
#pragma once

#include <duckdb.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/run_context.h"
#include "store/engine.h"
#include "store/internal/column_plan.h"
#include "store/internal/source_files.h"

namespace assay::store::internal {

// Types change while a reading shows them to be wrong (source_types.h).
struct Source {
  std::string name;
  std::vector<std::string> files;
  Format format = Format::kCsv;
  TypeOverrides types;
  std::map<std::string, std::string> date_formats;  // of times that are not written year first, by column
  std::set<std::string> times_as_texts;             // of CSV: cast in the SELECT
  std::string date_format, time_format;             // of all of them, where the engine's choice was wrong; "" = its choice
  std::int64_t lines_to_skip = 0;  // of CSV: comments above the header that the engine would not skip
  std::set<std::string> settled;  // columns whose type is not questioned again
  std::vector<PlannedColumn> columns;
  std::vector<std::string> notes;

  std::string Reader(const std::string& json_options = "") const;  // SQL that yields the rows
};

// Finds the files of `name` and their columns. kNotFound, kInvalidInput: files that are not what their names say, are torn, have rows of
// different lengths or no header, or, of a pattern, differ in their columns. Cost: the first rows of every file; gzip files are read once whole.
Result<Source> OpenSource(duckdb_connection connection, const std::string& name, const RunContext& context);

// What the engine's message about a source means, as a sentence that names file, row or column.
Error SourceFault(const Source& source, const std::string& message);

// SQL of the columns wanted (`options.columns`; all when empty). Columns that cannot be read are left out with a note. kNotFound with the nearest names.
Result<std::string> SelectList(const Source& source, const ReadOptions& options, std::vector<std::string>* notes);

}  // namespace assay::store::internal
