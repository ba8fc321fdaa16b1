#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "lifecycle/internal/feasibility_items.h"
#include "lifecycle/value.h"
#include "objectives/profit_curve.h"
#include "stats/cluster_rate.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Verdict;
using learn::Examples;

// Two independent 64-bit mixes of a row's features: equal rows have equal keys, others do not in practice.
struct CaseKey {
  std::uint64_t first = 0x9E3779B97F4A7C15ULL, second = 0xD1B54A32D192ED03ULL;
  void Add(std::uint64_t value) {
    first = (first ^ value) * 0xFF51AFD7ED558CCDULL;
    first ^= first >> 32;
    second = std::rotl(second, 23) + value * 0xC4CEB9FE1A85EC53ULL;
    second ^= second >> 29;
  }
  auto operator<=>(const CaseKey&) const = default;
};

// Rows whose features are all equal, missing being a value of its own, form a case: the case of each row, dense, and the size of each case.
struct Cases {
  std::vector<std::uint32_t> of_row;
  std::vector<std::uint32_t> sizes;
};

Cases FindCases(const Examples& examples) {
  const auto n = static_cast<std::size_t>(examples.num_rows());
  std::vector<CaseKey> keys(n);
  std::vector<std::uint64_t> values(n);
  for (const learn::Feature& feature : examples.features) {
    examples.table->column(feature.column).CopyKeys(0, values);
    for (std::size_t i = 0; i < n; ++i) keys[i].Add(values[i]);
  }
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  Cases cases;
  cases.of_row.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (i == 0 || keys[order[i]] != keys[order[i - 1]]) cases.sizes.push_back(0);
    cases.of_row[order[i]] = static_cast<std::uint32_t>(cases.sizes.size() - 1);
    ++cases.sizes.back();
  }
  return cases;
}

// How alike recurring cases turn out. Classes: the chance that two rows of one case agree, and that any two rows do.
// Numbers: the part of the variance that rows of one case share.
struct Alikeness {
  evidence::Estimate alike;
  double by_chance = 0;
};

Alikeness MeasureAlikeness(const Ground& ground, const Cases& cases) {
  const Examples& examples = ground.examples;
  const bool classes = examples.task == learn::Task::kBinary || examples.task == learn::Task::kMulticlass;
  std::vector<std::uint32_t> rows, unit;
  for (std::uint32_t row = 0; row < cases.of_row.size(); ++row) {
    if (cases.sizes[cases.of_row[row]] < 2) continue;
    rows.push_back(row);
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[row]);
  }
  Alikeness result;
  if (rows.empty()) {
    result.alike.reason = "no case recurs";
    return result;
  }
  const stats::Clusters clusters = ground.dependence.Clusters(unit);
  if (classes) {
    // Rows of a case sorted by outcome: runs are the rows that agree.
    std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      if (cases.of_row[a] != cases.of_row[b]) return cases.of_row[a] < cases.of_row[b];
      return examples.outcome[a] != examples.outcome[b] ? examples.outcome[a] < examples.outcome[b] : a < b;
    });
    std::vector<double> agree(rows.size());
    for (std::size_t i = 0; i < rows.size();) {
      std::size_t end = i + 1;
      while (end < rows.size() && cases.of_row[rows[end]] == cases.of_row[rows[i]] && examples.outcome[rows[end]] == examples.outcome[rows[i]]) ++end;
      const double share = static_cast<double>(end - i - 1) / (cases.sizes[cases.of_row[rows[i]]] - 1);
      for (; i < end; ++i) agree[i] = share;
    }
    for (std::size_t i = 0; i < rows.size() && !unit.empty(); ++i) unit[i] = ground.dependence.unit[rows[i]];
    std::vector<double> share_of(std::max<std::size_t>(2, examples.classes.size()), 0.0);
    for (const std::uint32_t row : rows) share_of[static_cast<std::size_t>(examples.outcome[row])] += 1 / static_cast<double>(rows.size());
    for (const double share : share_of) result.by_chance += share * share;
    result.alike = ToEstimate(stats::ClusterShare(agree, clusters));
    return result;
  }
  double mean = 0;
  for (const std::uint32_t row : rows) mean += static_cast<double>(examples.outcome[row]) / static_cast<double>(rows.size());
  std::vector<double> case_mean(cases.sizes.size(), 0.0);
  for (const std::uint32_t row : rows) case_mean[cases.of_row[row]] += static_cast<double>(examples.outcome[row]) / cases.sizes[cases.of_row[row]];
  std::vector<double> within, total;
  for (const std::uint32_t row : rows) {
    const double y = static_cast<double>(examples.outcome[row]), m = cases.sizes[cases.of_row[row]];
    within.push_back((y - case_mean[cases.of_row[row]]) * (y - case_mean[cases.of_row[row]]) * m / (m - 1));
    total.push_back((y - mean) * (y - mean));
  }
  evidence::Estimate unlike = ToEstimate(stats::ClusterRatio(within, total, clusters));
  result.alike = unlike;
  result.alike.value = 1 - unlike.value;
  result.alike.low = 1 - unlike.high;
  result.alike.high = 1 - unlike.low;
  return result;
}

