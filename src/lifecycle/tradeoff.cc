#include "lifecycle/tradeoff.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "learn/learner.h"
#include "lifecycle/estimates.h"
#include "lifecycle/internal/frontier_parts.h"
#include "lifecycle/internal/tradeoff_parts.h"
#include "objectives/frontier_band.h"
#include "objectives/pareto.h"

namespace assay::lifecycle {

namespace {

using evidence::FrontierAt;
using evidence::PolicyPoint;
using evidence::TradeoffReport;
using objectives::Frontier;

// Two curves of one trade-off: on the rows that choose, and on those that measure.
class Tradeoff {
 public:
  Tradeoff(const TradeoffInput& input, const TradeoffSettings& settings, const TradeoffItems& items, const RunContext& context) : input_(input), settings_(settings), items_(items), context_(context) {}

  Result<void> Fill(TradeoffReport* report) {
    const objectives::FrontierOptions options{static_cast<std::size_t>(settings_.k), settings_.discount == "log2" ? objectives::Discount::kLog2 : objectives::Discount::kNone};
    const Frontier choice = ASSAY_TRY(Frontier::Sweep(items_.choice.items, items_.choice.scores[0], items_.choice.scores[1], options, context_));
    const Frontier holdout = ASSAY_TRY(Frontier::Sweep(items_.holdout.items, items_.holdout.scores[0], items_.holdout.scores[1], options, context_));
    current_ = CurrentLambda();
    FrontierSettings frontier;
    frontier.k = settings_.k;
    frontier.discount = options.discount;
    frontier.current = current_;
    for (int i = 0; i <= 20; ++i) frontier.at.push_back(i / 20.0);
    for (std::size_t o = 0; o < settings_.amounts.size(); ++o) {
      if (std::isfinite(settings_.amounts[o])) frontier.amounts[Name(o)] = settings_.amounts[o];
    }
    report->frontier = ASSAY_TRY(FrontierOfSweep(items_.choice, items_.problem, frontier, choice, nullptr, context_));
    report->curve = CurveOf(choice);
    const double recommended = Recommend(choice, report);
    report->current = ASSAY_TRY(PointAt(current_, frontier, choice, holdout));
    report->recommended = ASSAY_TRY(PointAt(recommended, frontier, choice, holdout));
    report->clickbait = Alarm(choice);
    return {};
  }

 private:
  const std::string& Name(std::size_t objective) const { return items_.problem.objectives[objective].name; }

  double CurrentLambda() const {
    if (input_.lambda) return *input_.lambda;
    const std::vector<charter::Record>& records = input_.project.charter.list("objectives");
    const double first = records[0].number("weight", 1), second = records[1].number("weight", 1);
    return first + second > 0 ? second / (first + second) : 0.5;
  }

  bool Feasible(const Frontier& curve, std::size_t piece) const {
    for (std::size_t g = 0; g < items_.problem.guardrails.size(); ++g) {
      if (!KeepsTo(items_.problem.guardrails[g], curve.Value(piece, 2 + g))) return false;
    }
    return true;
  }

  // Evenly spaced pieces of a curve with more than a page can hold.
  evidence::TradeoffCurve CurveOf(const Frontier& curve) const {
    constexpr std::size_t kMost = 2000;
    evidence::TradeoffCurve out;
    out.pieces = static_cast<std::int64_t>(curve.num_pieces());
    const std::size_t taken = std::min(curve.num_pieces(), kMost);
    for (std::size_t i = 0; i < taken; ++i) {
      const std::size_t piece = taken == 1 ? 0 : i * (curve.num_pieces() - 1) / (taken - 1);
      out.lambda.push_back(curve.PieceBegin(piece));
      for (std::size_t m = 0; m < items_.choice.items.measures().size(); ++m) out.values[items_.choice.items.measures()[m].name].push_back(curve.Value(piece, m));
    }
    return out;
  }

