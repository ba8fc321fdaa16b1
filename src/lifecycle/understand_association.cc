// What goes with the outcome: one feature at a time, by units, with error control; and the hypotheses people brought.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/thread_pool.h"
#include "expression/expression.h"
#include "lifecycle/understand.h"
#include "stats/cluster_mean.h"
#include "stats/distributions.h"
#include "stats/multiple_testing.h"

namespace assay::lifecycle {

namespace {

using evidence::Association;
using evidence::Estimate;
using evidence::HypothesisResult;
using evidence::Verdict;
using table::Column;
using table::ColumnType;

constexpr std::size_t kMostLevels = 12;  // groups a feature is cut into

// A feature cut into groups: its most frequent values, or bins of equal count. Rows without a value form a group.
struct Groups {
  std::vector<std::uint32_t> of_row;
  std::vector<std::string> labels;
};

Groups CutCategories(const Column& column) {
  Groups groups;
  const bool boolean = column.type() == ColumnType::kBoolean;
  std::vector<std::uint32_t> codes(static_cast<std::size_t>(column.num_rows()));
  column.CopyCodes(0, codes);
  const std::size_t size = boolean ? 2 : column.dictionary().size();
  std::vector<std::int64_t> counts(size, 0);
  std::int64_t missing = 0;
  for (const std::uint32_t code : codes) (code == table::kMissingCode ? missing : counts[code]) += 1;
  std::vector<std::uint32_t> order(size);
  for (std::uint32_t c = 0; c < size; ++c) order[c] = c;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  std::vector<std::uint32_t> group_of(size, 0);
  const std::size_t own = size <= kMostLevels ? size : kMostLevels - 1;
  for (std::size_t k = 0; k < size; ++k) {
    const std::uint32_t c = order[k];
    group_of[c] = static_cast<std::uint32_t>(std::min(k, own));
    if (k < own) groups.labels.push_back(boolean ? (c == 1 ? "true" : "false") : column.dictionary()[c]);
  }
  if (own < size) groups.labels.push_back(base::ReadableCount(static_cast<std::int64_t>(size - own)) + " others");
  if (missing > 0) groups.labels.push_back("missing");
  groups.of_row.resize(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) groups.of_row[i] = codes[i] == table::kMissingCode ? static_cast<std::uint32_t>(groups.labels.size() - 1) : group_of[codes[i]];
  return groups;
}

Groups CutNumbers(const Column& column) {
  Groups groups;
  std::vector<double> values(static_cast<std::size_t>(column.num_rows()));
  column.CopyNumbers(0, values);
  std::vector<double> sorted;
  for (const double v : values) {
    if (!std::isnan(v)) sorted.push_back(v);
  }
  std::sort(sorted.begin(), sorted.end());
  // Upper ends of bins with about equal counts; few distinct values keep a bin each.
  std::vector<double> uppers;
  std::vector<double> distinct;
  for (const double v : sorted) {
    if (distinct.empty() || v != distinct.back()) distinct.push_back(v);
    if (distinct.size() > kMostLevels) break;
  }
  const bool few = distinct.size() <= kMostLevels;
  if (few) {
    uppers = distinct;
  } else {
    for (std::size_t b = 1; b <= 10; ++b) {
      const double upper = sorted[std::max<std::size_t>(1, sorted.size() * b / 10) - 1];
      if (uppers.empty() || upper > uppers.back()) uppers.push_back(upper);
    }
  }
  bool missing = sorted.size() < values.size();
  const std::vector<double>& edges = uppers;
  for (std::size_t b = 0; b < edges.size(); ++b) {
    const std::string upper = base::ReadableNumber(edges[b]);
    groups.labels.push_back(few ? upper : b == 0 ? "up to " + upper : base::ReadableNumber(edges[b - 1]) + " to " + upper);
  }
  if (missing) groups.labels.push_back("missing");
  groups.of_row.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    groups.of_row[i] = std::isnan(values[i]) ? static_cast<std::uint32_t>(groups.labels.size() - 1) : static_cast<std::uint32_t>(std::lower_bound(uppers.begin(), uppers.end(), values[i]) - uppers.begin());
  }
  return groups;
}

// Share of the outcome's variance between groups (eta squared, corrected for the number of groups: epsilon squared, Kelley
// 1935), with a jackknife over up to 100 sets of whole units for its interval and the test of no association.
Association Measure(const std::string& feature, const Groups& groups, const std::vector<double>& outcome, const Dependence& dependence) {
  Association result;
  result.feature = feature;
  result.measure = "variance_explained";
  const std::size_t k = groups.labels.size();
  const std::size_t n = outcome.size();
  const bool by_row = dependence.unit.empty();
  const std::size_t units = by_row ? n : dependence.num_units;
  const std::size_t sets = std::min<std::size_t>(100, units);
  // Counts, sums and squares per (set of units, group).
  std::vector<double> count(sets * k, 0), sum(sets * k, 0);
  double squares = 0, total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t unit = by_row ? i : dependence.unit[i];
    const std::size_t at = unit % sets * k + groups.of_row[i];
    count[at] += 1;
    sum[at] += outcome[i];
    total += outcome[i];
    squares += outcome[i] * outcome[i];
  }
  std::vector<double> group_count(k, 0), group_sum(k, 0);
  for (std::size_t at = 0; at < count.size(); ++at) {
    group_count[at % k] += count[at];
    group_sum[at % k] += sum[at];
  }
  const double mean = total / static_cast<double>(n);
  const double total_variance = squares / static_cast<double>(n) - mean * mean;
  const auto explained = [&](std::size_t left_out) {
    double rows = 0, all = 0, between = 0, used = 0;
    for (std::size_t g = 0; g < k; ++g) {
      const double c = group_count[g] - (left_out < sets ? count[left_out * k + g] : 0);
      const double s = group_sum[g] - (left_out < sets ? sum[left_out * k + g] : 0);
      if (c <= 0) continue;
      rows += c;
      all += s;
      between += s * s / c;
      used += 1;
    }
    if (rows <= used || total_variance <= 0) return 0.0;
    const double eta = (between - all * all / rows) / rows / total_variance;
    return 1 - (1 - eta) * (rows - 1) / (rows - used);
  };
  const double whole = explained(sets);
  // Jackknife (Efron, Stein 1981): pseudo-values over the sets.
  double jackknife_mean = 0;
  std::vector<double> without(sets);
  for (std::size_t s = 0; s < sets; ++s) {
    without[s] = explained(s);
    jackknife_mean += without[s];
  }
  jackknife_mean /= static_cast<double>(sets);
  double spread = 0;
  for (const double v : without) spread += (v - jackknife_mean) * (v - jackknife_mean);
  const auto m = static_cast<double>(sets);
  const double error = std::sqrt((m - 1) / m * spread);
  result.strength.value = whole;
  if (sets >= 5) {
    const double margin = stats::StudentQuantile(0.975, m - 1) * error;
    result.strength.low = std::max(-1.0, whole - margin);
    result.strength.high = std::min(1.0, whole + margin);
    result.p_value = error > 0 ? 1 - stats::StudentCdf(whole / error, m - 1) : (whole > 0 ? 0.0 : 1.0);
  } else {
    result.strength.reason = "fewer than five independent units";
  }
  // Means of the groups, by the units that have rows in them.
  std::vector<std::vector<double>> values(k);
  std::vector<std::vector<std::uint32_t>> unit(k);
  for (std::size_t g = 0; g < k; ++g) values[g].reserve(static_cast<std::size_t>(group_count[g]));
  for (std::size_t i = 0; i < n; ++i) {
    values[groups.of_row[i]].push_back(outcome[i]);
    if (!by_row) unit[groups.of_row[i]].push_back(dependence.unit[i]);
  }
  for (std::size_t g = 0; g < k; ++g) {
    result.level_labels.push_back(groups.labels[g]);
    result.level_rows.push_back(static_cast<std::int64_t>(group_count[g]));
    Estimate level = ToEstimate(stats::ClusterMean(values[g], {unit[g], dependence.num_units}));
    if (std::isnan(level.value) && group_count[g] > 0) level.value = group_sum[g] / group_count[g];
    result.level_means.push_back(level);
  }
  return result;
}

