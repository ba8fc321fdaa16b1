#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/train_parts.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {

// Every rung starts from the level of its training rows: where that of the holdout differs, a skill above 0 can still be worse than
// the holdout's own mean. "" where no difference is shown.
std::string LevelShift(const learn::Examples& examples, const learn::Split& split, const Dependence& dependence) {
  std::vector<double> values;
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
  for (const learn::Rows* rows : {&split.train, &split.test}) {
    for (const std::uint32_t row : *rows) {
      values.push_back(static_cast<double>(examples.outcome[row]));
      inside.push_back(rows == &split.test ? 1 : 0);
      if (!dependence.unit.empty()) unit.push_back(dependence.unit[row]);
    }
  }
  const Result<stats::Difference> found = stats::ClusterDifference(values, inside, dependence.Clusters(unit));
  if (!found || !(found->difference.low > 0 || found->difference.high < 0)) return "";
  return "The outcome's mean is " + base::ReadableNumber(found->inside.value, 3) + " on the holdout and was " + base::ReadableNumber(found->outside.value, 3) + " on the rows that train, a difference of " +
         EstimateInWords(WithInterval(found->difference)) + ": every rung starts from the latter" + (examples.task == learn::Task::kRegression ? ", so a skill above 0 can still be worse than the holdout's own mean, which r2 is measured against." : "; its calibration shows what that does.");
}

// Rows of classes that no training row has: every model gives them the least chance there is.
std::string UnseenClasses(const learn::Examples& examples, const learn::Split& split) {
  std::vector<char> trained(examples.classes.size(), 0);
  for (const std::uint32_t row : split.train) trained[static_cast<std::size_t>(examples.outcome[row])] = 1;
  std::vector<std::int64_t> unseen(examples.classes.size(), 0);
  std::int64_t rows = 0;
  for (const std::uint32_t row : split.test) {
    const auto at = static_cast<std::size_t>(examples.outcome[row]);
    if (trained[at] == 0) ++unseen[at], ++rows;
  }
  std::vector<std::string> names;
  for (std::size_t c = 0; c < unseen.size(); ++c) {
    if (unseen[c] > 0) names.push_back("'" + examples.classes[c] + "'");
  }
  if (names.empty()) return "";
  return base::ReadableCount(rows) + (rows == 1 ? " row" : " rows") + " of the holdout " + (rows == 1 ? "is" : "are") + " of a class that no training row has (" + base::Join(names, ", ") + "): every rung gives " + (rows == 1 ? "it" : "them") + " next to no chance, and log loss and skill are dominated by that.";
}

}  // namespace

std::vector<std::string> HoldoutNotes(const learn::Examples& examples, const learn::Split& split, const Dependence& dependence) {
  std::string note;
  if (examples.task == learn::Task::kRegression || examples.task == learn::Task::kBinary) note = LevelShift(examples, split, dependence);
  if (examples.task == learn::Task::kMulticlass) note = UnseenClasses(examples, split);
  return note.empty() ? std::vector<std::string>() : std::vector<std::string>{note};
}

}  // namespace assay::lifecycle