// Money per decision that acting by the best model's scores brings over the best action that needs no model.
struct MoneyGain {
  evidence::Estimate gain;
  const char* without;  // that action: "always" or "never"
};
Result<MoneyGain> GainInMoney(const Ground& ground, const Gains& gains) {
  const FeasibilityOptions& o = ground.options;
  const objectives::DecisionMoney money{o.value_right, o.value_wrong, o.value_silence, o.value_miss};
  const OutOfFold& all = gains.all;
  std::vector<std::uint32_t> unit;
  double always = 0, never = 0;
  for (const std::uint32_t row : all.rows) {
    const bool positive = ground.examples.outcome[row] > 0.5F;
    always += money.Of(true, positive);
    never += money.Of(false, positive);
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[row]);
  }
  const bool act_always = always > never;
  const char* without = act_always ? "always" : "never";
  // A rule gives shares of training rows, which differ a little from fold to fold: a threshold of other folds may just be missed.
  const double chance = gains.best == &all.rule ? money.BreakEvenChance() : std::nan("");
  std::vector<double> thresholds;
  for (std::uint8_t f = 0; f <= *std::max_element(all.fold.begin(), all.fold.end()); ++f) {
    thresholds.push_back(std::isnan(chance) ? ASSAY_TRY(ThresholdForFold(ground.examples, all, *gains.best, f, money)) : chance);
  }
  std::vector<double> gain(all.rows.size()), possible = {0};
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    const bool positive = ground.examples.outcome[all.rows[i]] > 0.5F, acts = (*gains.best)[i] >= thresholds[all.fold[i]];
    gain[i] = money.Of(acts, positive) - money.Of(act_always, positive);
    if (acts != act_always && possible.size() == 1) {
      for (const bool either : {false, true}) possible.push_back(money.Of(!act_always, either) - money.Of(act_always, either));
    }
  }
  return MoneyGain{MeanMoney(gain, possible, std::string("exact for these rows: by the model one ") + without + " acts, as without it", ground.dependence.Clusters(unit)), without};
}

