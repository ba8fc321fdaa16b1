// A new charter: what the data can propose, and every other question of the life cycle as an open field.
//
//   1. ReadSource of the engine       the table
//   2. ProposeTime, ProposeUnit       where flags or people did not say
//   3. PlanCharter                    task, metric, split, availability, care; the text, checked against the data
//   4. SaveCharter                    whole or not at all; never over an existing one unless forced, which keeps a copy
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/init.h"
#include "table/table.h"

namespace assay::lifecycle {

struct InitAnswers {
  std::string source;  // as the person typed it, relative to the current folder
  std::string outcome, time, unit, query, wait, task, metric;
  bool sampled = false;                      // the table is a sample: what is counted per day is not proposed
  std::map<std::string, std::string> texts;  // other answers by key: "problem.solve"; numbers as text
};

// The column that most likely says when the decision is taken: the first time column whose name does not say that it is
// about what came after, and whose values spread over at least five days (hours, where there is a
// unit). `unit`: the EXPR that was given; "" asks ProposeUnit. "" when there is none.
std::string ProposeTime(const table::Table& table, const std::string& unit);
// What rows have in common: a column named like a person or thing that recurs, else the day where many rows share one.
// "" when rows look independent. `time`: the EXPR that was chosen, "" for none.
std::string ProposeUnit(const table::Table& table, const std::string& time);
// The wait that the newest rows suggest, or within which a time that hardly exists before the outcome lies in 95 % of the rows,
// whichever is longer, as a duration; "" when nothing does.
std::string ProposeWait(const table::Table& table, const std::string& outcome, const std::string& time, const RunContext& context);

struct InitPlan {
  std::string text;            // of the charter
  evidence::InitReport report; // without the paths of SaveCharter
};
// kInvalidInput when an EXPR is wrong (named by its flag) or the outcome cannot be analysed. `folder`: where the charter
// will lie; the source is written relative to it.
Result<InitPlan> PlanCharter(const InitAnswers& answers, const std::filesystem::path& folder, std::shared_ptr<const table::Table> table, const evidence::DataSummary& summary, const RunContext& context);

// kConflict when a charter is there and `force` is not set.
Result<void> RefuseExisting(const std::filesystem::path& folder, bool force);
// Fills report.charter and report.backup.
Result<void> SaveCharter(const std::filesystem::path& folder, bool force, InitPlan* plan);

}  // namespace assay::lifecycle
