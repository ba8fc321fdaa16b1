#include "lifecycle/value.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "lifecycle/internal/sealed_file.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

using evidence::Estimate;
using evidence::RungValue;
using evidence::ValueReport;

namespace {

// Rungs that give few values, each a share of training rows: acting pays where that share reaches the break-even chance. A
// threshold chosen on their folds would lie at the share of one fold's rows, which the final fit may just miss.
bool GivesShares(const std::string& kind) { return kind == "constant" || kind == "rule" || kind == "own_rule"; }

bool IsMachineLearning(const std::string& kind) { return kind == "linear" || kind == "boosted"; }

struct Money {
  const DecisionRows& rows;
  const MoneySettings& settings;
  std::vector<double> nothing;  // per holdout row, when never acting

  RungValue At(const std::string& name, const std::string& kind, const std::vector<double>& scores, double threshold, double level = 0.95) const {
    RungValue value;
    value.name = name;
    value.kind = kind;
    if (std::isfinite(threshold)) value.threshold = threshold;
    else value.reason = "it never acts";
    const std::vector<double> money = objectives::MoneyPerRow(scores, rows.holdout_positive, settings.money, threshold);
    std::vector<double> gain(money.size());
    std::int64_t acted = 0;
    for (std::size_t i = 0; i < money.size(); ++i) {
      gain[i] = money[i] - nothing[i];
      acted += scores[i] >= threshold ? 1 : 0;
    }
    value.share_acted = static_cast<double>(acted) / static_cast<double>(money.size());
    const stats::Clusters clusters = rows.Clusters();
    const objectives::DecisionMoney& m = settings.money;
    const bool always = threshold <= 0;  // scores are chances
    std::vector<double> cells, gains;
    if (!always) {
      cells = {m.true_negative, m.false_negative};
      gains = {0};
    }
    if (acted > 0) {
      cells.insert(cells.end(), {m.true_positive, m.false_positive});
      gains.insert(gains.end(), {m.true_positive - m.false_negative, m.false_positive - m.true_negative});
    }
    std::string exact = std::isfinite(threshold) ? "exact for the holdout: it acts on none of its " + base::ReadableCount(static_cast<std::int64_t>(money.size())) + " rows" : "exact: it never acts";
    if (always) exact = "exact: it always acts";
    value.money_per_decision = MeanMoney(money, cells, exact + (always ? ", and acting" : ", and staying silent") + " always brings the same", clusters, level);
    const Estimate against = MeanMoney(gain, gains, exact, clusters, level);
    value.cost_per_day = IsMachineLearning(kind) ? settings.cost_per_month / base::kDaysPerMonth : 0;
    if (std::isfinite(settings.decisions_per_day)) {
      value.money_per_day = Scaled(value.money_per_decision, settings.decisions_per_day, 0);
      value.value_per_day = Scaled(value.money_per_decision, settings.decisions_per_day, -value.cost_per_day);
      value.against_nothing = Scaled(against, settings.decisions_per_day, -value.cost_per_day);
    } else {
      value.money_per_day.reason = value.value_per_day.reason = value.against_nothing.reason = "the charter does not say value.decisions_per_day";
    }
    return value;
  }
};

}  // namespace

Estimate MeanMoney(const std::vector<double>& money, const std::vector<double>& cells, const std::string& why_exact, const stats::Clusters& clusters, double level) {
  const auto [least, most] = std::minmax_element(cells.begin(), cells.end());
  if (*least == *most) return {*least, *least, *least, level, why_exact};
  const Result<stats::Interval> mean = stats::ClusterMean(money, clusters, level);
  Estimate estimate = ToEstimate(mean, level);
  const bool alike = mean && std::all_of(money.begin(), money.end(), [&](double v) { return v == money[0]; });
  if (!alike) return estimate;
  const double others = stats::AllAlike(0, mean->units, estimate.level).high;  // share of rows
  estimate.low = estimate.value - others * (estimate.value - *least);
  estimate.high = estimate.value + others * (*most - estimate.value);
  return estimate;
}

MoneySettings MoneySettingsOf(const charter::Charter& charter) {
  const charter::Record& section = charter.section("value");
  MoneySettings settings;
  settings.currency = section.text("currency");
  for (const char* key : {"true_positive", "false_positive"}) {
    if (!section.has(key) && settings.missing.empty()) settings.missing = std::string("value.") + key;
  }
  settings.money = {section.number("true_positive", 0), section.number("false_positive", 0), section.number("true_negative", 0), section.number("false_negative", 0)};
  settings.decisions_per_day = section.number("decisions_per_day", settings.decisions_per_day);
  settings.cost_per_month = section.number("cost_per_month", 0);
  return settings;
}

