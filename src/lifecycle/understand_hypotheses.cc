// The claims that people brought, tested on the data by units, or "no data yet".
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "expression/expression.h"
#include "lifecycle/understand.h"
#include "stats/cluster_mean.h"
#include "stats/multiple_testing.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::HypothesisResult;
using evidence::Verdict;
using table::Column;

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// "from 2001-01-01 to 2001-07-01", "" without times.
std::string Reach(const learn::Examples& examples) {
  base::Micros least = INT64_MAX, most = INT64_MIN;
  for (const base::Micros time : examples.time) {
    if (time == base::kMissingTime) continue;
    least = std::min(least, time);
    most = std::max(most, time);
  }
  return least > most ? "" : "from " + base::FormatTime(least) + " to " + base::FormatTime(most);
}

// An EXPR on the table. The two ways in which it can fail differ: a column that is not there yet, and a text that is no EXPR.
struct Evaluated {
  std::vector<double> values;
  std::string no_data;   // "no data yet: ..."
  std::string broken;    // "cannot be tested: ..."
};

Evaluated Evaluate(const std::string& text, const std::string& what, const table::Table& table, const RunContext& context) {
  Evaluated result;
  const Result<expression::Expression> parsed = expression::Expression::Parse(text);
  if (!parsed) {
    result.broken = "cannot be tested: its " + what + " is no expression: " + FirstLine(parsed.error().message);
    return result;
  }
  for (const std::string& name : parsed->columns()) {
    if (table.Find(name) >= 0) continue;
    const std::vector<std::string> names = table.names();
    result.no_data = "no data yet: its " + what + " names the column '" + name + "', which the data do not have." + base::DidYouMean(name, names);
    return result;
  }
  const Result<Column> column = expression::EvaluateText(text, what, table, what, context);
  if (!column) {
    result.broken = "cannot be tested: " + FirstLine(column.error().message);
    return result;
  }
  if (column->type() == table::ColumnType::kCategory || column->type() == table::ColumnType::kTime) {
    result.broken = "cannot be tested: its " + what + " is a " + std::string(table::ColumnTypeName(column->type())) + ", expected a condition or a number";
    return result;
  }
  result.values.resize(static_cast<std::size_t>(table.num_rows()));
  column->CopyNumbers(0, result.values);
  return result;
}

// The rows that lie inside a segment, or outside.
struct Side {
  std::int64_t rows = 0;
  double mean = 0;
  bool alike = true;  // no two values differ
};
Side SideOf(const std::vector<double>& values, const std::vector<std::uint8_t>& inside, std::uint8_t which) {
  Side side;
  double first = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside[i] != which) continue;
    if (side.rows++ == 0) first = values[i];
    side.mean += values[i];
    side.alike = side.alike && values[i] == first;
  }
  side.mean /= static_cast<double>(std::max<std::int64_t>(1, side.rows));
  return side;
}

