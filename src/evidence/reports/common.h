// What every report shares: estimates with intervals, verdicts, evidence, where the data came from, timing.
#pragma once

#include <limits>

#include "evidence/describe.h"

namespace assay::evidence {

inline constexpr const char* kAssayVersion = "0.1.0";

// A figure that people see: with its interval, or with the reason why there is none.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();   // ends of the interval at `level`
  double high = std::numeric_limits<double>::quiet_NaN();
  double level = 0.95;
  std::string reason;  // why value or interval is null, or why the interval has no width; "" otherwise
};
template <class V>
void Describe(V& v, Estimate& e) {
  v("value", e.value, "point estimate; null with a reason when it does not exist");
  v("low", e.low, "lower end of the interval; null with a reason");
  v("high", e.high, "upper end of the interval; null with a reason");
  v("level", e.level, "confidence level of the interval");
  v("reason", e.reason, "why value, low or high is null, or why the interval has no width; empty otherwise");
}
inline const char* DescribedName(const Estimate*) { return "Estimate"; }

enum class Verdict { kSupported, kRefuted, kInconclusive, kNeedsPerson };
inline std::vector<const char*> EnumNames(Verdict) { return {"supported", "refuted", "inconclusive", "needs_person"}; }

// One named number behind a verdict.
struct Figure {
  std::string name;   // machine name, snake_case
  std::string label;  // as people read it
  Estimate estimate;
  std::string unit;   // "", "share", "rows", "skill", "USD/day", ...
};
template <class V>
void Describe(V& v, Figure& f) {
  v("name", f.name, "machine name");
  v("label", f.label, "as people read it");
  v("estimate", f.estimate, "the number with its interval");
  v("unit", f.unit, "unit, or empty for a plain number");
}
inline const char* DescribedName(const Figure*) { return "Figure"; }

// A question only people can answer.
struct OpenQuestion {
  std::string key;       // where in the charter the answer belongs, e.g. "ethics.worst_error"
  std::string question;
  std::string stage;     // understand, define, design, deploy, business
};
template <class V>
void Describe(V& v, OpenQuestion& q) {
  v("key", q.key, "where in the charter the answer belongs");
  v("question", q.question, "the question, as people ask it");
  v("stage", q.stage, "stage of the life cycle");
}
inline const char* DescribedName(const OpenQuestion*) { return "OpenQuestion"; }

struct DataSummary {
  std::string source;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::string fingerprint;  // SHA-256 over names, types and values in row order, hex
  std::vector<std::string> notes;  // rows left out and why, samples taken, repairs
  std::int64_t sampled_from = 0;   // rows of the source when a sample of them was read; 0: all were
};
template <class V>
void Describe(V& v, DataSummary& d) {
  v("source", d.source, "file or glob as given");
  v("rows", d.rows, "rows that the analysis used");
  v("columns", d.columns, "columns of the source");
  v("fingerprint", d.fingerprint, "SHA-256 of the values read, in row order");
  v("notes", d.notes, "rows left out and why, samples taken, repairs");
  v("sampled_from", d.sampled_from, "rows of the source when a random sample of them was read; 0 when all were");
}
inline const char* DescribedName(const DataSummary*) { return "DataSummary"; }

// The only part of a report that may differ between two runs of the same command on the same data.
struct Timing {
  double seconds = 0;
  std::map<std::string, double> steps;  // seconds per step
  std::int64_t peak_bytes = 0;          // peak resident memory of the process
  std::int64_t threads = 1;
  std::string started;                  // UTC
};
template <class V>
void Describe(V& v, Timing& t) {
  v("seconds", t.seconds, "wall time of the command");
  v("steps", t.steps, "wall seconds per step");
  v("peak_bytes", t.peak_bytes, "peak resident memory of the process");
  v("threads", t.threads, "threads used");
  v("started", t.started, "start of the command, UTC");
}
inline const char* DescribedName(const Timing*) { return "Timing"; }

// Every report starts with these members; call first in its Describe.
struct ReportHeader {
  std::string report;  // "feasibility", "train", ...
  std::string assay_version = kAssayVersion;
  std::string command;  // the command that repeats it
  std::uint64_t seed = 42;
  DataSummary data;
};
template <class V>
void DescribeHeader(V& v, ReportHeader& h) {
  v("report", h.report, "which report this is");
  v("assay_version", h.assay_version, "version of Assay that wrote it");
  v("command", h.command, "the command that repeats it");
  v("seed", h.seed, "seed of every random stream");
  v("data", h.data, "the data behind it");
}

}  // namespace assay::evidence
