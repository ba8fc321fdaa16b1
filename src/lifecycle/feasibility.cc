#include "lifecycle/feasibility.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/step_clock.h"
#include "base/text.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/understand.h"
#include "stats/auc.h"
#include "stats/distributions.h"
#include "stats/learning_curve.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::FeasibilityReport;
using evidence::FeasibilityVerdict;
using evidence::Figure;
using evidence::Verdict;
using learn::Examples;
using learn::Judge;
using learn::Metric;
using learn::RungKind;

constexpr std::int64_t kGainRows = 400'000;
constexpr int kFolds = 4;

Figure MakeFigure(const std::string& name, const std::string& label, evidence::Estimate estimate, const std::string& unit = "") { return {name, label, std::move(estimate), unit}; }
evidence::Estimate Plain(double value, const std::string& reason) {
  evidence::Estimate estimate;
  estimate.value = value;
  estimate.reason = reason;
  return estimate;
}
std::string Range(const evidence::Estimate& e) { return base::ReadableNumber(e.value, 3) + " (95 % interval " + base::ReadableNumber(e.low, 3) + " to " + base::ReadableNumber(e.high, 3) + ")"; }
evidence::Estimate Of(const stats::Interval& i) { return {i.value, i.low, i.high, 0.95, ""}; }

// Out-of-fold predictions of the constant, the best rule, the linear model and boosted trees on the same rows.
struct OutOfFold {
  learn::Rows rows;
  std::vector<double> constant, rule, linear, boosted;
  const std::vector<double>& best(const Judge& judge, std::string* name) const {
    const auto skill = [&](const std::vector<double>& p) {
      const auto parts = judge.Parts(Metric::kSkill, p);
      return parts ? parts->value : -1e9;
    };
    const double r = skill(rule), l = skill(linear), b = skill(boosted);
    *name = r >= l && r >= b ? "best rule" : l >= b ? "linear" : "boosted trees";
    return r >= l && r >= b ? rule : l >= b ? linear : boosted;
  }
};

Result<OutOfFold> Predict(const Examples& examples, const RunContext& context) {
  OutOfFold all;
  const learn::Rows thin = ThinRows(examples, kGainRows, context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, thin, kFolds, context.seed));
  std::int64_t done = 0;
  for (const learn::Split& fold : folds) {
    all.rows.insert(all.rows.end(), fold.test.begin(), fold.test.end());
    const std::pair<RungKind, std::vector<double>*> members[] = {{RungKind::kConstant, &all.constant}, {RungKind::kRule, &all.rule}, {RungKind::kLinear, &all.linear}, {RungKind::kBoosted, &all.boosted}};
    for (const auto& [kind, out] : members) {
      learn::LearnerOptions options;
      const auto model = ASSAY_TRY(learn::MakeLearner(kind, options)->Fit(examples, fold.train, context));
      std::vector<double> p(fold.test.size() * examples.num_outputs());
      ASSAY_TRY(model->Predict(*examples.table, fold.test, p, context));
      out->insert(out->end(), p.begin(), p.end());
      context.Report("gain: out-of-fold predictions", ++done, static_cast<std::int64_t>(folds.size() * 4));
    }
  }
  return all;
}