HypothesisResult TestOne(const Gathered& gathered, const Dependence& dependence, const Hypothesis& hypothesis, const RunContext& context) {
  HypothesisResult result;
  result.name = hypothesis.name;
  result.claim = hypothesis.claim;
  result.segment = hypothesis.segment;
  const bool of_outcome = hypothesis.metric.empty();
  result.metric = of_outcome ? gathered.examples.outcome_text : hypothesis.metric;
  result.direction = hypothesis.direction.empty() ? "different" : hypothesis.direction;
  const table::Table& table = *gathered.examples.table;
  const auto answer = [&](const std::string& words) {
    result.answer = words;
    const std::size_t colon = words.find(": ");
    for (Estimate* e : {&result.effect, &result.inside, &result.outside}) e->reason = words.substr(colon == std::string::npos ? 0 : colon + 2);
    return result;
  };
  if (hypothesis.segment.empty()) return answer("no data yet: the claim names no segment of rows that it speaks of");
  Evaluated segment = Evaluate(hypothesis.segment, "segment", table, context);
  Evaluated metric;
  if (of_outcome) metric.values = OutcomeNumbers(gathered.examples);
  else metric = Evaluate(hypothesis.metric, "metric", table, context);
  Evaluated period;
  if (!hypothesis.period.empty()) period = Evaluate(hypothesis.period, "period", table, context);
  for (const Evaluated* e : {&segment, &metric, &period}) {
    if (!e->broken.empty()) return answer(e->broken);
    if (!e->no_data.empty()) return answer(e->no_data);
  }
  std::vector<double> values;
  std::vector<std::uint8_t> inside;
  std::vector<std::uint32_t> unit;
  std::int64_t in_period = 0;
  for (std::size_t i = 0; i < segment.values.size(); ++i) {
    const bool looked_at = period.values.empty() || (!std::isnan(period.values[i]) && period.values[i] != 0);
    in_period += looked_at ? 1 : 0;
    if (!looked_at || std::isnan(segment.values[i]) || std::isnan(metric.values[i])) continue;
    values.push_back(metric.values[i]);
    inside.push_back(segment.values[i] != 0 ? 1 : 0);
    if (!dependence.unit.empty()) unit.push_back(dependence.unit[i]);
  }
  const std::string reach = Reach(gathered.examples);
  if (in_period == 0) return answer("no data yet: no row lies in its period" + (reach.empty() ? std::string() : "; the data reach " + reach));
  if (values.empty()) return answer("no data yet: no row has both the segment and the metric");
  const Result<stats::Difference> test = stats::ClusterDifference(values, inside, dependence.Clusters(unit));
  if (!test) {
    const Side in = SideOf(values, inside, 1), out = SideOf(values, inside, 0);
    const bool shown = in.rows > 1 && out.rows > 1 && (in.alike || out.alike);
    answer((shown ? "not tested: " : "no data yet: ") + test.error().message);
    if (!shown) return result;
    result.inside.value = in.mean;
    result.outside.value = out.mean;
    result.effect.value = in.mean - out.mean;
    result.rows_inside = in.rows;
    return result;
  }
  const auto estimate = [](const stats::Interval& i) { return Estimate{i.value, i.low, i.high, 0.95, ""}; };
  result.effect = estimate(test->difference);
  result.inside = estimate(test->inside);
  result.outside = estimate(test->outside);
  result.rows_inside = test->rows_inside;
  result.p_value = test->difference.p_value;
  return result;
}

void Judge(const std::string& unit, HypothesisResult* result) {
  if (std::isnan(result->p_value)) {
    if (result->answer.empty()) result->answer = "not tested: on neither side does the metric vary, so nothing shows how far chance may move it";
    const std::size_t colon = result->answer.find(": ");
    result->reason = result->answer.substr(colon == std::string::npos ? 0 : colon + 2);
    return;
  }
  const bool higher = result->effect.value > 0;
  // All with as many decimals as the interval of the difference supports: it decides.
  const int decimals = base::DecimalsFor(result->effect.high - result->effect.low);
  const auto with_unit = [&](double value) { return base::FixedNumber(value, decimals) + (unit.empty() ? "" : " " + unit); };
  const std::string figures = with_unit(result->inside.value) + " inside against " + with_unit(result->outside.value) + " outside, a difference of " + with_unit(result->effect.value) + " (95 % interval " + base::ReadableRange(result->effect.low, result->effect.high) + ")";
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

std::vector<HypothesisResult> TestHypotheses(const Gathered& gathered, const Dependence& dependence, const std::vector<Hypothesis>& hypotheses, const RunContext& context) {
  std::vector<HypothesisResult> results;
  std::vector<double> p_values;
  for (const Hypothesis& hypothesis : hypotheses) {
    context.Report("hypotheses", static_cast<std::int64_t>(results.size()), static_cast<std::int64_t>(hypotheses.size()));
    results.push_back(TestOne(gathered, dependence, hypothesis, context));
    p_values.push_back(results.back().p_value);
    if (context.cancelled()) break;
  }
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].q_value = q_values[i];
    Judge(hypotheses[i].unit, &results[i]);
  }
  return results;
}

}  // namespace assay::lifecycle
