// Items of the checklist about groups: whom the model serves worse, and whether that could be seen at all.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::Verdict;
using learn::Metric;
using learn::Rows;

constexpr std::size_t kMostGroups = 12;      // per column: the largest ones
constexpr double kLargestGap = 0.2;          // of the loss of all other rows

// A row's error in words and numbers: what "worse" means for a task.
struct RowErrors {
  std::string words;
  std::vector<double> values;  // per judged row, >= 0
};

// Ranking: how far a row stands from its place within its query, as a share of the query's length.
std::vector<double> RankErrors(const learn::Examples& examples, const Rows& rows, const std::vector<double>& scores) {
  std::map<std::uint32_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < rows.size(); ++i) members[examples.query[rows[i]]].push_back(i);
  std::vector<double> errors(rows.size(), 0);
  for (auto& [query, list] : members) {
    if (list.size() < 2) continue;
    const auto ranks = [&](const auto& value_of) {
      std::vector<std::size_t> order = list;
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return value_of(a) < value_of(b); });
      std::map<std::size_t, double> rank;
      for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && value_of(order[end]) == value_of(order[begin])) ++end;
        for (std::size_t i = begin; i < end; ++i) rank[order[i]] = static_cast<double>(begin + end - 1) / 2;
        begin = end;
      }
      return rank;
    };
    const auto wanted = ranks([&](std::size_t i) { return static_cast<double>(examples.outcome[rows[i]]); });
    const auto given = ranks([&](std::size_t i) { return scores[i]; });
    for (const std::size_t i : list) errors[i] = std::abs(wanted.at(i) - given.at(i)) / static_cast<double>(list.size() - 1);
  }
  return errors;
}

RowErrors ErrorsOf(const Workbench& bench) {
  const learn::Examples& examples = bench.examples();
  RowErrors errors;
  errors.values.resize(bench.judged.size());
  if (examples.task == learn::Task::kRanking) {
    errors.words = "distance from its place in the list, as a share of the list";
    errors.values = RankErrors(examples, bench.judged, bench.boosted.out_of_fold);
    return errors;
  }
  const bool number = examples.task == learn::Task::kRegression;
  errors.words = number ? "absolute error" : "log loss";
  learn::RowLosses(number ? Metric::kMae : Metric::kLogLoss, examples, bench.judged, bench.boosted.out_of_fold, errors.values);
  return errors;
}

struct Group {
  std::string name;
  std::vector<std::uint8_t> inside;  // per judged row
  std::int64_t rows = 0;
};

// The largest groups of a column that have as many rows outside.
void AddGroups(const Workbench& bench, const table::Column& column, std::vector<Group>* groups) {
  const Traits traits = TraitsOf(column, bench.judged);
  for (const std::uint32_t g : LargestGroups(traits, kMostGroups)) {
    if (traits.sizes[g] + kLeastGroupRows > static_cast<std::int64_t>(bench.judged.size())) continue;
    Group group{traits.labels[g], std::vector<std::uint8_t>(bench.judged.size(), 0), traits.sizes[g]};
    for (std::size_t i = 0; i < bench.judged.size(); ++i) group.inside[i] = traits.of_row[i] == g ? 1 : 0;
    groups->push_back(std::move(group));
  }
}

Result<std::vector<Group>> GroupsOf(const Workbench& bench, const std::vector<std::string>& columns) {
  std::vector<Group> groups;
  for (const std::string& name : columns) AddGroups(bench, bench.examples().table->column(ASSAY_TRY(bench.examples().table->IndexOf(name))), &groups);
  return groups;
}

std::vector<std::string> FeatureNames(const Workbench& bench) {
  std::vector<std::string> names;
  for (const learn::Feature& feature : bench.examples().features) names.push_back(feature.name);
  return names;
}