FeasibilityItem ObjectiveItem(const Gathered& gathered, bool* unusable) {
  const Examples& examples = gathered.examples;
  FeasibilityItem item;
  item.id = "objective";
  item.question = "Is the outcome usable as an objective?";
  item.method = "counts; at least 50 rows of each of the two most frequent classes, or 50 different values";
  std::map<float, std::int64_t> counts;
  for (const float y : examples.outcome) {
    if (counts.size() <= 2000 || counts.contains(y)) ++counts[y];
  }
  std::vector<std::int64_t> sizes;
  for (const auto& [value, count] : counts) sizes.push_back(count);
  std::sort(sizes.rbegin(), sizes.rend());
  const bool classes = examples.task == learn::Task::kBinary || examples.task == learn::Task::kMulticlass;
  const bool enough = classes ? sizes.size() >= 2 && sizes[1] >= 50 : examples.num_rows() >= 50;
  *unusable = sizes.size() < 2;
  item.verdict = *unusable ? Verdict::kRefuted : enough ? Verdict::kSupported : Verdict::kInconclusive;
  item.figures.push_back(MakeFigure("rows", "rows with a known outcome", Plain(static_cast<double>(examples.num_rows()), "a count"), "rows"));
  if (classes && sizes.size() >= 2) {
    const double rare = static_cast<double>(sizes[1]) / static_cast<double>(examples.num_rows());
    item.figures.push_back(MakeFigure("second_class_share", "share of the second most frequent class", Plain(rare, "a share of all rows"), "share"));
    item.answer = enough ? "Yes: it has " + base::ReadableCount(sizes[1]) + " rows even of its second most frequent class (" + base::ReadableShare(rare) + ")." : "Hardly: only " + base::ReadableCount(sizes[1]) + " rows of the second class.";
  } else {
    item.answer = *unusable ? "No: it has one value in all rows." : enough ? "Yes: it is a number that varies over " + base::ReadableCount(examples.num_rows()) + " rows." : "Hardly: there are only " + base::ReadableCount(examples.num_rows()) + " rows.";
  }
  return item;
}

Result<FeasibilityItem> PatternItem(const Examples& examples, const RunContext& context) {
  FeasibilityItem item;
  item.id = "pattern";
  item.question = "Is there a pattern that can be learned?";
  const PatternTest test = ASSAY_TRY(TestPattern(examples, 199, context));
  item.verdict = test.p_value <= 0.05 ? Verdict::kSupported : Verdict::kRefuted;
  item.method = "permutation test at 5 %: the larger out-of-fold skill of best rule and linear model against " + std::to_string(test.permutations) + " refits in which " + test.exchanged + " changed places; up to 20,000 rows of all units";
  item.figures.push_back(MakeFigure("p_value", "share of rearranged outcomes with as much skill", Plain(test.p_value, "a p value has no interval")));
  item.figures.push_back(MakeFigure("statistic", "skill of the better family", Plain(test.statistic, "compared with its permutations instead of an interval"), "skill"));
  item.answer = item.verdict == Verdict::kSupported ? "Yes: the features say more about the outcome than rearranged outcomes would (p = " + base::ReadableNumber(test.p_value, 2) + ")." : "Not shown: rearranged outcomes are predicted as well in " + base::ReadableShare(test.p_value) + " of the cases.";
  return item;
}

FeasibilityItem ComplexityItem(double least_gain, const stats::Interval& over_rule, const std::string& best) {
  FeasibilityItem item;
  item.id = "complexity";
  item.question = "Is it too complex for a simple rule?";
  item.method = "best rule of depth at most 3 against the better of linear model and boosted trees, out of fold, paired by unit, 95 %";
  item.figures.push_back(MakeFigure("over_rule", "gain of the best model over the best rule", Of(over_rule), "skill"));
  item.verdict = over_rule.low > least_gain ? Verdict::kSupported : over_rule.high < least_gain ? Verdict::kRefuted : Verdict::kInconclusive;
  const std::string range = Range(Of(over_rule));
  item.answer = item.verdict == Verdict::kSupported ? "Yes: " + best + " is better than the best rule by " + range + "." : item.verdict == Verdict::kRefuted ? "No: a rule does as well; the best model adds " + range + ", less than the least gain." : "Not decided: the best model adds " + range + ", which includes the least gain.";
  return item;
}