  // The feasible lambda that is nearest to the current one; NaN where there is none.
  double NearestFeasible(const Frontier& curve) const {
    double nearest = std::nan("");
    for (std::size_t piece = 0; piece < curve.num_pieces(); ++piece) {
      if (!Feasible(curve, piece)) continue;
      const double begin = curve.PieceBegin(piece), end = piece + 1 < curve.num_pieces() ? curve.PieceBegin(piece + 1) : 1;
      // A piece's end belongs to the next one: as near to it as matters to people.
      const double inside = std::max(begin + (end - begin) / 2, end - 1e-3);
      const double lambda = current_ < begin ? begin : current_ >= end && end < 1 ? inside : std::max(current_, begin);
      if (std::isnan(nearest) || std::abs(lambda - current_) < std::abs(nearest - current_)) nearest = lambda;
    }
    return nearest;
  }

  double MoneyOf(const Frontier& curve, std::size_t piece) const {
    double money = 0;
    for (std::size_t o = 0; o < 2; ++o) money += std::isfinite(settings_.amounts[o]) ? settings_.amounts[o] * curve.Value(piece, o) : 0;
    return money;
  }

  // ", 1,200 EUR a day (800 to 1,600)"; "" where the charter does not say how many lists there are.
  std::string PerDay(const evidence::Estimate& per_list) const {
    if (!std::isfinite(settings_.lists_per_day)) return "";
    const evidence::Estimate day = Scaled(per_list, settings_.lists_per_day, 0);
    return ", " + base::ReadableNumber(day.value, 3) + " " + settings_.currency + " a day (" + base::ReadableRange(day.low, day.high) + ")";
  }

  // Stays where it is unless a guardrail is broken, or another lambda is sure to bring more.
  double Recommend(const Frontier& curve, TradeoffReport* report) const {
    const std::string whose = input_.lambda ? "these weights" : "the charter's own weights", Whose = input_.lambda ? "These weights" : "The charter's own weights";
    const std::string current = base::PlainNumber(current_, 3);
    const bool feasible = Feasible(curve, curve.PieceAt(current_));
    const double nearest = feasible ? current_ : NearestFeasible(curve);
    if (!feasible) {
      report->nearest = std::isnan(nearest) ? "No weights satisfy all guardrails: one of them must give way, or items that break it must be filtered out before ranking." : "The smallest change that satisfies all guardrails: weight of " + Name(1) + " from " + current + " to " + base::PlainNumber(nearest, 4) + ".";
    }
    const std::optional<evidence::FrontierMoney>& money = report->frontier->money;
    if (money) {
      // Of the feasible lambdas of the grid that are sure to bring more, the one with the most.
      const evidence::MoneyAt* best = nullptr;
      for (const evidence::MoneyAt& at : money->at) {
        if (!(at.difference.low > 0) || !Feasible(curve, curve.PieceAt(at.lambda))) continue;
        if (best == nullptr || at.difference.value > best->difference.value) best = &at;
      }
      if (best != nullptr) {
        report->why = "It keeps to all guardrails and brings the most money of the weights that are sure to bring more than " + whose + ": " + base::ReadableNumber(best->difference.value, 3) + " " + settings_.currency + " more per list (95 % interval " + base::ReadableRange(best->difference.low, best->difference.high) + ")" + PerDay(best->difference) + ".";
        return best->lambda;
      }
    }
    if (std::isnan(nearest)) {
      report->why = "No weights keep to all guardrails, so " + whose + " stand: a person must decide which guardrail gives way.";
      return current_;
    }
    const std::string sure = money ? " No other weights are sure to bring more money." : " What a unit of each objective is worth is not stated (objectives.amount), so nothing says that other weights would be better.";
    report->why = (feasible ? Whose + " keep to all guardrails." : Whose + " break a guardrail; those recommended are the nearest that break none.") + sure;
    if (feasible && items_.problem.guardrails.empty()) report->why = "The charter names no guardrail that weights could break." + sure;
    return nearest;
  }

  Result<PolicyPoint> PointAt(double lambda, const FrontierSettings& settings, const Frontier& choice, const Frontier& holdout) const {
    PolicyPoint point;
    point.lambda = lambda;
    point.weights = {{Name(0), 1 - lambda}, {Name(1), lambda}};
    point.feasible = Feasible(choice, choice.PieceAt(lambda));
    FrontierSettings one = settings;
    one.at = {lambda};
    one.amounts.clear();
    point.chosen_on = ASSAY_TRY(FrontierOfSweep(items_.choice, items_.problem, one, choice, nullptr, context_)).at.front();
    point.measured_on = ASSAY_TRY(FrontierOfSweep(items_.holdout, items_.problem, one, holdout, nullptr, context_)).at.front();
    return point;
  }

