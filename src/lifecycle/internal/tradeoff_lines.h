// Lines swept through the weights in use, and which weights on them follow.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lifecycle/internal/curve_figures.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

// The weight of one objective moved from 0 to 1, the others keeping their proportions. `figures` point into `curve`: a swept line does not move.
struct SweptLine {
  std::size_t objective;
  WeightLine weights;
  objectives::Frontier curve;
  std::unique_ptr<CurveFigures> figures;
};

// The place among `lines` of the line of an objective, which is there.
std::size_t LineOf(const std::vector<SweptLine>& lines, std::size_t objective);

struct WeightChoice {
  std::size_t objective = 0;  // on whose line
  double lambda = 0;          // its weight
};

// Stays where it is unless a guardrail is broken, or other weights are sure to bring more. All it is given outlives it; the last line holds the weights in use.
class WeightChooser {
 public:
  WeightChooser(const TradeoffItems& items, const TradeoffSettings& settings, const CurrentWeights& current, const std::vector<SweptLine>& lines) : items_(items), settings_(settings), current_(current), lines_(lines) {}

  WeightChoice Now() const { return {lines_.back().objective, current_.weights[lines_.back().objective]}; }
  // With decided_by, why and nearest of the report, whose lines stand already.
  WeightChoice Choose(evidence::TradeoffReport* report) const;
  // The weights nearest to `choice` at which the interval of every guardrail keeps to its bound, in words; "" where nothing is guarded. kCancelled.
  Result<std::string> NearestCertain(const WeightChoice& choice) const;

 private:
  const std::string& Name(std::size_t objective) const { return items_.problem.objectives[objective].name; }
  // The weights of a line that keep to the bounds which the policy in use sets.
  evidence::LambdaRange BoundsOf(const SweptLine& line) const;
  bool Bounded() const;
  // The feasible weights on a line that are nearest to the current ones.
  std::optional<WeightChoice> NearestFeasible() const;
  // Of the feasible weights on the lines' grids that are sure to bring more, those with the most.
  std::optional<WeightChoice> MostMoney(const evidence::TradeoffReport& report, evidence::Estimate* difference) const;
  std::string NearestInWords(const std::optional<WeightChoice>& nearest) const;
  // ", 1,200 EUR a day (800 to 1,600)"; "" where the charter does not say how many lists there are.
  std::string PerDay(const evidence::Estimate& per_list) const;
  std::string Currency() const { return settings_.currency.empty() ? "" : settings_.currency + " "; }

  const TradeoffItems& items_;
  const TradeoffSettings& settings_;
  const CurrentWeights& current_;
  const std::vector<SweptLine>& lines_;
};

}  // namespace assay::lifecycle