Result<FeasibilityItem> DataItem(const Examples& examples, const Dependence& dependence, double target, const RunContext& context, bool* still_rising) {
  FeasibilityItem item;
  item.id = "data";
  item.question = "Is there enough data?";
  item.method = "learning curve of boosted trees on untouched rows, power law with redrawn points; refused when not monotone";
  const learn::Rows thin = ThinRows(examples, kGainRows, context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, thin, 2, context.seed));
  const learn::Split& last = folds.back();
  learn::LearnerOptions options;
  std::vector<stats::CurveObservation> observations;
  const auto constant = ASSAY_TRY(learn::MakeLearner(RungKind::kConstant)->Fit(examples, last.train, context));
  std::vector<double> c(last.test.size() * examples.num_outputs()), p(c.size());
  ASSAY_TRY(constant->Predict(*examples.table, last.test, c, context));
  const Judge judge(examples, last.test, c, dependence.unit, dependence.num_units);
  for (int halvings = 6; halvings >= 0; --halvings) {
    const std::size_t size = last.train.size() >> halvings;
    if (size < 100) continue;
    learn::Rows rows;
    const double step = static_cast<double>(last.train.size()) / static_cast<double>(size);
    for (std::size_t i = 0; i < size; ++i) rows.push_back(last.train[static_cast<std::size_t>(static_cast<double>(i) * step)]);
    const auto model = learn::MakeLearner(RungKind::kBoosted, options)->Fit(examples, rows, context);
    if (!model) continue;
    ASSAY_TRY((*model)->Predict(*examples.table, last.test, p, context));
    const Result<stats::Interval> skill = judge.Estimate(Metric::kSkill, p);
    if (!skill || skill->standard_error <= 0) continue;
    observations.push_back({static_cast<double>(size), skill->value, skill->standard_error});
    item.curve.push_back({static_cast<double>(size), Of(*skill), false});
    context.Report("data: learning curve", 7 - halvings, 7);
  }
  const Result<stats::LearningCurve> curve = stats::FitLearningCurve(observations, context.seed);
  if (!curve) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Not decided: " + curve.error().message + ".";
    return item;
  }
  *still_rising = curve->still_rising;
  const double most = observations.back().rows;
  for (double rows = observations.front().rows; rows <= most * 10; rows *= 1.6) item.curve.push_back({std::round(rows), Of(curve->Range(rows)), true});
  item.figures.push_back(MakeFigure("limit", "skill with any number of rows (fitted)", Of(curve->asymptote), "skill"));
  const stats::Interval doubled = curve->Range(2 * most);
  item.figures.push_back(MakeFigure("doubled", "skill with twice the rows (fitted)", Of(doubled), "skill"));
  if (std::isfinite(target)) {
    const stats::Interval needed = curve->RowsFor(target);
    evidence::Estimate estimate = Of(needed);
    if (!std::isfinite(needed.value)) estimate.reason = "the fitted curve never reaches the target";
    item.figures.push_back(MakeFigure("rows_for_target", "rows needed for the target", estimate, "rows"));
  }
  item.verdict = curve->still_rising ? Verdict::kRefuted : Verdict::kSupported;
  item.answer = curve->still_rising ? "More would help: the curve still rises at " + base::ReadableNumber(most) + " rows; twice as many would give a skill of " + Range(Of(doubled)) + "." : "Yes: the curve is flat at " + base::ReadableNumber(most) + " rows; more of the same rows would not add much (limit " + Range(Of(curve->asymptote)) + ").";
  return item;
}

