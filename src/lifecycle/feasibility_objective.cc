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
constexpr double kOneRow = 0.5, kAlone = 0.9;  // of the constant's squared error: from there on one row is all there is

struct Largest {
  double value = 0, share = 0;
};
// The outcome farthest from the mean, and how much of all squares is its own.
Largest LargestSquare(const learn::Examples& examples) {
  double mean = 0, all = 0, most = 0;
  for (const float y : examples.outcome) mean += static_cast<double>(y) / static_cast<double>(examples.outcome.size());
  Largest largest;
  for (const float y : examples.outcome) {
    const double square = (static_cast<double>(y) - mean) * (static_cast<double>(y) - mean);
    all += square;
    if (square > most) most = square, largest.value = static_cast<double>(y);
  }
  largest.share = all > 0 ? most / all : 0;
  return largest;
}

}  // namespace

evidence::FeasibilityItem ObjectiveItem(const learn::Examples& examples, const Dependence& dependence, bool* unusable) {
  using evidence::Verdict;
  evidence::FeasibilityItem item = StartItem("objective");
  item.method = "counts: unusable with fewer than 30 rows, or fewer than 10 outside the most frequent value; usable from 50 of them on. Numbers judged by squared error: unusable where one row makes more than nine tenths of the constant's, not decided from half on";
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
  if (!*unusable && examples.task == learn::Task::kRegression && !examples.aims_at_median()) {
    const Largest largest = LargestSquare(examples);
    item.figures.push_back(MakeFigure("largest_share", "share of the constant's squared error that one row makes", WithoutInterval(largest.share, "a count of these rows"), "share"));
    if (largest.share > kOneRow) {
      *unusable = largest.share > kAlone;
      item.verdict = *unusable ? Verdict::kRefuted : Verdict::kInconclusive;
      item.answer = std::string(*unusable ? "No" : "Hardly") + ": one row, whose outcome is " + base::ReadableNumber(largest.value) + ", makes " + base::ReadableShare(largest.share) + " of the squared error, so that every figure would be about that row. If it is a mistake leave it out (a row filter); else let absolute errors judge (metric mae) or take the logarithm of the outcome.";
      return item;
    }
  }
  item.answer = *unusable ? "No: only " + part + "." : enough ? "Yes: " + part + "." : "Hardly: only " + part + ".";
  return item;
}

}  // namespace assay::lifecycle