// The answer in money, as far as the charter allows it.
void JudgeMoney(const Ground& ground, const Gains& gains, FeasibilityItem* item) {
  const FeasibilityOptions& o = ground.options;
  const std::string currency = o.currency.empty() ? "money" : o.currency;
  item->verdict = Verdict::kInconclusive;
  if (!std::isfinite(o.decisions_per_day) || !std::isfinite(o.cost_per_month)) {
    item->answer += " Whether it pays is open: the decisions per day and the cost of ML per month are not stated.";
    return;
  }
  const double per_month = o.decisions_per_day * base::kDaysPerMonth;
  const double needed = o.cost_per_month / per_month;
  item->figures.push_back(MakeFigure("decisions_per_month", "decisions per month", WithoutInterval(per_month, "as stated in the charter"), "decisions"));
  item->figures.push_back(MakeFigure("break_even", "gain per decision that pays for ML", WithoutInterval(needed, "cost per month / decisions per month, as stated in the charter"), currency));
  const std::string often = " It is taken about " + (per_month >= 10 ? base::ReadableCount(std::llround(per_month)) : base::ReadableNumber(per_month, 2)) + " times a month, so ML pays from " + base::ReadableNumber(needed, 2) + " " + currency + " more per decision on";
  if (ground.examples.task != learn::Task::kBinary || !HasMoney(o)) {
    item->answer += often + "; what it brings cannot be measured, because " + (ground.examples.task != learn::Task::kBinary ? "money is stated per right and wrong yes-or-no decision." : "the money of a right and a false alarm is not stated.");
    return;
  }
  const Result<MoneyGain> gain = GainInMoney(ground, gains);
  if (!gain) {
    item->answer += often + "; what it brings cannot be measured: " + gain.error().message + ".";
    return;
  }
  item->figures.push_back(MakeFigure("gain_per_decision", "what the best model brings per decision over the best action without one, which is to act " + std::string(gain->without), gain->gain, currency));
  const evidence::Estimate net = Scaled(gain->gain, per_month, -o.cost_per_month);
  item->figures.push_back(MakeFigure("net_per_month", "what it brings per month less what it costs", net, currency));
  item->verdict = net.low > 0 ? Verdict::kSupported : net.high < 0 ? Verdict::kRefuted : Verdict::kInconclusive;
  item->answer += often + ". By out-of-fold predictions it brings " + EstimateInWords(net) + " " + currency + " a month after its cost, against acting " + gain->without + " without a model" + (net.low > 0 ? "." : net.high < 0 ? ": it does not pay." : ": not decided.");
}

}  // namespace

Result<double> ThresholdForFold(const Examples& examples, const OutOfFold& all, std::span<const double> scores, std::uint8_t fold, const objectives::DecisionMoney& money) {
  const double chance = money.BreakEvenChance();
  if (chance == 0 || std::isinf(chance)) return chance;  // acting, or silence, is never worse
  base::Micros start = std::numeric_limits<base::Micros>::max();
  for (std::size_t i = 0; i < all.rows.size() && !examples.time.empty(); ++i) {
    if (all.fold[i] == fold) start = std::min(start, examples.time[all.rows[i]]);
  }
  std::vector<double> known;
  std::vector<std::uint8_t> positive;
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    const std::uint32_t row = all.rows[i];
    if (all.fold[i] == fold) continue;
    if (!examples.time.empty() && !(examples.time[row] < start && examples.time[row] + examples.wait <= start)) continue;
    known.push_back(scores[i]);
    positive.push_back(examples.outcome[row] > 0.5F ? 1 : 0);
  }
  if (!known.empty()) return ASSAY_TRY(objectives::BestThreshold(known, positive, money)).score;
  return std::isnan(chance) ? std::numeric_limits<double>::infinity() : chance;
}

FeasibilityItem RepetitionItem(const Ground& ground, const Gains& gains) {
  FeasibilityItem item = StartItem("repetition");
  item.method = "equal cases = rows with all features exactly equal; decided alike = two rows of a case agree (numbers: share of the variance that a case shares); money = decisions per day x out-of-fold value of acting, thresholds chosen on the other folds (with time on outcomes known by then; before any is known, and for a rule always, the chance from which acting pays), over always or never acting, less the cost; intervals by unit";
  const Cases cases = FindCases(ground.examples);
  std::vector<double> recurs(cases.of_row.size());
  for (std::size_t i = 0; i < recurs.size(); ++i) recurs[i] = cases.sizes[cases.of_row[i]] > 1 ? 1 : 0;
  const evidence::Estimate recurring = ToEstimate(stats::ClusterRate(recurs, ground.dependence.Clusters()));
  const Alikeness alikeness = MeasureAlikeness(ground, cases);
  const bool classes = ground.examples.task == learn::Task::kBinary || ground.examples.task == learn::Task::kMulticlass;
  item.figures.push_back(MakeFigure("recurring", "rows whose case occurs more than once", recurring, "share"));
  item.figures.push_back(MakeFigure("decided_alike", classes ? "pairs of equal cases with the same outcome" : "variance of the outcome that equal cases share", alikeness.alike, "share"));
  if (classes && std::isfinite(alikeness.alike.value)) item.figures.push_back(MakeFigure("alike_by_chance", "any pairs of these rows with the same outcome", WithoutInterval(alikeness.by_chance, "the yardstick of the figure above"), "share"));
  item.answer = base::ReadableShare(recurring.value) + " of the rows are cases that recur";
  if (std::isfinite(alikeness.alike.value)) item.answer += classes ? ", and two of a case turn out alike in " + base::ReadableShare(alikeness.alike.value) + " (any two: " + base::ReadableShare(alikeness.by_chance) + ")" : ", and equal cases share " + base::ReadableShare(std::max(0.0, alikeness.alike.value)) + " of the outcome's variance";
  item.answer += ".";
  JudgeMoney(ground, gains, &item);
  return item;
}

