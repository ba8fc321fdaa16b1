#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lifecycle/internal/feasibility_items.h"
#include "stats/confident_learning.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Verdict;
using learn::Examples;

// Up to this share of wrong labels, as upper limit, the labels count as clean.
constexpr double kCleanLabels = 0.1;

void AddDelay(const Ground& ground, FeasibilityItem* item, std::string* words) {
  const std::optional<OutcomeDelays> delay = MeasureDelays(ground.gathered, ground.dependence);
  const base::Micros wait = ground.examples.wait;
  *words = wait > 0 ? ", stated to be known after " + base::FormatDuration(wait) : ", after an unstated wait";
  if (!delay || !delay->follows_outcome) return;
  const evidence::Estimate median = delay->Quantile(0.5), most = delay->Quantile(0.95);
  item->figures.push_back(MakeFigure("label_delay_median", "hours until half of the outcomes are known ('" + delay->column + "')", median, "hours"));
  item->figures.push_back(MakeFigure("label_delay_95", "hours until 95 % of the outcomes are known ('" + delay->column + "')", most, "hours"));
  *words += "; by '" + delay->column + "' half are known after " + base::ReadableNumber(median.value, 3) + " hours and 95 % after " + base::ReadableNumber(most.value, 3);
  const double stated = static_cast<double>(wait) / 3.6e9;
  if (wait > 0 && most.low > stated) {
    item->verdict = Verdict::kInconclusive;
    *words += ", which is longer than the stated wait";
  }
}

// The rarest class with fewer rows than the share of doubts that counts as clean, and more doubts about it than that share of its rows: what is little of
// all labels may be much of its own. Nothing where there is none.
std::optional<std::size_t> DoubtedRareClass(const stats::ConfidentJoint& joint, const std::vector<std::uint32_t>& labels, std::size_t num_classes) {
  std::vector<double> share(num_classes, 0.0);
  for (const std::uint32_t label : labels) share[label] += 1 / static_cast<double>(labels.size());
  std::optional<std::size_t> rarest;
  for (std::size_t c = 0; c < num_classes; ++c) {
    double doubts = 0;
    for (std::size_t other = 0; other < num_classes; ++other) doubts += other == c ? 0 : joint.joint[c * num_classes + other] + joint.joint[other * num_classes + c];
    if (share[c] == 0 || share[c] >= kCleanLabels || doubts <= kCleanLabels * share[c]) continue;
    if (!rarest || share[c] < share[*rarest]) rarest = c;
  }
  return rarest;
}

// The pair of classes that are mistaken for each other most.
std::string MostMistaken(const stats::ConfidentJoint& joint, const std::vector<std::string>& classes) {
  const std::size_t k = classes.size();
  std::size_t given = 0, guess = 1;
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) {
      if (a != b && joint.joint[a * k + b] > joint.joint[given * k + guess]) given = a, guess = b;
    }
  }
  const double share = joint.joint[given * k + guess];
  return share > 0 ? ", most often '" + classes[given] + "' that looks like '" + classes[guess] + "' (" + base::ReadableShare(share) + " of the rows)" : "";
}

void AddNoise(const Ground& ground, const Gains& gains, FeasibilityItem* item, std::string* words) {
  const Examples& examples = ground.examples;
  const bool binary = examples.task == learn::Task::kBinary;
  if (!binary && examples.task != learn::Task::kMulticlass) return;
  const std::size_t k = binary ? 2 : examples.classes.size();
  std::vector<std::uint32_t> labels, unit;
  for (const std::uint32_t row : gains.all.rows) {
    labels.push_back(static_cast<std::uint32_t>(examples.outcome[row]));
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[row]);
  }
  std::vector<double> pairs;
  if (binary) {
    for (const double p : *gains.best) pairs.insert(pairs.end(), {1 - p, p});
  }
  const Result<stats::ConfidentJoint> joint = stats::FindConfidentJoint(labels, binary ? pairs : *gains.best, k);
  if (!joint) return;
  const evidence::Estimate noise = ToEstimate(stats::NoiseInterval(*joint, labels, ground.dependence.Clusters(unit)));
  item->figures.push_back(MakeFigure("label_noise", "labels that confident learning doubts: at most this many are wrong (where features say little, most doubts are ignorance)", noise, "share"));
  std::vector<double> rows_of(k, 0.0);
  for (const std::uint32_t label : labels) rows_of[label] += 1;
  // Where the largest class alone is right more often, the doubts are ignorance and bound nothing.
  const double by_constant = *std::max_element(rows_of.begin(), rows_of.end()) / static_cast<double>(labels.size());
  if (1 - noise.value >= by_constant) item->figures.push_back(MakeFigure("accuracy_ceiling", "share of right classes that no model can exceed if all of them are wrong", WithoutInterval(1 - noise.value, "1 less the figure above"), "share"));
  const std::optional<std::size_t> rare = DoubtedRareClass(*joint, labels, k);
  const bool clean = noise.high <= kCleanLabels && !rare;
  *words += "; confident learning doubts " + base::ReadableShare(noise.value) + " of the labels";
  if (rare) {
    const std::string name = binary && examples.classes.empty() ? "positive" : examples.classes[*rare];
    *words += ", where '" + name + "' are " + base::ReadableShare(rows_of[*rare] / static_cast<double>(labels.size()));
  }
  if (!binary) *words += MostMistaken(*joint, examples.classes);
  if (clean) {
    *words += ", so they are clean";
  } else {
    // What calibrated probabilities leave open, wrong labels leave open as well: only a look at the cases tells them apart.
    item->verdict = Verdict::kInconclusive;
    *words += ": whether they are wrong, or the features cannot tell the cases apart, only a second look can tell; 300 rows drawn at random give their share to within 6 points";
  }
}

}  // namespace

FeasibilityItem CollectionItem(const Ground& ground, const Gains& gains) {
  FeasibilityItem item = StartItem("collection");
  item.method = "share of rows with an outcome; delay from a time column that is known exactly where the outcome is; label noise by confident learning on the best model's out-of-fold probabilities (Northcutt, Jiang, Chuang 2021), intervals by unit; supported from half of the rows with an outcome on, unless 95 % of the outcomes take longer than the stated wait or the upper limit of the doubted labels exceeds 10 %, or the doubts about a rarer class 10 % of its rows" +
                std::string(ground.examples.task == learn::Task::kBinary || ground.examples.task == learn::Task::kMulticlass ? "" : "; noise is not judged: confident learning needs classes");
  const auto labelled = static_cast<double>(ground.gathered.examples.num_rows());
  const double rate = labelled / (labelled + static_cast<double>(ground.gathered.rows_without_outcome));
  item.figures.push_back(MakeFigure("label_rate", "rows with an outcome", WithoutInterval(rate, "counted over all rows, not estimated from a sample"), "share"));
  item.verdict = rate >= 0.5 ? Verdict::kSupported : Verdict::kInconclusive;
  std::string delay, noise;
  AddDelay(ground, &item, &delay);
  AddNoise(ground, gains, &item, &noise);
  item.answer = (item.verdict == Verdict::kSupported ? "Yes: " : "Open: ") + base::ReadableShare(rate) + " of the rows have an outcome" + delay + noise + ".";
  return item;
}

}  // namespace assay::lifecycle
