// The item of the checklist about proxies: whether features stand in for traits of people.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::Verdict;
using learn::Rows;

// How well the features tell one trait, out of fold: the most frequent value against the rest, or above the median.
struct Proxy {
  stats::Interval auc;
  std::vector<std::uint8_t> trait;  // per judged row; 2 = missing
  std::string value;
};

Result<Proxy> MeasureProxy(const Workbench& bench, const table::Column& column, double level, const RunContext& context) {
  learn::Examples examples = bench.examples();
  examples.task = learn::Task::kBinary;
  examples.classes = {"no", "yes"};
  std::erase_if(examples.features, [&](const learn::Feature& f) { return f.source == column.name() || f.name == column.name(); });
  if (examples.features.empty()) return Error{ErrorCode::kNumeric, "there is no other feature"};
  std::vector<double> numbers(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, numbers);
  std::map<double, std::int64_t> counts;
  std::vector<double> known;
  for (const std::uint32_t row : bench.sample) {
    if (std::isnan(numbers[row])) continue;
    ++counts[numbers[row]];
    known.push_back(numbers[row]);
  }
  if (counts.size() < 2) return Error{ErrorCode::kNumeric, "it has one value"};
  Proxy proxy;
  const bool is_number = column.type() == table::ColumnType::kNumber && counts.size() > 2;
  double split_at = 0;
  if (is_number) {
    std::nth_element(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2), known.end());
    split_at = known[known.size() / 2];
    proxy.value = ">= " + base::PlainNumber(split_at, 4);
  } else {
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    split_at = most->first;
    proxy.value = "= " + (column.type() == table::ColumnType::kCategory ? column.dictionary()[static_cast<std::size_t>(split_at)] : base::PlainNumber(split_at, 4));
  }
  examples.outcome.assign(examples.outcome.size(), 0.0F);
  for (std::size_t i = 0; i < numbers.size(); ++i) examples.outcome[i] = !std::isnan(numbers[i]) && (is_number ? numbers[i] >= split_at : numbers[i] == split_at) ? 1.0F : 0.0F;
  const auto known_rows = [&](const Rows& rows) {
    Rows kept;
    for (const std::uint32_t row : rows) {
      if (!std::isnan(numbers[row])) kept.push_back(row);
    }
    return kept;
  };
  std::vector<learn::Split> folds;
  for (const learn::Split& fold : bench.folds) {
    learn::Split of_known{known_rows(fold.train), known_rows(fold.test)};
    if (!of_known.train.empty() && !of_known.test.empty()) folds.push_back(std::move(of_known));
  }
  proxy.auc = ASSAY_TRY(TellApart(examples, examples.features, folds, bench.dependence, level, context));
  for (const std::uint32_t row : bench.judged) proxy.trait.push_back(std::isnan(numbers[row]) ? 2 : examples.outcome[row] > 0.5F ? 1 : 0);
  return proxy;
}

// Mean score where the trait holds minus where it does not; of several classes the largest of those surely not 0, else the largest.
struct ScoreGap {
  Estimate estimate;
  std::string score;  // whose
  bool felt() const { return estimate.low > 0 || estimate.high < 0; }
};

// The classes share what 1 - level leaves.
Result<ScoreGap> MeasureScoreGap(const Workbench& bench, const Proxy& proxy, double level) {
  const std::size_t k = bench.examples().num_outputs();
  level = 1 - (1 - level) / static_cast<double>(k);
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
  for (std::size_t i = 0; i < bench.judged.size(); ++i) {
    if (proxy.trait[i] > 1) continue;
    inside.push_back(proxy.trait[i]);
    if (!bench.dependence.unit.empty()) unit.push_back(bench.dependence.unit[bench.judged[i]]);
  }
  ScoreGap largest;
  for (std::size_t c = 0; c < k; ++c) {
    std::vector<double> scores;
    for (std::size_t i = 0; i < bench.judged.size(); ++i) {
      if (proxy.trait[i] <= 1) scores.push_back(bench.boosted.out_of_fold[i * k + c]);
    }
    const ScoreGap gap{WithInterval(ASSAY_TRY(stats::ClusterDifference(scores, inside, bench.dependence.Clusters(unit), level)).difference, level), k > 1 ? "chance of '" + bench.examples().classes[c] + "'" : "score"};
    const bool larger = gap.felt() != largest.felt() ? gap.felt() : std::abs(gap.estimate.value) > std::abs(largest.estimate.value);
    if (c == 0 || larger) largest = gap;
  }
  return largest;
}

}  // namespace

Result<ItemAnswer> DecideProxies(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "boosted trees predict each sensitive trait from the features, out of fold (area under the curve; above 0.65 the features know it), and the mean score of the model with and without the trait; both by unit, simultaneous over the traits" + std::string(bench.examples().num_outputs() > 1 ? " and the score over the classes" : "") + " (Bonferroni)";
  const std::vector<std::string> sensitive = bench.sensitive_columns();
  answer.figures.push_back(MakeFigure("columns_scanned", "columns scanned for traits of people", WithoutInterval(static_cast<double>(bench.gathered.source->num_columns()), "a count")));
  answer.figures.push_back(MakeFigure("sensitive_columns", "columns about traits of people", WithoutInterval(static_cast<double>(sensitive.size()), "a count")));
  if (sensitive.empty()) {
    answer.verdict = Verdict::kSupported;
    answer.answer = "Yes, as far as these data go: no column is declared sensitive and none of the " + std::to_string(bench.gathered.source->num_columns()) + " is named like a trait of people. Traits that were never recorded cannot be tested.";
    return answer;
  }
  const double level = 1 - 0.05 / static_cast<double>(2 * sensitive.size());
  std::vector<std::string> stands_in;
  bool open = false;
  for (const std::string& name : sensitive) {
    const table::Column& column = bench.examples().table->column(ASSAY_TRY(bench.examples().table->IndexOf(name)));
    const Result<Proxy> proxy = MeasureProxy(bench, column, level, context);
    if (!proxy) {
      open = true;
      answer.findings.push_back({name, "proxy", WithoutInterval(std::nan(""), proxy.error().message), false, "'" + name + "' could not be tested: " + proxy.error().message});
      continue;
    }
    const Result<ScoreGap> measured = MeasureScoreGap(bench, *proxy, level);
    if (!measured) {
      open = true;
      answer.findings.push_back({name, "proxy", WithoutInterval(std::nan(""), measured.error().message), false, "whether the scores differ by '" + name + "' could not be tested: " + measured.error().message});
      continue;
    }
    const ScoreGap& gap = *measured;
    const Estimate auc = WithInterval(proxy->auc, level);
    const bool accused = auc.low > kProxyAuc && gap.felt();
    open = open || (!accused && auc.high > kProxyAuc && auc.low <= kProxyAuc);
    if (accused) stands_in.push_back(name);
    answer.findings.push_back({name + " " + proxy->value, "proxy", auc, accused, "the features tell '" + name + " " + proxy->value + "' with an area under the curve of " + EstimateInWords(auc) + "; the model's " + gap.score + " differs by " + EstimateInWords(gap.estimate) + " where it holds"});
  }
  answer.verdict = !stands_in.empty() ? Verdict::kRefuted : open ? Verdict::kInconclusive : Verdict::kSupported;
  answer.answer = !stands_in.empty() ? "No: the features know " + base::Join(stands_in, ", ") + ", and the model's scores differ by it." : open ? "Not decided for every trait." : "Yes: no sensitive trait is both known to the features and felt in the scores.";
  return answer;
}

}  // namespace assay::lifecycle