HypothesisResult TestOne(const Gathered& gathered, const Dependence& dependence, const Hypothesis& hypothesis, const RunContext& context) {
  HypothesisResult result;
  result.name = hypothesis.name;
  result.claim = hypothesis.claim;
  result.segment = hypothesis.segment;
  result.metric = hypothesis.metric.empty() ? gathered.examples.outcome_text : hypothesis.metric;
  result.direction = hypothesis.direction.empty() ? "different" : hypothesis.direction;
  const table::Table& table = *gathered.examples.table;
  const auto no_data = [&](const std::string& why) {
    result.answer = "no data yet: " + why;
    for (Estimate* e : {&result.effect, &result.inside, &result.outside}) e->reason = why;
    return result;
  };
  if (hypothesis.segment.empty()) return no_data("the claim names no segment");
  const Result<Column> segment = expression::EvaluateText(hypothesis.segment, "hypothesis '" + hypothesis.name + "': segment", table, "segment", context);
  if (!segment) return no_data(segment.error().message.substr(0, segment.error().message.find('\n')));
  const Result<Column> metric = expression::EvaluateText(result.metric, "hypothesis '" + hypothesis.name + "': metric", table, "metric", context);
  if (!metric) return no_data(metric.error().message.substr(0, metric.error().message.find('\n')));
  std::vector<double> in(static_cast<std::size_t>(table.num_rows())), value(in.size()), keep(in.size(), 1.0);
  segment->CopyNumbers(0, in);
  metric->CopyNumbers(0, value);
  if (!hypothesis.period.empty()) {
    const Result<Column> period = expression::EvaluateText(hypothesis.period, "hypothesis '" + hypothesis.name + "': period", table, "period", context);
    if (!period) return no_data(period.error().message.substr(0, period.error().message.find('\n')));
    period->CopyNumbers(0, keep);
  }
  std::vector<double> values;
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (std::isnan(in[i]) || std::isnan(value[i]) || std::isnan(keep[i]) || keep[i] == 0) continue;
    values.push_back(value[i]);
    inside.push_back(in[i] != 0 ? 1 : 0);
    if (!dependence.unit.empty()) unit.push_back(dependence.unit[i]);
  }
  if (values.empty()) return no_data("no row has both the segment and the metric");
  const Result<stats::Difference> test = stats::ClusterDifference(values, inside, {unit, dependence.num_units});
  if (!test) return no_data(test.error().message);
  const auto estimate = [](const stats::Interval& i) { return Estimate{i.value, i.low, i.high, 0.95, ""}; };
  result.effect = estimate(test->difference);
  result.inside = estimate(test->inside);
  result.outside = estimate(test->outside);
  result.rows_inside = test->rows_inside;
  result.p_value = test->difference.p_value;
  return result;
}

