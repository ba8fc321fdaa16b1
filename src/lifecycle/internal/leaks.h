// The ways in which a column can know the outcome beforehand, each looked for on its own.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/understand.h"
#include "stats/cluster_mean.h"

namespace assay::lifecycle {

// Predicts a sample of rows from single columns. Numbers are judged by their ranks, so that a copy of an outcome with a
// long tail is not hidden by the few largest values.
class SingleColumn {
 public:
  // kInvalidInput when there are too few rows for folds.
  static Result<SingleColumn> Create(const learn::Examples& examples, std::int64_t num_rows, const RunContext& context);
  // Of these rows.
  static Result<SingleColumn> Create(const learn::Examples& examples, const learn::Rows& rows, std::int64_t num_rows, const RunContext& context);
  // Out-of-fold skill of boosted trees that see this one column of examples(), or of a rule where that tells classes better.
  Result<stats::Interval> Skill(const learn::Feature& feature) const;
  // The same of the features together.
  Result<stats::Interval> Skill(const std::vector<learn::Feature>& features) const;
  // The same of a column made for the purpose, as long as examples().
  Result<stats::Interval> Skill(table::Column column) const;
  const learn::Examples& examples() const { return examples_; }

 private:
  Result<stats::Interval> SkillIn(const learn::Examples& examples) const;
  Result<stats::Interval> SkillOf(learn::RungKind kind, const learn::Examples& examples) const;

  learn::Examples examples_;
  std::vector<learn::Split> folds_;
  Dependence dependence_;
  RunContext context_;
};

// Whether nearly all values differ, so that they tell rows apart: whole numbers that merely do, or texts and numbers that also count or
// name rows (NamesRows). Cost: one sort of a number's values.
enum class TellsApart { kNo, kByValue, kByName };
TellsApart HowTellsApart(const table::Column& column);
inline bool CountsOrNames(const table::Column& column) { return HowTellsApart(column) == TellsApart::kByName; }
// Of a column whose values nearly all differ: whether they count or name rows rather than measure something. Texts do that are
// no decimals, times or prose; so do whole numbers that lie densely, go with the order of the rows by about equal steps, have more digits than any
// measurement (beyond 2^53), or are called an id. `range`: largest minus smallest number.
bool NamesRows(const table::Column& column, double range);

// What an id may hide besides its size: last digits, first and last characters, length, the number within a text, and of texts
// built alike the part between two separators, or the character at one place, that goes most with the outcome.
// `judge` gets each view in words ("its last character") and as a column, one at a time, so that only one is in memory, and
// returns whether to go on.
inline constexpr const char* kNumberWithin = "the number within it";
using JudgeView = std::function<Result<bool>(const std::string& words, table::Column column)>;
Result<void> ForEachViewOfId(const table::Column& column, const learn::Examples& examples, const JudgeView& judge);

// Copies of a number that drifts: how its level moves hides them from a model that learns on earlier rows, but from row to row in
// time (of the same unit) they change as the outcome does.
std::vector<evidence::Finding> FindDriftingCopies(const learn::Examples& examples);

// Names of the features that are made of nothing but the decision's time: known at the decision, whatever pattern of the calendar
// the outcome follows.
std::set<std::string> KnownByTime(const learn::Examples& examples);

// Features that tell of later, findings by column:
//   - a time column that lies after the decision in nearly all rows and whose distance tells the outcome;
//   - a column that holds the outcome of one of the next rows (of the same unit), as a number or as a label, or the difference
//     to it, which no persistence explains;
//   - a column that holds the outcome of an earlier row whose wait was not over yet.
Result<std::vector<evidence::Finding>> FindFuture(const learn::Examples& examples, const SingleColumn& single, const RunContext& context);

}  // namespace assay::lifecycle