// Rows that stand in the data more than once, every column included, may sit on both sides of a split.
void JudgeDuplicates(const Ground& ground, const Gains& gains, FeasibilityItem* leakage) {
  Examples every = ground.examples;
  every.features.clear();
  for (std::size_t c = 0; c < every.table->num_columns(); ++c) every.features.push_back({c, "", ""});
  const Cases cases = FindCases(every);
  std::vector<double> twin;
  std::vector<std::uint32_t> unit;
  learn::Rows alone;
  std::vector<double> best, constant;
  const std::size_t k = ground.examples.num_outputs();
  for (std::size_t i = 0; i < gains.all.rows.size(); ++i) {
    const std::uint32_t row = gains.all.rows[i];
    const bool twice = cases.sizes[cases.of_row[row]] > 1;
    twin.push_back(twice ? 1 : 0);
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[row]);
    if (twice) continue;
    alone.push_back(row);
    best.insert(best.end(), gains.best->begin() + static_cast<std::ptrdiff_t>(i * k), gains.best->begin() + static_cast<std::ptrdiff_t>((i + 1) * k));
    constant.insert(constant.end(), gains.all.constant.begin() + static_cast<std::ptrdiff_t>(i * k), gains.all.constant.begin() + static_cast<std::ptrdiff_t>((i + 1) * k));
  }
  evidence::Estimate share = ToEstimate(stats::ClusterRate(twin, ground.dependence.Clusters(unit)));
  if (const std::int64_t held = ground.gathered.copied_rows; held > 0) {
    share = WithoutInterval(static_cast<double>(held) / static_cast<double>(ground.examples.num_rows()), "counted over all rows, columns that name rows left aside");
    leakage->answer += " " + base::ReadableShare(share.value) + " of the rows are copies of another one, the outcome included; copies are held together, so that none stands on both sides of a split.";
  }
  leakage->figures.push_back(MakeFigure("duplicates", "judged rows that stand in the data again, every column equal", share, "share"));
  if (!(share.value >= 0.005) || ground.examples.task == learn::Task::kRanking || ground.gathered.copied_rows > 0) return;
  const bool together = !ground.examples.unit.empty() || !ground.examples.time.empty();
  leakage->answer += " " + base::ReadableShare(share.value) + " of the rows stand there more than once, " + (together ? std::string("at the same ") + (ground.examples.unit.empty() ? "time" : "unit") + " and so on the same side of a split" : std::string("so a split can hold the same row on both sides"));
  if (alone.size() < 100) {
    leakage->answer += together ? "." : "; too few stand there once to judge without them. Coarse columns make equal rows by themselves, so they need not be copies.";
    return;
  }
  const learn::Judge judge(ground.examples, alone, constant, ground.dependence.Clusters());
  const evidence::Estimate gain = ToEstimate(judge.Improvement(ground.metric, best, constant));
  leakage->figures.push_back(MakeFigure("gain_without_duplicates", "gain over the constant on rows that stand there once", gain, learn::MetricName(ground.metric)));
  leakage->answer += "; on the others the gain is " + EstimateInWords(gain) + ".";
}

}  // namespace assay::lifecycle
