#include "lifecycle/frontier.h"

#include <algorithm>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/internal/curve_figures.h"
#include "lifecycle/internal/frontier_parts.h"
#include "lifecycle/memory_need.h"
#include "objectives/pareto.h"

namespace assay::lifecycle {

using evidence::FrontierReport;
using objectives::Frontier;

namespace {

const WeightLine kLine{{1, 0}, {0, 1}};

// The curve of two objectives with all that is asked of it.
class Curve {
 public:
  Curve(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const Frontier& frontier, const RunContext& context)
      : items_(items), problem_(problem), settings_(settings), frontier_(frontier), figures_(frontier, problem, items, settings.draws, context) {}

  Result<void> Fill(FrontierReport* report) {
    report->orderings = frontier_.orderings();
    if (report->orderings < 0) report->orderings_reason = "the lists have too many pairs of items to count their orders within a minute";
    report->distinct_top_k = frontier_.distinct_top_k();
    report->breakpoints = static_cast<std::int64_t>(frontier_.breakpoints().size());
    const std::vector<double> lambdas = settings_.at.empty() ? EvenGrid(10) : settings_.at;
    report->at = ASSAY_TRY(figures_.At(lambdas, kLine));
    report->band = figures_.BandWords(lambdas.size());
    report->feasible = figures_.FeasibleRanges();
    std::vector<std::vector<double>> points;
    for (const objectives::CurvePoint& point : objectives::ParetoOfCurve(objectives::PointsOfCurve(frontier_, 0, 1))) {
      report->pareto.push_back({point.lambda_low, point.lambda_high, "", WeightsAt(point.lambda_low + (point.lambda_high - point.lambda_low) / 2), {{Name(0), point.first}, {Name(1), point.second}}, figures_.feasible()[point.piece]});
      points.push_back({point.first, point.second});
    }
    report->hypervolume = objectives::Hypervolume(std::move(points), report->reference);
    report->lines = 1;
    if (!settings_.amounts.empty()) report->money = ASSAY_TRY(figures_.Money(settings_.amounts, settings_.Current()));
    return {};
  }

  // The whole curve, a row per piece.
  Result<void> Write(const std::string& path, store::Engine* engine) const {
    const std::size_t pieces = frontier_.num_pieces();
    std::vector<double> low(pieces), high(pieces);
    std::vector<std::uint8_t> feasible(pieces), pareto(pieces, 0);
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      low[piece] = frontier_.PieceBegin(piece);
      high[piece] = piece + 1 < pieces ? frontier_.PieceBegin(piece + 1) : 1;
      feasible[piece] = figures_.feasible()[piece] ? 1 : 0;
    }
    for (const objectives::CurvePoint& point : objectives::ParetoOfCurve(objectives::PointsOfCurve(frontier_, 0, 1))) {
      for (std::size_t piece = point.piece; piece < pieces && frontier_.Value(piece, 0) == point.first && frontier_.Value(piece, 1) == point.second; ++piece) pareto[piece] = 1;
    }
    std::vector<table::Column> columns = {table::Column::Numbers("lambda_low", low), table::Column::Numbers("lambda_high", high)};
    for (std::size_t m = 0; m < items_.items.measures().size(); ++m) {
      std::vector<double> values(pieces);
      for (std::size_t piece = 0; piece < pieces; ++piece) values[piece] = frontier_.Value(piece, m);
      columns.push_back(table::Column::Numbers(items_.items.measures()[m].name, std::move(values)));
    }
    columns.push_back(table::Column::Booleans("feasible", std::move(feasible)));
    columns.push_back(table::Column::Booleans("pareto", std::move(pareto)));
    const table::Table curve = ASSAY_TRY(table::Table::Create(std::move(columns)));
    ASSAY_TRY_WITH(engine->WriteTable(curve, path), "--out");
    return {};
  }

 private:
  const std::string& Name(std::size_t objective) const { return problem_.objectives[objective].name; }
  std::map<std::string, double> WeightsAt(double lambda) const { return {{Name(0), 1 - lambda}, {Name(1), lambda}}; }

  const FrontierItems& items_;
  const FrontierProblem& problem_;
  const FrontierSettings& settings_;
  const Frontier& frontier_;
  CurveFigures figures_;
};

// How many steps of lists the memory that is left holds: sums while they are found and put in order, the curve, its points, a file of it (measured on 15 and 31
// million steps).
std::uint64_t MostSteps(const FrontierItems& items, const FrontierProblem& problem, const RunContext& context) {
  const std::int64_t left = BytesLeft(static_cast<std::int64_t>(items.items.num_items()) * BytesPerItem(problem), context);
  if (left == 0) return objectives::kMostSteps;
  return static_cast<std::uint64_t>(left) / (70 + 20 * items.items.measures().size());
}

FrontierReport BeginReport(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings) {
  FrontierReport report;
  report.header.report = "frontier";
  report.query = problem.query;
  report.queries = items.items.num_queries();
  report.items = static_cast<std::int64_t>(items.items.num_items());
  report.dropped = items.dropped;
  report.k = settings.k;
  report.discount = settings.discount == objectives::Discount::kNone ? "none" : "log2";
  report.objectives = problem.objectives;
  report.guardrails = problem.guardrails;
  report.reference = settings.reference.empty() ? std::vector<double>(problem.objectives.size(), 0.0) : settings.reference;
  return report;
}

}  // namespace

Result<FrontierReport> FrontierOfSweep(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const Frontier& frontier, store::Engine* engine, const RunContext& context) {
  FrontierReport report = BeginReport(items, problem, settings);
  const base::ScopedStep step(context, "curve");
  Curve curve(items, problem, settings, frontier, context);
  ASSAY_TRY(curve.Fill(&report));
  if (!settings.out.empty()) {
    ASSAY_TRY(curve.Write(settings.out, engine));
    report.out = settings.out;
  }
  AddFrontierNotes(&report);
  report.summary = FrontierSummary(report);
  return report;
}

Result<Frontier> SweepWithinMemory(const FrontierItems& items, const FrontierProblem& problem, const std::vector<double>& first, const std::vector<double>& second, objectives::FrontierOptions options, const RunContext& context) {
  const base::ScopedStep step(context, "sweep");
  options.most_steps = MostSteps(items, problem, context);
  return WithWayOut(Frontier::Sweep(items.items, first, second, options, context));
}

Result<FrontierReport> FrontierOfSearch(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const RunContext& context) {
  objectives::FrontierOptions options{static_cast<std::size_t>(settings.k), settings.discount};
  options.most_steps = MostSteps(items, problem, context);
  FrontierReport report = BeginReport(items, problem, settings);
  ASSAY_TRY(FillSimplex(items, problem, settings, options, &report, context));
  AddFrontierNotes(&report);
  report.summary = FrontierSummary(report);
  return report;
}

Result<FrontierReport> FrontierOfItems(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, store::Engine* engine, const RunContext& context) {
  ASSAY_TRY(settings.Validate(problem));
  if (problem.objectives.size() > 2) return FrontierOfSearch(items, problem, settings, context);
  const objectives::FrontierOptions options{static_cast<std::size_t>(settings.k), settings.discount};
  const Frontier frontier = ASSAY_TRY(SweepWithinMemory(items, problem, items.scores[0], items.scores[1], options, context));
  return FrontierOfSweep(items, problem, settings, frontier, engine, context);
}

}  // namespace assay::lifecycle
