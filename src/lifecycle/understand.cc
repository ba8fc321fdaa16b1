#include "lifecycle/understand.h"

#include <algorithm>
#include <unordered_map>
#include <cmath>
#include <numeric>

#include "base/step_clock.h"
#include "base/text.h"
#include "learn/comparison.h"
#include "learn/split.h"
#include "lifecycle/outcome_of.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

namespace {
// Intervals by few units hold on average, but lean on the units being alike, and are wide.
constexpr std::uint32_t kFewUnits = 10;
std::string FewUnits(std::uint32_t units) { return units < kFewUnits ? "; so few that the intervals are wide and lean on them being alike" : ""; }
// Days in order of time, then each row without a time as a period of its own: what such rows share is not known.
struct Periods {
  std::vector<std::uint32_t> of_row;
  std::uint32_t count = 0, days = 0;

  std::string Words() const {
    const std::uint32_t timeless = count - days;
    return base::ReadableCount(days) + (days == 1 ? " day" : " days") + (timeless == 0 ? "" : " and " + base::Counted(timeless, "row", "rows") + " without a time, " + (timeless == 1 ? "" : "each ") + "on its own");
  }
};
Periods PeriodsOf(const learn::Examples& examples) {
  std::vector<std::int64_t> day(examples.time.size()), sorted;
  for (std::size_t i = 0; i < day.size(); ++i) {
    if (examples.time[i] == base::kMissingTime) continue;
    day[i] = base::FloorDivide(examples.time[i], base::kMicrosPerDay);
    sorted.push_back(day[i]);
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Periods periods;
  periods.days = periods.count = static_cast<std::uint32_t>(sorted.size());
  for (std::size_t i = 0; i < day.size(); ++i) {
    periods.of_row.push_back(examples.time[i] == base::kMissingTime ? periods.count++ : static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), day[i]) - sorted.begin()));
  }
  return periods;
}

// Units crossed with days: `unit` becomes the cell. Nothing where each day has one unit only, or days are too few to tell what
// their rows share.
void CrossWithDays(const learn::Examples& examples, Dependence* dependence) {
  constexpr std::uint32_t kLeastDays = 10;
  if (examples.time.empty() || examples.task == learn::Task::kRanking) return;
  stats::Crossing crossing;
  const Periods periods = PeriodsOf(examples);
  const std::vector<std::uint32_t>& day = periods.of_row;
  crossing.num_periods = periods.count;
  crossing.num_units = dependence->num_units;
  if (periods.days < kLeastDays) {
    if (periods.days > 1) dependence->words += "; that rows of one day may depend on each other as well is not counted, " + base::ReadableCount(periods.days) + " days are too few";
    return;
  }
  std::unordered_map<std::uint64_t, std::uint32_t> cells;
  std::vector<std::uint32_t> cell(day.size());
  for (std::size_t i = 0; i < day.size(); ++i) {
    const auto [at, is_new] = cells.emplace((std::uint64_t{examples.unit[i]} << 32U) | day[i], static_cast<std::uint32_t>(crossing.unit_of.size()));
    cell[i] = at->second;
    if (!is_new) continue;
    crossing.unit_of.push_back(examples.unit[i]);
    crossing.period_of.push_back(day[i]);
  }
  if (crossing.period_of.size() == crossing.num_periods) return;
  dependence->words += " and by day (" + periods.Words() + ")";
  dependence->unit = std::move(cell);
  dependence->num_units = static_cast<std::uint32_t>(crossing.unit_of.size());
  dependence->crossing = std::make_shared<const stats::Crossing>(std::move(crossing));
}
}  // namespace