FeasibilityItem RepetitionItem(const Examples& examples, const FeasibilityOptions& options) {
  FeasibilityItem item;
  item.id = "repetition";
  item.question = "Does the decision come often enough to be worth a model?";
  item.method = "decisions per day times value against the cost; how often equal cases recur and how alike they turn out";
  // Equal cases: the same values in all categories and whole-number features.
  std::unordered_map<std::uint64_t, std::pair<std::int64_t, double>> cases;
  std::vector<std::uint64_t> key(examples.outcome.size(), 1469598103934665603ULL);
  for (const learn::Feature& feature : examples.features) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      const double value = examples.table->column(feature.column).NumberAt(static_cast<std::int64_t>(i));
      key[i] = (key[i] ^ static_cast<std::uint64_t>(std::isnan(value) ? -1 : std::llround(value * 1000))) * 1099511628211ULL;
    }
  }
  const std::vector<double> outcome = OutcomeNumbers(examples);
  for (std::size_t i = 0; i < key.size(); ++i) {
    auto& [count, sum] = cases[key[i]];
    ++count;
    sum += outcome[i];
  }
  std::int64_t recurring = 0;
  for (const std::uint64_t k : key) recurring += cases[k].first > 1 ? 1 : 0;
  const double share = static_cast<double>(recurring) / static_cast<double>(key.size());
  item.figures.push_back(MakeFigure("recurring", "rows whose case occurs more than once", Plain(share, "a share of all rows"), "share"));
  if (!std::isfinite(options.decisions_per_day) || !std::isfinite(options.cost_per_month)) {
    item.verdict = Verdict::kInconclusive;
    item.answer = base::ReadableShare(share) + " of the rows are cases that recur. Whether it pays is open: the decisions per day and the cost of ML are not stated.";
    return item;
  }
  const double per_month = options.decisions_per_day * 30;
  const double needed = options.cost_per_month / per_month;
  item.figures.push_back(MakeFigure("decisions_per_month", "decisions per month", Plain(per_month, "stated in the charter")));
  item.figures.push_back(MakeFigure("break_even", "gain per decision that pays for ML", Plain(needed, "cost per month / decisions per month, as stated")));
  item.verdict = Verdict::kSupported;
  item.answer = "It is taken " + base::ReadableNumber(per_month) + " times a month, so ML pays if it is worth " + base::ReadableNumber(needed, 2) + " more per decision; " + base::ReadableShare(share) + " of the cases recur.";
  return item;
}

FeasibilityItem CollectionItem(const Gathered& gathered, const OutOfFold& all) {
  const Examples& examples = gathered.examples;
  FeasibilityItem item;
  item.id = "collection";
  item.question = "Can outcomes be collected, soon and clean enough?";
  item.method = "share of rows with an outcome; the stated wait; label noise by confident learning on out-of-fold probabilities (Northcutt, Jiang, Chuang 2021)";
  const auto labelled = static_cast<double>(examples.num_rows());
  const double rate = labelled / (labelled + static_cast<double>(gathered.rows_without_outcome));
  item.figures.push_back(MakeFigure("label_rate", "rows with an outcome", Plain(rate, "a share of all rows"), "share"));
  std::string noise_text;
  double noise = 0;
  if (examples.task == learn::Task::kBinary) {
    // t_j = mean probability of j among rows labelled j; a row counts for class k when its probability reaches t_k.
    double sum[2] = {0, 0}, count[2] = {0, 0};
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      const int y = examples.outcome[all.rows[i]] > 0.5F ? 1 : 0;
      sum[y] += y == 1 ? all.boosted[i] : 1 - all.boosted[i];
      count[y] += 1;
    }
    const double threshold[2] = {std::max(2e-6, sum[0] / std::max(1.0, count[0])), std::max(2e-6, sum[1] / std::max(1.0, count[1]))};
    double joint[2][2] = {{0, 0}, {0, 0}};
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
      const int y = examples.outcome[all.rows[i]] > 0.5F ? 1 : 0;
      const double p[2] = {1 - all.boosted[i], all.boosted[i]};
      const bool above[2] = {p[0] >= threshold[0] - 1e-6, p[1] >= threshold[1] - 1e-6};
      if (!above[0] && !above[1]) continue;
      const int k = above[0] && above[1] ? (p[1] > p[0] ? 1 : 0) : (above[1] ? 1 : 0);
      joint[y][k] += 1;
    }
    double off = 0, total = 0;
    for (int y = 0; y < 2; ++y) {
      joint[y][y] = std::max(1.0, joint[y][y]);
      const double row = joint[y][0] + joint[y][1];
      off += joint[y][1 - y] / row * count[y];
      total += count[y];
    }
    noise = total > 0 ? off / total : 0;
    item.figures.push_back(MakeFigure("label_noise", "labels that confident learning doubts", Plain(noise, "an upper bound where the features say little: then most doubts are ignorance, not noise"), "share"));
    noise_text = "; confident learning doubts " + base::ReadableShare(noise) + " of the labels, at most (with weak features most of that is ignorance)";
  }
  item.verdict = rate >= 0.5 ? Verdict::kSupported : Verdict::kInconclusive;
  item.answer = base::ReadableShare(rate) + " of the rows have an outcome" + (examples.wait > 0 ? ", known after " + base::FormatDuration(examples.wait) : ", after an unstated wait") + noise_text + ".";
  return item;
}

