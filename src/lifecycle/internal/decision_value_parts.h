// Parts of the value of decisions: how rows depend on each other, and money with intervals.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lifecycle/decision_value.h"
#include "lifecycle/understand.h"
#include "objectives/cross_fitted_value.h"
#include "objectives/profit_curve.h"

namespace assay::lifecycle {

// What every figure is by. `money`: of each row at the threshold chosen on all rows, by which days are found to resemble their neighbours.
struct DecisionDependence {
  Dependence dependence;     // its unit: days joined to runs where neighbouring ones resemble each other
  double widening = 1;
  std::string why_untested;  // "" or why there is no interval

  stats::Clusters Clusters() const {
    stats::Clusters clusters = dependence.Clusters();
    clusters.widening = widening;
    return clusters;
  }
};
DecisionDependence DependenceOfDecisions(const DecisionValueRows& rows, std::span<const double> money);

// The least and the largest sum of money that a row can bring.
struct MoneyRange {
  double low = 0, high = 0;
};

class MoneyEstimates {
 public:
  // All that it is given outlives it.
  MoneyEstimates(const DecisionValueRows& rows, const objectives::RowMoney& money, const DecisionDependence& dependence, const DecisionValueProblem& problem);

  // A policy that decides each row by `acts`. `half`: empty where nothing was chosen on these rows. `certain`: why it acts on all rows that could
  // come, or on none; "" otherwise. `costs`: it acts by the score, which costs.
  evidence::PolicyValue Policy(const std::string& name, std::span<const std::uint8_t> acts, std::span<const std::uint8_t> half, const std::string& certain, bool costs) const;
  // Money of one policy less that of another.
  evidence::Estimate Difference(std::span<const std::uint8_t> acts, std::span<const std::uint8_t> other, std::span<const std::uint8_t> half) const;
  // Money of acting where the score is at least `threshold`, taken alone; no interval where few units are acted on.
  evidence::Estimate At(double threshold) const;
  // Per day, less the cost; with the reason where decisions per day are not known.
  evidence::Estimate PerDay(const evidence::Estimate& per_decision, bool costs) const;

 private:
  // The mean of `values` by units. Where all are alike: exact for a reason, or as many rows as are still likely at the ends of `range`. `near_the_choice`: see
  // objectives::MeanDifferenceOf.
  evidence::Estimate Mean(std::span<const double> values, std::span<const std::uint8_t> half, const MoneyRange& range, const std::string& certain, bool near_the_choice = false) const;

  const DecisionValueRows& rows_;
  const objectives::RowMoney& money_;
  const DecisionDependence& dependence_;
  const DecisionValueProblem& problem_;
  MoneyRange acting_, silent_, gain_;
};

// Whether all scores lie between 0 and 1.
bool AreChances(std::span<const double> scores);
evidence::CalibrationVerdict CalibrationOf(const DecisionValueRows& rows, const objectives::ProfitCurve& curve, const DecisionDependence& dependence);
// An error only when stopped; what cannot be told is a reason in the report.
Result<evidence::ThresholdSetReport> ThresholdSetOf(const objectives::ProfitCurve& curve, const DecisionDependence& dependence, const RunContext& context);

// The profit curve with its grid of intervals.
Result<void> FillCurve(const objectives::ProfitCurve& curve, const MoneyEstimates& estimates, const RunContext& context, evidence::DecisionValueReport* report);

// The threshold, or NaN and the reason where it never acts.
void SetThreshold(double score, double* threshold, std::string* reason);
inline constexpr const char* kAmountsDiffer = "amounts differ by row, so every row has its own";
inline constexpr const char* kNeverActs = "it never acts";

}  // namespace assay::lifecycle
