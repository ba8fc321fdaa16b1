// Rows and decisions per day, as the charter states them and as the data have them.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/check_state.h"
#include "lifecycle/understand.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle::internal {

namespace {

// A stated volume this many times above or below the data's, interval included, does not match.
constexpr double kFactor = 1.5;
constexpr std::size_t kFewestDays = 3;

// Rows per calendar day from the first to the last, every day one observation.
evidence::Estimate RowsPerDay(const CheckState& state) {
  evidence::Estimate estimate;
  base::Micros first = INT64_MAX, last = INT64_MIN;
  const std::int64_t rows = state.time->num_rows();
  const auto used = [&](std::int64_t row) { return (state.kept.empty() || state.kept[static_cast<std::size_t>(row)] != 0) && !state.time->IsMissing(row); };
  for (std::int64_t row = 0; row < rows; ++row) {
    if (!used(row)) continue;
    first = std::min(first, state.time->TimeAt(row));
    last = std::max(last, state.time->TimeAt(row));
  }
  const auto day_of = [](base::Micros t) { return base::FloorDivide(t, base::kMicrosPerDay); };
  if (last < first || day_of(last) - day_of(first) + 1 < static_cast<std::int64_t>(kFewestDays)) {
    estimate.reason = "the data span fewer than " + std::to_string(kFewestDays) + " days";
    return estimate;
  }
  if (day_of(last) - day_of(first) > 200'000) {
    estimate.reason = "the times span more than five hundred years; some cannot be right";
    return estimate;
  }
  std::vector<double> counts(static_cast<std::size_t>(day_of(last) - day_of(first) + 1), 0.0);
  for (std::int64_t row = 0; row < rows; ++row) {
    if (used(row)) counts[static_cast<std::size_t>(day_of(state.time->TimeAt(row)) - day_of(first))] += 1 / state.data.share_read;
  }
  return ToEstimate(stats::ClusterMean(counts, {}));
}

std::string Readable(const evidence::Estimate& e) {
  const base::ReadableEnds ends = base::ReadableInterval(e.value, e.low, e.high);
  return ends.value + " rows a day (95 % interval " + ends.low + " to " + ends.high + ")";
}

}  // namespace

void CheckVolumes(CheckState& state) {
  evidence::Estimate& rows = state.report->rows_per_day;
  const Record& data = state.charter().section("data");
  const Record& value = state.charter().section("value");
  const Record& proof = state.charter().section("proof");
  if (!state.time) {
    rows.reason = state.table ? "the charter names no time column" : "there are no data";
  } else {
    rows = RowsPerDay(state);
  }
  if (std::isfinite(rows.value) && rows.value > 0) {
    if (const double stated = data.number("rows_per_day", std::nan("")); stated > rows.high * kFactor || stated < rows.low / kFactor) {
      state.Find("volume_mismatch", FieldStatus::kContradicted, PlaceOf("data", data, "rows_per_day"), "the charter says that " + base::ReadableNumber(stated) + " rows arise a day", "the data have " + Readable(rows), "Write what the data have, or find out which rows are missing.");
    } else if (std::isfinite(stated)) {
      state.Confirm("data.rows_per_day", "the data have " + Readable(rows));
    }
    if (const double stated = value.number("decisions_per_day", std::nan("")); stated > rows.high * kFactor) {
      state.Find("volume_mismatch", FieldStatus::kContradicted, PlaceOf("value", value, "decisions_per_day"), "the charter says that " + base::ReadableNumber(stated) + " decisions are taken a day, more than there are rows", "the data have " + Readable(rows), "Write the decisions that the rows stand for, or say where the others come from.");
    } else if (stated < rows.low / kFactor) {
      state.Find("volume_mismatch", FieldStatus::kVague, PlaceOf("value", value, "decisions_per_day"), "only some rows lead to a decision, and the charter does not say which", "the charter says " + base::ReadableNumber(stated) + " decisions a day, the data have " + Readable(rows), "Keep the rows that are decided upon with data.where, or write as many decisions as rows.");
    }
  }
  // An A/B test cannot assign more units than the decisions of a day reach.
  const double decisions = value.number("decisions_per_day", std::nan("")), units = proof.number("units_per_day", std::nan(""));
  const double reached = decisions * proof.number("units_per_decision", 1);
  if (units > reached * (1 + 1e-9)) {
    state.Find("volume_mismatch", FieldStatus::kContradicted, PlaceOf("proof", proof, "units_per_day"), base::ReadableNumber(units) + " units a day cannot take part in a test of " + base::ReadableNumber(decisions) + " decisions a day" + (proof.has("units_per_decision") ? ", each of which reaches " + base::ReadableNumber(proof.number("units_per_decision", 1)) + " units" : ""), "", "Write at most one unit per decision, or say in proof.units_per_decision how many units one decision reaches.");
  }
}

}  // namespace assay::lifecycle::internal
