// What the parts of the check share: the charter, the data brought as far as it goes, and the report they write.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "expression/expression.h"
#include "lifecycle/check.h"
#include "lifecycle/gather.h"

namespace assay::lifecycle::internal {

using charter::Record;
using evidence::CheckFinding;
using evidence::FieldStatus;

// Where a finding points: an answer, or the table it would stand in.
struct Place {
  std::string key;
  int line = 0, column = 0;
};
// "data.columns[distance].known": entries of a list by name, without a name by number from 1.
Place PlaceOf(const std::string& section, const Record& record, const std::string& key, std::size_t index = 0);

struct CheckState {
  const Project& project;
  const CheckData& data;
  const RunContext& context;
  evidence::CheckReport* report;

  std::shared_ptr<const table::Table> table;  // source and those derived columns that can be made; null without data
  std::vector<std::uint8_t> kept;             // rows that data.where keeps; empty: all
  std::optional<table::Column> time;          // data.time, when it is a time
  std::vector<Objective> objectives;          // those that the charter states well enough
  std::optional<Gathered> gathered;           // first objective; none when it cannot be gathered
  std::set<std::string> late;                 // columns known only after the decision, by charter or evidence; lower case

  const charter::Charter& charter() const { return project.charter; }
  void Find(const char* kind, FieldStatus status, const Place& place, std::string message, std::string evidence, std::string advice);
  // A good answer that the data confirm.
  void Confirm(const std::string& key, std::string note);
};

enum class Wanted { kAnything, kCondition, kTime, kNumber, kRule };
// Evaluates an EXPR of the charter on the table; a broken one, unknown columns or a wrong type become a finding.
// Nothing without data (then it is only parsed), or when a finding was made. `missing_column`: kind and status for an EXPR
// over columns that do not exist.
std::optional<table::Column> EvaluateField(CheckState& state, const std::string& section, const Record& record, const std::string& key, std::size_t index, Wanted wanted,
                                           const char* missing_kind = "column_missing", FieldStatus missing_status = FieldStatus::kContradicted);
// The same of an EXPR that is a part of an answer. `example`: what could stand there.
std::optional<table::Column> EvaluateText(CheckState& state, const std::string& text, Place place, const std::string& example, Wanted wanted, const char* missing_kind = "column_missing", FieldStatus missing_status = FieldStatus::kContradicted);
// 1 where the column is true (not 0, not missing).
std::vector<std::uint8_t> Truths(const table::Column& column);

// The parts, in the order in which they run.
void JudgeFields(CheckState& state);        // check_fields.cc: empty, vague, impossible values
void CheckStructure(CheckState& state);     // check_structure.cc: tree, options, steps, names that refer to names
void PrepareData(CheckState& state);        // check_data.cc: derived columns, row filter, time, outcomes
void CheckHypotheses(CheckState& state);    // check_hypotheses.cc: claims that nothing can refute, or that no row speaks of
void CheckMetrics(CheckState& state);       // check_metrics.cc: metrics that are measured, or made of others
void CheckExpressions(CheckState& state);   // check_data.cc: every other EXPR on the data
void CheckColumns(CheckState& state);       // check_columns.cc: declared columns, business steps
void GatherObjectives(CheckState& state);   // check_data.cc: what the analyses will get; says what nothing before has said
Result<void> CheckAvailability(CheckState& state);  // check_availability.cc: known too late, outcome later than the wait
void CheckVolumes(CheckState& state);       // check_volumes.cc: rows and decisions per day
void CheckProof(CheckState& state);         // check_proof.cc: power

}  // namespace assay::lifecycle::internal
