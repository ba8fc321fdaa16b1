#include "store/internal/source_files.h"

#include <glob.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.h"

namespace assay::store::internal {

namespace {
namespace fs = std::filesystem;

bool EndsWithAny(const std::string& text, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return text.ends_with(ending); });
}

Error NoSuchFile(const std::string& source) {
  std::error_code code;
  std::vector<std::string> beside;
  const fs::path path(source);
  if (fs::is_symlink(path, code)) return {ErrorCode::kNotFound, source + ": is a link to '" + fs::read_symlink(path, code).string() + "', which does not exist"};
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end && beside.size() < 1000; entry.increment(code)) {
    beside.push_back(entry->path().filename().string());
  }
  std::sort(beside.begin(), beside.end());
  return {ErrorCode::kNotFound, source + ": there is no such file." + base::DidYouMean(path.filename().string(), beside)};
}

// What a file's first bytes say it is, "" when they say nothing.
std::string KindByFirstBytes(const std::string& head) {
  struct Mark {
    std::string bytes;
    const char* kind;
  };
  const Mark marks[] = {
      {"PAR1", "a Parquet file"},
      {"\x1F\x8B", "a gzip file"},
      {std::string("PK\x03\x04"), "a zip file (perhaps a spreadsheet)"},
      {std::string("\xD0\xCF\x11\xE0"), "an old spreadsheet"},
      {"\xFF\xFE", "text in UTF-16"},
      {"\xFE\xFF", "text in UTF-16"},
      {"SQLite format 3", "an SQLite database"},
      {"\x28\xB5\x2F\xFD", "a Zstandard file"},
      {"BZh", "a bzip2 file"},
  };
  for (const Mark& mark : marks) {
    if (head.starts_with(mark.bytes)) return mark.kind;
  }
  return "";
}

Result<std::string> FirstBytes(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string head(4096, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (stream.bad()) return Error{ErrorCode::kIo, file + ": cannot be read: " + std::strerror(errno)};
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return head;
}

Error DamagedGzip(const std::string& file, gzFile stream) {
  int fault = 0;
  const std::string why = ::gzerror(stream, &fault);
  if (fault == Z_BUF_ERROR) return {ErrorCode::kInvalidInput, file + ": ends in the middle of its gzip data: it was cut off; fetch or compress the file again"};
  const std::size_t colon = why.rfind(": ");
  return {ErrorCode::kInvalidInput, file + ": the gzip data are damaged (" + (colon == std::string::npos ? why : why.substr(colon + 2)) + "); fetch or compress the file again"};
}
}  // namespace

const char* FormatName(Format format) {
  switch (format) {
    case Format::kCsv: return "CSV";
    case Format::kParquet: return "Parquet";
    case Format::kJson: return "JSON";
  }
  return "CSV";
}

bool IsGzipName(const std::string& file) { return base::Lowercase(file).ends_with(".gz"); }

Format FormatOf(const std::string& file) {
  const std::string lower = base::Lowercase(file);
  if (EndsWithAny(lower, {".parquet", ".pq"})) return Format::kParquet;
  if (EndsWithAny(lower, {".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz"})) return Format::kJson;
  return Format::kCsv;
}

Result<std::vector<std::string>> FilesOf(const std::string& source) {
  std::error_code code;
  if (source.empty()) return Error{ErrorCode::kInvalidInput, "no data file was given"};
  if (fs::is_directory(source, code)) {
    return Error{ErrorCode::kInvalidInput, source + ": is a folder, expected a file or a pattern like '" + source + "/*.parquet'"};
  }
  std::vector<std::string> files;
  if (fs::exists(source, code)) {
    files.push_back(source);
  } else if (source.find_first_of("*?[") != std::string::npos) {
    glob_t found{};
    if (::glob(source.c_str(), 0, nullptr, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
    }
    ::globfree(&found);
    std::erase_if(files, [&](const std::string& file) { return fs::is_directory(file, code); });
    if (files.empty()) return Error{ErrorCode::kNotFound, source + ": no file matches this pattern"};
  } else {
    return NoSuchFile(source);
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (!base::IsValidUtf8(file)) return Error{ErrorCode::kInvalidInput, file + ": its name is not UTF-8, which the data engine cannot open; rename the file"};
    if (::access(file.c_str(), R_OK) != 0) return Error{ErrorCode::kIo, file + ": cannot be read: " + std::strerror(errno)};
    if (fs::is_regular_file(file, code) && fs::file_size(file, code) == 0) {
      return Error{ErrorCode::kInvalidInput, file + ": is empty; expected a header line and rows"};
    }
    if (FormatOf(file) != FormatOf(files.front())) {
      return Error{ErrorCode::kInvalidInput, source + ": matches files of different kinds (" + files.front() + ", " + file + "); give a pattern that matches one kind, like '*.csv'"};
    }
  }
  return files;
}

Result<void> RefuseDisguised(const std::string& file, Format format) {
  std::error_code code;
  if (!fs::is_regular_file(file, code)) return {};  // a pipe cannot be looked at twice
  const std::string head = ASSAY_TRY(FirstBytes(file));
  const std::string kind = KindByFirstBytes(head);
  const std::string expected = IsGzipName(file) ? "a gzip file" : format == Format::kParquet ? "a Parquet file" : "";
  if (kind != expected && !kind.empty()) {
    const std::string due = expected.empty() ? std::string("a ") + FormatName(format) + " file" : expected;
    const char* advice = kind == "text in UTF-16" ? "; save it as UTF-8" : kind == "a Parquet file" ? "; give it the ending .parquet" : kind == "a gzip file" ? "; give it the ending .gz" : "; export it as CSV, JSON or Parquet";
    return Error{ErrorCode::kInvalidInput, file + ": is " + kind + ", not " + due + " as its name says" + advice};
  }
  if (kind != expected) return Error{ErrorCode::kInvalidInput, file + ": is not " + expected + ", although its name says so; give it the ending of what it holds"};
  if (expected.empty() && head.find('\0') != std::string::npos) {
    return Error{ErrorCode::kInvalidInput, file + ": byte " + std::to_string(head.find('\0') + 1) + " is a zero, so this is no text; expected a " + FormatName(format) + " file in UTF-8"};
  }
  return {};
}

Result<void> RefuseTornGzip(const std::string& file, const RunContext& context) {
  std::error_code code;
  if (!IsGzipName(file) || !fs::is_regular_file(file, code)) return {};
  const auto size = static_cast<std::int64_t>(fs::file_size(file, code));
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(::gzopen(file.c_str(), "rb"), ::gzclose);
  if (!stream) return Error{ErrorCode::kIo, file + ": cannot be read: " + std::strerror(errno)};
  ::gzbuffer(stream.get(), 1U << 17U);
  std::string buffer(std::size_t{1} << 18U, '\0');
  for (int round = 0;; ++round) {
    const int got = ::gzread(stream.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (got == 0) break;
    if (got < 0) return DamagedGzip(file, stream.get());
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    if (round % 16 == 0) context.Report("check " + file, ::gzoffset(stream.get()), size);
  }
  int fault = 0;
  ::gzerror(stream.get(), &fault);
  if (fault != Z_OK && fault != Z_STREAM_END) return DamagedGzip(file, stream.get());
  return {};
}

}  // namespace assay::store::internal
