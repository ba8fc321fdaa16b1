#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/feasibility_items.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Finding;
using evidence::Verdict;
using learn::Examples;
using learn::Metric;

constexpr std::int64_t kProxyRows = 40'000;
constexpr std::size_t kMostGroups = 8;  // per sensitive column, the most frequent ones
constexpr std::size_t kShownProxies = 3;

// A sensitive column cut into groups of enough rows.
struct Sensitive {
  std::string column;
  std::size_t index = 0;
  Traits traits;                       // over the judged rows
  std::vector<std::uint32_t> groups;   // labels that are judged
};

// One thing that may differ between groups: a value per judged row, and the rows it is about.
struct Measure {
  const char* name;
  const char* words;
  std::vector<double> values;
  std::vector<std::uint8_t> about;  // empty: all rows
};

std::vector<Measure> MeasuresOf(const Ground& ground, const Gains& gains) {
  const Examples& examples = ground.examples;
  const learn::Rows& rows = gains.all.rows;
  std::vector<Measure> measures;
  const bool number = examples.task == learn::Task::kRegression, ranking = examples.task == learn::Task::kRanking;
  if (!ranking) {
    Measure error{"error", number ? "mean absolute error" : "share of wrong classes", {}, {}};
    error.values.resize(rows.size());
    learn::RowLosses(number ? Metric::kMae : Metric::kAccuracy, examples, rows, *gains.best, error.values);
    measures.push_back(std::move(error));
  }
  if (examples.task == learn::Task::kMulticlass) return measures;
  Measure base{"base_rate", examples.task == learn::Task::kBinary ? "share of positive outcomes" : "mean outcome", {}, {}};
  for (const std::uint32_t row : rows) base.values.push_back(static_cast<double>(examples.outcome[row]));
  Measure score{"mean_score", "mean score", *gains.best, {}};
  if (examples.task == learn::Task::kBinary) {
    Measure missed{"missed", "share of positives that are missed", measures[0].values, {}};
    Measure alarm{"false_alarms", "share of negatives with a false alarm", measures[0].values, {}};
    for (const double y : base.values) {
      missed.about.push_back(y > 0.5 ? 1 : 0);
      alarm.about.push_back(y > 0.5 ? 0 : 1);
    }
    measures.push_back(std::move(missed));
    measures.push_back(std::move(alarm));
  }
  measures.push_back(std::move(base));
  measures.push_back(std::move(score));
  return measures;
}

// The group against all other rows.
Finding Gap(const Ground& ground, const Gains& gains, const Sensitive& sensitive, std::uint32_t group, const Measure& measure, double level) {
  std::vector<double> values;
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
  for (std::size_t i = 0; i < gains.all.rows.size(); ++i) {
    if (!measure.about.empty() && measure.about[i] == 0) continue;
    values.push_back(measure.values[i]);
    inside.push_back(sensitive.traits.of_row[i] == group ? 1 : 0);
    if (!ground.dependence.unit.empty()) unit.push_back(ground.dependence.unit[gains.all.rows[i]]);
  }
  const Result<stats::Difference> gap = stats::ClusterDifference(values, inside, ground.dependence.Clusters(unit), level);
  Finding finding{sensitive.traits.labels[group], std::string("gap_") + measure.name, {}, false, ""};
  finding.estimate.level = level;
  if (!gap) {
    finding.estimate.reason = gap.error().message;
    finding.message = finding.name + ", " + measure.words + ": not judged, " + gap.error().message;
    return finding;
  }
  finding.estimate = WithInterval(gap->difference, level);
  finding.accused = gap->difference.low > 0 || gap->difference.high < 0;
  const int decimals = base::DecimalsFor(gap->difference.high - gap->difference.low);
  finding.message = finding.name + ", " + measure.words + ": " + base::FixedNumber(gap->inside.value, decimals) + " against " + base::FixedNumber(gap->outside.value, decimals) + " of the others, a gap of " + EstimateInWords(finding.estimate);
  return finding;
}

