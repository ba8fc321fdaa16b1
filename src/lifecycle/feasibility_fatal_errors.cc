#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "lifecycle/internal/feasibility_items.h"
#include "stats/cluster_rate.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Verdict;
using learn::Metric;

constexpr std::size_t kMostShown = 24;

// Errors per judged row: 1 for a wrong class; for numbers the absolute error, and for an item of a list how far from its place it
// stands, with that of the constant beside it.
struct RowErrors {
  std::vector<double> error, reference;
  bool relative() const { return !reference.empty(); }
};

RowErrors ErrorsOf(const Ground& ground, const Gains& gains) {
  const learn::Rows& rows = gains.all.rows;
  RowErrors errors;
  if (ground.examples.task == learn::Task::kRanking) {
    errors.error = learn::Displacements(ground.examples, rows, *gains.best);
    errors.reference = learn::Displacements(ground.examples, rows, gains.all.constant);
    return errors;
  }
  const bool number = ground.examples.task == learn::Task::kRegression;
  errors.error.resize(rows.size());
  learn::RowLosses(number ? Metric::kMae : Metric::kAccuracy, ground.examples, rows, *gains.best, errors.error);
  if (number) {
    errors.reference.resize(rows.size());
    learn::RowLosses(Metric::kMae, ground.examples, rows, gains.all.constant, errors.reference);
  }
  return errors;
}

const char* ErrorInWords(learn::Task task) {
  switch (task) {
    case learn::Task::kRegression: return "absolute error of the best model as a multiple of the constant's";
    case learn::Task::kRanking: return "how far the best model puts an item from its place (ranks between as a share of the list; equal outcomes share theirs) as a multiple of what no order at all does";
    default: return "share of wrong classes of the best model";
  }
}

// Rows of each group of one column that is large enough, with their units numbered densely within the group.
struct GroupRows {
  std::string label;
  std::vector<double> error, reference;
  std::vector<std::uint32_t> unit;
  std::uint32_t num_units = 0;
};

std::vector<GroupRows> SplitByTrait(const Ground& ground, const Gains& gains, const RowErrors& errors, const Traits& traits) {
  std::vector<std::int64_t> index(traits.labels.size(), -1);
  std::vector<GroupRows> groups;
  for (std::size_t g = 0; g < traits.labels.size(); ++g) {
    if (traits.sizes[g] < kLeastGroupRows) continue;
    index[g] = static_cast<std::int64_t>(groups.size());
    groups.push_back({traits.labels[g], {}, {}, {}, 0});
  }
  for (std::size_t i = 0; i < errors.error.size(); ++i) {
    const std::int64_t at = index[traits.of_row[i]];
    if (at < 0) continue;
    GroupRows& group = groups[static_cast<std::size_t>(at)];
    group.error.push_back(errors.error[i]);
    if (errors.relative()) group.reference.push_back(errors.reference[i]);
    if (!ground.dependence.unit.empty()) group.unit.push_back(ground.dependence.unit[gains.all.rows[i]]);
  }
  if (ground.dependence.crossing) return groups;
  std::vector<std::uint32_t> dense(ground.dependence.num_units, UINT32_MAX);
  for (GroupRows& group : groups) {
    std::vector<std::uint32_t> seen;
    for (std::uint32_t& unit : group.unit) {
      if (dense[unit] == UINT32_MAX) {
        dense[unit] = group.num_units++;
        seen.push_back(unit);
      }
      unit = dense[unit];
    }
    for (const std::uint32_t unit : seen) dense[unit] = UINT32_MAX;
  }
  return groups;
}

// The columns whose groups are searched: the features, and sensitive columns that are none.
std::vector<std::size_t> SearchedColumns(const Ground& ground) {
  std::vector<std::size_t> columns;
  for (const learn::Feature& feature : ground.examples.features) columns.push_back(feature.column);
  for (const std::string& name : ground.options.sensitive) {
    const std::int64_t column = ground.examples.table->Find(name);
    if (column >= 0 && std::find(columns.begin(), columns.end(), static_cast<std::size_t>(column)) == columns.end()) columns.push_back(static_cast<std::size_t>(column));
  }
  return columns;
}

