#include "lifecycle/holdout_slices.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "expression/expression.h"
#include "learn/metrics.h"
#include "lifecycle/estimates.h"
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

SliceOptions ProjectSliceOptions() {
  SliceOptions options;
  options.honest = 0.5;
  options.distinct = 0.8;
  options.ranges = true;
  options.bins = 4;  // with ranges of finer bins the search fits thresholds to noise
  return options;
}

Result<evidence::SlicesReport> SlicesOfHoldout(const Gathered& gathered, const HoldoutLosses& losses, const Stake& stake, const MoneySettings& money, const SliceOptions& options, const RunContext& context) {
  const learn::Examples& examples = gathered.examples;
  if (!losses.rows.empty() && losses.rows.back() >= static_cast<std::size_t>(examples.num_rows())) return Error{ErrorCode::kInternal, "the holdout's losses are of other data"};
  SliceRows rows;
  std::vector<table::Column> columns;
  const std::vector<std::string> time_columns = expression::ColumnsOf(examples.time_text);
  for (const learn::Feature& feature : examples.features) {
    // Earlier rows are searched and later ones measured: a condition on the year would hold in one half only.
    if (feature.name.starts_with("year(") && base::IsAmong(time_columns, feature.source)) continue;
    rows.columns.push_back(columns.size());
    columns.push_back(examples.table->column(feature.column).Take(losses.rows));
  }
  for (const learn::Derivation& derivation : examples.derivations) rows.expressions[derivation.name] = derivation.expression;
  rows.table = std::make_shared<const table::Table>(ASSAY_TRY(table::Table::Create(std::move(columns))));
  rows.losses = losses.losses;
  rows.loss_text = losses.loss;
  const bool ranking = examples.task == learn::Task::kRanking && examples.unit.empty();
  const std::vector<std::uint32_t>& unit = ranking ? examples.query : examples.unit;
  rows.num_units = ranking ? examples.num_queries : examples.num_units;
  rows.unit_text = ranking ? examples.query_text : examples.unit_text;
  rows.time_text = examples.time_text;
  for (const std::uint32_t row : losses.rows) {
    if (!unit.empty()) rows.unit.push_back(unit[row]);
    if (!examples.time.empty()) rows.time.push_back(examples.time[row]);
    rows.source_rows.push_back(gathered.source_rows[row]);
  }
  rows.stake = stake.per_row;
  rows.no_stake = stake.reason;
  rows.decisions_per_day = money.decisions_per_day;
  rows.currency = money.currency;
  Result<evidence::SlicesReport> found = FindSlices(rows, options, context);
  if (!found && found.error().code != ErrorCode::kInvalidInput && found.error().code != ErrorCode::kTooLarge) return found.error();
  evidence::SlicesReport report;
  if (found) {
    report = std::move(*found);
  } else {
    // A holdout of too few units, say, has no slices to show and is no failure of the run.
    report.header.report = "slices";
    report.loss = rows.loss_text;
    report.mean_loss = WithoutInterval(std::numeric_limits<double>::quiet_NaN(), found.error().message);
    report.reason = found.error().message;
    report.summary = "No slices: " + report.reason + ".";
  }
  report.header.data = gathered.data;
  report.search.seconds = std::numeric_limits<double>::quiet_NaN();
  report.search.seconds_reason = "the times of a run stand in timing";
  return report;
}

}  // namespace assay::lifecycle
