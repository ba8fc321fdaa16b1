#include "lifecycle/frontier.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/frontier_parts.h"
#include "lifecycle/memory_need.h"
#include "objectives/frontier_band.h"
#include "objectives/pareto.h"

namespace assay::lifecycle {

using evidence::FrontierAt;
using evidence::FrontierGuardrail;
using evidence::FrontierReport;
using objectives::Frontier;

namespace {

// A point of a band as an estimate.
evidence::Estimate EstimateAt(const Result<objectives::Band>& band, std::size_t at, double value) {
  if (!band) return WithoutInterval(value, band.error().message);
  evidence::Estimate estimate{value, band->low[at], band->high[at], 0.95, ""};
  if (estimate.low == estimate.high) return WithoutInterval(value, kEveryUnitAlike);
  return estimate;
}

std::vector<double> EvenGrid(std::size_t steps) {
  std::vector<double> grid;
  for (std::size_t i = 0; i <= steps; ++i) grid.push_back(static_cast<double>(i) / static_cast<double>(steps));
  return grid;
}

// The curve of two objectives with all that is asked of it.
class Curve {
 public:
  Curve(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, const Frontier& frontier, const RunContext& context)
      : items_(items), problem_(problem), settings_(settings), frontier_(frontier), context_(context), band_{static_cast<int>(settings.draws), 0.95} {
    for (std::size_t piece = 0; piece < frontier.num_pieces(); ++piece) feasible_.push_back(Feasible(piece));
  }

  Result<void> Fill(FrontierReport* report) {
    report->orderings = frontier_.orderings();
    if (report->orderings < 0) report->orderings_reason = "the lists have too many pairs of items to count their orders within a minute";
    report->distinct_top_k = frontier_.distinct_top_k();
    report->breakpoints = static_cast<std::int64_t>(frontier_.breakpoints().size());
    ASSAY_TRY(FillAt(report));
    for (const objectives::LambdaInterval& interval : objectives::LambdasWhere(frontier_, feasible_)) report->feasible.push_back({interval.low, interval.high});
    std::vector<std::vector<double>> points;
    for (const objectives::CurvePoint& point : objectives::ParetoOfCurve(objectives::PointsOfCurve(frontier_, 0, 1))) {
      report->pareto.push_back({point.lambda_low, point.lambda_high, "", WeightsAt(point.lambda_low + (point.lambda_high - point.lambda_low) / 2), {{Name(0), point.first}, {Name(1), point.second}}, feasible_[point.piece]});
      points.push_back({point.first, point.second});
    }
    report->hypervolume = objectives::Hypervolume(std::move(points), report->reference);
    report->lines = 1;
    if (!settings_.amounts.empty()) ASSAY_TRY(FillMoney(report));
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
      feasible[piece] = feasible_[piece] ? 1 : 0;
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
    bool written = false;
    ASSAY_TRY_WITH(engine->WriteBlocks(curve.schema(), [&](std::vector<table::Column>* block) -> Result<bool> {
      if (written) return false;
      *block = curve.columns();
      return written = true;
    }, path), "--out");
    return {};
  }

 private:
  const std::string& Name(std::size_t objective) const { return problem_.objectives[objective].name; }
  std::map<std::string, double> WeightsAt(double lambda) const { return {{Name(0), 1 - lambda}, {Name(1), lambda}}; }
  bool Feasible(std::size_t piece) const {
    for (std::size_t g = 0; g < problem_.guardrails.size(); ++g) {
      if (!KeepsTo(problem_.guardrails[g], frontier_.Value(piece, 2 + g))) return false;
    }
    return true;
  }

