// Every weight looked at: the lines through the weights in use, and the figures of the policy that follows from them.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/curve_figures.h"
#include "lifecycle/internal/frontier_parts.h"
#include "lifecycle/internal/tradeoff_lines.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::PolicyPoint;
using evidence::TradeoffReport;
using objectives::Frontier;

// Of a line, steps of the slider on the page.
constexpr int kSliderSteps = 200;

// A curve thinned to what a page draws and a slider reaches, without changing what holds there.
evidence::TradeoffCurve CurveOf(const Frontier& curve, const TradeoffItems& items, const std::vector<bool>& feasible, const std::vector<double>& exact) {
  constexpr std::size_t kMost = 2000;
  evidence::TradeoffCurve out;
  out.pieces = static_cast<std::int64_t>(curve.num_pieces());
  std::set<std::size_t> taken;
  for (std::size_t i = 0; i < std::min(curve.num_pieces(), kMost); ++i) taken.insert(curve.num_pieces() <= kMost ? i : i * (curve.num_pieces() - 1) / (kMost - 1));
  for (int i = 0; i <= kSliderSteps; ++i) taken.insert(curve.PieceAt(i / static_cast<double>(kSliderSteps)));
  for (const double lambda : exact) taken.insert(curve.PieceAt(lambda));
  for (std::size_t piece = 1; piece < curve.num_pieces(); ++piece) {
    if (feasible[piece] != feasible[piece - 1]) taken.insert({piece - 1, piece});
  }
  for (const std::size_t piece : taken) {
    out.lambda.push_back(curve.PieceBegin(piece));
    for (std::size_t m = 0; m < items.choice.items.measures().size(); ++m) out.values[items.choice.items.measures()[m].name].push_back(curve.Value(piece, m));
  }
  return out;
}

class Weighing {
 public:
  Weighing(const TradeoffItems& items, const TradeoffSettings& settings, const CurrentWeights& current, const RunContext& context) : items_(items), settings_(settings), current_(current), context_(context) {
    options_.k = static_cast<std::size_t>(items.k);
    options_.discount = settings.discount == "log2" ? objectives::Discount::kLog2 : objectives::Discount::kNone;
    options_.count_orderings = false;
    // An amount is of one unit in a list; the metric of a list without discount is the mean of its k. Of single rows money is per row acted on.
    const double units = std::isfinite(settings.share) || options_.discount == objectives::Discount::kLog2 ? 1 : static_cast<double>(items.k);
    for (std::size_t o = 0; o < settings.amounts.size(); ++o) {
      amounts_.push_back(std::isfinite(settings.amounts[o]) ? units * settings.amounts[o] : 0);
      if (std::isfinite(settings.amounts[o])) stated_[Name(o)] = units * settings.amounts[o];
    }
  }

  Result<void> Fill(TradeoffReport* report) {
    ASSAY_TRY(SweepLines(report));
    const WeightChooser chooser(items_, settings_, current_, lines_);
    const WeightChoice recommended = chooser.Choose(report);
    report->nearest_certain = ASSAY_TRY(chooser.NearestCertain(recommended));
    const WeightChoice now = chooser.Now();
    std::vector<std::vector<double>> exact(lines_.size());
    for (std::size_t l = 0; l < lines_.size(); ++l) exact[l].push_back(current_.weights[lines_[l].objective]);
    for (const WeightChoice& choice : {recommended, now}) exact[LineOf(lines_, choice.objective)].push_back(choice.lambda);
    for (std::size_t l = 0; l < lines_.size(); ++l) report->lines[l].curve = CurveOf(lines_[l].curve, items_, lines_[l].figures->feasible(), exact[l]);
    report->current = ASSAY_TRY(PointAt(now, current_.InWords()));
    const bool stays = recommended.objective == now.objective && recommended.lambda == now.lambda;
    report->recommended = stays ? *report->current : ASSAY_TRY(PointAt(recommended, "the recommended weights"));
    if (!stays && !stated_.empty()) report->money_on_holdout = ASSAY_TRY(WeighedLists(items_, WeightsAt(recommended), options_, context_).MoneyOnHoldout(amounts_, current_.weights));
    return {};
  }

 private:
  const std::string& Name(std::size_t objective) const { return items_.problem.objectives[objective].name; }
  std::vector<double> WeightsAt(const WeightChoice& choice) const {
    // Where it stays, not a digit of the weights changes.
    if (choice.lambda == current_.weights[choice.objective]) return current_.weights;
    return lines_[LineOf(lines_, choice.objective)].weights.At(choice.lambda);
  }

