// Items of the checklist about groups: whom the model serves worse, and whether features stand in for sensitive traits.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/text.h"
#include "lifecycle/internal/checklist_parts.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::Verdict;
using learn::Metric;
using learn::Rows;
using learn::RungKind;

constexpr std::size_t kMostGroups = 12;      // per column: the largest ones
constexpr std::size_t kLeastGroupRows = 100; // judged rows, for an interval worth its name
constexpr double kLargestGap = 0.2;          // of the loss of all other rows

Estimate Of(const stats::Interval& interval, double level) { return {interval.value, interval.low, interval.high, level, ""}; }

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
  std::size_t rows = 0;
};

// The largest values of a category or boolean; quarters of a number.
void AddGroups(const Workbench& bench, const table::Column& column, std::vector<Group>* groups) {
  const Rows& judged = bench.judged;
  std::vector<std::uint32_t> code(judged.size(), UINT32_MAX);
  std::vector<std::string> names;
  if (column.type() == table::ColumnType::kCategory || column.type() == table::ColumnType::kBoolean) {
    names = column.type() == table::ColumnType::kBoolean ? std::vector<std::string>{"false", "true"} : column.dictionary();
    for (std::size_t i = 0; i < judged.size(); ++i) code[i] = column.CodeAt(judged[i]);
  } else if (column.type() == table::ColumnType::kNumber) {
    std::vector<double> values;
    for (const std::uint32_t row : judged) {
      const double value = column.NumberAt(row);
      if (!std::isnan(value)) values.push_back(value);
    }
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    std::vector<double> edges;
    for (const std::size_t quarter : {1U, 2U, 3U}) {
      const double edge = values[values.size() * quarter / 4];
      if ((edges.empty() || edge > edges.back()) && edge > values.front()) edges.push_back(edge);
    }
    for (std::size_t e = 0; e <= edges.size(); ++e) names.push_back(e == 0 ? (edges.empty() ? "all" : "< " + base::ReadableNumber(edges[0])) : e == edges.size() ? ">= " + base::ReadableNumber(edges[e - 1]) : base::ReadableNumber(edges[e - 1]) + " to " + base::ReadableNumber(edges[e]));
    for (std::size_t i = 0; i < judged.size(); ++i) {
      const double value = column.NumberAt(judged[i]);
      if (!std::isnan(value)) code[i] = static_cast<std::uint32_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin());
    }
  }
  std::map<std::uint32_t, std::size_t> counts;
  for (const std::uint32_t c : code) {
    if (c != UINT32_MAX) ++counts[c];
  }
  std::vector<std::pair<std::size_t, std::uint32_t>> largest;
  for (const auto& [c, count] : counts) {
    if (count >= kLeastGroupRows && count + kLeastGroupRows <= judged.size()) largest.emplace_back(count, c);
  }
  std::sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  if (largest.size() > kMostGroups) largest.resize(kMostGroups);
  for (const auto& [count, c] : largest) {
    Group group{column.name() + (column.type() == table::ColumnType::kNumber ? " " : " = ") + names[c], std::vector<std::uint8_t>(judged.size(), 0), count};
    for (std::size_t i = 0; i < judged.size(); ++i) group.inside[i] = code[i] == c ? 1 : 0;
    groups->push_back(std::move(group));
  }
}

