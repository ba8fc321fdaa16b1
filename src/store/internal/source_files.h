// Which files a source means, and whether they are what their names say.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"

namespace assay::store::internal {

enum class Format { kCsv, kParquet, kJson };
const char* FormatName(Format format);        // "CSV", "Parquet", "JSON"
Format FormatOf(const std::string& file);     // by its ending; CSV when it says nothing

bool IsGzipName(const std::string& file);     // ends in .gz, in either case

// The files of a path or a pattern ('data/*.csv'), sorted by name, all of one format, none empty or unreadable.
// kNotFound with the nearest names in the folder.
Result<std::vector<std::string>> FilesOf(const std::string& source);

// Looks at the first bytes: a Parquet, gzip, zip or UTF-16 file under another name is refused with its real kind, and so
// are bytes that are no text where text is due.
Result<void> RefuseDisguised(const std::string& file, Format format);

// A gzip file that was cut off, or whose checksum is wrong, is refused: the engine would take the part for the whole.
// Cost: one pass of decompression; does nothing for other files.
Result<void> RefuseTornGzip(const std::string& file, const RunContext& context);

}  // namespace assay::store::internal