Dependence DependenceOf(const learn::Examples& examples) {
  Dependence dependence;
  const learn::GroupKind kind = learn::GroupKindOf(examples);
  if (kind == learn::GroupKind::kUnit) {
    dependence.unit = examples.unit;
    dependence.num_units = examples.num_units;
    if (examples.unit_text.empty()) {
      dependence.words = "by distinct row (" + base::ReadableCount(examples.num_units) + "; copies of a row count as one)";
      return dependence;
    }
    dependence.words = "by unit (" + examples.unit_text + ", " + base::ReadableCount(examples.num_units) + " units" + FewUnits(examples.num_units) + ")";
    CrossWithDays(examples, &dependence);
    return dependence;
  }
  if (kind == learn::GroupKind::kQuery) {
    dependence.one = "query";
    dependence.many = "queries";
    dependence.unit = examples.query;
    dependence.num_units = examples.num_queries;
    dependence.words = "by query (" + examples.query_text + ", " + base::ReadableCount(examples.num_queries) + " queries" + FewUnits(examples.num_queries) + "), because " +
                       (examples.unit.empty() ? "no unit was given" : "queries hold rows of several units (" + examples.unit_text + ") and a list is judged as a whole; that a unit comes again in other queries is not counted");
    return dependence;
  }
  Periods periods = PeriodsOf(examples);
  if (periods.days == 0) {
    dependence.one = "row";
    dependence.many = "independent rows";
    dependence.words = std::string("by row: ") + (examples.time.empty() ? "the data names neither unit nor time" : "no unit was given, and no row has a time") + ", so rows count as independent";
    return dependence;
  }
  dependence.one = "day";
  dependence.many = "days";
  dependence.unit = std::move(periods.of_row);
  dependence.num_units = periods.count;
  dependence.words = "by day (" + periods.Words() + FewUnits(periods.count) + "), because no unit was given";
  return dependence;
}

Result<void> RefuseOneUnit(const std::string& part, const learn::Examples& examples, const learn::Rows& rows, const Dependence& dependence) {
  if (rows.empty() || learn::Judge(examples, rows, {}, dependence.Clusters()).num_units() >= 2) return {};
  const bool day = dependence.one == "day";
  const std::string when = day && examples.time[rows[0]] != base::kMissingTime ? " (" + base::FormatTime(examples.time[rows[0]]).substr(0, 10) + ")" : "";
  const std::string what_to_do = day ? "Without a unit the rows of a day count as one observation: name what rows depend on (--unit, in a charter data.unit), give a longer period, or leave out the time (--time, data.time), which splits at random"
                                     : "Give data of more " + dependence.many + (examples.unit.empty() ? "" : ", or name a finer unit (--unit, in a charter data.unit)");
  return Error{ErrorCode::kInvalidInput, "all " + base::ReadableCount(static_cast<std::int64_t>(rows.size())) + " rows of " + part + " belong to one " + dependence.one + when + ", and an interval needs at least two. " + what_to_do};
}

Result<stats::Interval> MeanOutcome(learn::Task task, std::span<const double> numbers, const stats::Clusters& clusters) {
  const bool classes = task == learn::Task::kBinary || task == learn::Task::kMulticlass;
  return classes ? stats::ClusterShare(numbers, clusters) : stats::ClusterMean(numbers, clusters);
}

namespace {
std::size_t MostFrequentClass(const learn::Examples& examples) {
  std::vector<std::int64_t> counts(examples.classes.size(), 0);
  for (const float c : examples.outcome) ++counts[static_cast<std::size_t>(c)];
  return static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}
}  // namespace

std::vector<double> OutcomeNumbers(const learn::Examples& examples) {
  std::vector<double> numbers(examples.outcome.begin(), examples.outcome.end());
  if (examples.task != learn::Task::kMulticlass) return numbers;
  const auto most = static_cast<double>(MostFrequentClass(examples));
  for (double& value : numbers) value = value == most ? 1 : 0;
  return numbers;
}