struct Searched {
  std::int64_t groups = 0, too_small = 0;
};

// The family of the simultaneous intervals: every group that is large enough.
Searched CountGroups(const Ground& ground, const Gains& gains) {
  Searched searched;
  for (const std::size_t column : SearchedColumns(ground)) {
    for (const std::int64_t size : TraitsOf(ground.examples.table->column(column), gains.all.rows).sizes) ++(size >= kLeastGroupRows ? searched.groups : searched.too_small);
  }
  return searched;
}

// Groups whose error may be of any size: where one unit has all rows, nothing bounds it.
std::int64_t CountUnbounded(const std::vector<evidence::Finding>& findings) {
  return std::count_if(findings.begin(), findings.end(), [](const evidence::Finding& f) { return !std::isfinite(f.estimate.high); });
}

// Groups without an upper bound stand first, then that with the highest.
std::vector<evidence::Finding> JudgeGroups(const Ground& ground, const Gains& gains, double level) {
  const RowErrors errors = ErrorsOf(ground, gains);
  std::vector<evidence::Finding> findings;
  for (const std::size_t column : SearchedColumns(ground)) {
    const Traits traits = TraitsOf(ground.examples.table->column(column), gains.all.rows);
    for (const GroupRows& group : SplitByTrait(ground, gains, errors, traits)) {
      const stats::Clusters clusters = ground.dependence.crossing ? ground.dependence.Clusters(group.unit) : stats::Clusters{group.unit, group.num_units};
      const Result<stats::Interval> interval = errors.relative() ? stats::ClusterRatio(group.error, group.reference, clusters, level) : stats::ClusterRate(group.error, clusters, level);
      evidence::Finding finding{group.label, "group", ToEstimate(interval), false, ""};
      finding.estimate.level = level;
      // Not a cap that is NaN: none is stated.
      finding.accused = finding.estimate.high > ground.options.largest_error_rate;
      finding.message = group.label + (interval ? ": error " + EstimateInWords(finding.estimate) : ": not judged, " + interval.error().message);
      findings.push_back(std::move(finding));
    }
  }
  const auto bound = [](const evidence::Finding& f) { return std::isfinite(f.estimate.high) ? f.estimate.high : std::numeric_limits<double>::infinity(); };
  std::stable_sort(findings.begin(), findings.end(), [&](const auto& a, const auto& b) { return bound(a) > bound(b); });
  return findings;
}

void AddWorstCaseCost(const Ground& ground, double worst, FeasibilityItem* item) {
  const FeasibilityOptions& o = ground.options;
  if (ground.examples.task != learn::Task::kBinary || !HasMoney(o)) return;
  // An error is a false alarm instead of silence, or a miss instead of a right alarm.
  const double dearest = std::max(o.value_silence - o.value_wrong, o.value_right - o.value_miss);
  const std::string currency = o.currency.empty() ? "money" : o.currency;
  item->figures.push_back(MakeFigure("dearest_error", "what the dearest kind of error costs against the right decision", WithoutInterval(dearest, "as stated in the charter"), currency));
  if (!std::isfinite(worst)) return;
  item->figures.push_back(MakeFigure("worst_case_cost", "cost per decision if all were as in the worst group, at its upper bound, and every error the dearest", WithoutInterval(worst * dearest, "itself an upper bound"), currency));
  if (std::isfinite(o.decisions_per_day)) item->figures.push_back(MakeFigure("worst_case_cost_per_month", "the same per month", WithoutInterval(worst * dearest * o.decisions_per_day * base::kDaysPerMonth, "itself an upper bound"), currency));
}

}  // namespace