DecisionRows DecisionRowsOf(const LadderPredictions& predictions, const learn::Examples& examples) {
  DecisionRows rows;
  for (const std::uint32_t row : predictions.choice_rows) rows.choice_positive.push_back(examples.outcome[row] > 0 ? 1 : 0);
  for (const std::uint32_t row : predictions.holdout_rows) {
    rows.holdout_positive.push_back(examples.outcome[row] > 0 ? 1 : 0);
    if (!predictions.dependence.unit.empty()) rows.holdout_unit.push_back(predictions.dependence.unit[row]);
  }
  // Numbered within the holdout, in the same order.
  std::vector<std::uint32_t> units = rows.holdout_unit;
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  for (std::uint32_t& unit : rows.holdout_unit) unit = static_cast<std::uint32_t>(std::lower_bound(units.begin(), units.end(), unit) - units.begin());
  rows.num_units = static_cast<std::uint32_t>(units.size());
  if (const stats::Crossing* crossing = predictions.dependence.crossing.get(); crossing != nullptr) {
    rows.crossing.num_units = crossing->num_units;
    rows.crossing.num_periods = crossing->num_periods;
    for (const std::uint32_t cell : units) {
      rows.crossing.unit_of.push_back(crossing->unit_of[cell]);
      rows.crossing.period_of.push_back(crossing->period_of[cell]);
    }
  }
  rows.dependence = predictions.dependence.words;
  for (const RungPredictions& rung : predictions.rungs) {
    rows.rungs.push_back({rung.name, rung.kind, {rung.out_of_fold.begin(), rung.out_of_fold.end()}, {rung.holdout.begin(), rung.holdout.end()}});
  }
  return rows;
}

std::string WhyNoValue(const MoneySettings& settings, learn::Task task, const std::string& objective, const std::string& outcome, std::span<const std::string> classes) {
  if (task != learn::Task::kBinary) {
    const std::string what = task == learn::Task::kRegression ? "a number" : task == learn::Task::kRanking ? "a rank in a list" : "one of several classes";
    std::string example = "'" + outcome + " >= LIMIT' with the limit from which acting is right";
    if (task == learn::Task::kMulticlass && !classes.empty()) {
      std::string text;
      for (const char c : classes.front()) text += c == '\'' ? std::string("''") : std::string(1, c);
      example = outcome + " = '" + text + "' with the class in which acting is right";
    }
    return "'" + objective + "' is " + what + ": money per right and wrong decision needs an outcome that is yes or no; add an objective such as " + example;
  }
  if (!settings.missing.empty()) return "the charter does not say " + settings.missing + ", the money for " + (settings.missing == "value.true_positive" ? "acting rightly" : "a false alarm");
  return "";
}

std::string WhyNoChance(const objectives::DecisionMoney& money) {
  const double gain = money.true_positive - money.false_negative, loss = money.true_negative - money.false_positive;
  if (gain == 0 && loss == 0) return "acting brings the same as staying silent, whatever the outcome";
  if (gain <= 0 && loss >= 0) return "acting never brings more than staying silent, whatever the outcome, so no chance is high enough";
  return "acting pays only where the outcome is not positive, so it pays below a chance, not from one on; turn the outcome around, or the amounts in [value]";
}

ValueReport NoValue(const MoneySettings& settings, const std::string& reason) {
  ValueReport report;
  report.header.report = "value";
  report.currency = settings.currency;
  report.true_positive = settings.money.true_positive;
  report.false_positive = settings.money.false_positive;
  report.true_negative = settings.money.true_negative;
  report.false_negative = settings.money.false_negative;
  report.decisions_per_day = settings.decisions_per_day;
  if (std::isnan(settings.decisions_per_day)) report.decisions_per_day_reason = "the charter does not say value.decisions_per_day";
  report.break_even_chance = settings.money.BreakEvenChance();
  if (!std::isfinite(report.break_even_chance)) report.break_even_chance_reason = settings.missing.empty() ? WhyNoChance(settings.money) : "the charter does not say " + settings.missing;
  report.reason = report.best_against_nothing.reason = reason;
  return report;
}

