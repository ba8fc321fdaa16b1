// Parts of the trade-off that stand in files of their own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "learn/calibration.h"
#include "lifecycle/frontier.h"
#include "lifecycle/tradeoff.h"

namespace assay::lifecycle {

// Items that every objective scores, as they are blended: of a score, calibrated where that is asked for, the term of the blend (objectives/blend.h).
struct TradeoffItems {
  FrontierProblem problem;   // objectives and guardrails, for words
  FrontierItems choice, holdout;
  std::vector<double> scales;
  std::vector<learn::Calibration> maps;
  std::int64_t k = 10;
  std::int64_t filtered = 0;  // items that may not be shown
  std::vector<std::uint32_t> holdout_unit;  // of single rows: the unit of each of the holdout's, dense; empty: rows are independent
  bool units_cross = false;   // units have items in several lists, and lists of several units
  std::vector<std::string> notes;

  std::size_t num_objectives() const { return scales.size(); }
};
// kNumeric, with the reason in words for people, where nothing can be blended.
Result<TradeoffItems> GatherTradeoff(const TradeoffInput& input, const TradeoffSettings& settings, const RunContext& context);

// Of one value or more; 0 of one.
double StandardDeviation(std::span<const double> values);
// What a score becomes before it is blended.
learn::Task CalibrationTask(const std::string& task);
const char* CalibrationName(learn::Task task);  // "logistic" or "linear"

// How single rows are dealt into batches that stand for lists: up to a hundred, as few as the smaller of choosing and held-back rows ask for.
struct Batches {
  std::int64_t size = 100, shown = 10;  // rows of a batch, and how many of them are acted on: the share but for half a row
};
Batches BatchesOf(const TradeoffInput& input, double share);
struct Dealt {
  std::vector<std::uint32_t> batch;           // per row; rows left over have num_batches
  std::uint32_t num_batches = 0;
  std::vector<std::uint32_t> group_of_batch;  // batches of one group share units with each other and with no other; empty: rows are independent
};
// Drawn by seed. Where units have several rows, whole units are dealt into groups of even size first, and batches are made within groups.
Dealt DealBatches(const std::vector<std::uint64_t>& units, std::int64_t size, std::uint64_t seed);
// The unit of each query where queries lie whole in units that have several of them, sessions of one user; empty where each unit lies in one query, or where `cross`
// is set: units in several queries, and queries of several units. `query`, `unit`: per item.
std::vector<std::uint32_t> UnitsOfQueries(const std::vector<std::uint32_t>& query, std::uint32_t num_queries, const std::vector<std::uint64_t>& unit, bool* cross);
inline constexpr const char* kUnitsCross = "one unit (data.unit) has items in several lists and lists have items of several units, so intervals, which take lists as independent, may be too narrow";
std::vector<std::uint32_t> NumberedAsTheyAppear(const std::vector<std::uint64_t>& keys, std::uint32_t* count);

// The weights in use, and where they stand.
struct CurrentWeights {
  std::vector<double> weights;  // per objective, sum 1
  std::string from;             // "asked", "policy" or "charter"
  std::vector<double> least, most;  // per objective, the bounds that the policy in use sets; empty: there is none that can be read
  std::vector<std::string> notes;
  std::string InWords() const;  // "the charter's weights"
};
CurrentWeights CurrentWeightsOf(const TradeoffInput& input, const TradeoffSettings& settings, const TradeoffItems& items);

inline constexpr std::int64_t kTradeoffDraws = 2000;  // of queries, for intervals
std::vector<double> Blended(const FrontierItems& part, const std::vector<double>& weights);

// Lists by one weighting, on the rows that choose and on those held back. All it is given outlives it.
class WeighedLists {
 public:
  WeighedLists(const TradeoffItems& items, std::vector<double> weights, const objectives::FrontierOptions& options, const RunContext& context) : items_(items), weights_(std::move(weights)), options_(options), context_(context) {}

  Result<evidence::FrontierAt> OnHoldout() const;
  // Whether another objective is bought with the first; `whose`: "the charter's weights".
  Result<evidence::ClickbaitAlarm> Alarm(const std::string& whose) const;
  // Per list, against other weights; `amounts`: money per unit of each metric.
  Result<evidence::Estimate> MoneyOnHoldout(const std::vector<double>& amounts, const std::vector<double>& current) const;
  // The blend that a share of the choosing rows reaches; `at` becomes what acting on every row of the holdout that reaches it gives.
  Result<evidence::ThresholdPoint> Threshold(double share, evidence::FrontierAt* at) const;

 private:
  Result<objectives::Frontier> Lists(const FrontierItems& part, const std::vector<double>& weights) const;

  const TradeoffItems& items_;
  std::vector<double> weights_;
  objectives::FrontierOptions options_;
  const RunContext& context_;
};

// Everything of the report that comes from looking at weights.
Result<void> WeighItems(const TradeoffItems& items, const TradeoffSettings& settings, const CurrentWeights& current, evidence::TradeoffReport* report, const RunContext& context);

// A few queries of the holdout with their items: those with the most items that are not too many to show.
std::vector<evidence::TradeoffQuery> ExampleLists(const TradeoffItems& items, const table::Table& source, const std::string& query);

// "101 million (95 % interval 50 to 151)".
std::string MetricInWords(const evidence::Estimate& e);
std::string TradeoffSummary(const evidence::TradeoffReport& report);

}  // namespace assay::lifecycle
