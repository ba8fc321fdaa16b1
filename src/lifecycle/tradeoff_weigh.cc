// Every weight looked at: the lines through the weights in use, and which policy follows from them.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/curve_figures.h"
#include "lifecycle/internal/frontier_parts.h"
#include "lifecycle/internal/tradeoff_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::PolicyPoint;
using evidence::TradeoffReport;
using objectives::Frontier;

// Of a line, steps of the slider on the page.
constexpr int kSliderSteps = 200;
// Weights this near to where lists change are as good as on it: sums of doubles decide.
constexpr double kMargin = 1e-9;

// The number with the fewest decimals in a stretch [low, high) (closed at 1) and within `bounds`, at least kMargin inside the stretch, and nearest to `target`,
// which lies outside; NaN where the stretch is narrower than that and holds no corner.
double ShortestInside(const evidence::LambdaRange& stretch, const evidence::LambdaRange& bounds, double target) {
  const double low = std::max(stretch.low == 0 ? 0 : stretch.low + kMargin, bounds.low), high = std::min(stretch.high == 1 ? 1 : stretch.high - kMargin, bounds.high);
  if (stretch.high == 1 && bounds.high == 1 && low >= 1) return 1;
  if (stretch.low == 0 && bounds.low == 0 && high <= 0) return 0;
  double scale = 100;
  for (int digits = 2; digits <= 12; ++digits, scale *= 10) {
    const double near = target < low ? std::ceil(low * scale) / scale : std::floor(high * scale) / scale;
    if (near >= low && near <= high) return near;
  }
  return std::nan("");
}

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
    const Choice recommended = Recommend(report);
    const Choice now{lines_.back().objective, current_.weights[lines_.back().objective]};
    std::vector<std::vector<double>> exact(lines_.size());
    for (std::size_t l = 0; l < lines_.size(); ++l) exact[l].push_back(current_.weights[lines_[l].objective]);
    for (const Choice& choice : {recommended, now}) exact[LineOf(choice.objective)].push_back(choice.lambda);
    for (std::size_t l = 0; l < lines_.size(); ++l) report->lines[l].curve = CurveOf(lines_[l].curve, items_, lines_[l].figures->feasible(), exact[l]);
    report->current = ASSAY_TRY(PointAt(now, current_.InWords()));
    const bool stays = recommended.objective == now.objective && recommended.lambda == now.lambda;
    report->recommended = stays ? *report->current : ASSAY_TRY(PointAt(recommended, "the recommended weights"));
    if (!stays && !stated_.empty()) report->money_on_holdout = ASSAY_TRY(WeighedLists(items_, WeightsAt(recommended), options_, context_).MoneyOnHoldout(amounts_, current_.weights));
    return {};
  }

 private:
  // The weight of one objective moved from 0 to 1, the others keeping their proportions. Pointers into a line stay: lines are reserved before.
  struct Line {
    std::size_t objective;
    WeightLine weights;
    Frontier curve;
    std::unique_ptr<CurveFigures> figures;
  };
  struct Choice {
    std::size_t objective = 0;
    double lambda = 0;
  };

  const std::string& Name(std::size_t objective) const { return items_.problem.objectives[objective].name; }
  std::size_t LineOf(std::size_t objective) const {
    for (std::size_t l = 0; l < lines_.size(); ++l) {
      if (lines_[l].objective == objective) return l;
    }
    return 0;
  }
  std::vector<double> WeightsAt(const Choice& choice) const {
    // Where it stays, not a digit of the weights changes.
    if (choice.lambda == current_.weights[choice.objective]) return current_.weights;
    return lines_[LineOf(choice.objective)].weights.At(choice.lambda);
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
      lines_.back().figures = std::make_unique<CurveFigures>(lines_.back().curve, items_.problem, items_.choice.unit_of_query, kTradeoffDraws, context_);
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

  Result<void> DescribeLine(const Line& line, TradeoffReport* report) const {
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

  // The weights of a line that keep to the bounds which the policy in use sets.
  evidence::LambdaRange BoundsOf(const Line& line) const {
    evidence::LambdaRange range{0, 1};
    for (std::size_t o = 0; o < current_.least.size(); ++o) {
      if (o == line.objective) {
        range.low = std::max(range.low, current_.least[o]);
        range.high = std::min(range.high, current_.most[o]);
      } else if (line.weights.from[o] > 0) {
        range.low = std::max(range.low, 1 - current_.most[o] / line.weights.from[o]);
        range.high = std::min(range.high, 1 - current_.least[o] / line.weights.from[o]);
      }
    }
    return range;
  }
  bool Bounded() const { return std::any_of(current_.least.begin(), current_.least.end(), [](double least) { return least > 0; }) || std::any_of(current_.most.begin(), current_.most.end(), [](double most) { return most < 1; }); }

  // The feasible weights on a line that are nearest to the current ones: how far they are, NaN where there are none.
  std::optional<Choice> NearestFeasible() const {
    std::optional<Choice> nearest;
    double distance = 2;
    for (const Line& line : lines_) {
      const double current = current_.weights[line.objective];
      for (const evidence::LambdaRange& stretch : line.figures->FeasibleRanges()) {
        const double lambda = ShortestInside(stretch, BoundsOf(line), current);
        if (!(std::abs(lambda - current) < distance) || !line.figures->FeasibleAt(lambda)) continue;
        nearest = Choice{line.objective, lambda};
        distance = std::abs(lambda - current);
      }
    }
    return nearest;
  }

  std::string Currency() const { return settings_.currency.empty() ? "" : settings_.currency + " "; }

  // ", 1,200 EUR a day (800 to 1,600)"; "" where the charter does not say how many lists there are.
  std::string PerDay(const Estimate& per_list) const {
    if (!std::isfinite(settings_.lists_per_day)) return "";
    const Estimate day = Scaled(per_list, settings_.lists_per_day, 0);
    return ", " + base::ReadableNumber(day.value, 3) + " " + Currency() + "a day (" + base::ReadableRange(day.low, day.high) + ")";
  }

  // Of the feasible weights on the lines' grids that are sure to bring more, those with the most.
  std::optional<Choice> MostMoney(const TradeoffReport& report, Estimate* difference) const {
    std::optional<Choice> best;
    for (std::size_t l = 0; l < lines_.size(); ++l) {
      if (!report.lines[l].money) continue;
      for (const evidence::MoneyAt& at : report.lines[l].money->at) {
        const evidence::LambdaRange bounds = BoundsOf(lines_[l]);
        if (at.lambda < bounds.low || at.lambda > bounds.high) continue;
        if (!(at.difference.low > 0) || !lines_[l].figures->FeasibleAt(at.lambda) || (best && at.difference.value <= difference->value)) continue;
        best = Choice{lines_[l].objective, at.lambda};
        *difference = at.difference;
      }
    }
    return best;
  }

  // Stays where it is unless a guardrail is broken, or other weights are sure to bring more.
  Choice Recommend(TradeoffReport* report) const {
    const std::string whose = current_.InWords();
    const std::string Whose = std::string(1, static_cast<char>(whose[0] - 'a' + 'A')) + whose.substr(1);
    const Choice now{lines_.back().objective, current_.weights[lines_.back().objective]};
    const bool feasible = lines_.back().figures->FeasibleAt(now.lambda);
    const std::optional<Choice> nearest = feasible ? now : NearestFeasible();
    if (!feasible) {
      report->nearest = !nearest ? (lines_.size() == 1 ? "No weights satisfy" : "No weights on the lines looked at satisfy") + std::string(" all guardrails") + (Bounded() ? " within the bounds that the policy in use sets" : "") + ": one of them must give way, or items that break it must be filtered out before ranking."
                                 : (lines_.size() == 1 ? "The smallest change" : "The smallest change on the lines looked at") + std::string(" that satisfies all guardrails: weight of ") + Name(nearest->objective) + " from " + base::PlainNumber(current_.weights[nearest->objective], 4) + " to " + base::PlainNumber(nearest->lambda, 12) + (lines_.size() > 1 ? ", the others in proportion." : ".");
    }
    Estimate difference;
    if (const std::optional<Choice> best = MostMoney(*report, &difference)) {
      report->decided_by = "money";
      report->why = (items_.problem.guardrails.empty() ? "It brings" : "It keeps to all guardrails and brings") + std::string(" the most money of the weights that are sure to bring more than ") + whose + ": " + base::ReadableNumber(difference.value, 3) + " " + Currency() + "more per " + (std::isfinite(settings_.share) ? "row acted on" : "list") + " (" + LevelInWords(difference.level) + " interval " + base::ReadableRange(difference.low, difference.high) + ")" + PerDay(difference) + ".";
      return *best;
    }
    report->decided_by = feasible ? "nothing" : "guardrails";
    if (!nearest) {
      report->why = "No weights keep to all guardrails, so " + whose + " stand: a person must decide which guardrail gives way.";
      return now;
    }
    const std::string sure = !stated_.empty() ? " No other weights are sure to bring more money." : " What a unit of each objective is worth is not stated (objectives.amount), so nothing says that other weights would be better.";
    report->why = (feasible ? Whose + " keep to all guardrails." : Whose + " break a guardrail; those recommended are the nearest that break none.") + sure;
    if (feasible && items_.problem.guardrails.empty()) report->why = "The charter names no guardrail that weights could break." + sure;
    return *nearest;
  }

  Result<PolicyPoint> PointAt(const Choice& choice, const std::string& whose) const {
    const Line& line = lines_[LineOf(choice.objective)];
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
  std::vector<Line> lines_;
};

}  // namespace

Result<void> WeighItems(const TradeoffItems& items, const TradeoffSettings& settings, const CurrentWeights& current, TradeoffReport* report, const RunContext& context) { return Weighing(items, settings, current, context).Fill(report); }

}  // namespace assay::lifecycle