  // The metric at the current weights less that of the first objective alone, paired by query.
  evidence::Estimate AgainstFirstAlone(const Frontier& curve, std::size_t measure) const {
    std::vector<double> alone(curve.num_queries());
    curve.PerQuery(0, measure, alone);
    const auto difference = [&](double lambda, std::span<double> values) {
      curve.PerQuery(lambda, measure, values);
      double sum = 0;
      for (std::size_t q = 0; q < values.size(); ++q) sum += values[q] -= alone[q];
      return sum / static_cast<double>(values.size());
    };
    const std::vector<double> at = {current_};
    const Result<objectives::Band> band = objectives::SimultaneousBand(difference, curve.num_queries(), at, {}, context_);
    if (!band) return WithoutInterval(curve.Value(curve.PieceAt(current_), measure) - curve.Value(0, measure), band.error().message);
    if (band->low[0] == band->high[0]) return WithoutInterval(band->value[0], kEveryUnitAlike);
    return {band->value[0], band->low[0], band->high[0], 0.95, ""};
  }

  evidence::ClickbaitAlarm Alarm(const Frontier& curve) const {
    evidence::ClickbaitAlarm alarm;
    alarm.first = AgainstFirstAlone(curve, 0);
    alarm.second = AgainstFirstAlone(curve, 1);
    alarm.alarm = alarm.second.low > 0 && alarm.first.high < 0;
    const auto words = [](const evidence::Estimate& e) { return std::isfinite(e.low) ? EstimateInWords(e) : base::ReadableNumber(e.value, 3); };
    const std::string figures = Name(1) + " " + words(alarm.second) + ", " + Name(0) + " " + words(alarm.first) + " against ranking by " + Name(0) + " alone";
    const std::string whose = input_.lambda ? "at these weights" : "at the charter's weights";
    alarm.text = (alarm.alarm ? "It is at the cost of " + Name(0) + " that " + Name(1) + " is gained " + whose + ": " : "It is not shown that " + Name(1) + " is gained at the cost of " + Name(0) + " " + whose + ": ") + figures + ".";
    return alarm;
  }

