// Stage 5 on the ladder: what decisions by each rung are worth in the charter's money.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "charter/charter.h"
#include "evidence/reports/value.h"
#include "lifecycle/train.h"
#include "objectives/profit_curve.h"

namespace assay::lifecycle {

// The charter's section [value].
struct MoneySettings {
  std::string currency;
  objectives::DecisionMoney money;
  std::string missing;              // the first key without which nothing can be measured; "" when all are there
  double decisions_per_day = std::numeric_limits<double>::quiet_NaN();
  double cost_per_month = 0;        // of running ML
};
MoneySettings MoneySettingsOf(const charter::Charter& charter);

// Mean of money per row, of which every row brings in one of `cells`. Where only one sum is possible the mean is that sum, and
// `why_exact` says why. Where all rows happen to be alike, others might not be: as many rows as are still likely take the
// farthest cell.
evidence::Estimate MeanMoney(const std::vector<double>& money, const std::vector<double>& cells, const std::string& why_exact, const stats::Clusters& clusters, double level = 0.95);

// Why no chance is the one from which acting pays. Requires a break-even chance that is not finite.
std::string WhyNoChance(const objectives::DecisionMoney& money);

// What the value of a ladder is computed from. Doubles as the model gave them, so that a run that goes on from disk gives
// the same bytes as one that was never stopped.
struct DecisionRows {
  std::vector<std::uint8_t> choice_positive, holdout_positive;  // 1 where the outcome is positive
  std::vector<std::uint32_t> holdout_unit;                      // dense ids, empty: rows are independent
  std::uint32_t num_units = 0;
  stats::Crossing crossing;                                     // of units with days, empty where days add nothing
  std::string dependence;                                       // in words
  struct Rung {
    std::string name, kind;
    std::vector<double> out_of_fold, holdout;
  };
  std::vector<Rung> rungs;

  stats::Clusters Clusters() const { return {holdout_unit, num_units, crossing.unit_of.empty() ? nullptr : &crossing}; }
};
// Requires a binary task.
DecisionRows DecisionRowsOf(const LadderPredictions& predictions, const learn::Examples& examples);
// One file, whole or not at all. Load: kInvalidInput when it is not such a file or damaged.
Result<void> SaveDecisionRows(const std::filesystem::path& path, const DecisionRows& rows);
Result<DecisionRows> LoadDecisionRows(const std::filesystem::path& path);

// Per rung (and for never acting) a threshold, and its money on the holdout with intervals by unit. Models: the threshold with the
// most money out of fold. Constant and rules, which give shares of training rows, and imported rungs, which have no out-of-fold
// predictions: the break-even chance. All of them always act, or never, where that is never worse.
Result<evidence::ValueReport> ValueOfRungs(const DecisionRows& rows, const MoneySettings& settings);

// The report that says why there is no value, where there is none.
evidence::ValueReport NoValue(const MoneySettings& settings, const std::string& reason);
// "" when an objective of this task can have a value; else what is missing and what to write.
std::string WhyNoValue(const MoneySettings& settings, learn::Task task, const std::string& objective, const std::string& outcome, std::span<const std::string> classes);

}  // namespace assay::lifecycle