// Error rate per group of one categorical feature with few values; intervals simultaneous over groups (Bonferroni).
struct GroupErrors {
  std::string feature;
  std::vector<evidence::Finding> groups;
  double worst_high = 0;
  std::string worst;
};

GroupErrors ErrorsByGroup(const Examples& examples, const OutOfFold& all, const std::vector<double>& best, const Dependence& dependence, const table::Column& column) {
  GroupErrors result;
  result.feature = column.name();
  std::vector<double> losses(all.rows.size());
  const bool regression = examples.task == learn::Task::kRegression || examples.task == learn::Task::kRanking;
  learn::RowLosses(regression ? Metric::kMae : Metric::kAccuracy, examples, all.rows, best, losses);
  std::map<std::uint32_t, std::vector<std::size_t>> rows_of;
  for (std::size_t i = 0; i < all.rows.size(); ++i) rows_of[column.CodeAt(all.rows[i])].push_back(i);
  std::erase_if(rows_of, [](const auto& entry) { return entry.second.size() < 100; });
  const double level = 1 - 0.05 / static_cast<double>(std::max<std::size_t>(1, rows_of.size()));
  for (const auto& [code, members] : rows_of) {
    std::vector<double> values;
    std::vector<std::uint32_t> unit;
    for (const std::size_t i : members) {
      values.push_back(losses[i]);
      if (!dependence.unit.empty()) unit.push_back(dependence.unit[all.rows[i]]);
    }
    const Result<stats::Interval> interval = stats::ClusterMean(values, {unit, dependence.num_units}, level);
    if (!interval) continue;
    const std::string name = code == table::kMissingCode ? "missing" : column.type() == table::ColumnType::kBoolean ? (code == 1 ? "true" : "false") : column.dictionary()[code];
    evidence::Finding finding{column.name() + " = " + name, "group", Of(*interval), false, ""};
    finding.estimate.level = level;
    finding.message = column.name() + " = " + name + ": error " + Range(finding.estimate);
    if (interval->high > result.worst_high) {
      result.worst_high = interval->high;
      result.worst = finding.name;
    }
    result.groups.push_back(std::move(finding));
  }
  std::sort(result.groups.begin(), result.groups.end(), [](const auto& a, const auto& b) { return a.estimate.value > b.estimate.value; });
  if (result.groups.size() > 12) result.groups.resize(12);
  return result;
}

