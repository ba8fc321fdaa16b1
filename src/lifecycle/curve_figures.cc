#include "lifecycle/internal/curve_figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "objectives/pareto.h"

namespace assay::lifecycle {

using evidence::FrontierAt;
using evidence::FrontierGuardrail;

namespace {

bool IsCancelled(const Result<objectives::Band>& band) { return !band && band.error().code == ErrorCode::kCancelled; }

// Adds a point of a grid to the stretches where something is certain.
void Extend(const std::vector<double>& grid, std::size_t i, std::vector<evidence::LambdaRange>* ranges) {
  if (!ranges->empty() && i > 0 && ranges->back().high == grid[i - 1]) {
    ranges->back().high = grid[i];
  } else {
    ranges->push_back({grid[i], grid[i]});
  }
}

}  // namespace

std::vector<double> WeightLine::At(double lambda) const {
  std::vector<double> weights;
  for (std::size_t o = 0; o < from.size(); ++o) weights.push_back((1 - lambda) * from[o] + lambda * to[o]);
  return weights;
}

bool KeepsTo(const FrontierGuardrail& guardrail, double value) { return guardrail.at_least ? value >= guardrail.limit : value <= guardrail.limit; }

evidence::Estimate EstimateAt(const Result<objectives::Band>& band, std::size_t at, double value, double level) {
  if (!band) return WithoutInterval(value, band.error().message);
  if (band->low[at] == band->high[at]) return WithoutInterval(value, kEveryUnitAlike);
  return {value, band->low[at], band->high[at], level, ""};
}

std::vector<double> EvenGrid(std::size_t steps) {
  std::vector<double> grid;
  for (std::size_t i = 0; i <= steps; ++i) grid.push_back(static_cast<double>(i) / static_cast<double>(steps));
  return grid;
}

Result<objectives::Band> BandByUnits(const objectives::CurveByQuery& curve, std::uint32_t num_queries, const std::vector<std::uint32_t>& unit_of_query, std::span<const double> lambdas, const objectives::BandOptions& options, const RunContext& context) {
  if (unit_of_query.empty()) return objectives::SimultaneousBand(curve, num_queries, lambdas, options, context);
  const std::uint32_t units = *std::max_element(unit_of_query.begin(), unit_of_query.end()) + 1;
  const double weight = static_cast<double>(units) / num_queries;
  const auto by_unit = [&](double lambda, std::span<double> out) {
    std::vector<double> values(num_queries);
    const double mean = curve(lambda, values);
    std::fill(out.begin(), out.end(), mean);
    for (std::uint32_t q = 0; q < num_queries; ++q) out[unit_of_query[q]] += weight * (values[q] - mean);
    return mean;
  };
  return objectives::SimultaneousBand(by_unit, units, lambdas, options, context);
}

CurveFigures::CurveFigures(const objectives::Frontier& frontier, const FrontierProblem& problem, const FrontierItems& items, std::int64_t draws, const RunContext& context) : frontier_(frontier), problem_(problem), items_(items), context_(context), draws_(draws) {
  for (std::size_t piece = 0; piece < frontier.num_pieces(); ++piece) {
    bool holds = true;
    for (std::size_t g = 0; g < problem.guardrails.size(); ++g) holds = holds && KeepsTo(problem.guardrails[g], frontier.Value(piece, problem.objectives.size() + g));
    feasible_.push_back(holds);
  }
}

std::vector<evidence::LambdaRange> CurveFigures::FeasibleRanges() const {
  std::vector<evidence::LambdaRange> ranges;
  for (const objectives::LambdaInterval& interval : objectives::LambdasWhere(frontier_, feasible_)) ranges.push_back({interval.low, interval.high});
  return ranges;
}

Result<objectives::Band> CurveFigures::BandOf(std::size_t measure, const std::vector<double>& lambdas) const {
  const auto curve = [&](double lambda, std::span<double> out) {
    frontier_.PerQuery(lambda, measure, out);
    return frontier_.Value(frontier_.PieceAt(lambda), measure);
  };
  Result<objectives::Band> band = BandByUnits(curve, frontier_.num_queries(), items_.unit_of_query, lambdas, {static_cast<int>(draws_), 0.95}, context_);
  const objectives::Measure& of_items = items_.items.measures()[measure];
  if (!band || !std::all_of(of_items.values.begin(), of_items.values.end(), [](double value) { return value == 0 || value == 1; })) return band;
  for (double& low : band->low) low = std::max(low, 0.0);
  if (of_items.kind != objectives::Measure::Kind::kShown) return band;
  for (double& high : band->high) high = std::min(high, 1.0);
  return band;
}

Result<std::vector<bool>> CurveFigures::SurelyFeasible(const std::vector<double>& lambdas) const {
  std::vector<bool> sure(lambdas.size(), true);
  for (std::size_t g = 0; g < problem_.guardrails.size(); ++g) {
    const Result<objectives::Band> band = BandOf(problem_.objectives.size() + g, lambdas);
    if (IsCancelled(band)) return band.error();
    for (std::size_t i = 0; i < lambdas.size(); ++i) sure[i] = sure[i] && band && KeepsTo(problem_.guardrails[g], band->low[i]) && KeepsTo(problem_.guardrails[g], band->high[i]);
  }
  return sure;
}

Result<std::vector<FrontierAt>> CurveFigures::At(const std::vector<double>& lambdas, const WeightLine& line) const {
  const std::size_t count = problem_.objectives.size();
  std::vector<FrontierAt> points(lambdas.size());
  for (std::size_t i = 0; i < lambdas.size(); ++i) {
    points[i].lambda = lambdas[i];
    points[i].feasible = FeasibleAt(lambdas[i]);
    const std::vector<double> weights = line.At(lambdas[i]);
    for (std::size_t o = 0; o < count; ++o) points[i].weights[problem_.objectives[o].name] = weights[o];
  }
  for (std::size_t m = 0; m < count + problem_.guardrails.size(); ++m) {
    const Result<objectives::Band> band = BandOf(m, lambdas);
    if (IsCancelled(band)) return band.error();
    for (std::size_t i = 0; i < lambdas.size(); ++i) {
      const evidence::Estimate estimate = EstimateAt(band, i, frontier_.Value(frontier_.PieceAt(lambdas[i]), m));
      if (m < count) {
        points[i].metrics[problem_.objectives[m].name] = estimate;
      } else {
        const FrontierGuardrail& guardrail = problem_.guardrails[m - count];
        points[i].guardrails[guardrail.name] = {estimate.value, estimate.low, estimate.high, estimate.reason, KeepsTo(guardrail, estimate.value)};
      }
    }
  }
  return points;
}

std::string CurveFigures::BandWords(std::size_t lambdas) const {
  const std::string all = lambdas == 1 ? "" : " at all " + base::ReadableCount(static_cast<std::int64_t>(lambdas)) + " weights shown at once";
  const std::string what = items_.unit_of_query.empty() ? "queries" : "units";
  const std::uint32_t drawn = items_.unit_of_query.empty() ? frontier_.num_queries() : *std::max_element(items_.unit_of_query.begin(), items_.unit_of_query.end()) + 1;
  if (drawn < objectives::kFewestToDraw) return "Student's t over " + what + (all.empty() ? all : ", widened so that a figure's hold" + all + " (Bonferroni)");
  return base::ReadableCount(draws_) + " draws of " + what + " (bootstrap-t)" + (all.empty() ? all : "; a figure's hold" + all);
}

Result<std::vector<evidence::Estimate>> CurveFigures::Differences(const std::vector<double>& amounts, const std::vector<double>& lambdas, double base, double level) const {
  const auto add_up = [&](double lambda, std::span<double> out) {
    std::vector<double> values(out.size());
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t o = 0; o < amounts.size(); ++o) {
      if (amounts[o] == 0) continue;
      frontier_.PerQuery(lambda, o, values);
      for (std::size_t q = 0; q < out.size(); ++q) out[q] += amounts[o] * values[q];
    }
  };
  std::vector<double> before(frontier_.num_queries()), unused(before.size());
  add_up(base, before);
  const auto difference = [&](double lambda, std::span<double> out) {
    add_up(lambda, out);
    // Exactly 0 where nothing differs.
    for (std::size_t q = 0; q < before.size(); ++q) out[q] -= before[q];
    return std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(out.size());
  };
  const Result<objectives::Band> band = BandByUnits(difference, frontier_.num_queries(), items_.unit_of_query, lambdas, {static_cast<int>(draws_), level}, context_);
  if (IsCancelled(band)) return band.error();
  std::vector<evidence::Estimate> estimates;
  for (std::size_t i = 0; i < lambdas.size(); ++i) estimates.push_back(EstimateAt(band, i, band ? band->value[i] : difference(lambdas[i], unused), level));
  return estimates;
}

Result<evidence::FrontierMoney> CurveFigures::Money(const std::map<std::string, double>& amounts, double current, double level) const {
  evidence::FrontierMoney money;
  money.amounts = amounts;
  money.current = current;
  std::vector<double> per_objective;
  for (const evidence::FrontierObjective& objective : problem_.objectives) per_objective.push_back(amounts.contains(objective.name) ? amounts.at(objective.name) : 0);
  const std::vector<double> grid = EvenGrid(200);
  const std::vector<evidence::Estimate> differences = ASSAY_TRY(Differences(per_objective, grid, current, level));
  for (std::size_t i = 0; i < grid.size(); ++i) {
    money.at.push_back({grid[i], differences[i]});
    if (differences[i].low > 0) Extend(grid, i, &money.more);
    if (differences[i].high < 0) Extend(grid, i, &money.less);
  }
  return money;
}

}  // namespace assay::lifecycle