// How well the features tell one group, and which of them tell it best alone.
Result<Finding> Proxy(const Ground& ground, const Examples& few, const Sensitive& sensitive, std::uint32_t group, double level) {
  Examples members = few;
  members.task = learn::Task::kBinary;
  members.classes = {"others", sensitive.traits.labels[group]};
  members.query.clear();
  std::vector<std::uint32_t> all(static_cast<std::size_t>(few.num_rows()));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
  const std::vector<std::uint32_t> labels = LabelsOf(sensitive.traits, few.table->column(sensitive.index), all);
  for (std::size_t i = 0; i < all.size(); ++i) members.outcome[i] = labels[i] == group ? 1.0F : 0.0F;
  std::vector<learn::Feature> features;
  for (const learn::Feature& feature : few.features) {
    if (feature.source != sensitive.column && feature.name != sensitive.column) features.push_back(feature);
  }
  Finding finding;
  finding.name = sensitive.traits.labels[group];
  finding.kind = "proxy";
  finding.estimate.level = level;
  const auto give_up = [&](const std::string& reason) {
    finding.estimate.reason = reason;
    finding.message = "How well the features tell " + finding.name + " is not judged: " + reason;
    return finding;
  };
  if (features.empty()) return give_up("there is no other feature");
  const Result<std::vector<learn::Split>> folds = learn::CrossValidationFolds(members, all, 3, ground.context.seed);
  if (!folds) return give_up(folds.error().message);
  const Dependence dependence = DependenceOf(members);
  const Result<stats::Interval> auc = TellApart(members, features, *folds, dependence, level, ground.context);
  if (!auc && auc.error().code == ErrorCode::kCancelled) return auc.error();
  if (!auc) return give_up(auc.error().message);
  finding.estimate = WithInterval(*auc, level);
  finding.accused = auc->low > kProxyAuc;
  std::vector<std::pair<double, std::string>> alone;
  for (const learn::Feature& feature : features) {
    const Result<stats::Interval> single = TellApart(members, {feature}, *folds, dependence, level, ground.context);
    if (!single && single.error().code == ErrorCode::kCancelled) return single.error();
    if (single && single->low > 0.5) alone.emplace_back(-single->value, feature.name + " (AUC " + base::ReadableNumber(single->value, 3) + ", " + base::ReadableNumber(single->low, 3) + " to " + base::ReadableNumber(single->high, 3) + ")");
  }
  std::stable_sort(alone.begin(), alone.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> strongest;
  for (std::size_t i = 0; i < std::min(kShownProxies, alone.size()); ++i) strongest.push_back(alone[i].second);
  finding.message = "The features tell " + finding.name + " with AUC " + EstimateInWords(finding.estimate) + (strongest.empty() ? "; none does alone" : "; strongest alone: " + base::Join(strongest, ", ")) + (finding.accused ? ": leaving the column out does not blind the model" : "");
  return finding;
}

void Decide(const FeasibilityOptions& options, VerdictFacts* facts, FeasibilityItem* item) {
  std::vector<std::string> called;
  for (const Finding& finding : item->findings) {
    if (finding.accused) called.push_back(finding.message);
  }
  const std::string seen = called.empty() ? "" : " Called out: " + called[0] + (called.size() > 1 ? " (and " + std::to_string(called.size() - 1) + " more)." : ".");
  if (!options.sensitive.empty()) {
    AskPerson("sensitive columns are stated (" + base::Join(options.sensitive, ", ") + ")", facts, item);
    item->answer += "." + seen;
  } else if (IsUndecided(options.harmed)) {
    AskPerson("the charter leaves open who could be harmed (\"" + options.harmed + "\")", facts, item);
    item->answer += ".";
  } else if (!options.harmed.empty()) {
    // A named harm without a sensitive column or a fatal error is weighed, not left open.
    item->verdict = Verdict::kSupported;
    item->answer = "Weighed in the charter: \"" + options.harmed + "\"; no sensitive column is declared" + (options.fatal.value_or(true) ? "." : " and no error is called fatal.");
  } else {
    item->verdict = Verdict::kInconclusive;
    item->answer = "Open: nobody has written down who could be harmed, and no column is declared sensitive.";
  }
}

}  // namespace

Result<FeasibilityItem> EthicsItem(const Ground& ground, const Gains& gains, VerdictFacts* facts) {
  FeasibilityItem item = StartItem("ethics");
  item.method = "sensitive columns as stated; how well the other features tell each of their groups (AUC of boosted trees, out of fold, called out when the lower limit is above 0.65); gaps between each group and all others in error, outcome and score; intervals by unit, simultaneous over all groups and measures (Bonferroni)";
  std::vector<Sensitive> columns;
  std::size_t num_groups = 0;
  for (const std::string& name : ground.options.sensitive) {
    Sensitive sensitive;
    sensitive.index = ASSAY_TRY_WITH(ground.examples.table->IndexOf(name), "sensitive columns");
    sensitive.column = ground.examples.table->column(sensitive.index).name();
    sensitive.traits = TraitsOf(ground.examples.table->column(sensitive.index), gains.all.rows);
    sensitive.groups = LargestGroups(sensitive.traits, kMostGroups);
    // Of two groups one is the other's mirror.
    if (sensitive.groups.size() == 2 && sensitive.traits.labels.size() == 2) sensitive.groups.resize(1);
    num_groups += sensitive.groups.size();
    columns.push_back(std::move(sensitive));
  }
  if (num_groups > 0) {
    const std::vector<Measure> measures = MeasuresOf(ground, gains);
    const double proxy_level = 1 - 0.05 / static_cast<double>(num_groups);
    const double gap_level = 1 - 0.05 / static_cast<double>(num_groups * std::max<std::size_t>(1, measures.size()));
    const Examples few = Restricted(ground.examples, ThinRows(ground.examples, kProxyRows, ground.context.seed));
    double strongest = 0;
    for (const Sensitive& sensitive : columns) {
      const std::size_t count = sensitive.groups.size();
      for (std::size_t g = 0; g < count; ++g) {
        ground.context.Report("ethics: groups", static_cast<std::int64_t>(g), static_cast<std::int64_t>(count));
        Finding proxy = ASSAY_TRY(Proxy(ground, few, sensitive, sensitive.groups[g], proxy_level));
        if (proxy.estimate.value > strongest) {
          strongest = proxy.estimate.value;
          std::erase_if(item.figures, [](const evidence::Figure& f) { return f.name == "strongest_proxy"; });
          item.figures.push_back(MakeFigure("strongest_proxy", "AUC with which the features tell " + proxy.name, proxy.estimate, "auc"));
        }
        item.findings.push_back(std::move(proxy));
        for (const Measure& measure : measures) item.findings.push_back(Gap(ground, gains, sensitive, sensitive.groups[g], measure, gap_level));
      }
      ground.context.Report("ethics: groups", static_cast<std::int64_t>(count), static_cast<std::int64_t>(count));
    }
  }
  Decide(ground.options, facts, &item);
  return item;
}

}  // namespace assay::lifecycle
