#include <algorithm>
#include <map>

#include "base/text.h"
#include "lifecycle/internal/feasibility_items.h"
#include "stats/cluster_rate.h"

namespace assay::lifecycle {

namespace {
constexpr std::int64_t kLeastClassRows = 10;  // below, the outcome is unusable: no interval says anything
constexpr std::int64_t kEnoughClassRows = 50;
constexpr std::int64_t kLeastRows = 30;
}  // namespace

evidence::FeasibilityItem ObjectiveItem(const learn::Examples& examples, const Dependence& dependence, bool* unusable) {
  using evidence::Verdict;
  evidence::FeasibilityItem item = StartItem("objective");
  item.method = "counts: unusable with fewer than 30 rows, or fewer than 10 outside the most frequent value; usable from 50 of them on";
  std::map<float, std::int64_t> counts;
  for (const float y : examples.outcome) {
    if (counts.size() <= 2000 || counts.contains(y)) ++counts[y];
  }
  float frequent = examples.outcome[0];
  for (const auto& [value, count] : counts) {
    if (count > counts[frequent]) frequent = value;
  }
  const std::int64_t rows = examples.num_rows();
  const std::int64_t others = rows - counts[frequent];
  *unusable = rows < kLeastRows || others < kLeastClassRows;
  const bool enough = others >= kEnoughClassRows;
  item.verdict = *unusable ? Verdict::kRefuted : enough ? Verdict::kSupported : Verdict::kInconclusive;
  item.figures.push_back(MakeFigure("rows", "rows with a known outcome", WithoutInterval(static_cast<double>(rows), "a count"), "rows"));
  std::vector<double> differs;
  for (const float y : examples.outcome) differs.push_back(y != frequent ? 1 : 0);
  const evidence::Estimate share = ToEstimate(stats::ClusterRate(differs, dependence.Clusters()));
  item.figures.push_back(MakeFigure("other_share", "rows outside the most frequent value", share, "share"));
  const bool classes = examples.task == learn::Task::kBinary || examples.task == learn::Task::kMulticlass;
  const std::string part = base::ReadableCount(others) + " of " + base::ReadableCount(rows) + " rows lie outside its most frequent value" + (classes ? " (" + base::ReadableShare(share.value) + ")" : "");
  item.answer = *unusable ? "No: only " + part + "." : enough ? "Yes: " + part + "." : "Hardly: only " + part + ".";
  return item;
}

}  // namespace assay::lifecycle
