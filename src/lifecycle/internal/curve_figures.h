// What a swept line through the weights gives, in the form of reports: metrics and guardrails with bands, the stretches where guardrails hold, money.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "evidence/reports/frontier.h"
#include "lifecycle/frontier.h"
#include "objectives/frontier.h"
#include "objectives/frontier_band.h"

namespace assay::lifecycle {

// Weights of the objectives at lambda 0 and 1; between them in proportion.
struct WeightLine {
  std::vector<double> from, to;
  std::vector<double> At(double lambda) const;
};

bool KeepsTo(const evidence::FrontierGuardrail& guardrail, double value);
// A point of a band; without one, or without width, the reason.
evidence::Estimate EstimateAt(const Result<objectives::Band>& band, std::size_t at, double value, double level = 0.95);
// A band over queries, or over units of them: each unit then stands for the mean over queries plus what its queries add to it (the linear part of a ratio of sums),
// as clustered standard errors do.
Result<objectives::Band> BandByUnits(const objectives::CurveByQuery& curve, std::uint32_t num_queries, const std::vector<std::uint32_t>& unit_of_query, std::span<const double> lambdas, const objectives::BandOptions& options, const RunContext& context);
// 0, 1 / steps, ..., 1.
std::vector<double> EvenGrid(std::size_t steps);

// All it is given outlives it. Measures of the frontier's items: a metric per objective of the problem, then its guardrails.
class CurveFigures {
 public:
  // `items`: those that were swept. Intervals of what is yes or no of every item end at 0, and those of shares of shown items at 1.
  CurveFigures(const objectives::Frontier& frontier, const FrontierProblem& problem, const FrontierItems& items, std::int64_t draws, const RunContext& context);

  const std::vector<bool>& feasible() const { return feasible_; }  // per piece: all guardrails hold
  bool FeasibleAt(double lambda) const { return feasible_[frontier_.PieceAt(lambda)]; }
  std::vector<evidence::LambdaRange> FeasibleRanges() const;
  // Per lambda: the interval of every guardrail keeps to its bound, bands being over all of `lambdas`. Values that are alike in every unit count as they are; without
  // a band, of fewer than two units, nothing is sure. kCancelled.
  Result<std::vector<bool>> SurelyFeasible(const std::vector<double>& lambdas) const;
  // In the order of `lambdas`, with bands over all of them. kCancelled.
  Result<std::vector<evidence::FrontierAt>> At(const std::vector<double>& lambdas, const WeightLine& line) const;
  // In words, how the intervals of so many lambdas were made.
  std::string BandWords(std::size_t lambdas) const;

  // `amounts`: money per unit of a metric, by the objective's name; those left out count nothing.
  Result<evidence::FrontierMoney> Money(const std::map<std::string, double>& amounts, double current, double level = 0.95) const;

 private:
  Result<objectives::Band> BandOf(std::size_t measure, const std::vector<double>& lambdas) const;
  // A weighted sum of the metrics at each of `lambdas` less that at `base`, paired by query, with a band over all of them.
  Result<std::vector<evidence::Estimate>> Differences(const std::vector<double>& amounts, const std::vector<double>& lambdas, double base, double level) const;

  const objectives::Frontier& frontier_;
  const FrontierProblem& problem_;
  const FrontierItems& items_;
  const RunContext& context_;
  std::int64_t draws_;
  std::vector<bool> feasible_;
};

}  // namespace assay::lifecycle
