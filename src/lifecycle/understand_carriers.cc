// Which segments carry the phenomenon.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "lifecycle/slices.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

namespace {

constexpr std::int64_t kMostCarriers = 5;

std::string Answer(const evidence::SlicesReport& report, bool number, bool excess) {
  const auto level = [&](double value) { return number ? base::ReadableNumber(value, 3) : base::ReadableShare(value); };
  const auto first = std::find_if(report.slices.begin(), report.slices.end(), [](const evidence::Slice& s) { return s.q_value < 0.05 && s.difference > 0; });
  if (report.slices.empty()) return "No segment carries it: " + report.reason + ".";
  if (first == report.slices.end()) return "No segment is shown to carry it: what stood out in the rows searched does not hold in the others.";
  const base::ReadableEnds ends = base::ReadableInterval(100 * first->difference, 100 * first->low, 100 * first->high);
  const base::ReadableEnds plain = base::ReadableInterval(first->difference, first->low, first->high);
  return "It is carried most by " + first->text + ": " + (excess ? "rows there lie " + level(first->loss_mean) + " above the mean of all on average (those below it count 0), against " + level(report.mean_loss) + " in all rows, " : (number ? "on average " : "") + level(first->loss_mean) + " there against " + level(report.mean_loss) + " in all rows, ") +
         (number ? plain.value + " above the rest (" + plain.low + " to " + plain.high + ")" : ends.value + " percentage points above the rest (" + ends.low + " to " + ends.high + ")") + ", in " + base::ReadableShare(first->share) + " of the rows.";
}

}  // namespace

Result<evidence::SlicesReport> FindCarriers(const Gathered& gathered, const RunContext& context) {
  const learn::Examples& examples = gathered.examples;
  std::vector<double> amount = OutcomeNumbers(examples);
  const bool number = examples.task == learn::Task::kRegression || examples.task == learn::Task::kRanking;
  if (examples.task == learn::Task::kRegression) {
    const double mean = std::accumulate(amount.begin(), amount.end(), 0.0) / static_cast<double>(amount.size());
    for (double& value : amount) value = std::max(0.0, value - mean);
  }
  learn::Rows all(amount.size());
  std::iota(all.begin(), all.end(), 0U);
  const SliceRows rows = ASSAY_TRY(SliceRowsOf(gathered, all, std::move(amount), examples.task == learn::Task::kRegression ? "how far '" + examples.outcome_text + "' lies above its mean" : examples.outcome_text));
  SliceOptions options = ProjectSliceOptions();
  options.k = kMostCarriers;
  evidence::SlicesReport report = ASSAY_TRY(SlicesOfStep(gathered, rows, options, context));
  report.summary = Answer(report, number, examples.task == learn::Task::kRegression);
  return report;
}

}  // namespace assay::lifecycle