FeasibilityItem FatalErrorsItem(const Examples& examples, const OutOfFold& all, const std::vector<double>& best, const Dependence& dependence, const FeasibilityOptions& options, bool* cap_exceeded) {
  FeasibilityItem item;
  item.id = "fatal_errors";
  item.question = "Can we live with its errors, in every group?";
  item.method = "error of the best model out of fold per group of categorical columns with at most 50 values; intervals by unit, simultaneous over groups (Bonferroni)";
  double worst = 0;
  std::string worst_name;
  for (const learn::Feature& feature : examples.features) {
    const table::Column& column = examples.table->column(feature.column);
    const bool few = column.type() == table::ColumnType::kBoolean || (column.type() == table::ColumnType::kCategory && column.dictionary().size() <= 50);
    if (!few || examples.task == learn::Task::kRanking) continue;
    GroupErrors groups = ErrorsByGroup(examples, all, best, dependence, column);
    if (groups.worst_high > worst) {
      worst = groups.worst_high;
      worst_name = groups.worst;
    }
    item.findings.insert(item.findings.end(), groups.groups.begin(), groups.groups.end());
  }
  if (!worst_name.empty()) item.figures.push_back(MakeFigure("worst_group_bound", "upper bound of the error in the worst group (" + worst_name + ")", Plain(worst, "itself the upper end of an interval")));
  if (std::isfinite(options.largest_error_rate) && worst > options.largest_error_rate) {
    *cap_exceeded = true;
    item.verdict = Verdict::kRefuted;
    item.answer = "No: the error in " + worst_name + " may be as high as " + base::ReadableNumber(worst, 3) + ", above the charter's cap of " + base::ReadableNumber(options.largest_error_rate) + ".";
  } else if (options.fatal) {
    item.verdict = Verdict::kNeedsPerson;
    item.answer = "A person must answer: the charter says that a single error can do irreparable harm; no error rate settles that.";
  } else if (!options.has_charter || options.worst_error.empty()) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Open: nobody has written down which error is the worst" + (worst_name.empty() ? std::string(".") : "; in the worst group (" + worst_name + ") the error is at most " + base::ReadableNumber(worst, 3) + ".");
  } else {
    item.verdict = Verdict::kSupported;
    item.answer = "The charter names the worst error as bearable (\"" + options.worst_error + "\")" + (worst_name.empty() ? "." : "; in the worst group (" + worst_name + ") the error is at most " + base::ReadableNumber(worst, 3) + ".");
  }
  return item;
}

Result<FeasibilityItem> EthicsItem(const Gathered& gathered, const OutOfFold& all, const std::vector<double>& best, const Dependence& dependence, const FeasibilityOptions& options) {
  const Examples& examples = gathered.examples;
  FeasibilityItem item;
  item.id = "ethics";
  item.question = "Is it right to do this?";
  item.method = "sensitive columns as stated in the charter; gaps in error between their groups";
  for (const std::string& name : options.sensitive) {
    const std::size_t index = ASSAY_TRY(examples.table->IndexOf(name));
    const table::Column& column = examples.table->column(index);
    if (column.type() != table::ColumnType::kCategory && column.type() != table::ColumnType::kBoolean) continue;
    const GroupErrors groups = ErrorsByGroup(examples, all, best, dependence, column);
    item.findings.insert(item.findings.end(), groups.groups.begin(), groups.groups.end());
  }
  if (!options.sensitive.empty() || !options.harmed.empty()) {
    item.verdict = Verdict::kNeedsPerson;
    item.answer = "A person must answer: " + (options.harmed.empty() ? "the charter names sensitive columns (" + base::Join(options.sensitive, ", ") + ")." : "the charter says who could be harmed (\"" + options.harmed + "\").");
    if (options.sensitive.empty()) {
      // A named harm without a sensitive column or a fatal error is weighed, not left open.
      item.verdict = Verdict::kSupported;
      item.answer = "Weighed in the charter: \"" + options.harmed + "\"; no sensitive column is declared and no error is called fatal.";
    }
  } else {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Open: nobody has written down who could be harmed, and no column is declared sensitive.";
  }
  return item;
}

}  // namespace

