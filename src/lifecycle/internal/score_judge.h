// Metrics of scored rows whose outcome is known.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/score.h"
#include "learn/examples.h"
#include "learn/model_store.h"

namespace assay::lifecycle {

// 1. Made from the outcome: decides which rows are judged: all of them or, beyond `most_rows`, a random sample of about that
//    many (of whole queries for ranking). Every unit stays in it, so intervals by unit remain what they are.
// 2. Add: the predictions, block after block in the order of the rows; only those of judged rows are kept.
// 3. Report: the metrics with intervals by unit, or the reason why there are none.
// Memory: outcome, time, unit, query and predictions of the judged rows.
class ScoreJudge {
 public:
  static constexpr std::int64_t kMostRows = 5'000'000;

  // `examples`: one entry per row (see ScoreOutcome), of which only the judged ones are copied; `left_out`: 1 for rows that are
  // never judged, empty: none.
  ScoreJudge(const learn::SavedModel& model, const learn::Examples& examples, std::span<const std::uint8_t> left_out, std::uint64_t seed, std::int64_t most_rows = kMostRows);
  // `predictions`: the next rows' outputs side by side.
  void Add(std::span<const double> predictions);
  // Fills judged_rows, judged_units, metrics, metrics_reason, calibration_slope; adds to notes. Requires all rows added.
  void Report(evidence::ScoreReport* report) const;

 private:
  const learn::SavedModel& model_;
  learn::Rows chosen_;            // rows of the file, ascending
  learn::Examples examples_;      // of the chosen rows
  std::vector<double> predictions_;
  std::int64_t with_outcome_ = 0;  // rows that could be judged
  bool some_left_out_ = false;
  std::size_t next_chosen_ = 0;   // position in chosen_
  std::uint32_t next_row_ = 0;    // first row not added yet
};

}  // namespace assay::lifecycle