void Judge(HypothesisResult* result) {
  if (std::isnan(result->p_value)) {
    if (result->answer.empty()) result->answer = "not tested: on neither side does the metric vary, so nothing shows how far chance may move it";
    return;
  }
  const bool higher = result->effect.value > 0;
  const std::string figures = base::ReadableNumber(result->inside.value, 3) + " inside against " + base::ReadableNumber(result->outside.value, 3) + " outside, a difference of " +
                              base::ReadableNumber(result->effect.value, 3) + " (95 % interval " + base::ReadableNumber(result->effect.low, 3) + " to " + base::ReadableNumber(result->effect.high, 3) + ")";
  if (!(result->q_value <= 0.05)) {
    result->verdict = Verdict::kInconclusive;
    result->answer = "the data do not decide it: " + figures;
    return;
  }
  const bool as_claimed = result->direction == "different" || (result->direction == "higher") == higher;
  result->verdict = as_claimed ? Verdict::kSupported : Verdict::kRefuted;
  result->answer = (as_claimed ? "holds: " : "the opposite holds: ") + figures;
}

}  // namespace

std::vector<Association> Associations(const learn::Examples& examples, const Dependence& dependence, const RunContext& context) {
  const std::vector<double> outcome = OutcomeNumbers(examples);
  std::vector<Association> found(examples.features.size());
  const Result<void> done = base::ParallelFor(
      context, static_cast<std::int64_t>(found.size()),
      [&](std::int64_t f) {
        const learn::Feature& feature = examples.features[static_cast<std::size_t>(f)];
        const Column& column = examples.table->column(feature.column);
        const bool categories = column.type() == ColumnType::kCategory || column.type() == ColumnType::kBoolean;
        found[static_cast<std::size_t>(f)] = Measure(feature.name, categories ? CutCategories(column) : CutNumbers(column), outcome, dependence);
      },
      "associations");
  if (!done) return {};
  std::vector<double> p_values;
  for (const Association& a : found) p_values.push_back(a.p_value);
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (std::size_t i = 0; i < found.size(); ++i) found[i].q_value = q_values[i];
  std::stable_sort(found.begin(), found.end(), [](const Association& a, const Association& b) { return a.strength.value > b.strength.value; });
  return found;
}

std::vector<HypothesisResult> TestHypotheses(const Gathered& gathered, const Dependence& dependence, const std::vector<Hypothesis>& hypotheses, const RunContext& context) {
  std::vector<HypothesisResult> results;
  std::vector<double> p_values;
  for (const Hypothesis& hypothesis : hypotheses) {
    results.push_back(TestOne(gathered, dependence, hypothesis, context));
    p_values.push_back(results.back().p_value);
  }
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].q_value = q_values[i];
    Judge(&results[i]);
  }
  return results;
}

}  // namespace assay::lifecycle