namespace {
// The class whose share OutcomeNumbers gives, "true" of a condition, "" of a number.
std::string ShareOf(const learn::Examples& examples) {
  if (examples.task == learn::Task::kMulticlass) return examples.classes[MostFrequentClass(examples)];
  if (examples.task != learn::Task::kBinary) return "";
  return NamesItsPositive(examples.classes) ? "true" : examples.classes[1];
}

std::string Summarise(const evidence::UnderstandReport& report, const learn::Examples& examples) {
  const bool rate = examples.task == learn::Task::kBinary || examples.task == learn::Task::kMulticlass;
  const evidence::Estimate mean = Scaled(report.outcome_mean, rate ? 100 : 1, 0);
  const bool interval = std::isfinite(mean.low) && std::isfinite(mean.high);
  const base::ReadableEnds ends = interval ? base::ReadableInterval(mean.value, mean.low, mean.high) : base::ReadableEnds{base::ReadableNumber(mean.value), "", ""};
  std::string text = "The outcome '" + report.outcome + "' is ";
  if (examples.task == learn::Task::kMulticlass) text += "most often '" + report.share_of + "', in ";
  else if (rate) text += NamesItsPositive(examples.classes) ? "true in " : "'" + report.share_of + "' in ";
  text += ends.value + (rate ? " %" : " on average");
  if (interval) text += " (95 % interval " + ends.low + " to " + ends.high + (rate ? " %, " : ", ") + report.unit_of_dependence + ")";
  else if (!mean.reason.empty()) text += " (no interval: " + mean.reason + ")";
  text += ". ";
  if (report.over_time.reason.empty()) {
    const std::size_t changes = report.over_time.changes.size();
    text += changes == 0 ? "Over time its level does not shift beyond what such noise shows. " : "Over time its level shifts " + std::string(changes == 1 ? "once, at " : std::to_string(changes) + " times, first at ") + report.over_time.changes[0].start + ". ";
  }
  const evidence::Association* best = nullptr;
  for (const evidence::Association& a : report.associations) {
    if (a.q_value <= 0.05) {
      best = &a;
      break;
    }
  }
  text += best == nullptr ? "No single feature is shown to go with it." : "Of the single features, " + best->feature + " goes with it most: it explains " + base::ReadableShare(best->strength.value) + " of its variance.";
  return text;
}
}  // namespace

Result<evidence::UnderstandReport> Understand(const Gathered& gathered, const std::vector<Hypothesis>& hypotheses, const RunContext& context) {
  evidence::UnderstandReport report;
  const learn::Examples& examples = gathered.examples;
  report.header.report = "understand";
  report.header.data = gathered.data;
  report.outcome = examples.outcome_text;
  report.share_of = ShareOf(examples);
  const auto stopped = [&]() -> Result<void> {
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    return {};
  };
  const Dependence dependence = DependenceOf(examples);
  report.unit_of_dependence = dependence.words;
  {
    const base::ScopedStep step(context, "profile");
    report.columns = ProfileColumns(*gathered.source, context);
    report.alerts = FindAlerts(gathered, report.columns, context);
  }
  ASSAY_TRY(stopped());
  {
    const base::ScopedStep step(context, "outcome over time");
    const std::vector<double> outcome = OutcomeNumbers(examples);
    report.outcome_mean = ToEstimate(MeanOutcome(examples.task, outcome, dependence.Clusters()));
    // Of one unit there is no interval, but there is a mean.
    if (std::isnan(report.outcome_mean.value)) report.outcome_mean.value = std::accumulate(outcome.begin(), outcome.end(), 0.0) / static_cast<double>(outcome.size());
    report.over_time = OutcomeSeries(examples, dependence, context);
    report.seasons = FindSeasons(examples, dependence, report.over_time, context);
    report.label_delay = FindLabelDelay(gathered, dependence);
  }
  ASSAY_TRY(stopped());
  {
    const base::ScopedStep step(context, "associations");
    report.associations = Associations(examples, dependence, context);
  }
  ASSAY_TRY(stopped());
  {
    const base::ScopedStep step(context, "carriers");
    report.carriers = ASSAY_TRY(FindCarriers(gathered, context));
  }
  ASSAY_TRY(stopped());
  {
    const base::ScopedStep step(context, "hypotheses");
    report.hypotheses = TestHypotheses(gathered, dependence, hypotheses, context);
  }
  ASSAY_TRY(stopped());
  if (hypotheses.empty()) report.open_questions.push_back({"phenomenon.hypotheses", "What do you believe causes it? Write each belief as a segment, a metric and a direction, and it is tested here.", "understand"});
  if (examples.time.empty()) report.open_questions.push_back({"data.time", "Which column says when a decision is taken?", "understand"});
  if (examples.unit_text.empty()) report.open_questions.push_back({"data.unit", "Which rows depend on each other: what is the unit (a person, a day, a machine)?", "understand"});
  report.summary = Summarise(report, examples);
  return report;
}

}  // namespace assay::lifecycle
