// Which weights follow from the lines through those in use.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/tradeoff_lines.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::TradeoffReport;

// Weights this near to where lists change are as good as on it: sums of doubles decide.
constexpr double kMargin = 1e-9;
// Steps of the grid on which guardrails are looked at with their intervals.
constexpr std::size_t kCertainSteps = 200;

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

}  // namespace

std::size_t LineOf(const std::vector<SweptLine>& lines, std::size_t objective) {
  return static_cast<std::size_t>(std::find_if(lines.begin(), lines.end(), [&](const SweptLine& line) { return line.objective == objective; }) - lines.begin());
}

evidence::LambdaRange WeightChooser::BoundsOf(const SweptLine& line) const {
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

bool WeightChooser::Bounded() const {
  return std::any_of(current_.least.begin(), current_.least.end(), [](double least) { return least > 0; }) || std::any_of(current_.most.begin(), current_.most.end(), [](double most) { return most < 1; });
}

std::optional<WeightChoice> WeightChooser::NearestFeasible() const {
  std::optional<WeightChoice> nearest;
  double distance = 2;
  for (const SweptLine& line : lines_) {
    const double current = current_.weights[line.objective];
    for (const evidence::LambdaRange& stretch : line.figures->FeasibleRanges()) {
      const double lambda = ShortestInside(stretch, BoundsOf(line), current);
      if (!(std::abs(lambda - current) < distance) || !line.figures->FeasibleAt(lambda)) continue;
      nearest = WeightChoice{line.objective, lambda};
      distance = std::abs(lambda - current);
    }
  }
  return nearest;
}

Result<std::string> WeightChooser::NearestCertain(const WeightChoice& choice) const {
  if (items_.problem.guardrails.empty()) return std::string();
  const std::vector<bool> here = ASSAY_TRY(lines_[LineOf(lines_, choice.objective)].figures->SurelyFeasible({choice.lambda}));
  if (here[0]) return std::string();
  // The weights in use lie on every line.
  const bool everywhere = choice.lambda == Now().lambda && choice.objective == Now().objective;
  const std::vector<double> grid = EvenGrid(kCertainSteps);
  std::optional<WeightChoice> nearest;
  double distance = 2;
  for (const SweptLine& line : lines_) {
    if (!everywhere && line.objective != choice.objective) continue;
    const double from = everywhere ? current_.weights[line.objective] : choice.lambda;
    const evidence::LambdaRange bounds = BoundsOf(line);
    const std::vector<bool> sure = ASSAY_TRY(line.figures->SurelyFeasible(grid));
    for (std::size_t i = 0; i < grid.size(); ++i) {
      if (!sure[i] || grid[i] < bounds.low || grid[i] > bounds.high || std::abs(grid[i] - from) >= distance) continue;
      nearest = WeightChoice{line.objective, grid[i]};
      distance = std::abs(grid[i] - from);
    }
  }
  const bool one_line = lines_.size() == 1;
  const std::string looked_at = std::to_string(grid.size()) + " weights looked at" + (one_line ? "" : everywhere ? " on each line" : " on that line");
  if (!nearest) return "At none of the " + looked_at + " does the 95 % interval of every guardrail keep to its bound, so these data call no weights safe.";
  return "For the 95 % interval of every guardrail to keep to its bound as well, the weight of " + Name(nearest->objective) + " would be " + base::PlainNumber(nearest->lambda, 4) + (one_line ? "" : ", the others in proportion") + ", the nearest of " + looked_at + ".";
}

std::string WeightChooser::PerDay(const Estimate& per_list) const {
  if (!std::isfinite(settings_.lists_per_day)) return "";
  const Estimate day = Scaled(per_list, settings_.lists_per_day, 0);
  return ", " + base::ReadableNumber(day.value, 3) + " " + Currency() + "a day (" + base::ReadableRange(day.low, day.high) + ")";
}

std::optional<WeightChoice> WeightChooser::MostMoney(const TradeoffReport& report, Estimate* difference) const {
  std::optional<WeightChoice> best;
  for (std::size_t l = 0; l < lines_.size(); ++l) {
    if (!report.lines[l].money) continue;
    const evidence::LambdaRange bounds = BoundsOf(lines_[l]);
    for (const evidence::MoneyAt& at : report.lines[l].money->at) {
      if (at.lambda < bounds.low || at.lambda > bounds.high) continue;
      if (!(at.difference.low > 0) || !lines_[l].figures->FeasibleAt(at.lambda) || (best && at.difference.value <= difference->value)) continue;
      best = WeightChoice{lines_[l].objective, at.lambda};
      *difference = at.difference;
    }
  }
  return best;
}

std::string WeightChooser::NearestInWords(const std::optional<WeightChoice>& nearest) const {
  const bool one_line = lines_.size() == 1;
  if (!nearest) return std::string(one_line ? "No weights satisfy" : "No weights on the lines looked at satisfy") + " all guardrails" + (Bounded() ? " within the bounds that the policy in use sets" : "") + ": one of them must give way, or items that break it must be filtered out before ranking.";
  return std::string(one_line ? "The smallest change" : "The smallest change on the lines looked at") + " that satisfies all guardrails: weight of " + Name(nearest->objective) + " from " + base::PlainNumber(current_.weights[nearest->objective], 4) + " to " + base::PlainNumber(nearest->lambda, 12) + (one_line ? "." : ", the others in proportion.");
}

WeightChoice WeightChooser::Choose(TradeoffReport* report) const {
  const std::string whose = current_.InWords();
  const std::string Whose = std::string(1, static_cast<char>(whose[0] - 'a' + 'A')) + whose.substr(1);
  const bool feasible = lines_.back().figures->FeasibleAt(Now().lambda);
  const std::optional<WeightChoice> nearest = feasible ? Now() : NearestFeasible();
  if (!feasible) report->nearest = NearestInWords(nearest);
  Estimate difference;
  if (const std::optional<WeightChoice> best = MostMoney(*report, &difference)) {
    report->decided_by = "money";
    report->why = (items_.problem.guardrails.empty() ? "It brings" : "It keeps to all guardrails on the rows that choose and brings") + std::string(" the most money of the weights that are sure to bring more than ") + whose + ": " + base::ReadableNumber(difference.value, 3) + " " + Currency() + "more per " + (std::isfinite(settings_.share) ? "row acted on" : "list") + " (" + LevelInWords(difference.level) + " interval " + base::ReadableRange(difference.low, difference.high) + ")" + PerDay(difference) + ".";
    return *best;
  }
  report->decided_by = feasible ? "nothing" : "guardrails";
  if (!nearest) {
    report->why = "No weights keep to all guardrails, so " + whose + " stand: a person must decide which guardrail gives way.";
    return Now();
  }
  const bool priced = std::any_of(report->lines.begin(), report->lines.end(), [](const evidence::TradeoffLine& line) { return line.money.has_value(); });
  const std::string sure = priced ? " No other weights are sure to bring more money." : " What a unit of each objective is worth is not stated (objectives.amount), so nothing says that other weights would be better.";
  report->why = (feasible ? Whose + " keep to all guardrails on the rows that choose." : Whose + " break a guardrail; those recommended are the nearest that break none.") + sure;
  if (feasible && items_.problem.guardrails.empty()) report->why = "The charter names no guardrail that weights could break." + sure;
  return *nearest;
}

}  // namespace assay::lifecycle
