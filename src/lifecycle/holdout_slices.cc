#include "lifecycle/holdout_slices.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "learn/metrics.h"
#include "lifecycle/internal/sealed_file.h"

namespace assay::lifecycle {

namespace {

constexpr char kMagic[] = "assay holdout losses 1\n";

struct LossKind {
  learn::Metric metric;
  const char* words;
};
constexpr LossKind kKinds[] = {{learn::Metric::kLogLoss, "log loss"}, {learn::Metric::kBrier, "Brier loss"}, {learn::Metric::kAccuracy, "wrong answers (1 = wrong)"}, {learn::Metric::kRmse, "squared error"}, {learn::Metric::kMae, "absolute error"}};

}  // namespace

HoldoutLosses LossesOnHoldout(const LadderPredictions& predictions, const learn::Examples& examples, const std::string& metric) {
  HoldoutLosses out;
  out.rung = predictions.chosen;
  out.rows = predictions.holdout_rows;
  const std::string of = " of '" + predictions.chosen + "'";
  if (examples.task == learn::Task::kRanking) {
    out.loss = "displacement in the list" + of + " (0 = in its place, 1 = as far away as can be)";
    out.losses = learn::Displacements(examples, out.rows, predictions.chosen_holdout);
    return out;
  }
  learn::Metric loss = learn::LossMetric(examples);
  const Result<learn::Metric> wanted = learn::ParseMetric(metric);
  for (const LossKind& kind : kKinds) {
    if (wanted && *wanted == kind.metric && learn::MetricApplies(kind.metric, examples.task)) loss = kind.metric;
  }
  for (const LossKind& kind : kKinds) {
    if (kind.metric == loss) out.loss = kind.words + of;
  }
  out.losses.resize(out.rows.size());
  learn::RowLosses(loss, examples, out.rows, predictions.chosen_holdout, out.losses);
  return out;
}

Result<void> SaveHoldoutLosses(const std::filesystem::path& path, const HoldoutLosses& losses) {
  SealedWriter out(kMagic);
  out.Put(losses.rung);
  out.Put(losses.loss);
  out.Put(losses.rows);
  out.Put(losses.losses);
  return out.Write(path);
}

Result<HoldoutLosses> LoadHoldoutLosses(const std::filesystem::path& path) {
  SealedReader in = ASSAY_TRY(SealedReader::Open(path, kMagic));
  HoldoutLosses losses;
  if (!in.Take(&losses.rung) || !in.Take(&losses.loss) || !in.Take(&losses.rows) || !in.Take(&losses.losses) || !in.empty() || losses.rows.size() != losses.losses.size()) return in.Damaged();
  return losses;
}

Stake StakeOnHoldout(const DecisionRows& rows, const evidence::ValueReport& value, const std::string& rung, const MoneySettings& money) {
  if (!value.reason.empty()) return {{}, value.reason};
  if (std::isnan(money.decisions_per_day)) return {{}, value.decisions_per_day_reason};
  const auto valued = std::find_if(value.rungs.begin(), value.rungs.end(), [&](const evidence::RungValue& r) { return r.name == rung; });
  const auto scored = std::find_if(rows.rungs.begin(), rows.rungs.end(), [&](const DecisionRows::Rung& r) { return r.name == rung; });
  if (valued == value.rungs.end() || scored == rows.rungs.end()) return {{}, "decisions by '" + rung + "' have no measured value"};
  const double threshold = std::isnan(valued->threshold) ? std::numeric_limits<double>::infinity() : valued->threshold;
  Stake stake;
  stake.per_row = objectives::MoneyPerRow(scored->holdout, rows.holdout_positive, money.money, threshold);
  for (std::size_t i = 0; i < stake.per_row.size(); ++i) {
    const bool positive = rows.holdout_positive[i] != 0;
    stake.per_row[i] = std::max(money.money.Of(true, positive), money.money.Of(false, positive)) - stake.per_row[i];
  }
  return stake;
}

Result<evidence::SlicesReport> SlicesOfHoldout(const Gathered& gathered, const HoldoutLosses& losses, const Stake& stake, const MoneySettings& money, const SliceOptions& options, const RunContext& context) {
  if (!losses.rows.empty() && losses.rows.back() >= static_cast<std::size_t>(gathered.examples.num_rows())) return Error{ErrorCode::kInternal, "the holdout's losses are of other data"};
  SliceRows rows = ASSAY_TRY(SliceRowsOf(gathered, losses.rows, losses.losses, losses.loss));
  rows.stake = stake.per_row;
  rows.no_stake = stake.reason;
  rows.decisions_per_day = money.decisions_per_day;
  rows.currency = money.currency;
  return SlicesOfStep(gathered, rows, options, context);
}

}  // namespace assay::lifecycle
