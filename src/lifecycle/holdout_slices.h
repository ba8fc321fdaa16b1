// Slices of a project's holdout: where the rung that was chosen is wrong, and what that costs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "lifecycle/gather.h"
#include "lifecycle/slices.h"
#include "lifecycle/train.h"
#include "lifecycle/value.h"

namespace assay::lifecycle {

// The losses of one rung on the holdout, kept between the steps of a run.
struct HoldoutLosses {
  std::string rung;
  std::string loss;            // in words: "log loss of 'boosted trees'"
  learn::Rows rows;            // of the examples, ascending
  std::vector<double> losses;
};
// By the rung chosen: the loss per row whose mean the objective's metric is, where it is a mean of losses; else log loss, squared error, or for
// ranking the displacement in the list.
HoldoutLosses LossesOnHoldout(const LadderPredictions& predictions, const learn::Examples& examples, const std::string& metric);
Result<void> SaveHoldoutLosses(const std::filesystem::path& path, const HoldoutLosses& losses);
Result<HoldoutLosses> LoadHoldoutLosses(const std::filesystem::path& path);

// What the best decision would have brought more, per holdout row, than the rung's at its threshold. Empty, with the reason, where money is not measured.
struct Stake {
  std::vector<double> per_row;
  std::string reason;
};
Stake StakeOnHoldout(const DecisionRows& rows, const evidence::ValueReport& value, const std::string& rung, const MoneySettings& money);

// Conditions are made of the objective's features.
Result<evidence::SlicesReport> SlicesOfHoldout(const Gathered& gathered, const HoldoutLosses& losses, const Stake& stake, const MoneySettings& money, const SliceOptions& options, const RunContext& context);

}  // namespace assay::lifecycle