DecidedVerdict DecideVerdict(const VerdictFacts& f) {
  const auto number = [](double v) { return base::ReadableNumber(v, 3); };
  const std::string gain = number(f.gain_low) + " to " + number(f.gain_high);
  const std::string least = number(f.least_gain);
  if (f.outcome_unusable) return {FeasibilityVerdict::kStop, "The outcome cannot serve as an objective."};
  if (f.cap_exceeded) return {FeasibilityVerdict::kStop, "A cap of the charter is exceeded."};
  if (f.pattern_refuted && f.gain_high < f.least_gain) return {FeasibilityVerdict::kStop, "No pattern is shown, and even the upper limit of the gain over the constant (" + gain + ") lies below the least gain " + least + "."};
  if (f.person_needed) return {FeasibilityVerdict::kNeedsPerson, "The charter states something that no data can settle."};
  const bool straddles = f.gain_low <= f.least_gain && f.least_gain <= f.gain_high;
  if (straddles) return {FeasibilityVerdict::kCollectMore, "The gain over the constant (" + gain + ") may lie on either side of the least gain " + least + "."};
  if (f.target_unmet && f.still_rising) return {FeasibilityVerdict::kCollectMore, "The target is not met and the learning curve still rises."};
  const std::string over = number(f.over_rule_low) + " to " + number(f.over_rule_high);
  if (f.over_rule_high < f.least_gain) return {FeasibilityVerdict::kUseARule, "The best model is better than the best rule by " + over + " only, below the least gain " + least + "."};
  if (f.over_rule_low > f.least_gain) return {FeasibilityVerdict::kGo, "The best model is better than the best rule by " + over + ", above the least gain " + least + "."};
  return {FeasibilityVerdict::kCollectMore, "Whether the best model is better than the best rule by the least gain " + least + " is not decided (" + over + ")."};
}

