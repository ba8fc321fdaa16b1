#include "lifecycle/frontier.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/frontier_parts.h"
#include "objectives/frontier_band.h"
#include "objectives/pareto.h"

namespace assay::lifecycle {

using evidence::FrontierAt;
using evidence::FrontierGuardrail;
using evidence::FrontierReport;
using objectives::Frontier;

bool KeepsTo(const FrontierGuardrail& guardrail, double value) { return guardrail.at_least ? value >= guardrail.limit : value <= guardrail.limit; }

namespace {

Result<void> RefuseUnnamed(const FrontierProblem& problem) {
  std::vector<std::string> names;
  const auto take = [&](const char* flag, const std::string& name) -> Result<void> {
    if (name.empty()) return Error{ErrorCode::kInvalidInput, std::string(flag) + ": a name is missing"};
    if (std::find(names.begin(), names.end(), name) != names.end()) return Error{ErrorCode::kInvalidInput, std::string(flag) + ": the name '" + name + "' stands twice; every objective and guardrail needs its own"};
    names.push_back(name);
    return {};
  };
  for (const evidence::FrontierObjective& objective : problem.objectives) ASSAY_TRY(take("--objective", objective.name));
  for (const FrontierGuardrail& guardrail : problem.guardrails) ASSAY_TRY(take("--guardrail", guardrail.name));
  return {};
}

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
    if (report->orderings < 0) report->orderings_reason = "a query has more than " + base::ReadableCount(objectives::kMostItemsToCount) + " items, so its pairs were not counted";
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
    const table::Table curve = ASSAY_TRY_WITH(table::Table::Create(std::move(columns)), "--out: an objective or guardrail has the name of another column of the curve");
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
    report->band = frontier_.num_queries() < objectives::kFewestToDraw ? "Student's intervals over queries, widened for " + base::Counted(static_cast<std::int64_t>(lambdas.size()), "lambda") + " (Bonferroni)"
                                                                       : base::ReadableCount(settings_.draws) + " draws of queries (bootstrap-t); per figure they hold at the " + base::Counted(static_cast<std::int64_t>(lambdas.size()), "lambda") + " shown at once";
    return {};
  }

  // Money per query at each lambda less that at the current one, on a grid, and where its sign is certain.
  Result<void> FillMoney(FrontierReport* report) {
    evidence::FrontierMoney money;
    money.amounts = settings_.amounts;
    money.current = settings_.current;
    std::vector<double> amounts;
    for (const evidence::FrontierObjective& objective : problem_.objectives) amounts.push_back(settings_.amounts.contains(objective.name) ? settings_.amounts.at(objective.name) : 0);
    std::vector<double> now(frontier_.num_queries(), 0.0), values(frontier_.num_queries());
    for (std::size_t m = 0; m < amounts.size(); ++m) {
      frontier_.PerQuery(money.current, m, values);
      for (std::size_t q = 0; q < now.size(); ++q) now[q] += amounts[m] * values[q];
    }
    const auto difference = [&](double lambda, std::span<double> out) {
      for (std::size_t q = 0; q < now.size(); ++q) out[q] = -now[q];
      for (std::size_t m = 0; m < amounts.size(); ++m) {
        frontier_.PerQuery(lambda, m, values);
        for (std::size_t q = 0; q < now.size(); ++q) out[q] += amounts[m] * values[q];
      }
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

}  // namespace

Result<void> FrontierSettings::Validate(const FrontierProblem& problem) const {
  if (problem.query.empty()) return Error{ErrorCode::kInvalidInput, "--query is missing: within what items are ranked, like 'search_id' or 'date(shown)'"};
  if (problem.objectives.size() < 2) return Error{ErrorCode::kInvalidInput, "--objective: give two or more, each NAME=SCORE[,GAIN], like --objective 'quality=p_quality,rating' --objective 'engagement=p_click,clicked'"};
  ASSAY_TRY(RefuseUnnamed(problem));
  if (k < 1) return Error{ErrorCode::kInvalidInput, "--k: at least one rank must count"};
  if (at.size() > objectives::kMostLambdas) return Error{ErrorCode::kInvalidInput, "--at: " + std::to_string(at.size()) + " lambdas are more than the " + base::ReadableCount(objectives::kMostLambdas) + " that intervals are made for; take fewer, or --out for the whole curve"};
  for (const double lambda : at) {
    if (!(lambda >= 0 && lambda <= 1)) return Error{ErrorCode::kInvalidInput, "--at: " + base::ShortestNumber(lambda) + " is no lambda, which lies between 0 and 1"};
  }
  if (!reference.empty() && reference.size() != problem.objectives.size()) return Error{ErrorCode::kInvalidInput, "--reference: expected one number per objective (" + std::to_string(problem.objectives.size()) + "), not " + std::to_string(reference.size())};
  for (const auto& [name, amount] : amounts) {
    const bool known = std::any_of(problem.objectives.begin(), problem.objectives.end(), [&](const auto& o) { return o.name == name; });
    std::vector<std::string> names;
    for (const auto& o : problem.objectives) names.push_back(o.name);
    if (!known) return Error{ErrorCode::kInvalidInput, "--money: there is no objective '" + name + "'." + base::DidYouMean(name, names)};
  }
  if (problem.objectives.size() > 2) {
    const char* flag = !at.empty() ? "--at" : !out.empty() ? "--out" : !amounts.empty() ? "--money" : nullptr;
    if (flag != nullptr) return Error{ErrorCode::kInvalidInput, std::string(flag) + " is for two objectives, whose weights lie on one line; with " + std::to_string(problem.objectives.size()) + " take two of them, or leave it out"};
  }
  return {};
}

namespace {

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
  const objectives::FrontierOptions options{static_cast<std::size_t>(settings.k), settings.discount};
  if (problem.objectives.size() == 2) {
    const auto sweep = [&] {
      const base::ScopedStep step(context, "sweep");
      return Frontier::Sweep(items.items, items.scores[0], items.scores[1], options, context);
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