  Result<void> FillAt(FrontierReport* report) {
    const std::vector<double> lambdas = settings_.at.empty() ? EvenGrid(10) : settings_.at;
    report->at.resize(lambdas.size());
    for (std::size_t i = 0; i < lambdas.size(); ++i) {
      report->at[i].lambda = lambdas[i];
      report->at[i].weights = WeightsAt(lambdas[i]);
      report->at[i].feasible = feasible_[frontier_.PieceAt(lambdas[i])];
    }
    for (std::size_t m = 0; m < items_.items.measures().size(); ++m) {
      const Result<objectives::Band> band = objectives::SimultaneousBand(frontier_, m, lambdas, band_, context_);
      if (!band && band.error().code == ErrorCode::kCancelled) return band.error();
      for (std::size_t i = 0; i < lambdas.size(); ++i) {
        const evidence::Estimate estimate = EstimateAt(band, i, frontier_.Value(frontier_.PieceAt(lambdas[i]), m));
        if (m < 2) {
          report->at[i].metrics[Name(m)] = estimate;
        } else {
          const FrontierGuardrail& guardrail = problem_.guardrails[m - 2];
          report->at[i].guardrails[guardrail.name] = {estimate.value, estimate.low, estimate.high, estimate.reason, KeepsTo(guardrail, estimate.value)};
        }
      }
    }
    const std::string all = lambdas.size() == 1 ? "" : " at all " + base::ReadableCount(static_cast<std::int64_t>(lambdas.size())) + " weights shown at once";
    report->band = frontier_.num_queries() < objectives::kFewestToDraw ? "Student's t over queries" + (all.empty() ? all : ", widened so that a figure's hold" + all + " (Bonferroni)")
                                                                       : base::ReadableCount(settings_.draws) + " draws of queries (bootstrap-t)" + (all.empty() ? all : "; a figure's hold" + all);
    return {};
  }

  // Money per query at each lambda less that at the current one, on a grid, and where its sign is certain.
  Result<void> FillMoney(FrontierReport* report) {
    evidence::FrontierMoney money;
    money.amounts = settings_.amounts;
    money.current = settings_.Current();
    std::vector<double> amounts;
    for (const evidence::FrontierObjective& objective : problem_.objectives) amounts.push_back(settings_.amounts.contains(objective.name) ? settings_.amounts.at(objective.name) : 0);
    std::vector<double> now(frontier_.num_queries(), 0.0), values(frontier_.num_queries());
    const auto add_up = [&](double lambda, std::span<double> out) {
      std::fill(out.begin(), out.end(), 0.0);
      for (std::size_t m = 0; m < amounts.size(); ++m) {
        frontier_.PerQuery(lambda, m, values);
        for (std::size_t q = 0; q < out.size(); ++q) out[q] += amounts[m] * values[q];
      }
    };
    add_up(money.current, now);
    const auto difference = [&](double lambda, std::span<double> out) {
      add_up(lambda, out);
      // Exactly 0 where nothing differs.
      for (std::size_t q = 0; q < now.size(); ++q) out[q] -= now[q];
      return std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(out.size());
    };
    const std::vector<double> grid = EvenGrid(100);
    const Result<objectives::Band> band = objectives::SimultaneousBand(difference, frontier_.num_queries(), grid, band_, context_);
    if (!band && band.error().code == ErrorCode::kCancelled) return band.error();
    std::vector<double> unused(now.size());
    for (std::size_t i = 0; i < grid.size(); ++i) {
      money.at.push_back({grid[i], EstimateAt(band, i, band ? band->value[i] : difference(grid[i], unused))});
      const auto note = [&](bool certain, std::vector<evidence::LambdaRange>* ranges) {
        if (!certain) return;
        if (!ranges->empty() && i > 0 && ranges->back().high == grid[i - 1]) {
          ranges->back().high = grid[i];
        } else {
          ranges->push_back({grid[i], grid[i]});
        }
      };
      note(money.at.back().difference.low > 0, &money.more);
      note(money.at.back().difference.high < 0, &money.less);
    }
    report->money = std::move(money);
    return {};
  }

  const FrontierItems& items_;
  const FrontierProblem& problem_;
  const FrontierSettings& settings_;
  const Frontier& frontier_;
  const RunContext& context_;
  objectives::BandOptions band_;
  std::vector<bool> feasible_;
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

Result<FrontierReport> FrontierOfItems(const FrontierItems& items, const FrontierProblem& problem, const FrontierSettings& settings, store::Engine* engine, const RunContext& context) {
  ASSAY_TRY(settings.Validate(problem));
  objectives::FrontierOptions options{static_cast<std::size_t>(settings.k), settings.discount};
  options.most_steps = MostSteps(items, problem, context);
  if (problem.objectives.size() == 2) {
    const auto sweep = [&] {
      const base::ScopedStep step(context, "sweep");
      return WithWayOut(Frontier::Sweep(items.items, items.scores[0], items.scores[1], options, context));
    };
    return FrontierOfSweep(items, problem, settings, ASSAY_TRY(sweep()), engine, context);
  }
  FrontierReport report = BeginReport(items, problem, settings);
  ASSAY_TRY(FillSimplex(items, problem, settings, options, &report, context));
  AddFrontierNotes(&report);
  report.summary = FrontierSummary(report);
  return report;
}

}  // namespace assay::lifecycle
