#include "lifecycle/internal/frontier_parts.h"

#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/internal/curve_figures.h"
#include "objectives/pareto.h"
#include "objectives/simplex_search.h"

namespace assay::lifecycle {

Result<void> FillSimplex(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const objectives::FrontierOptions& options, evidence::FrontierReport* report, const RunContext& context) {
  const base::ScopedStep step(context, "search");
  const std::size_t count = problem.objectives.size();
  const objectives::SimplexSearch search = ASSAY_TRY(WithWayOut(objectives::SearchSimplex(items.items, items.scores, options, settings.Lines(), context)));
  report->lines = search.lines;
  report->orderings = -1;
  report->orderings_reason = "orders are counted along one line, and the weights of " + std::to_string(count) + " objectives have many";
  std::vector<std::vector<double>> points;
  for (const objectives::WeightedPoint& point : search.pareto) {
    evidence::ParetoPoint pareto;
    pareto.reason = "more than two objectives have no lambda";
    for (std::size_t o = 0; o < count; ++o) {
      pareto.weights[problem.objectives[o].name] = point.weights[o];
      pareto.metrics[problem.objectives[o].name] = point.values[o];
    }
    for (std::size_t g = 0; g < problem.guardrails.size(); ++g) {
      pareto.feasible = pareto.feasible && KeepsTo(problem.guardrails[g], point.values[count + g]);
    }
    report->pareto.push_back(std::move(pareto));
    points.emplace_back(point.values.begin(), point.values.begin() + static_cast<std::ptrdiff_t>(count));
  }
  // Slices of slices: every further objective multiplies the work by the number of points.
  if (std::pow(static_cast<double>(points.size()), static_cast<double>(count) - 1) > 1e9) {
    report->hypervolume = std::nan("");
    report->hypervolume_reason = base::ReadableCount(static_cast<std::int64_t>(points.size())) + " points of " + std::to_string(count) + " objectives are too many to add up";
  } else {
    report->hypervolume = objectives::Hypervolume(std::move(points), report->reference);
  }
  return {};
}

}  // namespace assay::lifecycle