Result<ValueReport> ValueOfRungs(const DecisionRows& rows, const MoneySettings& settings) {
  ValueReport report = NoValue(settings, "");
  Money money{rows, settings, {}};
  const double never = std::numeric_limits<double>::infinity();
  const std::vector<double> no_scores(rows.holdout_positive.size(), 0.0);
  money.nothing = objectives::MoneyPerRow(no_scores, rows.holdout_positive, settings.money, never);
  report.rungs.push_back(money.At("nothing", "nothing", no_scores, never));
  const double chance = settings.money.BreakEvenChance();
  std::vector<const DecisionRows::Rung*> compared;
  std::vector<double> thresholds;
  for (const DecisionRows::Rung& rung : rows.rungs) {
    if (rung.kind == "random") continue;  // its scores say nothing; constant and nothing cover it
    double threshold = chance;
    // Where acting, or silence, is never worse there is nothing to choose.
    const bool open = std::isnan(chance) || (chance > 0 && std::isfinite(chance) && !GivesShares(rung.kind));
    if (!rung.out_of_fold.empty() && open) threshold = ASSAY_TRY(objectives::BestThreshold(rung.out_of_fold, rows.choice_positive, settings.money)).score;
    if (std::isnan(threshold)) continue;
    report.rungs.push_back(money.At(rung.name, rung.kind, rung.holdout, threshold));
    compared.push_back(&rung);
    thresholds.push_back(threshold);
  }
  const RungValue* best = &report.rungs.front();
  for (const RungValue& rung : report.rungs) {
    const bool per_day = std::isfinite(settings.decisions_per_day);
    const double value = per_day ? rung.value_per_day.value : rung.money_per_decision.value;
    if (value > (per_day ? best->value_per_day.value : best->money_per_decision.value)) best = &rung;
  }
  report.best = best->name;
  report.best_against_nothing = best->against_nothing;
  if (const auto at = static_cast<std::size_t>(best - report.rungs.data()); at > 0) {
    // It was picked on the rows that measure it: its interval holds for all that could have been picked (Bonferroni).
    const double level = 1 - 0.05 / static_cast<double>(compared.size());
    report.best_against_nothing = money.At(best->name, best->kind, compared[at - 1]->holdout, thresholds[at - 1], level).against_nothing;
  }
  report.method = "models act from the threshold with the most money on " + base::ReadableCount(static_cast<std::int64_t>(rows.choice_positive.size())) +
                  " out-of-fold rows of the training part, constant and rules where the share of training rows reaches the chance from which acting pays; money on " + base::ReadableCount(static_cast<std::int64_t>(rows.holdout_positive.size())) + " holdout rows, intervals " + rows.dependence + "; that of the rung with the most value allows for its having been picked on these rows (Bonferroni). Feasibility measures the gain over always or never acting, by folds over all rows: where its sign differs, the times do, or the rows are too few";
  return report;
}

namespace {

constexpr char kMagic[] = "assay decision rows 3\n";

}  // namespace

Result<void> SaveDecisionRows(const std::filesystem::path& path, const DecisionRows& rows) {
  SealedWriter out(kMagic);
  out.Put(rows.choice_positive);
  out.Put(rows.holdout_positive);
  out.Put(rows.holdout_unit);
  const std::uint32_t counts[] = {rows.num_units, rows.crossing.num_units, rows.crossing.num_periods};
  out.Put(std::span<const std::uint32_t>(counts));
  out.Put(rows.crossing.unit_of);
  out.Put(rows.crossing.period_of);
  out.Put(rows.dependence);
  for (const DecisionRows::Rung& rung : rows.rungs) {
    out.Put(rung.name);
    out.Put(rung.kind);
    out.Put(rung.out_of_fold);
    out.Put(rung.holdout);
  }
  return out.Write(path);
}

Result<DecisionRows> LoadDecisionRows(const std::filesystem::path& path) {
  SealedReader in = ASSAY_TRY(SealedReader::Open(path, kMagic));
  const Error damaged = in.Damaged();
  DecisionRows rows;
  std::vector<std::uint32_t> counts;
  if (!in.Take(&rows.choice_positive) || !in.Take(&rows.holdout_positive) || !in.Take(&rows.holdout_unit) || !in.Take(&counts) || counts.size() != 3 || !in.Take(&rows.crossing.unit_of) || !in.Take(&rows.crossing.period_of) || !in.Take(&rows.dependence)) return damaged;
  rows.num_units = counts[0];
  rows.crossing.num_units = counts[1];
  rows.crossing.num_periods = counts[2];
  const std::size_t num_rows = rows.holdout_positive.size();
  const bool units_fit = rows.holdout_unit.empty() || rows.holdout_unit.size() == num_rows;
  if (!units_fit || rows.num_units > num_rows || std::any_of(rows.holdout_unit.begin(), rows.holdout_unit.end(), [&](std::uint32_t unit) { return unit >= rows.num_units; })) return damaged;
  const std::size_t cells = rows.crossing.unit_of.size();
  const auto within = [](const std::vector<std::uint32_t>& ids, std::uint32_t count) { return std::all_of(ids.begin(), ids.end(), [&](std::uint32_t id) { return id < count; }); };
  if ((cells != 0 && cells != rows.num_units) || rows.crossing.period_of.size() != cells || !within(rows.crossing.unit_of, counts[1]) || !within(rows.crossing.period_of, counts[2])) return damaged;
  while (!in.empty()) {
    DecisionRows::Rung rung;
    if (!in.Take(&rung.name) || !in.Take(&rung.kind) || !in.Take(&rung.out_of_fold) || !in.Take(&rung.holdout)) return damaged;
    const bool fits = rung.holdout.size() == rows.holdout_positive.size() && (rung.out_of_fold.empty() || rung.out_of_fold.size() == rows.choice_positive.size());
    if (!fits) return damaged;
    rows.rungs.push_back(std::move(rung));
  }
  return rows;
}

}  // namespace assay::lifecycle
