#include "evidence/ledger.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/time.h"

namespace assay::evidence {

namespace {
namespace fs = std::filesystem;

const std::string kNoHash(64, '0');

std::string NowUtc() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return base::FormatTime(std::chrono::duration_cast<std::chrono::seconds>(now).count() * base::kMicrosPerSecond);
}

std::string HashOf(const LedgerRecord& record) {
  return base::Sha256Hex(base::WriteJson(Json{{"number", record.number}, {"kind", record.kind}, {"body", record.body}, {"previous", record.previous}}));
}

std::string SealOf(const LedgerRecord& record, const std::string& previous_seal) { return base::Sha256Hex(previous_seal + " " + record.time + " " + record.hash); }

std::string LineOf(const LedgerRecord& record) {
  return base::WriteJson(Json{{"number", record.number}, {"time", record.time}, {"kind", record.kind}, {"body", record.body},
                              {"previous", record.previous}, {"hash", record.hash}, {"seal", record.seal}}) + "\n";
}

// The record of one line, its hash recomputed from the text that was written. The seal needs the record before: Read checks it.
Result<LedgerRecord> ParseLine(std::string_view line, const std::string& where) {
  const Json json = ASSAY_TRY(base::ParseJson(line, where));
  const auto is = [&](const char* name, auto test) { return json.is_object() && json.contains(name) && test(json[name]); };
  const auto text = [](const Json& v) { return v.is_string(); };
  if (!is("number", [](const Json& v) { return v.is_number_integer(); }) || !is("time", text) || !is("kind", text) ||
      !json.contains("body") || !is("previous", text) || !is("hash", text) || !is("seal", text)) {
    return Error{ErrorCode::kConflict, where + ": is not a ledger record"};
  }
  LedgerRecord record{json["number"].get<std::int64_t>(), json["time"].get<std::string>(), json["kind"].get<std::string>(),
                      json["body"], json["previous"].get<std::string>(), json["hash"].get<std::string>(), json["seal"].get<std::string>()};
  const std::string hash = HashOf(record);
  // The text itself counts, not only what it parses to: an added blank is a change too.
  if (hash != record.hash || LineOf(record) != std::string(line) + "\n") {
    return Error{ErrorCode::kConflict, where + ": the record was changed after it was written (its hash does not fit)"};
  }
  return record;
}

// The next record after the one with these three.
LedgerRecord MakeRecord(std::int64_t number, const LedgerEntry& entry, const std::string& previous, const std::string& previous_seal) {
  LedgerRecord record{number, NowUtc(), entry.kind, entry.body, previous, "", ""};
  record.hash = HashOf(record);
  record.seal = SealOf(record, previous_seal);
  return record;
}

// What stands after the last newline, and the last whole line before it.
struct Tail {
  std::string last_line;  // "" when there is no record
  std::string torn;       // bytes after the last newline
  std::uintmax_t whole_size = 0;
};

Result<Tail> ReadTail(const fs::path& path) {
  std::error_code code;
  const std::uintmax_t size = fs::file_size(path, code);
  if (code || size == 0) return Tail{};
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kIo, path.string() + ": cannot be read"};
  std::string end;
  std::uintmax_t begin = size;
  constexpr std::uintmax_t kStep = 65536;
  for (;;) {
    const std::uintmax_t step = std::min(kStep, begin);
    begin -= step;
    std::string piece(step, '\0');
    in.seekg(static_cast<std::streamoff>(begin));
    in.read(piece.data(), static_cast<std::streamsize>(step));
    if (!in) return Error{ErrorCode::kIo, path.string() + ": cannot be read"};
    end.insert(0, piece);
    const std::size_t last_break = end.rfind('\n');
    const bool whole_line = last_break != std::string::npos && last_break > 0 && end.rfind('\n', last_break - 1) != std::string::npos;
    if (begin == 0 || whole_line) break;
  }
  Tail tail;
  const std::size_t last_break = end.rfind('\n');
  if (last_break == std::string::npos) {
    tail.torn = end;
    return tail;
  }
  tail.torn = end.substr(last_break + 1);
  tail.whole_size = size - tail.torn.size();
  const std::size_t line_break = last_break == 0 ? std::string::npos : end.rfind('\n', last_break - 1);
  const std::size_t line_begin = line_break == std::string::npos ? 0 : line_break + 1;
  tail.last_line = end.substr(line_begin, last_break - line_begin);
  return tail;
}
}  // namespace

Ledger::Ledger(fs::path folder) : folder_(std::move(folder)) {}

Result<LedgerRecord> Ledger::Append(const std::string& kind, const Json& body) {
  std::vector<LedgerRecord> records = ASSAY_TRY(AppendAll({{kind, body}}));
  return std::move(records.front());
}

Result<std::vector<LedgerRecord>> Ledger::AppendAll(const std::vector<LedgerEntry>& entries) {
  const base::FileLock lock = ASSAY_TRY(base::FileLock::Acquire(folder_ / "ledger.lock"));
  return AppendUnderLock(entries);
}