FeasibilityItem FatalErrorsItem(const Ground& ground, const Gains& gains, VerdictFacts* facts) {
  const FeasibilityOptions& options = ground.options;
  const bool relative = ground.examples.task == learn::Task::kRegression || ground.examples.task == learn::Task::kRanking;
  FeasibilityItem item = StartItem("fatal_errors");
  double worst = std::nan("");
  std::string worst_name, unbounded;
  const Searched searched = CountGroups(ground, gains);
  const double level = 1 - 0.05 / static_cast<double>(std::max<std::int64_t>(1, searched.groups));
  item.findings = JudgeGroups(ground, gains, level);
  const std::int64_t num_unbounded = CountUnbounded(item.findings);
  if (num_unbounded > 0) unbounded = item.findings[0].name + (num_unbounded > 1 ? " and " + base::ReadableCount(num_unbounded - 1) + " more groups" : "") + " (" + item.findings[0].estimate.reason + ")";
  if (num_unbounded < static_cast<std::int64_t>(item.findings.size())) {
    worst = item.findings[static_cast<std::size_t>(num_unbounded)].estimate.high;
    worst_name = item.findings[static_cast<std::size_t>(num_unbounded)].name;
  }
  if (item.findings.size() > kMostShown) item.findings.resize(kMostShown);
  item.method = std::string(ErrorInWords(ground.examples.task)) + ", out of fold, in " + base::ReadableCount(searched.groups) + " groups: every value of every category and few-valued number, quarters of the other numbers, of all features and sensitive columns, from " + std::to_string(kLeastGroupRows) + " rows on; intervals by unit, simultaneous over all of them (Bonferroni; exact at the effective number of rows for shares); the worst are shown";
  item.figures.push_back(MakeFigure("groups_searched", "groups that were judged", WithoutInterval(static_cast<double>(searched.groups), "a count")));
  item.figures.push_back(MakeFigure("groups_unbounded", "groups whose error nothing bounds, as a rule because one unit has all their rows", WithoutInterval(static_cast<double>(num_unbounded), "a count")));
  item.figures.push_back(MakeFigure("groups_too_small", "groups of fewer than " + std::to_string(kLeastGroupRows) + " rows, about which nothing is said", WithoutInterval(static_cast<double>(searched.too_small), "a count")));
  if (std::isfinite(worst)) item.figures.push_back(MakeFigure("worst_group_bound", "upper bound of the error in the worst group (" + worst_name + ")", WithoutInterval(worst, "itself the upper end of a simultaneous interval"), relative ? "times the constant's" : "share"));
  if (std::isfinite(options.largest_error_rate)) item.figures.push_back(MakeFigure("error_cap", "the charter's cap on the error in a group", WithoutInterval(options.largest_error_rate, "as stated in the charter"), relative ? "times the constant's" : "share"));
  AddWorstCaseCost(ground, worst, &item);
  const std::string most = base::ReadableNumber(worst, 3) + (relative ? " times the constant's" : "");
  const std::string bound = worst_name.empty() ? "" : "; in the worst group (" + worst_name + ") the error is at most " + most;
  if (std::isfinite(options.largest_error_rate) && worst > options.largest_error_rate) {
    facts->cap_exceeded = "the error in " + worst_name + " may be as high as " + most + ", above the charter's ethics.largest_error_rate of " + base::ReadableNumber(options.largest_error_rate);
    item.verdict = Verdict::kRefuted;
    item.answer = "No: " + facts->cap_exceeded + ".";
  } else if (options.fatal.value_or(false) || IsUndecided(options.worst_error)) {
    AskPerson(options.fatal.value_or(false) ? "the charter says that a single error can do irreparable harm, which no error rate settles" : "the charter leaves the worst error open (\"" + options.worst_error + "\")", facts, &item);
    item.answer += bound + ".";
  } else if (!unbounded.empty()) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Not decided: nothing bounds the error of " + unbounded + (worst_name.empty() ? "" : "; in the worst of the other groups (" + worst_name + ") it is at most " + most) + ".";
  } else if (!options.has_charter || options.worst_error.empty()) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Open: nobody has written down which error is the worst" + bound + ".";
  } else if (!options.fatal) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Open: the charter names the worst error (\"" + options.worst_error + "\"), but not whether a single one can do irreparable harm (ethics.fatal)" + bound + ".";
  } else {
    item.verdict = Verdict::kSupported;
    item.answer = "The charter says that no single error does irreparable harm and names the worst (\"" + options.worst_error + "\")" + bound + ".";
  }
  return item;
}

}  // namespace assay::lifecycle
