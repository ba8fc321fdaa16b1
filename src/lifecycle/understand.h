// Stage 1: what happens? Gathers once, then infers quality, series, associations and hypotheses.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/understand.h"
#include "lifecycle/estimates.h"
#include "lifecycle/gather.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

// A claim that people make, to be tested on the data.
struct Hypothesis {
  std::string name;
  std::string claim;
  std::string segment;    // EXPR: the rows it speaks of
  std::string metric;     // EXPR that is averaged; "" = the outcome
  std::string direction;  // "higher", "lower" or "different" inside the segment
  std::string period;     // EXPR: rows to look at; "" = all
  std::string unit;       // of the metric, as the charter states it; "" = none
};

// Intervals are by what DependenceOf says. Never fails for a part that cannot be computed: that part says why.
Result<evidence::UnderstandReport> Understand(const Gathered& gathered, const std::vector<Hypothesis>& hypotheses,
                                              const RunContext& context);

// The parts, each usable alone.
std::vector<evidence::ColumnProfile> ProfileColumns(const table::Table& table, const RunContext& context);
std::vector<evidence::Alert> FindAlerts(const Gathered& gathered, const std::vector<evidence::ColumnProfile>& profiles, const RunContext& context = {});

// What rows that depend on each other have in common: a unit, and the day where several units share one; without a unit the day
// where the data has times, else nothing. For ranking the query, or the unit where each query lies in one (learn::GroupKindOf).
struct Dependence {
  std::vector<std::uint32_t> unit;  // empty: rows are independent; with a crossing the cell
  std::uint32_t num_units = 0;
  std::shared_ptr<const stats::Crossing> crossing;  // of units with days; null where days add nothing
  std::string words;                // "by unit (date(date), 182 units)"
  std::string one = "unit", many = "units";  // or "query", "day", "row", and "queries", "days", "independent rows"

  // Of rows whose `unit` these are; the first form of all rows. To be used while this lives.
  stats::Clusters Clusters(std::span<const std::uint32_t> of_rows) const { return {of_rows, num_units, crossing.get()}; }
  stats::Clusters Clusters() const { return Clusters(unit); }
  std::string by() const { return crossing ? one + " and day" : one; }
};
Dependence DependenceOf(const learn::Examples& examples);

// kInvalidInput, with what to do, when all of these rows belong to one unit: no interval could be made of them.
Result<void> RefuseOneUnit(const std::string& part, const learn::Examples& examples, const learn::Rows& rows, const Dependence& dependence);

// The outcome as one number per row: the value, or 1 for the positive class (for several classes: the most frequent one).
std::vector<double> OutcomeNumbers(const learn::Examples& examples);
// The mean of such numbers of some rows: of classes a share.
Result<stats::Interval> MeanOutcome(learn::Task task, std::span<const double> numbers, const stats::Clusters& clusters);

evidence::OutcomeOverTime OutcomeSeries(const learn::Examples& examples, const Dependence& dependence, const RunContext& context);
// By weekday, month and, where times of day are known, hour; empty without times. What is the season of `over_time` is taken from
// there: one test for one question.
std::vector<evidence::Season> FindSeasons(const learn::Examples& examples, const Dependence& dependence, const evidence::OutcomeOverTime& over_time, const RunContext& context);
// When outcomes became known after the decision, by the time column that says so most likely: it is known exactly where the
// outcome is, else the charter calls it known after the decision, else it follows the decision.
struct OutcomeDelays {
  std::string column;
  bool follows_outcome = false;  // known in nearly all rows with an outcome, and in hardly any without
  std::vector<double> hours;     // per row of the examples where both times are known
  Dependence dependence;         // of those rows

  evidence::Estimate Quantile(double p) const;
};
// None without a time of the decision or such a column.
std::optional<OutcomeDelays> MeasureDelays(const Gathered& gathered, const Dependence& dependence);
evidence::LabelDelay FindLabelDelay(const Gathered& gathered, const Dependence& dependence);
// Tested by units with false-discovery control over all features; a share of variance is never below 0 (chance is taken
// off, then cut), so its interval may start there.
std::vector<evidence::Association> Associations(const learn::Examples& examples, const Dependence& dependence, const RunContext& context);
// Which segments carry the phenomenon: slices with the outcome in the place of a loss, of a number how far it lies above its mean.
Result<evidence::SlicesReport> FindCarriers(const Gathered& gathered, const RunContext& context);
std::vector<evidence::HypothesisResult> TestHypotheses(const Gathered& gathered, const Dependence& dependence,
                                                       const std::vector<Hypothesis>& hypotheses, const RunContext& context);

}  // namespace assay::lifecycle