std::vector<std::string> SensitiveColumns(const Workbench& bench) {
  std::vector<std::string> names = bench.sensitive;
  names.insert(names.end(), bench.about_people.begin(), bench.about_people.end());
  return names;
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
    const Result<stats::Difference> difference = stats::ClusterDifference(errors.values, group.inside, {unit, bench.dependence.num_units}, level);
    if (!difference) continue;
    ++compared;
    const double bound = kLargestGap * difference->outside.value;
    const Estimate gap = Of(difference->difference, level);
    const bool accused = gap.low > bound;
    open += !accused && gap.high > bound ? 1 : 0;
    if (accused) worse.push_back(group.name);
    answer.findings.push_back({group.name, "group", gap, accused, group.name + " (" + base::ReadableCount(static_cast<std::int64_t>(group.rows)) + " rows): " + errors.words + " " + base::ReadableNumber(difference->inside.value, 3) + " against " + base::ReadableNumber(difference->outside.value, 3) + " elsewhere, difference " + InWords(gap)});
  }
  std::stable_sort(answer.findings.begin(), answer.findings.end(), [](const auto& a, const auto& b) { return a.estimate.value > b.estimate.value; });
  answer.figures.push_back(ChecklistFigure("groups", "groups compared", Counted(static_cast<double>(compared), "a count")));
  answer.figures.push_back(ChecklistFigure("groups_worse", "groups that are served worse", Counted(static_cast<double>(worse.size()), "a count")));
  if (!answer.findings.empty()) answer.figures.push_back(ChecklistFigure("largest_gap", "largest gap (" + answer.findings.front().name + ")", answer.findings.front().estimate));
  if (answer.findings.size() > 12) answer.findings.resize(12);
  if (worse.size() > 5) worse.resize(5);
  answer.verdict = compared == 0 ? Verdict::kInconclusive : !worse.empty() ? Verdict::kRefuted : open == 0 ? Verdict::kSupported : Verdict::kInconclusive;
  answer.answer = compared == 0 ? "Not decided: no " + of_what + " has two groups of enough rows." : !worse.empty() ? "No: it errs surely more than 20 % more for " + base::Join(worse, ", ") + "." : open == 0 ? "Yes: in none of " + std::to_string(compared) + " groups is the error more than 20 % higher than elsewhere." : "Not decided: in " + std::to_string(open) + " of " + std::to_string(compared) + " groups the error may be more than 20 % higher than elsewhere.";
  return answer;
}

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
    proxy.value = ">= " + base::ReadableNumber(split_at);
  } else {
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    split_at = most->first;
    proxy.value = "= " + (column.type() == table::ColumnType::kCategory ? column.dictionary()[static_cast<std::size_t>(split_at)] : base::ReadableNumber(split_at));
  }
  examples.outcome.assign(examples.outcome.size(), 0.0F);
  for (std::size_t i = 0; i < numbers.size(); ++i) examples.outcome[i] = !std::isnan(numbers[i]) && (is_number ? numbers[i] >= split_at : numbers[i] == split_at) ? 1.0F : 0.0F;
  std::vector<double> predictions;
  Rows judged;
  learn::LearnerOptions quick;
  quick.quick = true;
  for (const learn::Split& fold : bench.folds) {
    const auto with = [&](const Rows& rows) {
      Rows kept;
      for (const std::uint32_t row : rows) {
        if (!std::isnan(numbers[row])) kept.push_back(row);
      }
      return kept;
    };
    const Rows train = with(fold.train), test = with(fold.test);
    if (train.empty() || test.empty()) continue;
    const auto model = ASSAY_TRY(learn::MakeLearner(RungKind::kBoosted, quick)->Fit(examples, train, context));
    std::vector<double> out(test.size());
    ASSAY_TRY(model->Predict(*examples.table, test, out, context));
    predictions.insert(predictions.end(), out.begin(), out.end());
    judged.insert(judged.end(), test.begin(), test.end());
  }
  const learn::Judge judge(examples, judged, std::vector<double>(judged.size(), 0.5), bench.dependence.unit, bench.dependence.num_units);
  proxy.auc = ASSAY_TRY(judge.Estimate(Metric::kAuc, predictions, level));
  for (const std::uint32_t row : bench.judged) proxy.trait.push_back(std::isnan(numbers[row]) ? 2 : examples.outcome[row] > 0.5F ? 1 : 0);
  return proxy;
}

// Mean score where the trait holds minus where it does not.
Result<stats::Interval> ScoreGap(const Workbench& bench, const Proxy& proxy, double level) {
  std::vector<double> scores;
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
  const std::size_t k = bench.examples().num_outputs();
  for (std::size_t i = 0; i < bench.judged.size(); ++i) {
    if (proxy.trait[i] > 1) continue;
    scores.push_back(bench.boosted.out_of_fold[i * k]);
    inside.push_back(proxy.trait[i]);
    if (!bench.dependence.unit.empty()) unit.push_back(bench.dependence.unit[bench.judged[i]]);
  }
  return ASSAY_TRY(stats::ClusterDifference(scores, inside, {unit, bench.dependence.num_units}, level)).difference;
}

}  // namespace

Result<ItemAnswer> DecideInclusion(const Workbench& bench, const RunContext&) {
  std::vector<std::string> columns = FeatureNames(bench);
  for (const std::string& name : SensitiveColumns(bench)) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  }
  return CompareGroups(bench, columns, "column");
}

Result<ItemAnswer> DecideFairness(const Workbench& bench, const RunContext&) {
  const std::vector<std::string> sensitive = SensitiveColumns(bench);
  if (!sensitive.empty()) return CompareGroups(bench, sensitive, "sensitive column");
  ItemAnswer answer = ASSAY_TRY(CompareGroups(bench, FeatureNames(bench), "column"));
  answer.answer += " No column says anything about people, so this speaks of groups of rows (values of the features) in their stead.";
  return answer;
}