  WeightLine LineThrough(std::size_t objective) const {
    WeightLine line{current_.weights, std::vector<double>(current_.weights.size(), 0.0)};
    line.to[objective] = 1;
    const double rest = 1 - current_.weights[objective];
    for (std::size_t o = 0; o < line.from.size(); ++o) line.from[o] = o == objective ? 0 : line.from.size() == 2 ? 1 : rest > 0 ? line.from[o] / rest : 1 / static_cast<double>(line.from.size() - 1);
    return line;
  }

  Result<void> SweepLines(TradeoffReport* report) {
    const std::size_t count = current_.weights.size();
    // Two objectives have one line; it is told by the weight of the second.
    lines_.reserve(count);
    for (std::size_t o = count == 2 ? 1 : 0; o < count; ++o) {
      const WeightLine weights = LineThrough(o);
      objectives::FrontierOptions options = options_;
      options.count_orderings = count == 2;
      Frontier curve = ASSAY_TRY(SweepWithinMemory(items_.choice, items_.problem, Blended(items_.choice, weights.from), Blended(items_.choice, weights.to), options, context_));
      lines_.push_back({o, weights, std::move(curve), nullptr});
      lines_.back().figures = std::make_unique<CurveFigures>(lines_.back().curve, items_.problem, items_.choice, kTradeoffDraws, context_);
      ASSAY_TRY(DescribeLine(lines_.back(), report));
    }
    FrontierSettings settings;
    settings.k = items_.k;
    settings.discount = options_.discount;
    settings.amounts = stated_;
    if (count > 2) {
      report->frontier = ASSAY_TRY(FrontierOfSearch(items_.choice, items_.problem, settings, context_));
      return {};
    }
    settings.current = current_.weights[1];
    settings.at = EvenGrid(20);
    report->frontier = ASSAY_TRY(FrontierOfSweep(items_.choice, items_.problem, settings, lines_[0].curve, nullptr, context_));
    return {};
  }

  Result<void> DescribeLine(const SweptLine& line, TradeoffReport* report) const {
    evidence::TradeoffLine out;
    out.objective = Name(line.objective);
    for (std::size_t o = 0; o < line.weights.from.size(); ++o) {
      if (o != line.objective) out.rest[Name(o)] = line.weights.from[o];
    }
    out.current = current_.weights[line.objective];
    out.breakpoints = static_cast<std::int64_t>(line.curve.breakpoints().size());
    const std::vector<double> grid = EvenGrid(20);
    out.at = ASSAY_TRY(line.figures->At(grid, line.weights));
    out.band = line.figures->BandWords(grid.size());
    out.feasible = line.figures->FeasibleRanges();
    if (!stated_.empty()) out.money = ASSAY_TRY(line.figures->Money(stated_, out.current, LineLevel()));
    report->lines.push_back(std::move(out));
    return {};
  }
  // Of several lines each allows for the others (Bonferroni), since the best of all is taken.
  double LineLevel() const { return 1 - 0.05 / static_cast<double>(current_.weights.size() == 2 ? 1 : current_.weights.size()); }

  Result<PolicyPoint> PointAt(const WeightChoice& choice, const std::string& whose) const {
    const SweptLine& line = lines_[LineOf(lines_, choice.objective)];
    const std::vector<double> weights = WeightsAt(choice);
    PolicyPoint point;
    for (std::size_t o = 0; o < weights.size(); ++o) point.weights[Name(o)] = weights[o];
    point.line = Name(choice.objective);
    point.lambda = choice.lambda;
    point.chosen_on = ASSAY_TRY(line.figures->At({choice.lambda}, line.weights)).front();
    point.feasible = point.chosen_on.feasible;
    const WeighedLists lists(items_, weights, options_, context_);
    point.measured_on = ASSAY_TRY(lists.OnHoldout());
    point.measured_on.lambda = choice.lambda;
    point.chosen_on.weights = point.measured_on.weights = point.weights;
    point.clickbait = ASSAY_TRY(lists.Alarm(whose));
    if (std::isfinite(settings_.share)) point.threshold = ASSAY_TRY(lists.Threshold(settings_.share, &point.measured_on));
    return point;
  }

  const TradeoffItems& items_;
  const TradeoffSettings& settings_;
  const CurrentWeights& current_;
  const RunContext& context_;
  objectives::FrontierOptions options_;
  std::vector<double> amounts_;
  std::map<std::string, double> stated_;
  std::vector<SweptLine> lines_;
};

}  // namespace

Result<void> WeighItems(const TradeoffItems& items, const TradeoffSettings& settings, const CurrentWeights& current, TradeoffReport* report, const RunContext& context) { return Weighing(items, settings, current, context).Fill(report); }

}  // namespace assay::lifecycle