  const TradeoffInput& input_;
  const TradeoffSettings& settings_;
  const TradeoffItems& items_;
  const RunContext& context_;
  double current_ = 0.5;
};

TradeoffReport Begin(const charter::Charter& charter, const TradeoffSettings& settings) {
  TradeoffReport report;
  report.header.report = "tradeoff";
  report.k = settings.k;
  report.discount = settings.discount;
  report.blend = settings.blend;
  report.multiplier = settings.multiplier;
  report.currency = settings.currency;
  report.filter = settings.filter;
  report.lists_per_day = settings.lists_per_day;
  if (std::isnan(settings.lists_per_day)) report.lists_per_day_reason = "the charter does not say tradeoff.lists_per_day";
  report.guardrails = GuardrailsOf(charter);
  return report;
}

}  // namespace

TradeoffSettings TradeoffSettingsOf(const charter::Charter& charter) {
  const charter::Record& section = charter.section("tradeoff");
  TradeoffSettings settings;
  settings.k = static_cast<std::int64_t>(section.number("k", 10));
  if (section.has("discount")) settings.discount = section.text("discount");
  if (section.has("blend")) settings.blend = section.text("blend");
  settings.multiplier = section.text("multiplier");
  settings.filter = section.text("filter");
  settings.lists_per_day = section.number("lists_per_day", settings.lists_per_day);
  settings.currency = charter.section("value").text("currency");
  for (const charter::Record& objective : charter.list("objectives")) settings.amounts.push_back(objective.number("amount", std::nan("")));
  return settings;
}

std::vector<evidence::FrontierGuardrail> GuardrailsOf(const charter::Charter& charter) {
  std::vector<evidence::FrontierGuardrail> guardrails;
  for (const charter::Record& guardrail : charter.list("guardrails")) {
    if (!guardrail.has("limit") && !guardrail.has("least")) continue;
    const bool at_least = !guardrail.has("limit");
    guardrails.push_back({guardrail.text("name"), guardrail.text("expression"), guardrail.number(at_least ? "least" : "limit", 0), at_least});
  }
  return guardrails;
}

std::string WhyNoTradeoff(const Project& project, const std::vector<Objective>& objectives, const std::vector<learn::Task>& tasks) {
  if (objectives.size() < 2) return "there is one objective, which conflicts with nothing";
  if (objectives.size() > 2) return "there are " + std::to_string(objectives.size()) + " objectives; a project's policy is chosen between two so far. assay frontier searches the weights of more";
  for (std::size_t o = 0; o < tasks.size(); ++o) {
    if (tasks[o] == learn::Task::kMulticlass) return "'" + objectives[o].name + "' is one of several classes, which is no score to rank by; name the class that matters, like outcome = \"kind = 'good'\"";
  }
  if (objectives[0].problem.query.empty() && objectives[0].problem.time.empty()) return "the charter names no list within which items are ranked: write query = \"...\" in [data]";
  const charter::Record& section = project.charter.section("tradeoff");
  if (section.text("blend") == "multiplier" && !section.has("multiplier")) return "blend = \"multiplier\" needs tradeoff.multiplier, an expression such as \"case when followed then 1 else 0.75 end\"";
  return "";
}

TradeoffReport NoTradeoff(const Project& project, const std::string& reason) {
  TradeoffReport report = Begin(project.charter, TradeoffSettingsOf(project.charter));
  report.reason = report.clickbait.first.reason = report.clickbait.second.reason = reason;
  report.summary = "No trade-off: " + reason + ".";
  return report;
}

Result<TradeoffReport> FindTradeoff(const TradeoffInput& input, const RunContext& context) {
  const TradeoffSettings settings = TradeoffSettingsOf(input.project.charter);
  const Result<TradeoffItems> items = GatherTradeoff(input, settings, context);
  if (!items && items.error().code != ErrorCode::kNumeric) return items.error();
  if (!items) {
    TradeoffReport report = NoTradeoff(input.project, items.error().message);
    report.header.data = input.data;
    return report;
  }
  TradeoffReport report = Begin(input.project.charter, settings);
  report.header.data = input.data;
  report.query = items->problem.query;
  double weights = 0;
  for (const charter::Record& record : input.project.charter.list("objectives")) weights += record.number("weight", 1);
  for (std::size_t o = 0; o < input.objectives.size(); ++o) {
    double weight = input.project.charter.list("objectives")[o].number("weight", 1);
    if (input.lambda) {
      weight = o == 0 ? 1 - *input.lambda : *input.lambda;
      weights = 1;
    }
    report.objectives.push_back({input.objectives[o].name, input.objectives[o].problem.task, input.objectives[o].problem.outcome, input.scores[o].rung, input.scores[o].kind, weights > 0 ? weight / weights : 0.5, items->scales[o]});
  }
  const auto rows = [](const FrontierItems& part, const std::string& how) {
    return evidence::TradeoffRows{how, part.items.num_queries(), static_cast<std::int64_t>(part.items.num_items())};
  };
  report.chosen_on = rows(items->choice, "rows of the training part that every objective's model scored without having seen them");
  report.measured_on = rows(items->holdout, "rows held back for every objective");
  Tradeoff tradeoff(input, settings, *items, context);
  ASSAY_TRY(tradeoff.Fill(&report));
  if (!input.examples.empty()) {
    report.retrain = RetrainGap(input, settings, *learn::MakeLearner(learn::RungKind::kBoosted), context);
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
  }
  report.lists = ExampleLists(*items, *input.source, report.query);
  if (items->choice.dropped.guardrail + items->holdout.dropped.guardrail > 0) report.notes.push_back(base::Counted(items->choice.dropped.guardrail + items->holdout.dropped.guardrail, "item misses a guardrail's value and is left out", "items miss a guardrail's value and are left out"));
  if (items->problem.query != input.objectives.front().problem.query) report.notes.push_back("the charter names no query, so the items of a day are ranked together");
  report.notes.push_back("only items of which every outcome is known are ranked: what showing the others would have brought cannot be counted");
  report.summary = TradeoffSummary(report);
  return report;
}

}  // namespace assay::lifecycle