Result<ItemAnswer> DecideGroupsTestable(const Workbench& bench, const RunContext&) {
  ItemAnswer answer;
  answer.method = "sensitive columns of the charter and columns named like a trait of people; enough rows when a rate in the group would have an interval of at most 5 points either way (385 rows)";
  const std::vector<std::string> sensitive = SensitiveColumns(bench);
  answer.figures.push_back(ChecklistFigure("sensitive_columns", "columns about traits of people", Counted(static_cast<double>(sensitive.size()), "a count")));
  if (sensitive.empty()) {
    answer.verdict = Verdict::kRefuted;
    answer.answer = "No: no column is declared sensitive and none is named like a trait of people, so a bias between groups of people would not be seen in these data.";
    return answer;
  }
  constexpr std::int64_t kEnough = 385;  // 1.96^2 x 0.25 / 0.05^2
  std::vector<std::string> thin;
  for (const std::string& name : sensitive) {
    const table::Column& column = bench.examples().table->column(ASSAY_TRY(bench.examples().table->IndexOf(name)));
    std::map<double, std::int64_t> counts;
    for (std::int64_t row = 0; row < column.num_rows(); ++row) {
      const double value = column.NumberAt(row);
      if (!std::isnan(value)) ++counts[value];
    }
    if (column.type() == table::ColumnType::kNumber && counts.size() > 20) continue;  // looked at in quarters
    for (const auto& [value, count] : counts) {
      if (count >= kEnough) continue;
      thin.push_back(name + " = " + (column.type() == table::ColumnType::kCategory ? column.dictionary()[static_cast<std::size_t>(value)] : base::ReadableNumber(value)) + " (" + base::ReadableCount(count) + " rows)");
    }
  }
  answer.figures.push_back(ChecklistFigure("thin_groups", "groups with fewer than 385 rows", Counted(static_cast<double>(thin.size()), "a count")));
  const std::size_t all = thin.size();
  if (thin.size() > 5) thin.resize(5);
  answer.verdict = all == 0 ? Verdict::kSupported : Verdict::kRefuted;
  answer.answer = all == 0 ? "Yes: every group of " + base::Join(sensitive, ", ") + " has enough rows." : "Not for all: " + std::to_string(all) + " groups are too small, such as " + base::Join(thin, ", ") + ".";
  return answer;
}

Result<ItemAnswer> DecideProxies(const Workbench& bench, const RunContext& context) {
  ItemAnswer answer;
  answer.method = "boosted trees predict each sensitive trait from the features, out of fold (area under the curve; above 0.65 the features know it), and the mean score of the model with and without the trait; both by unit, simultaneous over the traits (Bonferroni)";
  const std::vector<std::string> sensitive = SensitiveColumns(bench);
  answer.figures.push_back(ChecklistFigure("columns_scanned", "columns scanned for traits of people", Counted(static_cast<double>(bench.gathered.source->num_columns()), "a count")));
  answer.figures.push_back(ChecklistFigure("sensitive_columns", "columns about traits of people", Counted(static_cast<double>(sensitive.size()), "a count")));
  if (sensitive.empty()) {
    answer.verdict = Verdict::kSupported;
    answer.answer = "Yes, as far as these data go: no column is declared sensitive and none of the " + std::to_string(bench.gathered.source->num_columns()) + " is named like a trait of people. Traits that were never recorded cannot be tested.";
    return answer;
  }
  constexpr double kKnows = 0.65;
  const double level = 1 - 0.05 / static_cast<double>(2 * sensitive.size());
  std::vector<std::string> stands_in;
  bool open = false;
  for (const std::string& name : sensitive) {
    const table::Column& column = bench.examples().table->column(ASSAY_TRY(bench.examples().table->IndexOf(name)));
    const Result<Proxy> proxy = MeasureProxy(bench, column, level, context);
    if (!proxy) {
      open = true;
      answer.findings.push_back({name, "proxy", Counted(std::nan(""), proxy.error().message), false, "'" + name + "' could not be tested: " + proxy.error().message});
      continue;
    }
    const Estimate gap = Of(ASSAY_TRY(ScoreGap(bench, *proxy, level)), level);
    const Estimate auc = Of(proxy->auc, level);
    const bool relied_on = gap.low > 0 || gap.high < 0;
    const bool accused = auc.low > kKnows && relied_on;
    open = open || (!accused && auc.high > kKnows && auc.low <= kKnows);
    if (accused) stands_in.push_back(name);
    answer.findings.push_back({name + " " + proxy->value, "proxy", auc, accused, "the features tell '" + name + " " + proxy->value + "' with an area under the curve of " + InWords(auc) + "; the model's score differs by " + InWords(gap) + " where it holds"});
  }
  answer.verdict = !stands_in.empty() ? Verdict::kRefuted : open ? Verdict::kInconclusive : Verdict::kSupported;
  answer.answer = !stands_in.empty() ? "No: the features know " + base::Join(stands_in, ", ") + ", and the model's scores differ by it." : open ? "Not decided for every trait." : "Yes: no sensitive trait is both known to the features and felt in the scores.";
  return answer;
}

}  // namespace assay::lifecycle