Result<LedgerRecord> Ledger::AppendAfter(const std::function<LedgerEntry(const LedgerState&)>& make) {
  const base::FileLock lock = ASSAY_TRY(base::FileLock::Acquire(folder_ / "ledger.lock"));
  const LedgerState state = ASSAY_TRY(Read());
  std::vector<LedgerRecord> records = ASSAY_TRY(AppendUnderLock({make(state)}));
  return std::move(records.front());
}

Result<std::vector<LedgerRecord>> Ledger::AppendUnderLock(const std::vector<LedgerEntry>& entries) {
  const Tail tail = ASSAY_TRY(ReadTail(path()));
  LedgerRecord last;
  last.hash = last.seal = kNoHash;
  if (!tail.last_line.empty()) last = ASSAY_TRY(ParseLine(tail.last_line, path().string() + ": last record"));
  std::string lines;
  const auto add = [&](const LedgerEntry& entry) {
    last = MakeRecord(last.number + 1, entry, last.hash, last.seal);
    lines += LineOf(last);
    return last;
  };
  if (!tail.torn.empty()) {
    ASSAY_TRY(base::AppendDurably(folder_ / "ledger.torn", tail.torn + "\n"));
    std::error_code code;
    fs::resize_file(path(), tail.whole_size, code);
    if (code) return Error{ErrorCode::kIo, path().string() + ": cannot be mended: " + code.message()};
    add({"notice", Json{{"message", "a half-written last line of " + std::to_string(tail.torn.size()) + " bytes was set aside in ledger.torn"}}});
  }
  std::vector<LedgerRecord> records;
  for (const LedgerEntry& entry : entries) records.push_back(add(entry));
  if (!lines.empty()) ASSAY_TRY(base::AppendDurably(path(), lines));
  return records;
}

Result<LedgerState> Ledger::Read() const {
  LedgerState state;
  state.head = state.seal = kNoHash;
  std::error_code code;
  if (!fs::exists(path(), code)) return state;
  const std::string bytes = ASSAY_TRY(base::ReadFile(path()));
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string::npos) {
      state.notice = "the last line is half-written (" + std::to_string(bytes.size() - begin) + " bytes) and was left out; the next append sets it aside";
      break;
    }
    const auto number = static_cast<std::int64_t>(state.records.size()) + 1;
    const std::string where = path().string() + ": line " + std::to_string(number);
    LedgerRecord record = ASSAY_TRY(ParseLine(std::string_view(bytes).substr(begin, end - begin), where));
    if (record.number != number || record.previous != state.head) {
      return Error{ErrorCode::kConflict, where + ": a record before it was removed, added or moved (the chain of hashes is broken)"};
    }
    if (record.seal != SealOf(record, state.seal)) return Error{ErrorCode::kConflict, where + ": its time was changed after it was written (its seal does not fit)"};
    state.head = record.hash;
    state.seal = record.seal;
    state.records.push_back(std::move(record));
    begin = end + 1;
  }
  return state;
}

Result<void> Ledger::CheckHead(const LedgerState& state, const std::string& head) const {
  if (head.empty() || head == kNoHash) return {};
  if (head.size() < 8) return Error{ErrorCode::kInvalidInput, "the head '" + head + "' is too short; give at least 8 of its digits"};
  if (std::any_of(state.records.begin(), state.records.end(), [&](const LedgerRecord& r) { return r.hash.starts_with(head) || r.seal.starts_with(head); })) return {};
  return Error{ErrorCode::kConflict, path().string() + ": no record has the head " + head + "; the ledger was cut off or replaced after that head was noted"};
}

namespace {
void Compare(const Json& before, const Json& after, const std::string& path, std::vector<BodyDifference>* out) {
  if (before == after) return;
  if (before.is_object() && after.is_object()) {
    for (const auto& [key, value] : before.items()) {
      if (key == "timing") continue;
      const std::string inner = path.empty() ? key : path + "." + key;
      if (after.contains(key)) {
        Compare(value, after[key], inner, out);
      } else {
        out->push_back({inner, base::WriteJson(value), ""});
      }
    }
    for (const auto& [key, value] : after.items()) {
      if (key != "timing" && !before.contains(key)) out->push_back({path.empty() ? key : path + "." + key, "", base::WriteJson(value)});
    }
    return;
  }
  if (before.is_array() && after.is_array()) {
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
      const std::string inner = path + "[" + std::to_string(i) + "]";
      if (i >= before.size()) {
        out->push_back({inner, "", base::WriteJson(after[i])});
      } else if (i >= after.size()) {
        out->push_back({inner, base::WriteJson(before[i]), ""});
      } else {
        Compare(before[i], after[i], inner, out);
      }
    }
    return;
  }
  out->push_back({path, base::WriteJson(before), base::WriteJson(after)});
}
}  // namespace

std::vector<BodyDifference> CompareBodies(const Json& before, const Json& after) {
  std::vector<BodyDifference> differences;
  Compare(before, after, "", &differences);
  return differences;
}

}  // namespace assay::evidence