// Error inside each group against all other rows; one family of intervals over all groups.
Result<ItemAnswer> CompareGroups(const Workbench& bench, const std::vector<std::string>& columns, const std::string& of_what) {
  ItemAnswer answer;
  const RowErrors errors = ErrorsOf(bench);
  const std::vector<Group> groups = ASSAY_TRY(GroupsOf(bench, columns));
  const double level = 1 - 0.05 / static_cast<double>(std::max<std::size_t>(1, groups.size()));
  answer.method = errors.words + " of boosted trees out of fold in each group of at least " + std::to_string(kLeastGroupRows) + " judged rows against all other rows, by unit, simultaneous over all groups (Bonferroni); a group is served worse when its error is surely more than 20 % higher";
  std::vector<std::uint32_t> unit;
  if (!bench.dependence.unit.empty()) {
    for (const std::uint32_t row : bench.judged) unit.push_back(bench.dependence.unit[row]);
  }
  std::vector<std::string> worse;
  std::size_t open = 0, compared = 0;
  for (const Group& group : groups) {
    const Result<stats::Difference> difference = stats::ClusterDifference(errors.values, group.inside, bench.dependence.Clusters(unit), level);
    if (!difference) continue;
    ++compared;
    const double bound = kLargestGap * difference->outside.value;
    const Estimate gap = WithInterval(difference->difference, level);
    const bool accused = gap.low > bound;
    open += !accused && gap.high > bound ? 1 : 0;
    if (accused) worse.push_back(group.name);
    answer.findings.push_back({group.name, "group", gap, accused, group.name + " (" + base::ReadableCount(group.rows) + " rows): " + errors.words + " " + base::ReadableNumber(difference->inside.value, 3) + " against " + base::ReadableNumber(difference->outside.value, 3) + " elsewhere, difference " + EstimateInWords(gap)});
  }
  std::stable_sort(answer.findings.begin(), answer.findings.end(), [](const auto& a, const auto& b) { return a.estimate.value > b.estimate.value; });
  answer.figures.push_back(MakeFigure("groups", "groups compared", WithoutInterval(static_cast<double>(compared), "a count")));
  answer.figures.push_back(MakeFigure("groups_worse", "groups that are served worse", WithoutInterval(static_cast<double>(worse.size()), "a count")));
  if (!answer.findings.empty()) answer.figures.push_back(MakeFigure("largest_gap", "largest gap (" + answer.findings.front().name + ")", answer.findings.front().estimate));
  if (answer.findings.size() > 12) answer.findings.resize(12);
  if (worse.size() > 5) worse.resize(5);
  answer.verdict = compared == 0 ? Verdict::kInconclusive : !worse.empty() ? Verdict::kRefuted : open == 0 ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = compared == 0 ? "Not decided: no " + of_what + " has two groups of enough rows." : !worse.empty() ? "No: it errs surely more than 20 % more for " + base::Join(worse, ", ") + "." : open == 0 ? "Yes: in none of " + std::to_string(compared) + " groups is the error more than 20 % higher than elsewhere." : "Not decided: in " + std::to_string(open) + " of " + std::to_string(compared) + " groups the error may be more than 20 % higher than elsewhere.";
  return answer;
}

}  // namespace

Result<ItemAnswer> DecideInclusion(const Workbench& bench, const RunContext&) {
  std::vector<std::string> columns = FeatureNames(bench);
  for (const std::string& name : bench.sensitive_columns()) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  }
  return CompareGroups(bench, columns, "column");
}

Result<ItemAnswer> DecideFairness(const Workbench& bench, const RunContext&) {
  const std::vector<std::string> sensitive = bench.sensitive_columns();
  if (!sensitive.empty()) return CompareGroups(bench, sensitive, "sensitive column");
  ItemAnswer answer = ASSAY_TRY(CompareGroups(bench, FeatureNames(bench), "column"));
  answer.answer += " No column says anything about people, so this speaks of groups of rows (values of the features) in their stead.";
  return answer;
}

Result<ItemAnswer> DecideGroupsTestable(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "sensitive columns of the charter and columns named like a trait of people; enough rows when a rate in the group would have an interval of at most 5 points either way (385 rows)";
  const std::vector<std::string> sensitive = bench.sensitive_columns();
  answer.figures.push_back(MakeFigure("sensitive_columns", "columns about traits of people", WithoutInterval(static_cast<double>(sensitive.size()), "a count")));
  if (sensitive.empty()) {
    answer.verdict = Verdict::kRefuted;
    answer.answer = "No: no column is declared sensitive and none is named like a trait of people, so a bias between groups of people would not be seen in these data.";
    return answer;
  }
  constexpr std::int64_t kEnough = 385;  // 1.96^2 x 0.25 / 0.05^2
  std::vector<std::string> thin;
  for (const std::string& name : sensitive) {
    const table::Column& column = bench.examples().table->column(ASSAY_TRY(bench.examples().table->IndexOf(name)));
    Rows known;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) {
      if (!column.IsMissing(row)) known.push_back(static_cast<std::uint32_t>(row));
    }
    const Traits traits = TraitsOf(column, known);
    for (std::size_t g = 0; g < traits.labels.size(); ++g) {
      if (traits.sizes[g] < kEnough) thin.push_back(traits.labels[g] + " (" + base::ReadableCount(traits.sizes[g]) + " rows)");
    }
  }
  answer.figures.push_back(MakeFigure("thin_groups", "groups with fewer than 385 rows", WithoutInterval(static_cast<double>(thin.size()), "a count")));
  const std::size_t all = thin.size();
  if (thin.size() > 5) thin.resize(5);
  answer.verdict = all == 0 ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = all == 0 ? "Yes: every group of " + base::Join(sensitive, ", ") + " has enough rows." : "Not for all: " + base::Counted(static_cast<std::int64_t>(all), "group") + (all == 1 ? " is too small: " : " are too small, such as ") + base::Join(thin, ", ") + ".";
  return answer;
}

}  // namespace assay::lifecycle
