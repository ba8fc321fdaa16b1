// Parts of the trade-off that stand in files of their own.
#pragma once

#include <string>
#include <vector>

#include "lifecycle/frontier.h"
#include "lifecycle/tradeoff.h"

namespace assay::lifecycle {

// Items that both objectives score, as they are blended.
struct TradeoffItems {
  FrontierProblem problem;   // objectives and guardrails, for words
  FrontierItems choice, holdout;
  std::vector<double> scales;
  std::int64_t without_guardrail = 0;
};
// kNumeric, with the reason in words for people, where nothing can be blended.
Result<TradeoffItems> GatherTradeoff(const TradeoffInput& input, const TradeoffSettings& settings, const RunContext& context);

// A few queries of the holdout with their items: those with the most items that are not too many to show.
std::vector<evidence::TradeoffQuery> ExampleLists(const TradeoffItems& items, const table::Table& source, const std::string& query);

std::string TradeoffSummary(const evidence::TradeoffReport& report);

}  // namespace assay::lifecycle