Result<FeasibilityReport> Feasibility(const Gathered& gathered, const FeasibilityOptions& options, const RunContext& context) {
  FeasibilityReport report;
  report.header.report = "feasibility";
  report.header.data = gathered.data;
  report.objective = options.objective.empty() ? gathered.examples.outcome_text : options.objective;
  report.task = learn::TaskName(gathered.examples.task);
  if (!options.metric.empty() && options.metric != "skill") report.notes.push_back("Feasibility is judged by skill, the share of the constant's loss that is removed; the metric '" + options.metric + "' is used by train.");
  report.metric = "skill";
  report.least_gain = options.least_gain;
  report.target = options.target;
  if (gathered.examples.features.empty()) return Error{ErrorCode::kInvalidInput, "no column is left as a feature; see what was excluded and why with: assay understand"};

  VerdictFacts facts;
  facts.least_gain = options.least_gain;
  FeasibilityItem objective = ObjectiveItem(gathered, &facts.outcome_unusable);

  FeasibilityItem leakage;
  leakage.id = "leakage";
  leakage.question = "Does any column know the outcome beforehand?";
  leakage.method = "each feature alone, out of fold; a copy explains at least 90 %, an id anything at all; the time of day is compared with the usual time of recurring cases";
  {
    const base::ScopedStep step(context, "leakage");
    leakage.findings = ASSAY_TRY(FindLeaks(gathered.examples, context));
  }
  for (const evidence::Finding& finding : leakage.findings) {
    if (finding.accused) report.leaky_columns.push_back(finding.name);
  }
  leakage.verdict = report.leaky_columns.empty() ? Verdict::kSupported : Verdict::kRefuted;
  leakage.answer = report.leaky_columns.empty() ? "None is found among the " + std::to_string(gathered.examples.features.size()) + " features." : "Yes: " + base::Join(report.leaky_columns, ", ") + ". Everything else is judged without.";
  leakage.figures.push_back(MakeFigure("leaky_columns", "columns that leak", Plain(static_cast<double>(report.leaky_columns.size()), "a count")));

  const Examples examples = WithoutFeatures(gathered.examples, report.leaky_columns);
  for (const learn::Feature& feature : examples.features) report.features.push_back(feature.name);
  if (examples.features.empty()) return Error{ErrorCode::kInvalidInput, "every feature leaks (" + base::Join(report.leaky_columns, ", ") + "); there is nothing honest to learn from"};
  const Dependence dependence = DependenceOf(examples);

  OutOfFold all;
  {
    const base::ScopedStep step(context, "gain");
    all = ASSAY_TRY(Predict(examples, context));
  }
  const Judge judge(examples, all.rows, all.constant, dependence.unit, dependence.num_units);
  std::string best_name;
  const std::vector<double>& best = all.best(judge, &best_name);
  // The best of three was picked after seeing all: its interval is taken at the level shared among them.
  const stats::Interval gain = ASSAY_TRY(judge.Estimate(Metric::kSkill, best, 1 - 0.05 / 3));
  report.gain = Of(gain);
  facts.gain_low = gain.low;
  facts.gain_high = gain.high;
  std::string model_name = "boosted trees";
  {
    const auto linear = judge.Parts(Metric::kSkill, all.linear);
    const auto boosted = judge.Parts(Metric::kSkill, all.boosted);
    if (linear && boosted && linear->value > boosted->value) model_name = "linear";
  }
  const stats::Interval over_rule = ASSAY_TRY(judge.Improvement(Metric::kSkill, model_name == "linear" ? all.linear : all.boosted, all.rule, 1 - 0.05 / 2));
  facts.over_rule_low = over_rule.low;
  facts.over_rule_high = over_rule.high;
  report.gain_with_leaks.reason = "no column leaks";
  if (!report.leaky_columns.empty()) {
    const base::ScopedStep step(context, "gain with leaks");
    const OutOfFold leaky = ASSAY_TRY(Predict(gathered.examples, context));
    const Judge with(gathered.examples, leaky.rows, leaky.constant, dependence.unit, dependence.num_units);
    std::string name;
    report.gain_with_leaks = ToEstimate(with.Estimate(Metric::kSkill, leaky.best(with, &name)));
  }

  FeasibilityItem pattern;
  {
    const base::ScopedStep step(context, "pattern");
    pattern = ASSAY_TRY(PatternItem(examples, context));
    facts.pattern_refuted = pattern.verdict != Verdict::kSupported;
  }
  FeasibilityItem data;
  {
    const base::ScopedStep step(context, "learning curve");
    data = ASSAY_TRY(DataItem(examples, dependence, options.target, context, &facts.still_rising));
  }
  facts.target_unmet = std::isfinite(options.target) && gain.high < options.target;
  FeasibilityItem fatal = FatalErrorsItem(examples, all, best, dependence, options, &facts.cap_exceeded);
  FeasibilityItem ethics = ASSAY_TRY(EthicsItem(gathered, all, best, dependence, options));
  facts.person_needed = fatal.verdict == Verdict::kNeedsPerson || ethics.verdict == Verdict::kNeedsPerson;

  report.items.push_back(std::move(pattern));
  report.items.push_back(std::move(objective));
  report.items.push_back(ComplexityItem(options.least_gain, over_rule, model_name));
  report.items.push_back(std::move(data));
  report.items.push_back(RepetitionItem(examples, options));
  report.items.push_back(std::move(leakage));
  report.items.push_back(CollectionItem(gathered, all));
  report.items.push_back(std::move(fatal));
  report.items.push_back(std::move(ethics));

  const DecidedVerdict decided = DecideVerdict(facts);
  report.verdict = decided.verdict;
  report.reason = decided.reason;
  if (!options.has_charter) {
    report.open_questions = {{"ethics.harmed", "Who could be harmed, and by which error most?", "design"},
                             {"value.decisions_per_day", "How many decisions a day, and what is a right and a wrong one worth?", "business"},
                             {"data.columns", "Which columns are known before the decision, and which are sensitive?", "understand"}};
  }
  if (examples.num_rows() > kGainRows) {
    report.notes.push_back("Gains are measured on " + base::ReadableCount(kGainRows) + " of " + base::ReadableCount(examples.num_rows()) + " rows, drawn evenly from all units. Where rows of a unit resemble each other, the number of units decides the width of the intervals, and that is the same.");
  }
  report.notes.push_back("Intervals are " + dependence.words + ".");
  return report;
}

}  // namespace assay::lifecycle
