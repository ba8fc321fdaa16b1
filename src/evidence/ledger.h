// The ledger: every conclusion of every run, append-only, each record bound to the one before.
//
// One JSON object per line (JSONL) in DIR/.assay/ledger.jsonl:
//   {"number":3,"time":"...","kind":"evidence","body":{...},"previous":"<hash>","hash":"<hash>","seal":"<hash>"}
// hash = SHA-256 over number, kind, body and previous; the first record's previous is 64 zeros. It does not cover the time,
// so that equal work gives equal heads on any machine at any hour. seal = SHA-256 over the seal before, time and hash: it
// binds the times. Changing, removing or reordering a record breaks a chain; cutting off the end is found by comparing with
// a head (or a seal) noted elsewhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/result.h"

namespace assay::evidence {

struct LedgerRecord {
  std::int64_t number = 0;  // 1, 2, 3, ...
  std::string time;         // UTC, when appended
  std::string kind;         // "report", "holdout_opened", "notice", ...
  Json body;
  std::string previous;     // hash of the record before
  std::string hash;         // 64 hex digits, over everything but the time
  std::string seal;         // 64 hex digits, over the times too
};

// What is to be appended.
struct LedgerEntry {
  std::string kind;
  Json body;
};

struct LedgerState {
  std::vector<LedgerRecord> records;
  std::string head;      // hash of the last record; 64 zeros when empty
  std::string seal;      // seal of the last record; 64 zeros when empty
  std::string notice;    // what was set aside, "" when nothing
};

// Safe between processes: Append holds an exclusive lock, finds the head, writes with one write and one fsync.
// A last line without its newline (a kill in mid-write) is moved to ledger.torn beside the ledger, with a notice record.
class Ledger {
 public:
  // `folder` is DIR/.assay; made when missing at the first Append.
  explicit Ledger(std::filesystem::path folder);

  // kIo when the folder is unwritable or the disk is full: then nothing of the record remains.
  // Cost: reads only the last line (64 KiB steps from the end) and appends.
  Result<LedgerRecord> Append(const std::string& kind, const Json& body);
  // Several records by one write: all of them or, after a kill, whole ones from the first on. Returns them in order.
  Result<std::vector<LedgerRecord>> AppendAll(const std::vector<LedgerEntry>& entries);
  // The record that `make` says after it has seen all records; no other process appends in between.
  Result<LedgerRecord> AppendAfter(const std::function<LedgerEntry(const LedgerState&)>& make);
  // All records, checked: kConflict names the first line whose hash, number or link is wrong.
  Result<LedgerState> Read() const;
  // Whether `head` is the beginning, 8 digits or more, of one of the hashes or seals; "" and 64 zeros always are. kConflict: the
  // ledger was cut off or replaced.
  Result<void> CheckHead(const LedgerState& state, const std::string& head) const;
  std::filesystem::path path() const { return folder_ / "ledger.jsonl"; }

 private:
  Result<std::vector<LedgerRecord>> AppendUnderLock(const std::vector<LedgerEntry>& entries);

  std::filesystem::path folder_;
};

// For comparing runs, the object `timing` aside: paths ("items[2].verdict") at which two bodies differ, with both values as
// JSON text.
struct BodyDifference {
  std::string path;
  std::string before, after;  // "" where absent
};
std::vector<BodyDifference> CompareBodies(const Json& before, const Json& after);

}  // namespace assay::evidence
